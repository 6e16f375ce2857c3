//! What is left of a product of axes when boxes are taken out of it, counted and numbered without a list of it.

use std::collections::HashMap;

use super::subset::Subset;

/// The points of a product whose coordinates are among these, axis by axis.
pub(super) type Region = Vec<Subset>;

/// The points of a product of axes that are in none of some regions. A point has a number in the product, in which the last
/// coordinate moves fastest, and a rank among the points that are left, in the same order.
///
/// An axis is cut where regions begin or end: between two cuts, all values leave the same regions to the axes after it, and
/// so the same number of points. What an axis leaves is worked out once for each set of regions that are still open there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remainder {
    /// For each axis, the points of the axes after it.
    strides: Vec<u64>,
    count: u64,
    /// What begins at an axis with some regions still open; the last one is all.
    states: Vec<Vec<Stretch>>,
    root: Below,
}

/// Neighbouring values of an axis that leave equally much.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    first: u64,
    /// Points that are left before it.
    before: u64,
    /// Points that are left at each of its values.
    each: u64,
    below: Below,
}

/// What is left of the axes below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// All.
    All,
    /// What this state says.
    State(usize),
}

struct Builder<'a> {
    lengths: &'a [u64],
    strides: &'a [u64],
    regions: &'a [Region],
    states: Vec<Vec<Stretch>>,
    known: HashMap<(usize, Vec<usize>), (u64, Below)>,
}

impl Remainder {
    /// What these regions leave of a product of axes of these lengths.
    ///
    /// # Panics
    ///
    /// If the product has more points than a `u64` can count.
    pub fn new(lengths: &[u64], regions: &[Region]) -> Self {
        let mut strides = vec![1_u64; lengths.len()];
        for axis in (1..lengths.len()).rev() {
            strides[axis - 1] = strides[axis].checked_mul(lengths[axis]).expect("the points can be counted");
        }
        let open = (0..regions.len()).filter(|region| regions[*region].iter().all(|subset| !subset.is_empty()));
        let mut builder = Builder { lengths, strides: &strides, regions, states: Vec::new(), known: HashMap::new() };
        let (count, root) = builder.left(0, open.collect());
        let states = builder.states;
        Self { strides, count, states, root }
    }

    /// How many points are left.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A hash that tells it from others.
    pub fn digest(&self) -> blake3::Hash {
        blake3::hash(format!("{self:?}").as_bytes())
    }

    /// The number in the product of the point of this rank.
    ///
    /// # Panics
    ///
    /// If there is no such point.
    pub fn get(&self, rank: u64) -> u64 {
        assert!(rank < self.count, "point {rank} of {}", self.count);
        let (mut number, mut rest, mut below) = (0, rank, self.root);
        for stride in &self.strides {
            let Below::State(state) = below else { break };
            let stretches = &self.states[state];
            let stretch = &stretches[stretches.partition_point(|stretch| stretch.before <= rest) - 1];
            rest -= stretch.before;
            number += (stretch.first + rest / stretch.each) * stride;
            (rest, below) = (rest % stretch.each, stretch.below);
        }
        number + rest
    }
}

impl Builder<'_> {
    /// How many points the axes from this one on have in none of the regions that are open, and which.
    fn left(&mut self, axis: usize, open: Vec<usize>) -> (u64, Below) {
        if open.is_empty() {
            let first = self.strides.get(axis).zip(self.lengths.get(axis));
            return (first.map_or(1, |(stride, length)| stride * length), Below::All);
        }
        if axis == self.lengths.len() {
            return (0, Below::All);
        }
        if let Some(known) = self.known.get(&(axis, open.clone())) {
            return *known;
        }
        // Where each region begins and ends.
        let ranges = open.iter().flat_map(|region| self.regions[*region][axis].ranges().iter().map(|of| (*region, of)));
        let mut cuts: Vec<(u64, usize)> =
            ranges.flat_map(|(region, of)| [(of.start, region), (of.end, region)]).collect();
        cuts.sort_unstable();
        let (mut stretches, mut count, mut here) = (Vec::new(), 0, Vec::new());
        let (mut first, mut next) = (0, 0);
        while first < self.lengths[axis] {
            // A region that is here ends, and another one begins.
            while let Some((_, region)) = cuts.get(next).filter(|(at, _)| *at == first) {
                match here.binary_search(region) {
                    Ok(at) => drop(here.remove(at)),
                    Err(at) => here.insert(at, *region),
                }
                next += 1;
            }
            let end = cuts.get(next).map_or(self.lengths[axis], |(at, _)| *at);
            let (each, below) = self.left(axis + 1, here.clone());
            if each > 0 {
                stretches.push(Stretch { first, before: count, each, below });
                count += (end - first) * each;
            }
            first = end;
        }
        self.states.push(stretches);
        let known = (count, Below::State(self.states.len() - 1));
        self.known.insert((axis, open), known);
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Stream;

    fn coordinates(lengths: &[u64], mut number: u64) -> Vec<u64> {
        let mut all: Vec<u64> = lengths
            .iter()
            .rev()
            .map(|length| {
                let at = number % length;
                number /= length;
                at
            })
            .collect();
        all.reverse();
        all
    }

    #[test]
    fn what_is_left_is_what_a_search_finds() {
        let mut stream = Stream::new("remainder", 0);
        for _ in 0..500 {
            let lengths: Vec<u64> = (0..1 + stream.below(4)).map(|_| 1 + stream.below(5)).collect();
            let region = |stream: &mut Stream| -> Region {
                let subset = |length: &u64| {
                    let odds = 1 + stream.below(4);
                    Subset::of((0..*length).filter(|_| stream.below(4) < odds).collect::<Vec<_>>())
                };
                lengths.iter().map(subset).collect()
            };
            let regions: Vec<Region> = (0..stream.below(5)).map(|_| region(&mut stream)).collect();
            let remainder = Remainder::new(&lengths, &regions);
            let is_in = |region: &Region, point: &[u64]| {
                region.iter().zip(point).all(|(subset, at)| subset.ranges().iter().any(|range| range.contains(at)))
            };
            let is_left = |number: &u64| {
                let point = coordinates(&lengths, *number);
                !regions.iter().any(|region| is_in(region, &point))
            };
            let expected: Vec<u64> = (0..lengths.iter().product()).filter(is_left).collect();
            let found: Vec<u64> = (0..remainder.count()).map(|rank| remainder.get(rank)).collect();
            assert_eq!(found, expected, "{lengths:?} without {regions:?}");
        }
    }

    #[test]
    fn large_products_are_counted_without_a_list() {
        let lengths = [1_000_000, 1_000, 1_000];
        let region = vec![Subset::of([5]), Subset::range(0..999), Subset::all(1_000)];
        let remainder = Remainder::new(&lengths, &[region]);
        assert_eq!(remainder.count(), 1_000_000_000_000 - 999_000);
        assert_eq!(remainder.get(4_999_999), 4_999_999);
        assert_eq!(remainder.get(5_000_000), 5_999_000);
        assert_eq!(remainder.get(remainder.count() - 1), 999_999_999_999);
    }
}
