//! Bit-identical SIMD kernels for training populations of small neural networks.
//!
//! A register holds *the same weight of several training runs*; every operation is lane-wise, so a run's bits cannot
//! depend on its neighbours, on the width of the register or on the thread that computes it.
//!
//! This crate is the one to depend on. It gathers crates that are compiled side by side, so that an edit of one
//! landscape does not compile the products again:
//!
//! | crate | what |
//! |---|---|
//! | `numerics` | instruction sets, registers, elementary functions |
//! | `products` | the three products of a layer; the population form |
//! | `dense` | the dense form of the products, on faer's matrix views |
//! | `functions` | activations and losses |
//! | `optimizers` | update rules |
//! | `landscapes` | analytic functions to descend |
//! | `walks` | many steps down a landscape in one call |
//! | `matrices` | orthogonal factors and decompositions of small matrices |
//! | `linalg` | spectra, singular values and least squares on faer's decompositions, outside the contract |
//!
//! # The numerics contract
//!
//! Version [`CONTRACT`]. Results that were made under the same version are equal to the bit on every machine.
//!
//! 1. Kernels use IEEE 754 exact operations only: add, subtract, multiply, divide, square root, fused multiply-add,
//!    comparisons, integer and bit operations. Where a formula fuses a multiplication with an addition, it does so on
//!    every instruction set (in software where the hardware cannot); where it does not, it does so on none.
//! 2. Elementary functions are the ones of [`math`], never the platform's. Each states its largest error.
//! 3. A matrix product adds its terms in index order as one chain of fused multiply-adds per output element, in pieces
//!    of [`product::PIECE`] terms along the reduction axis: each piece is a chain of its own that starts from zero, and
//!    the pieces' sums are added in order. The bias is added after the last piece. The gradient of a bias is the weight
//!    gradient of an input of 1, in the same order. The 1/m of a mean enters with the gradient of the loss with respect
//!    to the outputs, before the products.
//! 4. Reductions over examples and parameters (mean losses, norms) add in f64, in index order. Sums over the outputs or
//!    classes of one example add in the precision of the trial, in index order.
//! 5. NaN and infinity propagate: no activation and no maximum swallows a NaN. The payload of a NaN is not part of the
//!    contract.
//! 6. β^t is a running f64 product.
//! 7. The product of the Hessian of a network's mean loss with a direction V is R{·} of forward and back propagation, the
//!    derivative along V, line by line in the order of what it is the derivative of. Every product is one of 3:
//!    - Rz is V a with V's bias, to which W Ra is added; of the first layer it is V x with the bias. Ra = g'(z) · Rz, as
//!      the gradient's pass multiplies by g'(z).
//!    - R(dL/dz) of the outputs is d²L/dz² · Rz / m, by [`loss::Loss::curvature`]; sums over classes add in index order.
//!    - R(dL/da) is Wᵀ R(dL/dz), to which Vᵀ dL/dz is added. R(dL/dz) = g''(z) · Rz · dL/da + g'(z) · R(dL/da), by
//!      [`activation::Activation::backward_with_tangent`].
//!    - In each piece of examples, R(dL/dW) is the chain of R(dL/dz) aᵀ, to which the chain of dL/dz Raᵀ is added; of the
//!      first layer and of biases there is the first chain only. The pieces are added in order.
//!
//!    That of a landscape is a central difference of its gradient in f64, lane by lane.
//! 8. Decompositions of matrices take rows and columns in order, without pivoting, and as many steps for any matrix of a
//!    size; no number decides what comes next. Sums within them are chains of fused multiply-adds in the precision of the
//!    trial, in index order. [`matrices`] states the order of each.
//!
//! What [`linalg`] computes is outside the contract: it may differ in its last digits from machine to machine.
//!
//! # Instruction sets
//!
//! [`Isa`] is chosen once. The environment variable `THALWEG_ISA` forces one.

pub use thalweg_functions::{activation, loss};
pub use thalweg_landscapes as landscape;
pub use thalweg_linalg as linalg;
pub use thalweg_matrices as matrices;
#[cfg(feature = "counting")]
pub use thalweg_numerics::count;
pub use thalweg_numerics::{
    Buffer, Isa, Mask, Origin, Real, Vector, arch, math, origin, orthogonal, parameter, parts, table,
};
pub use thalweg_optimizers as optimizer;
pub use thalweg_walks as walk;

/// The matrix products of a layer.
pub mod product {
    pub use thalweg_dense::{self as matrices, dense};
    pub use thalweg_products::{Finish, Input, PIECE, Products, Shape, Start, add, population};
}

/// Plain f64 twins of the products: no SIMD, no cleverness, the formula as a textbook has it. Those of activations, losses,
/// landscapes and optimizers stand beside their kernels ([`activation::Function::reference`], for one). Tests and benches
/// compare with them. In a result's path only a teacher network (a data source) calls them, where speed is no matter: they
/// use `libm`, which is the same on every machine.
pub mod reference {
    pub use thalweg_products::reference as product;
}

/// The token of an instruction set, from pulp.
pub use pulp::Simd;
pub use thalweg_numerics::math::Elementary;

/// The version of the numerics contract. It enters every trial's key, and is raised whenever a bit of any result
/// changes on purpose.
pub const CONTRACT: u32 = 5;
