//! The parts of a training step of a register of networks, by the kernels that training chooses: `step/<part>/thalweg/<spec>`.
//! An element is an example of a trial.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::step::{self, Part, TRAININGS};

pub fn list(suite: &mut Suite) {
    for training in TRAININGS {
        for part in Part::ALL.into_iter().filter(|part| step::has(training, *part)) {
            suite.add(&format!("step/{}", part.name()), |isa| step::workload(training, part, isa));
        }
    }
}
