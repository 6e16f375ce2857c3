//! Studies without trials of their own: figures of the results of others.
//!
//! Such a study has a `name`, a `title`, a `tier` and `[[figure]]`s like a sweep, and one of these sources:
//!
//! - `members = ["compare-moons", "compare-iris"]` reads the `runs.csv` of these studies, whose folders are beside its
//!   own, and compares their problems. A problem is named after its member, without the beginning that all members'
//!   names share (up to a `-`). The figures may be of every kind that shows trials; `profile`, `ecdf`, `rank`, `paired`
//!   and `safety` show all problems at once. It writes `comparison.csv`: each optimizer's best configuration on each
//!   problem, and `ranks.csv` and `pairs.csv`: what follows for all of them. A member may also be a table such as `{ study = "outliers-mae-10", problem = "linear", loss = "mae",
//!   outliers = 0.1 }`: members with one `problem` are shown together, and every other key becomes a column of their
//!   trials, as if it were a hyperparameter.
//! - `[functions]` writes `functions.csv`: the values and derivatives of the `activations` and `losses` that it names
//!   over `x`, which is the logit of losses for classification (for y = 0 and y = 1) and the output of those for
//!   regression (for y = 0). Figures of kind `function` show them.
//! - `bench = "loop-vs-matrix.csv"` is a table under `bench/` beside the study's folder; figures of kind `timing` show
//!   its columns.

use std::path::Path;
use std::sync::Arc;

use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::{Loss, Task};

use super::axis::{Axis, read_bounds};
use super::canonical::{list, number, quoted};
use super::document::Document;
use super::error::{InputError, suggestion};
use super::figure::{Figure, setting_text};
use super::key::{Key, Values, Without, names};
use super::reader::{Field, Interval, Named, Table};
use super::{NAME, STYLE, Spec, TIER, TITLE, Tier, faults, read_name, style, tables};
use crate::figure::{Appearance, Input, Kind, Progress};
use crate::record::Setting;
use crate::registry::{self, Part, Registry};

/// The most points of a function.
const MAX_POINTS: u64 = 100_000;

const FINITE: Interval = Interval { low: (f64::NEG_INFINITY, false), high: (f64::INFINITY, false) };

/// The keys of a study that draws.
pub(super) const KEYS: &[Key] = &[
    NAME,
    TITLE,
    TIER,
    Key::new(
        "members",
        "the studies whose trials are drawn",
        Values::Words("a list of their names, or of tables { study = …, problem = …, <column> = … }"),
        ONE_SOURCE,
    ),
    Key::new("functions", "the functions that are drawn", Values::Words("a table [functions]"), ONE_SOURCE),
    Key::new("bench", "the timings that are drawn", Values::Words("a CSV file under bench/"), ONE_SOURCE),
    Key::needed("figure", "what is drawn", Values::Words("tables [[figure]]")),
    STYLE,
];

const ONE_SOURCE: Without = Without::Words("a study that draws has one of members, functions and bench");

/// The keys of `[functions]`.
pub(super) const FUNCTIONS_KEYS: &[Key] = &[
    Key::new("activations", "the activation functions", NAMES, Without::Words("none")),
    Key::new("losses", "the losses, but for those of several classes", NAMES, Without::Words("none")),
    Key::needed("x", "where they are evaluated", Values::Words("{ linear = [low, high], points = n }")),
];

const NAMES: Values = Values::Words("a list of names, or \"all\"");

/// A study that draws the results of others.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// Its name, which is also that of the folder of its results.
    pub name: String,
    /// Its title in reports.
    pub title: String,
    /// How long it takes, without its members.
    pub tier: Tier,
    /// What it draws.
    pub source: Source,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// How they look.
    pub style: Appearance,
    document: Arc<Document>,
}

/// What a drawing draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The trials of these studies.
    Members(Vec<Member>),
    /// Functions.
    Functions(Functions),
    /// A table under `bench/`.
    Bench(String),
}

/// A study whose trials another one draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name, and that of its folder.
    pub study: String,
    /// The name of its problem, if not that of the study.
    pub problem: Option<String>,
    /// Columns that its trials get, and their value.
    pub labels: Vec<(String, Setting)>,
}

