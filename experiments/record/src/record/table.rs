//! Reading a table row by row, with the file, the line and the column of whatever is wrong.

use std::fs::File;
use std::path::Path;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::error::RecordError;
use super::number;

/// A table whose header has been read.
pub(super) struct Table<'a> {
    path: &'a Path,
    reader: Reader<File>,
    header: StringRecord,
}

impl<'a> Table<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, RecordError> {
        let failed = |source| RecordError::Read { path: path.to_owned(), source };
        let mut reader = ReaderBuilder::new().flexible(true).from_path(path).map_err(failed)?;
        let header = reader.headers().map_err(failed)?.clone();
        Ok(Self { path, reader, header })
    }

    pub(super) fn header(&self) -> &StringRecord {
        &self.header
    }

    /// Checks the names of the columns from `start` on; `columns` names those of the whole file for the message.
    pub(super) fn expect_columns(&self, start: usize, names: &[&str], columns: &str) -> Result<(), RecordError> {
        for (i, &name) in names.iter().enumerate() {
            let found = self.header.get(start + i);
            if found != Some(name) {
                return Err(RecordError::Header {
                    path: self.path.to_owned(),
                    expected: name.to_owned(),
                    found: found.filter(|found| !found.is_empty()).map(str::to_owned),
                    columns: columns.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Checks that no column comes after the first `count`.
    pub(super) fn expect_no_more(&self, count: usize) -> Result<(), RecordError> {
        match self.header.get(count) {
            None => Ok(()),
            Some(found) => Err(RecordError::ExtraColumn {
                path: self.path.to_owned(),
                found: found.to_owned(),
                last: self.header.get(count - 1).unwrap_or_default().to_owned(),
            }),
        }
    }

    /// Reads the rows, each of which must have as many fields as the header.
    pub(super) fn rows<T>(
        self,
        mut parse: impl FnMut(Fields<'_>) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        let mut rows = Vec::new();
        self.visit(|fields| parse(fields).map(|row| rows.push(row)))?;
        Ok::<_, RecordError>(rows)
    }

    /// The rows whose first field is wanted; the others are not looked at.
    pub(super) fn rows_of<T>(
        self,
        is_wanted: impl Fn(&str) -> bool,
        mut parse: impl FnMut(Fields<'_>) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        let mut rows = Vec::new();
        self.visit(|mut fields| {
            if is_wanted(fields.text()) {
                fields.seek(0);
                rows.push(parse(fields)?);
            }
            Ok(())
        })?;
        Ok::<_, RecordError>(rows)
    }

    /// [`Self::rows`] without keeping them.
    pub(super) fn visit<E: From<RecordError>>(
        mut self,
        mut visit: impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut row = StringRecord::new();
        let failed = |source| RecordError::Read { path: self.path.to_owned(), source };
        while self.reader.read_record(&mut row).map_err(failed)? {
            if row.len() != self.header.len() {
                let (expected, found) = (self.header.len(), row.len());
                let (path, line) = (self.path.to_owned(), line(&row));
                return Err(RecordError::Ragged { path, line, expected, found }.into());
            }
            visit(Fields { path: self.path, header: &self.header, row: &row, next: 0 })?;
        }
        Ok(())
    }
}

fn line(row: &StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// The fields of one row, taken from left to right.
pub(super) struct Fields<'a> {
    path: &'a Path,
    header: &'a StringRecord,
    row: &'a StringRecord,
    next: usize,
}

impl<'a> Fields<'a> {
    /// Goes to a field, which is then the next.
    pub(super) fn seek(&mut self, field: usize) {
        self.next = field;
    }

    pub(super) fn text(&mut self) -> &'a str {
        self.next += 1;
        self.row.get(self.next - 1).expect("a row is as long as its header")
    }

    pub(super) fn count(&mut self) -> Result<u64, RecordError> {
        let text = self.text();
        text.parse().map_err(|_| self.error("a whole number from 0 on"))
    }

    pub(super) fn optional_count(&mut self) -> Result<Option<u64>, RecordError> {
        match self.text() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.error("a whole number from 0 on, or nothing")),
        }
    }

    pub(super) fn number(&mut self) -> Result<f64, RecordError> {
        number::parse(self.text()).ok_or_else(|| self.error("a number, `inf`, `-inf` or `NaN`"))
    }

    pub(super) fn optional_number(&mut self) -> Result<Option<f64>, RecordError> {
        match self.text() {
            "" => Ok(None),
            text => match number::parse(text) {
                Some(value) => Ok(Some(value)),
                None => Err(self.error("a number, `inf`, `-inf`, `NaN`, or nothing")),
            },
        }
    }

    /// The error that the field taken last is not what was `expected`.
    pub(super) fn error(&self, expected: &'static str) -> RecordError {
        RecordError::Cell {
            path: self.path.to_owned(),
            line: line(self.row),
            column: self.header.get(self.next - 1).unwrap_or_default().to_owned(),
            expected,
            found: self.row.get(self.next - 1).unwrap_or_default().to_owned(),
        }
    }
}
