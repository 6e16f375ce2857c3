//! Descents: `descent/<runner>/<landscape>-momentum-f32`, 64 × 64 starts on one thread, where an element is a step from a
//! point.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::descent;
use thalweg_kernels::landscape::Landscape;

/// Starts along each coordinate.
const SIDE: usize = 64;

pub fn list(suite: &mut Suite) {
    for name in ["rosenbrock", "beale", "rastrigin"] {
        let landscape = Landscape::named(name).expect("there is such a landscape");
        suite.add("descent", |isa| descent::workload(landscape, SIDE, isa));
    }
}
