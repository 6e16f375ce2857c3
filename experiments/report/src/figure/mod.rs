//! Figures, drawn from rows alone: SVG with the same bytes on every machine, and PNG.
//!
//! A kind of figure is one file here and one line in [`KINDS`]. It turns rows into a [`Picture`], which says what is
//! where in values of its axes; how that is drawn does not concern the kind. What is drawn is a list of shapes, placed by
//! `libm`'s logarithm, which is written as SVG, as pixels and as what papers take; an [`Appearance`] says how it looks.

mod appearance;
mod axis;
mod cells;
mod choice;
mod colors;
mod comparison;
mod contour;
mod coordinates;
mod defaults;
#[cfg(feature = "drawing")]
mod drawing;
mod error;
mod grid;
mod groups;
mod labels;
mod named;
mod observed;
mod options;
mod palette;
mod panels;
mod picture;
mod plane;
mod series;
mod style;
mod theory;
mod ticks;
pub mod words;

use std::collections::HashSet;
use std::fmt;

pub use appearance::{Appearance, Format, Legend, Theme, Width};
pub use axis::{Axis, Scale};
pub use cells::{Cells, Fill, MOST_RECTANGLES};
pub use colors::Rgb;
pub use defaults::Defaults;
#[cfg(feature = "drawing")]
pub use drawing::{Frames, draw, frames, pdf, pgfplots, png, svg};
pub use error::FigureError;
pub use options::{Options, PROBLEM, Progress, Selection, Theory, is_meant};
pub use palette::Palette;
use panels::Facets;
pub use panels::MOST_PANELS;
pub use picture::{ColorBar, Disc, Edge, Entry, Layer, Panel, Picture, Stroke, Symbol, Upright};
pub use style::{MOST_LINES, Marker, Style, Tint, method_style, style};
pub use ticks::{Tick, value_label};

use thalweg_record::nearest;
use thalweg_record::record::{Curve, Key, Quantities, Quantity, Sheet, Surface, Trial, Trials, Waypoint};
use thalweg_record::stats::{Configuration, CurveMetric, Metric, configurations};

/// A list of kinds, and the modules that they are in: so that a kind is one file, and one line in the list.
macro_rules! kinds {
    ($(#[$doc:meta])* $list:ident = [$($module:ident),* $(,)?]) => {
        $(mod $module;)*

        $(#[$doc])*
        pub const $list: &[&Kind] = &[$(&$module::KIND),*];
    };
}

kinds! {
    /// Every kind of figure that is built in.
    KINDS = [
        sensitivity,
        scatter,
        curves,
        heatmap,
        phase,
        parallel,
        trajectories,
        descent,
        function,
        probability,
        basins,
        quantiles,
        ecdf,
        density,
        profile,
        rank,
        rank_intervals,
        budget,
        regimes,
        slope,
        target,
        paired,
        safety,
        fractal,
        network,
        timing,
    ]
}

/// A kind of figure, as specs and the command know it.
///
/// A crate with a kind of its own makes a static of this type.
pub struct Kind {
    /// Its name in specs.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub summary: &'static str,
    /// The names of the metrics that it can show; the first is the default.
    pub metrics: fn() -> Vec<&'static str>,
    /// The keys of a `[[figure]]` that it takes besides kind, metric, title and name; required ones come first.
    pub keys: &'static [&'static str],
    /// How many of the keys are required.
    pub required: usize,
    /// What it is drawn from.
    pub input: Input,
    /// The table that it is drawn from, alone or besides the trials, unless the figure names another one.
    pub table: Option<&'static str>,
    /// Makes the picture of a chart of this kind from the tables.
    pub compose: fn(&Chart, &Data<'_>) -> Result<Picture, FigureError>,
}

/// What a kind of figure is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The trials of one problem: every problem has a figure of its own.
    Problem,
    /// The trials of all problems at once.
    Problems,
    /// A table of its own ([`Kind::table`]), without trials.
    Table,
}

/// Names are unique.
impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Kind").field(&self.name).finish()
    }
}

/// A figure to be drawn.
#[derive(Clone, Debug)]
pub struct Chart {
    kind: &'static Kind,
    metric: &'static str,
    options: Options,
}

/// The tables that figures are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// All trials.
    pub runs: &'a Trials,
    /// The rows of `curves.csv`; none where no curves were recorded.
    pub curves: &'a [Curve],
    /// The rows of `trajectory.csv`; none where no trajectories were recorded.
    pub trajectory: &'a [Waypoint],
    /// The landscape of `surface.csv`, if the trials are on one.
    pub surface: Option<&'a Surface>,
    /// The table that the figure names, for kinds that are drawn from one ([`Kind::table`]).
    pub sheet: Option<&'a Sheet>,
}

impl<'a> Tables<'a> {
    /// Trials and their curves, without trajectories.
    pub fn new(runs: &'a Trials, curves: &'a [Curve]) -> Self {
        Self { runs, curves, trajectory: &[], surface: None, sheet: None }
    }
}

