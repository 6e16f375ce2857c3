//! Landscapes: `landscape/gradient/<runner>/<name>-<precision>`, 1,024 points,
//! `landscape/walk/<runner>/<name>-<optimizer>-f32`, 100 steps from 256 starts in one call, and
//! `descent/<runner>/<name>-momentum-f32`, 128 × 128 starts on one thread, where an element is a step from a point.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::{descent, landscape, walk};
use thalweg_kernels::landscape::{ALL, Landscape};
use thalweg_kernels::optimizer::ALL as OPTIMIZERS;
use thalweg_kernels::walk::Walker;

/// Starts along each coordinate.
const SIDE: usize = 128;

pub fn list(suite: &mut Suite) {
    let isa = suite.isa();
    for &landscape in ALL {
        suite.add("landscape/gradient", |isa| landscape::workload::<f32>(landscape, isa));
        suite.add("landscape/gradient", |isa| landscape::workload::<f64>(landscape, isa));
        for &optimizer in OPTIMIZERS.iter().filter(|by| Walker::new(isa, landscape, by, 2).is_some()) {
            suite.add("landscape/walk", |isa| walk::workload::<f32>(landscape, optimizer, isa));
        }
    }
    for name in ["rosenbrock", "beale", "rastrigin"] {
        let landscape = Landscape::named(name).expect("there is such a landscape");
        suite.add("descent", |isa| descent::workload(landscape, SIDE, isa));
    }
}
