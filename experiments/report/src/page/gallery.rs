//! A page of many studies, with a figure of each.

use askama::Template;

use super::STYLE;
use crate::figure::FigureError;
use crate::table::escape;

/// A study in a gallery.
#[derive(Clone, Debug)]
pub struct Card {
    /// The name of its folder.
    pub name: String,
    /// What it is, in a line.
    pub title: String,
    /// What its name leads to, from the gallery.
    pub link: String,
    /// A figure, from the gallery.
    pub figure: Option<String>,
    /// How many figures it has.
    pub figures: usize,
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery<'a> {
    version: &'static str,
    style: &'static str,
    script: &'static str,
    cards: &'a [Card],
}

/// A page of studies, with links to their folders beside it.
///
/// # Errors
/// None that a card can cause.
pub fn gallery(cards: &[Card]) -> Result<String, FigureError> {
    let script = include_str!("../../templates/gallery.js");
    let page = Gallery { version: env!("CARGO_PKG_VERSION"), style: STYLE, script, cards };
    page.render().map_err(|error| FigureError::Draw(error.to_string()))
}

/// Cards side by side in Markdown.
const COLUMNS: usize = 3;

/// The same as Markdown, for places that show no HTML page: a table of pictures, each of which leads to its study.
pub fn gallery_in_markdown(cards: &[Card]) -> String {
    let cell = |card: &Card| {
        let Card { name, title, link, figure, figures } = card;
        let title = escape(title).replace('|', "\\|");
        let picture = figure.as_ref().map_or_else(String::new, |figure| {
            format!(
                "<a href=\"{}\"><img src=\"{}\" alt=\"{title}\" width=\"260\"></a><br>",
                escape(link),
                escape(figure)
            )
        });
        let more = if *figures > 1 { format!(" ({figures} figures)") } else { String::new() };
        format!("{picture}[{name}]({link})<br>{title}{more}")
    };
    let row = |cards: &[Card]| {
        let cells = cards.iter().map(cell).chain(std::iter::repeat_n(String::new(), COLUMNS - cards.len()));
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let head = format!("|{}\n|{}\n", "   |".repeat(COLUMNS), ":-:|".repeat(COLUMNS));
    head + &cards.chunks(COLUMNS).map(row).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gallery_in_markdown_has_rows_of_as_many_cells() {
        let card = |name: &str, figure: Option<&str>| Card {
            name: name.to_owned(),
            title: "A | B & C".to_owned(),
            link: format!("{name}/README.md"),
            figure: figure.map(str::to_owned),
            figures: 2,
        };
        let text = gallery_in_markdown(&[
            card("a", Some("a/figures/x.svg")),
            card("b", None),
            card("c", None),
            card("d", None),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(lines.iter().all(|line| bars(line) == COLUMNS + 1), "{text}");
        let first = "| <a href=\"a/README.md\"><img src=\"a/figures/x.svg\" alt=\"A \\| B &amp; C\" width=\"260\"></a><br>[a](a/README.md)<br>A \\| B &amp; C (2 figures) |";
        assert!(lines[2].starts_with(first), "{text}");
    }
}
