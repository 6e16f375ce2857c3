//! Threads that have no block of their own, and help those that have one.
//!
//! What one thread does for a block is cut into parts by blocks of output elements: no element's operations change, nor
//! their order, so that a result has the same bits on any number of threads. Sums over elements are not cut. No part
//! allocates, and a thread that finds no part sleeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The threads that train, and how many of them have a block. Those that have none wait for parts of what the others do.
#[derive(Clone, Debug)]
pub struct Team {
    threads: usize,
    busy: Arc<AtomicUsize>,
    /// Nanoseconds that a part costs.
    cost: usize,
}

/// Nanoseconds that a part costs, about: that of waking a thread for it. p parts of what takes one thread t take t/p +
/// cost · p, which is least for p = √(t/cost).
const COST: usize = 1_250;

/// Elements that parts are multiples of: those of a cache line and of the widest register.
pub(crate) const GRAIN: usize = 16;

impl Team {
    /// A thread that nobody helps.
    pub fn alone() -> Self {
        Self::new(1, 1)
    }

    /// A thread that `threads` - 1 others help with whatever can be cut, however little it is: for tests.
    pub fn eager(threads: usize) -> Self {
        Self { cost: 0, ..Self::new(threads, 1) }
    }

    /// `threads` threads of a pool, of which so many have a block.
    pub(super) fn new(threads: usize, busy: usize) -> Self {
        Self { threads, busy: Arc::new(AtomicUsize::new(busy)), cost: COST }
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// A thread has no more blocks.
    pub(super) fn leave(&self) {
        self.busy.fetch_sub(1, Ordering::Relaxed);
    }

    /// Into how many parts to cut work on so many rows that takes about so many nanoseconds on one thread.
    pub(crate) fn parts(&self, rows: usize, nanoseconds: usize) -> usize {
        if self.threads == 1 {
            return 1;
        }
        let busy = self.busy.load(Ordering::Relaxed).max(1);
        let threads = (self.threads + busy / 2) / busy;
        let most = nanoseconds.checked_div(self.cost).map_or(usize::MAX, usize::isqrt);
        threads.min(most).min(rows.div_ceil(GRAIN)).max(1)
    }
}

/// Work that can be cut in two.
pub(crate) trait Cut: Sized + Send {
    /// Cuts it for so many threads on either side.
    fn cut(self, sides: [usize; 2]) -> [Self; 2];
}

/// Does `work` in `parts` parts, for which there are at least as many rows of [`GRAIN`] elements.
pub(crate) fn share<W: Cut>(parts: usize, work: W, each: &(impl Fn(W) + Sync)) {
    if parts == 1 {
        return each(work);
    }
    let sides = [parts / 2, parts - parts / 2];
    let [left, right] = work.cut(sides);
    rayon::join(|| share(sides[0], left, each), || share(sides[1], right, each));
}

/// Where `count` elements are cut. With at least a grain for each thread, each gets one.
pub(crate) fn place(count: usize, [left, right]: [usize; 2]) -> usize {
    count.min(count.div_ceil(GRAIN) * left / (left + right) * GRAIN)
}

/// What each part has of its own.
impl<M: Send, W: Cut> Cut for (&mut [M], W) {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let (own, work) = self;
        let (left, right) = own.split_at_mut(sides[0]);
        let [first, second] = work.cut(sides);
        [(left, first), (right, second)]
    }
}

/// Rows of so many numbers that are read.
pub(crate) struct Rows<'a, T>(pub &'a [T], pub usize);

/// Rows of so many numbers that are written.
pub(crate) struct RowsMut<'a, T>(pub &'a mut [T], pub usize);

impl<T: Sync> Cut for Rows<'_, T> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let Self(rows, width) = self;
        let (left, right) = rows.split_at(width * place(rows.len() / width, sides));
        [Self(left, width), Self(right, width)]
    }
}

impl<T: Send> Cut for RowsMut<'_, T> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let Self(rows, width) = self;
        let (left, right) = rows.split_at_mut(width * place(rows.len() / width, sides));
        [Self(left, width), Self(right, width)]
    }
}

/// Work on as many rows of one as of the other.
pub(crate) struct Both<A, B>(pub A, pub B);

impl<A: Cut, B: Cut> Cut for Both<A, B> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let ([a, c], [b, d]) = (self.0.cut(sides), self.1.cut(sides));
        [Self(a, b), Self(c, d)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_has_something() {
        for count in 1..200_usize {
            for parts in 1..=count.div_ceil(GRAIN) {
                let mut numbers = vec![0_u8; count];
                share(parts, RowsMut(&mut numbers, 1), &|RowsMut(part, _)| {
                    assert!(!part.is_empty(), "{count} in {parts}");
                    part.iter_mut().for_each(|x| *x += 1);
                });
                assert!(numbers.iter().all(|x| *x == 1));
            }
        }
    }

    #[test]
    fn idle_threads_are_shared_by_those_that_are_busy() {
        let team = Team::new(16, 3);
        assert_eq!((team.parts(1_000, usize::MAX), team.parts(20, usize::MAX), team.parts(1_000, 9 * COST)), (5, 2, 3));
        team.leave();
        team.leave();
        assert_eq!(team.parts(1_000, usize::MAX), 16);
        assert_eq!(Team::alone().parts(1_000, usize::MAX), 1);
    }
}
