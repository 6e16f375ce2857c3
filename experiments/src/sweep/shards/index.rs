//! Which chunks a process computes: a shard, by its own number or by what an engine says, or a list.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use miette::Diagnostic;
use thiserror::Error;

/// One of several shards. How many there are always stands in the command: what engines say of it changes when a part is
/// submitted again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    index: Index,
    /// How many shards there are.
    count: u64,
    /// What is added to the index, where an engine limits it.
    offset: u64,
}

/// Where the number of a shard comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Index {
    Number(u64),
    /// The one variable of [`ENGINES`] that is set.
    Auto,
    /// The variable of this name.
    Variable(String),
}

/// How an engine counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counting {
    FromZero,
    FromOne,
    /// As who submitted it chose.
    AsGiven,
}

/// A variable by which an engine tells a process its number.
struct Engine {
    variable: &'static str,
    counting: Counting,
    /// What it says where there is no number.
    unset: &'static str,
}

/// Those that `auto` reads. None of them says how many shards there are.
const ENGINES: [Engine; 13] = [
    engine("JOB_COMPLETION_INDEX", Counting::FromZero, ""),
    engine("AWS_BATCH_JOB_ARRAY_INDEX", Counting::FromZero, ""),
    engine("BATCH_TASK_INDEX", Counting::FromZero, ""),
    engine("CLOUD_RUN_TASK_INDEX", Counting::FromZero, ""),
    engine("LSB_JOBINDEX", Counting::FromOne, "0"),
    engine("SGE_TASK_ID", Counting::FromOne, "undefined"),
    engine("PARALLEL_SEQ", Counting::FromOne, ""),
    engine("OAR_ARRAY_INDEX", Counting::FromOne, ""),
    engine("SLURM_ARRAY_TASK_ID", Counting::AsGiven, ""),
    engine("PBS_ARRAY_INDEX", Counting::AsGiven, ""),
    engine("PBS_ARRAYID", Counting::AsGiven, ""),
    engine("HQ_TASK_ID", Counting::AsGiven, ""),
    engine("FLUX_JOB_CC", Counting::AsGiven, ""),
];

const fn engine(variable: &'static str, counting: Counting, unset: &'static str) -> Engine {
    Engine { variable, counting, unset }
}

/// Why it is not known which chunks are meant.
#[derive(Clone, Debug, PartialEq, Eq, Error, Diagnostic)]
pub enum ShardError {
    /// No variable of an engine is set.
    #[error("--shard auto finds no number: none of the variables that engines set is there")]
    #[diagnostic(help(
        "it knows {}; --shard env:NAME/{count} reads another variable, and --shard 3/{count} none",
        known()
    ))]
    None {
        /// How many shards there are.
        count: u64,
    },
    /// Engines run within each other.
    #[error("--shard auto finds several numbers: {}", found.join(", "))]
    #[diagnostic(help("--shard env:NAME/{count} says which of them counts"))]
    Several {
        /// What is set.
        found: Vec<String>,
        /// How many shards there are.
        count: u64,
    },
    /// A variable that is not there.
    #[error("the variable `{0}`, which --shard reads, is not set")]
    Unset(String),
    /// A variable that is no number.
    #[error("the variable `{variable}` is `{value}`, which is no number of a shard")]
    NoNumber {
        /// The variable.
        variable: String,
        /// Its value.
        value: String,
    },
    /// A number that no shard has.
    #[error("there is no shard {index} of {count}: they are numbered from 0 to {}", count - 1)]
    #[diagnostic(help("{from}"))]
    Outside {
        /// The number.
        index: u64,
        /// How many there are.
        count: u64,
        /// Where it came from.
        from: String,
    },
    /// Chunks that the sweep does not have.
    #[error("there is no chunk {chunk}: the sweep has {count}, numbered from 0")]
    NoChunk {
        /// The chunk.
        chunk: u64,
        /// How many there are.
        count: u64,
    },
}

fn known() -> String {
    ENGINES.map(|engine| engine.variable).join(", ")
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "expected I/N, auto/N or env:NAME/N, where N is how many shards there are, and maybe +OFFSET: 3/64, auto/5000+1000"
                .to_owned()
        };
        let (index, rest) = text.split_once('/').ok_or_else(wrong)?;
        let (count, offset) = rest.split_once('+').unwrap_or((rest, "0"));
        let number = |text: &str| text.parse::<u64>().map_err(|_| wrong());
        let (count, offset) = (number(count)?, number(offset)?);
        if count == 0 {
            return Err("there is at least one shard: 0/1 is the whole sweep".to_owned());
        }
        let index = match (index, index.strip_prefix("env:")) {
            ("auto", _) => Index::Auto,
            (_, Some(name)) if !name.is_empty() => Index::Variable(name.to_owned()),
            (text, _) => Index::Number(number(text)?),
        };
        Ok(Self { index, count, offset })
    }
}

