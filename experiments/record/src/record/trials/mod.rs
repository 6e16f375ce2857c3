//! The trials of `runs.csv` by columns: what figures and statistics need of millions of them, in little memory.

mod group;
mod read;
mod rows;

pub use read::read_trials;
pub(crate) use read::{quantities_by_problem, read_in_batches};

use std::ops::Range;

use super::key::Key;
use super::numbers::{self, Numbers};
use super::schema::Status;
use super::setting::Setting;

/// Trials by configuration: those of one problem, optimizer and settings, which differ in their seeds, are adjacent.
///
/// Configurations are in the order in which the plan first has each, and their trials in plan order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trials {
    /// The names of the hyperparameter columns.
    pub hyperparameters: Vec<String>,
    /// The place of [`LABEL`] among them, if it is there.
    label: Option<usize>,
    /// The names of the columns that only some sweeps have: those of landscapes and observers.
    pub extra: Vec<String>,
    /// One per [`Quantity`].
    quantities: [Numbers; Quantity::ALL.len()],
    steps_to_target: Numbers,
    /// Steps, at most as many as fit.
    steps: Vec<u32>,
    /// Gradients of a step, where they are not one.
    gradients_of_step: Numbers,
    /// One per name in `extra`.
    extra_numbers: Vec<Numbers>,
    keys: Vec<Key>,
    /// The last half of the seeds of the weights, which is all of most.
    init_seeds: Vec<u32>,
    /// Where there is more of them.
    long_init_seeds: Numbers,
    /// Where they are others than the seeds of the weights.
    order_seeds: Numbers,
    statuses: Vec<Status>,
    /// The texts of problems, optimizers and choices.
    names: Vec<String>,
    configurations: Vec<Head>,
    /// The settings by configuration, one column per name in `hyperparameters`, each a number or a [`CHOICE`].
    settings: Vec<Numbers>,
    /// How the numbers of each of these columns are written.
    forms: Vec<Form>,
}

/// How tables write the numbers of a column of settings, the later ones before the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// [`Setting::Whole`].
    #[default]
    Whole,
    /// [`Setting::Number`].
    Real,
    /// [`Setting::Among`].
    Among,
}

impl Form {
    fn of(setting: &Setting) -> Self {
        match setting {
            Setting::Number(_) => Self::Real,
            Setting::Among(_) => Self::Among,
            Setting::Whole(_) | Setting::Choice(_) => Self::Whole,
        }
    }

    fn setting(self, number: f64) -> Setting {
        match self {
            Self::Whole => Setting::Whole(number),
            Self::Real => Setting::Number(number),
            Self::Among => Setting::Among(number),
        }
    }
}

/// A loss or an accuracy of a trial, as a column of `runs.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Mean loss over the training split before the first step.
    InitialTrainLoss,
    /// Mean loss over the training split at the end; missing if the trial became non-finite.
    FinalTrainLoss,
    /// The smallest logged mean loss over the training split.
    BestTrainLoss,
    /// Mean loss over the validation split at the end.
    FinalValidationLoss,
    /// Mean loss over the test split at the end.
    FinalTestLoss,
    /// Share of the training split that is classified correctly at the end; missing for regression.
    FinalTrainAccuracy,
    /// The same for the validation split.
    FinalValidationAccuracy,
    /// The same for the test split.
    FinalTestAccuracy,
}

impl Quantity {
    /// All of them, in the order of the columns.
    pub(super) const ALL: [Self; 8] = [
        Self::InitialTrainLoss,
        Self::FinalTrainLoss,
        Self::BestTrainLoss,
        Self::FinalValidationLoss,
        Self::FinalTestLoss,
        Self::FinalTrainAccuracy,
        Self::FinalValidationAccuracy,
        Self::FinalTestAccuracy,
    ];
}

/// Which losses and accuracies there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantities(u8);

impl FromIterator<Quantity> for Quantities {
    fn from_iter<T: IntoIterator<Item = Quantity>>(quantities: T) -> Self {
        let mut all = Self::default();
        quantities.into_iter().for_each(|quantity| all.add(quantity));
        all
    }
}

