//! A whole sweep on one thread: `sweep/<runner>/moons-2-16-1-adam-f32`. An element is a training run.

use thalweg_benches::timing;
use thalweg_benches::workload::sweep;

/// Runs per iteration.
const RUNS: usize = 512;

fn main() {
    timing::bench(|comparison| comparison.add("sweep", sweep::workload(RUNS, comparison.isa())));
}