/// The tables, with the configurations of one problem only.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// The problem; empty where all are shown at once.
    pub problem: &'a str,
    /// All trials.
    pub runs: &'a Trials,
    /// The trials of each configuration that is to be shown, over their seeds.
    pub configurations: &'a [Configuration<'a>],
    /// The rows of `curves.csv`.
    pub curves: &'a [Curve],
    /// The rows of `trajectory.csv`.
    pub trajectory: &'a [Waypoint],
    /// The landscape of `surface.csv`, if the trials are on one.
    pub surface: Option<&'a Surface>,
    /// The table that the figure names, for kinds that are drawn from one ([`Kind::table`]).
    pub sheet: Option<&'a Sheet>,
}

impl Chart {
    /// A figure of the kind and metric of these names; without a metric, the kind's first.
    ///
    /// # Errors
    /// [`FigureError::UnknownKind`] and [`FigureError::UnknownMetric`], which name what there is.
    pub fn new(kind: &str, metric: Option<&str>) -> Result<Self, FigureError> {
        let known = KINDS.iter().find(|known| known.name == kind);
        let kind = known.ok_or_else(|| FigureError::UnknownKind {
            name: kind.to_owned(),
            help: help(kind, KINDS.iter().map(|known| known.name)),
        })?;
        Self::of(kind, metric)
    }

    /// A figure of a kind and the metric of this name; without one, the kind's first.
    ///
    /// # Errors
    /// [`FigureError::UnknownMetric`], which names what there is.
    pub fn of(kind: &'static Kind, metric: Option<&str>) -> Result<Self, FigureError> {
        let metrics = (kind.metrics)();
        let wanted = metric.unwrap_or(metrics[0]);
        let metric = metrics.iter().find(|known| **known == wanted).ok_or_else(|| FigureError::UnknownMetric {
            kind: kind.name,
            name: wanted.to_owned(),
            help: help(wanted, metrics.iter().copied()),
        })?;
        Ok(Self { kind, metric, options: Options::default() })
    }

    /// The same figure with these options.
    #[must_use]
    pub fn with(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Its options beyond kind and metric.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Its kind.
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The name of what it shows.
    pub fn metric(&self) -> &'static str {
        self.metric
    }

    /// The losses and accuracies of trials that it is drawn from.
    pub fn quantities(&self) -> Quantities {
        let shown = CurveMetric::from_name(self.metric).map(CurveMetric::outcome).or(Metric::from_name(self.metric));
        let criteria = shown.into_iter().flat_map(Metric::criteria);
        let metrics = shown.into_iter().chain(criteria).chain(self.options.select_by);
        let metrics = metrics.flat_map(|metric| [metric, metric.tie_break()]).map(Metric::quantity);
        // What every kind may tell: whether a trial ended worse than it began.
        metrics.chain([Quantity::InitialTrainLoss, Quantity::FinalTrainLoss]).collect()
    }

    /// The table that it is drawn from, alone or besides the trials, as a path from the folder of the results.
    pub fn table(&self) -> Option<String> {
        let of_column = || observed::split(self.options.y.as_deref().filter(|_| self.shows_column())?);
        match self.kind.table {
            Some(table) => Some(self.options.table.as_deref().unwrap_or(table).to_owned()),
            None => of_column().map(|(table, _)| format!("{table}.csv")),
        }
    }

    /// Whether it shows a column of an observer's table in place of its metric.
    pub fn shows_column(&self) -> bool {
        self.kind.name == curves::KIND.name && self.options.y.is_some()
    }

    /// The name of its file, without ending.
    pub fn name(&self) -> String {
        let options = &self.options;
        // A dot is the beginning of a file's ending.
        let y = options.y.as_ref().map(|y| if self.shows_column() { y.replace('.', "-") } else { y.clone() });
        let columns = [&options.x, &y, &options.series, &options.color, &options.column, &options.panel, &options.row];
        let columns = columns.into_iter().flatten().map(|column| format!("-{column}")).collect::<String>();
        let from = if options.from_optimum { "-from_optimum" } else { "" };
        let metric = if self.shows_column() { String::new() } else { format!("-{}{from}", self.metric) };
        options.name.clone().unwrap_or_else(|| format!("{}{metric}{columns}", self.kind.name))
    }

    /// The names of its files in this look for trials of these problems, but for PNG: those of one figure, or of one for each of
    /// the problems that are `shown`.
    pub fn files(&self, problems: &[&str], shown: &[&str], look: &Appearance) -> Vec<String> {
        if self.kind.input != Input::Problem || self.shows_problems() {
            return look.kept_files(&self.name()).collect();
        }
        shown.iter().flat_map(|problem| look.kept_files(&self.stem(problem, problems)).collect::<Vec<_>>()).collect()
    }

    /// The name of the file for one of these problems, without ending: that of the figure, and that of the problem if it may
    /// show several, each in a file of its own.
    fn stem(&self, problem: &str, problems: &[&str]) -> String {
        let is_of_one = || problems.iter().filter(|problem| self.options.selects_problem(problem)).count() == 1;
        if self.kind.input != Input::Problem || self.shows_problems() || is_of_one() {
            return self.name();
        }
        format!("{}-{}", self.name(), words::slug(problem))
    }

