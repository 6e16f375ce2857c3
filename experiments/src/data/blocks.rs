//! Tables in CSV files that are read in blocks, on all threads, and are never in memory as text.
//!
//! That takes lines that are rows: after the header no cell is in quotes. Of what is not so, or is not right,
//! [`parse`](super::csv::parse) makes the best, or the error.

use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord};
use memchr::{memchr, memrchr};
use rayon::prelude::*;

use super::csv::{Cell, File};
use crate::dataset::Task;
use crate::dataset::{Dataset, Targets};

/// Bytes of text that a thread reads at a time.
const BLOCK: usize = 128 << 10;

/// What a block of rows holds.
struct Rows {
    features: Vec<f64>,
    targets: Vec<Cell>,
}

/// Reads a table of at most `most` bytes; none if that takes another reader. `hasher` gets every byte until then.
pub(super) fn read(
    mut file: impl Read,
    most: u64,
    target: &str,
    task: Task,
    hasher: &mut blake3::Hasher,
) -> io::Result<Option<Dataset>> {
    let wave = BLOCK * rayon::current_num_threads();
    let (mut text, mut found) = (Vec::new(), 0_u64);
    let mut header = None;
    let (mut features, mut targets) = (Vec::new(), Vec::new());
    loop {
        let rest = text.len();
        file.by_ref().take(wave as u64).read_to_end(&mut text)?;
        hasher.update(&text[rest..]);
        found += (text.len() - rest) as u64;
        let is_last = text.len() == rest;
        if found > most {
            return Ok(None);
        }
        let mut whole = if is_last { text.len() } else { memrchr(b'\n', &text).map_or(0, |at| at + 1) };
        if header.is_none() && whole > 0 {
            let end = memchr(b'\n', &text).map_or(text.len(), |at| at + 1);
            let Some(of_file) = read_header(&text[..end], target) else { return Ok(None) };
            header = Some(of_file);
            text.drain(..end);
            whole -= end;
        }
        if let Some((header, target)) = &header {
            let blocks: Option<Vec<Rows>> =
                lines(&text[..whole]).par_iter().map(|block| rows(block, header, *target)).collect();
            let Some(blocks) = blocks else { return Ok(None) };
            for block in blocks {
                features.extend_from_slice(&block.features);
                targets.extend(block.targets);
            }
            text.drain(..whole);
        }
        if is_last {
            break;
        }
    }
    let Some((header, target)) = header else { return Ok(None) };
    let inputs = header.len() - 1;
    let file = File { name: "", text: "", target, header };
    let targets = if targets.is_empty() { None } else { targets_of(&file, &targets, task) };
    Ok(targets.map(|targets| Dataset { features, targets, inputs }))
}

fn targets_of(file: &File<'_>, cells: &[Cell], task: Task) -> Option<Targets> {
    match task {
        Task::Classification => file.classes(cells).ok(),
        Task::Regression => file.values(cells).ok(),
    }
}

/// The names of the columns and the place of the target, if the first line is a header as it should be.
fn read_header(line: &[u8], target: &str) -> Option<(StringRecord, usize)> {
    let line = std::str::from_utf8(line).ok()?;
    // A name in quotes may go on in the next line.
    if line.bytes().filter(|byte| *byte == b'"').count() % 2 == 1 {
        return None;
    }
    let text = super::csv::without_mark(line);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().ok()?.clone();
    super::csv::check_header("", text, &header).ok()?;
    let target = header.iter().position(|column| column == target)?;
    // Nothing else is in that line.
    (reader.records().next().is_none()).then_some((header, target))
}

/// Text as some blocks of whole lines.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    let (mut blocks, mut rest) = (Vec::new(), text);
    while rest.len() > BLOCK {
        let Some(end) = memchr(b'\n', &rest[BLOCK..]) else { break };
        let (block, after) = rest.split_at(BLOCK + end + 1);
        blocks.push(block);
        rest = after;
    }
    blocks.push(rest);
    blocks
}

/// The rows of some lines; none if something is not right.
fn rows(text: &[u8], header: &StringRecord, target: usize) -> Option<Rows> {
    if memchr(b'"', text).is_some() {
        return None;
    }
    let mut reader = ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text);
    let mut rows = Rows { features: Vec::new(), targets: Vec::new() };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).ok()? {
        if record.len() != header.len() {
            return None;
        }
        for (_, cell) in record.iter().enumerate().filter(|(index, _)| *index != target) {
            rows.features.push(super::csv::finite(cell)?);
        }
        rows.targets.push((record[target].trim().to_owned(), 0));
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::super::csv::parse;
    use super::*;
    use crate::random::Stream;

    fn read_text(text: &str, task: Task) -> Option<Dataset> {
        let mut hasher = blake3::Hasher::new();
        let data = read(text.as_bytes(), 1 << 30, "y", task, &mut hasher).unwrap();
        if data.is_some() {
            assert_eq!(hasher.finalize(), blake3::hash(text.as_bytes()));
        }
        data
    }

    /// A table of several blocks for each thread, whose rows differ in length.
    fn large(line_end: &str) -> String {
        let mut stream = Stream::new("test table", 1);
        let mut text = format!("\u{feff}\"x, 0\",y,x1,x2{line_end}");
        while text.len() < 3 * BLOCK * rayon::current_num_threads() + 1_000 {
            let numbers = [(); 3].map(|()| stream.normal() * f64::from(1 << stream.below(20)));
            let class = ["a", "b", " c "][stream.below(3) as usize];
            text += &format!("{},{class},{:e},{}{line_end}", numbers[0], numbers[1], numbers[2].round());
            if stream.below(50) == 0 {
                text += line_end;
            }
        }
        text
    }

    #[test]
    fn blocks_give_what_the_whole_text_gives() {
        for text in [large("\n"), large("\r\n"), large("\n").trim_end().to_owned()] {
            let data = read_text(&text, Task::Classification).unwrap();
            assert_eq!(data, parse("a.csv", &text, "y", Task::Classification).unwrap());
        }
        for text in ["x,y\n1,2\n2,1\n", "y,x\n1,-0\r2,3\n\n\n4,5", "y,x\r\n1, 7 \r\n2,1e3"] {
            for task in [Task::Classification, Task::Regression] {
                assert_eq!(read_text(text, task).unwrap(), parse("a.csv", text, "y", task).unwrap(), "{text:?}");
            }
        }
    }

    /// Quotes, and what is not right, are another reader's.
    #[test]
    fn nothing_is_taken_that_might_be_something_else() {
        let mut broken = large("\n");
        broken.insert(broken.len() - 10, 'x');
        let texts =
            ["", "x,y\n", "x,z\n1,2\n", "x,y\n1,2\n3\n", "x,y\n1,\"a\nb\"\n", "\"x\n\",y\n1,2\n", "x,y\n1,a\n2,a\n"];
        for text in texts.into_iter().chain(["x,y\nNaN,2\n1,1\n", "x,y\n1,\n2,b\n", "y\n1\n", "x,y\r1,2\r", &broken]) {
            assert_eq!(read_text(text, Task::Classification), None, "{text:?}");
        }
        let mut hasher = blake3::Hasher::new();
        let mut read = |bytes: &[u8], most| read(bytes, most, "y", Task::Regression, &mut hasher).unwrap();
        let (bad, good): (&[u8], &[u8]) = (b"x,y\n\xff,2\n", b"x,y\n1,2\n");
        assert_eq!((read(bad, 100), read(good, 7)), (None, None));
        assert!(read(good, 8).is_some());
    }
}
