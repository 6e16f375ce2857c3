//! Every workload of every kernel family, and the groups of benchmarks that they are in: `<group>/<runner>/<workload>`.
//!
//! | group | a run |
//! |---|---|
//! | `math` | an elementary function of 2,048 numbers |
//! | `activation/forward`, `…/backward` | 2,048 units |
//! | `activation/tangent` | 1,024 units with a tangent |
//! | `loss/value`, `…/gradient` | about 2,048 outputs |
//! | `loss/curvature` | 1,024 outputs |
//! | `optimizer/update` | 1,024 weights |
//! | `landscape/gradient` | 1,024 points |
//! | `landscape/walk` | 100 steps from 256 starts |
//! | `product/…` | matrices of as many trials as a register has lanes, `<outputs>x<inputs>x<examples>`, with `-shared` where all have the same inputs; in FLOPs |
//! | `dense/…` | the same of one trial |

use thalweg_kernels::Isa;
use thalweg_kernels::activation::ALL as ACTIVATIONS;
use thalweg_kernels::landscape::ALL as LANDSCAPES;
use thalweg_kernels::loss::ALL as LOSSES;
use thalweg_kernels::optimizer::ALL as OPTIMIZERS;
use thalweg_kernels::walk::Walker;

use super::product::{Product, Sharing};
use super::{Make, activation, curvature, dense, landscape, loss, math, optimizer, product, walk};

/// The products, with their names and whether the first layer, whose inputs trials may share, has a use for them.
pub const PRODUCTS: [(&str, Product, &[Sharing]); 3] = [
    ("forward", Product::Forward, &[Sharing::Shared, Sharing::PerLane]),
    ("weight-gradient", Product::WeightGradient, &[Sharing::Shared, Sharing::PerLane]),
    ("input-gradient", Product::InputGradient, &[Sharing::PerLane]),
];

/// Calls `add` with the family of each kernel that works on one number after the other, and what makes its workload.
/// The identity, which does nothing, is left out.
pub fn elementwise(mut add: impl FnMut(&str, Box<Make<'static>>)) {
    for &name in math::FUNCTIONS {
        add("math", Box::new(move |isa| math::workload::<f32>(name, isa)));
        add("math", Box::new(move |isa| math::workload::<f64>(name, isa)));
    }
    for &function in ACTIVATIONS.iter().filter(|function| function.name != "identity") {
        add("activation/forward", Box::new(move |isa| activation::forward::<f32>(function, isa)));
        add("activation/backward", Box::new(move |isa| activation::backward::<f32>(function, isa)));
    }
    for &function in ACTIVATIONS.iter().filter(|function| function.curves()) {
        add("activation/tangent", Box::new(move |isa| curvature::activation::<f32>(function, isa)));
    }
    for &function in LOSSES {
        add("loss/gradient", Box::new(move |isa| loss::gradient::<f32>(function, isa)));
        add("loss/curvature", Box::new(move |isa| curvature::loss::<f32>(function, isa)));
        add("loss/value", Box::new(move |isa| loss::value::<f32>(function, isa)));
    }
    for &optimizer in OPTIMIZERS.iter().filter(|optimizer| optimizer.is_rule()) {
        add("optimizer/update", Box::new(move |isa| optimizer::workload::<f32>(optimizer, isa)));
    }
    for &landscape in LANDSCAPES {
        add("landscape/gradient", Box::new(move |isa| landscape::workload::<f32>(landscape, isa)));
        add("landscape/gradient", Box::new(move |isa| landscape::workload::<f64>(landscape, isa)));
        for &optimizer in OPTIMIZERS
            .iter()
            .filter(|optimizer| optimizer.is_rule())
            .filter(|by| Walker::new(Isa::best(), landscape, by, 2).is_some())
        {
            add("landscape/walk", Box::new(move |isa| walk::workload::<f32>(landscape, optimizer, isa)));
        }
    }
}

/// The same for all kernels.
pub fn all(mut add: impl FnMut(&str, Box<Make<'static>>)) {
    elementwise(&mut add);
    for (name, kind, sharings) in PRODUCTS {
        for &shape in product::SHAPES {
            for &sharing in sharings {
                let make = move |isa: Isa| product::workload(kind, shape, sharing, isa);
                add(&format!("product/{name}"), Box::new(make));
            }
        }
        for &shape in dense::SHAPES.iter().filter(|shape| dense::is_one_call(kind, **shape)) {
            add(&format!("dense/{name}"), Box::new(move |isa| dense::workload(kind, shape, isa)));
        }
    }
}
