//! `runs.csv`: one row per trial.

use std::io::Write;
use std::path::Path;

use super::error::RecordError;
use super::number::{self, Precision};
use super::schema::{Run, Runs, Setting, Status};
use super::table::{Fields, Table};
use super::{atomic, optional_cell};

/// The columns before the hyperparameters.
const LEADING: [&str; 3] = ["key", "problem", "optimizer"];

/// The columns after the hyperparameters.
const TRAILING: [&str; 15] = [
    "init_seed",
    "order_seed",
    "status",
    "steps",
    "diverged_at",
    "initial_train_loss",
    "final_train_loss",
    "best_train_loss",
    "best_step",
    "final_validation_loss",
    "final_test_loss",
    "final_train_accuracy",
    "final_validation_accuracy",
    "final_test_accuracy",
    "steps_to_target",
];

impl Status {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ok, Self::Target, Self::Diverged];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Target => "target",
            Self::Diverged => "diverged",
        }
    }
}

impl Setting {
    /// Its text in files. Hyperparameters are `f64`s whatever the precision of the training.
    pub fn text(&self) -> String {
        match self {
            Self::Number(value) => Precision::F64.format(*value),
            Self::Choice(name) => name.clone(),
        }
    }

    /// Reads a cell: a number if it is one, else the name of a choice; nothing if it is empty.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            _ => Some(number::parse(text).map_or_else(|| Self::Choice(text.to_owned()), Self::Number)),
        }
    }
}

/// Writes `runs.csv`, whole or not at all.
///
/// # Errors
/// [`RecordError::Write`].
pub fn write_runs(path: &Path, runs: &Runs) -> Result<(), RecordError> {
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        write_run_header(&mut writer, &runs.hyperparameters, &runs.extra)?;
        for run in &runs.rows {
            write_run(&mut writer, run, runs.precision)?;
        }
        writer.flush().map_err(csv::Error::from)
    })
    .map_err(|source| RecordError::Write { path: path.to_owned(), source })
}

/// Writes the header of `runs.csv`: the columns of every sweep, with its hyperparameters, and its `extra` ones.
///
/// # Errors
/// Those of the writer.
pub fn write_run_header<W: Write>(
    writer: &mut csv::Writer<W>,
    hyperparameters: &[String],
    extra: &[String],
) -> csv::Result<()> {
    let hyperparameters = hyperparameters.iter().map(String::as_str);
    let extra = extra.iter().map(String::as_str);
    writer.write_record(LEADING.into_iter().chain(hyperparameters).chain(TRAILING).chain(extra))
}

/// Writes a row of `runs.csv`.
///
/// # Errors
/// Those of the writer; also if `run` has a different number of settings or extra values than the header.
pub fn write_run<W: Write>(writer: &mut csv::Writer<W>, run: &Run, precision: Precision) -> csv::Result<()> {
    for text in [&run.key, &run.problem, &run.optimizer] {
        writer.write_field(text)?;
    }
    for setting in &run.settings {
        writer.write_field(setting.as_ref().map(Setting::text).unwrap_or_default())?;
    }
    let count = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let number = |value| optional_cell(precision, value);
    for text in [
        run.init_seed.to_string(),
        run.order_seed.to_string(),
        run.status.name().to_owned(),
        run.steps.to_string(),
        count(run.diverged_at),
        number(run.initial_train_loss),
        number(run.final_train_loss),
        number(run.best_train_loss),
        count(run.best_step),
        number(run.final_validation_loss),
        number(run.final_test_loss),
        number(run.final_train_accuracy),
        number(run.final_validation_accuracy),
        number(run.final_test_accuracy),
        count(run.steps_to_target),
    ] {
        writer.write_field(text)?;
    }
    for value in &run.extra {
        writer.write_field(number(*value))?;
    }
    writer.write_record(None::<&[u8]>)
}

