//! `[[figure]]`: what is drawn.

use thalweg_kernels::optimizer::{Domain, Hyperparameter, Optimizer};

use super::Spec;
use super::canonical::{list, number, quoted};
use super::error::InputError;
use super::figure_columns::{check_columns, check_listed, check_named, check_selection};
use super::figure_keys::meaning;
use super::figure_networks as networks;
use super::output::Curves;
use super::reader::{Field, Interval, Table};
use super::spectrum::{check_from_optimum, check_theory};
use crate::figure::{self, At, Input, Kind, Options, Progress, Selection, Split, Theory};
use crate::record::{LABEL, Setting};
use crate::registry;
use crate::stats::{Assessment, Metric, Statistic};

/// A figure to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Its kind.
    pub kind: &'static Kind,
    /// What it shows, one of the metrics of its kind.
    pub metric: &'static str,
    /// Everything else.
    pub options: Options,
}

/// The name of the kind that shows columns of observers' tables.
pub(super) const CURVES: &str = "curves";

/// The name of the kind that shows what optimizers do by default.
const REGIMES: &str = "regimes";

const FINITE: Interval = Interval { low: (f64::NEG_INFINITY, false), high: (f64::INFINITY, false) };

/// The theories, by name.
pub(super) const THEORIES: [(&str, Theory); 2] = [("quadratic", Theory::Quadratic), ("edge", Theory::Edge)];

/// How an axis is spread, by name.
pub(super) const SCALES: [(&str, figure::Scale); 2] = [("linear", figure::Scale::Linear), ("log", figure::Scale::Log)];

