//! `[network]`: the shape of the networks, where they start, and what they minimise.

use thalweg_kernels::activation::{Activation, RELU};
use thalweg_kernels::loss::{self, Loss};
use thalweg_kernels::optimizer::{Domain, Hyperparameter};

use super::Condition;
use super::axis::{Axis, Use};
use super::error::InputError;
use super::key::{Key, Values, Without, names};
use super::reader::{Field, Interval, Table};
use crate::dataset::Task;
use crate::network::{INITIALIZERS, Initializer, PARAMETERISATIONS, Parameterisation};
use crate::registry::{self, Registry};

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
    /// How the size of a layer enters what it computes.
    pub parameterisation: Parameterisation,
    /// A factor on the products of hidden layers; see [`Parameterisation`].
    pub gain: f64,
    /// Where weights and biases start.
    pub init: Init,
    /// Numbers that are added to the initial weights of the first layer, an axis of the sweep; none for zero.
    pub init_offset: Option<Axis>,
    /// What training minimises; none for the loss that suits the task.
    pub loss: Option<Loss>,
    /// What networks are judged by on validation and test examples; none for the same.
    pub test_loss: Option<Loss>,
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
pub const INIT_OFFSET: &str = "init_offset";

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
        file.allow(&names(INIT_KEYS))?;
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
    let scaled = init.with_scale(field.number(interval)?);
    scaled.ok_or_else(|| field.error(format!("the initial weights {} have no scale", init.name())))
}

/// The parameter of a function and its value, where that is not the default.
pub fn unusual(
    parameter: Option<&'static Hyperparameter>,
    setting: Option<f64>,
) -> Option<(&'static Hyperparameter, f64)> {
    parameter.zip(setting).filter(|(parameter, value)| *value != parameter.default)
}

/// The parameters of activations and losses, each with what it belongs to.
fn parameters(registry: &Registry) -> impl Iterator<Item = (&'static Hyperparameter, &'static str)> {
    let of_activations = registry.activations().iter().filter_map(|g| Some((g.parameter?, g.name)));
    of_activations.chain(registry.losses().iter().filter_map(|loss| Some((loss.parameter?, loss.name))))
}

/// The value of a function's parameter, if the table has one.
fn read_parameter(table: &Table<'_>, parameter: Option<&Hyperparameter>) -> Result<Option<f64>, InputError> {
    let Some(&Hyperparameter { name, domain: Domain::Number { low, high }, .. }) = parameter else { return Ok(None) };
    table.optional(name).map(|field| field.number(Interval { low, high })).transpose()
}

fn read_activation(table: &Table<'_>) -> Result<Activation, InputError> {
    let field = table.optional("activation");
    let activation = *field.map_or(Ok(&RELU), |field| field.part(table.registry().activations()))?;
    Ok(read_parameter(table, activation.parameter)?.map_or(activation, |value| activation.with(value)))
}

fn read_parameterisation(table: &Table<'_>) -> Result<Parameterisation, InputError> {
    let names: Vec<&str> = PARAMETERISATIONS.iter().map(|(name, ..)| *name).collect();
    let Some(field) = table.optional("parameterisation") else { return Ok(Parameterisation::default()) };
    Ok(PARAMETERISATIONS[field.choice(&names)?].2)
}

