//! Figures before the first trial: whether each can be drawn if all trials go well.
//!
//! Figures are composed of made-up rows, those of the plan with outcomes that no figure could refuse. What is refused
//! all the same is so whatever the trials do: starts that are no grid, more lines than a reader can tell apart, a range
//! without a place on its axis. A new kind of figure is checked without a word here.

use std::fs;
use std::io;
use std::path::Path;

use miette::Diagnostic;
use tempfile::TempDir;

use super::few::Few;
use super::networks;
use super::{chart, table_of};
use crate::figure::{FigureError, Input, Layer, MOST_LINES, Options, Picture, Tables};
use crate::record::{
    self, Change, Curve, Leading, Precision, RecordError, Run, Runs, Sheet, Status, Surface, Trials, Waypoint,
};
use crate::spec::{Figure, InputError, Observation, Spec};
use crate::sweep::{Condition, Model, Plan, Schedule, Trial};

/// Checks that the figures of a spec can be drawn, as far as that is known before any trial; `home` is the folder of
/// the results, where a figure may name a table that is there already. What can be drawn and says nothing all the same is
/// returned as a warning.
///
/// # Errors
///
/// The first figure that cannot, with its place in the spec.
pub fn check(spec: &Spec, plan: &Plan, home: &Path) -> Result<Vec<InputError>, InputError> {
    let mut warnings = Vec::new();
    if spec.figures.is_empty() {
        return Ok(warnings);
    }
    let whole = plan;
    let few = Few::of(spec, plan)?;
    let (sample, plan) = few.as_ref().map_or((spec, plan), |few| (&few.spec, &few.plan));
    let rehearsal = Rehearsal::of(sample, plan);
    let folder = tempfile::tempdir().ok();
    let folder = folder.as_ref().map(TempDir::path);
    for (index, figure) in spec.figures.iter().enumerate() {
        if figure.kind.input == Input::Networks {
            // There are no networks yet.
            networks::check(spec, whole, index)?;
            continue;
        }
        let Some(table) = rehearsal.table(sample, plan, figure, home, folder) else { continue };
        let composed = table.map_err(FigureError::from).and_then(|sheet| rehearsal.compose(figure, sheet.as_ref()));
        match composed {
            Err(error) if few.as_ref().is_none_or(|few| few.is_sure(&error)) && !is_of_outcomes(figure, &error) => {
                return Err(at_its_place(spec, index, &error, few.is_some()));
            }
            Err(_) => {}
            Ok(pictures) => {
                let message = says_nothing(figure, whole, &pictures);
                warnings.extend(message.map(|message| spec.error(&format!("figure.{index}.kind"), message)));
            }
        }
    }
    Ok(warnings)
}

/// Why a figure that can be drawn says nothing, if that is so.
fn says_nothing(figure: &Figure, plan: &Plan, pictures: &[Picture]) -> Option<&'static str> {
    let steps = |of: fn(&Schedule) -> &[u64]| plan.conditions.iter().map(|c| of(&c.schedule).len()).max().unwrap_or(0);
    match figure.kind.name {
        "curves" if steps(|schedule| &schedule.recorded) <= 2 => Some(
            "each curve has two points, at the first step and the last: train.log_every = \"epoch\", or a number of steps, logs more",
        ),
        "trajectories" | "descent" if steps(|schedule| &schedule.logged) <= 2 => {
            Some("each path is a straight line from its start to its end: train.log_every = 1 logs every step")
        }
        "curves" | "trajectories" | "descent" => None,
        _ => {
            let layers = pictures.iter().flat_map(|picture| &picture.panels).flat_map(|panel| &panel.layers);
            let lines = layers.filter_map(|layer| if let Layer::Line(_, points) = layer { Some(points) } else { None });
            let mut lines = lines.peekable();
            let is_empty = lines.peek().is_some() && lines.all(|points| points.len() < 2);
            is_empty.then_some("each line has one point: what is from left to right has one value")
        }
    }
}

/// Whether it is because all trials end alike here that a figure has nothing to compare.
fn is_of_outcomes(figure: &Figure, error: &FigureError) -> bool {
    figure.kind.input == Input::Problems && matches!(error, FigureError::NoData { .. })
}

