//! A page of many studies, with a figure of each.

use askama::Template;

use super::STYLE;
use crate::figure::FigureError;

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
