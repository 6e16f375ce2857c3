//! `thalweg run`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::extend::Extend;
use super::plot::redraw;
use super::progress::Bar;
use super::shard::{ShardArguments, StopAfter};
use super::source::{Source, quoted};
use super::{CliError, Work, closing, make, stop_flag, tell};
use crate::drawing::drawer;
use crate::memory::Memory;
use crate::record::Key;
use crate::registry::Registry;
use crate::spec::{Spec, Study};
use crate::sweep::run::{Finished, Reuse, Settings, run_part};
use crate::sweep::{FolderLock, Plan, TrialRange};

/// Run a spec and write its results: CSV, figures and what is needed to check them.
///
/// A run that was interrupted, in whatever way, is continued by the same command, and ends with the same bytes. Ctrl-C and
/// SIGTERM are obeyed within five seconds, and keep every trial that is finished; a crash loses the trials that are being
/// trained, and those that were finished in the last two seconds, or in the last hundredth of the time so far, a minute at
/// most. Rows belong to trials: those that the folder holds are taken, though the spec has other figures, or more seeds or
/// points, now. What is there already is looked at, and made again where it was changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg run digits
  thalweg run my.toml --out /data/my --threads 8
  thalweg run digits --set train.seeds=2 --set train.epochs=5 --out quick --png
  thalweg run my.toml --extend
  thalweg run my.toml --trials 0..1000 --out first
  thalweg run results/digits/spec.toml --only tc2d0898cd84302be
  thalweg run my.toml --out /shared/my --shard 3/64
  thalweg run my.toml --out /shared/my --shard auto/500 --stop-after 55m")]
pub(super) struct Run {
    #[command(flatten)]
    source: Source,
    /// The folder for the results [default: results/<name of the spec>].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Run a part of the trials, from FIRST to one before END, counted from 0 in the order of `plan --trials`: their rows
    /// are those of the whole; there are no figures.
    #[arg(long, value_name = "FIRST..END")]
    trials: Option<TrialRange>,
    /// Run the one trial of this key, as runs.csv names it: its row is that of the whole [default folder:
    /// results/<name of the spec>-<key>].
    #[arg(long, value_name = "KEY", value_parser = parse_key, conflicts_with = "trials")]
    only: Option<Key>,
    /// Where the best setting of an optimizer is the first or the last value of an axis, add values beyond it and go on, until
    /// it is inside, or until there are POINTS beyond an end [default: 12].
    #[arg(long, value_name = "POINTS", num_args = 0..=1, require_equals = true, default_missing_value = "12")]
    #[arg(conflicts_with_all = ["trials", "only"])]
    extend: Option<usize>,
    /// Compute everything again, and replace all results that the folder holds.
    #[arg(long)]
    fresh: bool,
    /// Draw the figures as PNG as well.
    #[arg(long)]
    png: bool,
    #[command(flatten)]
    work: Work,
    #[command(flatten)]
    shards: ShardArguments,
}

impl Run {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let study = self.source.read(registry)?;
        let name = self.only.map_or_else(|| study.name().to_owned(), |key| format!("{}-{key}", study.name()));
        let out = self.out.clone().unwrap_or_else(|| PathBuf::from("results").join(name));
        let spec = match study {
            Study::Sweep(spec) => spec,
            Study::Drawing(drawing) => {
                if self.trials.is_some() || self.only.is_some() || self.extend.is_some() {
                    return Err(CliError::NoTrials(drawing.name));
                }
                make(&drawing, &out, &out, self.work.isa()?, self.png)?;
                if !self.work.quiet {
                    tell(format_args!("results are in {}", out.display()));
                }
                return Ok(());
            }
        };
        let (threads, isa) = (self.work.threads(), self.work.isa()?);
        if self.shards.are_wanted() {
            return self.shards.run(&spec, out, &self.work);
        }
        let reuse = if self.fresh { Reuse::Nothing } else { Reuse::Everything };
        let (figures, memory) = (Some(drawer(self.png)), self.work.memory());
        let settings = Settings { out: out.clone(), threads, isa, reuse, figures, memory };
        let only = self.only.map(|key| only(&spec, key, self.work.memory())).transpose()?;
        let part = self.trials.as_ref().or(only.as_ref());
        let started = Instant::now();
        let stop = stop_flag()?;
        let _timer = self.shards.stop_after().map(|time| StopAfter::begin(time, &stop));
        let (spec, finished) = match self.extend {
            Some(most) => {
                let extend = Extend { registry, source: &self.source, spec: &spec, most, quiet: self.work.quiet };
                extend.run(&settings, &stop)?
            }
            None => {
                let bar = Bar::new(&spec.name, self.work.quiet);
                let finished = run_part((&spec, part), &settings, &bar, &stop)?;
                (*spec, finished)
            }
        };
        if self.png && finished == Finished::AlreadyComplete {
            let _lock = FolderLock::take(&out)?;
            redraw(&spec, &out, true)?;
        }
        let may_extend = self.extend.is_none() && part.is_none() && Extend::fits(&spec);
        let place = self.out.as_ref().map(|out| format!(" --out {}", quoted(&out.display().to_string())));
        let arguments = || format!("{}{} --extend", self.source.arguments(), place.unwrap_or_default());
        let extending = may_extend.then(arguments);
        let (folder, out) = (&out, out.display());
        match finished {
            Finished::Stopped { done, trials } => return Err(CliError::Stopped { done, trials }),
            _ if self.work.quiet => {}
            Finished::Complete => closing::say(registry, folder, started.elapsed(), extending.as_deref())?,
            Finished::Redrawn => tell(format_args!("all trials reused, and figures drawn; results are in {out}")),
            Finished::AlreadyComplete if self.png => tell(format_args!("{out} is complete already; figures drawn")),
            Finished::AlreadyComplete => tell(format_args!("{out} is complete already (--fresh computes it again)")),
        }
        Ok(())
    }
}

pub(super) fn parse_key(text: &str) -> Result<Key, String> {
    Key::parse(text.as_bytes()).ok_or_else(|| "a key is a `t` and 16 hex digits, such as tc2d0898cd84302be".to_owned())
}

/// The part of a spec that is the trial of a key.
fn only(spec: &Spec, key: Key, memory: Memory) -> Result<TrialRange, CliError> {
    let (_, _, plan) = Plan::read(spec, memory)?;
    let none = || CliError::NotPlanned { name: spec.name.clone(), key: key.to_string() };
    TrialRange::of_key(&plan, key).ok_or_else(none)
}
