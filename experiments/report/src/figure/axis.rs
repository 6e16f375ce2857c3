//! Axes: where values lie, and which of them are named.
//!
//! Logarithms are `libm`'s and ticks are chosen here, so that a figure does not depend on the platform's mathematics.

use thalweg_record::record::Precision;

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long; only positive values have a place.
    Log,
}

/// A place on an axis that gets a grid line.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// Its text, in which `^{…}` raises; a minor tick has none.
    pub label: Option<String>,
}

/// An axis over a range of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    ticks: Vec<Tick>,
}

/// The most named ticks of an axis, so that labels keep apart.
const MOST_LABELS: f64 = 8.0;

/// The most decades that an automatic log axis shows. Smaller values leave the chart at its lower edge: an exact zero,
/// or the 1e-300 of a landscape's minimum, would otherwise squeeze everything else into a line.
const MOST_DECADES: f64 = 18.0;

impl Axis {
    /// An axis from `low` to `high` with ticks.
    ///
    /// # Panics
    /// If the range is empty or not finite, or not positive on a log scale.
    pub fn new(scale: Scale, low: f64, high: f64) -> Self {
        assert!(low.is_finite() && high.is_finite() && low < high, "an axis cannot go from {low} to {high}");
        assert!(scale == Scale::Linear || low > 0.0, "a log axis cannot go from {low}");
        let ticks = match scale {
            Scale::Linear => linear_ticks(low, high),
            Scale::Log => log_ticks(low, high),
        };
        Self { scale, low, high, ticks }
    }

    /// An axis that holds all `values` with some room around them; those that have no place on the scale are left out.
    ///
    /// None if no value is left.
    pub fn around(scale: Scale, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let has_place = |value: &f64| value.is_finite() && (scale == Scale::Linear || *value > 0.0);
        let values: Vec<f64> = values.into_iter().filter(has_place).collect();
        let low = values.iter().copied().reduce(f64::min)?;
        let high = values.iter().copied().reduce(f64::max)?;
        let (low, high) = match scale {
            Scale::Linear if low == high => (low - low.abs().max(1.0) * 0.1, high + high.abs().max(1.0) * 0.1),
            Scale::Linear => (low - 0.04 * (high - low), high + 0.04 * (high - low)),
            Scale::Log => padded_log_range(low, high),
        };
        (low.is_finite() && high.is_finite() && low < high).then(|| Self::new(scale, low, high))
    }

    /// An axis of `count` rows of height 1, with nameless ticks between them.
    ///
    /// # Panics
    /// If there are no rows.
    pub fn rows(count: usize) -> Self {
        Self::named(count, (1..count).map(|row| Tick { value: row as f64, label: None }))
    }

    /// An axis of rows of height 1, with named ticks between them: one more row than there are `labels`.
    pub fn steps(labels: Vec<String>) -> Self {
        let rows = labels.len() + 1;
        let tick = |(i, label)| Tick { value: (i + 1) as f64, label: Some(label) };
        Self::named(rows, labels.into_iter().enumerate().map(tick))
    }

    /// An axis from 0 to `count` with these ticks.
    ///
    /// # Panics
    /// If `count` is 0.
    pub fn named(count: usize, ticks: impl IntoIterator<Item = Tick>) -> Self {
        Self { ticks: ticks.into_iter().collect(), ..Self::new(Scale::Linear, 0.0, count as f64) }
    }

    /// The smallest value.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The largest value.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The ticks, ascending.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end.
    ///
    /// Values without a place, and those far off, lie well beyond the nearest end: a line towards them leaves the chart
    /// there.
    pub fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log if value <= 0.0 => f64::NEG_INFINITY,
            Scale::Log => {
                let low = libm::log10(self.low);
                (libm::log10(value) - low) / (libm::log10(self.high) - low)
            }
        };
        place.clamp(-2.0, 3.0)
    }
}

