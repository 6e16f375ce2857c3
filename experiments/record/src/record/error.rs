//! What can be wrong with a file of rows.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

/// Why a file of rows could not be written or read.
#[derive(Debug, Error, Diagnostic)]
pub enum RecordError {
    /// The file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: csv::Error,
    },
    /// The file could not be opened, read, or split into fields of UTF-8 text.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: csv::Error,
    },
    /// The header is not that of such a file.
    #[error("{}:1: expected column `{expected}`, found {}", path.display(), found.as_ref().map_or("the end of the line".to_owned(), |name| format!("`{name}`")))]
    #[diagnostic(help("the columns are, in order: {columns}"))]
    Header {
        /// The file.
        path: PathBuf,
        /// The name that should stand here.
        expected: String,
        /// The name that does.
        found: Option<String>,
        /// All names that the file should have.
        columns: String,
    },
    /// The header has columns after the last one.
    #[error("{}:1: unexpected column `{found}` after `{last}`", path.display())]
    ExtraColumn {
        /// The file.
        path: PathBuf,
        /// The column's name.
        found: String,
        /// The name of the last column that belongs there.
        last: String,
    },
    /// There is no column of that name.
    #[error("{} has no column `{name}`", path.display())]
    #[diagnostic(help("its columns are: {columns}"))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        name: String,
        /// Those that there are.
        columns: String,
    },
    /// A row has too many or too few fields.
    #[error("{}:{line}: {found} fields, but the header has {expected}", path.display())]
    #[diagnostic(help("was the file cut off or edited by hand?"))]
    Ragged {
        /// The file.
        path: PathBuf,
        /// The row's line.
        line: u64,
        /// Fields in the header.
        expected: usize,
        /// Fields in the row.
        found: usize,
    },
    /// A grid ends before its last point.
    #[error("{}: {rows} rows, but the grid that they begin has {expected}", path.display())]
    #[diagnostic(help("was the file cut off?"))]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// Rows that are there.
        rows: usize,
        /// Points of the grid.
        expected: usize,
    },
    /// A cell does not hold what its column asks for.
    #[error("{}:{line}: column `{column}`: expected {expected}, found `{found}`", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// The row's line.
        line: u64,
        /// The column's name.
        column: String,
        /// What may stand there.
        expected: &'static str,
        /// What does.
        found: String,
    },
}
