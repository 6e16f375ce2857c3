//! Figures ([`figure`]), tables ([`table`]), sentences ([`findings`]) and plots in text ([`terminal`]), made from records and
//! their statistics alone: who works on one compiles neither kernels nor the training.
#![forbid(unsafe_code)]

pub mod figure;
pub mod findings;
pub mod table;
pub mod terminal;
