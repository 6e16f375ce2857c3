//! The kernels but for the elementary functions: against plain references and what other programs computed, and to the
//! bit on every instruction set.
//!
//! A module is a part of `thalweg-kernels`: `cargo test -p thalweg-kernels --test kernels losses::` runs one.

mod activations;
mod adjust;
mod arch;
mod buffer;
mod compare;
mod curvatures;
mod everywhere;
mod factorisations;
mod given;
mod landscapes;
mod lanes;
mod lookup;
mod loss_curvatures;
mod losses;
mod matrices;
mod methods;
mod numbers;
mod optimizers;
mod orthogonal;
mod orthogonalisation;
mod products;
mod reference;
mod walks;
