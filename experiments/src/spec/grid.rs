//! `[[optimizer]]`: a grid of hyperparameters, the product of one axis each.

use thalweg_kernels::optimizer::{self, Hyperparameter, Method};

use super::axis::Axis;
use super::error::{InputError, suggestion};
use super::reader::{Field, Interval, Table};
use crate::train::{COURSES, CourseFacts, OPTIONS, SCHEDULE, WHOLE_NUMBERS, defaults, forget_unread};

/// An optimizer and the values that each of its hyperparameters takes.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The optimizer.
    pub method: &'static Method,
    /// An axis a hyperparameter, in the order of the optimizer's metadata.
    pub axes: Vec<Axis>,
    /// The axes of the options ([`OPTIONS`]) that do not just have their defaults, by their places there, in this order.
    pub options: Vec<(usize, Axis)>,
    /// An axis a layer for the factors of the learning rate; empty where all layers have the same one.
    pub lr_scale: Vec<Axis>,
}

/// What a factor of the learning rate may be: a layer with 0 stays as it is.
const LR_SCALE: Interval = Interval { low: (0.0, true), high: (f64::INFINITY, false) };

/// Presets of several hyperparameters: the defaults, which follow the papers, and what lecture notes have. What the spec
/// says of a hyperparameter itself counts more.
const CONVENTIONS: [&str; 2] = ["paper", "notes"];

/// Methods are entries of one list, told apart by their names.
impl PartialEq for Grid {
    fn eq(&self, other: &Self) -> bool {
        (self.method.name, &self.axes, &self.options, &self.lr_scale)
            == (other.method.name, &other.axes, &other.options, &other.lr_scale)
    }
}

/// A point of a grid.
#[derive(Clone, Copy, Debug)]
pub struct GridPoint<'a> {
    /// A value a hyperparameter.
    pub hyperparameters: &'a [f64],
    /// A value an option; empty where all of them have their defaults.
    pub options: &'a [f64],
    /// A factor of the learning rate a layer; empty where all layers have the same one.
    pub lr_scale: &'a [f64],
}

impl Grid {
    /// Its axes, with their names; the last one moves fastest.
    fn all_axes(&self) -> impl Iterator<Item = (String, &Axis)> {
        let hyperparameters = self.method.hyperparameters.iter().map(|h| h.name.to_owned()).zip(&self.axes);
        let options = self.options.iter().map(|(at, axis)| (OPTIONS[*at].name.to_owned(), axis));
        let lr_scale = self.lr_scale.iter().enumerate().map(|(layer, axis)| (lr_scale_name(layer), axis));
        hyperparameters.chain(options).chain(lr_scale)
    }

    /// How many points it has, if that fits.
    pub fn count(&self) -> Option<u64> {
        self.all_axes().map(|(_, axis)| axis).try_fold(1_u64, |product, axis| product.checked_mul(axis.count()))
    }

