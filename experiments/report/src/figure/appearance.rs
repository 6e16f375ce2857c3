//! How figures look, whatever they show: width, fonts, colours, legend, and the files that they are written as.

use super::colors::Rgb;
use super::palette::Palette;
use super::style::Tint;

/// The look of a figure. It changes no number that the figure shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Appearance {
    /// The total width, all text included.
    pub width: Width,
    /// The size of the names of axes in points; others are in proportion. By default, that of the width.
    pub font_size: Option<f64>,
    /// The colours of lines.
    pub palette: Palette,
    /// The colours of everything else.
    pub theme: Theme,
    /// Whether there are lines behind what is shown, at the numbers of the axes.
    pub grid: bool,
    /// Where the meaning of lines stands; by default, where there is room.
    pub legend: Option<Legend>,
    /// The kinds of files.
    pub formats: Vec<Format>,
    /// Pixels of a PNG in a pixel of CSS, 1/96 of an inch.
    pub scale: f64,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            width: Width::Page,
            font_size: None,
            palette: Palette::default(),
            theme: Theme::Light,
            grid: true,
            legend: None,
            formats: vec![Format::Svg],
            scale: 2.0,
        }
    }
}

/// The total width of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Width {
    /// A column of a paper in two columns: 84 mm.
    Column,
    /// The text of a page: 174 mm.
    Page,
    /// A slide of 13⅓ inches, 1280 pixels of CSS.
    Slide,
    /// This many millimetres.
    Millimetres(f64),
}

impl Width {
    /// Those with a name, by it.
    pub const NAMES: [(&'static str, Self); 3] =
        [("column", Self::Column), ("page", Self::Page), ("slide", Self::Slide)];

    /// The narrowest and the widest that there is, in millimetres.
    pub const RANGE: (f64, f64) = (40.0, 1200.0);

    /// It in millimetres.
    pub fn millimetres(self) -> f64 {
        match self {
            Self::Column => 84.0,
            Self::Page => 174.0,
            Self::Slide => 13.0 * 25.4 + 25.4 / 3.0,
            Self::Millimetres(width) => width,
        }
    }

    /// The size of the names of axes, in points, unless another one is asked for.
    fn font_size(self) -> f64 {
        match self {
            Self::Column => 8.0,
            Self::Slide => 18.0,
            Self::Millimetres(width) if width < 120.0 => 8.0,
            Self::Page | Self::Millimetres(_) => 9.0,
        }
    }
}

/// The colours of paper, ink, axes and grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on black.
    Dark,
    /// Dark on whatever is below.
    Transparent,
}

impl Theme {
    /// All of them, by name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("light", Self::Light), ("dark", Self::Dark), ("transparent", Self::Transparent)];
}

/// Where the meaning of lines stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// Where the first panel is emptiest.
    Inside,
    /// On the right of the panels.
    Beside,
    /// Below the panels.
    Below,
    /// At the right end of each line.
    Direct,
}

impl Legend {
    /// All of them, by name.
    pub const NAMES: [(&'static str, Self); 4] =
        [("inside", Self::Inside), ("beside", Self::Beside), ("below", Self::Below), ("direct", Self::Direct)];
}

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Shapes and text, for browsers and editors.
    Svg,
    /// Pixels.
    Png,
    /// Shapes and text with their font, for LaTeX and print.
    Pdf,
    /// pgfplots, with its numbers beside it.
    Tex,
}

impl Format {
    /// All of them, by name, which is also the ending of their files.
    pub const NAMES: [(&'static str, Self); 4] =
        [("svg", Self::Svg), ("png", Self::Png), ("pdf", Self::Pdf), ("tex", Self::Tex)];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }
}

/// Millimetres in a pixel of CSS, and points in one.
#[cfg(feature = "drawing")]
pub(super) const PIXEL: (f64, f64) = (25.4 / 96.0, 0.75);

/// The size of the names of axes in the unit that figures are laid out in.
#[cfg(feature = "drawing")]
pub(super) const LABEL: f64 = 12.0;

impl Appearance {
    /// The size of the names of axes, in points.
    pub fn points(&self) -> f64 {
        self.font_size.unwrap_or_else(|| self.width.font_size())
    }

