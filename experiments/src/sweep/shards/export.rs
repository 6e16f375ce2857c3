//! The tables of a result as Parquet, for readers that want columns and types. Its bytes belong to the version of the library
//! that wrote them, and are never hashed: what a file is of stands in its metadata.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use thiserror::Error;

use super::audit::{AuditError, Audited, Means};
use super::columns::{Column, Kind, columns};
use super::id::{ResultId, Roots};
use super::stored::Stored;
use crate::record::atomic::{self, Pending};
use crate::record::manifest::Manifest;
use crate::spec::Spec;
use crate::sweep::run::Progress;

/// Rows of a row group, at least, but for the last: what readers take at a time.
const ROWS: usize = 1 << 17;

/// Why tables could not be exported.
#[derive(Debug, Error, Diagnostic)]
pub enum ExportError {
    /// The result cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Audit(#[from] AuditError),
    /// A file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A cell is not what its column holds.
    #[error("column {column} of {table}.csv has `{cell}`, which is no number")]
    Cell {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
}

/// Writes the tables of a result's trials as `<table>.parquet` into a folder, and gives their paths. Their metadata has the number
/// of the result (`thalweg.id`), the contract, and the spec as text.
///
/// # Errors
///
/// If some of the result is missing or damaged, if it is not that of its manifest, or if a file cannot be written: then all
/// files are as they were.
pub fn export_parquet(
    spec: &Spec,
    (folder, out): (&Path, &Path),
    means: Means,
    progress: &dyn Progress,
) -> Result<Vec<PathBuf>, ExportError> {
    let audited = Audited::new(spec, means)?;
    let chunks = &audited.chunks;
    let failed = |unread| AuditError::of(folder, unread);
    atomic::create_folder(out).map_err(|error| failed_at(out, error))?;
    let columns = columns(spec, &audited.plan, chunks);
    let mut tables: Vec<Table> =
        columns.into_iter().map(|(name, columns)| Table::new(name, columns, out)).collect::<Result<_, _>>()?;
    let places: Vec<usize> = chunks.tables().map(|(place, _)| place).collect();
    let mut stored = Stored::open(chunks, folder).map_err(failed)?;
    let mut roots = Roots::default();
    progress.begin(usize::try_from(chunks.trials).unwrap_or(usize::MAX), 0);
    for number in 0..chunks.count() {
        let chunk = audited.pool.install(|| stored.chunk(number)).map_err(failed)?;
        roots.push(&chunk.seal);
        for (table, place) in tables.iter_mut().zip(&places) {
            table.push(&chunk.tables[*place])?;
        }
        progress.advance(chunk.seal.count as usize);
    }
    progress.end();
    let found = ResultId::of_roots(chunks, &roots).name();
    if let Some(noted) = Manifest::read(folder).ok().and_then(|manifest| manifest.id).filter(|noted| *noted != found) {
        return Err(AuditError::Renamed { folder: folder.to_owned(), found, noted }.into());
    }
    let metadata = [
        ("thalweg.id", found),
        ("thalweg.contract", chunks.contract.to_string()),
        ("thalweg.spec", spec.of_results().canonical()),
    ];
    let whole: Vec<(PathBuf, Pending)> =
        tables.into_iter().map(|table| table.end(&metadata)).collect::<Result<_, _>>()?;
    let keep = |(path, pending): (PathBuf, Pending)| match pending.keep() {
        Ok(()) => Ok(path),
        Err(error) => Err(failed_at(&path, error)),
    };
    whole.into_iter().map(keep).collect()
}

fn failed_at(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ExportError {
    ExportError::Write { path: path.to_owned(), source: source.into() }
}

/// A table that is being written.
struct Table {
    name: String,
    columns: Vec<Column>,
    path: PathBuf,
    pending: Pending,
    writer: SerializedFileWriter<fs::File>,
    /// The cells of the rows that wait for a row group, by column.
    cells: Vec<Cells>,
    /// How many rows wait.
    waiting: usize,
}

impl Table {
    fn new(name: &str, columns: Vec<Column>, out: &Path) -> Result<Self, ExportError> {
        let path = out.join(format!("{name}.parquet"));
        let failed = |error: io::Error| failed_at(&path, error);
        let mut pending = Pending::new(&path).map_err(failed)?;
        let file = pending.file().try_clone().map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("thalweg ", env!("CARGO_PKG_VERSION")).to_owned());
        let writer = schema(name, &columns)
            .and_then(|schema| SerializedFileWriter::new(file, schema, Arc::new(properties.build())))
            .map_err(|error| failed_at(&path, error))?;
        let cells = columns.iter().map(|column| Cells::of(column.kind)).collect();
        Ok(Self { name: name.to_owned(), columns, path, pending, writer, cells, waiting: 0 })
    }

    /// Adds rows of the table.
    fn push(&mut self, rows: &[u8]) -> Result<(), ExportError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(rows);
        let mut row = csv::StringRecord::new();
        while reader.read_record(&mut row).map_err(|error| failed_at(&self.path, error))? {
            for ((cells, cell), column) in self.cells.iter_mut().zip(&row).zip(&self.columns) {
                cells.push(cell).ok_or_else(|| ExportError::Cell {
                    table: self.name.clone(),
                    column: column.name.clone(),
                    cell: cell.to_owned(),
                })?;
            }
            self.waiting += 1;
        }
        if self.waiting < ROWS { Ok(()) } else { self.write() }
    }