    /// Calls `visit` with each point. What a point's schedule does not read has its default there, so that points that are
    /// the same look the same.
    pub fn for_each(&self, mut visit: impl FnMut(GridPoint<'_>)) {
        let axes: Vec<Vec<f64>> = self.all_axes().map(|(name, axis)| axis.values(&name)).collect();
        let mut digits = vec![0; axes.len()];
        let mut point: Vec<f64> = axes.iter().map(|axis| axis[0]).collect();
        loop {
            let (hyperparameters, rest) = point.split_at(self.axes.len());
            let (values, lr_scale) = rest.split_at(self.options.len());
            let mut options = defaults();
            self.options.iter().zip(values).for_each(|((at, _), value)| options[*at] = *value);
            forget_unread(&mut options);
            let options = if options == defaults() { &[][..] } else { &options };
            visit(GridPoint { hyperparameters, options, lr_scale });
            let Some(moving) = (0..axes.len()).rev().find(|&at| digits[at] + 1 < axes[at].len()) else { return };
            digits[moving] += 1;
            digits[moving + 1..].fill(0);
            for at in moving..axes.len() {
                point[at] = axes[at][digits[at]];
            }
        }
    }

    /// Whether tables mention this hyperparameter: one that goes without saying only where it does not have its default.
    pub fn mentions(&self, hyperparameter: &Hyperparameter) -> bool {
        let at = self.method.hyperparameters.iter().position(|own| own.name == hyperparameter.name);
        let is_default = |at: usize| self.axes[at] == Axis::single(hyperparameter, hyperparameter.default);
        at.is_some_and(|at| !hyperparameter.optional || !is_default(at))
    }

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let names: Vec<&str> = optimizer::ALL.iter().map(|method| method.name).collect();
        let kind = table.required("kind", &format!("one of {}", names.join(", ")))?;
        let method = optimizer::ALL[kind.choice(&names)?];
        let names = method.hyperparameters.iter().map(|hyperparameter| hyperparameter.name);
        let convention = (!method.notes.is_empty()).then_some("convention");
        let options = OPTIONS.iter().map(|option| option.name).filter(|name| takes(method, name));
        let keys: Vec<&str> = names.chain(convention).chain(options).chain(["lr_scale"]).collect();
        if let Some(key) = table.keys().find(|key| *key != "kind" && !keys.contains(key)) {
            let field = table.optional(key).expect("the key was just found");
            return Err(field
                .error(format!("{} has no such hyperparameter", method.name))
                .with_help(suggestion(key, &keys)));
        }
        let preset = table.optional("convention").map_or(Ok(&[][..]), |field| {
            let notes = field.choice(&CONVENTIONS)? == 1;
            Ok(if notes { method.notes } else { &[] })
        })?;
        let axis = |hyperparameter: &'static Hyperparameter| match table.optional(hyperparameter.name) {
            Some(field) => Axis::read(&field, hyperparameter),
            None => {
                let preset = preset.iter().find(|(name, _)| *name == hyperparameter.name);
                Ok(Axis::single(hyperparameter, preset.map_or(hyperparameter.default, |(_, value)| *value)))
            }
        };
        let axes = method.hyperparameters.iter().map(axis).collect::<Result<_, _>>()?;
        let options = read_options(table, method)?;
        let lr_scale = table.optional("lr_scale").map_or(Ok(Vec::new()), |field| read_lr_scale(&field))?;
        Ok(Self { method, axes, options, lr_scale })
    }
}

/// The name of the factor of a layer's learning rate, as a column and as an axis.
pub(crate) fn lr_scale_name(layer: usize) -> String {
    format!("lr_scale_{layer}")
}

/// Whether an optimizer has this option. A weight decay of its own stands in the place of both others.
fn takes(method: &Method, option: &str) -> bool {
    let decays = method.hyperparameters.iter().any(|own| own.name == "weight_decay");
    !(decays && ["weight_decay", "decoupled_weight_decay"].contains(&option))
}

fn read_options(table: &Table<'_>, method: &Method) -> Result<Vec<(usize, Axis)>, InputError> {
    let read = |option: &'static Hyperparameter| -> Result<Option<Axis>, InputError> {
        let Some(field) = table.optional(option.name).filter(|_| takes(method, option.name)) else { return Ok(None) };
        let axis = Axis::read(&field, option)?;
        if WHOLE_NUMBERS.contains(&option.name) && axis.values(option.name).iter().any(|steps| steps.fract() != 0.0) {
            return Err(field.expected("whole numbers of steps"));
        }
        Ok(Some(axis))
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

fn read_lr_scale(field: &Field<'_>) -> Result<Vec<Axis>, InputError> {
    const EXPECTED: &str = "a list with an entry a layer, such as [1.0, [0.1, 1.0]]";
    let items = field.list(EXPECTED)?;
    if items.is_empty() {
        return Err(field.expected(EXPECTED));
    }
    items.iter().map(|item| Axis::read_numbers(item, LR_SCALE)).collect()
}
