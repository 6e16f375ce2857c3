//! `[[optimizer]]`: a grid of hyperparameters, the product of one axis each.

use thalweg_kernels::optimizer::{self, Hyperparameter, Method};

use super::axis::Axis;
use super::error::{InputError, suggestion};
use super::reader::{Field, Interval, Table};

/// An optimizer and the values that each of its hyperparameters takes.
#[derive(Clone, Debug)]
pub struct Grid {
    /// The optimizer.
    pub method: &'static Method,
    /// An axis a hyperparameter, in the order of the optimizer's metadata.
    pub axes: Vec<Axis>,
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
        self.method.name == other.method.name && self.axes == other.axes && self.lr_scale == other.lr_scale
    }
}

impl Grid {
    /// How many points it has, if that fits.
    pub fn count(&self) -> Option<u64> {
        self.axes.iter().chain(&self.lr_scale).try_fold(1_u64, |product, axis| product.checked_mul(axis.count()))
    }

    /// Calls `visit` with each point, the hyperparameters and the factors of the learning rate; the last one of these moves
    /// fastest.
    pub fn for_each(&self, mut visit: impl FnMut(&[f64], &[f64])) {
        let names = self.method.hyperparameters.iter().map(|hyperparameter| hyperparameter.name.to_owned());
        let names = names.chain((0..self.lr_scale.len()).map(lr_scale_name));
        let axes = self.axes.iter().chain(&self.lr_scale);
        let axes: Vec<Vec<f64>> = axes.zip(names).map(|(axis, name)| axis.values(&name)).collect();
        let mut digits = vec![0; axes.len()];
        let mut point: Vec<f64> = axes.iter().map(|axis| axis[0]).collect();
        loop {
            let (hyperparameters, lr_scale) = point.split_at(self.axes.len());
            visit(hyperparameters, lr_scale);
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
        let keys: Vec<&str> = names.chain(convention).chain(["lr_scale"]).collect();
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
        let lr_scale = table.optional("lr_scale").map_or(Ok(Vec::new()), |field| read_lr_scale(&field))?;
        Ok(Self { method, axes, lr_scale })
    }
}

/// The name of the factor of a layer's learning rate, as a column and as an axis.
pub(crate) fn lr_scale_name(layer: usize) -> String {
    format!("lr_scale_{layer}")
}

fn read_lr_scale(field: &Field<'_>) -> Result<Vec<Axis>, InputError> {
    const EXPECTED: &str = "a list with an entry a layer, such as [1.0, [0.1, 1.0]]";
    let items = field.list(EXPECTED)?;
    if items.is_empty() {
        return Err(field.expected(EXPECTED));
    }
    items.iter().map(|item| Axis::read_numbers(item, LR_SCALE)).collect()
}
