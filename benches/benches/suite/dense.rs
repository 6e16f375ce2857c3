//! Matrix products of one trial: `dense/<which>/<runner>/<outputs>x<inputs>x<examples>`. An element is a floating-point
//! operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::dense::{self, SHAPES};
use thalweg_benches::workload::product::Product;

const PRODUCTS: &[(&str, Product)] = &[
    ("dense/forward", Product::Forward),
    ("dense/weight-gradient", Product::WeightGradient),
    ("dense/input-gradient", Product::InputGradient),
];

pub fn list(suite: &mut Suite) {
    for &shape in SHAPES {
        for &(group, product) in PRODUCTS.iter().filter(|product| dense::is_one_call(product.1, shape)) {
            suite.add(group, |isa| dense::workload(product, shape, isa));
        }
    }
}
