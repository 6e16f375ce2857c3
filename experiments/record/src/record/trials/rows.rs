//! Trials that are in memory as rows.

use crate::record::key::Key;
use crate::record::schema::{Run, Runs};

use super::{Head, Quantity, Trials};

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
            self.set(place, column, setting.as_ref());
        }
        self.keys.push(Key::parse(run.key.as_bytes()).expect("a trial has a key"));
        self.push_seeds(run.init_seed, run.order_seed);
        self.push_steps(run.steps, run.gradients);
        self.statuses.push(run.status);
        for (quantity, column) in Quantity::ALL.into_iter().zip(&mut self.quantities) {
            column.set(row, quantity.of(run));
        }
        self.steps_to_target.set_bits(row, run.steps_to_target);
        self.extra_numbers.iter_mut().zip(&run.extra).for_each(|(column, number)| column.set(row, *number));
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

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use super::*;
    use crate::record::{Precision, Quantities, Setting, Status, read_runs, read_trials, write_runs};

    /// A trial of a seed.
    pub fn run(seed: u64) -> Run {
        Run {
            key: format!("t{seed:016x}"),
            problem: "moons".to_owned(),
            optimizer: "sgd".to_owned(),
            settings: Vec::new(),
            init_seed: if seed < 9500 { seed } else { seed << 40 },
            order_seed: if seed.is_multiple_of(2) { seed } else { 3 * seed },
            status: Status::ALL[seed as usize % 3],
            steps: 1,
            gradients: 1 + seed % 2,
            diverged_at: None,
            initial_train_loss: Some(1.0),
            final_train_loss: (!seed.is_multiple_of(7) || seed == 0).then(|| seed as f64 / 10.0),
            best_train_loss: Some(f64::NAN),
            best_step: Some(1),
            final_validation_loss: None,
            final_test_loss: None,
            final_train_accuracy: Some(0.5),
            final_validation_accuracy: None,
            final_test_accuracy: (seed > 9000).then_some(1e-300),
            steps_to_target: seed.is_multiple_of(2).then_some(seed),
            extra: Vec::new(),
        }
    }

    /// Trials whose table has several batches, some configurations in two places, and perhaps texts in quotes.
    fn many(problem: &str) -> Runs {
        let row = |seed: u64| Run {
            problem: problem.to_owned(),
            settings: vec![
                Some(Setting::Number((seed / 3 % 2000) as f64)),
                seed.is_multiple_of(2)
                    .then(|| Setting::Choice(["inside", "outside"][seed as usize / 8 % 2].to_owned())),
            ],
            extra: vec![Some(-0.5).filter(|_| seed > 5)],
            ..run(seed)
        };
        let [hyperparameters, extra] = [&["lr", "form"][..], &["start_x0"]];
        let [hyperparameters, extra] =
            [hyperparameters, extra].map(|names| names.iter().map(|n| (*n).into()).collect());
        Runs { hyperparameters, extra, rows: (0..12_000).map(row).collect(), precision: Precision::F64 }
    }

    #[test]
    fn columns_say_what_rows_say_on_any_threads() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        for problem in ["moons", "a \"moon\",\nand another"] {
            let runs = many(problem);
            write_runs(&path, &runs).unwrap();
            assert!(fs::metadata(&path).unwrap().len() > 1 << 19);
            let rows = read_runs(&path).unwrap();
            assert_eq!(rows.rows.len(), runs.rows.len());
            assert!(rows.rows.iter().zip(&runs.rows).all(|(a, b)| a.key == b.key && a.problem == b.problem));
            for threads in [1, 3] {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
                let trials = pool.install(|| read_trials(&path, Quantities::ALL)).unwrap();
                assert!(trials == Trials::from(&rows), "{problem} on {threads} threads");
            }
        }
    }

    #[test]
    fn quantities_that_are_not_wanted_are_as_if_no_trial_had_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let mut runs = many("moons");
        write_runs(&path, &runs).unwrap();
        let some = read_trials(&path, [Quantity::FinalTrainLoss].into_iter().collect()).unwrap();
        for run in &mut runs.rows {
            (run.initial_train_loss, run.best_train_loss) = (None, None);
            (run.final_train_accuracy, run.final_test_accuracy) = (None, None);
        }
        assert!(some == Trials::from(&runs));
    }

    #[test]
    fn mistakes_far_into_a_table_have_their_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        write_runs(&path, &many("moons")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let wrong = |row: usize| text.replacen(&format!("\nt{row:016x},moons"), &format!("\nt{row:015x}g,moons"), 1);
        for (text, line) in [(wrong(11_000), 11_002), (wrong(11_000).replace('\n', "\r\n"), 11_002)] {
            fs::write(&path, text).unwrap();
            let error = read_trials(&path, Quantities::ALL).unwrap_err().to_string();
            let expected = format!("runs.csv:{line}: column `key`: expected a key of a `t` and 16 hex digits, found `");
            assert!(error.contains(&expected), "{error}");
        }
        fs::write(&path, text.replacen("\nt0000000000002af8,moons", "\nt0000000000002af8", 1)).unwrap();
        let error = read_trials(&path, Quantities::ALL).unwrap_err().to_string();
        assert!(error.ends_with("runs.csv:11002: 21 fields, but the header has 22"), "{error}");
    }
}
