//! From rows to summaries, comparisons and figures, without a trial: what is computed of them and what is drawn.
//!
//! `cargo test -p thalweg --test figures charts::` runs one module. With `FIGURES=folder` in the environment, figures stay
//! there to be looked at.

mod any_networks;
mod charts;
mod choices;
mod columns;
mod comparisons;
mod descent;
mod drawings;
mod extremes;
mod films;
mod groups;
mod legible;
mod maps;
mod named;
mod networks;
mod observed;
mod parallel;
mod phase;
mod statistics;
mod sweeps;
mod synthetic;
