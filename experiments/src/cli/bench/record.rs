//! `thalweg bench record`.

use std::path::{Path, PathBuf};

use clap::Args;
use thalweg_benchmarks::criterion_folder;

use super::Records;
use crate::cli::{CliError, tell};

/// Add what the last benches measured to the records of this machine.
///
/// A record is a table: results/bench/<machine>/<date>-<revision>.csv, a row for each benchmark and round. What is there already is
/// not added again; more runs of the same build are more rounds, from which it is known how much runs differ.
#[derive(Debug, Args)]
pub(super) struct Record {
    /// Criterion's folder [default: target/criterion, or what CARGO_TARGET_DIR or CRITERION_HOME says].
    #[arg(long, value_name = "DIR")]
    criterion: Option<PathBuf>,
    #[command(flatten)]
    records: Records,
}

impl Record {
    pub fn run(self) -> Result<(), CliError> {
        let criterion = self.criterion.unwrap_or_else(|| criterion_folder(Path::new("")));
        for recorded in thalweg_benchmarks::record(&criterion, &self.records.store())? {
            let path = recorded.path.display();
            tell(match recorded.added {
                0 => format!("{path} has all {} rows already", recorded.known),
                1 => format!("1 row added to {path}"),
                added => format!("{added} rows added to {path}"),
            });
            if recorded.is_dirty && recorded.added > 0 {
                tell("the tree had changes beside its revision: nobody else can measure the same");
            }
        }
        Ok(())
    }
}
