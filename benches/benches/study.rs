//! Whole workloads on one thread, through the trainer that the command uses: `study/thalweg/<spec>`. An element is a trial.

use thalweg_benches::timing;
use thalweg_benches::workload::study::{WORKLOADS, workload};

fn main() {
    timing::bench(|comparison| {
        for (study, set) in WORKLOADS {
            comparison.add("study", workload(study, set, comparison.isa()));
        }
    });
}
