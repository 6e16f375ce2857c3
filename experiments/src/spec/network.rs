//! `[network]`: the shape of the networks, where they start, and what they minimise.

use super::error::InputError;
use super::problem::Task;
use super::reader::{Field, Interval, Named, Table};

/// The widest hidden layer.
pub const MAX_WIDTH: u64 = 65_536;

/// The most hidden layers.
pub const MAX_DEPTH: usize = 1_000;

/// A fully connected network.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Units of each hidden layer, from the input on; none for a linear model.
    pub hidden: Vec<usize>,
    /// The function of hidden units.
    pub activation: Activation,
    /// Whether units have biases.
    pub bias: bool,
    /// The distribution of the initial weights. Biases start at zero.
    pub init: Init,
    /// What training minimises; none for the loss that suits the task.
    pub loss: Option<Loss>,
}

/// The function of hidden units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// x.
    Identity,
    /// max(0, x).
    Relu,
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
    /// tanh x.
    Tanh,
}

impl Named for Activation {
    const NAMES: &'static [(&'static str, Self)] =
        &[("identity", Self::Identity), ("relu", Self::Relu), ("sigmoid", Self::Sigmoid), ("tanh", Self::Tanh)];
}

/// The distribution of the initial weights of a layer with `i` inputs and `o` outputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// All zero.
    Zeros,
    /// Normal with mean 0 and this standard deviation, whatever the layer's size.
    Normal {
        /// The standard deviation, `init_scale` in specs.
        scale: f64,
    },
    /// Normal with variance 1 / i.
    LecunNormal,
    /// Uniform with variance 1 / i: within ± √(3 / i).
    LecunUniform,
    /// Normal with variance 2 / (i + o).
    GlorotNormal,
    /// Uniform with variance 2 / (i + o): within ± √(6 / (i + o)).
    GlorotUniform,
    /// Normal with variance 2 / i.
    HeNormal,
    /// Uniform with variance 2 / i: within ± √(6 / i).
    HeUniform,
}

const INITS: [(&str, Init); 8] = [
    ("zeros", Init::Zeros),
    ("normal", Init::Normal { scale: 1.0 }),
    ("lecun-normal", Init::LecunNormal),
    ("lecun-uniform", Init::LecunUniform),
    ("glorot-normal", Init::GlorotNormal),
    ("glorot-uniform", Init::GlorotUniform),
    ("he-normal", Init::HeNormal),
    ("he-uniform", Init::HeUniform),
];

/// What training minimises, as a mean over examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Squared error; classes are one-hot targets.
    Mse,
    /// Binary cross-entropy of one logit: that of the second class.
    Bce,
    /// Cross-entropy of one logit a class.
    SoftmaxCrossEntropy,
}

impl Named for Loss {
    const NAMES: &'static [(&'static str, Self)] =
        &[("mse", Self::Mse), ("bce", Self::Bce), ("softmax-cross-entropy", Self::SoftmaxCrossEntropy)];
}

impl Loss {
    /// The name in specs of "the loss that suits the task".
    pub const AUTO: &'static str = "auto";

    /// The loss that suits a task: squared error for regression, binary cross-entropy for two classes, softmax
    /// cross-entropy for more.
    pub fn suiting(task: Task, classes: usize) -> Self {
        match (task, classes) {
            (Task::Regression, _) => Self::Mse,
            (Task::Classification, 2) => Self::Bce,
            (Task::Classification, _) => Self::SoftmaxCrossEntropy,
        }
    }
}

impl Init {
    /// Its name in specs.
    pub fn name(self) -> &'static str {
        let same = |init: &Self| std::mem::discriminant(init) == std::mem::discriminant(&self);
        INITS.iter().find(|(_, init)| same(init)).map_or("", |(name, _)| name)
    }

    /// Every name that specs may use.
    pub fn names() -> [&'static str; 8] {
        INITS.map(|(name, _)| name)
    }

    fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let name = |field: Field<'_>| Ok(INITS[field.choice(&Self::names())?].1);
        let init = table.optional("init").map_or(Ok(Self::GlorotUniform), name)?;
        match (init, table.optional("init_scale")) {
            (Self::Normal { .. }, Some(field)) => Ok(Self::Normal { scale: field.number(Interval::POSITIVE)? }),
            (_, Some(field)) => Err(field.error("only init = \"normal\" has a scale")),
            (init, None) => Ok(init),
        }
    }
}

impl Network {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&["hidden", "activation", "bias", "init", "init_scale", "loss"])?;
        let hidden = table.required("hidden", "a list of layer widths, such as [16, 16]")?;
        let widths = hidden.list("a list of layer widths, such as [16, 16]")?;
        if widths.len() > MAX_DEPTH {
            return Err(hidden.error(format!("{} layers are more than {MAX_DEPTH}", widths.len())));
        }
        let width = |field: &Field<'_>| field.integer(1..=MAX_WIDTH).map(|width| width as usize);
        Ok(Self {
            hidden: widths.iter().map(width).collect::<Result<_, _>>()?,
            activation: table.optional("activation").map_or(Ok(Activation::Relu), |field| field.named())?,
            bias: table.optional("bias").map_or(Ok(true), |field| field.boolean())?,
            init: Init::read(table)?,
            loss: table.optional("loss").map_or(Ok(None), |field| read_loss(&field))?,
        })
    }
}

fn read_loss(field: &Field<'_>) -> Result<Option<Loss>, InputError> {
    let names: Vec<&str> = Loss::NAMES.iter().map(|(name, _)| *name).chain([Loss::AUTO]).collect();
    Ok(Loss::NAMES.get(field.choice(&names)?).map(|(_, loss)| *loss))
}
