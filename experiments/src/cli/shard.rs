//! `thalweg run --shard`: a part of a sweep on one of many machines.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use clap::Args;

use super::progress::Bar;
use super::{CliError, Work, duration, stop_flag, tell};
use crate::spec::Spec;
use crate::sweep::shards::{AfterChunk, ChunkList, DoneList, Shard, Shards, run_shards};

/// Many machines.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many machines")]
pub(super) struct ShardArguments {
    /// Compute one of N shards, from 0 to N-1: its chunks go to DIR/chunks, where any number of processes may write at once, and
    /// `thalweg merge` makes the results of them. The number is I, or what the engine says (`auto`: of Slurm, Kubernetes, AWS
    /// Batch, GCP Batch, Cloud Run, PBS, LSF, SGE, HyperQueue, Flux, OAR, GNU parallel), or the value of a variable; +OFFSET is
    /// added to it.
    #[arg(long, value_name = "I/N|auto/N|env:NAME/N[+OFFSET]")]
    #[arg(group = "part", conflicts_with_all = ["trials", "only", "extend", "fresh", "png"])]
    shard: Option<Shard>,
    /// Compute these chunks, such as `thalweg missing` names.
    #[arg(long, value_name = "3,17-20", group = "part")]
    #[arg(conflicts_with_all = ["trials", "only", "extend", "fresh", "png"])]
    chunks: Option<ChunkList>,
    /// Stop by then, with exit code 75 if something is left: no chunk is begun that would not be over in time.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, conflicts_with = "extend")]
    stop_after: Option<Duration>,
    /// Run a command for every file of a chunk once it is whole, {} being the file; the one that says that it is comes last. Chunks
    /// that are here already are carried again.
    #[arg(long, value_name = "COMMAND", requires = "part")]
    after_chunk: Option<AfterChunk>,
    /// Leave out the chunks that this file says are somewhere else already: any listing that names their .toml files.
    #[arg(long, value_name = "FILE", requires = "part")]
    done_list: Option<PathBuf>,
}

impl ShardArguments {
    /// Whether chunks are to be computed, and no whole results.
    pub fn are_wanted(&self) -> bool {
        self.shard.is_some() || self.chunks.is_some()
    }

    pub fn stop_after(&self) -> Option<Duration> {
        self.stop_after
    }

    /// Computes the chunks.
    pub fn run(self, spec: &Spec, out: PathBuf, work: &Work) -> Result<(), CliError> {
        let began = Instant::now();
        let deadline = self.stop_after.map(|time| began + time);
        let done = self.done_list.as_deref().map(DoneList::read).transpose()?.unwrap_or_default();
        let number = self.shard.as_ref().map(|shard| shard.number(|name| std::env::var(name).ok())).transpose()?;
        let choose = |count| match (&self.shard, number, &self.chunks) {
            (Some(shard), Some(number), _) => Ok(shard.chunks(number, count)),
            (.., Some(list)) => list.of(count),
            _ => ChunkList::new(0..count).of(count),
        };
        let settings = Shards {
            out: out.clone(),
            threads: work.threads(),
            isa: work.isa()?,
            memory: work.memory(),
            elsewhere: done.chunks().clone(),
            deadline,
            after: self.after_chunk,
        };
        let stop = stop_flag()?;
        let _timer = self.stop_after.map(|time| StopAfter::begin(time, &stop));
        let bar = Bar::new(&spec.name, work.quiet);
        let sharded = run_shards(spec, &settings, choose, &bar, &stop)??;
        if !sharded.is_complete() {
            let is_over = deadline.is_some_and(|deadline| deadline <= Instant::now());
            if let Some(time) = self.stop_after.filter(|_| is_over && sharded.computed == 0) {
                return Err(CliError::NoTime { time });
            }
            let done = sharded.earlier + sharded.computed;
            return Err(CliError::ChunksLeft { done, chunks: sharded.wanted });
        }
        if !work.quiet {
            let of = match (&self.shard, number) {
                (Some(shard), Some(number)) => format!("shard {number} of {}: ", shard.count()),
                _ => String::new(),
            };
            let (computed, earlier, time) = (sharded.computed, sharded.earlier, duration::text(began.elapsed()));
            tell(format_args!(
                "{of}{computed} chunks computed, {earlier} there already, {time}; they are in {}",
                out.display()
            ));
        }
        Ok(())
    }
}

/// Sets a flag after a time, unless it is dropped before.
pub(super) struct StopAfter {
    _over: Sender<()>,
}

impl StopAfter {
    pub fn begin(time: Duration, stop: &Arc<AtomicBool>) -> Self {
        let (over, wait) = channel();
        let stop = Arc::clone(stop);
        let watch = move || {
            if wait.recv_timeout(time) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                stop.store(true, Ordering::Relaxed);
            }
        };
        // Without a thread to spare there is no such end.
        let _ = std::thread::Builder::new().spawn(watch);
        Self { _over: over }
    }
}
