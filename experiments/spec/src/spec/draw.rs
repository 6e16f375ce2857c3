//! `[sweep] draw`: points that are drawn jointly from all axes, in place of the product of these.

use std::sync::Arc;

use super::axis::Axis;
use super::error::InputError;
use super::key::{Key, Values, Without, names};
use super::reader::Field;
use crate::random::Stream;

/// The most points of a draw.
const MAX_DRAWS: u64 = 1_000_000;

/// The keys of a draw.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "halton",
        "points of a scrambled Halton sequence, which fill the axes evenly",
        Values::Integer(1, MAX_DRAWS),
        Without::Words("they are `random`"),
    ),
    Key::new(
        "random",
        "points, each independent of the others",
        Values::Integer(1, MAX_DRAWS),
        Without::Words("they are of `halton`"),
    ),
    Key::new("seed", "the seed of the draw", Values::Integer(0, i64::MAX as u64), Without::Value("0")),
];

/// Points that are drawn jointly from all axes. A longer draw begins with the shorter one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Where their coordinates come from.
    pub sequence: Sequence,
    /// How many there are.
    pub count: u64,
    /// The seed.
    pub seed: u64,
    /// Coordinates that are drawn for problems, networks and training: those of the optimizers come after them.
    pub(super) before: usize,
}

/// Where coordinates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// Independent numbers.
    Random,
    /// A scrambled Halton sequence (Owen, A randomized Halton algorithm in R, arXiv:1706.02808).
    Halton,
}

/// A coordinate of the points of a draw, a number in [0, 1) each.
///
/// Of independent points it is a number of the stream of ChaCha8 `draw <name>`, which depends on what is drawn and not on
/// what else is: tables with the same axis draw the same values from it.
///
/// Of a Halton sequence, number i in base b, a prime for each coordinate, has digits dₖ, the last one first; the coordinate
/// is Σ πₖ(dₖ) b⁻⁽ᵏ⁺¹⁾, where πₖ is a random permutation of the digits for each place (Owen, A randomized Halton algorithm
/// in R, arXiv:1706.02808). Digits are summed as integers, as many as 2⁵³ has room for, and divided once: the bits are the
/// same everywhere.
#[derive(Clone, Debug)]
pub(super) enum Coordinate {
    Random(Arc<Stream>),
    Halton {
        /// The permutation of each place.
        permutations: Vec<Vec<u32>>,
        base: u64,
    },
}

impl Draw {
    pub(super) fn read(field: &Field<'_>) -> Result<Self, InputError> {
        const EXPECTED: &str = "{ halton = 200 } or { random = 200 }";
        let Some(table) = field.as_table() else { return Err(field.expected(EXPECTED)) };
        table.allow(&names(KEYS))?;
        let (sequence, count) = match (table.optional("halton"), table.optional("random")) {
            (Some(count), None) => (Sequence::Halton, count),
            (None, Some(count)) => (Sequence::Random, count),
            (Some(_), Some(other)) => return Err(other.error("expected either `halton` or `random`, found both")),
            (None, None) => return Err(field.expected(EXPECTED)),
        };
        let seed = table.optional("seed").map_or(Ok(0), |field| field.seed())?;
        Ok(Self { sequence, count: count.integer(1..=MAX_DRAWS)?, seed, before: 0 })
    }

    /// As specs write it.
    pub(super) fn text(&self) -> String {
        let name = if self.sequence == Sequence::Halton { "halton" } else { "random" };
        let seed = if self.seed == 0 { String::new() } else { format!(", seed = {}", self.seed) };
        format!("{{ {name} = {}{seed} }}", self.count)
    }

    /// The coordinate of this number, which is that of the axis of this name.
    pub(super) fn coordinate(&self, number: usize, name: &str) -> Coordinate {
        match self.sequence {
            Sequence::Random => Coordinate::Random(Arc::new(Stream::new(&format!("draw {name}"), self.seed))),
            Sequence::Halton => {
                let base = prime(number);
                let stream = Stream::new("halton", self.seed);
                let permutation = |place: u64| {
                    let mut digits: Vec<u32> = (0..base as u32).collect();
                    stream.substream((number as u64) << 32 | place).shuffle(&mut digits);
                    digits
                };
                let places = std::iter::successors(Some(base), |power| power.checked_mul(base));
                let places = places.take_while(|power| *power <= 1 << 53).count() as u64;
                Coordinate::Halton { permutations: (0..places).map(permutation).collect(), base }
            }
        }
    }
}

