//! A pass of a network over examples, one after the other or as the columns of a matrix:
//! `pass/<loop or matrix>/<runner>/<network>x<examples>`. An element is an example.

use thalweg_benches::timing;
use thalweg_benches::workload::pass::{self, Form, NETS};

fn main() {
    timing::bench(|comparison| {
        for net in NETS {
            for examples in [1, 64, 1024] {
                comparison.add("pass/loop", pass::workload(net, examples, Form::Loop, comparison.isa()));
                comparison.add("pass/matrix", pass::workload(net, examples, Form::Matrix, comparison.isa()));
            }
        }
    });
}