fn padded_log_range(low: f64, high: f64) -> (f64, f64) {
    let high_exponent = libm::log10(high);
    let low_exponent = libm::log10(low).max(high_exponent - MOST_DECADES);
    let room = (0.05 * (high_exponent - low_exponent)).max(0.06);
    let power = |exponent| libm::pow(10.0, exponent);
    (power((low_exponent - room).max(-307.0)), power((high_exponent + room).min(308.0)))
}

/// The distance between ticks: 1, 2 or 5 times a power of ten, as (factor, exponent).
fn tick_step(span: f64) -> (f64, i32) {
    let raw = span / (MOST_LABELS - 1.0);
    let exponent = libm::floor(libm::log10(raw));
    let unit = libm::pow(10.0, exponent);
    // A little slack: 0.1 and the like are not exact.
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * unit >= raw * (1.0 - 1e-9));
    factor.map_or((1.0, exponent as i32 + 1), |factor| (factor, exponent as i32))
}

fn linear_ticks(low: f64, high: f64) -> Vec<Tick> {
    let (factor, exponent) = tick_step(high - low);
    let slack = 1e-9 * (high - low);
    let step = decimal(factor, exponent);
    let first = libm::ceil((low - slack) / step) as i64;
    let last = libm::floor((high + slack) / step) as i64;
    (first..=last)
        .map(|i| {
            let value = decimal(i as f64 * factor, exponent);
            Tick { value, label: Some(exact_label(value)) }
        })
        .collect()
}

/// `factor`·10^`exponent`, rounded once: products with inexact powers would give labels such as 0.30000000000000004.
fn decimal(factor: f64, exponent: i32) -> f64 {
    format!("{factor}e{exponent}").parse().expect("this is a decimal")
}

fn log_ticks(low: f64, high: f64) -> Vec<Tick> {
    let (first, last) = (libm::log10(low), libm::log10(high));
    let decades = libm::floor(last + 1e-9) as i32 - libm::ceil(first - 1e-9) as i32 + 1;
    // Up to here, 1-2-5 gives no more labels than there is room for.
    let is_short = last - first < 2.6 || decades < 2;
    let exponents = libm::floor(first) as i32..=libm::ceil(last) as i32;
    let inside = |tick: &Tick| tick.value >= low * (1.0 - 1e-9) && tick.value <= high * (1.0 + 1e-9);
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
    let rounded = |digits: usize| format!("{value:.digits$e}").parse::<f64>().expect("this is a decimal");
    let is_count = value.fract() == 0.0 && value.abs() < 1e7;
    // A decay of 0.9999 is not one of 1.
    let is_nearly_one = (0.99..1.0).contains(&value);
    exact_label(if is_count { value } else { rounded(if is_nearly_one { 4 } else { 2 }) })
}

/// A value in all its digits, as text in which `^{…}` raises.
fn exact_label(value: f64) -> String {
    let is_plain = value == 0.0 || (1e-4..1e5).contains(&value.abs()) || (value.fract() == 0.0 && value.abs() < 1e7);
    if is_plain || !value.is_finite() {
        return Precision::F64.format(value).replace('-', "\u{2212}");
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
    fn places_are_shares_of_the_range() {
        let axis = Axis::new(Scale::Log, 1e-2, 1e2);
        assert_eq!([1e-2, 1.0, 1e2].map(|value| axis.place(value)), [0.0, 0.5, 1.0]);
        assert_eq!(axis.place(0.0), -2.0);
        assert_eq!(axis.place(f64::INFINITY), 3.0);
    }

    #[test]
    fn an_axis_stands_around_anything_finite() {
        assert_eq!(Axis::around(Scale::Log, [0.0, f64::INFINITY, -1.0]), None);
        for values in [vec![0.0], vec![1e-320], vec![1e308, -1e308], vec![5.0, 5.0], vec![1e-300, 1.0]] {
            if let Some(axis) = Axis::around(Scale::Log, values.clone()) {
                assert!(!axis.ticks().is_empty(), "{values:?}");
            }
            if let Some(axis) = Axis::around(Scale::Linear, values.clone()) {
                assert!(axis.low() < axis.high(), "{values:?}");
            }
        }
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
