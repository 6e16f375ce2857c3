//! Tables and figures: `table/thalweg/<what>`. An element is a byte of a table, or a figure.

use thalweg_benches::timing;
use thalweg_benches::workload::table;

fn main() {
    timing::bench(|comparison| {
        for workload in table::all(comparison.isa()) {
            comparison.add("table", workload);
        }
    });
}
