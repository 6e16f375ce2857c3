//! `thalweg merge`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::missing::{gaps, sweep_of_all};
use super::progress::Bar;
use super::{CliError, Work, closing, stop_flag, tell};
use crate::drawing::drawer;
use crate::registry::Registry;
use crate::sweep::run::{Finished, Reuse, Settings};
use crate::sweep::shards::{self, Merged};

/// Make the results of chunks that `thalweg run --shard` computed, in any folders and by any number of shards.
///
/// They are equal to the byte to those of one machine. A chunk that is there twice is compared: where two differ, nothing is
/// merged, and the first cell that differs is named, with the hosts. A damaged chunk counts as missing, and of what is missing
/// the command that computes it is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg merge /shared/my
  thalweg merge shard-* --out all")]
pub(super) struct Merge {
    /// Folders with chunks.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The folder for the results [default: the first one with chunks].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Where chunks differ, compute one here, and say who was wrong.
    #[arg(long)]
    referee: bool,
    /// Draw the figures as PNG as well.
    #[arg(long)]
    png: bool,
    #[command(flatten)]
    work: Work,
}

impl Merge {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let began = Instant::now();
        let (spec, folder) = sweep_of_all(registry, &self.folders)?;
        let out = self.out.unwrap_or_else(|| folder.to_owned());
        let settings = Settings {
            out: out.clone(),
            threads: self.work.threads(),
            isa: self.work.isa()?,
            reuse: Reuse::Everything,
            figures: Some(drawer(self.png)),
            memory: self.work.memory(),
        };
        let bar = Bar::new(&spec.name, self.work.quiet);
        let merge = shards::Merge { from: &self.folders, settings: &settings, referee: self.referee };
        match shards::merge(&spec, &merge, &bar, &*stop_flag()?)? {
            Merged::Gaps(found) => Err(gaps(&found, folder)),
            _ if self.work.quiet => Ok(()),
            Merged::Whole { finished, confirmed } => {
                if confirmed > 0 {
                    tell(format_args!("{confirmed} chunks were there more than once, and equal"));
                }
                match finished {
                    Finished::Complete => closing::say(registry, &out, began.elapsed(), None),
                    _ => {
                        tell(format_args!("{} is complete already", out.display()));
                        Ok(())
                    }
                }
            }
        }
    }
}
