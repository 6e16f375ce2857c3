//! Training one block.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg_kernels::Buffer;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::{self, Frame, Layer, Optimizer, Update, state_arrays};
use thalweg_kernels::product::{self, Products};
use thalweg_kernels::walk::Walk;

use super::adjuster::Adjuster;
use super::alarms::Alarms;
use super::coefficients::{Coefficients, Part};
use super::composite::Composites;
use super::methods::Methods;
use super::oracle::Asked;
use super::step::Steps;
use super::trials::Trials;
use super::watching::Watching;
use super::{Evaluation, Lane, Layout, Objective, Outcome, Point, Split, Target, Team, TrainingPath, Watch};
use crate::observe::Look;

/// What all trials of a sweep have in common.
#[derive(Clone, Debug)]
pub struct Timetable {
    /// Updates of a trial.
    pub steps: u64,
    /// The steps that are evaluated and recorded, ascending; the first is 0, the last is `steps`.
    pub logged: Vec<u64>,
    /// A trial whose last logged training loss is above this many times its initial one has diverged.
    pub divergence_factor: f64,
    /// What the trials try to reach.
    pub target: Option<Target>,
}

/// The most updates that an objective does at once: after them, the block may be over.
const STRETCH: u64 = 512;

/// The arrays of the block that a worker is training, and the objective's scratch.
struct Worker<T: Elementary, O: Objective<T>> {
    layout: Layout,
    /// Lanes of a group.
    width: usize,
    scratch: O::Scratch,
    weights: Buffer<T>,
    previous: Buffer<T>,
    gradient: Buffer<T>,
    /// What the optimizer keeps, and what it needs within a step.
    state: Buffer<T>,
    layers: Vec<Layer>,
    composites: Composites<T>,
    coefficients: Coefficients<T>,
    methods: Methods<T>,
    /// For optimizers that see matrices.
    multiply: Box<dyn Products<T> + Send>,
    adjuster: Adjuster<T>,
    steps: Steps<T>,
    alarms: Alarms<T>,
    /// Alarms of gradients elsewhere, which nobody looks at.
    ignored: Buffer<T>,
    /// After how many steps of a walk each lane was finite.
    survived: Buffer<T>,
    evaluation: Evaluation,
    points: Vec<Point>,
    trials: Trials,
    watching: Watching,
}

/// What stays the same from block to block.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// When trials are evaluated, and what they aim at.
    pub schedule: &'a Timetable,
    /// Who sees the logged steps.
    pub watches: &'a [Watch<'a>],
    /// How blocks stand in memory.
    pub layout: Layout,
    /// Who shares the work on a block.
    pub team: &'a Team,
    /// The optimizers of all blocks.
    pub optimizers: &'a [&'static Optimizer],
    /// Set when blocks are to be given up.
    pub stop: &'a AtomicBool,
}