impl Figure {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let kinds = table.registry().figures();
        let names = registry::names(kinds).join(", ");
        let kind = table.required("kind", &format!("one of {names}"))?.part(kinds)?;
        let allowed: Vec<&str> =
            ["kind", "metric", "title", "name"].into_iter().chain(kind.keys.iter().copied()).collect();
        table.allow(&allowed)?;
        let metrics = (kind.metrics)();
        let shows_column = kind.name == CURVES && table.optional("y").is_some();
        let metric = match (table.optional("metric"), &metrics[..]) {
            (Some(field), _) if shows_column => return Err(field.error("`y` says what is shown")),
            (None, _) if shows_column => 0,
            (Some(field), _) => field.choice(&metrics)?,
            (None, [_]) => 0,
            (None, _) => table.required("metric", &format!("one of {}", metrics.join(", ")))?.choice(&metrics)?,
        };
        for key in &kind.keys[..kind.required] {
            table.required(key, &meaning(table.registry(), key))?;
        }
        let mut options = read_options(table, kind.name == CURVES)?;
        if kind.name == REGIMES {
            options.defaults = defaults_of(table.registry());
        }
        Ok(Self { kind, metric: metrics[metric], options })
    }

    /// The lines of its table in a canonical text, as (key, value).
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let Options { name, title, x_range, y_range, select_by, selection, x, y, .. } = &self.options;
        let Options { color, panel, row, .. } = &self.options;
        let Options { x_scale, y_scale, series, column, table, below, against, functions, theory, .. } = &self.options;
        let mut lines = vec![("kind", quoted(self.kind.name))];
        lines.extend((!self.shows_column()).then(|| ("metric", quoted(self.metric))));
        let texts = [
            ("title", title),
            ("name", name),
            ("x", x),
            ("y", y),
            ("series", series),
            ("column", column),
            ("colour", color),
            ("panel", panel),
            ("row", row),
            ("table", table),
            ("against", against),
        ];
        lines.extend(texts.into_iter().filter_map(|(key, text)| Some((key, quoted(text.as_ref()?)))));
        let range = |(low, high): (f64, f64)| format!("[{}, {}]", number(low), number(high));
        lines.extend(x_range.map(|both| ("x_range", range(both))));
        lines.extend(y_range.map(|both| ("y_range", range(both))));
        for (key, scale) in [("x_scale", x_scale), ("y_scale", y_scale)] {
            let name = SCALES.iter().find(|(_, known)| Some(*known) == *scale);
            lines.extend(name.map(|(name, _)| (key, quoted(name))));
        }
        let Options { progress, by_probability, from_optimum, .. } = self.options;
        lines.extend((progress != Progress::default()).then(|| ("x", quoted(progress.name()))));
        for (key, is_on) in [("by_probability", by_probability), ("from_optimum", from_optimum)] {
            lines.extend(is_on.then(|| (key, "true".to_owned())));
        }
        lines.extend(networks::lines(&self.options));
        lines.extend(select_by.map(|metric| ("select_by", quoted(metric.name()))));
        let assessment = self.options.assessment;
        lines.extend((assessment != Assessment::default()).then(|| ("assessment", quoted(assessment.name()))));
        let statistic = self.options.statistic;
        lines.extend((statistic != Statistic::default()).then(|| ("statistic", quoted(statistic.name()))));
        if !selection.is_empty() {
            lines.push(("select", list(selection, selection_text)));
        }
        lines.extend(below.map(|below| ("below", number(below))));
        let Options { columns, trials, .. } = &self.options;
        for (key, names) in [("functions", functions), ("columns", columns), ("trials", trials)] {
            lines.extend((!names.is_empty()).then(|| (key, list(names, |name| quoted(name)))));
        }
        let known = |theory: Theory| THEORIES.iter().find(|(_, other)| *other == theory);
        lines.extend(theory.and_then(known).map(|(name, _)| ("theory", quoted(name))));
        if !self.options.lines.is_empty() {
            lines.push(("lines", list(&self.options.lines, |level| number(*level))));
        }
        lines
    }

    /// Whether it shows a column of an observer's table in place of its metric.
    pub fn shows_column(&self) -> bool {
        self.kind.name == CURVES && self.options.y.is_some()
    }

    /// Whether it compares problems.
    pub(super) fn compares_problems(&self) -> bool {
        self.kind.input == Input::Problems
    }

    /// Checks what the figure demands of a condition of its spec.
    pub(super) fn check(&self, spec: &Spec, index: usize) -> Result<(), InputError> {
        let failed = |key: &str, message: &str| Err(spec.error(&format!("figure.{index}.{key}"), message));
        let options = &self.options;
        if self.kind.name == CURVES && spec.record.curves == Curves::None {
            return failed("kind", "a figure of curves needs them recorded, but record.curves is \"none\"");
        }
        if self.kind.name == CURVES
            && !options.trials.is_empty()
            && (options.series.is_some() || options.color.is_some())
        {
            return failed(
                "trials",
                "each of these trials has a line of its own, whatever `series` and `colour` tell apart",
            );
        }
        let landscape = spec.problem.landscape();
        match self.kind.name {
            "trajectories" => check_trajectories(spec, index, 2)?,
            "descent" => check_trajectories(spec, index, 1)?,
            "network" if options.table.is_none() && spec.record.perturb.is_none() => {
                return failed(
                    "kind",
                    "units.csv has to be recorded: record.perturb = { layer = 1, unit = 0, from = 0, by = 0.1 }",
                );
            }
            "function" => return failed("kind", "functions are drawn in a study of `functions`"),
            "timing" => return failed("kind", "measured times are drawn in a study of `bench`"),
            "basins" if landscape.is_none_or(|l| l.starts.dimensions() > 2) => {
                return failed("kind", "basins are drawn on landscapes of one or two dimensions");
            }
            _ => {}
        }
        if self.kind.input == Input::Networks {
            networks::check(spec, index, self)?;
        }
        let own = self.kind.table.filter(|_| options.table.is_none());
        if let Some(observer) = spec.unobserved(own) {
            return failed("kind", &spec.not_recorded(observer));
        }
        let shown = options.y.as_ref().filter(|_| self.shows_column());
        let shown = shown.map(|y| spec.observed_column(&format!("figure.{index}.y"), y)).transpose()?;
        if options.progress == Progress::Epochs && landscape.is_some() {
            return failed("x", "a landscape has no epochs");
        }
        check_theory(spec, index, self, shown)?;
        if options.from_optimum {
            check_from_optimum(spec, index, self.metric)?;
        }
        let counts = shown.and_then(|shown| shown.observer.index()).map(|index| index.name);
        check_selection(spec, index, options, counts)?;
        check_listed(spec, index, &options.columns)?;
        if self.kind.input == Input::Table {
            return Ok(());
        }
        // What is beside numbers on an axis may have names as well.
        let takes_names = options.y.is_none() || shown.is_some();
        let named = [("series", &options.series), ("colour", &options.color)];
        let named = named.into_iter().chain([("panel", &options.panel), ("row", &options.row)]);
        let named = named.chain([("x", &options.x)].into_iter().filter(|_| takes_names));
        check_named(spec, index, named, counts)?;
        let columns = [("x", &options.x), ("y", &options.y)];
        let columns = columns.into_iter().filter_map(|(key, column)| Some((key, column.as_ref()?)));
        if takes_names { Ok(()) } else { check_columns(spec, index, &columns.collect::<Vec<_>>()) }
    }
}