/// Functions over a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Functions {
    /// The activation functions.
    pub activations: Vec<&'static Activation>,
    /// The losses; none is for several classes, whose outputs are more than one number.
    pub losses: Vec<&'static Loss>,
    /// Where they are evaluated.
    pub x: Axis,
}

/// Where a drawing was written is not part of what it says.
impl PartialEq for Drawing {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.title == other.title
            && self.tier == other.tier
            && self.source == other.source
            && self.figures == other.figures
            && self.style == other.style
    }
}

impl Drawing {
    /// Whether a text is of a drawing rather than a sweep.
    pub(super) fn is_one(document: &Document) -> bool {
        let root = Table::root(document);
        ["members", "functions", "bench"].into_iter().any(|key| root.optional(key).is_some())
    }

    pub(super) fn read(document: &Arc<Document>) -> Result<Self, InputError> {
        let root = Table::root(document);
        let sources: Vec<&str> = root.keys().filter(|key| ["members", "functions", "bench"].contains(key)).collect();
        root.allow(&names(KEYS))?;
        if let [first, second, ..] = sources[..] {
            let field = root.required(second, "")?;
            return Err(field.error(format!("a study that draws has one source, and `{first}` is one already")));
        }
        let name = read_name(&root.required("name", "the name of the study")?)?;
        let source = match sources.first() {
            Some(&"functions") => Source::Functions(Functions::read(&root.required("functions", "")?.table()?)?),
            Some(&"bench") => Source::Bench(read_bench(&root.required("bench", "")?)?),
            _ => Source::Members(read_members(&root.required("members", "a list of studies")?, &name)?),
        };
        let figures = tables(&root.required("figure", "at least one table [[figure]]")?, "[[figure]]")?;
        let drawing = Self {
            title: root.optional("title").map_or(Ok(name.as_str()), |field| field.string())?.to_owned(),
            name,
            tier: root.optional("tier").map_or(Ok(Tier::Standard), |field| field.named())?,
            source,
            figures: figures.iter().map(Figure::read).collect::<Result<_, _>>()?,
            style: style::of(&root)?,
            document: Arc::clone(document),
        };
        drawing.check()?;
        Ok(drawing)
    }

    fn check(&self) -> Result<(), InputError> {
        for (index, figure) in self.figures.iter().enumerate() {
            let kind = figure.kind;
            let fits = match self.source {
                Source::Members(_) => matches!(kind.input, Input::Problem | Input::Problems),
                Source::Functions(_) => kind.name == "function",
                Source::Bench(_) => kind.name == "timing",
            };
            if !fits {
                let what = match self.source {
                    Source::Members(_) => "trials of members",
                    Source::Functions(_) => "functions: kind = \"function\"",
                    Source::Bench(_) => "timings: kind = \"timing\"",
                };
                let key = format!("figure.{index}.kind");
                return Err(self.error(&key, format!("this study has figures of {what} only")));
            }
            self.check_input(index, figure, kind)?;
            self.check_optimizers(index, figure)?;
            if figure.options.progress == Progress::Epochs {
                let key = format!("figure.{index}.x");
                return Err(self.error(&key, "members may have epochs of different lengths"));
            }
            if figure.options.from_optimum {
                let key = format!("figure.{index}.from_optimum");
                return Err(self.error(&key, "members may have different optima"));
            }
        }
        Ok(())
    }

    /// Checks that a figure selects optimizers that there are.
    fn check_optimizers(&self, index: usize, figure: &Figure) -> Result<(), InputError> {
        let known = registry::names(self.document.registry.optimizers());
        let selected = figure.options.selection.iter().enumerate();
        let mut selected = selected.filter_map(|(item, selection)| Some((item, selection.optimizer.as_deref()?)));
        match selected.find(|(_, name)| !known.contains(name)) {
            Some((item, name)) => {
                let key = format!("figure.{index}.select.{item}.optimizer");
                let error = self.error(&key, format!("there is no optimizer `{name}`"));
                Err(error.with_help(suggestion(name, &known)))
            }
            None => Ok(()),
        }
    }

