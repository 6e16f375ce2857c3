//! Colours, dashes and markers that tell lines apart: in colour, to the colour-blind, and in grey.

use super::colors::Rgb;
use super::palette::COLORS;

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

/// What a colour is for: theme and palette say which one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// What is drawn on.
    Paper,
    /// Text, and lines that are as dark as text.
    Ink,
    /// Axes, and what stands for no line in particular.
    Axis,
    /// Lines at the named numbers of axes.
    Grid,
    /// Lines at the other ones.
    FineGrid,
    /// Lines of equal value.
    Level,
    /// Cells without a value.
    Missing,
    /// Lines over them.
    Hatching,
    /// Paper made darker, or on dark paper lighter, by this much of 255.
    Tone(u8),
    /// A colour of the palette.
    Hue(u8),
    /// A colour of the palette, this much of 255 of it on paper.
    Wash(u8, u8),
    /// A colour that stands for a value, the same in every theme.
    Value(Rgb),
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its colour.
    pub color: Tint,
    /// Lengths of dash, gap, … in pixels; none for an unbroken line.
    pub dash: &'static [f64],
    /// The shape at its points.
    pub marker: Marker,
}

const DASHES: [&[f64]; 4] = [&[], &[7.0, 2.5], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5]];

const MARKERS: [Marker; 7] =
    [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Wedge, Marker::Cross, Marker::Plus];

/// Lines that one chart can tell apart.
pub const MOST_LINES: usize = COLORS * DASHES.len();

/// The look of a chart's line `index`: no two of the first [`MOST_LINES`] have the same colour and the same dashes.
pub fn style(index: usize) -> Style {
    let round = index / COLORS;
    combined_with(index, index, index + round)
}

/// The look of a line with the dashes and the marker of one number, and the colour of another.
pub fn combined(line: usize, color: usize) -> Style {
    combined_with(line, color, line)
}

fn combined_with(dash: usize, color: usize, marker: usize) -> Style {
    Style {
        color: Tint::Hue((color % COLORS) as u8),
        dash: DASHES[dash % DASHES.len()],
        marker: MARKERS[marker % MARKERS.len()],
    }
}

/// The methods whose looks are chosen, so that those which are often compared differ most; the number of a look of
/// [`style`].
const METHODS: &[(&str, usize)] = &[
    // Unbroken lines, in the seven colours.
    ("adam", 0),
    ("momentum", 8),
    ("sgd", 16),
    ("nesterov", 24),
    ("adagrad", 4),
    ("rmsprop", 12),
    ("adadelta", 20),
    // Dashed ones.
    ("adamw", 21),
    ("adamax", 1),
    ("schedule-free-sgd", 9),
    ("muon", 17),
    ("amsgrad", 25),
    ("lion", 5),
    ("yogi", 13),
    // Dotted ones.
    ("nadam", 14),
    ("lamb", 22),
    ("optimistic", 2),
    ("radam", 10),
    ("adabelief", 18),
    ("schedule-free-adamw", 6),
];

/// The look that a method has in every figure, page and terminal.
///
/// Methods that come with the program have one that was chosen; what has another name, a label of a spec among them, has
/// the one that its letters give (FNV-1a of the name), so that it is the same everywhere too.
pub fn method_style(method: &str) -> Style {
    style(method_index(method))
}

fn method_index(method: &str) -> usize {
    let chosen = METHODS.iter().find(|(name, _)| *name == method).map(|(_, index)| *index);
    chosen.unwrap_or_else(|| {
        let hash = method
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash % MOST_LINES as u64) as usize
    })
}

/// The looks of lines that are of these methods, no two of them alike as long as there are looks: each has the colour of its
/// method, unless all are of one, where colours tell them apart.
pub(super) fn styles(methods: &[&str]) -> Vec<Style> {
    if methods.len() > 1 && methods.iter().all(|method| *method == methods[0]) {
        return (0..methods.len()).map(style).collect();
    }
    let mut taken: Vec<Style> = Vec::new();
    for method in methods {
        let index = method_index(method);
        let is_free = |look: &Style| taken.iter().all(|other| (other.color, other.dash) != (look.color, look.dash));
        // The same colour with other dashes first, and then other markers.
        let same = (0..DASHES.len()).map(|step| combined_with(index + step, index, index + index / COLORS + step));
        let others = (0..MARKERS.len()).map(|step| combined_with(index, index, index + step));
        let look = same.clone().find(is_free).or_else(|| others.clone().find(|look| !taken.contains(look)));
        taken.push(look.unwrap_or_else(|| style(index)));
    }
    taken
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

    #[test]
    fn a_colour_belongs_to_a_method() {
        let all: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
        let looks = styles(&all);
        for (method, look) in all.iter().zip(&looks) {
            assert_eq!(*look, method_style(method), "{method} has a look of its own");
        }
        for few in [&["sgd", "adam"][..], &["adam", "sgd"], &["mine", "adam"]] {
            for (method, look) in few.iter().zip(styles(few)) {
                assert_eq!(look.color, method_style(method).color, "{method} of {few:?}");
            }
        }
    }

    #[test]
    fn lines_of_one_method_differ() {
        for methods in [&["adam"; 9][..], &["adam", "adam", "adam", "sgd", "sgd", "adam", "adam"]] {
            let looks = styles(methods);
            for (i, look) in looks.iter().enumerate() {
                assert!(!looks[..i].contains(look), "{methods:?}");
            }
        }
    }
}
