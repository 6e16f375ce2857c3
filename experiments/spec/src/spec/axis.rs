//! The values that a hyperparameter takes: a number, a list or a range.

use thalweg_kernels::optimizer::{Domain, Hyperparameter};

use super::canonical::number;
use super::error::InputError;
use super::key::{Key, Values, Without, names};
use super::reader::{Field, Interval, Named, Table};
use super::train::MAX_TRIALS;
use super::values::AxisValues;
use crate::random::Stream;

/// The most values of an axis that are not computed one by one, but kept.
const MAX_LISTED: u64 = 20_000_000;

/// The values of a hyperparameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// These numbers.
    Values(Vec<f64>),
    /// Evenly spaced numbers, both ends included.
    Linear {
        /// The first.
        low: f64,
        /// The last.
        high: f64,
        /// How many, at least two.
        points: u64,
    },
    /// Numbers with a constant ratio, both ends included.
    Log {
        /// The first.
        low: f64,
        /// The last.
        high: f64,
        /// How many, at least two.
        points: u64,
    },
    /// All integers from one to another, both included.
    Integers {
        /// The first.
        low: f64,
        /// The last.
        high: f64,
    },
    /// Random numbers.
    ///
    /// They follow from the name of the hyperparameter, the distribution and the bounds alone: optimizers with the same axis
    /// get the same sample, and a larger sample begins with the smaller one.
    Sample {
        /// Of which distribution.
        distribution: Distribution,
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
        /// How many.
        samples: u64,
    },
    /// The indices of named choices.
    Choices(Vec<usize>),
}

/// A distribution of numbers between bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// All are equally likely.
    Uniform,
    /// Their logarithms are uniform.
    LogUniform,
    /// The logarithms of 1 minus them are: of a momentum, say, which is as far from 0.9 to 0.99 as from there to 0.999.
    OneMinusLogUniform,
}

impl Named for Distribution {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("uniform", Self::Uniform),
        ("log_uniform", Self::LogUniform),
        ("one_minus_log_uniform", Self::OneMinusLogUniform),
    ];
}

impl Distribution {
    /// The number between the bounds that this share of all numbers is below.
    fn at(self, (low, high): (f64, f64), share: f64) -> f64 {
        let log = |low: f64, high: f64| {
            let logs = (libm::log10(low), libm::log10(high));
            twelve_digits(libm::exp10(logs.0 + (logs.1 - logs.0) * share))
        };
        let number = match self {
            Self::Uniform => twelve_digits(low * (1.0 - share) + high * share),
            Self::LogUniform => log(low, high),
            Self::OneMinusLogUniform => 1.0 - log(1.0 - low, 1.0 - high),
        };
        number.clamp(low, high)
    }
}

/// Whether an axis is one of a product, which says how many values it has, or one that points are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    Product,
    Draw,
}

/// The keys of an axis as a table.
pub(super) const KEYS: &[Key] = &[
    Key::new("values", "these numbers", Values::Words("a list of numbers"), ONE_FORM),
    Key::new("linear", "evenly spaced numbers", BOUNDS, ONE_FORM),
    Key::new("log", "numbers with a constant ratio", BOUNDS, ONE_FORM),
    Key::new("integers", "all integers from one to another", BOUNDS, ONE_FORM),
    Key::new("uniform", "random numbers", BOUNDS, ONE_FORM),
    Key::new("log_uniform", "random numbers whose logarithm is uniform", BOUNDS, ONE_FORM),
    Key::new(
        "one_minus_log_uniform",
        "random numbers below 1, the logarithm of 1 minus which is uniform",
        BOUNDS,
        ONE_FORM,
    ),
    Key::new(
        "points",
        "how many, both ends included",
        Values::Integer(2, MAX_TRIALS),
        Without::Words("needed by linear and log, unless points are drawn (`sweep.draw`)"),
    ),
    Key::new(
        "samples",
        "how many random numbers",
        Values::Integer(1, MAX_LISTED),
        Without::Words("needed by them, unless points are drawn (`sweep.draw`)"),
    ),
];

