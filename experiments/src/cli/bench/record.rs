//! `thalweg bench record`.

use std::env;
use std::path::PathBuf;

use clap::Args;

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
        let criterion = self.criterion.unwrap_or_else(criterion_folder);
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

fn criterion_folder() -> PathBuf {
    let target = || env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    env::var_os("CRITERION_HOME").map_or_else(|| target().join("criterion"), PathBuf::from)
}
