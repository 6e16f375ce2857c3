#![doc = "Thalweg: sweeps over optimizers, trained as populations."]
#![forbid(unsafe_code)]

pub mod figure;
pub mod record;
pub mod stats;
