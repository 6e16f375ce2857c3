//! A pass of a network over examples, one after the other or as the columns of a matrix:
//! `pass/<loop or matrix>/<runner>/<network>x<examples>`. An element is an example.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::pass::{self, Form, NETS};

pub fn list(suite: &mut Suite) {
    for net in NETS {
        for examples in [1, 64, 1024] {
            suite.add("pass/loop", |isa| pass::workload(net, examples, Form::Loop, isa));
            suite.add("pass/matrix", |isa| pass::workload(net, examples, Form::Matrix, isa));
        }
    }
}
