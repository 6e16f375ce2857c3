//! The files that a spec takes its examples from.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Cursor, Read};

use super::size::Size;
use super::source::Source;
use super::splits::features_in;
use super::{Features, blocks, csv, idx};
use crate::dataset::Task;
use crate::dataset::{Dataset, SHIPPED, ShippedData};
use crate::input;
use crate::memory::{Memory, OVERCOMMIT};
use crate::spec::{InputError, Source as Origin, Spec};

/// A file that the numbers of a sweep depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name, as the spec has it.
    pub name: String,
    /// The BLAKE3 hash of its content; of one that gzip compressed, the hash of what was compressed.
    pub hash: blake3::Hash,
}

/// What the files of a spec hold, read once: the examples of all instances are made from it.
#[derive(Debug, Default)]
pub struct DataFiles {
    /// The examples, and those of the test split if it has files of its own.
    pub(super) examples: Option<(Dataset<Source>, Option<Dataset<Source>>)>,
    /// The hash by which keys know the examples.
    pub(super) content: Option<blake3::Hash>,
    /// The files, but for shipped data sets.
    pub(super) inputs: Vec<InputFile>,
    /// The most bytes of memory that reading them took.
    pub(super) reading: u64,
}

/// The bytes by which it is seen whether a file is text.
const FIRST: u64 = 64 << 10;

impl DataFiles {
    /// The files, but for shipped data sets.
    pub fn inputs(&self) -> &[InputFile] {
        &self.inputs
    }

    /// Reads the files of a spec; there are none if its examples are made, but then they must fit the memory, too.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, is not a table of numbers, or lacks the target, or if the examples need more memory
    /// than there is.
    pub fn read(spec: &Spec, memory: Memory) -> Result<Self, InputError> {
        match &spec.problem.source {
            Origin::Csv { path, target, task } => {
                let (dataset, input, reading) = read_csv(spec, path, target, *task, memory)?;
                let content = Some(input.hash);
                let inputs = if ShippedData::find(path).is_some() { Vec::new() } else { vec![input] };
                Ok(Self { examples: Some((dataset, None)), content, inputs, reading })
            }
            Origin::Idx(files) => idx::load(spec, files, memory),
            source => {
                check_size(spec, "problem", &Size::of(source), memory)?;
                Ok(Self::default())
            }
        }
    }
}

/// Checks that examples of this size can be made and split.
pub(super) fn check_size(spec: &Spec, key: &str, size: &Size, memory: Memory) -> Result<(), InputError> {
    let feature = Features::bytes(features_in(spec));
    memory.check(size.loading(feature)).map_err(|shortage| {
        let message = format!("{} examples of {} numbers need {shortage}", size.examples, size.inputs);
        spec.error(key, message).with_help(OVERCOMMIT)
    })
}

/// Opens a file that a key names.
pub(super) fn open(spec: &Spec, key: &str, path: &str) -> Result<(File, u64), InputError> {
    input::open(&spec.folder().join(path)).map_err(|error| cannot_read(spec, key, path, &error))
}

fn cannot_read(spec: &Spec, key: &str, path: &str, error: &io::Error) -> InputError {
    let help = "paths start from the folder of the spec";
    spec.error(key, format!("cannot read {}: {error}", spec.folder().join(path).display())).with_help(help)
}

/// The examples, the file, and the most bytes of memory that reading them took.
fn read_csv(
    spec: &Spec,
    path: &str,
    target: &str,
    task: Task,
    memory: Memory,
) -> Result<(Dataset<Source>, InputFile, u64), InputError> {
    // A bare name of a shipped data set always means that one, so that a spec does not change its meaning with the
    // folder; `./digits.csv` is the file.
    let bytes = match ShippedData::find(path) {
        Some(shipped) => Cow::Borrowed(shipped.bytes()),
        None => {
            let (mut file, first, length) = open_text(spec, path, memory)?;
            let mut hasher = blake3::Hasher::new();
            // The file may grow in the meantime, but not beyond all bounds.
            let most = length.max(FIRST);
            let whole = Cursor::new(&first).chain(&mut file);
            let table = blocks::read(whole, most, target, task, &mut hasher);
            if let Some(data) = table.map_err(|error| cannot_read_text(spec, path, &error))? {
                let reading = table_memory(&first, length);
                return Ok((as_source(data), InputFile { name: path.to_owned(), hash: hasher.finalize() }, reading));
            }
            Cow::Owned(read_text(spec, path, memory)?)
        }
    };
    let text = std::str::from_utf8(&bytes).map_err(|error| not_text(spec, path, error.valid_up_to()))?;
    // A missing column is a mistake in the spec; everything else is one in the file.
    csv::check_target(text, target)
        .map_err(|(message, help)| spec.error("problem.target", format!("{path} {message}")).with_help(help))?;
    let input = InputFile { name: path.to_owned(), hash: blake3::hash(&bytes) };
    let first = &bytes[..bytes.len().min(FIRST as usize)];
    let reading = text_memory(first, bytes.len() as u64);
    Ok((as_source(csv::parse(path, text, target, task)?), input, reading))
}

