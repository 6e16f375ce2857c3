//! The rows of a table in batches, which threads parse side by side.

use std::fs::File;
use std::io::{self, Read};

/// Bytes of a batch: enough to keep a thread busy, and few enough that all threads find work.
const SIZE: usize = 512 << 10;

/// Whole rows of a table.
#[derive(Debug)]
pub(super) struct Batch {
    pub bytes: Vec<u8>,
    /// The line of the first one.
    pub line: u64,
}

/// Where batches end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// After any row.
    Anywhere,
    /// Where the cells change that follow the first one; so many of them.
    WhereChanged(usize),
}

/// The batches of a file, in their order.
pub(super) struct Batches {
    file: File,
    cut: Cut,
    /// What has been read and not been given.
    rest: Vec<u8>,
    /// The line at which the rest begins.
    line: u64,
    is_over: bool,
}

impl Batches {
    pub fn of(file: File) -> Self {
        Self { file, cut: Cut::Anywhere, rest: Vec::new(), line: 1, is_over: false }
    }

    /// About how many batches there are, if they may end anywhere.
    pub fn count(&self) -> io::Result<usize> {
        Ok(1 + self.file.metadata()?.len() as usize / SIZE)
    }

    /// The same rows, in batches that end elsewhere.
    pub fn cut(self, cut: Cut) -> Self {
        Self { cut, ..self }
    }

    /// Puts back what of a batch was not used.
    pub fn put_back(&mut self, mut bytes: Vec<u8>, line: u64) {
        bytes.append(&mut self.rest);
        (self.rest, self.line) = (bytes, line);
    }

    /// The next batch; none after the last row.
    pub fn next(&mut self) -> io::Result<Option<Batch>> {
        let mut wanted = SIZE;
        let end = loop {
            if self.rest.len() < wanted && !self.is_over {
                let missing = wanted - self.rest.len();
                self.rest.reserve(missing);
                let read = Read::by_ref(&mut self.file).take(missing as u64).read_to_end(&mut self.rest)?;
                self.is_over = read < missing;
            }
            if self.is_over && self.rest.len() <= wanted {
                break self.rest.len();
            }
            match last_end(&self.rest[..wanted.min(self.rest.len())], self.cut) {
                Some(end) => break end,
                None => wanted *= 2,
            }
        };
        let rest = self.rest.split_off(end);
        let mut bytes = std::mem::replace(&mut self.rest, rest);
        if wanted > SIZE {
            // Much more may have been read.
            bytes.shrink_to_fit();
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        self.line += count(&bytes, b'\n') as u64;
        Ok(Some(Batch { bytes, line }))
    }
}

pub(super) fn count(bytes: &[u8], wanted: u8) -> usize {
    // Counts that fit into bytes are added many at once.
    let counts = bytes.chunks(255).map(|chunk| chunk.iter().map(|byte| u8::from(*byte == wanted)).sum::<u8>());
    counts.map(usize::from).sum()
}

/// The last place at which rows may be cut off from those that follow, if there is one.
fn last_end(bytes: &[u8], cut: Cut) -> Option<usize> {
    let mut ends = row_ends(bytes);
    let Cut::WhereChanged(cells) = cut else { return ends.next() };
    let mut end = ends.next()?;
    let mut last = None;
    for start in ends.chain([0]) {
        let cells = cells_after_first(&bytes[start..end], cells);
        if *last.get_or_insert(cells) != cells {
            return Some(end);
        }
        end = start;
    }
    None
}

/// Where rows end in bytes that begin with a row, from the last one to the first: a quoted cell may have lines of its
/// own.
fn row_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut is_quoted = !count(bytes, b'"').is_multiple_of(2);
    (0..bytes.len()).rev().filter_map(move |at| {
        is_quoted ^= bytes[at] == b'"';
        (bytes[at] == b'\n' && !is_quoted).then_some(at + 1)
    })
}

/// The bytes of the cells that follow the first cell of a row.
fn cells_after_first(row: &[u8], cells: usize) -> &[u8] {
    let mut is_quoted = false;
    let mut commas = (0..row.len()).filter(|&at| {
        is_quoted ^= row[at] == b'"';
        row[at] == b',' && !is_quoted
    });
    let start = commas.next().unwrap_or(row.len());
    let end = commas.nth(cells - 1).unwrap_or(row.len());
    &row[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_may_hold_lines_and_commas() {
        let bytes = b"a,1,2\nb,\"x\n,\",3\nc,\"x\n,\",4\nd,\"open\n";
        assert_eq!(row_ends(bytes).collect::<Vec<_>>(), [26, 16, 6]);
        assert_eq!(last_end(bytes, Cut::Anywhere), Some(26));
        // The cells of the second and the third row differ in the last one only.
        assert_eq!(last_end(bytes, Cut::WhereChanged(1)), Some(6));
        assert_eq!(last_end(bytes, Cut::WhereChanged(2)), Some(16));
        assert_eq!(last_end(b"a,1\nb,1\n", Cut::WhereChanged(1)), None);
    }

    #[test]
    fn batches_are_all_rows_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let rows: String = (0..200_000).map(|row| format!("{row},{},x\n", row / 70_000)).collect();
        std::fs::write(&path, &rows).unwrap();
        for (cut, most) in [(Cut::Anywhere, usize::MAX), (Cut::WhereChanged(2), 3)] {
            let mut batches = Batches::of(File::open(&path).unwrap()).cut(cut);
            let (mut all, mut lines, mut batch_count) = (Vec::new(), 1, 0);
            while let Some(batch) = batches.next().unwrap() {
                assert_eq!(batch.line, lines);
                lines += count(&batch.bytes, b'\n') as u64;
                all.extend(batch.bytes);
                batch_count += 1;
            }
            assert!(all == rows.as_bytes() && batch_count > 1 && batch_count <= most, "{batch_count}");
        }
    }
}
