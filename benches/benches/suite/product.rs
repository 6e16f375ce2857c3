//! Matrix products: `product/<which>/<runner>/<outputs>x<inputs>x<examples>`, with `-shared` where all trials have the
//! same inputs. An element is a floating-point operation: Gelem/s are GFLOP/s.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::product::{self, Product, SHAPES, Sharing};

const PRODUCTS: &[(&str, Product, &[Sharing])] = &[
    ("product/forward", Product::Forward, &[Sharing::Shared, Sharing::PerLane]),
    ("product/weight-gradient", Product::WeightGradient, &[Sharing::Shared, Sharing::PerLane]),
    // The first layer has no use for the gradient of its inputs, so they are never shared.
    ("product/input-gradient", Product::InputGradient, &[Sharing::PerLane]),
];

pub fn list(suite: &mut Suite) {
    for &(group, product, sharings) in PRODUCTS {
        for &shape in SHAPES {
            for &sharing in sharings {
                suite.add(group, |isa| product::workload(product, shape, sharing, isa));
            }
        }
    }
}
