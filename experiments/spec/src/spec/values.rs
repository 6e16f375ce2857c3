//! The different values of an axis, each made when it is asked for.

use std::collections::HashSet;
use std::fmt;
use std::sync::OnceLock;

use super::axis::Axis;

/// The values of an axis in order, each once, where it comes first.
#[derive(Clone, Debug, PartialEq)]
pub enum AxisValues {
    /// These.
    Listed(Vec<f64>),
    /// Those of a range, all of which differ.
    Range(Spaced),
}

/// A range whose values differ.
#[derive(Clone)]
pub struct Spaced {
    axis: Axis,
    /// Its values, once one of them is asked for, if they are few: to compute one takes longer than to look it up.
    listed: OnceLock<Vec<f64>>,
}

/// The most values of a range that are looked up.
const MOST_LISTED: u64 = 1 << 16;

/// What has been looked up is no part of what it is.
impl fmt::Debug for Spaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.axis.fmt(f)
    }
}

impl PartialEq for Spaced {
    fn eq(&self, other: &Self) -> bool {
        self.axis == other.axis
    }
}

impl Spaced {
    fn get(&self, number: u64) -> f64 {
        if self.axis.count() > MOST_LISTED {
            return self.axis.value(number);
        }
        self.listed.get_or_init(|| self.axis.values(""))[number as usize]
    }
}

impl AxisValues {
    /// The values of the axis of a hyperparameter.
    pub fn new(axis: &Axis, hyperparameter: &str) -> Self {
        let spaced = || Spaced { axis: axis.clone(), listed: OnceLock::new() };
        if axis.is_spaced() { Self::Range(spaced()) } else { Self::listed(axis.values(hyperparameter)) }
    }

    /// Each of these once.
    pub fn listed(mut values: Vec<f64>) -> Self {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| seen.insert(value.to_bits()));
        Self::Listed(values)
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        match self {
            Self::Listed(values) => values.len() as u64,
            Self::Range(range) => range.axis.count(),
        }
    }

    /// The value of this number.
    ///
    /// # Panics
    ///
    /// If there is no such value.
    pub fn get(&self, number: u64) -> f64 {
        match self {
            Self::Listed(values) => values[number as usize],
            Self::Range(range) => range.get(number),
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.count()).map(|number| self.get(number))
    }

    /// A text that tells them from others.
    pub fn digest(&self) -> String {
        match self {
            Self::Listed(values) => {
                let mut hasher = blake3::Hasher::new();
                for value in values {
                    hasher.update(&value.to_bits().to_le_bytes());
                }
                hasher.finalize().to_string()
            }
            Self::Range(range) => format!("{:?}", range.axis),
        }
    }

    /// The number of the value that is nearest to this one, if there is any that is near.
    pub fn nearest(&self, value: f64) -> Option<u64> {
        let distance = |number: &u64| (self.get(*number) - value).abs();
        let nearest = |numbers: std::ops::Range<u64>| numbers.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        match self {
            Self::Listed(_) => nearest(0..self.count()),
            Self::Range(range) => {
                let near = range.axis.nearest(value)?;
                nearest(near.saturating_sub(1)..near.saturating_add(2).min(self.count()))
            }
        }
    }

    /// The number of a value, if it is one of them.
    pub fn find(&self, value: f64) -> Option<u64> {
        match self {
            Self::Listed(values) => {
                values.iter().position(|own| own.to_bits() == value.to_bits()).map(|number| number as u64)
            }
            Self::Range(range) => {
                let near = range.axis.nearest(value)?;
                let near = near.saturating_sub(1)..=near.saturating_add(1).min(range.axis.count() - 1);
                near.into_iter().find(|number| range.get(*number).to_bits() == value.to_bits())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_computed_and_have_the_values_that_lists_have() {
        let ranges = [
            Axis::Log { low: 1e-4, high: 10.0, points: 1_001 },
            Axis::Linear { low: -1.0, high: 0.3, points: 777 },
            Axis::Log { low: 0.1, high: 0.100_001, points: 50 },
        ];
        for axis in ranges {
            let values = AxisValues::new(&axis, "lr");
            assert!(matches!(values, AxisValues::Range(_)));
            let (other, text) = (values.clone(), format!("{values:?}"));
            let listed = axis.values("lr");
            assert_eq!(values.iter().collect::<Vec<_>>(), listed);
            assert!(listed.windows(2).all(|pair| pair[0] < pair[1]));
            assert_eq!((format!("{values:?}"), values == other), (text, true));
            for (number, value) in listed.into_iter().enumerate() {
                assert_eq!(values.find(value), Some(number as u64));
                assert_eq!(values.find(value * (1.0 + 1e-14)), None);
            }
            assert_eq!((values.find(100.0), values.find(f64::NAN)), (None, None));
        }
    }

    #[test]
    fn what_is_too_close_for_twelve_digits_is_there_once() {
        let axis = Axis::Linear { low: 1.0, high: 1.000_000_000_1, points: 1_000 };
        let values = AxisValues::new(&axis, "lr");
        assert_eq!(values.count(), 11);
        assert!(values.iter().is_sorted_by(|one, other| one < other));
        assert_eq!(AxisValues::listed(vec![0.1, 1.0, 0.1, 0.01, 1.0]), AxisValues::Listed(vec![0.1, 1.0, 0.01]));
    }

    #[test]
    fn a_range_of_a_billion_values_is_no_list() {
        let values = AxisValues::new(&Axis::Log { low: 1e-6, high: 1e2, points: 1_000_000_000 }, "lr");
        assert_eq!(values.count(), 1_000_000_000);
        let value = values.get(123_456_789);
        assert_eq!(values.find(value), Some(123_456_789));
    }
}
