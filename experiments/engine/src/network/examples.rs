//! Examples in the precision of a sweep, and the order in which training sees them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use thalweg_kernels::Real;
use thalweg_kernels::product::Input;

use crate::random::Stream;
use crate::train::Team;
use crate::train::team::{Both, Rows, RowsMut, share};

/// A split of a data set: `[example][input]` and `[example][target]`.
#[derive(Clone, Debug, Default)]
pub struct Examples<T> {
    /// The features.
    pub inputs: Arc<Vec<T>>,
    /// Numbers for regression, else the index of the class (0 or 1 for a binary target).
    pub targets: Vec<T>,
    /// How many examples.
    pub count: usize,
}

impl<T: Real> Examples<T> {
    /// Rounds examples to the precision `T`.
    pub fn new(inputs: &[f64], targets: &[f64], count: usize) -> Self {
        let round = |values: &[f64]| values.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>();
        Self { inputs: Arc::new(round(inputs)), targets: round(targets), count }
    }
}

/// How a training split is cut into batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    /// Examples of the split.
    pub examples: usize,
    /// Examples per batch; the number of examples for full batches.
    pub size: usize,
    /// Whether a last batch that is smaller is left out.
    pub drop_last: bool,
    /// Whether every epoch has an order of its own; else the examples keep theirs.
    pub shuffled: bool,
    /// Whether an epoch's order is drawn with replacement; else it is a permutation.
    pub replacement: bool,
}

impl Batches {
    /// Batches per epoch.
    pub fn per_epoch(self) -> u64 {
        let whole = self.examples / self.size;
        let rest = usize::from(!self.drop_last && !self.examples.is_multiple_of(self.size));
        (whole + rest) as u64
    }

    /// The epoch of a step (both counted from 0), and the range of its batch within the epoch's order.
    pub fn of_step(self, step: u64) -> (u64, Range<usize>) {
        let (epoch, batch) = (step / self.per_epoch(), (step % self.per_epoch()) as usize);
        (epoch, batch * self.size..self.examples.min((batch + 1) * self.size))
    }
}

/// The shuffled orders of the epochs, one per order seed and epoch, made once and shared by the blocks that need them.
#[derive(Debug)]
pub struct Orders {
    examples: usize,
    replacement: bool,
    /// By order seed and epoch.
    cache: Mutex<Cache>,
}

type Cache = HashMap<(u64, u64), Arc<[u32]>>;

/// The most that is kept of orders, in numbers of 4 bytes.
pub const CACHED: usize = 16 << 20;

impl Orders {
    /// Orders of this many examples, drawn with replacement or shuffled.
    pub fn new(examples: usize, replacement: bool) -> Self {
        Self { examples, replacement, cache: Mutex::default() }
    }

    /// The order of one epoch, from the stream `order` of the seed, whose substream is the epoch: 0 .. examples,
    /// shuffled, or as many draws from them.
    pub fn of_epoch(&self, seed: u64, epoch: u64) -> Arc<[u32]> {
        let locked = || self.cache.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(order) = locked().get(&(seed, epoch)) {
            return Arc::clone(order);
        }
        let mut stream = Stream::new("order", seed).substream(epoch);
        let mut order: Vec<u32> = (0..self.examples as u32).collect();
        if self.replacement {
            order.fill_with(|| stream.below(self.examples as u64) as u32);
        } else {
            stream.shuffle(&mut order);
        }
        let order: Arc<[u32]> = order.into();
        let mut cache = locked();
        if (cache.len() + 1) * self.examples > CACHED {
            cache.clear();
        }
        cache.insert((seed, epoch), Arc::clone(&order));
        order
    }
}

/// The rows of `source` at the positions `range` of the order, or of each lane's own order.
pub(super) fn gather<'a, T: Real>(
    team: &Team,
    orders: &[Arc<[u32]>],
    lanes: usize,
    range: Range<usize>,
    source: &[T],
    width: usize,
    out: &'a mut [T],
) -> Input<'a, T> {
    if let [order] = orders {
        let (out, order) = (&mut out[..range.len() * width], &order[range]);
        let parts = team.parts(order.len(), copying(order.len(), width));
        let rows = Both(Rows(order, 1), RowsMut(&mut *out, width));
        share(parts, rows, &|Both(Rows(order, _), RowsMut(out, _))| {
            pick_rows(order, source, width, out);
        });
        return Input::Shared(out);
    }
    let out = &mut out[..range.len() * width * lanes];
    for (rows, position) in out.chunks_exact_mut(width * lanes).zip(range) {
        for (lane, order) in orders.iter().enumerate() {
            let row = &source[order[position] as usize * width..][..width];
            for (k, x) in row.iter().enumerate() {
                rows[k * lanes + lane] = *x;
            }
        }
    }
    Input::PerLane(out)
}

/// Nanoseconds that rows of so many numbers take which are far from each other, about.
fn copying(rows: usize, width: usize) -> usize {
    rows * (50 + width / 4)
}

/// The rows of `width` numbers in this order.
pub(super) fn pick_rows<T: Copy>(order: &[u32], source: &[T], width: usize, out: &mut [T]) {
    match width {
        // For rows this short, a call to copy memory does not pay.
        1 => pick::<T, 1>(order, source, out),
        2 => pick::<T, 2>(order, source, out),
        _ => {
            let rows = out.chunks_exact_mut(width).zip(order);
            rows.for_each(|(row, example)| row.copy_from_slice(&source[*example as usize * width..][..width]));
        }
    }
}

/// The rows of `W` numbers in this order.
fn pick<T: Copy, const W: usize>(order: &[u32], source: &[T], out: &mut [T]) {
    let rows = source.as_chunks::<W>().0;
    out.as_chunks_mut::<W>().0.iter_mut().zip(order).for_each(|(row, example)| *row = rows[*example as usize]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_shows_every_example_once() {
        for (size, drop_last, per_epoch, last) in [(4, false, 3, 8..10), (4, true, 2, 4..8), (10, false, 1, 0..10)] {
            let batches = Batches { examples: 10, size, drop_last, shuffled: true, replacement: false };
            assert_eq!(batches.per_epoch(), per_epoch);
            assert_eq!(batches.of_step(per_epoch - 1), (0, last));
            assert_eq!(batches.of_step(per_epoch), (1, 0..size));
        }
    }

    #[test]
    fn orders_are_permutations_that_differ_by_seed_and_epoch() {
        let order = Orders::new(100, false);
        let first = order.of_epoch(1, 0);
        let mut sorted = first.to_vec();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..100));
        assert_eq!(first, Orders::new(100, false).of_epoch(1, 0));
        assert_ne!(first, order.of_epoch(1, 1));
        assert_ne!(first, order.of_epoch(2, 0));
    }

    #[test]
    fn draws_with_replacement_repeat_some_examples_and_leave_others_out() {
        let order = Orders::new(1000, true).of_epoch(1, 0);
        let mut seen = order.to_vec();
        seen.sort_unstable();
        seen.dedup();
        assert!(order.iter().all(|example| *example < 1000));
        // 1 - 1/e of them, with a standard deviation of about 10.
        assert!(seen.len().abs_diff(632) < 50, "{}", seen.len());
    }
}
