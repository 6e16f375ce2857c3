//! `runs.csv`: one row per trial.

use std::io::Write;
use std::path::Path;

use super::atomic;
use super::error::RecordError;
use super::leading::{self, LEADING};
use super::number::Precision;
use super::schema::{Run, Runs, Status};
use super::setting::Setting;
use super::table::{Fields, Table};

/// The columns after the hyperparameters.
const TRAILING: [&str; 16] = [
    "init_seed",
    "order_seed",
    "status",
    "steps",
    "gradients",
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

/// The place of a column that every `runs.csv` has after the settings, counted from the first of these.
pub fn run_column(name: &str) -> Option<usize> {
    TRAILING.iter().position(|own| *own == name)
}

/// Whether every `runs.csv` has a column of this name, besides those of settings.
pub fn is_run_column(name: &str) -> bool {
    LEADING.contains(&name) || TRAILING.contains(&name)
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
    leading::write_names(writer, hyperparameters)?;
    writer.write_record(TRAILING.into_iter().chain(extra.iter().map(String::as_str)))
}

/// Writes a row of `runs.csv`.
///
/// # Errors
/// Those of the writer; also if `run` has a different number of settings or extra values than the header.
pub fn write_run<W: Write>(writer: &mut csv::Writer<W>, run: &Run, precision: Precision) -> csv::Result<()> {
    for text in [&run.key, &run.problem, &run.optimizer] {
        writer.write_field(text)?;
    }
    let mut cells = Cells { writer, text: Vec::new() };
    for setting in &run.settings {
        match setting {
            None => cells.empty()?,
            Some(Setting::Number(value)) => cells.number(Precision::F64, *value)?,
            Some(Setting::Choice(name)) => cells.writer.write_field(name)?,
            Some(setting) => cells.writer.write_field(setting.cell())?,
        }
    }
    cells.count(Some(run.init_seed))?;
    cells.count(Some(run.order_seed))?;
    cells.writer.write_field(run.status.name())?;
    cells.count(Some(run.steps))?;
    cells.count(Some(run.gradients))?;
    cells.count(run.diverged_at)?;
    for value in [run.initial_train_loss, run.final_train_loss, run.best_train_loss] {
        cells.optional(precision, value)?;
    }
    cells.count(run.best_step)?;
    let judged = [
        run.final_validation_loss,
        run.final_test_loss,
        run.final_train_accuracy,
        run.final_validation_accuracy,
        run.final_test_accuracy,
    ];
    judged.into_iter().try_for_each(|value| cells.optional(precision, value))?;
    cells.count(run.steps_to_target)?;
    run.extra.iter().try_for_each(|value| cells.optional(precision, *value))?;
    writer.write_record(None::<&[u8]>)
}

impl Run {
    /// The row as who reads it sees it, once it is written in this precision.
    #[must_use]
    pub fn as_read(self, precision: Precision) -> Self {
        let read = |value: Option<f64>| value.map(|value| precision.decimal(value));
        Self {
            initial_train_loss: read(self.initial_train_loss),
            final_train_loss: read(self.final_train_loss),
            best_train_loss: read(self.best_train_loss),
            final_validation_loss: read(self.final_validation_loss),
            final_test_loss: read(self.final_test_loss),
            final_train_accuracy: read(self.final_train_accuracy),
            final_validation_accuracy: read(self.final_validation_accuracy),
            final_test_accuracy: read(self.final_test_accuracy),
            extra: self.extra.into_iter().map(read).collect(),
            ..self
        }
    }
}

/// Cells of a row, written through one buffer: there are millions of them.
struct Cells<'a, W: Write> {
    writer: &'a mut csv::Writer<W>,
    text: Vec<u8>,
}

impl<W: Write> Cells<'_, W> {
    fn empty(&mut self) -> csv::Result<()> {
        self.writer.write_field("")
    }

    fn number(&mut self, precision: Precision, value: f64) -> csv::Result<()> {
        self.text.clear();
        precision.append(value, &mut self.text);
        self.writer.write_field(&self.text)
    }

    fn optional(&mut self, precision: Precision, value: Option<f64>) -> csv::Result<()> {
        match value {
            None => self.empty(),
            Some(value) => self.number(precision, value),
        }
    }

    fn count(&mut self, value: Option<u64>) -> csv::Result<()> {
        let Some(value) = value else { return self.empty() };
        self.text.clear();
        write!(self.text, "{value}")?;
        self.writer.write_field(&self.text)
    }
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
        gradients: fields.count()?,
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
