//! `[[optimizer]]`: a grid of hyperparameters, the product of one axis each.

use thalweg_kernels::optimizer::{Domain, Hyperparameter, Optimizer};

use super::axis::{Axis, Use};
use super::draw::{Draw, DrawnAxis};
use super::error::{Fault, InputError, meant, suggestion};
use super::factor::Written;
use super::key::{Key, Values, Without};
use super::predicate::Predicate;
use super::reader::{Field, Interval, Table};
use super::values::AxisValues;
use crate::record::{self, LABEL};
use crate::registry::{self, Registry};
use crate::train::{COURSES, CourseFacts, OPTIONS, SCHEDULE, defaults, forget_unread};

/// An optimizer and the values that each of its hyperparameters takes.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The optimizer.
    pub optimizer: &'static Optimizer,
    /// The number of its table in the spec.
    pub table: usize,
    /// What figures and tables call it, if the spec says so.
    pub label: Option<String>,
    /// The conditions that it is tried under: those with the values of one of these rules; all if there are none.
    pub only: Vec<Predicate>,
    /// One axis per hyperparameter, in the order of the optimizer's metadata.
    pub axes: Vec<Axis>,
    /// The axes of the options ([`OPTIONS`]) that take other values than their defaults, by their places there, in this
    /// order.
    pub options: Vec<(usize, Axis)>,
    /// One axis per layer for the factors of the learning rate; empty where all layers have the same one.
    pub lr_scale: Vec<Axis>,
    /// The points that are drawn from the axes, if it is not their product.
    pub draw: Option<Draw>,
}

/// The range of a factor of the learning rate: a layer with 0 stays as it is.
const LR_SCALE: Interval = Interval { low: (0.0, true), high: (f64::INFINITY, false) };

/// Presets of several hyperparameters: the defaults, which follow the papers, and those of lecture notes. A
/// hyperparameter that the spec sets overrides its preset.
const CONVENTIONS: [&str; 2] = ["paper", "notes"];

/// The key of the conditions that a table is tried under.
pub(super) const ONLY: &str = "only";

/// The keys of an `[[optimizer]]` besides its hyperparameters and the options of all.
const KEYS: &[Key] = &[
    Key::needed(
        "kind",
        "the update rule, or several in a list that have the rest of the table in common",
        Values::Name(|registry| registry::names(registry.optimizers())),
    ),
    Key::new(
        "convention",
        "whose defaults it has, where lecture notes differ from the paper",
        Values::Name(|_| CONVENTIONS.to_vec()),
        Without::Value("\"paper\""),
    ),
    Key::new(
        LABEL,
        "what figures call its trials, a series of their own",
        Values::Words("a text, no number"),
        Without::Words("its kind; if there are several of a kind, what they differ in"),
    ),
    Key::new(
        ONLY,
        "the conditions that it is tried under",
        Values::Words(
            "a text such as \"problem.kind = \\\"moons\\\" and train.batch = 16\", or a list of which one has to hold",
        ),
        Without::Words("all"),
    ),
    Key::new(
        "lr_scale",
        "factors of the learning rate, one per layer (its weights and biases)",
        Values::Words("[s0, s1, …], each a number of at least 0, an axis"),
        Without::Words("none"),
    ),
];

/// The keys of every `[[optimizer]]`, but for those that have a weight decay or a convention of their own.
pub(super) fn keys(_: &Registry) -> Vec<Key> {
    KEYS.iter().copied().chain(OPTIONS.iter().map(Key::of_hyperparameter)).collect()
}

/// Optimizers are entries of one list, told apart by their names.
impl PartialEq for Grid {
    fn eq(&self, other: &Self) -> bool {
        (self.optimizer.name, &self.label, &self.only) == (other.optimizer.name, &other.label, &other.only)
            && (&self.axes, &self.options, &self.lr_scale) == (&other.axes, &other.options, &other.lr_scale)
            && self.draw == other.draw
    }
}

