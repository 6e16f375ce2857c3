//! The training loop: one loop for every objective, optimizer and observer.
//!
//! It is written in terms of an [`Objective`], an update rule ([`thalweg_kernels::optimizer::Optimizer`]) and
//! [`Observer`](crate::observe::Observer)s. Trials are trained in blocks of lanes, each block by one thread, which threads without a block may help
//! ([`Team`]); a trial's numbers do not depend on the block it is in, nor on who helps.

mod adjuster;
mod alarms;
mod block;
mod coefficients;
mod column;
mod composite;
mod evaluation;
mod layout;
mod methods;
mod objective;
mod options;
mod oracle;
mod outcome;
mod pool;
mod rate;
mod sam;
mod step;
pub(crate) mod team;
mod threads;
mod trials;
mod watching;

pub use block::{Setting, Timetable, Trainer, trainer};
pub use column::{COLUMNS, Column};
pub use composite::{Around, Composite};
pub use evaluation::Evaluation;
pub use layout::{Layout, TrainingPath};
pub use objective::{Lane, Objective, Split};
pub use options::{OPTION_COUNT, OPTIONS, Options, SCHEDULE, composite, defaults, forget_unread};
pub use outcome::{Keep, Metric, Outcome, Point, Positions, Target};
pub use pool::{Engine, Job, Jobs, train};
pub use rate::{COURSES, Course, CourseFacts, RateSchedule};
pub use team::Team;
pub use thalweg_kernels::optimizer::Sample;
pub use threads::Threads;
pub use watching::Watch;
