//! The parts that specs can name: those that are built in, and those of a user's own crate.

use thalweg_kernels::Origin;
use thalweg_kernels::activation::{self, Activation};
use thalweg_kernels::landscape::{self, Landscape};
use thalweg_kernels::loss::{self, Loss};
use thalweg_kernels::optimizer::{self, Hyperparameter, Optimizer};

use thalweg_engine::observe::{self, Observer, Records};

use crate::dataset::{GENERATORS, Generator};
use crate::figure::{self, Kind};

/// Something that specs refer to by its name.
pub trait Part: 'static {
    /// Its name in specs.
    fn name(&self) -> &'static str;
}

/// The parts that specs can name.
///
/// A crate with parts of its own adds them to those that are built in, and hands all of them to
/// `thalweg::main_with`, or to [`Spec::parse_with`](crate::spec::Spec::parse_with). A part is as good as a
/// built-in one in every command, key, error and figure. The keys of its trials name its package and version.
///
/// ```
/// # use thalweg_spec::registry::Registry;
/// # use thalweg_kernels::optimizer::{Optimizer, Rule, Sgd};
/// # use thalweg_kernels::{origin, parameter::Hyperparameter};
/// static MINE: Optimizer =
///     Optimizer::new::<Sgd>("mine", "Mine", "unpublished", "w -= α g", &[Hyperparameter::lr(0.1)]).from(origin!());
/// let registry = Registry::builtin().with_optimizer(&MINE);
/// assert!(registry.optimizers().iter().any(|optimizer| optimizer.name == "mine"));
/// ```
#[derive(Clone, Debug)]
pub struct Registry {
    optimizers: Vec<&'static Optimizer>,
    activations: Vec<&'static Activation>,
    losses: Vec<&'static Loss>,
    landscapes: Vec<&'static Landscape>,
    generators: Vec<&'static Generator>,
    observers: Vec<&'static Observer>,
    figures: Vec<&'static Kind>,
}

impl Registry {
    /// The parts that are built in.
    pub fn builtin() -> Self {
        Self {
            optimizers: optimizer::ALL.to_vec(),
            activations: activation::ALL.to_vec(),
            losses: loss::ALL.to_vec(),
            landscapes: landscape::ALL.to_vec(),
            generators: GENERATORS.to_vec(),
            observers: observe::ALL.to_vec(),
            figures: figure::KINDS.to_vec(),
        }
    }

    /// The same with an optimizer.
    ///
    /// # Panics
    ///
    /// If its name is taken, or it does not say [where it comes from](Optimizer::from), as all functions here; and if tables
    /// have a column of the name of a hyperparameter.
    #[must_use]
    #[track_caller]
    pub fn with_optimizer(mut self, optimizer: &'static Optimizer) -> Self {
        check_origin(optimizer, optimizer.origin);
        check_settings(optimizer);
        add(&mut self.optimizers, optimizer, "an optimizer");
        self
    }

    /// The same with an activation function.
    #[must_use]
    #[track_caller]
    pub fn with_activation(mut self, activation: &'static Activation) -> Self {
        check_origin(activation, activation.origin);
        add(&mut self.activations, activation, "an activation function");
        self
    }

    /// The same with a loss.
    #[must_use]
    #[track_caller]
    pub fn with_loss(mut self, loss: &'static Loss) -> Self {
        check_origin(loss, loss.origin);
        add(&mut self.losses, loss, "a loss");
        self
    }

    /// The same with a landscape: any function of a few numbers that is to be descended.
    #[must_use]
    #[track_caller]
    pub fn with_landscape(mut self, landscape: &'static Landscape) -> Self {
        check_origin(landscape, landscape.origin);
        add(&mut self.landscapes, landscape, "a landscape");
        self
    }

    /// The same with a source of examples.
    ///
    /// # Panics
    ///
    /// As the others, and if it has no parameter `samples` ([`dataset::SAMPLES`](crate::dataset::SAMPLES)).
    #[must_use]
    #[track_caller]
    pub fn with_generator(mut self, generator: &'static Generator) -> Self {
        let has_samples = generator.parameters.iter().any(|parameter| parameter.name == "samples");
        assert!(has_samples, "the generator `{}` has no parameter `samples`", generator.name);
        check_origin(generator, generator.origin);
        add(&mut self.generators, generator, "a generator");
        self
    }