/// The points of a grid by their numbers: the product of its axes, the last of which moves fastest, or points drawn from them.
#[derive(Clone, Debug)]
pub struct GridPoints {
    /// The values of all axes of a product: those of hyperparameters, of options, and of factors of the learning rate.
    pub axes: Vec<AxisValues>,
    /// How many points are drawn, and the axes that they are drawn from; then there is no product.
    drawn: Option<(u64, Vec<DrawnAxis>)>,
    /// How many of them are of hyperparameters.
    pub hyperparameters: usize,
    /// The places of the options among [`OPTIONS`].
    pub options: Vec<usize>,
}

/// A point of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct GridPoint {
    /// One value per hyperparameter.
    pub hyperparameters: Vec<f64>,
    /// One value per option; empty where all of them have their defaults.
    pub options: Vec<f64>,
    /// One factor of the learning rate per layer; empty where all layers have the same one.
    pub lr_scale: Vec<f64>,
}

impl GridPoints {
    /// How many there are.
    pub fn count(&self) -> u64 {
        self.lengths().into_iter().product()
    }

    /// How many values each axis has; points that are drawn are on one axis.
    pub fn lengths(&self) -> Vec<u64> {
        match &self.drawn {
            Some((count, _)) => vec![*count],
            None => self.axes.iter().map(AxisValues::count).collect(),
        }
    }

    /// The value of a point of a draw on an axis.
    ///
    /// # Panics
    ///
    /// If there is no such axis.
    pub fn value(&self, number: u64, axis: usize) -> f64 {
        self.drawn.as_ref().map_or_else(|| self.axes[axis].get(number), |(_, axes)| axes[axis].get(number))
    }

    /// Texts that tell them from others.
    pub fn digests(&self) -> Vec<String> {
        match &self.drawn {
            Some((_, axes)) => axes.iter().map(DrawnAxis::digest).collect(),
            None => self.axes.iter().map(AxisValues::digest).collect(),
        }
    }

    /// Whether its points are drawn.
    pub fn are_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    /// The point of this number. Options that its schedule does not read have their defaults there, so that equal
    /// points look equal.
    ///
    /// # Panics
    ///
    /// If there is no such point.
    pub fn get(&self, number: u64) -> GridPoint {
        assert!(number < self.count(), "point {number} of {}", self.count());
        let mut hyperparameters = vec![0.0; self.axes.len()];
        let mut rest = number;
        for (value, axis) in hyperparameters.iter_mut().zip(&self.axes).rev() {
            *value = axis.get(rest % axis.count());
            rest /= axis.count();
        }
        if let Some((_, axes)) = &self.drawn {
            hyperparameters = axes.iter().map(|axis| axis.get(number)).collect();
        }
        let lr_scale = hyperparameters.split_off(self.hyperparameters + self.options.len());
        let values = hyperparameters.split_off(self.hyperparameters);
        let mut options = Vec::new();
        if !self.options.is_empty() {
            let mut all = defaults();
            self.options.iter().zip(values).for_each(|(at, value)| all[*at] = value);
            forget_unread(&mut all);
            if all != defaults() {
                options = all.to_vec();
            }
        }
        GridPoint { hyperparameters, options, lr_scale }
    }
}

impl Grid {
    /// Its axes, with their names; the last one moves fastest.
    fn all_axes(&self) -> impl Iterator<Item = (String, &Axis)> {
        let hyperparameters = self.optimizer.hyperparameters.iter().map(|h| h.name.to_owned()).zip(&self.axes);
        let options = self.options.iter().map(|(at, axis)| (OPTIONS[*at].name.to_owned(), axis));
        let lr_scale = self.lr_scale.iter().enumerate().map(|(layer, axis)| (lr_scale_name(layer), axis));
        hyperparameters.chain(options).chain(lr_scale)
    }

