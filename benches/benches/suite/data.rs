//! Where examples come from: `data/thalweg/<what>`. An element is a point, a byte of a file, an example or a number.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::data;

pub fn list(suite: &mut Suite) {
    suite.add_all("data", |_| data::all());
}
