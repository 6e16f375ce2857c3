//! Figures ([`figure`]), tables ([`table`]), sentences ([`findings`]), plots in text ([`terminal`]) and pages, made from records
//! and their statistics alone: who works on one compiles neither kernels nor the training.
#![forbid(unsafe_code)]

pub mod figure;
pub mod findings;
#[cfg(feature = "page")]
pub mod page;
pub mod table;
pub mod terminal;