    /// The same with an observer.
    ///
    /// # Panics
    ///
    /// As the others, and if it has a table of the name of another one, a column that is there already, or a parameter
    /// without a default.
    #[must_use]
    #[track_caller]
    pub fn with_observer(mut self, observer: &'static Observer) -> Self {
        check_origin(observer, observer.origin);
        check_columns(observer, &self.observers);
        add(&mut self.observers, observer, "an observer");
        self
    }

    /// The same with a kind of figure.
    #[must_use]
    #[track_caller]
    pub fn with_figure(mut self, kind: &'static Kind) -> Self {
        add(&mut self.figures, kind, "a kind of figure");
        self
    }

    /// Every optimizer.
    pub fn optimizers(&self) -> &[&'static Optimizer] {
        &self.optimizers
    }

    /// Every activation function.
    pub fn activations(&self) -> &[&'static Activation] {
        &self.activations
    }

    /// Every loss.
    pub fn losses(&self) -> &[&'static Loss] {
        &self.losses
    }

    /// Every landscape.
    pub fn landscapes(&self) -> &[&'static Landscape] {
        &self.landscapes
    }

    /// Every generator of examples.
    pub fn generators(&self) -> &[&'static Generator] {
        &self.generators
    }

    /// Every observer.
    pub fn observers(&self) -> &[&'static Observer] {
        &self.observers
    }

    /// Every kind of figure.
    pub fn figures(&self) -> &[&'static Kind] {
        &self.figures
    }
}

/// Adds a part to those of its kind.
#[track_caller]
fn add<P: Part>(parts: &mut Vec<&'static P>, part: &'static P, what: &str) {
    let name = part.name();
    assert!(parts.iter().all(|other| other.name() != name), "there is {what} `{name}` already");
    parts.push(part);
}

/// Keys of trials name where a part comes from: two crates may call different things by one name.
#[track_caller]
fn check_origin(part: &impl Part, origin: Option<Origin>) {
    assert!(origin.is_some(), "`{}` does not say where it comes from: .from(origin!())", part.name());
}

/// Settings are columns of tables, beside those that every table has.
#[track_caller]
fn check_settings(optimizer: &Optimizer) {
    for Hyperparameter { name, .. } in optimizer.hyperparameters {
        let is_taken = crate::record::is_run_column(name) || crate::record::CURVE_COLUMNS.contains(name);
        assert!(!is_taken, "the hyperparameter `{name}` of `{}` has the name of a column", optimizer.name);
    }
}

/// Tables that are no observer's.
const TABLES: [&str; 12] = [
    "runs",
    "curves",
    "trajectory",
    "weights",
    "surface",
    "units",
    "spectrum",
    "optimum",
    "summary",
    "comparison",
    "functions",
    "provenance",
];

/// Who reads a table tells its columns apart by their names, and tables by theirs.
#[track_caller]
fn check_columns(observer: &Observer, others: &[&'static Observer]) {
    let name = observer.name;
    let own = |observer: &Observer| {
        let index = observer.index().map(|index| index.name);
        index.into_iter().chain(observer.columns.iter().map(|column| column.name)).collect::<Vec<_>>()
    };
    let leading = crate::record::LEADING;
    let first: &[&str] = match observer.records {
        Records::Table { name: table, .. } => {
            let is_taken = others.iter().any(|other| other.table() == Some(table)) || TABLES.contains(&table);
            assert!(!is_taken, "the table `{table}` of `{name}` is another one's");
            &["step"]
        }
        Records::Curves => &crate::record::CURVE_COLUMNS,
    };
    let of_others = others.iter().filter(|other| other.table().is_none() && observer.table().is_none());
    let mut known: Vec<&str> =
        leading.iter().chain(first).copied().chain(of_others.flat_map(|other| own(other))).collect();
    for column in own(observer) {
        assert!(!known.contains(&column), "the column `{column}` of `{name}` is there already");
        known.push(column);
    }
    let has_defaults = observer.parameters.iter().all(|parameter| parameter.default.is_some());
    assert!(has_defaults, "a parameter of `{name}` has no default");
}

/// The names of parts, in their order.
pub fn names<P: Part>(parts: &[&'static P]) -> Vec<&'static str> {
    parts.iter().map(|part| part.name()).collect()
}

impl Part for Optimizer {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Part for Activation {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Part for Loss {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Part for Landscape {
    fn name(&self) -> &'static str {
        self.facts.name
    }
}

impl Part for Generator {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Part for Observer {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Part for Kind {
    fn name(&self) -> &'static str {
        self.name
    }
}