    /// Checks that what a figure is drawn from is there.
    fn check_input(&self, index: usize, figure: &Figure, kind: &Kind) -> Result<(), InputError> {
        let key = format!("figure.{index}.kind");
        match &self.source {
            Source::Members(_) if ["trajectories", "descent"].contains(&kind.name) => {
                Err(self.error(&key, "members have no trajectories"))
            }
            Source::Members(_) if figure.shows_column() => {
                Err(self.error(&format!("figure.{index}.y"), "columns of observers are drawn in a sweep of its own"))
            }
            Source::Members(_) if kind.table.is_some() && figure.options.table.is_none() => {
                Err(self.error(&key, "members have no such table: name one that is there with `table`"))
            }
            Source::Functions(functions) => {
                let names: Vec<&str> = functions.names().collect();
                let mut wanted = figure.options.functions.iter().enumerate();
                let Some((item, name)) = wanted.find(|(_, name)| !names.contains(&name.as_str())) else {
                    return Ok(());
                };
                let key = format!("figure.{index}.functions.{item}");
                let error = self.error(&key, format!("the study has no function `{name}`"));
                Err(error.with_help(suggestion(name, &names)))
            }
            Source::Members(_) | Source::Bench(_) => Ok(()),
        }
    }

    /// An error about the value of a dotted key.
    pub fn error(&self, key: &str, message: impl std::fmt::Display) -> InputError {
        self.document.error(self.document.locate(key), format!("`{key}`: {message}"))
    }

    /// The study as TOML with every default written out. Reading it gives the same study.
    pub fn canonical(&self) -> String {
        let line = |key: &str, value: String| format!("{key} = {value}\n");
        let mut text = line("name", quoted(&self.name)) + &line("title", quoted(&self.title));
        text += &line("tier", quoted(self.tier.name()));
        match &self.source {
            Source::Members(members) => text += &line("members", list(members, Member::text)),
            Source::Bench(file) => text += &line("bench", quoted(file)),
            Source::Functions(Functions { activations, losses, x }) => {
                text += "\n[functions]\n";
                text += &line("activations", list(activations, |function| quoted(function.name)));
                text += &line("losses", list(losses, |loss| quoted(loss.name)));
                if let Axis::Linear { low, high, points } = x {
                    let bounds = format!("[{}, {}]", number(*low), number(*high));
                    text += &line("x", format!("{{ linear = {bounds}, points = {points} }}"));
                }
            }
        }
        for figure in &self.figures {
            text += "\n[[figure]]\n";
            text += &figure.lines().into_iter().map(|(key, value)| line(key, value)).collect::<String>();
        }
        let style = style::lines(&self.style);
        if !style.is_empty() {
            text += "\n[style]\n";
            text += &style.into_iter().map(|(key, value)| line(key, value)).collect::<String>();
        }
        text
    }
}

impl Functions {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.activations.iter().map(|function| function.name).chain(self.losses.iter().map(|loss| loss.name))
    }

    fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&names(FUNCTIONS_KEYS))?;
        let activations = chosen(table.optional("activations"), table.registry().activations())?;
        let mut single = table.registry().losses().to_vec();
        single.retain(|loss| !matches!(loss.task, Task::Multiclass | Task::Distribution));
        let losses = chosen(table.optional("losses"), &single)?;
        if activations.is_empty() && losses.is_empty() {
            return Err(table.error("`functions`: there is no function: name `activations` or `losses`"));
        }
        let expected = "{ linear = [low, high], points = n }";
        let x = table.required("x", expected)?;
        let range = x.as_table().ok_or_else(|| x.expected(expected))?;
        range.allow(&["linear", "points"])?;
        let (low, high) = read_bounds(&range.required("linear", "[low, high]")?, FINITE, false)?;
        let points = range.required("points", "how many")?.integer(2..=MAX_POINTS)?;
        Ok(Self { activations, losses, x: Axis::Linear { low, high, points } })
    }
}

/// The parts that a list names; all of them for "all".
fn chosen<P: Part>(field: Option<Field<'_>>, parts: &[&'static P]) -> Result<Vec<&'static P>, InputError> {
    let Some(field) = field else { return Ok(Vec::new()) };
    if field.as_str() == Some("all") {
        return Ok(parts.to_vec());
    }
    field.list("\"all\" or a list of names")?.iter().map(|name| name.part(parts)).collect()
}