impl Quantities {
    /// All that there are.
    pub const ALL: Self = Self(u8::MAX);

    /// Whether this one is there.
    pub fn has(self, quantity: Quantity) -> bool {
        self.0 & (1 << quantity as u8) != 0
    }

    pub(super) fn add(&mut self, quantity: Quantity) {
        self.0 |= 1 << quantity as u8;
    }

    /// These, and the others.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }
}

/// What trials of one configuration have in common but their settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    problem: u32,
    optimizer: u32,
    /// The first of its trials.
    start: u32,
}

/// The column with what tells tables of optimizers apart, where a name is not enough.
pub const LABEL: &str = "label";

/// The bits of the NaNs that stand for choices: the name's number is in the last half.
const CHOICE: u64 = 0xfff8_0000_0000_0000;

/// One of the trials.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    trials: &'a Trials,
    configuration: u32,
    row: u32,
}

impl Trials {
    /// No trials, of columns with these names.
    fn named(hyperparameters: Vec<String>, extra: Vec<String>) -> Self {
        let columns = |names: &[String]| vec![Numbers::default(); names.len()];
        let (settings, extra_numbers) = (columns(&hyperparameters), columns(&extra));
        let label = hyperparameters.iter().position(|name| name == LABEL);
        let forms = vec![Form::default(); hyperparameters.len()];
        Self { hyperparameters, label, extra, settings, forms, extra_numbers, ..Self::default() }
    }

    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.statuses.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.statuses.is_empty()
    }

    /// How many configurations there are.
    pub fn configurations(&self) -> usize {
        self.configurations.len()
    }

    /// The name of a configuration's problem.
    pub fn problem(&self, configuration: usize) -> &str {
        &self.names[self.configurations[configuration].problem as usize]
    }

    /// The name of a configuration's optimizer.
    pub fn optimizer(&self, configuration: usize) -> &str {
        &self.names[self.configurations[configuration].optimizer as usize]
    }

    /// What tells a configuration's optimizer from others: its [`LABEL`], if it has one, or else its name.
    pub fn series(&self, configuration: usize) -> &str {
        let label = || {
            let bits = self.settings[self.label?].get_bits(configuration).filter(|bits| bits & CHOICE == CHOICE)?;
            Some(self.names[(bits & u64::from(u32::MAX)) as usize].as_str())
        };
        label().unwrap_or_else(|| self.optimizer(configuration))
    }

    /// A configuration's setting of the hyperparameter of this number; none where its optimizer has no such one.
    pub fn setting(&self, configuration: usize, hyperparameter: usize) -> Option<Setting> {
        let bits = self.settings.get(hyperparameter)?.get_bits(configuration)?;
        Some(match bits & CHOICE {
            CHOICE => Setting::Choice(self.names[(bits & u64::from(u32::MAX)) as usize].clone()),
            _ => self.forms[hyperparameter].setting(f64::from_bits(bits)),
        })
    }

    /// Whether two configurations have the same setting of the hyperparameter of this number.
    pub fn have_same_setting(&self, [one, other]: [usize; 2], hyperparameter: usize) -> bool {
        let column = &self.settings[hyperparameter];
        column.get_bits(one) == column.get_bits(other)
    }

    /// The losses and accuracies that any trial of the problem has, for each configuration's problem.
    pub fn quantities(&self) -> impl Fn(usize) -> Quantities {
        let mut found = vec![Quantities::default(); self.names.len()];
        for (place, head) in self.configurations.iter().enumerate() {
            let found = &mut found[head.problem as usize];
            for quantity in Quantity::ALL {
                if !found.has(quantity) && self.of(place).any(|trial| trial.quantity(quantity).is_some()) {
                    found.add(quantity);
                }
            }
        }
        move |configuration| found[self.configurations[configuration].problem as usize]
    }

    /// The trials of a configuration, of which there is at least one.
    pub fn of(&self, configuration: usize) -> impl ExactSizeIterator<Item = Trial<'_>> + Clone + use<'_> {
        self.rows(configuration).map(move |row| Trial { trials: self, configuration: configuration as u32, row })
    }

    /// A configuration's trial of this number.
    pub fn trial(&self, configuration: usize, number: usize) -> Trial<'_> {
        let row = self.configurations[configuration].start + number as u32;
        Trial { trials: self, configuration: configuration as u32, row }
    }

    /// Sets the setting of a configuration, the last one that has any in this column.
    fn set(&mut self, configuration: usize, hyperparameter: usize, setting: Option<&Setting>) {
        let Some(setting) = setting else { return };
        let form = &mut self.forms[hyperparameter];
        *form = (*form).max(Form::of(setting));
        let bits = self.bits(setting);
        self.settings[hyperparameter].set_bits(configuration, Some(bits));
    }

    /// The bits that stand for a setting.
    fn bits(&mut self, setting: &Setting) -> u64 {
        match setting {
            Setting::Choice(choice) => CHOICE | u64::from(self.name(choice)),
            Setting::Number(number) | Setting::Whole(number) | Setting::Among(number) => numbers::bits(*number),
        }
    }

    fn push_seeds(&mut self, init: u64, order: u64) {
        let row = self.init_seeds.len();
        self.init_seeds.push(init as u32);
        self.long_init_seeds.set_bits(row, Some(init).filter(|seed| *seed > u64::from(u32::MAX)));
        self.order_seeds.set_bits(row, Some(order).filter(|seed| *seed != init));
    }

    /// Of the last trial, before it has a status.
    fn push_steps(&mut self, steps: u64, gradients: u64) {
        self.steps.push(u32::try_from(steps).unwrap_or(u32::MAX));
        let of_step = (gradients != steps && steps != 0).then(|| gradients as f64 / steps as f64);
        self.gradients_of_step.set(self.statuses.len(), of_step);
    }

    fn rows(&self, configuration: usize) -> Range<u32> {
        let end = self.configurations.get(configuration + 1).map_or(self.statuses.len() as u32, |next| next.start);
        self.configurations[configuration].start..end
    }
}

