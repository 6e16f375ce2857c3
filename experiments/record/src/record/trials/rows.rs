//! Trials that are in memory as rows.

use crate::record::key::Key;
use crate::record::numbers;
use crate::record::schema::{Run, Runs, Setting};

use super::{CHOICE, Head, Quantity, Trials};

impl From<&Runs> for Trials {
    /// # Panics
    /// If a trial's key is not one, or a row has more settings or numbers than there are names.
    fn from(runs: &Runs) -> Self {
        let mut trials = Self::named(runs.hyperparameters.clone(), runs.extra.clone());
        runs.rows.iter().for_each(|run| trials.push(run));
        trials.group();
        trials
    }
}

impl Trials {
    fn push(&mut self, run: &Run) {
        let (row, place) = (self.statuses.len(), self.configurations.len());
        let (problem, optimizer) = (self.name(&run.problem), self.name(&run.optimizer));
        self.configurations.push(Head { problem, optimizer, start: row as u32 });
        for (column, setting) in run.settings.iter().enumerate() {
            let bits = setting.as_ref().map(|setting| self.bits(setting));
            self.settings[column].set_bits(place, bits);
        }
        self.keys.push(Key::parse(run.key.as_bytes()).expect("a trial has a key"));
        self.init_seeds.push(run.init_seed);
        self.order_seeds.push(run.order_seed);
        self.statuses.push(run.status);
        for (quantity, column) in Quantity::ALL.into_iter().zip(&mut self.quantities) {
            column.set(row, quantity.of(run));
        }
        self.steps_to_target.set_bits(row, run.steps_to_target);
        self.extra_numbers.iter_mut().zip(&run.extra).for_each(|(column, number)| column.set(row, *number));
    }

    /// The bits that stand for a setting.
    pub(super) fn bits(&mut self, setting: &Setting) -> u64 {
        match setting {
            Setting::Number(number) => numbers::bits(*number),
            Setting::Choice(choice) => CHOICE | u64::from(self.name(choice)),
        }
    }
}

impl Quantity {
    fn of(self, run: &Run) -> Option<f64> {
        match self {
            Self::InitialTrainLoss => run.initial_train_loss,
            Self::FinalTrainLoss => run.final_train_loss,
            Self::BestTrainLoss => run.best_train_loss,
            Self::FinalValidationLoss => run.final_validation_loss,
            Self::FinalTestLoss => run.final_test_loss,
            Self::FinalTrainAccuracy => run.final_train_accuracy,
            Self::FinalValidationAccuracy => run.final_validation_accuracy,
            Self::FinalTestAccuracy => run.final_test_accuracy,
        }
    }
}
