//! Optimizers: `optimizer/update/<runner>/<name>-<precision>`, 1,024 weights, of rules, and `optimizer/step/…`, a 2-16-16-1
//! network in each lane, of methods that see more than one weight.

use thalweg_benches::timing;
use thalweg_benches::workload::{method, optimizer};
use thalweg_kernels::optimizer::ALL;

fn main() {
    timing::bench(|comparison| {
        for optimizer in ALL.iter().copied().filter(|optimizer| optimizer.is_rule()) {
            comparison.add("optimizer/update", optimizer::workload::<f32>(optimizer, comparison.isa()));
        }
        for optimizer in ALL.iter().copied().filter(|optimizer| !optimizer.is_rule() && optimizer.gradients == 1) {
            comparison.add("optimizer/step", method::workload::<f32>(optimizer, comparison.isa()));
        }
    });
}
