//! What stands for the values of several trials, and for how far apart they are.

use super::configuration::Spread;
use super::interquartile::{interquartile_interval, interquartile_mean};

/// What stands for the values of several trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistic {
    /// The median, between the quartiles.
    #[default]
    Median,
    /// The mean, between one standard deviation less and more.
    Mean,
    /// The interquartile mean, in its 95 % bootstrap interval ([`interquartile_interval`]).
    InterquartileMean,
}

/// A middle, and what lies about it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// The middle.
    pub middle: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Statistic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Median, Self::Mean, Self::InterquartileMean];

    /// Its name in specs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Mean => "mean",
            Self::InterquartileMean => "iqm",
        }
    }

    /// What stands in the middle, in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Median => "median",
            Self::Mean => "mean",
            Self::InterquartileMean => "interquartile mean",
        }
    }

    /// What its band is, in words.
    pub fn band(self) -> &'static str {
        match self {
            Self::Median => "quartiles",
            Self::Mean => "± standard deviation",
            Self::InterquartileMean => "95 % bootstrap interval",
        }
    }

    /// That of ascending values; none of no values. The standard deviation is that of a sample, with n − 1 in its denominator;
    /// one value has no width. Among infinite values, the ends are as far as the middle.
    ///
    /// ```
    /// use thalweg_record::stats::Statistic;
    ///
    /// let band = Statistic::Mean.of(&[1.0, 2.0, 3.0]).unwrap();
    /// assert_eq!((band.low, band.middle, band.high), (1.0, 2.0, 3.0));
    /// ```
    pub fn of(self, sorted: &[f64]) -> Option<Band> {
        match self {
            Self::Median => {
                Spread::of(sorted).map(|Spread { median, q25, q75 }| Band { middle: median, low: q25, high: q75 })
            }
            Self::Mean => {
                let count = sorted.len() as f64;
                let middle = (!sorted.is_empty()).then(|| sorted.iter().sum::<f64>() / count)?;
                let squares = sorted.iter().map(|value| (value - middle) * (value - middle)).sum::<f64>();
                let deviation = libm::sqrt(squares / (count - 1.0).max(1.0));
                let deviation = if deviation.is_nan() { 0.0 } else { deviation };
                Some(Band { middle, low: middle - deviation, high: middle + deviation })
            }
            Self::InterquartileMean => {
                let middle = interquartile_mean(sorted)?;
                let ends = interquartile_interval(&[sorted]).map_or((middle, middle), |own| (own.low, own.high));
                Some(Band { middle, low: ends.0, high: ends.1 })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_deviation_is_that_of_a_sample() {
        // numpy.mean and numpy.std(ddof=1) of 0.1, 0.4, 0.5, 2.0, NumPy 2.3.
        let band = Statistic::Mean.of(&[0.1, 0.4, 0.5, 2.0]).unwrap();
        assert_eq!(band.middle, 0.75);
        assert!((band.high - band.middle - 0.850_490_054_811_538_3).abs() < 1e-12, "{band:?}");
        assert_eq!(Statistic::Mean.of(&[3.0]), Some(Band { middle: 3.0, low: 3.0, high: 3.0 }));
        let lost = Statistic::Mean.of(&[3.0, f64::INFINITY]).unwrap();
        assert_eq!((lost.middle, lost.high), (f64::INFINITY, f64::INFINITY));
        assert_eq!(Statistic::ALL.map(|statistic| statistic.of(&[])), [None; 3]);
    }

    #[test]
    fn the_interquartile_mean_lies_in_its_interval() {
        let values: Vec<f64> = (0..20).map(|at| f64::from(at) * f64::from(at)).collect();
        let band = Statistic::InterquartileMean.of(&values).unwrap();
        assert_eq!(Some(band.middle), interquartile_mean(&values));
        assert!(band.low < band.middle && band.middle < band.high, "{band:?}");
        let median = Statistic::Median.of(&[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        assert_eq!((median.low, median.middle, median.high), (2.0, 3.0, 4.0));
    }
}
