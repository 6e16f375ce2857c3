//! Colours that stand for numbers, on the screen, to the colour-blind, and in grey.

/// A colour on the screen: red, green and blue of sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The colour that is written so in hexadecimal digits.
    pub(super) const fn of(digits: u32) -> Self {
        let [_, red, green, blue] = digits.to_be_bytes();
        Self(red, green, blue)
    }

    /// This colour with another one over it that covers `part` of 255.
    pub(super) fn mixed(self, other: Self, part: u8) -> Self {
        mix([self.0, self.1, self.2], [other.0, other.1, other.2], (u32::from(part), 255))
    }

    /// Its hexadecimal digits after a hash, as CSS has them.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
impl Rgb {
    /// Intensities of red, green and blue light, from 0 to 1.
    pub(super) fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        })
    }

    /// The ratio of luminances, the lighter one first (WCAG 2.2).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let luminance = |color: Self| {
            let [r, g, b] = color.linear();
            0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
        };
        let (a, b) = (luminance(self), luminance(other));
        a.max(b) / a.min(b)
    }
}

/// Viridis (van der Walt and Smith 2015) at nine places: its lightness grows evenly, so that it survives in grey, and
/// the colour-blind can tell its hues apart. Between the places colours are mixed, with no visible difference from the
/// original.
const VIRIDIS: [[u8; 3]; 9] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2d, 0x7b],
    [0x3b, 0x52, 0x8b],
    [0x2c, 0x72, 0x8e],
    [0x21, 0x90, 0x8c],
    [0x27, 0xad, 0x81],
    [0x5d, 0xc8, 0x63],
    [0xaa, 0xdc, 0x32],
    [0xfd, 0xe7, 0x25],
];

/// Shades of [`viridis`]: few enough for an image with a palette, with room for other colours.
const SHADES: u32 = 241;

/// How far the deepest of [`grey`]'s tones is from paper: lines of every colour stand out on it.
const DEEPEST: u8 = 0x3b;

/// The colour of a share, from dark violet at 0 to yellow at 1.
pub(super) fn viridis(share: f64) -> Rgb {
    let shade = (share.clamp(0.0, 1.0) * f64::from(SHADES - 1)).round() as u32;
    let scaled = shade * (VIRIDIS.len() as u32 - 1);
    let (index, part) = ((scaled / (SHADES - 1)) as usize, scaled % (SHADES - 1));
    mix(VIRIDIS[index], VIRIDIS[(index + 1).min(VIRIDIS.len() - 1)], (part, SHADES - 1))
}

/// The colours of the two sides of a boundary, from far off to near: grey keeps them apart, because one side is darker
/// throughout.
const CONVERGED: [[u8; 3]; 2] = [[0x06, 0x16, 0x3c], [0x2f, 0x74, 0xb5]];
const DIVERGED: [[u8; 3]; 3] = [[0xd9, 0x82, 0x1a], [0xf6, 0xc0, 0x62], [0xff, 0xf8, 0xdc]];

/// Shades of either side.
const SIDE_SHADES: u32 = 115;

/// The colour of a place on one side of a boundary: `near` is 0 far off and 1 at the boundary.
pub(super) fn sides(converged: bool, near: f64) -> Rgb {
    let colors: &[[u8; 3]] = if converged { &CONVERGED } else { &DIVERGED };
    let shade = (near.clamp(0.0, 1.0) * f64::from(SIDE_SHADES - 1)).round() as u32;
    let scaled = shade * (colors.len() as u32 - 1);
    let (index, part) = ((scaled / (SIDE_SHADES - 1)) as usize, scaled % (SIDE_SHADES - 1));
    mix(colors[index], colors[(index + 1).min(colors.len() - 1)], (part, SIDE_SHADES - 1))
}

/// The colours of a region where trials are too slow, and of one where all reach what they should: a light and a dark one.
const REACH: [[u8; 3]; 2] = [[0xf3, 0xe9, 0xcd], [0x1f, 0x55, 0x99]];

/// Shades between them.
const REACH_SHADES: u32 = 100;

/// The colour of the share of trials that reach what they should.
pub(super) fn attained(share: f64) -> Rgb {
    let shade = (share.clamp(0.0, 1.0) * f64::from(REACH_SHADES)).round() as u32;
    mix(REACH[0], REACH[1], (shade, REACH_SHADES))
}

/// The colour at `part` of `whole` on the way from one to the other.
fn mix(low: [u8; 3], high: [u8; 3], (part, whole): (u32, u32)) -> Rgb {
    let channel = |i: usize| {
        let sum = u32::from(low[i]) * (whole - part) + u32::from(high[i]) * part;
        ((sum + whole / 2) / whole) as u8
    };
    Rgb(channel(0), channel(1), channel(2))
}

/// Tone `index` of `count`, from paper to a light grey.
pub(super) fn grey(index: usize, count: usize) -> u8 {
    (usize::from(DEEPEST) * index / (count - 1).max(1)) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE L* of a colour of sRGB.
    fn lightness(color: Rgb) -> f64 {
        let [r, g, b] = color.linear();
        116.0 * libm::cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16.0
    }

    #[test]
    fn lightness_grows_evenly() {
        let steps: Vec<f64> = (0..=16).map(|i| lightness(viridis(f64::from(i) / 16.0))).collect();
        let mean = (steps[16] - steps[0]) / 16.0;
        assert!(mean > 4.0);
        for pair in steps.windows(2) {
            // Viridis itself strays by 0.12 of the mean; mixing between nine places, and whole numbers, add to that.
            assert!((pair[1] - pair[0] - mean).abs() < 0.3 * mean, "{steps:?}");
        }
    }

    #[test]
    fn the_sides_of_a_boundary_differ_in_grey() {
        let all = |converged: bool| (0..=20).map(move |i| lightness(sides(converged, f64::from(i) / 20.0)));
        assert!(all(true).fold(0.0, f64::max) + 12.0 < all(false).fold(100.0, f64::min));
        assert!(all(true).is_sorted() && all(false).is_sorted());
    }

    #[test]
    fn the_ends_are_those_of_the_table() {
        assert_eq!([viridis(-1.0), viridis(0.0)], [Rgb(0x44, 0x01, 0x54); 2]);
        assert_eq!(viridis(0.5), Rgb(0x21, 0x90, 0x8c));
        assert_eq!([viridis(1.0), viridis(2.0)], [Rgb(0xfd, 0xe7, 0x25); 2]);
        assert_eq!([grey(0, 5), grey(4, 5), grey(0, 1)], [0, DEEPEST, 0]);
    }
}
