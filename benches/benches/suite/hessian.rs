//! Products of the Hessian of networks with a direction, beside the gradient on the same 1,024 examples:
//! `hessian/<gradient or product>/<runner>/<network>-<path>`. An element is an example of a trial.

use thalweg::train::TrainingPath;
use thalweg_benches::timing::Suite;
use thalweg_benches::workload::hessian::{self, NETS, Wanted};

pub fn list(suite: &mut Suite) {
    for net in NETS {
        for path in [TrainingPath::Population, TrainingPath::Dense] {
            suite.add("hessian/gradient", |isa| hessian::workload(net, Wanted::Gradient, path, isa));
            suite.add("hessian/product", |isa| hessian::workload(net, Wanted::Product, path, isa));
        }
    }
}