/// The keys of `[network]`, but for parameters of functions.
const KEYS: &[Key] = &[
    Key::needed(
        "hidden",
        "units of each hidden layer, from the input on",
        Values::Words("a list of integers from 1 to 65536, such as [16, 16]; [] for a linear model"),
    ),
    Key::new(
        "activation",
        "the function of hidden units",
        Values::Name(|registry| registry::names(registry.activations())),
        Without::Value("\"relu\""),
    ),
    Key::new("bias", "whether units have biases", Values::Truth, Without::Value("true")),
    Key::new(
        "parameterisation",
        "how the size of a layer enters what it computes",
        Values::Name(|_| PARAMETERISATIONS.iter().map(|(name, ..)| *name).collect()),
        Without::Value("\"standard\""),
    ),
    Key::new(
        "gain",
        "a factor on the products of hidden layers",
        Values::Number(Interval::POSITIVE),
        Without::Number(1.0),
    ),
    Key::new(
        "init",
        "the distribution of initial weights, or { file = … }; biases start at zero, but for those of a file",
        Values::Name(|_| INITIALIZERS.iter().map(|(name, ..)| *name).collect()),
        Without::Value("\"glorot-uniform\""),
    ),
    Key::new(
        "init_scale",
        "the number in the formula of initial weights, or a factor of those that have none",
        Values::Words("a number above 0; for constant any number"),
        Without::Value("1.0"),
    ),
    Key::new(
        INIT_OFFSET,
        "what is added to the first layer's initial weights",
        Values::Axis(Interval::FINITE),
        Without::Words("nothing"),
    ),
    Key::new(
        "loss",
        "what training minimises; auto is what suits the task",
        Values::Name(loss_names),
        Without::Value("\"auto\""),
    ),
    Key::new(
        "test_loss",
        "what validation and test examples are judged by; auto is the loss of training",
        Values::Name(loss_names),
        Without::Value("\"auto\""),
    ),
];

/// The keys of `network.init` as a table.
pub(super) const INIT_KEYS: &[Key] = &[Key::needed(
    "file",
    "weights and biases, as record.weights writes them",
    Values::Words("the name of a safetensors file"),
)];

/// The keys of `[network]`.
pub(super) fn keys(registry: &Registry) -> Vec<Key> {
    KEYS.iter().copied().chain(parameters(registry).map(|(parameter, _)| Key::of_parameter(parameter))).collect()
}

fn loss_names(registry: &Registry) -> Vec<&'static str> {
    registry.losses().iter().map(|loss| loss.name).chain([AUTO]).collect()
}

/// Checks that every parameter of a function has its function in some condition.
pub(super) fn check_parameters(conditions: &[Condition]) -> Result<(), InputError> {
    let registry = &conditions[0].document.registry;
    for (parameter, owner) in parameters(registry) {
        let has = |condition: &Condition| {
            let network = condition.network.as_ref();
            network.is_some_and(|network| {
                let losses = [network.loss, network.test_loss];
                network.activation.name == owner || losses.iter().flatten().any(|loss| loss.name == owner)
            })
        };
        for condition in conditions.iter().filter(|_| !conditions.iter().any(has)) {
            let table = Table::root(&condition.document).optional("network").and_then(|network| network.as_table());
            if let Some(field) = table.and_then(|table| table.optional(parameter.name)) {
                return Err(field.error(format!("it is a parameter of {owner}, which this network has not")));
            }
        }
    }
    Ok(())
}

impl Network {
    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        table.allow(&names(&keys(table.registry())))?;
        let hidden = table.required("hidden", "a list of layer widths, such as [16, 16]")?;
        let widths = hidden.list("a list of layer widths, such as [16, 16]")?;
        if widths.len() > MAX_DEPTH {
            return Err(hidden.error(format!("{} layers are more than {MAX_DEPTH}", widths.len())));
        }
        let width = |field: &Field<'_>| field.integer(1..=MAX_WIDTH).map(|width| width as usize);
        let activation = read_activation(table)?;
        let (loss, test_loss) = (read_loss(table, "loss")?, read_loss(table, "test_loss")?);
        Ok(Self {
            hidden: widths.iter().map(width).collect::<Result<_, _>>()?,
            activation,
            bias: table.optional("bias").map_or(Ok(true), |field| field.boolean())?,
            parameterisation: read_parameterisation(table)?,
            gain: table.optional("gain").map_or(Ok(1.0), |field| field.number(Interval::POSITIVE))?,
            init: read_init(table)?,
            init_offset: table
                .optional(INIT_OFFSET)
                .map(|field| Axis::read_numbers(&field, Interval::FINITE, Use::Product))
                .transpose()?,
            loss,
            test_loss,
        })
    }
}

fn read_loss(table: &Table<'_>, key: &str) -> Result<Option<Loss>, InputError> {
    let Some(field) = table.optional(key) else { return Ok(None) };
    let Some(loss) = table.registry().losses().get(field.choice(&loss_names(table.registry()))?) else {
        return Ok(None);
    };
    Ok(Some(read_parameter(table, loss.parameter)?.map_or(**loss, |value| loss.with(value))))
}
