//! What a sweep is: [specs](spec), the [parts](registry) and [examples](dataset) that they name, and the
//! [studies](study) that come with the program. Nothing here trains.
#![forbid(unsafe_code)]

pub mod dataset;
pub mod input;
pub mod registry;
pub mod spec;
pub mod study;

use thalweg_engine::{network, random, train};
use thalweg_record::{record, stats};
use thalweg_report::figure;
