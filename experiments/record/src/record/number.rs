//! Numbers as text: the shortest decimals that read back to the same value.

use std::io::Write;

/// The type in which a trial was computed, and so the one to which a decimal must read back.
///
/// Rows hold `f64` in either case. The decimal of an `f32` is much shorter, and says no more than is known:
///
/// ```
/// use thalweg_record::record::Precision;
///
/// let loss = f64::from(0.1f32);
/// assert_eq!(Precision::F32.format(loss), "0.1");
/// assert_eq!(Precision::F64.format(loss), "0.10000000149011612");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Values are `f32`s: at most 9 significant digits.
    F32,
    /// Values are `f64`s: at most 17 significant digits.
    #[default]
    F64,
}

impl Precision {
    /// The shortest decimal that reads back to `value`, in the precision's type.
    ///
    /// Numbers from 1e-4 up to, not including, 1e16 are written plainly, all others with an exponent (the rule of
    /// Python's `repr`): `0.001`, `1e-5`, `1e16`. The others are `inf`, `-inf` and `NaN`; zero keeps its sign. In
    /// [`Precision::F32`], `value` is rounded to the nearest `f32` first, which does nothing to a value that was one.
    pub fn format(self, value: f64) -> String {
        if value.is_nan() {
            return "NaN".to_owned();
        }
        // The standard library prints the shortest digits that read back; what it does not choose is where to put the
        // point.
        let mut text = [0; LONGEST];
        let mut rest = &mut text[..];
        match self {
            Self::F32 => write!(rest, "{:e}", value as f32),
            Self::F64 => write!(rest, "{value:e}"),
        }
        .expect("no number is longer");
        let free = rest.len();
        plain_or_scientific(std::str::from_utf8(&text[..LONGEST - free]).expect("a number is ASCII"))
    }

    /// The `f64` that [`parse`] gives for the decimal of `value`: what a reader of the file sees.
    ///
    /// It is `value` itself in [`Precision::F64`]. Written in either precision, it gives the decimal of `value` again,
    /// because decimals of up to 15 digits survive the way through `f64`.
    pub fn decimal(self, value: f64) -> f64 {
        match self {
            Self::F32 => parse(&self.format(value)).expect("a formatted number can be parsed"),
            Self::F64 => value,
        }
    }
}

/// Reads a number as [`Precision::format`] writes it; `None` if `text` is not one.
///
/// Decimals are rounded to the nearest `f64`. A decimal too large for a finite `f64`, and other spellings of infinity
/// and NaN than `inf`, `-inf` and `NaN`, are refused: they come from elsewhere, and reading them hides a mistake.
pub fn parse(text: &str) -> Option<f64> {
    match text {
        "inf" => return Some(f64::INFINITY),
        "-inf" => return Some(f64::NEG_INFINITY),
        "NaN" => return Some(f64::NAN),
        _ => {}
    }
    let decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if !text.bytes().all(decimal) {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Bytes of the longest number, such as `-2.2250738585072014e-308`.
const LONGEST: usize = 24;

/// Places the point in digits that are given as `d.ddde±x`.
fn plain_or_scientific(scientific: &str) -> String {
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific.to_owned(); // inf, -inf
    };
    let exponent: i32 = exponent.parse().expect("the exponent is an integer");
    if !(-4..16).contains(&exponent) {
        return scientific.to_owned();
    }
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (first, others) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut text = String::with_capacity(LONGEST);
    text.push_str(sign);
    if exponent < 0 {
        text.push_str("0.");
        (1..-exponent).for_each(|_| text.push('0'));
        text.push_str(first);
        text.push_str(others);
        return text;
    }
    let whole = exponent as usize;
    text.push_str(first);
    if others.len() <= whole {
        text.push_str(others);
        (others.len()..whole).for_each(|_| text.push('0'));
    } else {
        let (others, fraction) = others.split_at(whole);
        text.push_str(others);
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn points_and_exponents_are_where_they_read_best() {
        let cases: [(f64, &str); 22] = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (10.0, "10"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-5"),
            (-0.000012, "-1.2e-5"),
            (123456.75, "123456.75"),
            (100.0, "100"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (1.25e300, "1.25e300"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(Precision::F64.format(value), text);
        }
        assert_eq!(Precision::F32.format(f64::from(f32::MAX)), "3.4028235e38");
        assert_eq!(Precision::F32.format(f64::from(1e-45f32)), "1e-45");
    }

    #[test]
    fn every_f64_reads_back_to_its_bits() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..1_000_000 {
            let value = f64::from_bits(rng.next_u64());
            let back = parse(&Precision::F64.format(value)).unwrap();
            assert!(back.to_bits() == value.to_bits() || (back.is_nan() && value.is_nan()), "{value:e}");
        }
    }

    #[test]
    fn every_f32_reads_back_to_its_bits_and_keeps_its_decimal() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for _ in 0..1_000_000 {
            let value = f32::from_bits(rng.next_u32());
            let text = Precision::F32.format(f64::from(value));
            let back = parse(&text).unwrap();
            assert!((back as f32).to_bits() == value.to_bits() || (back.is_nan() && value.is_nan()), "{value:e}");
            assert_eq!(Precision::F32.format(back), text);
            assert_eq!(Precision::F64.format(back), text);
            assert_eq!(Precision::F32.decimal(f64::from(value)).to_bits(), back.to_bits());
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in
            ["", "nan", "Inf", "infinity", "+inf", "1e999", "-1e999", "0x10", "1,5", " 1", "1 ", "e", "1e", "--1"]
        {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse("1E3"), Some(1000.0));
    }
}
