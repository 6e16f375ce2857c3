//! Small matrices of a group of trials: `matrices/<task>/thalweg/<rows>x<columns>`. An element is a floating-point
//! operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::matrices::{self, SIZES, TASKS};

pub fn list(suite: &mut Suite) {
    for (name, task) in TASKS {
        for &size in SIZES {
            suite.add(&format!("matrices/{name}"), |isa| matrices::workload(task, size, isa));
        }
    }
}
