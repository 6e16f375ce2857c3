//! Loss functions: `loss/<gradient or value>/<runner>/<name>-<precision>`, about 2,048 outputs.

use thalweg_benches::timing;
use thalweg_benches::workload::loss;
use thalweg_kernels::loss::ALL;

fn main() {
    timing::bench(|comparison| {
        for &function in ALL {
            comparison.add("loss/gradient", loss::gradient::<f32>(function, comparison.isa()));
            comparison.add("loss/value", loss::value::<f32>(function, comparison.isa()));
        }
    });
}
