//! W1 while an observer looks on: `observer/thalweg/w1-<observer>`. An element is a trial.

use thalweg_benches::timing;
use thalweg_benches::workload::study::observed;

fn main() {
    timing::bench(|comparison| {
        for workload in observed(comparison.isa()) {
            comparison.add("observer", workload);
        }
    });
}
