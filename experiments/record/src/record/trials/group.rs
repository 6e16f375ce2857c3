//! Putting trials together: of batches, of studies, and of one configuration.

use std::cmp::Ordering;
use std::mem;

use rayon::prelude::*;

use crate::record::numbers::Numbers;
use crate::record::setting::Setting;

use super::{CHOICE, Form, Head, LABEL, Trials};

impl Trials {
    /// Adds trials after these, with all columns that either side has. Those of one configuration may then be in
    /// several places: see [`Self::group`].
    pub fn append(&mut self, other: Self) {
        let names: Vec<u32> = other.names.iter().map(|name| self.name(name)).collect();
        let (row, place) = (self.statuses.len(), self.configurations.len());
        let heads = other.configurations.iter().map(|head| Head {
            problem: names[head.problem as usize],
            optimizer: names[head.optimizer as usize],
            start: row as u32 + head.start,
        });
        self.configurations.extend(heads);
        for ((name, mut column), form) in other.hyperparameters.iter().zip(other.settings).zip(other.forms) {
            column.replace(|bits| match bits & CHOICE {
                CHOICE => CHOICE | u64::from(names[(bits & u64::from(u32::MAX)) as usize]),
                _ => bits,
            });
            let at = named(name, &mut self.hyperparameters, &mut self.settings);
            self.settings[at].append(place, &column);
            self.forms.resize(self.settings.len(), Form::default());
            self.forms[at] = self.forms[at].max(form);
        }
        for (name, column) in other.extra.iter().zip(&other.extra_numbers) {
            let at = named(name, &mut self.extra, &mut self.extra_numbers);
            self.extra_numbers[at].append(row, column);
        }
        self.keys.extend(other.keys);
        self.init_seeds.extend(other.init_seeds);
        self.long_init_seeds.append(row, &other.long_init_seeds);
        self.order_seeds.append(row, &other.order_seeds);
        self.statuses.extend(other.statuses);
        self.steps.extend(other.steps);
        self.steps_to_target.append(row, &other.steps_to_target);
        self.gradients_of_step.append(row, &other.gradients_of_step);
        for (column, other) in self.quantities.iter_mut().zip(&other.quantities) {
            column.append(row, other);
        }
    }

    /// Makes room for so many batches such as this one: columns that grow leave holes in memory behind them.
    pub(super) fn reserve(&mut self, batch: &Self, batches: usize) {
        // Rows differ in length.
        let expected = |count: usize| count * batches + count * batches / 20;
        let (rows, configurations) = (expected(batch.len()), expected(batch.configurations()));
        self.configurations.reserve_exact(configurations);
        self.settings.iter_mut().for_each(|column| column.reserve(configurations));
        self.keys.reserve_exact(rows);
        self.init_seeds.reserve_exact(rows);
        self.statuses.reserve_exact(rows);
        self.steps.reserve_exact(rows);
        let own = self.quantities.iter_mut().chain(&mut self.extra_numbers).chain([
            &mut self.steps_to_target,
            &mut self.gradients_of_step,
            &mut self.order_seeds,
        ]);
        let others = batch.quantities.iter().chain(&batch.extra_numbers);
        let others = others.chain([&batch.steps_to_target, &batch.gradients_of_step, &batch.order_seeds]);
        for (column, _) in own.zip(others).filter(|(_, other)| !other.is_empty()) {
            column.reserve(rows);
        }
    }

    /// Gives all trials another problem, and one more setting each.
    pub fn relabel(&mut self, problem: &str, labels: &[(String, Setting)]) {
        let problem = self.name(problem);
        self.configurations.iter_mut().for_each(|head| head.problem = problem);
        for (name, setting) in labels {
            let at = named(name, &mut self.hyperparameters, &mut self.settings);
            self.settings[at] = Numbers::default();
            self.forms.resize(self.settings.len(), Form::default());
            (0..self.configurations.len()).for_each(|place| self.set(place, at, Some(setting)));
        }
    }

    /// These trials once with each of some values of one more setting: for tables that have several rows where trials have
    /// one.
    #[must_use]
    pub fn with_each(&self, name: &str, values: &[f64]) -> Self {
        let mut all = Self::named(self.hyperparameters.clone(), self.extra.clone());
        for value in values {
            let mut own = self.clone();
            let at = named(name, &mut own.hyperparameters, &mut own.settings);
            own.forms.resize(own.settings.len(), Form::default());
            (0..own.configurations.len()).for_each(|place| own.set(place, at, Some(&Setting::Whole(*value))));
            all.append(own);
        }
        all
    }