impl<'a> Trial<'a> {
    /// What names it.
    pub fn key(self) -> Key {
        self.trials.keys[self.row as usize]
    }

    /// The seed of the initial weights.
    pub fn init_seed(self) -> u64 {
        let row = self.row as usize;
        self.trials.long_init_seeds.get_bits(row).unwrap_or_else(|| u64::from(self.trials.init_seeds[row]))
    }

    /// The seed of the order of examples.
    pub fn order_seed(self) -> u64 {
        self.trials.order_seeds.get_bits(self.row as usize).unwrap_or(self.init_seed())
    }

    /// How it ended.
    pub fn status(self) -> Status {
        self.trials.statuses[self.row as usize]
    }

    /// The first logged step at which the target was reached.
    pub fn steps_to_target(self) -> Option<u64> {
        self.trials.steps_to_target.get_bits(self.row as usize)
    }

    /// Its steps, but at most 2³² − 1.
    pub fn steps(self) -> u64 {
        u64::from(self.trials.steps[self.row as usize])
    }

    /// Gradients of batches that each of its steps is made of, on average.
    pub fn gradients_of_step(self) -> f64 {
        self.trials.gradients_of_step.get(self.row as usize).unwrap_or(1.0)
    }

    /// One of its losses and accuracies.
    pub fn quantity(self, quantity: Quantity) -> Option<f64> {
        self.trials.quantities[quantity as usize].get(self.row as usize)
    }

    /// Its setting of the hyperparameter of this number; none where its optimizer has no such one.
    pub fn setting(self, hyperparameter: usize) -> Option<Setting> {
        self.trials.setting(self.configuration as usize, hyperparameter)
    }

    /// Its number in the column of this number in [`Trials::extra`].
    pub fn extra(self, column: usize) -> Option<f64> {
        self.trials.extra_numbers.get(column)?.get(self.row as usize)
    }
}
