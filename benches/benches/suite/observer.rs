//! W1 while an observer looks on: `observer/thalweg/w1-<observer>`. An element is a trial.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::study::observed;

pub fn list(suite: &mut Suite) {
    suite.add_all("observer", observed);
}
