//! A page of figures and tables that are no study's.

use askama::Template;

use super::{SCRIPT, STYLE};
use crate::figure::{Appearance, FigureError, Picture, svg};
use crate::table::{Format, Table};

/// What such a page says.
#[derive(Debug)]
pub struct Pictures<'a> {
    /// What it is of.
    pub title: String,
    /// Figures, with names that no other has.
    pub figures: &'a [(String, Picture)],
    /// Tables, which sort.
    pub tables: &'a [Table],
    /// What is known of how the numbers came about, as names and values.
    pub facts: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "pictures.html")]
struct Page<'a> {
    title: &'a str,
    version: &'static str,
    style: &'static str,
    script: &'static str,
    figures: Vec<(String, String)>,
    tables: Vec<String>,
    facts: &'a [(String, String)],
}

/// The page; the same pictures make the same text.
///
/// # Errors
/// If a figure cannot be drawn.
pub fn pictures(page: &Pictures<'_>) -> Result<String, FigureError> {
    let drawn = |(name, picture): &(String, Picture)| {
        Ok((picture.title.clone(), svg(picture, &Appearance::default(), &format!("figure-{name}"))?))
    };
    let template = Page {
        title: &page.title,
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        script: SCRIPT,
        figures: page.figures.iter().map(drawn).collect::<Result<_, FigureError>>()?,
        tables: page.tables.iter().map(|table| table.text(Format::Html)).collect(),
        facts: &page.facts,
    };
    template.render().map_err(|error| FigureError::Draw(error.to_string()))
}
