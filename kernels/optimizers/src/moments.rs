//! What the optimizers with running means of g and g² have in common. Variants are resolved here, into coefficients, so
//! that a rule has one kernel for all of them.

/// What to divide the two means by in the next step: 1 - β1^t and 1 - β2^t, or 1 and 1 where nothing is corrected.
/// `products` are β1^t and β2^t of the step before.
pub(super) fn corrections(products: &mut [f64], beta1: f64, beta2: f64, uncorrected: f64) -> (f64, f64) {
    products[0] *= beta1;
    products[1] *= beta2;
    if uncorrected == 0.0 { (1.0 - products[0], 1.0 - products[1]) } else { (1.0, 1.0) }
}

/// What the update of Adam reads of its hyperparameters: β1, 1 - β1, β2, 1 - β2, α / (1 - β1^t), 1 / (1 - β2^t), and ε under
/// the root and beside it.
pub(super) fn adam([lr, beta1, beta2, eps]: [f64; 4], inside: f64, uncorrected: f64, products: &mut [f64]) -> [f64; 8] {
    let (mean, square) = corrections(products, beta1, beta2, uncorrected);
    let (under, beside) = epsilon(eps, inside);
    [beta1, 1.0 - beta1, beta2, 1.0 - beta2, lr / mean, 1.0 / square, under, beside]
}

/// ε as a term under the square root, and as one beside it.
pub(super) fn epsilon(eps: f64, inside: f64) -> (f64, f64) {
    if inside == 0.0 { (0.0, eps) } else { (eps, 0.0) }
}
