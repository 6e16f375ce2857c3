//! How the trials of a block go.

use super::{Keep, Lane, Outcome, Point, Positions, Split, Timetable};
use thalweg_record::record::Status;

/// The trials of a block so far. Their outcomes keep their memory from block to block: a landscape has many starts,
/// which are soon done.
#[derive(Default)]
pub(super) struct Trials {
    /// Those of the block, and of a larger one before it.
    outcomes: Vec<Outcome>,
    of_lane: Vec<Trial>,
    /// How many are running.
    running: usize,
}

struct Trial {
    is_running: bool,
    keep: Keep,
    keep_at: Vec<u64>,
}

impl Trials {
    /// Begins a block of trials that log `points` points each and have `parameters` parameters, with so many rows of so many
    /// columns of each observer.
    pub fn start(&mut self, lanes: &[Lane<'_>], points: usize, parameters: usize, rows: &[[usize; 2]]) {
        self.running = lanes.len();
        self.of_lane.clear();
        let trial = |lane: &Lane<'_>| Trial { is_running: true, keep: lane.keep, keep_at: lane.keep_at.to_vec() };
        self.of_lane.extend(lanes.iter().map(trial));
        if self.outcomes.len() < lanes.len() {
            self.outcomes.resize_with(lanes.len(), Outcome::blank);
        }
        for (outcome, lane) in self.outcomes.iter_mut().zip(lanes) {
            let positions = match lane.keep {
                Keep::Nothing => 0,
                Keep::Start | Keep::End => 1,
                Keep::Ends => 2,
                Keep::All => points,
            };
            outcome.reset(points, positions + lane.keep_at.len(), parameters);
            outcome.observe(rows);
        }
    }

    /// The number of trials.
    pub fn count(&self) -> usize {
        self.of_lane.len()
    }

    /// Whether none is running any more.
    pub fn are_over(&self) -> bool {
        self.running == 0
    }

    /// Whether the trial of a lane is running.
    pub fn is_running(&self, lane: usize) -> bool {
        self.of_lane[lane].is_running
    }

    fn end(&mut self, lane: usize, step: u64, status: Status) {
        self.outcomes[lane].status = status;
        self.outcomes[lane].steps = step;
        self.of_lane[lane].is_running = false;
        self.running -= 1;
    }

    /// Ends a running trial that is no longer finite.
    pub fn diverge(&mut self, lane: usize, step: u64) {
        self.outcomes[lane].diverged_at = Some(step);
        self.end(lane, step, Status::Diverged);
    }

    /// Where observers add what they see.
    pub fn outcomes(&mut self) -> &mut [Outcome] {
        &mut self.outcomes[..self.of_lane.len()]
    }

    /// Adds a point to a running trial, which it may end.
    pub fn log(&mut self, lane: usize, point: Point, schedule: &Timetable) {
        let outcome = &mut self.outcomes[lane];
        if !point.loss[Split::Train as usize].is_none_or(f64::is_finite) {
            outcome.observed.iter_mut().for_each(|observed| observed.forget(point.step));
            self.diverge(lane, point.step);
            return;
        }
        outcome.points.push(point);
        if let Some(target) = &schedule.target
            && outcome.steps_to_target.is_none()
            && target.reached(&point)
        {
            outcome.steps_to_target = Some(point.step);
            if target.stop {
                self.end(lane, point.step, Status::Target);
            }
        }
    }

    /// Whether the parameters of a trial are kept at this step, the one just logged.
    pub fn keeps(&self, lane: usize, step: u64, schedule: &Timetable) -> bool {
        let end = step == schedule.steps || !self.is_running(lane);
        // A trial that became non-finite has no parameters to keep.
        let logged = self.outcomes[lane].points.last().is_some_and(|point| point.step == step);
        let Trial { keep, keep_at, .. } = &self.of_lane[lane];
        let asked = match keep {
            Keep::Nothing => false,
            Keep::Start => step == 0,
            Keep::End => end,
            Keep::Ends => step == 0 || end,
            Keep::All => true,
        };
        logged && (asked || keep_at.binary_search(&step).is_ok())
    }

    /// Keeps the parameters of a trial.
    pub fn keep(&mut self, lane: usize, step: u64, parameters: impl Iterator<Item = f64>) {
        self.outcomes[lane].positions.push(step, parameters);
    }

    /// Judges the trials that stayed finite; how all of them went.
    pub fn finish(&mut self, schedule: &Timetable, floor: f64) -> &[Outcome] {
        for (outcome, trial) in self.outcomes.iter_mut().zip(&self.of_lane) {
            if trial.is_running {
                outcome.steps = schedule.steps;
            }
            judge(outcome, schedule, floor);
        }
        &self.outcomes[..self.of_lane.len()]
    }
}

/// A trial that stayed finite has diverged if its loss ended far above where it began, both counted from the
/// objective's floor, as of the first step of that final stretch.
fn judge(outcome: &mut Outcome, schedule: &Timetable, floor: f64) {
    if outcome.status != Status::Ok {
        return;
    }
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

impl Outcome {
    /// The outcome of a trial that has not begun.
    fn blank() -> Self {
        Self {
            status: Status::Ok,
            steps: 0,
            diverged_at: None,
            steps_to_target: None,
            points: Vec::new(),
            positions: Positions::default(),
            observed: Vec::new(),
        }
    }

    /// Begins anew in the same memory, with room for `points` points, and for `positions` positions of `parameters`
    /// parameters.
    fn reset(&mut self, points: usize, positions: usize, parameters: usize) {
        let mut kept = std::mem::replace(self, Self::blank());
        kept.points.clear();
        kept.points.reserve_exact(points);
        kept.positions.reset(positions, parameters);
        (self.points, self.positions, self.observed) = (kept.points, kept.positions, kept.observed);
    }

    /// Makes room for so many rows of so many columns of each observer.
    fn observe(&mut self, rows: &[[usize; 2]]) {
        self.observed.resize_with(rows.len(), Default::default);
        self.observed.iter_mut().zip(rows).for_each(|(observed, [rows, columns])| observed.reset(*rows, *columns));
    }
}
