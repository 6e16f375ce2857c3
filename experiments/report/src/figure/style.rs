//! Colours, dashes and markers that tell lines apart: in colour, to the colour-blind, and in grey.

use super::colors::Rgb;

/// The shape that marks a line's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle on its base.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle on its tip.
    Wedge,
    /// Two crossed strokes.
    Cross,
    /// An upright cross.
    Plus,
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its colour.
    pub color: Rgb,
    /// Lengths of dash, gap, … in pixels; none for an unbroken line.
    pub dash: &'static [f64],
    /// The shape at its points.
    pub marker: Marker,
}

/// The palette of Okabe and Ito (2008) without its yellow, which is lost on white, in an order in which neighbours
/// differ in lightness (L* of 46, 71, 0, 58, 64, 54, 70).
const COLORS: [Rgb; 7] = [
    Rgb(0x00, 0x72, 0xb2),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x00, 0x00, 0x00),
    Rgb(0x00, 0x9e, 0x73),
    Rgb(0xcc, 0x79, 0xa7),
    Rgb(0xd5, 0x5e, 0x00),
    Rgb(0x56, 0xb4, 0xe9),
];

const DASHES: [&[f64]; 4] = [&[], &[7.0, 2.5], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5]];

const MARKERS: [Marker; 7] =
    [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Wedge, Marker::Cross, Marker::Plus];

/// Lines that one chart can tell apart.
pub const MOST_LINES: usize = COLORS.len() * DASHES.len();

/// The look of a chart's line `index`: no two of the first [`MOST_LINES`] have the same colour and the same dashes.
pub fn style(index: usize) -> Style {
    let round = index / COLORS.len();
    Style {
        color: COLORS[index % COLORS.len()],
        dash: DASHES[index % DASHES.len()],
        marker: MARKERS[(index + round) % MARKERS.len()],
    }
}

/// The look of a line with the dashes and the marker of one number, and the colour of another.
pub fn combined(line: usize, color: usize) -> Style {
    Style {
        color: COLORS[color % COLORS.len()],
        dash: DASHES[line % DASHES.len()],
        marker: MARKERS[line % MARKERS.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_differ_in_colour_or_dashes() {
        let styles: Vec<Style> = (0..MOST_LINES).map(style).collect();
        for (i, a) in styles.iter().enumerate() {
            assert!(styles[..i].iter().all(|b| a.color != b.color || a.dash != b.dash), "{i}");
        }
    }
}
