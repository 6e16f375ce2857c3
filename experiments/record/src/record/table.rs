//! Reading a table row by row, with the file, the line and the column of whatever is wrong.

use std::fs::File;
use std::io::{Cursor, SeekFrom};
use std::mem;
use std::path::Path;

use csv::{Position, ReaderBuilder, StringRecord};
use rayon::prelude::*;

use super::batches::{Batch, Batches, Cut, count};
use super::error::RecordError;
use super::key::Key;
use super::number;

/// Bytes of the batches that are parsed at a time, beyond the last of them: one with a single long configuration goes alone.
const BYTES_AT_ONCE: usize = 64 << 20;

/// A table whose header has been read.
pub(super) struct Table<'a> {
    head: Head<'a>,
    batches: Batches,
}

/// What is known of a table before its rows.
pub(super) struct Head<'a> {
    path: &'a Path,
    header: StringRecord,
}

impl<'a> Table<'a> {
    pub(super) fn open(path: &'a Path) -> Result<Self, RecordError> {
        let failed = |source| RecordError::Read { path: path.to_owned(), source };
        let mut batches = Batches::of(File::open(path).map_err(|error| failed(error.into()))?);
        let first = batches.next().map_err(|error| failed(error.into()))?;
        let mut bytes = first.map(|batch| batch.bytes).unwrap_or_default();
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(&bytes[..]);
        let header = reader.headers().map_err(failed)?.clone();
        let (byte, line) = (reader.position().byte(), reader.position().line());
        bytes.drain(..byte as usize);
        batches.put_back(bytes, line);
        Ok(Self { head: Head { path, header }, batches })
    }

    pub(super) fn header(&self) -> &StringRecord {
        &self.head.header
    }

    /// About how many batches of rows there are.
    pub(super) fn batches(&self) -> Result<usize, RecordError> {
        self.batches.count().map_err(|error| self.head.unreadable(error.into()))
    }

