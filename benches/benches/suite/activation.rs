//! Activation functions: `activation/<direction>/<runner>/<name>-<precision>`, 2,048 units; 1,024 with a tangent.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::{activation, curvature};
use thalweg_kernels::activation::ALL;

pub fn list(suite: &mut Suite) {
    for &function in ALL.iter().filter(|function| function.name != "identity") {
        suite.add("activation/forward", |isa| activation::forward::<f32>(function, isa));
        suite.add("activation/backward", |isa| activation::backward::<f32>(function, isa));
        suite.add("activation/tangent", |isa| curvature::activation::<f32>(function, isa));
    }
}
