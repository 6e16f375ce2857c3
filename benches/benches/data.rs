//! Where examples come from: `data/thalweg/<what>`. An element is a point, a byte of a file, an example or a number.

use thalweg_benches::timing;
use thalweg_benches::workload::data;

fn main() {
    timing::bench(|comparison| data::all().into_iter().for_each(|workload| comparison.add("data", workload)));
}