/// The error of a figure as one of the spec; if it `is_of_few` trials, all of them have more lines.
fn at_its_place(spec: &Spec, index: usize, error: &FigureError, is_of_few: bool) -> InputError {
    let options = &spec.figures[index].options;
    let columns = [("x", &options.x), ("y", &options.y), ("series", &options.series), ("column", &options.column)];
    let key = match error {
        FigureError::Range { axis: "x", .. } => "x_range",
        FigureError::Range { .. } => "y_range",
        FigureError::UnknownColumn { name, .. } | FigureError::Table(RecordError::NoColumn { name, .. }) => {
            columns.into_iter().find(|(_, column)| column.as_ref() == Some(name)).map_or("kind", |(key, _)| key)
        }
        FigureError::Table(_) if options.table.is_some() => "table",
        FigureError::NoTrial { .. } | FigureError::SeveralTrials { .. } => "trials",
        FigureError::TooManyLines { .. } if !options.selection.is_empty() => "select",
        _ => "kind",
    };
    let message = match error {
        FigureError::NoData { reason, .. } => reason.clone(),
        FigureError::TooManyLines { found, most, .. } => {
            let found = if is_of_few { format!("more than {most}") } else { found.to_string() };
            format!("{found} lines, but a reader can tell {most} apart")
        }
        FigureError::Table(RecordError::NoColumn { name, .. }) => format!("the table has no column `{name}`"),
        FigureError::Table(RecordError::Cell { column, found, .. }) => {
            format!("the column `{column}` holds `{found}`, which is no number")
        }
        other => other.to_string(),
    };
    let spec_error = spec.error(&format!("figure.{index}.{key}"), message);
    match error.help() {
        Some(help) => spec_error.with_help(help.to_string()),
        None => spec_error,
    }
}

/// Rows of trials that all went well.
struct Rehearsal {
    runs: Runs,
    trials: Trials,
    curves: Vec<Curve>,
    trajectory: Vec<Waypoint>,
    surface: Option<Surface>,
}

/// Every outcome: a number that has a place on each axis, and no more of them than one, so that they are a grid.
const OUTCOME: f64 = 0.5;

/// Rows of a step that are made up, at most: more than a figure has lines for.
const MOST_ROWS: u64 = 1 + MOST_LINES as u64;

impl Rehearsal {
    fn of(spec: &Spec, plan: &Plan) -> Self {
        let mut rows = Vec::with_capacity(plan.trials.len());
        let (mut curves, mut trajectory) = (Vec::new(), Vec::new());
        let mut namer = plan.trials.namer();
        for trial in plan.trials.iter() {
            let key = namer.key(&trial).to_string();
            let (start, Condition { schedule, model, .. }) = (&trial.start, plan.condition(&trial));
            let steps = schedule.steps;
            if !schedule.recorded.is_empty() {
                curves.extend([0, steps].map(|step| curve(&key, step)));
            }
            if let (true, [x0, others @ ..]) = (spec.record.trajectory, start.as_slice()) {
                let x = [*x0, others.first().copied().unwrap_or(0.0)];
                let waypoint = |step| Waypoint { key: key.clone(), step, x, value: OUTCOME };
                trajectory.extend([0, steps].map(waypoint));
            }
            let end = vec![OUTCOME; start.len()];
            let mut extra = match model {
                Model::Landscape(_) => plan.places([Some(start), Some(&end)], Some(OUTCOME)),
                Model::Network(_) => plan.places([None, None], None),
            };
            extra.resize(extra.len() + spec.record.columns.len(), Some(OUTCOME));
            let steps_to_target = spec.train.target.as_ref().map(|_| schedule.steps);
            rows.push(Run { steps_to_target, ..run(key, plan, &trial, extra) });
        }
        let extra = plan.extra_columns(spec);
        let runs = Runs { hyperparameters: plan.hyperparameter_names(), extra, rows, precision: Precision::F64 };
        Self { trials: Trials::from(&runs), runs, curves, trajectory, surface: surface(spec) }
    }

    /// The table of its own that a figure is drawn from, made up in `folder` where the sweep writes it; nothing inside
    /// if the figure needs none, and none at all if nothing can be said before the table is there.
    fn table(
        &self,
        spec: &Spec,
        plan: &Plan,
        figure: &Figure,
        home: &Path,
        folder: Option<&Path>,
    ) -> Option<Result<Option<Sheet>, RecordError>> {
        let Some(table) = table_of(figure) else { return Some(Ok(None)) };
        let path = folder?.join(&table);
        let is_shown = |own: &&Observation| own.observer.table().is_some_and(|name| table == format!("{name}.csv"));
        if let Some(observation) = spec.record.observe.iter().find(is_shown) {
            let written = self.write_observed(&path, plan, observation).ok();
            return written.map(|()| Sheet::open(&path).map(Some));
        }
        let written = match table.as_str() {
            "runs.csv" => record::write_runs(&path, &self.runs).map_err(|_| ()),
            "units.csv" if spec.record.perturb.is_some() => record::write_changes(&path, &units(plan)).map_err(|_| ()),
            // Others that a sweep writes say nothing yet.
            "curves.csv" | "trajectory.csv" | "surface.csv" | "summary.csv" | record::SPECTRUM | record::OPTIMUM => {
                return None;
            }
            table => return Some(Sheet::open(&home.join(table)).map(Some)),
        };
        // A disk without room for this is one for nothing: that is said where results are written.
        written.ok().map(|()| Sheet::open(&path).map(Some))
    }