const BOUNDS: Values = Values::Words("[low, high]");
const ONE_FORM: Without = Without::Words("an axis has one of values, linear, log, integers and the random ones");

impl Axis {
    /// The axis of one value of a hyperparameter, as a trial stores it.
    pub(super) fn single(hyperparameter: &Hyperparameter, value: f64) -> Self {
        match hyperparameter.domain {
            Domain::Choice(_) => Self::Choices(vec![value as usize]),
            Domain::Number { .. } => Self::Values(vec![value]),
        }
    }

    /// How many values it has.
    pub fn count(&self) -> u64 {
        match self {
            Self::Values(values) => values.len() as u64,
            Self::Choices(choices) => choices.len() as u64,
            Self::Linear { points, .. } | Self::Log { points, .. } => *points,
            Self::Integers { low, high } => (high - low) as u64 + 1,
            Self::Sample { samples, .. } => *samples,
        }
    }

    /// Its values, as a trial stores them: choices by index.
    ///
    /// Points of a range come from integer indices, by `libm` and rounded to 12 significant digits, so that they are
    /// the same on every machine and look as one would write them: 0.001, not 0.0009999999999999998.
    pub fn values(&self, hyperparameter: &str) -> Vec<f64> {
        match self {
            Self::Values(values) => values.clone(),
            Self::Choices(choices) => choices.iter().map(|&index| index as f64).collect(),
            Self::Linear { .. } | Self::Log { .. } | Self::Integers { .. } => {
                (0..self.count()).map(|number| self.value(number)).collect()
            }
            Self::Sample { distribution, low, high, samples } => {
                let (name, bounds) = (distribution.name(), format!("[{}, {}]", number(*low), number(*high)));
                let hash = blake3::hash(format!("{hyperparameter} = {{ {name} = {bounds} }}").as_bytes());
                let mut stream = Stream::new("axis", u64::from_le_bytes(first_eight(hash.as_bytes())));
                (0..*samples).map(|_| self.at(stream.uniform())).collect()
            }
        }
    }

    /// The value of a list or of a range that has this number; see [`Self::values`].
    ///
    /// # Panics
    ///
    /// If there is no such value, or they are random.
    pub fn value(&self, number: u64) -> f64 {
        match self {
            Self::Values(values) => values[number as usize],
            Self::Choices(choices) => choices[number as usize] as f64,
            Self::Linear { low, high, points } => {
                point((number, *points), (*low, *high), |at| between(*low, *high, at))
            }
            Self::Log { low, high, points } => {
                let inner = |at| libm::exp10(between(libm::log10(*low), libm::log10(*high), at));
                point((number, *points), (*low, *high), inner)
            }
            Self::Integers { low, .. } => low + number as f64,
            Self::Sample { .. } => panic!("a sample has no values by number"),
        }
    }

    /// The value that a share of all are below, as far as there are any: of lists and integers each has an equal share, and
    /// ranges have all numbers between their ends, evenly by their own scale.
    pub(super) fn at(&self, share: f64) -> f64 {
        let place = |count: u64| ((share * count as f64) as u64).min(count - 1);
        match self {
            Self::Values(_) | Self::Choices(_) | Self::Integers { .. } => self.value(place(self.count())),
            Self::Linear { low, high, .. } => Distribution::Uniform.at((*low, *high), share),
            Self::Log { low, high, .. } => Distribution::LogUniform.at((*low, *high), share),
            Self::Sample { distribution, low, high, .. } => distribution.at((*low, *high), share),
        }
    }

    /// Whether all of its values are whole numbers; no range is that whose numbers are drawn.
    pub(super) fn is_whole(&self, hyperparameter: &str) -> bool {
        match self {
            Self::Integers { .. } => true,
            _ if self.count() == 0 => false,
            _ => AxisValues::new(self, hyperparameter).iter().all(|value| value.fract() == 0.0),
        }
    }

