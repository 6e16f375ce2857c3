//! `thalweg id`, `verify`, `prove` and `diff`: results that anyone can check.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;

use super::missing::sweep_of;
use super::progress::Bar;
use super::run::parse_key;
use super::{CliError, Work, stop_flag};
use crate::record::Key;
use crate::record::RUNS;
use crate::record::manifest::Manifest;
use crate::registry::Registry;
use crate::sweep::shards::{self, AuditError, Flaw, Means, Proof, Proven, Sample};

impl Work {
    /// What results are checked with.
    pub(super) fn means(&self) -> Result<Means, CliError> {
        Ok(Means { isa: self.isa()?, threads: self.threads(), memory: self.memory() })
    }
}

/// Print the number that stands for a result, which a paper can quote: it is the same whoever computed it, in how many shards.
///
/// It is the BLAKE3 of a few lines (--long): the contract, a hash of what is trained, and for each table of trials the root of a
/// Merkle tree over the rows of its trials in plan order.
#[derive(Debug, Args)]
pub(super) struct Id {
    /// A folder of results, finished or in chunks.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print what the number is the hash of.
    #[arg(long)]
    long: bool,
    #[command(flatten)]
    work: Work,
}

impl Id {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let spec = sweep_of(registry, &self.folder)?;
        let noted = Manifest::read(&self.folder).ok().and_then(|manifest| manifest.id);
        let mut out = io::stdout().lock();
        // Where tables were not kept, the manifest has what they were.
        if let Some(noted) = noted.as_ref().filter(|_| !spec.record.tables && !self.long) {
            return Ok(writeln!(out, "{noted}")?);
        }
        let id = shards::id(&spec, &self.folder, self.work.means()?)?;
        match noted {
            Some(noted) if noted != id.name() => {
                Err(AuditError::Renamed { folder: self.folder, found: id.name(), noted }.into())
            }
            _ if self.long => Ok(write!(out, "{}", id.text())?),
            _ => Ok(writeln!(out, "{}", id.name())?),
        }
    }
}

/// Train a random sample of a result's trials again, and compare every byte of their rows; exit code 1 if some differ.
///
/// The sample has a trial of every chunk, and others from anywhere. If all of so many agree, fewer than a share of all trials is
/// wrong, with a confidence of 99 %: of 459 trials 1 %, of 4,603 0.1 %. No sample finds one wrong trial in a million.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg verify results/digits --sample 100
  thalweg verify /shared/my --within 0.1% --seed 20261201")]
pub(super) struct Verify {
    /// A folder of results, finished or in chunks.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How many trials, at least.
    #[arg(long, value_name = "K|all", value_parser = parse_sample, conflicts_with = "within")]
    sample: Option<u64>,
    /// As many trials as are needed to say that no larger share is wrong [default: 1%].
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    within: Option<f64>,
    /// What the sample is drawn from: a number that whoever made the result could not know [default: the time].
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    #[command(flatten)]
    work: Work,
}

/// The risk of not seeing what is said to be seen.
const RISK: f64 = 0.01;

impl Verify {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let spec = sweep_of(registry, &self.folder)?;
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64);
        let seed = self.seed.unwrap_or_else(now);
        let trials = self.sample.unwrap_or_else(|| needed(self.within.unwrap_or(0.01)));
        let (bar, stop) = (Bar::new(&spec.name, self.work.quiet), stop_flag()?);
        let sample = Sample { trials, seed };
        let found = shards::verify(&spec, &self.folder, sample, self.work.means()?, (&bar, &stop))?;
        if let Some(first) = found.first {
            return Err(CliError::Wrong { wrong: found.wrong, trials: found.trials, first: first.to_string(), seed });
        }
        let text = if found.trials == found.of {
            format!("all {} trials agree", found.of)
        } else {
            let share = 100.0 * (1.0 - libm::pow(RISK, 1.0 / found.trials as f64));
            let (trials, of) = (found.trials, found.of);
            format!("{trials} of {of} trials agree: fewer than {share:.2} % are wrong, with 99 % (seed {seed})")
        };
        Ok(writeln!(io::stdout().lock(), "{text}")?)
    }
}

/// How many trials have to agree.
fn needed(share: f64) -> u64 {
    libm::ceil(libm::log(RISK) / libm::log1p(-share)) as u64
}