    /// The table of an observer: as many rows per step as any trial has.
    fn write_observed(&self, path: &Path, plan: &Plan, observation: &Observation) -> csv::Result<()> {
        let observer = observation.observer;
        let watches = plan.conditions.iter().flat_map(Condition::watches);
        let rows = watches.filter(|own| own.observation == observation).map(|own| own.cost.rows).max().unwrap_or(1);
        let mut writer = csv::Writer::from_writer(io::BufWriter::new(fs::File::create(path)?));
        let (index, columns) = (observer.index().map(|index| index.name), observer.columns);
        record::write_observed_header(&mut writer, &[], index, columns.iter().map(|column| column.name))?;
        for curve in &self.curves {
            let leading = Leading::new(&curve.key, "", "", &[]);
            for row in 1..=rows.min(MOST_ROWS) {
                let place = (curve.step, index.map(|_| row));
                let cells = columns.iter().map(|_| Some(OUTCOME));
                record::write_observed(&mut writer, &leading, place, cells, Precision::F64)?;
            }
        }
        Ok(writer.flush()?)
    }

    fn compose(&self, figure: &Figure, sheet: Option<&Sheet>) -> Result<Vec<Picture>, FigureError> {
        let (trajectory, surface) = (&self.trajectory, self.surface.as_ref());
        let tables = Tables { trajectory, surface, sheet, ..Tables::new(&self.trials, &self.curves) };
        let known = Options {
            steps_per_epoch: Some(1),
            spectrum: Some((OUTCOME, OUTCOME)),
            optimum: Some(OUTCOME / 2.0),
            ..figure.options.clone()
        };
        Ok(chart(figure).with(known).pictures(&tables)?.into_iter().map(|(_, picture)| picture).collect())
    }
}

fn run(key: String, plan: &Plan, trial: &Trial, extra: Vec<Option<f64>>) -> Run {
    let outcome = Some(OUTCOME);
    let condition = plan.condition(trial);
    Run {
        key,
        problem: condition.problem.clone(),
        optimizer: trial.optimizer.name.to_owned(),
        settings: plan.settings(trial),
        init_seed: trial.init_seed,
        order_seed: trial.order_seed,
        status: Status::Ok,
        steps: condition.schedule.steps,
        gradients: condition.schedule.steps,
        diverged_at: None,
        initial_train_loss: outcome,
        final_train_loss: outcome,
        best_train_loss: outcome,
        best_step: Some(condition.schedule.steps),
        final_validation_loss: outcome,
        final_test_loss: outcome,
        final_train_accuracy: outcome,
        final_validation_accuracy: outcome,
        final_test_accuracy: outcome,
        steps_to_target: None,
        extra,
    }
}

fn curve(key: &str, step: u64) -> Curve {
    let outcome = Some(OUTCOME);
    Curve {
        key: key.to_owned(),
        step,
        train_loss: outcome,
        validation_loss: outcome,
        test_loss: outcome,
        train_accuracy: outcome,
        validation_accuracy: outcome,
        test_accuracy: outcome,
        grad_norm: outcome,
        update_norm: outcome,
    }
}

/// The corners of a surface.
fn surface(spec: &Spec) -> Option<Surface> {
    let ends = |axis: &(f64, f64, u64)| vec![axis.0, axis.1];
    match &spec.record.surface.as_ref()?.0[..] {
        [x] => Some(Surface { x0: ends(x), x1: Vec::new(), values: vec![OUTCOME; 2] }),
        [x0, x1] => Some(Surface { x0: ends(x0), x1: ends(x1), values: vec![OUTCOME; 4] }),
        _ => None,
    }
}

/// The last unit of each layer, which says how many there are.
fn units(plan: &Plan) -> Vec<Change> {
    let Model::Network(shape) = &plan.conditions[0].model else { return Vec::new() };
    let unit = |(layer, width): (usize, &usize)| Change {
        layer,
        unit: width - 1,
        from: None,
        before: OUTCOME,
        after: OUTCOME,
        perturbed: false,
    };
    shape.layers.iter().enumerate().map(unit).collect()
}