impl Member {
    fn read(item: &Field<'_>) -> Result<Self, InputError> {
        let Some(table) = item.as_table() else {
            return Ok(Self { study: read_name(item)?, problem: None, labels: Vec::new() });
        };
        let study = read_name(&table.required("study", "the name of a study")?)?;
        let problem = table.optional("problem").map(|field| field.string().map(str::to_owned)).transpose()?;
        let mut labels = Vec::new();
        for key in table.keys().filter(|key| !["study", "problem"].contains(key)) {
            let field = table.required(key, "a number or a name")?;
            labels.push((key.to_owned(), field.setting()?));
        }
        Ok(Self { study, problem, labels })
    }

    fn text(&self) -> String {
        if self.problem.is_none() && self.labels.is_empty() {
            return quoted(&self.study);
        }
        let problem = self.problem.iter().map(|problem| format!(", problem = {}", quoted(problem)));
        let labels = self.labels.iter().map(|(name, setting)| format!(", {name} = {}", setting_text(setting)));
        format!("{{ study = {}{} }}", quoted(&self.study), problem.chain(labels).collect::<String>())
    }
}

fn read_members(field: &Field<'_>, own: &str) -> Result<Vec<Member>, InputError> {
    let mut members: Vec<Member> = Vec::new();
    for item in field.list("a list of studies")? {
        let member = Member::read(&item)?;
        if member.study == own {
            return Err(item.error("a study is no member of itself"));
        }
        if members.iter().any(|other| other.study == member.study) {
            return Err(item.error(format!("{:?} is a member already", member.study)));
        }
        members.push(member);
    }
    if members.is_empty() { Err(field.expected("at least one study")) } else { Ok(members) }
}

fn read_bench(field: &Field<'_>) -> Result<String, InputError> {
    let file = field.string()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let is_inside = !file.starts_with('/') && !file.split('/').any(|part| part.is_empty() || part.starts_with('.'));
    if !is_inside || !file.ends_with(".csv") || !file.chars().all(is_plain) {
        return Err(field.expected("the name of a CSV file under bench/"));
    }
    Ok(file.to_owned())
}

/// A study: one that trains, or one that draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Study {
    /// It trains.
    Sweep(Box<Spec>),
    /// It draws the results of others.
    Drawing(Box<Drawing>),
}

impl Study {
    /// Reads a study; see [`Spec::parse_with`].
    ///
    /// # Errors
    ///
    /// All that is not right in the text, each with its place.
    pub fn parse_with(
        registry: &Arc<Registry>,
        name: &str,
        text: &str,
        folder: &Path,
        overrides: &[String],
    ) -> Result<Self, InputError> {
        let mut document = Document::parse(registry, name, text)?;
        if !Drawing::is_one(&document) {
            let spec = Spec::parse_with(registry, name, text, folder, overrides)?;
            return Ok(Self::Sweep(Box::new(spec)));
        }
        document.set_all(overrides)?;
        let read = |document: &Document| Drawing::read(&Arc::new(document.clone()));
        faults::read_all(&document, &read).map(|drawing| Self::Drawing(Box::new(drawing)))
    }

    /// Reads a study of built-in parts; see [`Self::parse_with`].
    ///
    /// # Errors
    ///
    /// The same.
    pub fn parse(name: &str, text: &str, folder: &Path, overrides: &[String]) -> Result<Self, InputError> {
        Self::parse_with(&Arc::new(Registry::builtin()), name, text, folder, overrides)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Sweep(spec) => &spec.name,
            Self::Drawing(drawing) => &drawing.name,
        }
    }

    /// Its title.
    pub fn title(&self) -> &str {
        match self {
            Self::Sweep(spec) => &spec.title,
            Self::Drawing(drawing) => &drawing.title,
        }
    }

    /// How long it takes.
    pub fn tier(&self) -> Tier {
        match self {
            Self::Sweep(spec) => spec.tier,
            Self::Drawing(drawing) => drawing.tier,
        }
    }

    /// Its text with every default written out.
    pub fn canonical(&self) -> String {
        match self {
            Self::Sweep(spec) => spec.canonical(),
            Self::Drawing(drawing) => drawing.canonical(),
        }
    }
}