    /// Writes the rows that wait as a row group.
    fn write(&mut self) -> Result<(), ExportError> {
        self.waiting = 0;
        let Self { writer, cells, .. } = self;
        let write = || {
            let mut group = writer.next_row_group()?;
            for cells in cells {
                let mut column = group.next_column()?.expect("as many as in the schema");
                cells.write(&mut column)?;
                column.close()?;
            }
            group.close().map(drop)
        };
        write().map_err(|error: ParquetError| failed_at(&self.path, error))
    }

    /// Writes the rest, and the metadata.
    fn end(mut self, metadata: &[(&str, String)]) -> Result<(PathBuf, Pending), ExportError> {
        if self.waiting > 0 {
            self.write()?;
        }
        for (key, value) in metadata {
            self.writer.append_key_value_metadata(KeyValue::new((*key).to_owned(), value.clone()));
        }
        self.writer.close().map_err(|error| failed_at(&self.path, error))?;
        Ok((self.path, self.pending))
    }
}

/// Any cell may be empty.
fn schema(name: &str, columns: &[Column]) -> Result<TypePtr, ParquetError> {
    let field = |column: &Column| {
        let (physical, logical) = match column.kind {
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Count => (Physical::INT64, Some(LogicalType::integer(64, false))),
            Kind::Integer => (Physical::INT64, Some(LogicalType::integer(64, true))),
            Kind::Real => (Physical::DOUBLE, None),
        };
        let own = Type::primitive_type_builder(&column.name, physical).with_repetition(Repetition::OPTIONAL);
        own.with_logical_type(logical).build().map(Arc::new)
    };
    let fields = columns.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder(name).with_fields(fields).build().map(Arc::new)
}

/// Cells of a column: for each whether there is something in it, and what.
struct Cells {
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Text(Vec<ByteArray>),
    Count(Vec<i64>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
}

impl Cells {
    fn of(kind: Kind) -> Self {
        let values = match kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Count => Values::Count(Vec::new()),
            Kind::Integer => Values::Integer(Vec::new()),
            Kind::Real => Values::Real(Vec::new()),
        };
        Self { levels: Vec::new(), values }
    }

    /// Adds a cell; none if it is not what the column holds.
    fn push(&mut self, cell: &str) -> Option<()> {
        self.levels.push(i16::from(!cell.is_empty()));
        if cell.is_empty() {
            return Some(());
        }
        match &mut self.values {
            Values::Text(values) => values.push(cell.as_bytes().to_vec().into()),
            // Those without a sign have the same 64 bits.
            Values::Count(values) => values.push(cell.parse::<u64>().ok()? as i64),
            Values::Integer(values) => values.push(cell.parse().ok()?),
            Values::Real(values) => values.push(cell.parse().ok()?),
        }
        Some(())
    }

    /// Writes them, and forgets them.
    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(self.levels.as_slice());
        match &self.values {
            Values::Text(values) => column.typed::<ByteArrayType>().write_batch(values, levels, None)?,
            Values::Count(values) | Values::Integer(values) => {
                column.typed::<Int64Type>().write_batch(values, levels, None)?
            }
            Values::Real(values) => column.typed::<DoubleType>().write_batch(values, levels, None)?,
        };
        self.levels.clear();
        match &mut self.values {
            Values::Text(values) => values.clear(),
            Values::Count(values) | Values::Integer(values) => values.clear(),
            Values::Real(values) => values.clear(),
        }
        Ok(())
    }
}