impl Spec {
    /// The names of the columns by which trials can be told apart: problems, optimizers and axes.
    pub(super) fn axes(&self) -> Vec<String> {
        let mut names = vec!["problem".to_owned(), "optimizer".to_owned()];
        names.extend((!self.labels().is_empty()).then(|| LABEL.to_owned()));
        names.extend(self.factors.iter().map(|factor| factor.column.clone()));
        if self.network.as_ref().is_some_and(|network| network.init_offset.is_some()) {
            names.push(super::INIT_OFFSET.to_owned());
        }
        for grid in &self.optimizers {
            names.extend(grid.names().filter(|name| !names.contains(name)).collect::<Vec<_>>());
        }
        names
    }
}

fn read_options(table: &Table<'_>, is_of_curves: bool) -> Result<Options, InputError> {
    let text = |key: &str| table.optional(key).map(|field| field.string().map(str::to_owned)).transpose();
    let texts = |key: &str, what: &str| -> Result<Vec<String>, InputError> {
        let Some(field) = table.optional(key) else { return Ok(Vec::new()) };
        field.list(what)?.iter().map(|text| text.string().map(str::to_owned)).collect()
    };
    let range = |key: &str| table.optional(key).map(|field| read_range(&field)).transpose();
    let truth = |key: &str| table.optional(key).map_or(Ok(false), |field| field.boolean());
    let scale = |key: &str| -> Result<Option<figure::Scale>, InputError> {
        let names: Vec<&str> = SCALES.iter().map(|(name, _)| *name).collect();
        table.optional(key).map(|field| Ok(SCALES[field.choice(&names)?].1)).transpose()
    };
    let theories: Vec<&str> = THEORIES.iter().map(|(name, _)| *name).collect();
    let metrics = Metric::ALL.map(Metric::name);
    let assessments = Assessment::ALL.map(Assessment::name);
    let progress = table.optional("x").filter(|_| is_of_curves);
    let progress = progress.map(|field| field.choice(&Progress::ALL.map(Progress::name))).transpose()?;
    let progress = progress.map(|at| Progress::ALL[at]);
    Ok(Options {
        name: table.optional("name").map(|field| read_name(&field)).transpose()?,
        title: text("title")?,
        x_range: range("x_range")?,
        y_range: range("y_range")?,
        x_scale: scale("x_scale")?,
        y_scale: scale("y_scale")?,
        select_by: table.optional("select_by").map(|f| f.choice(&metrics)).transpose()?.map(|index| Metric::ALL[index]),
        assessment: match table.optional("assessment") {
            Some(field) => Assessment::ALL[field.choice(&assessments)?],
            None => Assessment::default(),
        },
        statistic: match table.optional("statistic") {
            Some(field) => Statistic::ALL[field.choice(&Statistic::ALL.map(Statistic::name))?],
            None => Statistic::default(),
        },
        selection: match table.optional("select") {
            Some(field) => read_selections(&field)?,
            None => Vec::new(),
        },
        x: if is_of_curves { None } else { text("x")? },
        y: text("y")?,
        series: text("series")?,
        column: text("column")?,
        color: text("colour")?,
        panel: text("panel")?,
        row: text("row")?,
        table: text("table")?,
        below: table.optional("below").map(|field| field.number(FINITE)).transpose()?,
        against: text("against")?,
        functions: texts("functions", "a list of names")?,
        columns: texts("columns", "a list of columns")?,
        trials: texts("trials", "a list of keys")?,
        at: table.optional("at").map_or(Ok(At::default()), |field| networks::read_at(&field))?,
        split: match table.optional("split") {
            Some(field) => Split::NAMES[field.choice(&Split::NAMES.map(|(name, _)| name))?].1,
            None => Split::default(),
        },
        example: table.optional("example").map(|field| field.integer(0..=u64::from(u32::MAX))).transpose()?,
        progress: progress.unwrap_or_default(),
        by_probability: truth("by_probability")?,
        from_optimum: truth("from_optimum")?,
        theory: table.optional("theory").map(|f| f.choice(&theories)).transpose()?.map(|index| THEORIES[index].1),
        lines: match table.optional("lines") {
            Some(field) => {
                let levels = field.list("a list of numbers")?;
                levels.iter().map(|level| level.number(FINITE)).collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        },
        steps_per_epoch: None,
        spectrum: None,
        optimum: None,
        colors: None,
        index: None,
        until: None,
        defaults: Vec::new(),
    })
}

/// The default settings of the optimizers that a registry knows.
pub fn defaults_of(registry: &registry::Registry) -> Vec<Selection> {
    registry.optimizers().iter().map(|optimizer| defaults(optimizer)).collect()
}

/// The default settings of an optimizer.
fn defaults(optimizer: &Optimizer) -> Selection {
    let setting = |hyperparameter: &Hyperparameter| {
        let value = match hyperparameter.domain {
            Domain::Choice(names) => Setting::Choice(names[hyperparameter.default as usize].to_owned()),
            Domain::Number { .. } => Setting::Number(hyperparameter.default),
        };
        (hyperparameter.name.to_owned(), value)
    };
    let settings = optimizer.hyperparameters.iter().map(setting).collect();
    Selection { optimizer: Some(optimizer.name.to_owned()), settings }
}

/// The name of a file without its ending.
fn read_name(field: &Field<'_>) -> Result<String, InputError> {
    let name = field.string()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(field.expected("letters, digits, - and _, as it names a file"));
    }
    Ok(name.to_owned())
}

