//! Training one block.

use thalweg_kernels::Buffer;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{Method, SingleUpdate, Update};

use super::adjuster::Adjuster;
use super::alarms::Alarms;
use super::coefficients::{Coefficients, Part};
use super::{
    Evaluation, Keep, Lane, Layout, Logged, Objective, Observer, Outcome, Path, Point, Positions, Split, Target,
};
use crate::record::Status;

/// What all trials of a sweep have in common.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Updates of a trial.
    pub steps: u64,
    /// The steps that are evaluated and recorded, ascending; the first is 0, the last is `steps`.
    pub logged: Vec<u64>,
    /// A trial whose last logged training loss is above this many times its initial one has diverged.
    pub divergence_factor: f64,
    /// What the trials try to reach.
    pub target: Option<Target>,
}

/// The arrays of the block that a worker trains at the moment, and the objective's scratch.
pub(super) struct Worker<T: Elementary, O: Objective<T>> {
    layout: Layout,
    /// Lanes of a group.
    width: usize,
    scratch: O::Scratch,
    weights: Buffer<T>,
    previous: Buffer<T>,
    gradient: Buffer<T>,
    state: Buffer<T>,
    coefficients: Coefficients<T>,
    adjuster: Adjuster<T>,
    alarms: Alarms<T>,
    evaluation: Evaluation,
    points: Vec<Point>,
    trials: Vec<Trial>,
}

/// A lane's trial so far.
struct Trial {
    outcome: Outcome,
    running: bool,
    keep: Keep,
}

/// What stays the same from block to block.
pub(super) struct Setting<'a, T: Elementary, O: Objective<T>> {
    pub objective: &'a O,
    pub schedule: &'a Schedule,
    pub observers: &'a [&'a dyn Observer<T>],
}

impl<T: Elementary, O: Objective<T>> Worker<T, O> {
    /// A worker for blocks of this layout and optimizers among `methods`.
    pub fn new(objective: &O, layout: Layout, methods: &[&Method]) -> Self {
        let width = layout.lanes::<T>();
        let lanes = layout.groups * width;
        let size = objective.parameters() * lanes;
        let arrays = methods.iter().map(|method| method.state).max().unwrap_or(0);
        Self {
            layout,
            width,
            scratch: objective.scratch(layout),
            weights: Buffer::zeroed(size),
            previous: Buffer::zeroed(size),
            gradient: Buffer::zeroed(size),
            state: Buffer::zeroed(size * arrays),
            coefficients: Coefficients::new(lanes, width, methods, objective.parts()),
            adjuster: Adjuster::new(layout),
            alarms: Alarms::new(lanes),
            evaluation: Evaluation::default(),
            points: Vec::with_capacity(lanes),
            trials: Vec::with_capacity(lanes),
        }
    }

    /// Trains a block to its end. Lanes beyond the last trial repeat it, and are not among the outcomes.
    pub fn train(&mut self, setting: &Setting<'_, T, O>, method: &Method, trials: &[Lane<'_>]) -> Vec<Outcome> {
        let mut lanes = trials.to_vec();
        lanes.resize(self.layout.groups * self.width, trials[trials.len() - 1]);
        setting.objective.start(&mut self.scratch, &lanes, &mut self.weights);
        self.state.fill(T::default());
        self.coefficients.start(&lanes, setting.schedule.steps);
        self.adjuster.start(&lanes, self.weights.len());
        self.alarms.reset(trials.len());
        self.trials.clear();
        let (points, parameters) = (setting.schedule.logged.len(), setting.objective.parameters());
        self.trials.extend(trials.iter().map(|lane| Trial::new(points, lane.keep, parameters)));
        let steps = setting.schedule.steps;
        let mut logged = setting.schedule.logged.iter().peekable();
        for step in 0..=steps {
            let is_logged = logged.next_if_eq(&&step).is_some();
            if is_logged {
                self.observe(setting, step);
            }
            self.look(setting, step, is_logged);
            if step == steps || self.is_over() {
                break;
            }
            if logged.peek() == Some(&&(step + 1)) {
                self.previous.copy_from_slice(&self.weights);
            }
            self.update(method, &lanes, step + 1);
            if self.is_over() {
                break;
            }
        }
        self.trials.drain(..).map(|trial| trial.finish(setting.schedule, setting.objective.floor())).collect()
    }

    /// Whether no trial of the block is running any more.
    fn is_over(&self) -> bool {
        self.trials.iter().all(|trial| !trial.running)
    }

    /// The gradient after `step` updates, unless they were the last ones, and the loss if the step is logged.
    fn look(&mut self, setting: &Setting<'_, T, O>, step: u64, is_logged: bool) {
        let objective = setting.objective;
        let Self { scratch, weights, gradient, alarms, evaluation, .. } = self;
        match (is_logged, step < setting.schedule.steps) {
            (true, true) => {
                objective.evaluate_with_gradient(scratch, step, weights, gradient, alarms.lanes(), evaluation);
            }
            (true, false) => objective.evaluate(scratch, step, Split::Train, weights, evaluation),
            (false, _) => objective.gradient(scratch, step, weights, gradient, alarms.lanes()),
        }
        if is_logged {
            self.log(setting, step);
        }
    }

    /// Update `step` of every lane, counted from 1; trials that it makes non-finite end.
    fn update(&mut self, method: &Method, lanes: &[Lane<'_>], step: u64) {
        let Self { layout, weights, gradient, state, coefficients, adjuster, alarms, .. } = self;
        let size = weights.len();
        let state = &mut state[..method.state * size];
        let mut raised = false;
        adjuster.measure(lanes, gradient);
        for Part { range, coefficients, keep } in coefficients.advance(method, lanes, step) {
            let is_on = adjuster.is_on;
            let gradient = if is_on { adjuster.adjust(weights, gradient, range.clone(), keep) } else { &**gradient };
            raised |= match layout.path {
                Path::Population => {
                    let (groups, alarm) = (layout.groups, alarms.lanes());
                    let update = Update { groups, weights, gradient, state, range, coefficients, alarm };
                    method.update(layout.isa, update)
                }
                Path::Dense => {
                    let alarm = &mut alarms.lanes()[0];
                    let update = SingleUpdate { weights, gradient, state, range, coefficients, alarm };
                    method.update_single(layout.isa, update)
                }
            };
        }
        if raised && alarms.any() {
            for (lane, trial) in self.trials.iter_mut().enumerate() {
                if trial.running && self.alarms.is_raised(lane) {
                    trial.diverge(step);
                    self.alarms.ignore(lane);
                }
            }
        }
    }

    /// Begins the points of a logged step with what observers see of its update.
    fn observe(&mut self, setting: &Setting<'_, T, O>, step: u64) {
        self.points.clear();
        self.points.resize(self.layout.groups * self.width, Point { step, ..Point::default() });
        let after_update = step > 0;
        let block = Logged {
            step,
            lanes: self.width,
            weights: &self.weights,
            previous: after_update.then_some(&*self.previous),
            gradient: after_update.then_some(&*self.gradient),
        };
        for observer in setting.observers {
            observer.observe(block, &mut self.points);
        }
    }

    /// Adds the losses to the points of a logged step, of which the training loss has been evaluated, and the points to
    /// every running trial.
    fn log(&mut self, setting: &Setting<'_, T, O>, step: u64) {
        let objective = setting.objective;
        for split in Split::ALL.into_iter().filter(|split| objective.has(*split)) {
            if split != Split::Train {
                objective.evaluate(&mut self.scratch, step, split, &self.weights, &mut self.evaluation);
            }
            for (lane, point) in self.points.iter_mut().enumerate() {
                point.loss[split as usize] = Some(T::from_f64(self.evaluation.loss[lane]).to_f64());
                point.accuracy[split as usize] = objective.classifies().then(|| self.evaluation.accuracy[lane]);
            }
        }
        for (lane, (trial, point)) in self.trials.iter_mut().zip(&self.points).enumerate() {
            if !trial.running {
                continue;
            }
            trial.log(*point, setting.schedule);
            if !trial.running {
                self.alarms.ignore(lane);
            }
            if trial.keeps(point.step, setting.schedule) {
                let group = lane / self.width * self.width * objective.parameters();
                let parameters = self.weights[group + lane % self.width..].iter().step_by(self.width);
                let parameters = parameters.take(objective.parameters()).map(|w| w.to_f64());
                trial.outcome.positions.push(step, parameters);
            }
        }
    }
}

