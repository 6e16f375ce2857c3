//! Tables of any columns, read by the names of those that are wanted.

use std::path::{Path, PathBuf};

use super::error::RecordError;
use super::table::{Fields, Table};

/// A table whose columns are known; its rows are read when asked for, so that one of millions needs no memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    path: PathBuf,
    columns: Vec<String>,
}

/// The wanted cells of a row.
pub struct Cells<'a, 'b> {
    fields: Fields<'a>,
    places: &'b [usize],
}

impl Sheet {
    /// Reads the names of the columns.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path) -> Result<Self, RecordError> {
        let table = Table::open(path)?;
        Ok(Self { path: path.to_owned(), columns: table.header().iter().map(str::to_owned).collect() })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Reads the columns of these names.
    ///
    /// # Errors
    /// Those of [`Self::visit`].
    pub fn read<T>(
        &self,
        names: &[&str],
        mut row: impl FnMut(Cells<'_, '_>) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        let mut rows = Vec::new();
        self.visit(names, |cells| row(cells).map(|row| rows.push(row)))?;
        Ok(rows)
    }

    /// Reads the columns of these names row by row, and keeps nothing.
    ///
    /// # Errors
    /// If there is no such column, the file cannot be read, or `row` gives an error.
    pub fn visit<E: From<RecordError>>(
        &self,
        names: &[&str],
        mut row: impl FnMut(Cells<'_, '_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let place = |name: &&str| {
            self.columns.iter().position(|column| column == name).ok_or_else(|| RecordError::NoColumn {
                path: self.path.clone(),
                name: (*name).to_owned(),
                columns: self.columns.join(", "),
            })
        };
        let places: Vec<usize> = names.iter().map(place).collect::<Result<_, _>>()?;
        Table::open(&self.path)?.visit(|fields| row(Cells { fields, places: &places }))
    }
}

impl<'a> Cells<'a, '_> {
    /// The text of the wanted column of this number.
    pub fn text(&mut self, column: usize) -> &'a str {
        self.fields.seek(self.places[column]);
        self.fields.text()
    }

    /// The number of the wanted column of this number; none where the cell is empty.
    ///
    /// # Errors
    /// If it is something else.
    pub fn number(&mut self, column: usize) -> Result<Option<f64>, RecordError> {
        self.fields.seek(self.places[column]);
        self.fields.optional_number()
    }
}
