//! `[network]`: the shape of the networks, where they start, and what they minimise.

use thalweg_kernels::activation::{self, Activation};
use thalweg_kernels::loss::{self, Loss};

use super::axis::Axis;
use super::error::InputError;
use super::problem::Task;
use super::reader::{Field, Interval, Table};
use crate::network::{INITIALIZERS, Initializer, PARAMETERISATIONS, Parameterisation};

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
    pub activation: &'static Activation,
    /// Whether units have biases.
    pub bias: bool,
    /// How the size of a layer enters what it computes.
    pub parameterisation: Parameterisation,
    /// A factor on the products of hidden layers; see [`Parameterisation`].
    pub gain: f64,
    /// Where weights and biases start.
    pub init: Init,
    /// Numbers that are added to the initial weights of the first layer, an axis of the sweep; none for zero.
    pub init_offset: Option<Axis>,
    /// What training minimises; none for the loss that suits the task.
    pub loss: Option<&'static Loss>,
    /// What networks are judged by on validation and test examples; none for the same.
    pub test_loss: Option<&'static Loss>,
}

/// Where the weights and biases of networks start.
#[derive(Clone, Debug, PartialEq)]
pub enum Init {
    /// Weights are drawn from a distribution; biases start at zero.
    Drawn(Initializer),
    /// They are read from a safetensors file, whose path starts from the folder of the spec.
    File(String),
}

/// The name of [`Network::init_offset`] in specs, as a column and as an axis.
pub(crate) const INIT_OFFSET: &str = "init_offset";

/// The name in specs of "the loss that suits the task".
pub const AUTO: &str = "auto";

/// The loss that suits a task: squared error for regression, binary cross-entropy for two classes, softmax
/// cross-entropy for more.
pub fn suiting(task: Task, classes: usize) -> &'static Loss {
    let wanted = match (task, classes) {
        (Task::Regression, _) => loss::Task::Regression,
        (Task::Classification, 2) => loss::Task::Binary,
        (Task::Classification, _) => loss::Task::Multiclass,
    };
    loss::ALL.iter().find(|loss| loss.task == wanted).expect("every task has a loss")
}

fn read_init(table: &Table<'_>) -> Result<Init, InputError> {
    if let Some(file) = table.optional("init").and_then(|field| field.as_table()) {
        file.allow(&["file"])?;
        let path = file.required("file", "the name of a safetensors file")?;
        if let Some(field) = table.optional("init_scale") {
            return Err(field.error("weights from a file have no scale"));
        }
        return match path.string()? {
            "" => Err(path.expected("the name of a safetensors file")),
            path => Ok(Init::File(path.to_owned())),
        };
    }
    read_initializer(table).map(Init::Drawn)
}

fn read_initializer(table: &Table<'_>) -> Result<Initializer, InputError> {
    let names: Vec<&str> = INITIALIZERS.iter().map(|(name, ..)| *name).collect();
    let named = |name: &str| INITIALIZERS.iter().position(|(other, ..)| *other == name);
    let default = named("glorot-uniform").expect("the default is in the list");
    let init = INITIALIZERS[table.optional("init").map_or(Ok(default), |field| field.choice(&names))?].2;
    let Some(field) = table.optional("init_scale") else { return Ok(init) };
    let interval = if matches!(init, Initializer::Constant(_)) { Interval::FINITE } else { Interval::POSITIVE };
    let with_scale = INITIALIZERS.iter().filter(|(.., init)| init.scale().is_some());
    let with_scale = with_scale.map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
    match init.with_scale(field.number(interval)?) {
        Some(init) => Ok(init),
        None => Err(field.error(format!("only the initial weights {with_scale} have a scale, not {}", init.name()))),
    }
}

fn read_activation(table: &Table<'_>) -> Result<&'static Activation, InputError> {
    let names: Vec<&str> = activation::ALL.iter().map(|activation| activation.name).collect();
    let default = names.iter().position(|name| *name == "relu").expect("the default is in the list");
    Ok(activation::ALL[table.optional("activation").map_or(Ok(default), |field| field.choice(&names))?])
}

fn read_parameterisation(table: &Table<'_>) -> Result<Parameterisation, InputError> {
    let names: Vec<&str> = PARAMETERISATIONS.iter().map(|(name, ..)| *name).collect();
    let Some(field) = table.optional("parameterisation") else { return Ok(Parameterisation::default()) };
    Ok(PARAMETERISATIONS[field.choice(&names)?].2)
}

impl Network {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&[
            "hidden",
            "activation",
            "bias",
            "parameterisation",
            "gain",
            "init",
            "init_scale",
            "init_offset",
            "loss",
            "test_loss",
        ])?;
        let hidden = table.required("hidden", "a list of layer widths, such as [16, 16]")?;
        let widths = hidden.list("a list of layer widths, such as [16, 16]")?;
        if widths.len() > MAX_DEPTH {
            return Err(hidden.error(format!("{} layers are more than {MAX_DEPTH}", widths.len())));
        }
        let width = |field: &Field<'_>| field.integer(1..=MAX_WIDTH).map(|width| width as usize);
        Ok(Self {
            hidden: widths.iter().map(width).collect::<Result<_, _>>()?,
            activation: read_activation(table)?,
            bias: table.optional("bias").map_or(Ok(true), |field| field.boolean())?,
            parameterisation: read_parameterisation(table)?,
            gain: table.optional("gain").map_or(Ok(1.0), |field| field.number(Interval::POSITIVE))?,
            init: read_init(table)?,
            init_offset: table
                .optional("init_offset")
                .map(|field| Axis::read_numbers(&field, Interval::FINITE))
                .transpose()?,
            loss: table.optional("loss").map_or(Ok(None), |field| read_loss(&field))?,
            test_loss: table.optional("test_loss").map_or(Ok(None), |field| read_loss(&field))?,
        })
    }
}

fn read_loss(field: &Field<'_>) -> Result<Option<&'static Loss>, InputError> {
    let names: Vec<&str> = loss::ALL.iter().map(|loss| loss.name).chain([AUTO]).collect();
    Ok(loss::ALL.get(field.choice(&names)?).copied())
}
