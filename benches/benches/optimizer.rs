//! Optimizers: `optimizer/update/<runner>/<name>-<precision>`, 1,024 weights.

use thalweg_benches::timing;
use thalweg_benches::workload::optimizer;
use thalweg_kernels::optimizer::ALL;

fn main() {
    timing::bench(|comparison| {
        for optimizer in ALL.iter().copied().filter(|optimizer| optimizer.is_rule()) {
            comparison.add("optimizer/update", optimizer::workload::<f32>(optimizer, comparison.isa()));
        }
    });
}
