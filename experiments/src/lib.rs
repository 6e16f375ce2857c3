#![doc = "Thalweg: sweeps over optimizers, trained as populations."]
#![forbid(unsafe_code)]

pub mod network;
pub mod random;
pub mod record;
pub mod train;
