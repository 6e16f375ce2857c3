//! Figures ([`figure`]), tables ([`table`]) and sentences ([`findings`]), made from records and their statistics alone: who
//! works on one compiles neither kernels nor the training.
#![forbid(unsafe_code)]

pub mod figure;
pub mod findings;
pub mod table;
