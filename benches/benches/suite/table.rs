//! Tables and figures: `table/thalweg/<what>`. An element is a byte of a table, or a figure.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::table;

pub fn list(suite: &mut Suite) {
    suite.add_all("table", table::all);
}