    /// Forgets all settings but those of these columns, and the optimizers unless `optimizer` is one: what was told apart by
    /// others is one configuration.
    pub fn keep(&mut self, columns: &[String]) {
        let kept: Vec<usize> =
            (0..self.settings.len()).filter(|at| columns.contains(&self.hyperparameters[*at])).collect();
        self.settings = kept.iter().map(|at| mem::take(&mut self.settings[*at])).collect();
        self.forms = kept.iter().map(|at| self.forms[*at]).collect();
        self.hyperparameters = kept.iter().map(|at| mem::take(&mut self.hyperparameters[*at])).collect();
        self.label = self.hyperparameters.iter().position(|name| name == LABEL);
        if !columns.iter().any(|name| name == "optimizer") {
            let all = self.name("");
            self.configurations.iter_mut().for_each(|head| head.optimizer = all);
        }
        self.group();
    }

    /// Puts the trials of each configuration together, in the order in which each configuration is first.
    pub fn group(&mut self) {
        let count = self.configurations.len();
        let mut order: Vec<u32> = (0..count as u32).collect();
        let compare = |a: &u32, b: &u32| self.compare([*a as usize, *b as usize]);
        order.par_sort_unstable_by(|a, b| compare(a, b).then(a.cmp(b)));
        let mut equal = order.chunk_by(|a, b| compare(a, b).is_eq()).peekable();
        if equal.all(|equal| equal.len() == 1) {
            return;
        }
        let mut groups: Vec<&[u32]> = order.chunk_by(|a, b| compare(a, b).is_eq()).collect();
        groups.sort_unstable_by_key(|group| group[0]);
        let mut rows: Vec<u32> = Vec::with_capacity(self.statuses.len());
        let mut heads = Vec::with_capacity(groups.len());
        for group in &groups {
            heads.push(Head { start: rows.len() as u32, ..self.configurations[group[0] as usize] });
            group.iter().for_each(|place| rows.extend(self.rows(*place as usize)));
        }
        let firsts: Vec<u32> = groups.iter().map(|group| group[0]).collect();
        self.settings.iter_mut().for_each(|column| *column = column.pick(&firsts));
        self.configurations = heads;
        self.pick(&rows);
    }

    /// Compares two configurations, in some order.
    fn compare(&self, [one, other]: [usize; 2]) -> Ordering {
        let head = |place: usize| (self.configurations[place].problem, self.configurations[place].optimizer);
        let cells = |place: usize| self.settings.iter().map(move |column| column.get_bits(place));
        head(one).cmp(&head(other)).then_with(|| cells(one).cmp(cells(other)))
    }

    /// Reorders the trials.
    fn pick(&mut self, rows: &[u32]) {
        fn picked<T: Copy>(column: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|row| column[*row as usize]).collect()
        }
        self.keys = picked(&self.keys, rows);
        self.init_seeds = picked(&self.init_seeds, rows);
        self.statuses = picked(&self.statuses, rows);
        self.steps = picked(&self.steps, rows);
        let numbers = self.quantities.iter_mut().chain(&mut self.extra_numbers);
        let seeds = [&mut self.long_init_seeds, &mut self.order_seeds];
        for column in numbers.chain([&mut self.steps_to_target, &mut self.gradients_of_step]).chain(seeds) {
            *column = column.pick(rows);
        }
    }
}