fn as_source(Dataset { features, targets, inputs }: Dataset) -> Dataset<Source> {
    Dataset { features: Source::Numbers(features), targets, inputs }
}

fn cannot_read_text(spec: &Spec, path: &str, error: &io::Error) -> InputError {
    let names: Vec<&str> = SHIPPED.iter().map(|data| data.name).collect();
    let help = format!("paths start from the folder of the spec; shipped data sets: {}", names.join(", "));
    cannot_read(spec, "problem.path", path, error).with_help(help)
}

/// Opens a file of text: its first bytes, which are looked at before the rest is read, and how many it has.
fn open_text(spec: &Spec, path: &str, memory: Memory) -> Result<(File, Vec<u8>, u64), InputError> {
    let failed = |error: io::Error| cannot_read_text(spec, path, &error);
    let (mut file, length) = input::open(&spec.folder().join(path)).map_err(failed)?;
    let mut first = Vec::new();
    file.by_ref().take(FIRST).read_to_end(&mut first).map_err(failed)?;
    if let Some(at) = binary(&first) {
        return Err(not_text(spec, path, at));
    }
    check_text(spec, path, length, table_memory(&first, length), memory)?;
    Ok((file, first, length))
}

/// The bytes of a file of text, where they have to be in memory at once.
fn read_text(spec: &Spec, path: &str, memory: Memory) -> Result<Vec<u8>, InputError> {
    let (file, mut bytes, length) = open_text(spec, path, memory)?;
    check_text(spec, path, length, text_memory(&bytes, length), memory)?;
    let rest = input::read(file, length.max(FIRST)).map_err(|error| cannot_read_text(spec, path, &error))?;
    bytes.extend(rest);
    Ok(bytes)
}

fn check_text(spec: &Spec, path: &str, length: u64, needed: u64, memory: Memory) -> Result<(), InputError> {
    memory.check(needed).map_err(|shortage| {
        spec.error("problem.path", format!("the {length} bytes of {path} need {shortage}")).with_help(OVERCOMMIT)
    })
}

/// About how many bytes of memory a CSV file of `length` bytes takes while it is read block by block, by its first ones:
/// each number, and a text with its place for each row.
fn table_memory(first: &[u8], length: u64) -> u64 {
    let count = |wanted: u8| first.iter().filter(|byte| **byte == wanted).count() as f64;
    let (rows, commas) = (count(b'\n'), count(b','));
    let each = (8.0 * (rows + commas) + 64.0 * rows) / first.len().max(1) as f64;
    (length as f64 * each) as u64
}

/// The same for one that is read as a whole: the text, too, and lists of numbers that grow.
fn text_memory(first: &[u8], length: u64) -> u64 {
    let numbers = first.iter().filter(|byte| matches!(byte, b'\n' | b',')).count() as f64;
    let twice = 8.0 * numbers / first.len().max(1) as f64;
    length.saturating_add(table_memory(first, length)).saturating_add((length as f64 * twice) as u64)
}

/// The first byte that no text has, if there is one; the last character may be cut.
fn binary(bytes: &[u8]) -> Option<usize> {
    let valid = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_some() => Some(error.valid_up_to()),
        _ => None,
    };
    bytes.iter().position(|byte| *byte == 0).into_iter().chain(valid).min()
}

fn not_text(spec: &Spec, path: &str, at: usize) -> InputError {
    spec.error("problem.path", format!("{path} is not UTF-8 text, see byte {at}"))
}
