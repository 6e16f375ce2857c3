//! Matrix products of one trial: `dense/<which>/<runner>/<outputs>x<inputs>x<examples>`. An element is a floating-point
//! operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing;
use thalweg_benches::workload::dense::{self, SHAPES};
use thalweg_benches::workload::product::Product;

const PRODUCTS: &[(&str, Product)] = &[
    ("dense/forward", Product::Forward),
    ("dense/weight-gradient", Product::WeightGradient),
    ("dense/input-gradient", Product::InputGradient),
];

fn main() {
    timing::bench(|comparison| {
        for &shape in SHAPES {
            for &(group, product) in PRODUCTS.iter().filter(|product| dense::is_one_call(product.1, shape)) {
                comparison.add(group, dense::workload(product, shape, comparison.isa()));
            }
        }
    });
}
