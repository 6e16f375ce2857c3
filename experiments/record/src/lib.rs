//! What a sweep leaves behind, as CSV ([`record`]), and summaries over seeds ([`stats`]), which read records only.
#![forbid(unsafe_code)]

mod nearest;
pub mod record;
pub mod stats;

pub use nearest::nearest;