    /// Whether it has one value.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Self::Values(_) | Self::Choices(_) | Self::Integers { .. } => self.count() == 1,
            _ => false,
        }
    }

    /// Its first and last value; the bounds where any number between them may be drawn.
    pub(super) fn ends(&self, hyperparameter: &str) -> (f64, f64) {
        match self {
            Self::Linear { low, high, .. } | Self::Log { low, high, .. } | Self::Integers { low, high } => {
                (*low, *high)
            }
            Self::Sample { low, high, samples: 0, .. } => (*low, *high),
            Self::Values(_) | Self::Choices(_) => (self.value(0), self.value(self.count() - 1)),
            Self::Sample { .. } => {
                let values = AxisValues::new(self, hyperparameter);
                (values.get(0), values.get(values.count() - 1))
            }
        }
    }

    /// Whether it is a range whose neighbours surely differ: they are further apart than twelve digits can tell.
    pub(super) fn is_spaced(&self) -> bool {
        let (gap, size) = match self {
            Self::Linear { low, high, points } => (high / *points as f64 - low / *points as f64, low.abs().max(*high)),
            // The relative gap is larger than that of the logarithms.
            Self::Log { low, high, points } => ((libm::log10(*high) - libm::log10(*low)) / *points as f64, 1.0),
            Self::Integers { .. } => return true,
            _ => return false,
        };
        gap > 4e-11 * size
    }

    /// The number of a range's value that is nearest to this one, but for rounding; none if it is not within the range.
    pub(super) fn nearest(&self, value: f64) -> Option<u64> {
        let share = match self {
            Self::Linear { low, high, .. } if (*low..=*high).contains(&value) => {
                (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0)
            }
            Self::Log { low, high, .. } if (*low..=*high).contains(&value) => {
                let low = libm::log10(*low);
                (libm::log10(value) - low) / (libm::log10(*high) - low)
            }
            Self::Integers { low, high } if (*low..=*high).contains(&value) => {
                return Some((value - low) as u64);
            }
            _ => return None,
        };
        Some(libm::round(share * (self.count() - 1) as f64) as u64)
    }

    pub(super) fn read(field: &Field<'_>, hyperparameter: &Hyperparameter, of: Use) -> Result<Self, InputError> {
        let interval = match hyperparameter.domain {
            Domain::Choice(names) => return read_choices(field, names),
            Domain::Number { low, high } => Interval { low, high },
        };
        Self::read_numbers(field, interval, of)
    }

    pub(super) fn read_numbers(field: &Field<'_>, interval: Interval, of: Use) -> Result<Self, InputError> {
        if let Some(table) = field.as_table() {
            return read_range(field, &table, interval, of);
        }
        if field.as_list().is_some() {
            return read_values(field, interval);
        }
        if field.as_number().is_none() {
            return Err(
                field.expected(format!("{interval}, a list, or a range such as {{ log = [1e-4, 1], points = 9 }}"))
            );
        }
        Ok(Self::Values(vec![field.number(interval)?]))
    }
}

fn read_choices(field: &Field<'_>, names: &[&str]) -> Result<Axis, InputError> {
    let Some(items) = field.as_list() else { return Ok(Axis::Choices(vec![read_choice(field, names)?])) };
    if items.is_empty() {
        return Err(field.expected("at least one name"));
    }
    Ok(Axis::Choices(items.iter().map(|item| read_choice(item, names)).collect::<Result<_, _>>()?))
}

/// A name, as its index. For a truth value, TOML's `true` is as good as `"true"`.
fn read_choice(field: &Field<'_>, names: &[&str]) -> Result<usize, InputError> {
    let truth = field.boolean().ok().and_then(|truth| names.iter().position(|name| *name == truth.to_string()));
    truth.map_or_else(|| field.choice(names), Ok)
}

fn read_values(field: &Field<'_>, interval: Interval) -> Result<Axis, InputError> {
    let items = field.list("a list of numbers")?;
    if items.is_empty() {
        return Err(field.expected("at least one number"));
    }
    Ok(Axis::Values(items.iter().map(|item| item.number(interval)).collect::<Result<_, _>>()?))
}

