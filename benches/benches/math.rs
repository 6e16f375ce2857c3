//! Elementary functions: `math/<runner>/<function>-<precision>`, 2,048 numbers.

use thalweg_benches::timing;
use thalweg_benches::workload::math;

fn main() {
    timing::bench(|comparison| {
        for name in math::FUNCTIONS {
            comparison.add("math", math::workload::<f32>(name, comparison.isa()));
            comparison.add("math", math::workload::<f64>(name, comparison.isa()));
        }
    });
}