    /// Checks the names of the columns from `start` on; `columns` names those of the whole file for the message.
    pub(super) fn expect_columns(&self, start: usize, names: &[&str], columns: &str) -> Result<(), RecordError> {
        for (i, &name) in names.iter().enumerate() {
            let found = self.header().get(start + i);
            if found != Some(name) {
                return Err(RecordError::Header {
                    path: self.head.path.to_owned(),
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
        match self.header().get(count) {
            None => Ok(()),
            Some(found) => Err(RecordError::ExtraColumn {
                path: self.head.path.to_owned(),
                found: found.to_owned(),
                last: self.header().get(count - 1).unwrap_or_default().to_owned(),
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

    /// The rows whose first field is wanted, read on all threads of the current pool; the others are not looked at.
    pub(super) fn rows_of<T: Send>(
        self,
        is_wanted: impl Fn(&str) -> bool + Sync,
        parse: impl Fn(Fields<'_>) -> Result<T, RecordError> + Sync,
    ) -> Result<Vec<T>, RecordError> {
        let some = |rows: Rows<'_>| {
            let mut some = Vec::new();
            rows.visit(|mut fields| {
                if is_wanted(fields.text()) {
                    fields.seek(0);
                    some.push(parse(fields)?);
                }
                Ok(())
            })?;
            Ok(some)
        };
        let mut all = Vec::new();
        self.in_batches(Cut::Anywhere, some, |some| {
            all.extend(some);
            Ok::<_, RecordError>(())
        })?;
        Ok(all)
    }

    /// [`Self::rows`] without keeping them.
    pub(super) fn visit<E: From<RecordError>>(
        mut self,
        mut visit: impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(batch) = self.head.next(&mut self.batches)? {
            self.head.visit(&batch, &mut visit)?;
        }
        Ok(())
    }

    /// Makes something of each batch of rows, on all threads of the current pool, and takes it in the order of the
    /// rows.
    pub(super) fn in_batches<T: Send, E: From<RecordError> + Send>(
        self,
        cut: Cut,
        make: impl Fn(Rows<'_>) -> Result<T, RecordError> + Sync,
        mut take: impl FnMut(T) -> Result<(), E> + Send,
    ) -> Result<(), E> {
        let Self { head, batches } = self;
        let mut batches = batches.cut(cut);
        // As many as keep all threads busy while one of them takes what was made before and reads on.
        let at_once = 2 * rayon::current_num_threads();
        let mut read = || {
            let (mut read, mut bytes) = (Vec::new(), 0);
            while read.len() < at_once && bytes < BYTES_AT_ONCE {
                let Some(batch) = head.next(&mut batches)? else { break };
                bytes += batch.bytes.len();
                read.push(batch);
            }
            Ok::<_, RecordError>(read)
        };
        let mut made: Vec<Result<T, RecordError>> = Vec::new();
        let mut waiting = read()?;
        while !(waiting.is_empty() && made.is_empty()) {
            let make = |batch: Batch| make(Rows { head: &head, batch });
            let before = mem::take(&mut made);
            let (next, now) = rayon::join(
                || {
                    before.into_iter().try_for_each(|made| take(made?))?;
                    Ok::<_, E>(read()?)
                },
                || waiting.into_par_iter().map(make).collect(),
            );
            (waiting, made) = (next?, now);
        }
        Ok(())
    }
}

/// Some of a table's rows.
pub(super) struct Rows<'a> {
    head: &'a Head<'a>,
    batch: Batch,
}

impl Rows<'_> {
    /// Visits the rows in their order.
    pub(super) fn visit(
        &self,
        mut visit: impl FnMut(Fields<'_>) -> Result<(), RecordError>,
    ) -> Result<(), RecordError> {
        self.head.visit(&self.batch, &mut visit)
    }
}

impl Head<'_> {
    fn next(&self, batches: &mut Batches) -> Result<Option<Batch>, RecordError> {
        batches.next().map_err(|error| self.unreadable(error.into()))
    }

    fn unreadable(&self, source: csv::Error) -> RecordError {
        RecordError::Read { path: self.path.to_owned(), source }
    }

    fn visit<E: From<RecordError>>(
        &self,
        batch: &Batch,
        visit: &mut impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let is_plain = !(batch.bytes.contains(&b'"') || batch.bytes.contains(&b'\r'));
        match str::from_utf8(&batch.bytes) {
            Ok(text) if is_plain => self.visit_plain(text, batch.line, visit),
            _ => self.visit_any(batch, visit),
        }
    }

    /// Visits rows whose cells are what is between commas and line feeds.
    fn visit_plain<E: From<RecordError>>(
        &self,
        text: &str,
        first: u64,
        visit: &mut impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bounds = Vec::with_capacity(self.header.len());
        for (text, line) in text.split('\n').zip(first..).filter(|(text, _)| !text.is_empty()) {
            bounds.clear();
            let mut start = 0;
            for (at, _) in text.bytes().enumerate().filter(|(_, byte)| *byte == b',') {
                bounds.push((start, at));
                start = at + 1;
            }
            bounds.push((start, text.len()));
            visit(self.fields(text, &bounds, line)?)?;
        }
        Ok(())
    }

    /// Visits rows with quoted cells, other ends of lines, or an error.
    fn visit_any<E: From<RecordError>>(
        &self,
        batch: &Batch,
        visit: &mut impl FnMut(Fields<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(Cursor::new(&batch.bytes));
        let mut position = Position::new();
        position.set_line(batch.line);
        reader.seek_raw(SeekFrom::Start(0), position).map_err(|error| self.unreadable(error))?;
        let (mut row, mut text, mut bounds) = (StringRecord::new(), String::new(), Vec::new());
        let (mut line, mut counted) = (batch.line, 0);
        while reader.read_record(&mut row).map_err(|error| self.unreadable(error))? {
            text.clear();
            bounds.clear();
            for cell in &row {
                bounds.push((text.len(), text.len() + cell.len()));
                text.push_str(cell);
                // What no cell holds: where one ends is part of the text of several.
                text.push('\0');
            }
            // The end of the line before may still be ahead of a row.
            let start = row.position().map_or(0, Position::byte) as usize;
            let ends = batch.bytes[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            line += count(&batch.bytes[counted..start + ends], b'\n') as u64;
            counted = start + ends;
            visit(self.fields(&text, &bounds, line)?)?;
        }
        Ok(())
    }

    fn fields<'a>(&'a self, text: &'a str, bounds: &'a [(usize, usize)], line: u64) -> Result<Fields<'a>, RecordError> {
        let (expected, found) = (self.header.len(), bounds.len());
        if found != expected {
            return Err(RecordError::Ragged { path: self.path.to_owned(), line, expected, found });
        }
        Ok(Fields { path: self.path, header: &self.header, text, bounds, line, next: 0 })
    }
}

/// The fields of one row, taken from left to right.
pub(super) struct Fields<'a> {
    path: &'a Path,
    header: &'a StringRecord,
    text: &'a str,
    /// Where the fields are in the text.
    bounds: &'a [(usize, usize)],
    line: u64,
    next: usize,
}

impl<'a> Fields<'a> {
    /// Goes to a field, which is then the next.
    pub(super) fn seek(&mut self, field: usize) {
        self.next = field;
    }

    /// The text of the next fields with what is between them; they stay the next ones.
    pub(super) fn span(&self, count: usize) -> &'a str {
        &self.text[self.bounds[self.next].0..self.bounds[self.next + count - 1].1]
    }

    pub(super) fn text(&mut self) -> &'a str {
        let (start, end) = self.bounds[self.next];
        self.next += 1;
        &self.text[start..end]
    }

    pub(super) fn key(&mut self) -> Result<Key, RecordError> {
        let text = self.text();
        Key::parse(text.as_bytes()).ok_or_else(|| self.error("a key of a `t` and 16 hex digits"))
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
        let (start, end) = self.bounds[self.next - 1];
        RecordError::Cell {
            path: self.path.to_owned(),
            line: self.line,
            column: self.header.get(self.next - 1).unwrap_or_default().to_owned(),
            expected,
            found: self.text[start..end].to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, thread};

    use super::*;

    #[test]
    fn batches_are_made_in_order_and_on_the_threads_of_the_pool() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let rows: String = (0..300_000).map(|row| format!("{row},x\n")).collect();
        fs::write(&path, format!("row,text\n{rows}")).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).thread_name(|i| format!("own {i}")).build().unwrap();
        let is_own = || thread::current().name().is_some_and(|name| name.starts_with("own"));
        let make = |rows: Rows<'_>| {
            assert!(is_own());
            let mut numbers = Vec::new();
            rows.visit(|mut fields| fields.count().map(|number| numbers.push(number)))?;
            Ok(numbers)
        };
        let mut all = Vec::new();
        pool.install(|| {
            Table::open(&path)?.in_batches(Cut::Anywhere, make, |numbers| {
                assert!(is_own());
                all.extend(numbers);
                Ok::<(), RecordError>(())
            })
        })
        .unwrap();
        assert!(all.into_iter().eq(0..300_000));
    }
}