fn read_range(field: &Field<'_>) -> Result<(f64, f64), InputError> {
    let items = field.list("a range [low, high]")?;
    let [low, high] = &items[..] else { return Err(field.expected("a range [low, high]")) };
    let (low, high) = (low.number(FINITE)?, high.number(FINITE)?);
    if low < high { Ok((low, high)) } else { Err(field.error("expected the lower bound first")) }
}

fn read_selections(field: &Field<'_>) -> Result<Vec<Selection>, InputError> {
    const EXPECTED: &str = "a list of tables such as { optimizer = \"sgd\", lr = 0.1 }";
    let read = |item: &Field<'_>| -> Result<Selection, InputError> {
        let table = item.as_table().ok_or_else(|| item.expected(EXPECTED))?;
        let optimizer = table.optional("optimizer").map(|field| field.string().map(str::to_owned)).transpose()?;
        if table.keys().next().is_none() {
            return Err(item.expected(EXPECTED));
        }
        let mut settings = Vec::new();
        for key in table.keys().filter(|key| *key != "optimizer") {
            let field = table.required(key, "a setting")?;
            settings.push((key.to_owned(), field.setting()?));
        }
        Ok(Selection { optimizer, settings })
    };
    let items = field.list(EXPECTED)?;
    if items.is_empty() {
        return Err(field.expected(EXPECTED));
    }
    items.iter().map(read).collect()
}

fn selection_text(Selection { optimizer, settings }: &Selection) -> String {
    let setting = |(name, setting): &(String, Setting)| format!("{} = {}", key_text(name), setting_text(setting));
    let optimizer = optimizer.iter().map(|name| format!("optimizer = {}", quoted(name)));
    format!("{{ {} }}", optimizer.chain(settings.iter().map(setting)).collect::<Vec<_>>().join(", "))
}

/// A key as specs write it: quoted where it has a dot.
fn key_text(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

/// A setting as specs write it.
pub(super) fn setting_text(setting: &Setting) -> String {
    setting.number().map_or_else(|| quoted(&setting.text()), number)
}

/// Checks that a figure of trajectories over so many dimensions will have what it is drawn from.
fn check_trajectories(spec: &Spec, index: usize, dimensions: usize) -> Result<(), InputError> {
    let failed = |message: &str| Err(spec.error(&format!("figure.{index}.kind"), message));
    let (on, grid) = match dimensions {
        1 => ("steps along a curve are drawn on landscapes of one dimension", "[[low, high]]"),
        _ => ("trajectories are drawn on landscapes of two dimensions", "[[low, high], [low, high]]"),
    };
    match spec.problem.landscape() {
        None => failed("only a landscape has trajectories"),
        Some(landscape) if landscape.starts.dimensions() != dimensions => failed(on),
        Some(_) if !spec.record.trajectory => failed("trajectories have to be recorded: record.trajectory = true"),
        Some(_) if spec.record.surface.is_none() => {
            failed(&format!("the landscape has to be recorded: record.surface = {{ grid = {grid}, points = n }}"))
        }
        Some(_) => Ok(()),
    }
}
