//! Tables as CSV.

use super::Table;

pub(super) fn text(table: &Table) -> String {
    let names = table.columns.iter().map(|column| column.name.as_str()).collect();
    let rows = table.rows.iter().map(|row| row.iter().map(|cell| cell.value.as_str()).collect::<Vec<_>>());
    std::iter::once(names).chain(rows).map(|cells: Vec<&str>| line(&cells)).collect()
}

fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\n"
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
