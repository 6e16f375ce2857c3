//! Which values of an axis are named, and how numbers are written in figures.

use thalweg_record::record::short;

/// A place on an axis that gets a grid line.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// Its text, in which `^{…}` raises; a minor tick has none.
    pub label: Option<String>,
}

/// The most named ticks of an axis, so that labels keep apart.
const MOST_LABELS: f64 = 8.0;

/// The distance between ticks: 1, 2 or 5 times a power of ten, as (factor, exponent).
fn tick_step(span: f64) -> (f64, i32) {
    let raw = span / (MOST_LABELS - 1.0);
    let exponent = libm::floor(libm::log10(raw));
    let unit = libm::pow(10.0, exponent);
    // A little slack: 0.1 and the like are not exact.
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * unit >= raw * (1.0 - 1e-9));
    factor.map_or((1.0, exponent as i32 + 1), |factor| (factor, exponent as i32))
}

/// Ticks at round numbers from `low` to `high`, which are finite and ascend.
pub(super) fn linear_ticks(low: f64, high: f64) -> Vec<Tick> {
    /// Where lengths and steps of a scale are far from the largest and the smallest numbers.
    const ORDINARY: std::ops::Range<f64> = 1e-280..1e300;
    let span = high - low;
    // What is counted is the range times a power of ten.
    let power = if span >= ORDINARY.end {
        10
    } else if span < ORDINARY.start {
        -40
    } else {
        0
    };
    let scaled = |value: f64| if power == 0 { value } else { value * decimal(1.0, -power) };
    let span = if power == 0 { span } else { scaled(high) - scaled(low) };
    let (factor, exponent) = tick_step(span);
    let slack = 1e-9 * span;
    let step = decimal(factor, exponent);
    let first = libm::ceil((scaled(low) - slack) / step) as i64;
    let last = libm::floor((scaled(high) + slack) / step) as i64;
    let mut values: Vec<f64> = (first..=last).map(|i| decimal(i as f64 * factor, exponent + power)).collect();
    if power != 0 {
        values.retain(|value| (low..=high).contains(value));
    }
    values.dedup();
    values.into_iter().map(|value| Tick { value, label: Some(exact_label(value)) }).collect()
}

/// `factor`·10^`exponent`, rounded once: products with inexact powers would give labels such as 0.30000000000000004.
fn decimal(factor: f64, exponent: i32) -> f64 {
    format!("{factor}e{exponent}").parse().expect("this is a decimal")
}

/// Ticks at powers of ten, or finer, from `low` to `high`, which are positive, finite and ascend.
pub(super) fn log_ticks(low: f64, high: f64) -> Vec<Tick> {
    let (first, last) = (libm::log10(low), libm::log10(high));
    let decades = libm::floor(last + 1e-9) as i32 - libm::ceil(first - 1e-9) as i32 + 1;
    // Up to here, 1-2-5 gives no more labels than there is room for.
    let is_short = last - first < 2.6 || decades < 2;
    let exponents = libm::floor(first) as i32..=libm::ceil(last) as i32;
    let inside = |tick: &Tick| tick.value >= low * (1.0 - 1e-9) && tick.value <= (high * (1.0 + 1e-9)).min(f64::MAX);
    let ticks: Vec<Tick> = if !is_short {
        let stride = (f64::from(decades) / MOST_LABELS).ceil() as i32;
        let minors = if stride == 1 { 9 } else { 1 };
        let tick = |exponent: i32, digit: i32| Tick {
            value: decimal(f64::from(digit), exponent),
            label: (digit == 1 && exponent.rem_euclid(stride) == 0).then(|| format!("10^{{{}}}", signed(exponent))),
        };
        exponents
            .flat_map(|exponent| (1..=minors).map(move |digit| (exponent, digit)))
            .map(|(exponent, digit)| tick(exponent, digit))
            .filter(inside)
            .collect()
    } else {
        exponents
            .flat_map(|exponent| (1..=9).map(move |digit| decimal(f64::from(digit), exponent)))
            .enumerate()
            .map(|(i, value)| Tick { value, label: matches!(i % 9 + 1, 1 | 2 | 5).then(|| exact_label(value)) })
            .filter(inside)
            .collect()
    };
    let labels = ticks.iter().filter(|tick| tick.label.is_some()).count();
    if labels >= 2 { ticks } else { linear_ticks(low, high) }
}

