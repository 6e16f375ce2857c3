//! Tables as HTML.

use super::{Cell, Column, Table};

pub(super) fn text(table: &Table) -> String {
    let headings: String = table.columns.iter().map(heading).collect();
    let row = |row: &Vec<Cell>| {
        let cells: String = row.iter().zip(&table.columns).map(|(own, column)| cell(own, column)).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = table.rows.iter().map(row).collect();
    let notes: String = table.notes.iter().map(|note| format!("<p>{}</p>\n", escape(note))).collect();
    let title = escape(&table.title);
    format!(
        "<table>\n<caption>{title}</caption>\n<thead>\n<tr>{headings}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n{notes}"
    )
}

fn heading(column: &Column) -> String {
    format!("<th scope=\"col\"{}>{}</th>", class(column), escape(&column.heading))
}

/// A cell, with its value in all digits where that is more than its text says.
fn cell(cell: &Cell, column: &Column) -> String {
    let text = escape(&cell.text);
    let text = if cell.is_best { format!("<strong>{text}</strong>") } else { text };
    let value = if column.is_number && cell.value != cell.text {
        format!(" data-value=\"{}\"", escape(&cell.value))
    } else {
        String::new()
    };
    format!("<td{}{value}>{text}</td>", class(column))
}

fn class(column: &Column) -> &'static str {
    if column.is_number { " class=\"number\"" } else { "" }
}

/// Text whose special characters are their names.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
