//! Loss functions: `loss/<gradient, curvature or value>/<runner>/<name>-<precision>`, about 2,048 outputs; 1,024 for a
//! curvature.

use thalweg_benches::timing;
use thalweg_benches::workload::{curvature, loss};
use thalweg_kernels::loss::ALL;

fn main() {
    timing::bench(|comparison| {
        for &function in ALL {
            comparison.add("loss/gradient", loss::gradient::<f32>(function, comparison.isa()));
            comparison.add("loss/curvature", curvature::loss::<f32>(function, comparison.isa()));
            comparison.add("loss/value", loss::value::<f32>(function, comparison.isa()));
        }
    });
}