impl Shard {
    /// How many shards there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number of the shard, with the variables of the environment.
    ///
    /// # Errors
    ///
    /// If it is not known, or no shard has it.
    pub fn number(&self, variable: impl Fn(&str) -> Option<String>) -> Result<u64, ShardError> {
        let count = self.count;
        let read = |name: &str, value: &str| {
            value
                .trim()
                .parse::<u64>()
                .map_err(|_| ShardError::NoNumber { variable: name.to_owned(), value: value.to_owned() })
        };
        let (base, from) = match &self.index {
            Index::Number(number) => (*number, String::new()),
            Index::Variable(name) => {
                let value = variable(name).ok_or_else(|| ShardError::Unset(name.clone()))?;
                (read(name, &value)?, format!("{name}={value}"))
            }
            Index::Auto => {
                let value = |engine: &Engine| variable(engine.variable).filter(|value| value.trim() != engine.unset);
                let found: Vec<(&Engine, String)> =
                    ENGINES.iter().filter_map(|engine| Some((engine, value(engine)?))).collect();
                match found.as_slice() {
                    [] => return Err(ShardError::None { count }),
                    [(engine, value)] => {
                        let number = read(engine.variable, value)?;
                        let from = format!("{}={value}", engine.variable);
                        match (engine.counting, number.checked_sub(1)) {
                            (Counting::FromOne, Some(number)) => (number, format!("{from}, which counts from 1")),
                            (Counting::FromOne, None) => {
                                return Err(ShardError::NoNumber {
                                    variable: engine.variable.to_owned(),
                                    value: value.clone(),
                                });
                            }
                            _ => (number, from),
                        }
                    }
                    several => {
                        let text = |(engine, value): &(&Engine, String)| format!("{}={value}", engine.variable);
                        return Err(ShardError::Several { found: several.iter().map(text).collect(), count });
                    }
                }
            }
        };
        let index = base.saturating_add(self.offset);
        if index < count {
            return Ok(index);
        }
        let offset = if self.offset > 0 { format!(", plus {}", self.offset) } else { String::new() };
        let from = if from.is_empty() { "the first shard is 0".to_owned() } else { format!("{from}{offset}") };
        Err(ShardError::Outside { index, count, from })
    }

    /// The chunks of the shard of this number, of so many.
    pub fn chunks(&self, number: u64, chunks: u64) -> BTreeSet<u64> {
        (number..chunks).step_by(usize::try_from(self.count).unwrap_or(usize::MAX)).collect()
    }
}

/// Chunks by their numbers: `3,17-20`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkList(BTreeSet<u64>);

/// The most chunks that a list has: one that is longer was a slip.
const MOST: u64 = 1 << 24;

impl FromStr for ChunkList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "expected numbers and ranges of chunks, such as 3,17-20".to_owned();
        let mut chunks = BTreeSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last): (u64, u64) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
            if first > last {
                return Err(format!("{part} has no chunks: the first comes before the last"));
            }
            if last - first >= MOST {
                return Err(format!("{part} has more than {MOST} chunks"));
            }
            chunks.extend(first..=last);
        }
        Ok(Self(chunks))
    }
}

impl ChunkList {
    /// These chunks.
    pub fn new(chunks: impl IntoIterator<Item = u64>) -> Self {
        Self(chunks.into_iter().collect())
    }

    /// Whether a chunk is among them.
    pub fn contains(&self, chunk: u64) -> bool {
        self.0.contains(&chunk)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shards, of so many, that have one of them.
    pub fn shards(&self, count: u64) -> Self {
        Self::new(self.0.iter().map(|chunk| chunk % count))
    }

    /// They, if a sweep of so many has them all.
    ///
    /// # Errors
    ///
    /// If it has not.
    pub fn of(&self, count: u64) -> Result<BTreeSet<u64>, ShardError> {
        match self.0.last() {
            Some(&chunk) if chunk >= count => Err(ShardError::NoChunk { chunk, count }),
            _ => Ok(self.0.clone()),
        }
    }
}

/// As it is read: `3,17-20`.
impl fmt::Display for ChunkList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.iter().copied().peekable();
        let mut comma = "";
        while let Some(first) = rest.next() {
            let mut last = first;
            while rest.peek() == Some(&(last + 1)) {
                last = rest.next().unwrap_or(last);
            }
            if first == last {
                write!(f, "{comma}{first}")?
            } else {
                write!(f, "{comma}{first}-{last}")?
            }
            comma = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(shard: &str, variables: &[(&str, &str)]) -> Result<u64, ShardError> {
        let find = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned());
        shard.parse::<Shard>().unwrap().number(find)
    }

