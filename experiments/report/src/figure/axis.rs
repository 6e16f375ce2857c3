//! Axes: where values lie.
//!
//! Logarithms are `libm`'s, so that a figure does not depend on the platform's mathematics. Any two numbers make an
//! axis, however small, large or close they are: what trials that diverge leave behind is drawn as well.

use super::ticks::{Tick, linear_ticks, log_ticks};

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equally long.
    Linear,
    /// Equal ratios are equally long; only positive values have a place.
    Log,
}

/// An axis over a range of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    ticks: Vec<Tick>,
    /// Whether its ticks are its own, and not those of its range.
    is_named: bool,
}

/// The most decades that an automatic log axis shows. Smaller values leave the chart at its lower edge: an exact zero,
/// or the 1e-300 of a landscape's minimum, would otherwise squeeze everything else into a line.
const MOST_DECADES: f64 = 18.0;

/// The smallest positive number.
const SMALLEST: f64 = f64::from_bits(1);

impl Axis {
    /// An axis from `low` to `high` with ticks; if that is no range for it, over the nearest one that is: finite,
    /// positive on a log scale, and of some length.
    pub fn new(scale: Scale, low: f64, high: f64) -> Self {
        let (low, high) = nearest_range(scale, low, high);
        let ticks = match scale {
            Scale::Linear => linear_ticks(low, high),
            Scale::Log => log_ticks(low, high),
        };
        Self { scale, low, high, ticks, is_named: false }
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
        Some(Self::new(scale, low, high))
    }

    /// An axis of `count` rows of height 1, with nameless ticks between them.
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
    pub fn named(count: usize, ticks: impl IntoIterator<Item = Tick>) -> Self {
        Self { ticks: ticks.into_iter().collect(), is_named: true, ..Self::new(Scale::Linear, 0.0, count as f64) }
    }

    /// Whether another range makes another axis: not where its places have names.
    pub fn is_free(&self) -> bool {
        !self.is_named
    }

    /// The axis over all of these: logarithmic if one is, and the others have a place there.
    pub fn union<'a>(axes: impl Iterator<Item = &'a Self> + Clone) -> Option<Self> {
        let is_log = axes.clone().any(|axis| axis.scale == Scale::Log) && axes.clone().all(|axis| axis.low > 0.0);
        let scale = if is_log { Scale::Log } else { Scale::Linear };
        let ends = axes.map(|axis| (axis.low, axis.high));
        let (low, high) = ends.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))?;
        Some(Self::new(scale, low, high))
    }

    /// How values are spread.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The value at a place, the opposite of [`Self::place`]; finite, and on a log scale positive.
    pub fn value_at(&self, place: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => between(self.low, self.high, (place, 1.0)),
            Scale::Log => {
                let low = libm::log10(self.low);
                libm::pow(10.0, low + place * (libm::log10(self.high) - low)).max(SMALLEST)
            }
        };
        value.clamp(f64::MIN, f64::MAX)
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

    /// Where `value` lies: 0 at the low end, 1 at the high end; always finite.
    ///
    /// Values without a place, and those far off, lie well beyond the nearest end: a line towards them leaves the chart
    /// there. NaN is beyond the high end, like a loss without bounds.
    pub fn place(&self, value: f64) -> f64 {
        let place = match self.scale {
            Scale::Linear => share(self.low, self.high, value),
            Scale::Log if value <= 0.0 => f64::NEG_INFINITY,
            Scale::Log => {
                let low = libm::log10(self.low);
                let span = libm::log10(self.high) - low;
                // Neighbours may have one logarithm.
                if span > 0.0 { (libm::log10(value) - low) / span } else { share(self.low, self.high, value) }
            }
        };
        if place.is_nan() { BEYOND.1 } else { place.clamp(BEYOND.0, BEYOND.1) }
    }

    /// How long this axis is, and how long the other one; both times one factor, if that keeps them finite.
    pub fn lengths(&self, other: &Self) -> (f64, f64) {
        const LARGE: f64 = 1e300;
        let lengths = |factor: f64| {
            let length = |axis: &Self| axis.high * factor - axis.low * factor;
            (length(self), length(other))
        };
        let (own, others) = lengths(1.0);
        if own.max(others) < LARGE { (own, others) } else { lengths(1e-10) }
    }
}

/// Where the last places beyond the ends of an axis are.
const BEYOND: (f64, f64) = (-2.0, 3.0);

/// How far `value` is on the way from `low` to `high`, whose distance may be larger than any number.
pub(super) fn share(low: f64, high: f64, value: f64) -> f64 {
    let span = high - low;
    if span.is_finite() { (value - low) / span } else { (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) }
}

/// The value at `part` of `whole` of the way from `low` to `high`, whose distance may be larger than any number.
pub(super) fn between(low: f64, high: f64, (part, whole): (f64, f64)) -> f64 {
    let value = low + (high - low) * part / whole;
    let share = part / whole;
    if value.is_finite() { value } else { low * (1.0 - share) + high * share }
}

/// The range nearest to this one that an axis can have.
fn nearest_range(scale: Scale, low: f64, high: f64) -> (f64, f64) {
    let least = if scale == Scale::Log { SMALLEST } else { f64::MIN };
    let end = |end: f64| if end.is_nan() { 1.0 } else { end.clamp(least, f64::MAX) };
    let (low, high) = (end(low.min(high)), end(high.max(low)));
    if low < high {
        return (low, high);
    }
    let (low, high) = match scale {
        Scale::Linear => (low - low.abs().max(1.0) * 0.1, high + high.abs().max(1.0) * 0.1),
        Scale::Log => (low / 2.0, high * 2.0),
    };
    (end(low), end(high))
}

fn padded_log_range(low: f64, high: f64) -> (f64, f64) {
    let high_exponent = libm::log10(high);
    let low_exponent = libm::log10(low).max(high_exponent - MOST_DECADES);
    let room = (0.05 * (high_exponent - low_exponent)).max(0.06);
    let power = |exponent| libm::pow(10.0, exponent);
    (power(low_exponent - room), power(high_exponent + room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_shares_of_the_range() {
        let axis = Axis::new(Scale::Log, 1e-2, 1e2);
        assert_eq!([1e-2, 1.0, 1e2].map(|value| axis.place(value)), [0.0, 0.5, 1.0]);
        assert_eq!(axis.place(0.0), -2.0);
        assert_eq!(axis.place(f64::INFINITY), 3.0);
        assert!([0.0, 0.5, 2.0].iter().all(|place| (axis.place(axis.value_at(*place)) - place).abs() < 1e-12));
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
}
