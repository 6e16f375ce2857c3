//! Tables as Markdown.

use super::{Cell, Table};

pub(super) fn text(table: &Table) -> String {
    let headings = table.columns.iter().map(|column| escape(&column.heading));
    let rules = table.columns.iter().map(|column| if column.is_number { "--:" } else { ":--" }.to_owned());
    let mut text = line(headings, " ") + &line(rules, "");
    table.rows.iter().for_each(|row| text += &line(row.iter().map(cell), " "));
    let title = format!("{}.", table.title.trim_end_matches('.'));
    let caption: Vec<&str> = std::iter::once(title.as_str()).chain(table.notes.iter().map(String::as_str)).collect();
    text + &format!("\n{}\n", escape(&caption.join(" ")))
}

fn line(cells: impl Iterator<Item = String>, space: &str) -> String {
    let cells: Vec<String> = cells.map(|cell| format!("{space}{cell}{space}")).collect();
    format!("|{}|\n", cells.join("|"))
}

fn cell(cell: &Cell) -> String {
    let text = escape(&cell.text);
    if cell.is_best { format!("**{text}**") } else { text }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|").replace('*', "\\*").replace('\n', " ")
}
