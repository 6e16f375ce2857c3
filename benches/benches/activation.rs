//! Activation functions: `activation/<direction>/<runner>/<name>-<precision>`, 2,048 units; 1,024 with a tangent.

use thalweg_benches::timing;
use thalweg_benches::workload::{activation, curvature};
use thalweg_kernels::activation::ALL;

fn main() {
    timing::bench(|comparison| {
        for &function in ALL.iter().filter(|function| function.name != "identity") {
            comparison.add("activation/forward", activation::forward::<f32>(function, comparison.isa()));
            comparison.add("activation/backward", activation::backward::<f32>(function, comparison.isa()));
            comparison.add("activation/tangent", curvature::activation::<f32>(function, comparison.isa()));
        }
    });
}