    /// The names of all settings of its trials.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + use<'_> {
        self.all_axes().map(|(name, _)| name)
    }

    /// Its axis of this name, and the place of that among all.
    pub fn axis(&self, name: &str) -> Option<(usize, &Axis)> {
        let mut all = self.all_axes().enumerate();
        all.find(|(_, (known, _))| known == name).map(|(at, (_, axis))| (at, axis))
    }

    /// Whether it is tried under a condition.
    pub(super) fn is_tried(&self, condition: &Written) -> bool {
        self.only.is_empty() || self.only.iter().any(|rule| rule.holds(condition))
    }

    /// Whether no condition can have trials of both.
    fn is_apart(&self, other: &Self) -> bool {
        let pairs = || self.only.iter().flat_map(|own| other.only.iter().map(move |rule| (own, rule)));
        pairs().next().is_some() && pairs().all(|(own, rule)| own.contradicts(rule))
    }

    /// How many points it has, if that fits.
    pub fn count(&self) -> Option<u64> {
        if let Some(draw) = &self.draw {
            return Some(draw.count);
        }
        self.all_axes().map(|(_, axis)| axis).try_fold(1_u64, |product, axis| product.checked_mul(axis.count()))
    }

    /// Its points.
    pub fn points(&self) -> GridPoints {
        let options = self.options.iter().map(|(at, _)| *at).collect();
        let (mut axes, mut drawn) = (Vec::new(), None);
        if let Some(draw) = &self.draw {
            let mut next = draw.before;
            let axis = |(name, axis): (String, &Axis)| DrawnAxis::new(draw, axis, &name, &mut next);
            drawn = Some((draw.count, self.all_axes().map(axis).collect()));
        } else {
            axes = self.all_axes().map(|(name, axis)| AxisValues::new(axis, &name)).collect();
        }
        GridPoints { axes, drawn, hyperparameters: self.axes.len(), options }
    }

    /// Whether a setting of its trials, swept or not, has this name.
    pub(super) fn knows(&self, name: &str) -> bool {
        let own = self.optimizer.hyperparameters.iter().any(|own| own.name == name);
        own || self.all_axes().any(|(known, _)| known == name)
    }

    /// Whether tables mention this hyperparameter: one omitted at its default only where it has other values.
    pub fn mentions(&self, hyperparameter: &Hyperparameter) -> bool {
        let at = self.optimizer.hyperparameters.iter().position(|own| own.name == hyperparameter.name);
        let is_default = |at: usize| self.axes[at] == Axis::single(hyperparameter, hyperparameter.default);
        at.is_some_and(|at| !hyperparameter.omit_default || !is_default(at))
    }

    /// What tells it from other tables of its kind that have no label either: the settings that differ, in a few words.
    fn difference(&self, others: &[&Self]) -> String {
        let differs = |(name, axis): &(String, &Axis)| {
            others
                .iter()
                .any(|other| other.all_axes().find(|(known, _)| known == name).map(|(_, own)| own) != Some(axis))
        };
        let domain = |name: &str| {
            let mut own = self.optimizer.hyperparameters.iter().chain(&OPTIONS);
            own.find(|known| known.name == name).map(|known| known.domain)
        };
        let text = |(name, axis): (String, &Axis)| {
            let value = |value: f64| match domain(&name) {
                Some(Domain::Choice(names)) => names[value as usize].to_owned(),
                _ => record::short(value),
            };
            match axis.ends(&name) {
                (first, _) if axis.is_single() => format!("{name} = {}", value(first)),
                (first, last) => format!("{name} = {} … {}", value(first), value(last)),
            }
        };
        let differing = self.all_axes().filter(differs).map(text);
        std::iter::once(self.optimizer.name.to_owned()).chain(differing).collect::<Vec<_>>().join(", ")
    }

    /// The grids of the table of this number: one, or one for each kind that it lists.
    pub(super) fn read_all((number, table): (usize, &Table<'_>), draw: Option<&Draw>) -> Result<Vec<Self>, InputError> {
        let known = table.registry().optimizers();
        let names = registry::names(known).join(", ");
        let kind = table.required("kind", &format!("one of {names}, or a list of them"))?;
        let Some(kinds) = kind.as_list() else {
            return Ok(vec![Self::read(table, number, kind.part(known)?, draw)?]);
        };
        if kinds.is_empty() {
            return Err(kind.expected("at least one optimizer"));
        }
        if let (Some(label), true) = (table.optional(LABEL), kinds.len() > 1) {
            return Err(label.error("it would be that of several optimizers"));
        }
        let mut seen = Vec::new();
        let read = |kind: &Field<'_>| {
            let optimizer = kind.part(known)?;
            if seen.contains(&optimizer) {
                return Err(kind.error(format!("{} occurs twice", optimizer.name)));
            }
            seen.push(optimizer);
            Self::read(table, number, optimizer, draw)
        };
        kinds.iter().map(read).collect()
    }

    fn read(
        table: &Table<'_>,
        number: usize,
        optimizer: &'static Optimizer,
        draw: Option<&Draw>,
    ) -> Result<Self, InputError> {
        let of = if draw.is_some() { Use::Draw } else { Use::Product };
        let names = optimizer.hyperparameters.iter().map(|hyperparameter| hyperparameter.name);
        let convention = (!optimizer.notes.is_empty()).then_some("convention");
        let options = OPTIONS.iter().map(|option| option.name).filter(|name| takes(optimizer, name));
        let others = ["lr_scale", LABEL, ONLY].into_iter().filter(|name| takes(optimizer, name));
        let keys: Vec<&str> = names.chain(convention).chain(options).chain(others).collect();
        if let Some(key) = table.keys().find(|key| *key != "kind" && !keys.contains(key)) {
            let field = table.optional(key).expect("the key was just found");
            if let Some((_, reason)) = optimizer.without.iter().find(|(name, _)| *name == key) {
                let message = format!("{} does not take it: {reason}", optimizer.name);
                return Err(field.error(message).about(Fault::Key(None)));
            }
            return Err(field
                .error(format!("{} has no such hyperparameter", optimizer.name))
                .with_help(suggestion(key, &keys))
                .about(Fault::Key(meant(key, &keys))));
        }
        let preset = table.optional("convention").map_or(Ok(&[][..]), |field| {
            let notes = field.choice(&CONVENTIONS)? == 1;
            Ok(if notes { optimizer.notes } else { &[] })
        })?;
        let axis = |hyperparameter: &'static Hyperparameter| match table.optional(hyperparameter.name) {
            Some(field) => read_axis(&field, hyperparameter, of),
            None => {
                let preset = preset.iter().find(|(name, _)| *name == hyperparameter.name);
                Ok(Axis::single(hyperparameter, preset.map_or(hyperparameter.default, |(_, value)| *value)))
            }
        };
        let axes = optimizer.hyperparameters.iter().map(axis).collect::<Result<_, _>>()?;
        let options = read_options(table, optimizer, of)?;
        let lr_scale = table.optional("lr_scale").map_or(Ok(Vec::new()), |field| read_lr_scale(&field, of))?;
        let label = table.optional(LABEL).map(|field| read_label(&field)).transpose()?;
        let only = table.optional(ONLY).map_or(Ok(Vec::new()), |field| Predicate::read_some(&field))?;
        Ok(Self { optimizer, table: number, label, only, axes, options, lr_scale, draw: draw.copied() })
    }
}