/// Trains one block after the other, on one thread and those that help it.
pub trait Trainer {
    /// Trains a block to its end: trials of one optimizer, as many as the layout has lanes at most. Nothing if it is
    /// given up, which takes a step at most.
    fn train(&mut self, optimizer: &Optimizer, trials: &[Lane<'_>]) -> Option<&[Outcome]>;
}

/// The trainer of an objective. Who calls this compiles the training loop for it.
pub fn trainer<'a, T: Elementary, O: Objective<T>>(objective: &'a O, setting: Setting<'a>) -> Box<dyn Trainer + 'a> {
    Box::new(Bound { worker: Worker::new(objective, &setting), objective, setting })
}

/// A worker and what it works on.
struct Bound<'a, T: Elementary, O: Objective<T>> {
    worker: Worker<T, O>,
    objective: &'a O,
    setting: Setting<'a>,
}

impl<T: Elementary, O: Objective<T>> Trainer for Bound<'_, T, O> {
    fn train(&mut self, optimizer: &Optimizer, trials: &[Lane<'_>]) -> Option<&[Outcome]> {
        self.worker.train(self.objective, &self.setting, optimizer, trials)
    }
}

impl<T: Elementary, O: Objective<T>> Worker<T, O> {
    /// A worker for blocks of a setting.
    fn new(objective: &O, setting: &Setting<'_>) -> Self {
        let Setting { layout, team, optimizers, .. } = *setting;
        let width = layout.lanes::<T>();
        let lanes = layout.groups * width;
        let size = objective.parameters() * lanes;
        let arrays = optimizers.iter().map(|optimizer| optimizer.state + optimizer.scratch).max().unwrap_or(0);
        let layers = objective.layers();
        let watching = Watching::new(setting.watches, &layers, size_of::<T>());
        let parts = layers.iter().map(|layer| layer.weights.start..layer.bias.end).collect();
        Self {
            layout,
            width,
            scratch: objective.scratch(layout, team),
            weights: Buffer::zeroed(size),
            previous: Buffer::zeroed(size),
            gradient: Buffer::zeroed(size),
            state: Buffer::zeroed(size * arrays),
            layers,
            composites: Composites::default(),
            coefficients: Coefficients::new(lanes, width, optimizers, parts),
            methods: Methods::new(),
            multiply: match layout.path {
                TrainingPath::Population => product::population(layout.isa),
                TrainingPath::Dense => product::dense(layout.isa),
            },
            adjuster: Adjuster::new(layout),
            steps: Steps::new(layout, team),
            alarms: Alarms::new(lanes),
            ignored: Buffer::zeroed(lanes),
            survived: Buffer::zeroed(lanes),
            evaluation: Evaluation::default(),
            points: Vec::with_capacity(lanes),
            trials: Trials::default(),
            watching,
        }
    }

    /// Trains a block to its end. Lanes beyond the last trial repeat it, and are not among the outcomes.
    fn train(
        &mut self,
        objective: &O,
        setting: &Setting<'_>,
        optimizer: &Optimizer,
        trials: &[Lane<'_>],
    ) -> Option<&[Outcome]> {
        let mut lanes = Cow::Borrowed(trials);
        if trials.len() < self.layout.groups * self.width {
            lanes.to_mut().resize(self.layout.groups * self.width, trials[trials.len() - 1]);
        }
        let schedule = setting.schedule;
        objective.start(&mut self.scratch, &lanes, &mut self.weights);
        self.start(optimizer, &lanes, schedule.steps);
        self.alarms.reset(trials.len());
        self.trials.start(trials, schedule.logged.len(), objective.parameters(), self.watching.start());
        let mut logged = schedule.logged.iter().copied().peekable();
        let mut step = 0;
        loop {
            if setting.stop.load(Ordering::Relaxed) {
                return None;
            }
            let is_logged = logged.next_if_eq(&step).is_some();
            if is_logged {
                self.observe(objective, setting, optimizer, trials, step);
            } else if let Some(next) = logged.peek() {
                // Observers see the update of a logged step.
                step = self.walk(objective, setting, optimizer, step, next - 1);
                if self.trials.are_over() {
                    break;
                }
            }
            self.look(objective, setting, optimizer, step, is_logged);
            if step == schedule.steps || self.trials.are_over() {
                break;
            }
            step += 1;
            if self.watching.looks(setting.watches, step) {
                let Self { previous, weights, state, .. } = self;
                previous.copy_from_slice(evaluated(optimizer, weights, state));
            }
            self.update(objective, optimizer, &lanes, step);
            if self.trials.are_over() {
                break;
            }
        }
        Some(self.trials.finish(schedule, objective.floor()))
    }

    /// Begins a block, whose weights are there.
    fn start(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], steps: u64) {
        let size = self.weights.len();
        optimizer.begin(&self.weights, &mut self.state);
        self.coefficients.start(lanes, steps);
        if !optimizer.is_rule() {
            self.methods.start(optimizer, lanes, steps);
        }
        self.composites.start(lanes, size);
        self.adjuster.start(lanes, self.coefficients.distinct(lanes), size);
    }