impl Coordinate {
    /// The coordinate of the point of this number.
    pub fn get(&self, number: u64) -> f64 {
        match self {
            Self::Random(stream) => stream.at(number).uniform(),
            Self::Halton { permutations, base } => {
                let (mut rest, mut sum, mut power) = (number, 0, 1);
                for permutation in permutations {
                    sum = sum * base + u64::from(permutation[(rest % base) as usize]);
                    (rest, power) = (rest / base, power * base);
                }
                sum as f64 / power as f64
            }
        }
    }
}

/// The value of an axis at a coordinate.
#[derive(Clone, Debug)]
pub(super) struct DrawnAxis {
    axis: Axis,
    /// What its coordinate follows from.
    origin: (Draw, usize),
    coordinate: Option<Coordinate>,
}

impl DrawnAxis {
    /// `next` is the number of the next coordinate; an axis with one value takes none.
    pub fn new(draw: &Draw, axis: &Axis, name: &str, next: &mut usize) -> Self {
        let coordinate = (!axis.is_single()).then(|| {
            *next += 1;
            draw.coordinate(*next - 1, name)
        });
        Self { axis: axis.clone(), origin: (*draw, *next), coordinate }
    }

    /// A text that tells its values from others.
    pub fn digest(&self) -> String {
        format!("{:?} {:?}", self.axis, self.origin)
    }

    /// The value at the point of this number.
    pub fn get(&self, number: u64) -> f64 {
        self.axis.at(self.coordinate.as_ref().map_or(0.0, |coordinate| coordinate.get(number)))
    }
}

/// The prime of this number, counted from 0.
fn prime(number: usize) -> u64 {
    let is_prime = |n: &u64| (2..).take_while(|factor| factor * factor <= *n).all(|factor| !n.is_multiple_of(factor));
    (2..).filter(is_prime).nth(number).expect("there is always another prime")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(sequence: Sequence, seed: u64) -> Draw {
        Draw { sequence, count: 1, seed, before: 0 }
    }

    #[test]
    fn primes_are_counted() {
        assert_eq!([0, 1, 2, 3, 4, 99].map(prime), [2, 3, 5, 7, 11, 541]);
    }

    /// Each of bᵏ intervals of equal length has one of bᵏ points in a row that begin at a multiple of bᵏ.
    #[test]
    fn halton_points_are_evenly_spread() {
        for number in 0..4 {
            let base = prime(number);
            let coordinate = draw(Sequence::Halton, 5).coordinate(number, "lr");
            for count in [base, base * base] {
                for first in [0, 3 * count] {
                    let mut hits: Vec<u64> =
                        (first..first + count).map(|point| (coordinate.get(point) * count as f64) as u64).collect();
                    hits.sort_unstable();
                    assert_eq!(hits, (0..count).collect::<Vec<_>>(), "base {base}");
                }
            }
        }
    }

    #[test]
    fn coordinates_are_in_their_interval_and_follow_from_seed_and_number() {
        for sequence in [Sequence::Random, Sequence::Halton] {
            let numbers = |seed, at, name: &str| -> Vec<f64> {
                let coordinate = draw(sequence, seed).coordinate(at, name);
                (0..1_000).map(|number| coordinate.get(number)).collect()
            };
            let first = numbers(0, 1, "lr");
            assert!(first.iter().all(|x| (0.0..1.0).contains(x)));
            assert!((first.iter().sum::<f64>() / 1_000.0 - 0.5).abs() < 0.03);
            assert_eq!(first, numbers(0, 1, "lr"));
            assert_ne!(first, numbers(1, 1, "lr"));
            assert_ne!(first, numbers(0, 2, "momentum"));
        }
        // Fixed: these are part of the keys of trials.
        let bits = |sequence| {
            let coordinate = draw(sequence, 0).coordinate(1, "lr");
            [0, 1, 1_000_000].map(|number| coordinate.get(number).to_bits())
        };
        assert_eq!(
            bits(Sequence::Halton),
            [4_604_043_495_060_433_442, 4_599_403_371_445_059_310, 4_599_204_010_307_258_939]
        );
        assert_eq!(
            bits(Sequence::Random),
            [4_605_933_639_949_585_769, 4_598_043_832_941_755_552, 4_606_853_459_212_820_719]
        );
    }
}