fn read_range(field: &Field<'_>, table: &Table<'_>, interval: Interval, of: Use) -> Result<Axis, InputError> {
    const KINDS: [&str; 7] = ["values", "linear", "log", "integers", "uniform", "log_uniform", "one_minus_log_uniform"];
    let Some(kind) = KINDS.into_iter().find(|kind| table.optional(kind).is_some()) else {
        table.allow(&names(KEYS))?;
        return Err(field.error(format!("expected a table with one of {}", KINDS.join(", "))));
    };
    let count = match kind {
        "values" | "integers" => None,
        "linear" | "log" => Some("points"),
        _ => Some("samples"),
    };
    table.allow(&[Some(kind), count].into_iter().flatten().collect::<Vec<_>>())?;
    let bounds = table.required(kind, "the bounds")?;
    if kind == "values" {
        return read_values(&bounds, interval);
    }
    let (low, high) = read_bounds(&bounds, interval, ["log", "log_uniform"].contains(&kind))?;
    // Where points are drawn, all numbers between the bounds can be.
    let read_count = |key, least, most| match table.optional(key) {
        None if of == Use::Draw => Ok(0),
        None => table.required(key, "how many values")?.integer(least..=most),
        Some(count) => count.integer(least..=most).map(|count| if of == Use::Draw { 0 } else { count }),
    };
    let distribution = Distribution::NAMES.iter().find(|(name, _)| *name == kind);
    if let Some((_, distribution)) = distribution.copied() {
        if distribution == Distribution::OneMinusLogUniform && high >= 1.0 {
            return Err(bounds.error(format!("expected bounds below 1, found {}", number(high))));
        }
        return Ok(Axis::Sample { distribution, low, high, samples: read_count("samples", 1, MAX_LISTED)? });
    }
    if kind == "integers" {
        let is_whole = |x: f64| x.fract() == 0.0 && x.abs() < 9e15;
        if !is_whole(low) || !is_whole(high) {
            return Err(bounds.expected("two integers"));
        }
        if high - low >= MAX_TRIALS as f64 {
            return Err(bounds.error(format!("these are more than {MAX_TRIALS} integers")));
        }
        return Ok(Axis::Integers { low, high });
    }
    let points = read_count("points", 2, MAX_TRIALS)?;
    let axis = if kind == "log" { Axis::Log { low, high, points } } else { Axis::Linear { low, high, points } };
    if points > MAX_LISTED && !axis.is_spaced() {
        return Err(bounds.error(format!("there are not {points} numbers of twelve digits between the bounds")));
    }
    Ok(axis)
}

