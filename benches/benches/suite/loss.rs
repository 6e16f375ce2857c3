//! Loss functions: `loss/<gradient, curvature or value>/<runner>/<name>-<precision>`, about 2,048 outputs; 1,024 for a
//! curvature.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::{curvature, loss};
use thalweg_kernels::loss::ALL;

pub fn list(suite: &mut Suite) {
    for &function in ALL {
        suite.add("loss/gradient", |isa| loss::gradient::<f32>(function, isa));
        suite.add("loss/curvature", |isa| curvature::loss::<f32>(function, isa));
        suite.add("loss/value", |isa| loss::value::<f32>(function, isa));
    }
}
