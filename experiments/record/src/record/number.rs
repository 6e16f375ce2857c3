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
/// assert_eq!(Precision::F64.format(1.0), "1.0");
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
    /// Numbers from 1e-4 up to, not including, 1e16 are written plainly and always with a point, all others with an
    /// exponent (the rule of Python's `repr`): `1.0`, `0.001`, `1e-5`, `1e16`. So whoever reads a table knows a column of
    /// real numbers from any of its cells. The others are `inf`, `-inf` and `NaN`; zero keeps its sign. In
    /// [`Precision::F32`], `value` is rounded to the nearest `f32` first, which does nothing to a value that was one.
    pub fn format(self, value: f64) -> String {
        let mut text = Vec::with_capacity(LONGEST);
        self.append(value, &mut text);
        String::from_utf8(text).expect("a number is ASCII")
    }

    /// Appends what [`Self::format`] gives.
    pub fn append(self, value: f64, out: &mut Vec<u8>) {
        if value.is_nan() {
            out.extend(b"NaN");
        } else if let Some(text) = self.plain(value, &mut zmij::Buffer::new()) {
            out.extend(text.bytes());
        } else {
            self.append_any(value, out);
        }
    }

    /// What most numbers are, several times as fast as [`Self::append_any`]: the same text, if this one is plain in
    /// either library.
    fn plain(self, value: f64, buffer: &mut zmij::Buffer) -> Option<&str> {
        if !(1e-4..1e12).contains(&value.abs()) {
            return None;
        }
        // Two shortest decimals may be equally near, and then this library takes the even one and the standard library
        // the larger one. Such a number has one digit more than they, which are 7 to 9 or 16 to 17, and so 14 or 25
        // binary places at most: with n of them, it is an odd multiple of 5ⁿ in its last digit.
        let (text, value, shortest, places) = match self {
            Self::F32 => (buffer.format_finite(value as f32), f64::from(value as f32), 7, 14),
            Self::F64 => (buffer.format_finite(value), value, 16, 25),
        };
        let digits = text.strip_suffix(".0").unwrap_or(text).len();
        let may_be_between = digits > shortest && (value * f64::from(1 << places)).fract() == 0.0;
        (!may_be_between).then_some(text)
    }

    fn append_any(self, value: f64, out: &mut Vec<u8>) {
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
        plain_or_scientific(&text[..LONGEST - free], out);
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

/// A number as people write it: [`Precision::format`] without the point of a whole number.
pub fn short(value: f64) -> String {
    let text = Precision::F64.format(value);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
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
fn plain_or_scientific(scientific: &[u8], out: &mut Vec<u8>) {
    // The exponent has four bytes at most; infinities have none.
    let Some(end) = scientific.iter().rposition(|byte| *byte == b'e') else {
        return out.extend(scientific);
    };
    let (mantissa, exponent) = (&scientific[..end], &scientific[end + 1..]);
    let (is_small, magnitude) = exponent.strip_prefix(b"-").map_or((false, exponent), |rest| (true, rest));
    let magnitude = magnitude.iter().fold(0, |number, digit| 10 * number + usize::from(digit - b'0'));
    if if is_small { magnitude > 4 } else { magnitude >= 16 } {
        return out.extend(scientific);
    }
    let (sign, mantissa) = mantissa.split_at(usize::from(mantissa[0] == b'-'));
    let (first, others) = (mantissa[0], mantissa.get(2..).unwrap_or_default());
    out.extend(sign);
    if is_small {
        out.extend(&b"0.000"[..1 + magnitude]);
        out.push(first);
        out.extend(others);
        return;
    }
    out.push(first);
    if others.len() <= magnitude {
        out.extend(others);
        out.resize(out.len() + magnitude - others.len(), b'0');
        out.extend(b".0");
    } else {
        let (others, fraction) = others.split_at(magnitude);
        out.extend(others);
        out.push(b'.');
        out.extend(fraction);
    }
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha8Rng;
    use rand_core::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn points_and_exponents_are_where_they_read_best() {
        let cases: [(f64, &str); 22] = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-1.5, "-1.5"),
            (10.0, "10.0"),
            (0.1, "0.1"),
            (0.001, "0.001"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1e-5"),
            (-0.000012, "-1.2e-5"),
            (123456.75, "123456.75"),
            (100.0, "100.0"),
            (1e15, "1000000000000000.0"),
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
    fn decimals_are_those_of_the_standard_library() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let check = |value: f64| {
            for precision in [Precision::F32, Precision::F64] {
                let mut expected = Vec::new();
                precision.append_any(value, &mut expected);
                assert_eq!(precision.format(value).as_bytes(), expected, "{value:e}");
            }
        };
        for _ in 0..500_000 {
            // With few binary places, numbers may be in the middle between two decimals.
            let bits = rng.next_u64() >> (11 + rng.next_u32() % 53);
            check(bits as f64 / (1_u64 << (rng.next_u32() % 60)) as f64);
            check(f64::from((rng.next_u32() >> 8) as f32 / (1_u64 << (rng.next_u32() % 40)) as f32));
            check(f64::from(rng.next_u32() % 1000) / f64::from(1 + rng.next_u32() % 1000));
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