pub(super) fn read_bounds(field: &Field<'_>, interval: Interval, is_log: bool) -> Result<(f64, f64), InputError> {
    let Some([first, last]) = field.as_list().and_then(|items| <[Field<'_>; 2]>::try_from(items).ok()) else {
        return Err(field.expected("a list of two numbers: the lowest and the highest"));
    };
    for end in [&first, &last] {
        let number = end.number(interval)?;
        if is_log && number <= 0.0 {
            return Err(end.expected("a positive number, as the scale is logarithmic"));
        }
        if number.is_infinite() {
            return Err(end.expected("a finite number"));
        }
    }
    let (low, high) = (first.number(interval)?, last.number(interval)?);
    if low >= high {
        return Err(field.error(format!("expected the lower bound first, found {} and {}", number(low), number(high))));
    }
    Ok((low, high))
}

/// A point of a range, by its number and that of all: both ends as they were written; between them, `inner` of the share of
/// the way.
fn point((number, points): (u64, u64), ends: (f64, f64), inner: impl Fn((u64, u64)) -> f64) -> f64 {
    let last = points - 1;
    assert!(number <= last, "point {number} of {points}");
    match number {
        0 => ends.0,
        _ if number == last => ends.1,
        _ => twelve_digits(inner((number, last))).clamp(ends.0, ends.1),
    }
}

/// The number `index / last` of the way from `low` to `high`. The weights are integers, so that halves, thirds and
/// tenths of a range of whole decades are as exact as they can be.
fn between(low: f64, high: f64, (index, last): (u64, u64)) -> f64 {
    let sum = low * (last - index) as f64 + high * index as f64;
    if sum.is_finite() {
        return sum / last as f64;
    }
    let share = index as f64 / last as f64;
    low * (1.0 - share) + high * share
}

/// The double nearest to the first 12 significant decimal digits, which a few units in the last place do not change.
pub(super) fn twelve_digits(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

fn first_eight(hash: &[u8; 32]) -> [u8; 8] {
    std::array::from_fn(|at| hash[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_round_numbers() {
        let axis = Axis::Log { low: 1e-4, high: 1e1, points: 26 };
        let values = axis.values("lr");
        assert_eq!(values.len(), 26);
        for (decade, expected) in [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0].into_iter().enumerate() {
            assert_eq!(values[5 * decade], expected);
        }
        assert_eq!(values[1], 0.000_158_489_319_246);
        let axis = Axis::Linear { low: 0.0, high: 1.0, points: 11 };
        assert_eq!(axis.values("x"), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
    }

    #[test]
    fn ends_stay_as_written_and_nothing_leaves_the_range() {
        let (low, high) = (0.123_456_789_012_345_6, 0.123_456_789_012_346_7);
        let values = Axis::Log { low, high, points: 5 }.values("lr");
        assert_eq!((values[0], values[4]), (low, high));
        assert!(values.iter().all(|x| (low..=high).contains(x)));
        let values = Axis::Linear { low: -1.5e308, high: 1.5e308, points: 4 }.values("x");
        assert_eq!(values, [-1.5e308, -5e307, 5e307, 1.5e308]);
    }

    #[test]
    fn samples_follow_from_name_and_bounds_and_extend() {
        let axis = |samples| {
            let distribution = Distribution::LogUniform;
            Axis::Sample { distribution, low: 1e-4, high: 1.0, samples }
        };
        let many = axis(1_000).values("lr");
        assert_eq!(axis(10).values("lr"), many[..10]);
        assert_ne!(axis(10).values("epsilon"), many[..10]);
        assert!(many.iter().all(|x| (1e-4..=1.0).contains(x)));
        let low = many.iter().filter(|&&x| x < 1e-2).count();
        assert!(low.abs_diff(500) < 80, "{low} of 1000 in the lower half of the logs");
        // Fixed: these are part of the keys of trials.
        assert_eq!(many[..2], [0.003_366_017_662_3, 0.111_599_163_255]);
    }

    #[test]
    fn shares_are_of_the_numbers_between_the_bounds() {
        let sample = |distribution, low, high| Axis::Sample { distribution, low, high, samples: 0 };
        for (axis, [first, middle]) in [
            (sample(Distribution::Uniform, -1.0, 3.0), [-1.0, 1.0]),
            (sample(Distribution::LogUniform, 1e-4, 1.0), [1e-4, 1e-2]),
            (sample(Distribution::OneMinusLogUniform, 0.9, 0.999), [0.9, 0.99]),
            (Axis::Linear { low: 0.0, high: 1.0, points: 0 }, [0.0, 0.5]),
            (Axis::Log { low: 1e-2, high: 1e2, points: 0 }, [1e-2, 1.0]),
            (Axis::Integers { low: -3.0, high: 3.0 }, [-3.0, 0.0]),
            (Axis::Values(vec![5.0, 7.0, 6.0]), [5.0, 7.0]),
            (Axis::Choices(vec![4, 2]), [4.0, 2.0]),
        ] {
            assert_eq!([0.0, 0.5].map(|share| axis.at(share)), [first, middle], "{axis:?}");
            let last = axis.at(1.0 - f64::EPSILON / 2.0);
            if let Axis::Values(_) | Axis::Choices(_) = axis {
                assert_eq!(last, axis.value(axis.count() - 1));
            } else {
                assert!(last > middle && last <= axis.ends("").1, "{axis:?}: {last}");
            }
        }
    }
}