/// The place of the column of that name, added if it is new.
fn named(name: &str, names: &mut Vec<String>, columns: &mut Vec<Numbers>) -> usize {
    let place = names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    columns.resize(names.len(), Numbers::default());
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Quantity;
    use crate::record::schema::{Run, Runs};
    use crate::record::trials::rows::tests::run;

    fn trials(hyperparameters: &[&str], rows: &[&[Option<f64>]]) -> Trials {
        let settings = |cells: &[Option<f64>]| cells.iter().map(|x| x.map(Setting::Number)).collect();
        let rows = (0..).zip(rows).map(|(seed, cells)| Run { settings: settings(cells), ..run(seed) });
        let hyperparameters = hyperparameters.iter().map(|name| (*name).to_owned()).collect();
        Trials::from(&Runs { hyperparameters, rows: rows.collect(), ..Runs::default() })
    }

    fn settings(trials: &Trials, place: usize) -> Vec<Option<Setting>> {
        (0..trials.hyperparameters.len()).map(|hyperparameter| trials.setting(place, hyperparameter)).collect()
    }

    #[test]
    fn tables_are_joined_by_the_names_of_their_columns() {
        let mut all = trials(&["lr", "momentum"], &[&[Some(0.1), Some(0.9)]]);
        let mut other = trials(&["beta1", "lr"], &[&[Some(0.5), Some(0.2)]]);
        other.relabel("b", &[("form".to_owned(), Setting::Choice("new".to_owned()))]);
        all.append(other);
        assert_eq!(all.hyperparameters, ["lr", "momentum", "beta1", "form"]);
        let number = |x: f64| Some(Setting::Number(x));
        assert_eq!(settings(&all, 0), [number(0.1), number(0.9), None, None]);
        let form = Some(Setting::Choice("new".to_owned()));
        assert_eq!(settings(&all, 1), [number(0.2), None, number(0.5), form]);
        assert_eq!((all.problem(0), all.problem(1)), ("moons", "b"));
    }

    #[test]
    fn trials_of_a_configuration_come_together_in_their_order() {
        let rows: Vec<[Option<f64>; 1]> = [2.0, 1.0, 1.0, 2.0, 3.0, 1.0].map(|rate| [Some(rate)]).to_vec();
        let rows: Vec<&[Option<f64>]> = rows.iter().map(|row| &row[..]).collect();
        let grouped = trials(&["lr"], &rows);
        let seeds = |place| grouped.of(place).map(|trial| trial.init_seed()).collect::<Vec<_>>();
        assert_eq!((0..grouped.configurations()).map(seeds).collect::<Vec<_>>(), [vec![0, 3], vec![1, 2, 5], vec![4]]);
        let losses = grouped.of(1).map(|trial| trial.quantity(Quantity::FinalTrainLoss)).collect::<Vec<_>>();
        assert_eq!(losses, [Some(0.1), Some(0.2), Some(0.5)]);
        assert_eq!(settings(&grouped, 1), [Some(Setting::Number(1.0))]);
    }

    #[test]
    fn every_trial_is_there_with_each_value_of_one_more_setting() {
        let rows: [&[Option<f64>]; 3] = [&[Some(0.1)], &[Some(0.2)], &[Some(0.1)]];
        let all = trials(&["lr"], &rows).with_each("layer", &[1.0, 2.0]);
        let number = |x: f64| Some(Setting::Number(x));
        let found: Vec<_> =
            (0..all.configurations()).map(|place| (settings(&all, place), all.of(place).len())).collect();
        let expected = [(0.1, 1.0, 2), (0.2, 1.0, 1), (0.1, 2.0, 2), (0.2, 2.0, 1)];
        assert_eq!(found, expected.map(|(lr, layer, count)| (vec![number(lr), number(layer)], count)));
        assert_eq!(all.of(2).map(|trial| trial.init_seed()).collect::<Vec<_>>(), [0, 2]);
        assert!(trials(&["lr"], &rows).with_each("layer", &[]).is_empty());
    }

    #[test]
    fn what_is_forgotten_is_pooled() {
        let rows: [&[Option<f64>]; 4] =
            [&[Some(0.1), Some(0.9)], &[Some(0.1), Some(0.5)], &[Some(0.2), Some(0.9)], &[Some(0.2), None]];
        let mut pooled = trials(&["lr", "momentum"], &rows);
        pooled.keep(&["lr".to_owned()]);
        let seeds = |place| pooled.of(place).map(|trial| trial.init_seed()).collect::<Vec<_>>();
        assert_eq!((pooled.configurations(), seeds(0), seeds(1)), (2, vec![0, 1], vec![2, 3]));
        assert_eq!((settings(&pooled, 1), pooled.optimizer(0)), (vec![Some(Setting::Number(0.2))], ""));
        pooled.keep(&["optimizer".to_owned()]);
        assert_eq!((pooled.configurations(), pooled.of(0).len()), (1, 4));
    }
}
