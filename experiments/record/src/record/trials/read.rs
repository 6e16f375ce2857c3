//! Reading `runs.csv` into columns, in batches on all threads of the current pool.

use std::collections::HashMap;
use std::path::Path;

use crate::record::batches::Cut;
use crate::record::error::RecordError;
use crate::record::runs::{RunsTable, parse_status};
use crate::record::setting::Setting;
use crate::record::table::{Fields, Rows};

use super::{Head, Quantities, Quantity, Trials};

/// Reads `runs.csv` by columns, of which those of other losses and accuracies than these are left out: as if no trial
/// had one.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names its line and column.
pub fn read_trials(path: &Path, quantities: Quantities) -> Result<Trials, RecordError> {
    let runs = RunsTable::open(path)?;
    let batches = runs.table.batches()?;
    let mut trials = Trials::named(runs.hyperparameters.clone(), runs.extra.clone());
    read(runs, quantities, Cut::Anywhere, Ok, |batch| {
        if trials.is_empty() {
            trials.reserve(&batch, batches);
        }
        trials.append(batch);
        Ok::<(), RecordError>(())
    })?;
    trials.group();
    Ok(trials)
}

/// Reads `runs.csv` in batches of whole configurations, and makes something of each on all threads of the current pool;
/// `take` gets it in the order of the rows. A configuration whose trials are not adjacent counts as several.
pub(crate) fn read_in_batches<T: Send, E: From<RecordError> + Send>(
    runs: RunsTable<'_>,
    make: impl Fn(Trials) -> Result<T, RecordError> + Sync,
    take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let cells = 2 + runs.hyperparameters.len();
    read(runs, Quantities::ALL, Cut::WhereChanged(cells), make, take)
}

/// The losses and accuracies that the trials of each problem have.
pub(crate) fn quantities_by_problem(runs: RunsTable<'_>) -> Result<HashMap<String, Quantities>, RecordError> {
    let RunsTable { table, hyperparameters, .. } = runs;
    let start = 3 + hyperparameters.len();
    let find = |rows: Rows<'_>| {
        let mut found: Vec<(String, Quantities)> = Vec::new();
        rows.visit(|mut fields| {
            fields.seek(1);
            let problem = fields.text();
            if found.last().is_none_or(|(last, _)| last != problem) {
                found.push((problem.to_owned(), Quantities::default()));
            }
            let (_, found) = found.last_mut().expect("one was pushed");
            for quantity in Quantity::ALL {
                fields.seek(start + quantity.place());
                if !fields.text().is_empty() {
                    found.add(quantity);
                }
            }
            Ok(())
        })?;
        Ok(found)
    };
    let mut all: HashMap<String, Quantities> = HashMap::new();
    table.in_batches(Cut::Anywhere, find, |found| {
        found.into_iter().for_each(|(problem, found)| {
            let all = all.entry(problem).or_default();
            *all = all.and(found);
        });
        Ok::<(), RecordError>(())
    })?;
    Ok(all)
}

fn read<T: Send, E: From<RecordError> + Send>(
    runs: RunsTable<'_>,
    quantities: Quantities,
    cut: Cut,
    make: impl Fn(Trials) -> Result<T, RecordError> + Sync,
    take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let RunsTable { table, hyperparameters, extra } = runs;
    table.in_batches(cut, |rows| make(parse(rows, &hyperparameters, &extra, quantities)?), take)
}

/// Takes the rows, whose text is not needed any more: that of one configuration may be long.
#[expect(clippy::needless_pass_by_value, reason = "so that they are dropped")]
fn parse(
    rows: Rows<'_>,
    hyperparameters: &[String],
    extra: &[String],
    quantities: Quantities,
) -> Result<Trials, RecordError> {
    let mut trials = Trials::named(hyperparameters.to_vec(), extra.to_vec());
    let mut configuration = String::new();
    rows.visit(|fields| trials.add(fields, quantities, &mut configuration))?;
    Ok(trials)
}

/// The place of the column after the last loss or accuracy, after the hyperparameters.
const AFTER_QUANTITIES: usize = 15;

impl Quantity {
    /// The place of its column after the hyperparameters: it comes after seeds, status and counts, and
    /// `best_step` is between the losses.
    fn place(self) -> usize {
        6 + self as usize + usize::from(self as usize > Self::BestTrainLoss as usize)
    }
}

impl Trials {
    /// Adds the trial of a row; `last` is the text of the configuration of the row before.
    fn add(&mut self, mut fields: Fields<'_>, quantities: Quantities, last: &mut String) -> Result<(), RecordError> {
        let row = self.statuses.len();
        self.keys.push(fields.key()?);
        let count = 2 + self.settings.len();
        let configuration = fields.span(count);
        if row == 0 || configuration != last {
            last.clear();
            last.push_str(configuration);
            self.add_configuration(&mut fields);
        } else {
            fields.seek(1 + count);
        }
        let (init_seed, order_seed) = (fields.count()?, fields.count()?);
        self.push_seeds(init_seed, order_seed);
        let status = parse_status(&mut fields)?;
        self.push_steps(fields.count()?, fields.count()?);
        self.statuses.push(status);
        for (quantity, column) in Quantity::ALL.into_iter().zip(&mut self.quantities) {
            if quantities.has(quantity) {
                fields.seek(1 + count + quantity.place());
                column.set(row, fields.optional_number()?);
            }
        }
        fields.seek(1 + count + AFTER_QUANTITIES);
        self.steps_to_target.set_bits(row, fields.optional_count()?);
        for column in &mut self.extra_numbers {
            column.set(row, fields.optional_number()?);
        }
        Ok(())
    }

    fn add_configuration(&mut self, fields: &mut Fields<'_>) {
        let problem = self.name(fields.text());
        let optimizer = self.name(fields.text());
        let place = self.configurations.len();
        for column in 0..self.settings.len() {
            self.set(place, column, Setting::parse(fields.text()).as_ref());
        }
        self.configurations.push(Head { problem, optimizer, start: self.statuses.len() as u32 });
    }

    /// The number of a text, added if it is new.
    pub(super) fn name(&mut self, text: &str) -> u32 {
        let known = self.names.iter().position(|name| name == text);
        known.unwrap_or_else(|| {
            self.names.push(text.to_owned());
            self.names.len() - 1
        }) as u32
    }
}