    #[test]
    fn engines_are_read_as_they_count() {
        assert_eq!(number("3/64", &[("SLURM_ARRAY_TASK_ID", "5")]), Ok(3));
        assert_eq!(number("auto/64", &[("JOB_COMPLETION_INDEX", "5"), ("SLURM_ARRAY_TASK_COUNT", "2")]), Ok(5));
        assert_eq!(number("auto/64", &[("SGE_TASK_ID", "5")]), Ok(4));
        assert_eq!(
            number("auto/64", &[("SGE_TASK_ID", "undefined"), ("LSB_JOBINDEX", "0"), ("HQ_TASK_ID", "7")]),
            Ok(7)
        );
        assert_eq!(number("auto/5000+1000", &[("SLURM_ARRAY_TASK_ID", "999")]), Ok(1999));
        assert_eq!(number("env:SLURM_PROCID/4", &[("SLURM_PROCID", " 2 "), ("HQ_TASK_ID", "7")]), Ok(2));
        for engine in &ENGINES {
            let expected = if engine.counting == Counting::FromOne { 8 } else { 9 };
            assert_eq!(number("auto/10", &[(engine.variable, "9")]), Ok(expected), "{}", engine.variable);
        }
    }

    #[test]
    fn what_is_not_known_is_no_guess() {
        let text = |shard: &str, variables: &[(&str, &str)]| number(shard, variables).unwrap_err().to_string();
        assert!(text("auto/4", &[]).contains("finds no number"));
        assert_eq!(
            text("auto/4", &[("SLURM_ARRAY_TASK_ID", "1"), ("HQ_TASK_ID", "2")]),
            "--shard auto finds several numbers: SLURM_ARRAY_TASK_ID=1, HQ_TASK_ID=2"
        );
        assert_eq!(
            text("auto/4", &[("HQ_TASK_ID", "x")]),
            "the variable `HQ_TASK_ID` is `x`, which is no number of a shard"
        );
        assert_eq!(
            text("auto/4", &[("PARALLEL_SEQ", "0")]),
            "the variable `PARALLEL_SEQ` is `0`, which is no number of a shard"
        );
        assert_eq!(text("env:A/4", &[]), "the variable `A`, which --shard reads, is not set");
        let outside = "there is no shard 4 of 4: they are numbered from 0 to 3";
        assert_eq!(text("auto/4", &[("SLURM_ARRAY_TASK_ID", "4")]), outside);
        assert_eq!(text("3/4+1", &[]), outside);
        for wrong in ["", "3", "3/", "/4", "a/4", "3/4+", "3/b", "env:/4", "-1/4", "3/4/5"] {
            assert!(wrong.parse::<Shard>().unwrap_err().contains("expected I/N"), "{wrong}");
        }
        assert!("0/0".parse::<Shard>().unwrap_err().contains("at least one"));
    }

    #[test]
    fn shards_have_every_chunk_once() {
        for count in [1_u64, 3, 8, 20] {
            let shard: Shard = format!("0/{count}").parse().unwrap();
            let mut all: Vec<u64> = (0..count).flat_map(|number| shard.chunks(number, 10)).collect();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..10), "{count}");
        }
    }

    #[test]
    fn lists_of_chunks_read_back() {
        for text in ["3", "3,17-20", "0-1,3"] {
            assert_eq!(text.parse::<ChunkList>().unwrap().to_string(), text);
        }
        assert_eq!("5,3,4,4".parse::<ChunkList>().unwrap().to_string(), "3-5");
        assert_eq!("3-5".parse::<ChunkList>().unwrap().of(6).unwrap().len(), 3);
        assert_eq!("3-5".parse::<ChunkList>().unwrap().of(5), Err(ShardError::NoChunk { chunk: 5, count: 5 }));
        for wrong in ["", "a", "3-", "-3", "5-3", "1,,2", "0-99999999999"] {
            assert!(wrong.parse::<ChunkList>().is_err(), "{wrong}");
        }
    }
}
