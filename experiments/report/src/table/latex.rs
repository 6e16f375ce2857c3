//! Tables as LaTeX, with the rules of the package booktabs.

use super::{Cell, Table};

pub(super) fn text(table: &Table) -> String {
    let alignment: String = table.columns.iter().map(|column| if column.is_number { 'r' } else { 'l' }).collect();
    let headings = table.columns.iter().map(|column| escape(&column.heading));
    let rows: String = table.rows.iter().map(|row| line(row.iter().map(cell))).collect();
    let caption: Vec<String> =
        std::iter::once(format!("{}.", table.title.trim_end_matches('.'))).chain(table.notes.iter().cloned()).collect();
    format!(
        "% \\usepackage{{booktabs}}\n\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n  \\begin{{tabular}}{{{alignment}}}\n    \
         \\toprule\n{}    \\midrule\n{rows}    \\bottomrule\n  \\end{{tabular}}\n\\end{{table}}\n",
        escape(&caption.join(" ")),
        line(headings),
    )
}

fn line(cells: impl Iterator<Item = String>) -> String {
    format!("    {} \\\\\n", cells.collect::<Vec<_>>().join(" & "))
}

fn cell(cell: &Cell) -> String {
    let text = match cell.text.as_str() {
        "inf" => "$\\infty$".to_owned(),
        text => escape(text),
    };
    if cell.is_best { format!("\\textbf{{{text}}}") } else { text }
}

/// Text whose special characters are their names.
fn escape(text: &str) -> String {
    let escaped = |character: char| match character {
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => format!("\\{character}"),
        '<' => "\\textless{}".to_owned(),
        '>' => "\\textgreater{}".to_owned(),
        '|' => "\\textbar{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '\\' => "\\textbackslash{}".to_owned(),
        '×' => "$\\times$".to_owned(),
        '\u{2212}' => "$-$".to_owned(),
        'α'..='ω' => greek(character).map_or_else(|| character.to_string(), |name| format!("$\\{name}$")),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// The name of a letter that hyperparameters have.
fn greek(letter: char) -> Option<&'static str> {
    let names = [
        ('α', "alpha"),
        ('β', "beta"),
        ('γ', "gamma"),
        ('ε', "varepsilon"),
        ('λ', "lambda"),
        ('μ', "mu"),
        ('ρ', "rho"),
    ];
    names.into_iter().find(|(known, _)| *known == letter).map(|(_, name)| name)
}