    /// What the chart shows, as (problem, picture): one picture per problem in the rows, or one with an empty name for
    /// kinds that show all problems at once, or none. Problems without a selected trial have none.
    ///
    /// # Errors
    /// If there is nothing to show, or too much.
    pub fn pictures<'a>(&self, tables: &Tables<'a>) -> Result<Vec<(&'a str, Picture)>, FigureError> {
        let index = tables.sheet.and_then(|sheet| Some((sheet, observed::index(sheet, &self.options)?)));
        let Some((sheet, index)) = index.filter(|_| self.shows_column()) else { return self.compose(tables) };
        // What tells the rows of a step apart is as good as a setting of the trials.
        let runs = tables.runs.with_each(index, &observed::values(sheet, index)?);
        let options = Options { index: Some(index.to_owned()), ..self.options.clone() };
        let pictures = self.clone().with(options).compose(&Tables { runs: &runs, ..*tables })?;
        let problem =
            |name: &str| (0..tables.runs.configurations()).map(|at| tables.runs.problem(at)).find(|own| *own == name);
        Ok(pictures.into_iter().map(|(name, picture)| (problem(name).unwrap_or_default(), picture)).collect())
    }

    fn compose<'a>(&self, tables: &Tables<'a>) -> Result<Vec<(&'a str, Picture)>, FigureError> {
        let Tables { runs, curves, trajectory, surface, sheet } = *tables;
        let all = configurations(runs);
        named::check(&self.options.trials, &all)?;
        let chart = self.clone().with(self.options.resolved(&all));
        let compose = |problem: &'a str, configurations: &[Configuration<'_>]| {
            let data = Data { problem, runs, configurations, curves, trajectory, surface, sheet };
            let picture = match Facets::of(&chart) {
                Some(facets) => panels::compose(&chart, &data, &facets),
                None => (self.kind.compose)(&chart, &data),
            };
            picture.map(|picture| (problem, picture))
        };
        if all.is_empty() && self.kind.input != Input::Table {
            return Err(FigureError::NoData { kind: self.kind.name, reason: "there are no trials".to_owned() });
        }
        if self.kind.input != Input::Problem || self.shows_problems() {
            return Ok(vec![compose("", &all)?]);
        }
        let picture = |problem: &&'a str| {
            let own = all.iter().copied().filter(|configuration| configuration.problem() == *problem);
            compose(problem, &own.collect::<Vec<_>>())
        };
        chart.shown(&all).iter().map(picture).collect()
    }

    /// The problems that have a figure of their own: those with selected configurations, or all if there are none, which is
    /// said of the first.
    fn shown<'a>(&self, all: &[Configuration<'a>]) -> Vec<&'a str> {
        let mut shown: Vec<&str> = Vec::new();
        let mut others: Vec<&str> = Vec::new();
        for one in all {
            let problems = if self.options.selects(one) { &mut shown } else { &mut others };
            if !problems.contains(&one.problem()) {
                problems.push(one.problem());
            }
        }
        if shown.is_empty() { others } else { shown }
    }

    /// The keys of the trials whose steps it shows, the rows of `curves.csv` or `trajectory.csv` that it needs.
    pub fn keys(&self, runs: &Trials) -> HashSet<Key> {
        let all = configurations(runs);
        let chart = self.clone().with(self.options.resolved(&all));
        let shown: Vec<Configuration<'_>> = match (self.kind.name, Facets::of(&chart)) {
            ("curves", Some(facets)) => curves::chosen_of(&chart, runs, &facets.subsets(&all)),
            ("curves", None) => curves::chosen_of(&chart, runs, &chart.by_problem(&all)),
            ("trajectories" | "descent", _) => all.into_iter().filter(|one| chart.options.selects(one)).collect(),
            _ => Vec::new(),
        };
        let shown = shown.iter().flat_map(Configuration::runs).filter(|run| chart.options.names_trial(*run));
        shown.map(Trial::key).collect()
    }

    /// Whether one figure shows all problems, by panel, line or place.
    fn shows_problems(&self) -> bool {
        let Options { x, series, color, panel, row, .. } = &self.options;
        [x, series, color, panel, row].into_iter().any(|column| column.as_deref() == Some(PROBLEM))
    }

    /// The configurations of each figure.
    fn by_problem<'a>(&self, all: &[Configuration<'a>]) -> Vec<Vec<Configuration<'a>>> {
        if self.shows_problems() {
            return vec![all.to_vec()];
        }
        let shown: Vec<String> = self.shown(all).into_iter().map(str::to_owned).collect();
        groups::subsets(all, PROBLEM, &shown)
    }

    /// The title that its spec gives it, or else this one.
    pub fn title_or(&self, default: impl FnOnce() -> String) -> String {
        self.options.title.clone().unwrap_or_else(|| words::capital(&default()))
    }
}

/// The known names, and the one that was probably meant.
fn help<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let list = known.clone().collect::<Vec<_>>().join(", ");
    nearest(name, known).map_or_else(String::new, |nearest| format!("did you mean `{nearest}`? "))
        + &format!("There are: {list}")
}
