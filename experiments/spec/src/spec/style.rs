//! `[style]`: how figures look.

use std::sync::Arc;

use super::canonical::{list, number, quoted};
use super::document::Document;
use super::error::InputError;
use super::faults;
use super::key::{Key, Values, Without, names, names_of};
use super::reader::{Field, Interval, Named, Table};
use crate::figure::{Appearance, Format, Legend, Palette, Theme, Width};
use crate::registry::Registry;

impl Named for Theme {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
}

impl Named for Palette {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
}

impl Named for Legend {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
}

impl Named for Format {
    const NAMES: &'static [(&'static str, Self)] = &Self::NAMES;
}

/// Sizes of a font, in points.
const FONT: Interval = Interval { low: (4.0, true), high: (72.0, true) };

/// Pixels of a PNG in one of CSS.
const SCALE: Interval = Interval { low: (0.25, true), high: (16.0, true) };

/// Widths in millimetres.
const WIDTH: Interval = Interval { low: (Width::RANGE.0, true), high: (Width::RANGE.1, true) };

/// The keys of `[style]`.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "width",
        "how wide a figure is with all its text: a column of a paper in two (84 mm), the text of a page (174 mm), a slide \
         (13⅓ inches), or this wide",
        Values::Words("column, page, slide, or millimetres from 40 to 1200"),
        Without::Value("\"page\""),
    ),
    Key::new(
        "font_size",
        "the size of the names of axes in points; other text is in proportion, and the smallest eleven twelfths of it",
        Values::Number(FONT),
        Without::Words("8 in a column, 9 on a page, 18 on a slide"),
    ),
    Key::new(
        "palette",
        "the colours of lines; each method has one of them in every figure",
        Values::Name(names_of::<Palette>),
        Without::Value("\"okabe-ito\""),
    ),
    Key::new(
        "theme",
        "the colours of all else: on white, on black, or on whatever is below",
        Values::Name(names_of::<Theme>),
        Without::Value("\"light\""),
    ),
    Key::new("grid", "whether there are lines at the numbers of axes", Values::Truth, Without::Value("true")),
    Key::new(
        "legend",
        "where the meaning of lines stands: where a panel is emptiest, beside or below the panels, or at the ends of lines",
        Values::Name(names_of::<Legend>),
        Without::Words("beside if there is room, else below"),
    ),
    Key::new(
        "formats",
        "the files: vectors for the screen, pixels, vectors for print with their font, pgfplots with its numbers beside it",
        Values::Words("a list of svg, png, pdf, tex"),
        Without::Value("[\"svg\"]"),
    ),
    Key::new("scale", "pixels of a PNG in one of CSS, 1/96 inch", Values::Number(SCALE), Without::Value("2.0")),
];

/// Reads a file of the keys of `[style]`, such as `width = "column"`, over a style that has the others.
///
/// # Errors
///
/// All that is not right in the text, each with its place.
pub fn read_style(
    registry: &Arc<Registry>,
    name: &str,
    text: &str,
    others: &Appearance,
) -> Result<Appearance, InputError> {
    let document = Document::parse(registry, name, text)?;
    faults::read_all(&document, &|document| read(&Table::root(document), others))
}

/// A style with the keys of `KEY=VALUE` texts, such as `style.theme=dark`, in the place of its own.
///
/// # Errors
///
/// All that is not right in the texts; a key that is none of `style` among it.
pub fn override_style(
    registry: &Arc<Registry>,
    overrides: &[String],
    others: &Appearance,
) -> Result<Appearance, InputError> {
    let mut document = Document::parse(registry, "--set", "")?;
    document.set_all(overrides)?;
    faults::read_all(&document, &|document| {
        let root = Table::root(document);
        root.allow(&["style"])?;
        root.optional("style").map_or(Ok(others.clone()), |field| read(&field.table()?, others))
    })
}

/// Reads the table of a spec, if there is one.
pub(super) fn of(root: &Table<'_>) -> Result<Appearance, InputError> {
    let default = Appearance::default();
    root.optional("style").map_or(Ok(default.clone()), |field| read(&field.table()?, &default))
}

fn read(table: &Table<'_>, others: &Appearance) -> Result<Appearance, InputError> {
    table.allow(&names(KEYS))?;
    let number = |key: &str, interval: Interval| table.optional(key).map(|field| field.number(interval)).transpose();
    fn named<T: Named>(table: &Table<'_>, key: &str) -> Result<Option<T>, InputError> {
        table.optional(key).map(|field| field.named()).transpose()
    }
    Ok(Appearance {
        width: table.optional("width").map_or(Ok(others.width), |field| read_width(&field))?,
        font_size: number("font_size", FONT)?.or(others.font_size),
        palette: named(table, "palette")?.unwrap_or(others.palette),
        theme: named(table, "theme")?.unwrap_or(others.theme),
        grid: table.optional("grid").map_or(Ok(others.grid), |field| field.boolean())?,
        legend: named(table, "legend")?.or(others.legend),
        formats: table.optional("formats").map_or(Ok(others.formats.clone()), |field| read_formats(&field))?,
        scale: number("scale", SCALE)?.unwrap_or(others.scale),
    })
}

fn read_width(field: &Field<'_>) -> Result<Width, InputError> {
    if field.as_number().is_some() {
        return field.number(WIDTH).map(Width::Millimetres);
    }
    let names: Vec<&str> = Width::NAMES.iter().map(|(name, _)| *name).collect();
    field.as_str().ok_or_else(|| field.expected(format!("one of {}, or millimetres", names.join(", "))))?;
    Ok(Width::NAMES[field.choice(&names)?].1)
}

fn read_formats(field: &Field<'_>) -> Result<Vec<Format>, InputError> {
    let mut formats: Vec<Format> = Vec::new();
    for item in field.list("a list of formats, such as [\"svg\", \"pdf\"]")? {
        let format = item.named()?;
        if formats.contains(&format) {
            return Err(item.error(format!("`{}` occurs twice", Named::name(format))));
        }
        formats.push(format);
    }
    if formats.is_empty() { Err(field.expected("at least one format")) } else { Ok(formats) }
}

/// The lines of its table in a canonical text, as (key, value); none for the style that holds without one.
pub(super) fn lines(style: &Appearance) -> Vec<(&'static str, String)> {
    if *style == Appearance::default() {
        return Vec::new();
    }
    let Appearance { width, font_size, palette, theme, grid, legend, formats, scale } = style;
    let name = Width::NAMES.iter().find(|(_, known)| known == width);
    let mut lines = vec![("width", name.map_or_else(|| number(width.millimetres()), |(name, _)| quoted(name)))];
    lines.extend(font_size.map(|size| ("font_size", number(size))));
    lines.extend([("palette", quoted(palette.name())), ("theme", quoted(theme.name())), ("grid", grid.to_string())]);
    lines.extend(legend.map(|legend| ("legend", quoted(Named::name(legend)))));
    lines.push(("formats", list(formats, |format| quoted(format.name()))));
    lines.push(("scale", number(*scale)));
    lines
}