/// The label of each table, where the sweep has any: its own; where several tables of a kind have none, what they differ in;
/// else the name of the optimizer. Tables that no condition has both of need none.
pub(super) fn labels(grids: &[Grid]) -> Vec<String> {
    let alike = |grid: &Grid| -> Vec<&Grid> {
        let is_alike =
            |other: &&Grid| other.optimizer == grid.optimizer && other.label.is_none() && !other.is_apart(grid);
        grids.iter().filter(is_alike).collect()
    };
    if grids.iter().all(|grid| grid.label.is_none() && alike(grid).len() == 1) {
        return Vec::new();
    }
    let label = |grid: &Grid| match &grid.label {
        Some(label) => label.clone(),
        None => grid.difference(&alike(grid)),
    };
    grids.iter().map(label).collect()
}

/// A name of a series or a problem.
pub(super) fn read_label(field: &Field<'_>) -> Result<String, InputError> {
    const LONGEST: usize = 60;
    let label = field.string()?;
    let is_plain = !label.is_empty() && label.chars().count() <= LONGEST && !label.contains(char::is_control);
    if !is_plain || label.trim() != label || label.parse::<f64>().is_ok() {
        return Err(field.expected(format!("a name of at most {LONGEST} characters, and no number")));
    }
    Ok(label.to_owned())
}