/// An exponent with a true minus sign.
fn signed(exponent: i32) -> String {
    exponent.to_string().replace('-', "\u{2212}")
}

/// A value to three significant digits, as text in which `^{…}` raises: `0.025`, `2.51×10^{−5}`. Counts are written
/// out.
pub fn value_label(value: f64) -> String {
    let rounded = |digits: usize| {
        let rounded = format!("{value:.digits$e}").parse::<f64>().expect("this is a decimal");
        // The largest numbers are rounded to what is none.
        if rounded.is_infinite() { value } else { rounded }
    };
    let is_count = value.fract() == 0.0 && value.abs() < 1e7;
    // A decay of 0.9999 is not one of 1.
    let is_nearly_one = (0.99..1.0).contains(&value);
    exact_label(if is_count { value } else { rounded(if is_nearly_one { 4 } else { 2 }) })
}

/// A value in all its digits, as text in which `^{…}` raises.
fn exact_label(value: f64) -> String {
    let is_plain = value == 0.0 || (1e-4..1e5).contains(&value.abs()) || (value.fract() == 0.0 && value.abs() < 1e7);
    if is_plain || !value.is_finite() {
        return short(value).replace('-', "\u{2212}");
    }
    let text = format!("{value:e}").replace('-', "\u{2212}");
    let (mantissa, exponent) = text.split_once('e').expect("this is the scientific notation");
    match mantissa {
        "1" => format!("10^{{{exponent}}}"),
        "\u{2212}1" => format!("\u{2212}10^{{{exponent}}}"),
        _ => format!("{mantissa}×10^{{{exponent}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, Scale};
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks().iter().filter_map(|tick| tick.label.as_deref()).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(&Axis::new(Scale::Linear, 0.0, 1.0)), ["0", "0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(labels(&Axis::new(Scale::Linear, 0.0, 500.0)), ["0", "100", "200", "300", "400", "500"]);
        assert_eq!(labels(&Axis::new(Scale::Linear, -1e-5, 1e-5)).len(), 5);
        assert_eq!(labels(&Axis::new(Scale::Linear, 0.25, 0.95))[0], "0.3");
    }

    #[test]
    fn log_ticks_are_decades_or_finer() {
        assert_eq!(labels(&Axis::new(Scale::Log, 1e-4, 10.0))[..2], ["10^{−4}", "10^{−3}"]);
        assert_eq!(labels(&Axis::new(Scale::Log, 1e-4, 10.0)).len(), 6);
        assert_eq!(labels(&Axis::new(Scale::Log, 0.03, 0.7)), ["0.05", "0.1", "0.2", "0.5"]);
        assert_eq!(labels(&Axis::new(Scale::Log, 0.51, 0.58)).len(), 8);
        assert!(labels(&Axis::new(Scale::Log, 1e-300, 1e300)).len() <= 8);
    }

    #[test]
    fn labels_are_short() {
        assert_eq!(value_label(0.00251188643151), "0.00251");
        assert_eq!(value_label(1e-5), "10^{−5}");
        assert_eq!(value_label(-2.5119e-5), "−2.51×10^{−5}");
        assert_eq!(value_label(20000.0), "20000");
        assert_eq!(["0.999", "0.9999"].map(|text| value_label(text.parse().unwrap())), ["0.999", "0.9999"]);
        assert_eq!(value_label(1e9), "10^{9}");
        assert_eq!(value_label(0.0), "0");
    }
}