impl Trial {
    fn new(points: usize, keep: Keep, parameters: usize) -> Self {
        let positions = match keep {
            Keep::Nothing => 0,
            Keep::Start | Keep::End => 1,
            Keep::Ends => 2,
            Keep::All => points,
        };
        let outcome = Outcome {
            status: Status::Ok,
            steps: 0,
            diverged_at: None,
            steps_to_target: None,
            points: Vec::with_capacity(points),
            positions: Positions::with_capacity(positions, parameters),
        };
        Self { outcome, running: true, keep }
    }

    /// Whether the parameters are kept at this step, which has just been logged.
    fn keeps(&self, step: u64, schedule: &Schedule) -> bool {
        let end = step == schedule.steps || !self.running;
        // A trial that became non-finite has no parameters to keep.
        let logged = self.outcome.points.last().is_some_and(|point| point.step == step);
        match self.keep {
            Keep::Nothing => false,
            Keep::Start => logged && step == 0,
            Keep::End => logged && end,
            Keep::Ends => logged && (step == 0 || end),
            Keep::All => logged,
        }
    }

    /// Ends a trial that is no longer finite.
    fn diverge(&mut self, step: u64) {
        self.outcome.status = Status::Diverged;
        self.outcome.diverged_at = Some(step);
        self.outcome.steps = step;
        self.running = false;
    }

    fn log(&mut self, point: Point, schedule: &Schedule) {
        if !point.loss[Split::Train as usize].is_none_or(f64::is_finite) {
            self.diverge(point.step);
            return;
        }
        self.outcome.points.push(point);
        if let Some(target) = &schedule.target
            && self.outcome.steps_to_target.is_none()
            && target.reached(&point)
        {
            self.outcome.steps_to_target = Some(point.step);
            if target.stop {
                self.outcome.steps = point.step;
                self.outcome.status = Status::Target;
                self.running = false;
            }
        }
    }

    /// Judges a trial that stayed finite: it has diverged if its loss ended far above where it began, both counted from the
    /// objective's floor, as of the first step of that final stretch.
    fn finish(mut self, schedule: &Schedule, floor: f64) -> Outcome {
        let outcome = &mut self.outcome;
        if self.running {
            outcome.steps = schedule.steps;
        }
        if outcome.status == Status::Ok {
            let loss = |point: &Point| point.loss[Split::Train as usize].unwrap_or(0.0);
            let above_floor = |point| schedule.divergence_factor * (loss(point) - floor).abs();
            let limit = outcome.points.first().map_or(f64::INFINITY, |point| floor + above_floor(point));
            // An objective without a floor may fall as deep as it likes, and rise again.
            let limit = if limit.is_nan() { f64::INFINITY } else { limit };
            let above = outcome.points.iter().rev().take_while(|point| loss(point) > limit);
            if let Some(first) = above.last() {
                outcome.diverged_at = Some(first.step);
                outcome.status = Status::Diverged;
            }
        }
        self.outcome
    }
}