/// The name of the factor of a layer's learning rate, as a column and as an axis.
pub fn lr_scale_name(layer: usize) -> String {
    format!("lr_scale_{layer}")
}

/// Whether an optimizer has this key, which every optimizer has but for those that say why not. A weight decay of its own
/// replaces both options for it.
fn takes(optimizer: &Optimizer, option: &str) -> bool {
    if optimizer.without.iter().any(|(name, _)| *name == option) {
        return false;
    }
    let decays = optimizer.hyperparameters.iter().any(|own| own.name == "weight_decay");
    !(decays && ["weight_decay", "decoupled_weight_decay"].contains(&option))
}

/// The values of a hyperparameter or an option.
fn read_axis(field: &Field<'_>, of: &'static Hyperparameter, used: Use) -> Result<Axis, InputError> {
    let axis = Axis::read(field, of, used)?;
    if of.is_whole && !axis.is_whole(of.name) {
        return Err(field.expected("whole numbers"));
    }
    Ok(axis)
}

fn read_options(table: &Table<'_>, optimizer: &Optimizer, of: Use) -> Result<Vec<(usize, Axis)>, InputError> {
    let read = |option: &'static Hyperparameter| -> Result<Option<Axis>, InputError> {
        let Some(field) = table.optional(option.name).filter(|_| takes(optimizer, option.name)) else {
            return Ok(None);
        };
        read_axis(&field, option, of).map(Some)
    };
    let courses: Vec<&CourseFacts> = match read(&OPTIONS[SCHEDULE])? {
        Some(Axis::Choices(choices)) => choices.iter().map(|choice| &COURSES[*choice]).collect(),
        _ => vec![&COURSES[0]],
    };
    for course in &courses {
        if let Some(name) = course.needs.iter().find(|name| table.optional(name).is_none()) {
            return Err(table.error(format!("the schedule {} needs `{name}`", course.name)));
        }
    }
    let mut options = Vec::new();
    for (at, option) in OPTIONS.iter().enumerate() {
        let Some(axis) = read(option)? else { continue };
        let is_of = |list: fn(&CourseFacts) -> &'static [&'static str]| {
            courses.iter().any(|course| list(course).contains(&option.name))
        };
        if at > SCHEDULE && !is_of(|course| course.reads) {
            let names: Vec<&str> = courses.iter().map(|course| course.name).collect();
            let field = table.optional(option.name).expect("it has just been read");
            return Err(field.error(format!("it has no effect on the schedule {}", names.join(", "))));
        }
        if axis != Axis::single(option, option.default) || is_of(|course| course.needs) {
            options.push((at, axis));
        }
    }
    Ok(options)
}

fn read_lr_scale(field: &Field<'_>, of: Use) -> Result<Vec<Axis>, InputError> {
    const EXPECTED: &str = "a list with an entry a layer, such as [1.0, [0.1, 1.0]]";
    let items = field.list(EXPECTED)?;
    if items.is_empty() {
        return Err(field.expected(EXPECTED));
    }
    items.iter().map(|item| Axis::read_numbers(item, LR_SCALE, of)).collect()
}
