//! Training: one loop ([`train`]) for [`network`]s and for points that go down a landscape ([`descent`]), on named streams
//! of [`random`] numbers; and what can be seen on the way ([`observe`]).
//!
//! It knows no specs, no files of results and no command.
#![forbid(unsafe_code)]

pub mod descent;
pub mod network;
pub mod observe;
pub mod parameter;
pub mod random;
pub mod train;
