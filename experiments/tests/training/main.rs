//! Training, on networks and on landscapes: gradients, outcomes, the same bits however trials are computed, and the paths of
//! other programs.
//!
//! `cargo test -p thalweg --test training bits::` runs one module.

mod bits;
mod compute;
mod gradients;
mod hessians;
mod landscape_products;
mod landscapes;
mod networks;
mod observers;
mod options;
mod outcomes;
mod reference;
mod saturation;
mod teams;
mod torch;
mod walks;