    /// The pixels of CSS in a unit of the layout.
    #[cfg(feature = "drawing")]
    pub(super) fn unit(&self) -> f64 {
        self.points() / PIXEL.1 / LABEL
    }

    /// The total width in units of the layout.
    #[cfg(feature = "drawing")]
    pub(super) fn units(&self) -> f64 {
        self.width.millimetres() / PIXEL.0 / self.unit()
    }

    /// The same with files of this kind as well.
    #[must_use]
    pub fn with(mut self, format: Format) -> Self {
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
        self
    }

    /// The same with files of these kinds alone.
    #[must_use]
    pub fn with_only(self, formats: impl IntoIterator<Item = Format>) -> Self {
        formats.into_iter().fold(Self { formats: Vec::new(), ..self }, Self::with)
    }

    /// The names of the files of a figure that are the same on every machine: a PNG's bytes may change with the library that
    /// compresses it, so it is not part of results.
    pub fn kept_files(&self, stem: &str) -> impl Iterator<Item = String> {
        self.endings().filter(|ending| *ending != Format::Png.name()).map(move |ending| format!("{stem}.{ending}"))
    }

    /// The endings of the files of a figure.
    pub fn endings(&self) -> impl Iterator<Item = &'static str> {
        let more = |format: &Format| (*format == Format::Tex).then_some("dat");
        self.formats.iter().flat_map(move |format| [format.name()].into_iter().chain(more(format)))
    }

    /// A colour on the screen.
    pub fn rgb(&self, tint: Tint) -> Rgb {
        let is_dark = self.theme == Theme::Dark;
        let of = |light: u32, dark: u32| Rgb::of(if is_dark { dark } else { light });
        match tint {
            Tint::Paper => of(0xffffff, 0x14171a),
            Tint::Ink => of(0x222222, 0xe8e8e8),
            Tint::Axis => of(0x777777, 0x9aa0a6),
            Tint::Grid => of(0xdddddd, 0x343a40),
            Tint::FineGrid => of(0xf0f0f0, 0x22272b),
            Tint::Level => of(0xa8a8a8, 0x6c737a),
            Tint::Missing => of(0xe4e4e4, 0x33383d),
            Tint::Hatching => of(0x8a8a8a, 0x8a9096),
            Tint::Tone(depth) if is_dark => Rgb(0x14 + depth / 2, 0x17 + depth / 2, 0x1a + depth / 2),
            Tint::Tone(depth) => Rgb(0xff - depth, 0xff - depth, 0xff - depth),
            Tint::Hue(index) => self.palette.color(usize::from(index), is_dark),
            Tint::Wash(index, depth) => {
                let (paper, color) = (self.rgb(Tint::Paper), self.rgb(Tint::Hue(index)));
                paper.mixed(color, depth)
            }
            Tint::Value(color) => color,
        }
    }
}

#[cfg(all(test, feature = "drawing"))]
mod tests {
    use super::*;

    #[test]
    fn text_in_a_column_can_be_read() {
        let column = Appearance { width: Width::Column, ..Appearance::default() };
        // The smallest text is eleven twelfths of the names of axes.
        assert!(column.points() * 11.0 / 12.0 >= 7.0);
        assert!((column.units() * column.unit() * 25.4 / 96.0 - 84.0).abs() < 1e-9);
    }

    #[test]
    fn ink_stands_out_from_paper() {
        for theme in Theme::NAMES.map(|(_, theme)| theme) {
            let look = Appearance { theme, ..Appearance::default() };
            let contrast = |tint: Tint| look.rgb(tint).contrast(look.rgb(Tint::Paper));
            // WCAG 2.2, success criteria 1.4.3 and 1.4.11.
            assert!(contrast(Tint::Ink) > 7.0 && contrast(Tint::Axis) > 3.0);
        }
    }
}
