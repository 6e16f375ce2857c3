//! Optimizers: `optimizer/update/<runner>/<name>-<precision>`, 1,024 weights, of rules, and `optimizer/step/…`, a 2-16-16-1
//! network in each lane, of methods that see more than one weight.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::{method, optimizer};
use thalweg_kernels::optimizer::ALL;

pub fn list(suite: &mut Suite) {
    for optimizer in ALL.iter().copied().filter(|optimizer| optimizer.is_rule()) {
        suite.add("optimizer/update", |isa| optimizer::workload::<f32>(optimizer, isa));
    }
    for optimizer in ALL.iter().copied().filter(|optimizer| !optimizer.is_rule() && optimizer.gradients == 1) {
        suite.add("optimizer/step", |isa| method::workload::<f32>(optimizer, isa));
    }
}