    /// The gradient after `step` updates, unless they were the last ones, and the loss if the step is logged.
    fn look(&mut self, objective: &O, setting: &Setting<'_>, optimizer: &Optimizer, step: u64, is_logged: bool) {
        let Self { scratch, weights, gradient, state, alarms, evaluation, .. } = self;
        let is_last = step == setting.schedule.steps;
        match (is_logged && optimizer.evaluated.is_none(), is_last) {
            (true, false) => {
                objective.evaluate_with_gradient(scratch, step, weights, gradient, alarms.lanes(), evaluation);
            }
            _ => {
                if is_logged {
                    let weights = evaluated(optimizer, weights, state);
                    objective.evaluate(scratch, step, Split::Train, weights, evaluation);
                }
                if !is_last {
                    objective.gradient(scratch, step, weights, gradient, alarms.lanes());
                }
            }
        }
        if is_logged {
            self.log(objective, setting, optimizer, step);
        }
    }

    /// Update `step` of every lane, counted from 1; trials that it makes non-finite end.
    fn update(&mut self, objective: &O, optimizer: &Optimizer, lanes: &[Lane<'_>], step: u64) {
        if self.composites.is_on() {
            let Self { layout, width, scratch, weights, gradient, layers, composites, ignored, .. } = self;
            let frame = Frame { isa: layout.isa, groups: layout.groups, lanes: *width, layers };
            let mut asked = Asked { objective, scratch, step: step - 1, alarm: ignored };
            composites.apply(frame, weights, gradient, &mut asked);
        }
        self.adjuster.measure(lanes, &self.gradient);
        let raised = if optimizer.is_rule() {
            self.follow_rule(optimizer, lanes, step)
        } else {
            self.follow_method(objective, optimizer, lanes, step);
            true
        };
        if raised && self.alarms.any() {
            for lane in 0..self.trials.count() {
                if self.trials.is_running(lane) && self.alarms.is_raised(lane) {
                    self.trials.diverge(lane, step);
                    self.alarms.ignore(lane);
                }
            }
        }
    }

    /// A step of an optimizer that changes parameters one by one. Returns whether an alarm is raised.
    fn follow_rule(&mut self, optimizer: &Optimizer, lanes: &[Lane<'_>], step: u64) -> bool {
        let Self { layout, weights, gradient, state, coefficients, adjuster, steps, alarms, .. } = self;
        let size = weights.len();
        let state = &mut state[..optimizer.state * size];
        let mut raised = false;
        for Part { range, coefficients, shrink } in coefficients.advance(optimizer, lanes, step) {
            let is_on = adjuster.is_on;
            let gradient =
                if is_on { adjuster.adjust(steps, weights, gradient, range.clone(), shrink) } else { &**gradient };
            let (groups, alarm, state) = (layout.groups, alarms.lanes(), state_arrays(state, size));
            let step = Update { groups, weights, gradient, state, range, coefficients, alarm };
            raised |= steps.update(optimizer, step);
        }
        raised
    }

    /// A step of an optimizer that sees more.
    fn follow_method(&mut self, objective: &O, optimizer: &Optimizer, lanes: &[Lane<'_>], step: u64) {
        let Self { layout, width, scratch, weights, gradient, state, layers, .. } = self;
        let Self { methods, multiply, adjuster, steps, alarms, ignored, .. } = self;
        let size = weights.len();
        methods.advance(optimizer, lanes, layers, step);
        let mut gradient = &**gradient;
        if adjuster.is_on {
            for (layer, shrink) in layers.iter().zip(methods.shrink.chunks_exact(lanes.len())) {
                adjuster.adjust(steps, weights, gradient, layer.weights.start..layer.bias.end, shrink);
            }
            gradient = adjuster.adjusted(size);
        }
        let frame = Frame { isa: layout.isa, groups: layout.groups, lanes: *width, layers };
        let (settings, products, room) = methods.parts(optimizer, layers.len());
        let arrays = state_arrays(&mut state[..(optimizer.state + optimizer.scratch) * size], size);
        let oracle = &mut Asked { objective, scratch, step: step - 1, alarm: ignored };
        let alarm = alarms.lanes();
        optimizer.step(
            optimizer::Block {
                frame,
                step,
                weights,
                gradient,
                arrays,
                settings,
                products,
                multiply: &mut **multiply,
                alarm,
                oracle,
            },
            room,
        );
    }

    /// The updates after `step` up to `end`, if the objective can do many at once; returns how far it got.
    fn walk(&mut self, objective: &O, setting: &Setting<'_>, optimizer: &Optimizer, step: u64, end: u64) -> u64 {
        let Self { layout, weights, state, coefficients, adjuster, survived, .. } = self;
        let can_walk = layout.path == TrainingPath::Population && !adjuster.is_on && !self.composites.is_on();
        let Some(coefficients) = coefficients.constant(optimizer).filter(|_| can_walk) else { return step };
        let state = &mut state[..optimizer.state * weights.len()];
        let mut step = step;
        while step < end && !self.trials.are_over() && !setting.stop.load(Ordering::Relaxed) {
            let steps = (end - step).min(STRETCH);
            let walk = Walk { steps, x: weights, state, coefficients, survived };
            if !objective.walk(&mut self.scratch, optimizer, walk) {
                break;
            }
            for (lane, survived) in survived[..self.trials.count()].iter().enumerate() {
                let survived = survived.to_f64() as u64;
                if survived < steps && self.trials.is_running(lane) {
                    self.trials.diverge(lane, step + survived + 1);
                    self.alarms.ignore(lane);
                }
            }
            step += steps;
        }
        step
    }

    /// Begins the points of a logged step, and lets observers look at it.
    fn observe(&mut self, objective: &O, setting: &Setting<'_>, optimizer: &Optimizer, trials: &[Lane<'_>], step: u64) {
        self.points.clear();
        self.points.resize(self.layout.groups * self.width, Point { step, ..Point::default() });
        let Self { width, scratch, weights, previous, gradient, state, layers, ignored, watching, .. } = self;
        let after_update = step > 0;
        let look = Look {
            step,
            lanes: *width,
            layers,
            trials,
            running: &[],
            values: &[],
            weights: evaluated(optimizer, weights, state),
            previous: after_update.then_some(&**previous),
            gradient: after_update.then_some(&**gradient),
            state: &state[..optimizer.state * weights.len()],
            oracle: &mut Asked { objective, scratch, step: step.saturating_sub(1), alarm: ignored },
        };
        watching.look(setting.watches, look, &mut self.trials);
    }

    /// Adds the losses to the points of a logged step, of which the training loss has been evaluated, and the points to
    /// every running trial.
    fn log(&mut self, objective: &O, setting: &Setting<'_>, optimizer: &Optimizer, step: u64) {
        let weights = evaluated(optimizer, &self.weights, &self.state);
        for split in Split::ALL.into_iter().filter(|split| objective.has(*split)) {
            if split != Split::Train {
                objective.evaluate(&mut self.scratch, step, split, weights, &mut self.evaluation);
            }
            for (lane, point) in self.points.iter_mut().enumerate() {
                point.loss[split as usize] = Some(T::from_f64(self.evaluation.loss[lane]).to_f64());
                point.accuracy[split as usize] = objective.classifies().then(|| self.evaluation.accuracy[lane]);
            }
        }
        for (lane, point) in self.points.iter().enumerate().take(self.trials.count()) {
            if !self.trials.is_running(lane) {
                continue;
            }
            self.trials.log(lane, *point, setting.schedule);
            if !self.trials.is_running(lane) {
                self.alarms.ignore(lane);
            }
            if self.trials.keeps(lane, step, setting.schedule) {
                let group = lane / self.width * self.width * objective.parameters();
                let parameters = weights[group + lane % self.width..].iter().step_by(self.width);
                let parameters = parameters.take(objective.parameters()).map(|w| w.to_f64());
                self.trials.keep(lane, step, parameters);
            }
        }
    }
}

/// The weights that losses are measured at: what is reported of a trial.
fn evaluated<'a, T>(optimizer: &Optimizer, weights: &'a [T], state: &'a [T]) -> &'a [T] {
    optimizer.evaluated.map_or(weights, |array| &state[array * weights.len()..][..weights.len()])
}
