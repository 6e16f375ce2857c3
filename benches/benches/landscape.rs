//! Landscapes: `landscape/gradient/<runner>/<name>-<precision>`, 1,024 points, and `descent/<runner>/<name>-momentum-f32`,
//! 128 × 128 starts on one thread, where an element is a step from a point.

use thalweg_benches::timing;
use thalweg_benches::workload::{descent, landscape};
use thalweg_kernels::landscape::{ALL, Landscape};

/// Starts along each coordinate.
const SIDE: usize = 128;

fn main() {
    timing::bench(|comparison| {
        for &landscape in ALL {
            comparison.add("landscape/gradient", landscape::workload::<f32>(landscape, comparison.isa()));
            comparison.add("landscape/gradient", landscape::workload::<f64>(landscape, comparison.isa()));
        }
        for name in ["rosenbrock", "beale", "rastrigin"] {
            let landscape = Landscape::named(name).expect("there is such a landscape");
            comparison.add("descent", descent::workload(landscape, SIDE, comparison.isa()));
        }
    });
}
