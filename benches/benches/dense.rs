//! Matrix products of one trial: `dense/<which>/<runner>/<outputs>x<inputs>x<examples>`. An element is a floating-point
//! operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing;
use thalweg_benches::workload::dense::{self, SHAPES};
use thalweg_benches::workload::product::Product;

fn main() {
    timing::bench(|comparison| {
        for &shape in SHAPES {
            comparison.add("dense/forward", dense::workload(Product::Forward, shape, comparison.isa()));
            comparison.add("dense/weight-gradient", dense::workload(Product::WeightGradient, shape, comparison.isa()));
            comparison.add("dense/input-gradient", dense::workload(Product::InputGradient, shape, comparison.isa()));
        }
    });
}
