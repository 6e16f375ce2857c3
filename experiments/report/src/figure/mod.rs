//! Figures, drawn from rows alone: SVG with the same bytes on every machine, and PNG.
//!
//! A kind of figure is one file here and one line in [`KINDS`]. It turns rows into a [`Picture`], which says what is
//! where in values of its axes; how that is drawn does not concern the kind. What is drawn is a list of shapes, placed by
//! `libm`'s logarithm, which is written as SVG, as pixels and as what papers take; an [`Appearance`] says how it looks.

mod appearance;
mod axis;
mod cells;
mod choice;
mod chosen;
mod colors;
mod comparison;
mod contour;
mod coordinates;
mod defaults;
#[cfg(feature = "drawing")]
mod drawing;
mod error;
mod graph;
mod grid;
mod groups;
mod kept;
mod kind;
mod labels;
mod motion;
mod named;
mod observed;
mod options;
mod palette;
mod panels;
mod picture;
mod plane;
mod series;
mod style;
mod tables;
mod theory;
mod ticks;
mod whose;
pub mod words;

use std::collections::HashSet;

pub use appearance::{Appearance, Format, Legend, Theme, Width};
pub use axis::{Axis, Scale};
pub use boundary::MOST_CLASSES;
pub use cells::{Cells, Fill, MOST_RECTANGLES};
pub use colors::Rgb;
pub use defaults::Defaults;
#[cfg(feature = "drawing")]
pub use drawing::{Film, Frames, Moving, draw, draw_picture, film, frames, pdf, pgfplots, png, svg};
pub use error::FigureError;
pub use graph::MOST_UNITS;
pub use kept::{Answer, At, Dense, Example, Function, Kept, Network, Split};
pub use kind::{Input, Kind};
pub use motion::Times;
pub use options::{Options, PROBLEM, Progress, Selection, Theory, is_meant};
pub use palette::Palette;
use panels::Facets;
pub use panels::MOST_PANELS;
pub use picture::{ColorBar, Disc, Edge, Entry, Label, Layer, Panel, Picture, Stroke, Symbol, Upright};
pub use style::{MOST_LINES, Marker, Style, Tint, method_style, style};
pub use tables::{Data, Tables};
pub use ticks::{Tick, value_label};
pub use whose::{OwnedPoint, Whose};

use thalweg_record::nearest;
use thalweg_record::record::{Key, Quantities, Quantity, Trial, Trials};
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
        boundary,
        diagram,
        timing,
    ]
}

/// A figure to be drawn.
#[derive(Clone, Debug)]
pub struct Chart {
    kind: &'static Kind,
    metric: &'static str,
    options: Options,
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
        let of_best = (self.kind.input == Input::Networks).then_some(Metric::FinalValidationLoss);
        let metrics = shown.into_iter().chain(criteria).chain(of_best).chain(self.options.select_by);
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
        if self.is_single() {
            return look.kept_files(&self.name()).collect();
        }
        shown.iter().flat_map(|problem| look.kept_files(&self.stem(problem, problems)).collect::<Vec<_>>()).collect()
    }

    /// The name of the file for one of these problems, without ending: that of the figure, and that of the problem if it may
    /// show several, each in a file of its own.
    fn stem(&self, problem: &str, problems: &[&str]) -> String {
        let is_of_one = || problems.iter().filter(|problem| self.options.selects_problem(problem)).count() == 1;
        if self.is_single() || is_of_one() {
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
        self.each(tables, Self::picture)
    }

    /// What is made of the data of each picture, with the chart whose names are those of the data.
    fn each<'a, T>(
        &self,
        tables: &Tables<'a>,
        make: impl Fn(&Self, &Data<'_>) -> Result<T, FigureError>,
    ) -> Result<Vec<(&'a str, T)>, FigureError> {
        let index = tables.sheet.and_then(|sheet| Some((sheet, observed::index(sheet, &self.options)?)));
        let Some((sheet, index)) = index.filter(|_| self.shows_column()) else { return self.each_of(tables, make) };
        // What tells the rows of a step apart is as good as a setting of the trials.
        let runs = tables.runs.with_each(index, &observed::values(sheet, index)?);
        let options = Options { index: Some(index.to_owned()), ..self.options.clone() };
        let made = self.clone().with(options).each_of(&Tables { runs: &runs, ..*tables }, make)?;
        let problem =
            |name: &str| (0..tables.runs.configurations()).map(|at| tables.runs.problem(at)).find(|own| *own == name);
        Ok(made.into_iter().map(|(name, made)| (problem(name).unwrap_or_default(), made)).collect())
    }

    fn each_of<'a, T>(
        &self,
        tables: &Tables<'a>,
        make: impl Fn(&Self, &Data<'_>) -> Result<T, FigureError>,
    ) -> Result<Vec<(&'a str, T)>, FigureError> {
        let Tables { runs, curves, trajectory, surface, sheet, kept } = *tables;
        let all = configurations(runs);
        named::check(&self.options.trials, &all)?;
        let chart = self.clone().with(self.options.resolved(&all));
        let make = |problem: &'a str, configurations: &[Configuration<'_>]| {
            let data = Data { problem, runs, configurations, curves, trajectory, surface, sheet, kept };
            make(&chart, &data).map(|made| (problem, made))
        };
        if all.is_empty() && self.kind.input != Input::Table {
            return Err(FigureError::NoData { kind: self.kind.name, reason: "there are no trials".to_owned() });
        }
        if self.is_single() {
            return Ok(vec![make("", &all)?]);
        }
        let of_problem = |problem: &&'a str| {
            let own = all.iter().copied().filter(|configuration| configuration.problem() == *problem);
            make(problem, &own.collect::<Vec<_>>())
        };
        chart.shown(&all).iter().map(of_problem).collect()
    }

    fn picture(&self, data: &Data<'_>) -> Result<Picture, FigureError> {
        match Facets::of(self) {
            Some(facets) => panels::compose(self, data, &facets),
            None => (self.kind.compose)(self, data),
        }
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

    /// Whether it is one figure, however many problems there are.
    fn is_single(&self) -> bool {
        !self.kind.input.is_of_problem() || self.shows_problems() || self.names_network()
    }

    /// Whether it shows the network of a trial that is named, whatever its problem is.
    fn names_network(&self) -> bool {
        self.kind.input == Input::Networks && !self.options.trials.is_empty()
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
