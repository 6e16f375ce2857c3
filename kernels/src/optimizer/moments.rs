//! What the optimizers with running means of g and g² have in common. Variants are resolved here, into coefficients, so
//! that a rule has one kernel for all of them.

/// What to divide the two means by in the next step: 1 - β1^t and 1 - β2^t, or 1 and 1 where nothing is corrected.
/// `products` are β1^t and β2^t of the step before.
pub(super) fn corrections(products: &mut [f64], beta1: f64, beta2: f64, uncorrected: f64) -> (f64, f64) {
    products[0] *= beta1;
    products[1] *= beta2;
    if uncorrected == 0.0 { (1.0 - products[0], 1.0 - products[1]) } else { (1.0, 1.0) }
}

/// ε as a term under the square root, and as one beside it.
pub(super) fn epsilon(eps: f64, inside: f64) -> (f64, f64) {
    if inside == 0.0 { (0.0, eps) } else { (eps, 0.0) }
}