/// Reads `runs.csv`.
///
/// The file does not say in which precision its trials were computed, so the result's is [`Precision::F64`]: its values
/// are those of the decimals ([`Precision::decimal`]), and writing it again gives the same bytes.
///
/// # Errors
/// If the file cannot be read, or is not such a table: the error names its line and column.
pub fn read_runs(path: &Path) -> Result<Runs, RecordError> {
    let mut rows = Vec::new();
    let visit = |run| {
        rows.push(run);
        Ok::<(), RecordError>(())
    };
    let runs = visit_runs(path, visit)?;
    Ok(Runs { rows, ..runs })
}

/// Reads `runs.csv` row by row, for tables that are larger than memory; the result is [`read_runs`]'s without rows.
///
/// # Errors
/// Those of [`read_runs`] and of `visit`.
pub fn visit_runs<E: From<RecordError>>(path: &Path, mut visit: impl FnMut(Run) -> Result<(), E>) -> Result<Runs, E> {
    let RunsTable { table, hyperparameters, extra } = RunsTable::open(path)?;
    table.visit(|fields| visit(parse_run(fields, hyperparameters.len(), extra.len())?))?;
    Ok(Runs { hyperparameters, extra, rows: Vec::new(), precision: Precision::F64 })
}

/// `runs.csv` after its header.
pub(crate) struct RunsTable<'a> {
    pub(super) table: Table<'a>,
    pub hyperparameters: Vec<String>,
    pub extra: Vec<String>,
}

impl<'a> RunsTable<'a> {
    pub fn open(path: &'a Path) -> Result<Self, RecordError> {
        let table = Table::open(path)?;
        let columns = format!("{},<hyperparameters>,{}", LEADING.join(","), TRAILING.join(","));
        table.expect_columns(0, &LEADING, &columns)?;
        let names = table.header().iter().skip(LEADING.len()).take_while(|&name| name != TRAILING[0]);
        let hyperparameters: Vec<String> = names.map(str::to_owned).collect();
        let start = LEADING.len() + hyperparameters.len();
        table.expect_columns(start, &TRAILING, &columns)?;
        let start = start + TRAILING.len();
        let is_name = |name: &&str| name.starts_with(|c: char| c.is_ascii_lowercase());
        let extra: Vec<String> = table.header().iter().skip(start).take_while(is_name).map(str::to_owned).collect();
        table.expect_no_more(start + extra.len())?;
        Ok(Self { table, hyperparameters, extra })
    }
}

fn parse_run(mut fields: Fields<'_>, settings: usize, extra: usize) -> Result<Run, RecordError> {
    Ok(Run {
        key: fields.text().to_owned(),
        problem: fields.text().to_owned(),
        optimizer: fields.text().to_owned(),
        settings: (0..settings).map(|_| Setting::parse(fields.text())).collect(),
        init_seed: fields.count()?,
        order_seed: fields.count()?,
        status: parse_status(&mut fields)?,
        steps: fields.count()?,
        diverged_at: fields.optional_count()?,
        initial_train_loss: fields.optional_number()?,
        final_train_loss: fields.optional_number()?,
        best_train_loss: fields.optional_number()?,
        best_step: fields.optional_count()?,
        final_validation_loss: fields.optional_number()?,
        final_test_loss: fields.optional_number()?,
        final_train_accuracy: fields.optional_number()?,
        final_validation_accuracy: fields.optional_number()?,
        final_test_accuracy: fields.optional_number()?,
        steps_to_target: fields.optional_count()?,
        extra: (0..extra).map(|_| fields.optional_number()).collect::<Result<_, _>>()?,
    })
}

pub(super) fn parse_status(fields: &mut Fields<'_>) -> Result<Status, RecordError> {
    let text = fields.text();
    let known = Status::ALL.into_iter().find(|status| status.name() == text);
    known.ok_or_else(|| fields.error("`ok`, `target` or `diverged`"))
}
