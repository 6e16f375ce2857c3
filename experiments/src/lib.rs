#![doc = "Thalweg: sweeps over optimizers, trained as populations."]
#![forbid(unsafe_code)]

pub mod data;
pub mod random;
pub mod record;
pub mod spec;
pub mod sweep;
