//! Small matrices of a group of trials: `matrices/<task>/thalweg/<rows>x<columns>`. An element is a floating-point
//! operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing;
use thalweg_benches::workload::matrices::{self, SIZES, TASKS};

fn main() {
    timing::bench(|comparison| {
        for (name, task) in TASKS {
            for &size in SIZES {
                comparison.add(&format!("matrices/{name}"), matrices::workload(task, size, comparison.isa()));
            }
        }
    });
}
