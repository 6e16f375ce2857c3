//! A whole sweep on one thread: `sweep/<runner>/moons-2-16-1-adam-f32`. An element is a training run.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::sweep;

/// Runs per iteration.
const RUNS: usize = 256;

pub fn list(suite: &mut Suite) {
    suite.add("sweep", |isa| sweep::workload(RUNS, isa));
}
