//! Tables of coloured cells: where their borders lie, and how they become rectangles or the pixels of an image.

use super::axis::{Scale, between};
use super::colors::Rgb;
use super::style::Tint;

/// The most cells that an SVG draws one by one; more become an image.
pub const MOST_RECTANGLES: usize = 64 * 64;

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// A value, as this colour.
    Color(Rgb),
    /// A value, as this tone ([`Tint::Tone`]).
    Tone(u8),
    /// A share of a colour of the palette ([`Tint::Wash`]).
    Wash(u8, u8),
    /// That there is no value because trials diverged.
    Hatched,
    /// That there are no trials.
    Empty,
}

impl Fill {
    /// The colour below any hatching.
    pub fn color(self) -> Tint {
        match self {
            Self::Color(color) => Tint::Value(color),
            Self::Tone(depth) => Tint::Tone(depth),
            Self::Wash(hue, depth) => Tint::Wash(hue, depth),
            Self::Hatched => Tint::Missing,
            Self::Empty => Tint::Paper,
        }
    }
}

/// A table of cells, in values of a panel's axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Cells {
    /// The borders of the columns, ascending.
    pub x: Vec<f64>,
    /// The borders of the rows, ascending.
    pub y: Vec<f64>,
    /// Row by row, from the lowest.
    pub fills: Vec<Fill>,
}

impl Cells {
    /// How many columns and rows there are.
    pub fn size(&self) -> (usize, usize) {
        (self.x.len() - 1, self.y.len() - 1)
    }

    /// Whether an SVG shows an image of them.
    pub fn is_image(&self) -> bool {
        self.fills.len() > MOST_RECTANGLES
    }

    /// The fill of a column and row.
    pub fn fill(&self, column: usize, row: usize) -> Fill {
        self.fills[row * self.size().0 + column]
    }
}

/// On which scale ascending values are spread more evenly: geometric spacing asks for a log axis.
pub(super) fn scale_of(values: &[f64]) -> Scale {
    /// Two values alone stand on a log axis if they differ by this ratio.
    const FAR: f64 = 5.0;
    if values.len() < 2 || values[0] <= 0.0 {
        return Scale::Linear;
    }
    if let [low, high] = values {
        return if high / low >= FAR { Scale::Log } else { Scale::Linear };
    }
    let logs: Vec<f64> = values.iter().map(|&value| libm::log10(value)).collect();
    if unevenness(&logs) < unevenness(values) { Scale::Log } else { Scale::Linear }
}

/// Whether ascending values are spread so unevenly, on either scale, that cells around them would be of very different
/// sizes.
pub(super) fn is_uneven(values: &[f64]) -> bool {
    /// 0, 0.5, 0.9 and 0.99 have 0.3; 0.9, 0.99, 0.999 and 0.9999 have 1.5.
    const UNEVEN: f64 = 0.5;
    if values.len() < 3 {
        return false;
    }
    let logs: Vec<f64> = values.iter().map(|&value| libm::log10(value)).collect();
    let on_log = if values[0] > 0.0 { unevenness(&logs) } else { f64::INFINITY };
    on_log.min(unevenness(values)) > UNEVEN
}

/// The variance of the steps between ascending values, relative to their squared mean.
fn unevenness(values: &[f64]) -> f64 {
    let count = (values.len() - 1) as f64;
    let mean = (values[values.len() - 1] - values[0]) / count;
    let squares: f64 = values.windows(2).map(|pair| (pair[1] - pair[0] - mean) * (pair[1] - pair[0] - mean)).sum();
    squares / (count * mean * mean)
}

/// The borders of cells around ascending values: halfway to the neighbours, on this scale, and as far again at the
/// ends, as far as there are numbers.
pub(super) fn borders(values: &[f64], scale: Scale) -> Vec<f64> {
    let least = if scale == Scale::Log { f64::from_bits(1) } else { f64::MIN };
    let halfway = |a: f64, b: f64| match scale {
        Scale::Linear => between(a, b, (1.0, 2.0)),
        Scale::Log => libm::sqrt(a) * libm::sqrt(b),
    };
    let opposite = |value: f64, border: f64| match scale {
        Scale::Linear => value + (value - border),
        Scale::Log => value * (value / border),
    };
    let Some((&first, &last)) = values.first().zip(values.last()) else { return Vec::new() };
    let inner: Vec<f64> = values.windows(2).map(|pair| halfway(pair[0], pair[1])).collect();
    let (low, high) = match (inner.first(), inner.last(), scale) {
        (Some(&low), Some(&high), _) => (opposite(first, low), opposite(last, high)),
        (_, _, Scale::Log) => (first / 1.1, first * 1.1),
        (_, _, Scale::Linear) => (first - 0.1 * first.abs().max(1.0), first + 0.1 * first.abs().max(1.0)),
    };
    [low].into_iter().chain(inner).chain([high]).map(|border| border.clamp(least, f64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_values_stand_on_a_log_axis() {
        assert_eq!(scale_of(&[1e-3, 1e-2, 1e-1]), Scale::Log);
        assert_eq!(scale_of(&[1e-3, 3e-3, 1e-2, 2.9e-2]), Scale::Log);
        assert_eq!(scale_of(&[0.1, 0.2, 0.3, 0.4]), Scale::Linear);
        assert_eq!(scale_of(&[0.0, 0.5, 0.9, 0.99]), Scale::Linear);
        assert_eq!(scale_of(&[-1.0, 1.0]), Scale::Linear);
        assert_eq!([scale_of(&[1.0, 2.0]), scale_of(&[1.0, 10.0])], [Scale::Linear, Scale::Log]);
        assert_eq!([scale_of(&[0.1]), scale_of(&[])], [Scale::Linear; 2]);
    }

    #[test]
    fn values_that_crowd_are_uneven() {
        assert!(is_uneven(&[0.9, 0.99, 0.999, 0.9999]));
        assert!(
            ![&[0.0, 0.5, 0.9, 0.99][..], &[1e-8, 1e-6, 1e-4], &[0.1, 0.2, 0.3], &[1.0, 9.0]]
                .map(is_uneven)
                .contains(&true)
        );
    }

    #[test]
    fn borders_lie_halfway() {
        assert_eq!(borders(&[1.0, 2.0, 4.0], Scale::Linear), [0.5, 1.5, 3.0, 5.0]);
        assert_eq!(borders(&[1.0, 4.0, 64.0], Scale::Log), [0.5, 2.0, 16.0, 256.0]);
        for (scale, value) in [(Scale::Linear, 0.0), (Scale::Linear, -3.0), (Scale::Log, 1e-5)] {
            let alone = borders(&[value], scale);
            assert!(alone.len() == 2 && alone[0] < value && value < alone[1], "{alone:?}");
        }
        let smallest = f64::from_bits(1);
        for values in [&[smallest, f64::MAX][..], &[f64::MAX], &[smallest], &[1.0, 1.0f64.next_up()]] {
            for scale in [Scale::Linear, Scale::Log] {
                let borders = borders(values, scale);
                assert!(borders.is_sorted() && borders.iter().all(|border| border.is_finite()), "{borders:?}");
                assert!(scale == Scale::Linear || borders[0] > 0.0, "{borders:?}");
            }
        }
    }
}