fn parse_sample(text: &str) -> Result<u64, String> {
    let count = if text == "all" { Some(u64::MAX) } else { text.parse().ok() };
    count.filter(|count| *count > 0).ok_or_else(|| "expected a number of trials, or `all`".to_owned())
}

fn parse_share(text: &str) -> Result<f64, String> {
    let (number, of) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let share = number.trim().parse::<f64>().ok().map(|number| number / of);
    share.filter(|share| *share > 0.0 && *share < 1.0).ok_or_else(|| "expected a share, such as 0.1%".to_owned())
}

/// Write a proof that the rows of a trial belong to a result, or check one without the result.
///
/// It has the rows, and the hashes that lead from them to the number of the result: 32 bytes for each doubling of the trials. There
/// is one text of a proof, and any change of it is refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg prove results/digits tc2d0898cd84302be > proof.toml
  thalweg prove results/digits tc2d0898cd84302be --tables runs,curves
  thalweg prove --check proof.toml thalweg1:…")]
pub(super) struct Prove {
    /// A folder of results; with --check, a proof.
    #[arg(value_name = "DIR|FILE")]
    place: PathBuf,
    /// The key of a trial; with --check, the number of the result.
    #[arg(value_name = "KEY|ID")]
    name: String,
    /// Check a proof.
    #[arg(long)]
    check: bool,
    /// The tables whose rows it has, or `all` of them.
    #[arg(long, value_name = "TABLES", value_delimiter = ',', default_value = RUNS, conflicts_with = "check")]
    tables: Vec<String>,
    #[command(flatten)]
    work: Work,
}

impl Prove {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        if self.check {
            let text = fs::read(&self.place).map_err(|source| CliError::Read { path: self.place.clone(), source })?;
            return match Proof::check(&text, &self.name) {
                Ok(proof) => {
                    let text = format!("trial {} of {} belongs to the result", proof.trial, proof.trials);
                    Ok(writeln!(io::stdout().lock(), "{text}")?)
                }
                Err(flaw) => Err(CliError::NoProof { path: self.place, flaw: words(&flaw) }),
            };
        }
        let key: Key = parse_key(&self.name).map_err(|help| CliError::NoKey { key: self.name.clone(), help })?;
        let spec = sweep_of(registry, &self.place)?;
        let proven = if self.tables == ["all"] { Proven::All } else { Proven::Tables(self.tables) };
        let proof = shards::prove(&spec, &self.place, key, &proven, self.work.means()?)?;
        let proof = proof.ok_or_else(|| CliError::NoTrial { folder: self.place.clone(), key: self.name.clone() })?;
        Ok(write!(io::stdout().lock(), "{}", proof.text())?)
    }
}

fn words(flaw: &Flaw) -> String {
    match flaw {
        Flaw::Elsewhere { found } => format!("it leads to {found}: it is of another result, or was changed"),
        Flaw::NoPath { table } => format!("no trial of so many has a path like that of {table}.csv"),
        Flaw::Unread(problem) => format!("it cannot be read: {problem}"),
    }
}

/// Name the first trial, and the first cell, that differs between two results of a sweep; exit code 1 if there is one.
///
/// Results in chunks are compared by their chunks' roots, of which 32 bytes a chunk are all that has to be exchanged.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A folder of results, finished or in chunks.
    #[arg(value_name = "A")]
    one: PathBuf,
    /// Another one.
    #[arg(value_name = "B")]
    other: PathBuf,
    #[command(flatten)]
    work: Work,
}

impl Diff {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let (spec, other) = (sweep_of(registry, &self.one)?, sweep_of(registry, &self.other)?);
        match shards::diff(&spec, [&self.one, &self.other], &other, self.work.means()?)? {
            Some(found) => Err(CliError::Unequal { difference: found.to_string() }),
            None if self.work.quiet => Ok(()),
            None => Ok(writeln!(io::stdout().lock(), "equal, all trials of both")?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_as_large_as_they_must_be() {
        let shares = ["1%", "0.1 %", "0.0001"].map(|text| needed(parse_share(text).unwrap()));
        assert_eq!(shares, [459, 4603, 46_050]);
        assert_eq!(["7", "all", "0", "-1"].map(|text| parse_sample(text).ok()), [Some(7), Some(u64::MAX), None, None]);
        for wrong in ["", "0", "100%", "-1%", "x", "1.5"] {
            assert!(parse_share(wrong).is_err(), "{wrong}");
        }
    }
}
