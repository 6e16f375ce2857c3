//! Products of the Hessian of networks with a direction, beside the gradient on the same 1,024 examples:
//! `hessian/<gradient or product>/<runner>/<network>-<path>`. An element is an example of a trial.

use thalweg::train::TrainingPath;
use thalweg_benches::timing;
use thalweg_benches::workload::hessian::{self, NETS, Wanted};

fn main() {
    timing::bench(|comparison| {
        for net in NETS {
            for path in [TrainingPath::Population, TrainingPath::Dense] {
                let workload = |wanted| hessian::workload(net, wanted, path, comparison.isa());
                let [gradient, product] = [Wanted::Gradient, Wanted::Product].map(workload);
                comparison.add("hessian/gradient", gradient);
                comparison.add("hessian/product", product);
            }
        }
    });
}
