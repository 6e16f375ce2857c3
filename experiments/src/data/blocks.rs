//! Tables in CSV files that are read in blocks, on all threads, and are never in memory as text.
//!
//! That takes lines that are rows: after the header no cell is in quotes. Of what is not so, or is not right,
//! [`parse`](super::csv::parse) makes the best, or the error.

use std::io::{self, Read};

use csv::{ReaderBuilder, StringRecord};
use memchr::{memchr, memrchr};
use rayon::prelude::*;

use super::csv::{Cell, File};
use super::{Dataset, Targets};
use crate::spec::Task;

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
            let blocks: Option<Vec<Rows>> = lines(&text[..whole]).par_iter().map(|block| rows(block, header, *target)).collect();
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
