//! Data: where examples come from, how they are split and scaled.

mod arrange;
mod blocks;
mod cloud;
mod corruption;
mod csv;
mod extent;
mod features;
mod files;
mod idx;
mod imbalance;
mod scale;
mod size;
mod source;
mod split;
mod splits;
mod teacher;

pub use cloud::{gaussian, uniform};
pub use corruption::{add_label_noise, add_outliers};
pub use csv::parse as parse_csv;
pub use extent::Extent;
pub use features::Features;
pub use files::{DataFiles, InputFile};
pub use idx::{Elements, IdxFile};
pub use imbalance::thin_out;
pub use scale::Scaling;
pub use size::Size;
pub use split::{Indices, split};
pub use splits::Splits;
pub(crate) use splits::features_in;
pub use teacher::teacher;
