//! The examples that a gradient is the mean of, and their order.

use std::ops::Range;
use std::sync::Arc;

use thalweg_kernels::Real;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::product::{Input, PIECE, Start};

use super::examples::gather;
use super::scratch::Order;
use super::{Examples, Network};
use crate::train::{Sample, Split, Team};

/// Some of the training examples as a group sees them.
pub(super) struct Sampled<'a, T> {
    split: &'a Examples<T>,
    /// Numbers of an example's input and target.
    widths: [usize; 2],
    /// Positions in the order.
    range: Range<usize>,
    /// The orders of the lanes, or the one that they share.
    orders: &'a [Arc<[u32]>],
    /// The rows in that order, if there are such.
    rows: Option<&'a Examples<T>>,
}

impl<T: Elementary> Network<T> {
    /// The examples of a sample, in the order in which a group sees them.
    pub(super) fn sampled<'a>(&'a self, order: &'a mut Order<T>, sample: Sample) -> Sampled<'a, T> {
        let split = &self.splits[Split::Train as usize];
        let architecture = self.architecture();
        let widths = [architecture.inputs(), architecture.loss.target_width(architecture.outputs())];
        let in_order = |range| Sampled { split, widths, range, orders: &[], rows: Some(split) };
        let Sample::Batch(step) = sample else { return in_order(0..split.count) };
        let (epoch, range) = self.batches.of_step(step);
        if !self.batches.shuffled {
            return in_order(range);
        }
        if order.epoch != Some(epoch) {
            order.orders.clear();
            order.orders.extend(order.seeds.iter().map(|seed| self.orders.of_epoch(*seed, epoch)));
            order.rows = match (&*order.seeds, &*order.orders) {
                ([seed], [shared]) => self.shuffled.of_epoch(split, *seed, epoch, shared),
                _ => None,
            };
            order.epoch = Some(epoch);
        }
        Sampled { split, widths, range, orders: &order.orders, rows: order.rows.as_deref() }
    }
}

impl<T: Real> Sampled<'_, T> {
    /// 1/m of m examples.
    pub fn scale(&self) -> T {
        T::from_f64(1.0 / self.range.len() as f64)
    }

    /// The positions of the examples that each chain of a gradient takes.
    pub fn pieces(&self) -> impl Iterator<Item = Range<usize>> + use<T> {
        parts(self.range.clone(), PIECE)
    }

    /// The inputs and targets at some positions; copies in these arrays, where none are in memory in this order.
    pub fn examples<'a>(
        &'a self,
        team: &Team,
        lanes: usize,
        range: Range<usize>,
        [inputs, targets]: [&'a mut [T]; 2],
    ) -> [Input<'a, T>; 2] {
        let [width, target] = self.widths;
        if let Some(rows) = self.rows {
            return [
                Input::Shared(&rows.inputs[range.start * width..range.end * width]),
                Input::Shared(&rows.targets[range.start * target..range.end * target]),
            ];
        }
        [
            gather(team, self.orders, lanes, range.clone(), &self.split.inputs, width, inputs),
            gather(team, self.orders, lanes, range, &self.split.targets, target, targets),
        ]
    }
}

/// A range in parts of `size`; the last one may be smaller.
fn parts(range: Range<usize>, size: usize) -> impl Iterator<Item = Range<usize>> {
    range.clone().step_by(size).map(move |from| from..range.end.min(from + size))
}

/// The chunks of a piece, and how its chains go on in each.
pub(super) fn chunks(piece: Range<usize>, size: usize) -> impl Iterator<Item = (Range<usize>, Start)> {
    let begin = piece.start;
    parts(piece, size).map(move |range| {
        let start = if range.start == begin { Start::Zero } else { Start::Continue };
        (range, start)
    })
}
