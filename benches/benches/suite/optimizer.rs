//! Optimizers that see more than one weight: `optimizer/step/<runner>/<name>-<precision>`, a 2-16-16-1 network in each lane.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::method;
use thalweg_kernels::optimizer::ALL;

pub fn list(suite: &mut Suite) {
    for optimizer in ALL.iter().copied().filter(|optimizer| !optimizer.is_rule() && optimizer.gradients == 1) {
        suite.add("optimizer/step", |isa| method::workload::<f32>(optimizer, isa));
    }
}
