//! Tables of what a sweep found, as CSV, Markdown, LaTeX and HTML.

mod best;
mod csv;
mod html;
mod latex;
mod markdown;
mod pivot;
mod ranks;
mod sheet;
mod tuning;

pub use best::best;
pub use html::escape;
pub use pivot::{PivotError, has, pivot, values_of};
pub use ranks::ranks;
pub use sheet::{Asked, of_sheet};
pub use tuning::{NoTable, budget, regimes, tunability};

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What its marks mean, a sentence each.
    pub notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV.
    pub name: String,
    /// Its heading for people.
    pub heading: String,
    /// Whether it holds numbers, which stand to the right.
    pub is_number: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What people read.
    pub text: String,
    /// What CSV has, in all digits.
    pub value: String,
    /// Whether it is as good as the best one it is compared with, and set in bold.
    pub is_best: bool,
}

/// A language that tables are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Numbers in all their digits, without title, notes and bold.
    Csv,
    /// A pipe table.
    Markdown,
    /// A `table` with the rules of booktabs.
    Latex,
    /// A `<table>`.
    Html,
}

impl Table {
    /// The text of the table, which ends with a line feed.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Csv => csv::text(self),
            Format::Markdown => markdown::text(self),
            Format::Latex => latex::text(self),
            Format::Html => html::text(self),
        }
    }
}

impl Column {
    /// A column of words.
    pub fn text(name: &str, heading: &str) -> Self {
        Self { name: name.to_owned(), heading: heading.to_owned(), is_number: false }
    }

    /// A column of numbers.
    pub fn number(name: &str, heading: &str) -> Self {
        Self { is_number: true, ..Self::text(name, heading) }
    }
}

impl Cell {
    /// A cell that people and programs read alike.
    pub fn of(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: text.clone(), text, is_best: false }
    }

    fn number(value: f64) -> Self {
        let (text, value) = (crate::findings::number(value), thalweg_record::record::Precision::F64.format(value));
        Self { text, value, is_best: false }
    }

    fn count(count: usize) -> Self {
        Self::of(count.to_string())
    }

    fn best_if(self, is_best: bool) -> Self {
        Self { is_best, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let cells = |name: &str, value: f64, is_best| vec![Cell::of(name), Cell::number(value).best_if(is_best)];
        Table {
            title: "Losses & more".to_owned(),
            columns: vec![Column::text("optimizer", "optimizer"), Column::number("loss", "median loss")],
            rows: vec![cells("a_b, \"c\" <d> | 5 %", 0.012_345, true), cells("sgd", f64::INFINITY, false)],
            notes: vec!["Bold: the best.".to_owned()],
        }
    }

    #[test]
    fn every_language_escapes_what_is_its_own() {
        assert_eq!(table().text(Format::Csv), "optimizer,loss\n\"a_b, \"\"c\"\" <d> | 5 %\",0.012345\nsgd,inf\n");
        let markdown = "| optimizer | median loss |\n|:--|--:|\n| a_b, \"c\" &lt;d> \\| 5 % | **0.0123** |\n| sgd | inf |\n\nLosses &amp; more. Bold: the best.\n";
        assert_eq!(table().text(Format::Markdown), markdown);
        let latex = table().text(Format::Latex);
        for line in [
            "\\begin{tabular}{lr}",
            "\\toprule",
            "a\\_b, \"c\" \\textless{}d\\textgreater{} \\textbar{} 5 \\% & \\textbf{0.0123} \\\\",
            "sgd & $\\infty$ \\\\",
            "\\caption{Losses \\& more. Bold: the best.}",
        ] {
            assert!(latex.lines().any(|own| own.trim() == line), "{line}\n{latex}");
        }
        let html = table().text(Format::Html);
        assert!(html.contains("a_b, &quot;c&quot; &lt;d&gt; | 5 %"), "{html}");
        assert!(html.contains("<th scope=\"col\" class=\"number\">median loss</th>"), "{html}");
    }
}
