//! How a trial went.

use super::Split;
use crate::observe::Observed;
use thalweg_record::record::Status;

/// A trial at one logged step. Losses are rounded to the precision of the sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Updates done.
    pub step: u64,
    /// Mean loss per split, where there is such a split.
    pub loss: [Option<f64>; 3],
    /// Share of correct answers per split, where there is such a split and answers can be correct.
    pub accuracy: [Option<f64>; 3],
}

/// What a target looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// The mean loss of a split.
    Loss(Split),
    /// The accuracy on a split.
    Accuracy(Split),
}

/// What a trial tries to reach.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// What is compared.
    pub metric: Metric,
    /// A loss must be at most this, an accuracy at least.
    pub threshold: f64,
    /// Whether a trial stops when it gets there.
    pub stop: bool,
}

impl Target {
    /// Whether a logged point reaches it.
    pub fn reached(&self, point: &Point) -> bool {
        match self.metric {
            Metric::Loss(split) => point.loss[split as usize].is_some_and(|loss| loss <= self.threshold),
            Metric::Accuracy(split) => point.accuracy[split as usize].is_some_and(|share| share >= self.threshold),
        }
    }
}

/// At which logged steps a trial's parameters are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// At none.
    #[default]
    Nothing,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// At the start and at the end.
    Ends,
    /// At all of them.
    All,
}

/// The parameters of a trial at some of the logged steps, ascending.
///
/// One array holds them all: a sweep has a million trials, and every allocation costs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Positions {
    /// Parameters of a position.
    parameters: usize,
    /// A step, which f64 holds exactly, and the parameters after it; and so on.
    numbers: Vec<f64>,
}

impl Positions {
    /// Forgets everything, and makes room for `positions` positions of `parameters` parameters.
    pub(super) fn reset(&mut self, positions: usize, parameters: usize) {
        self.parameters = parameters;
        self.numbers.clear();
        self.numbers.reserve_exact(positions * (1 + parameters));
    }

    /// Adds the parameters after `step` updates.
    pub(super) fn push(&mut self, step: u64, parameters: impl Iterator<Item = f64>) {
        self.numbers.push(step as f64);
        self.numbers.extend(parameters);
    }

    /// The steps, and the parameters after each.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &[f64])> + ExactSizeIterator {
        self.numbers.chunks_exact(1 + self.parameters).map(|numbers| (numbers[0] as u64, &numbers[1..]))
    }
}

/// How a trial went.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Updates done.
    pub steps: u64,
    /// The step of divergence.
    pub diverged_at: Option<u64>,
    /// The first logged step at which the target was reached.
    pub steps_to_target: Option<u64>,
    /// What was logged, in the order of the steps.
    pub points: Vec<Point>,
    /// The parameters that were asked for, in the order of the steps.
    pub positions: Positions,
    /// What each observer saw.
    pub observed: Vec<Observed>,
}

impl Outcome {
    /// The point at the start.
    pub fn initial(&self) -> Option<&Point> {
        self.points.first()
    }

    /// The point at the end; none if the trial became non-finite before.
    pub fn last(&self) -> Option<&Point> {
        self.points.last().filter(|point| point.step == self.steps)
    }

    /// The parameters at the start, if they were kept.
    pub fn start(&self) -> Option<&[f64]> {
        self.positions.iter().next().filter(|(step, _)| *step == 0).map(|(_, parameters)| parameters)
    }

    /// The parameters at the end, if they were kept; none if the trial became non-finite before.
    pub fn end(&self) -> Option<&[f64]> {
        self.positions.iter().next_back().filter(|(step, _)| *step == self.steps).map(|(_, parameters)| parameters)
    }

    /// The parameters after a step, if they were kept.
    pub fn after(&self, step: u64) -> Option<&[f64]> {
        self.positions.iter().find(|(own, _)| *own == step).map(|(_, parameters)| parameters)
    }

    /// The first of the points with the smallest training loss.
    pub fn best(&self) -> Option<&Point> {
        let loss = |point: &Point| point.loss[Split::Train as usize].unwrap_or(f64::INFINITY);
        self.points.iter().reduce(|best, point| if loss(point) < loss(best) { point } else { best })
    }
}
