//! Elementary functions: `math/<runner>/<function>-<precision>`, 2,048 numbers.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::math;

pub fn list(suite: &mut Suite) {
    for name in math::FUNCTIONS {
        suite.add("math", |isa| math::workload::<f32>(name, isa));
        suite.add("math", |isa| math::workload::<f64>(name, isa));
    }
}
