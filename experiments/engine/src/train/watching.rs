//! Observers at work on the blocks of a thread.

use thalweg_kernels::Real;
use thalweg_kernels::optimizer::Layer;

use super::trials::Trials;
use crate::observe::{Extent, Look, Observer, Room, Rows};

/// An observer, and what it is to look at.
#[derive(Clone, Copy, Debug)]
pub struct Watch<'a> {
    /// The observer.
    pub observer: &'static Observer,
    /// The values of its parameters, in their order.
    pub values: &'a [f64],
    /// The steps that it looks at, ascending; they are among the logged ones.
    pub steps: &'a [u64],
}

/// The observers of a thread.
pub(super) struct Watching {
    /// The most rows that each adds to a trial, and the columns of one.
    sizes: Vec<[usize; 2]>,
    /// What each keeps from look to look.
    rooms: Vec<Room>,
    /// The next of the steps that each looks at.
    next: Vec<usize>,
    /// Which trials of the block are running.
    running: Vec<bool>,
}

impl Watching {
    /// For trials with these layers, whose numbers have so many bytes.
    pub fn new(watches: &[Watch<'_>], layers: &[Layer], number: usize) -> Self {
        let size = |watch: &Watch<'_>| {
            let weights = layers.last().map_or(0, |layer| layer.bias.end);
            let (weights, layers, number) = (weights as u64, layers.len() as u64, number as u64);
            let cost = (watch.observer.cost)(&Extent { values: watch.values, weights, layers, number });
            [cost.rows as usize * watch.steps.len(), watch.observer.columns.len()]
        };
        Self {
            sizes: watches.iter().map(size).collect(),
            rooms: watches.iter().map(|_| Room::default()).collect(),
            next: vec![0; watches.len()],
            running: Vec::new(),
        }
    }

    /// Begins a block: the most rows of each observer, and the columns of one.
    pub fn start(&mut self) -> &[[usize; 2]] {
        self.next.fill(0);
        &self.sizes
    }

    /// Whether anybody looks at this step, the next of the logged ones.
    pub fn looks(&self, watches: &[Watch<'_>], step: u64) -> bool {
        watches.iter().zip(&self.next).any(|(watch, next)| watch.steps.get(*next) == Some(&step))
    }

    /// Lets those look at a step that are to.
    pub fn look<T: Real>(&mut self, watches: &[Watch<'_>], look: Look<'_, T>, trials: &mut Trials) {
        let Self { sizes, rooms, next, running } = self;
        running.clear();
        running.extend((0..trials.count()).map(|lane| trials.is_running(lane)));
        for (at, (watch, next)) in watches.iter().zip(next).enumerate() {
            if watch.steps.get(*next) != Some(&look.step) {
                continue;
            }
            *next += 1;
            let mut rows = Rows::new(trials.outcomes(), at, look.step, sizes[at][1]);
            let own = Look { values: watch.values, running, oracle: &mut *look.oracle, ..look };
            watch.observer.look(own, &mut rooms[at], &mut rows);
        }
    }
}
