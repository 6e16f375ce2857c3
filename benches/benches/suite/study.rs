//! Whole workloads on one thread, through the trainer that the command uses: `study/thalweg/<spec>`. An element is a trial.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::study::{WORKLOADS, workload};

pub fn list(suite: &mut Suite) {
    for (study, set) in WORKLOADS {
        suite.add("study", |isa| workload(study, set, isa));
    }
}
