//! Where the trials of a condition start.

use std::collections::HashSet;

use crate::random::Stream;
use crate::spec::{self, AxisValues, INIT_OFFSET, Spec};

/// Where the trials of a condition start, each place once and made when it is asked for: points on a landscape, or offsets
/// of the initial weights of networks.
#[derive(Clone, Debug, PartialEq)]
pub enum Starts {
    /// Networks whose initial weights have no offset: an empty list of numbers.
    Plain,
    /// The offsets of initial weights.
    Offsets(AxisValues),
    /// These points.
    Points(Vec<Vec<f64>>),
    /// The points of a lattice, the last coordinate moving fastest.
    Lattice(Vec<AxisValues>),
    /// Random points, taken to differ: of two, all digits of every coordinate would have to agree.
    Sample {
        /// The lowest and the highest value of each coordinate.
        bounds: Vec<(f64, f64)>,
        /// How many.
        count: u64,
        /// Of the stream that they come from.
        seed: u64,
    },
}

impl Starts {
    /// Those of a spec with one condition.
    pub(super) fn of(spec: &Spec) -> Self {
        if let (None, Some(landscape)) = (&spec.network, spec.problem.landscape()) {
            return match &landscape.starts {
                spec::Starts::Points(points) => {
                    let bits = |point: &[f64]| point.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    let (mut seen, mut points) = (HashSet::new(), points.clone());
                    points.retain(|point| seen.insert(bits(point)));
                    Self::Points(points)
                }
                spec::Starts::Grid(lattice) => Self::Lattice(lattice.axes()),
                spec::Starts::Sample { bounds, count } => {
                    Self::Sample { bounds: bounds.clone(), count: *count, seed: spec.problem.seed }
                }
            };
        }
        let offsets = spec.network.as_ref().and_then(|network| network.init_offset.as_ref());
        offsets.map_or(Self::Plain, |axis| Self::Offsets(AxisValues::new(axis, INIT_OFFSET)))
    }

    /// How many values each of their axes has.
    pub(super) fn lengths(&self) -> Vec<u64> {
        match self {
            Self::Plain => vec![1],
            Self::Offsets(offsets) => vec![offsets.count()],
            Self::Points(points) => vec![points.len() as u64],
            Self::Lattice(axes) => axes.iter().map(AxisValues::count).collect(),
            Self::Sample { count, .. } => vec![*count],
        }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.lengths().into_iter().product()
    }

    /// The start of this number.
    ///
    /// # Panics
    ///
    /// If there is no such start.
    pub fn get(&self, number: u64) -> Vec<f64> {
        match self {
            Self::Plain => Vec::new(),
            Self::Offsets(offsets) => vec![offsets.get(number)],
            Self::Points(points) => points[number as usize].clone(),
            Self::Lattice(axes) => {
                let (mut point, mut rest) = (vec![0.0; axes.len()], number);
                for (x, axis) in point.iter_mut().zip(axes).rev() {
                    *x = axis.get(rest % axis.count());
                    rest /= axis.count();
                }
                point
            }
            Self::Sample { bounds, seed, .. } => {
                let mut stream = Stream::new("start", *seed).at(number * bounds.len() as u64);
                bounds.iter().map(|(low, high)| low + (high - low) * stream.uniform()).collect()
            }
        }
    }

    /// Whether they are offsets of initial weights.
    pub fn are_offsets(&self) -> bool {
        matches!(self, Self::Offsets(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Axis;

    #[test]
    fn a_start_is_found_by_its_number() {
        let axis = |points| AxisValues::new(&Axis::Linear { low: -1.0, high: 1.0, points }, "");
        let lattice = Starts::Lattice(vec![axis(3), axis(2)]);
        let points: Vec<Vec<f64>> = (0..lattice.count()).map(|number| lattice.get(number)).collect();
        assert_eq!(points, [[-1.0, -1.0], [-1.0, 1.0], [0.0, -1.0], [0.0, 1.0], [1.0, -1.0], [1.0, 1.0]]);
        let bounds = vec![(-2.0, 2.0), (0.0, 1.0), (5.0, 6.0)];
        let sample = Starts::Sample { bounds: bounds.clone(), count: 9, seed: 3 };
        let mut stream = Stream::new("start", 3);
        for number in 0..9 {
            let expected: Vec<f64> = bounds.iter().map(|(low, high)| low + (high - low) * stream.uniform()).collect();
            assert_eq!(sample.get(number), expected);
        }
        let large = Starts::Lattice(vec![axis(100_000), axis(100_000)]);
        assert_eq!((large.count(), large.get(9_999_999_999)), (10_000_000_000, vec![1.0, 1.0]));
    }
}
