//! The colours of lines: told apart by the colour-blind, and together with dashes and markers in grey.

use super::colors::Rgb;

/// Colours of lines, by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// That of Okabe and Ito (2008) without its yellow, which is lost on white.
    #[default]
    OkabeIto,
    /// The bright scheme of Tol (2021) with black in place of its grey.
    Tol,
    /// Greys, for print without colours: dashes and markers tell lines apart.
    Grey,
}

/// How many colours a palette has.
pub(super) const COLORS: usize = 7;

impl Palette {
    /// All of them, by name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("okabe-ito", Self::OkabeIto), ("tol-bright", Self::Tol), ("grey", Self::Grey)];

    /// Its colours in an order in which neighbours differ in lightness.
    fn colors(self) -> [u32; COLORS] {
        match self {
            // L* of 46, 71, 0, 58, 70, 54, 61.
            Self::OkabeIto => [0x0072b2, 0xe69f00, 0x000000, 0x009e73, 0x56b4e9, 0xd55e00, 0xcc79a7],
            Self::Tol => [0x4477aa, 0xccbb44, 0x000000, 0x228833, 0xee6677, 0xaa3377, 0x66ccee],
            Self::Grey => [0x000000, 0x8c8c8c, 0x555555, 0xa6a6a6, 0x2b2b2b, 0x777777, 0x404040],
        }
    }

    /// Colour `index`, from the first one again after the last, on light or on dark paper, where what is dark becomes light.
    pub fn color(self, index: usize, on_dark: bool) -> Rgb {
        let color = Rgb::of(self.colors()[index % COLORS]);
        match self {
            Self::Grey if on_dark => Rgb(0xff - color.0, 0xff - color.1, 0xff - color.2),
            _ if on_dark && color == Rgb(0, 0, 0) => Rgb(0xf0, 0xf0, 0xf0),
            _ => color,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody without the receptor for medium wavelengths sees (Machado, Oliveira and Fernandes 2009, severity 1).
    fn deuteranopia(color: Rgb) -> [f64; 3] {
        let [r, g, b] = color.linear();
        [
            0.367322 * r + 0.860646 * g - 0.227968 * b,
            0.280085 * r + 0.672501 * g + 0.047413 * b,
            -0.011820 * r + 0.042940 * g + 0.968881 * b,
        ]
    }

    /// CIE L*a*b* of linear red, green and blue, under D65.
    fn lab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505;
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089;
        let f = |t: f64| if t > 0.008856 { libm::cbrt(t) } else { 7.787 * t + 16.0 / 116.0 };
        let [x, y, z] = [x, y, z].map(|t| f(t.max(0.0)));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        libm::sqrt(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum())
    }

    #[test]
    fn colours_differ_for_everybody() {
        for (name, palette) in Palette::NAMES.into_iter().filter(|(_, palette)| *palette != Palette::Grey) {
            for on_dark in [false, true] {
                let colors: Vec<Rgb> = (0..COLORS).map(|index| palette.color(index, on_dark)).collect();
                for (i, a) in colors.iter().enumerate() {
                    for b in &colors[..i] {
                        let seen = distance(lab(a.linear()), lab(b.linear()));
                        let blind = distance(lab(deuteranopia(*a)), lab(deuteranopia(*b)));
                        // A difference of 2.3 is just noticed, side by side (Mahy, Van Eycken and Oosterlinck 1994).
                        assert!(seen > 20.0 && blind > 11.0, "{name}: {a:?} and {b:?}: {seen:.1}, {blind:.1}");
                    }
                }
            }
        }
    }

    #[test]
    fn neighbours_differ_in_grey() {
        for (name, palette) in Palette::NAMES {
            for on_dark in [false, true] {
                let lightness: Vec<f64> =
                    (0..COLORS).map(|index| lab(palette.color(index, on_dark).linear())[0]).collect();
                for pair in lightness.windows(2) {
                    assert!((pair[0] - pair[1]).abs() > 5.0, "{name}: {lightness:?}");
                }
            }
        }
    }

    #[test]
    fn lines_stand_out_from_paper() {
        for (name, palette) in Palette::NAMES {
            for index in 0..COLORS {
                let on_white = palette.color(index, false).contrast(Rgb(0xff, 0xff, 0xff));
                let on_black = palette.color(index, true).contrast(Rgb(0x14, 0x17, 0x1a));
                assert!(on_white > 1.8 && on_black > 2.4, "{name} {index}: {on_white:.2}, {on_black:.2}");
            }
        }
    }
}
