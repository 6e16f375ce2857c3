//! Cross-entropy of 32 examples and its gradient, by the form of the labels: `labels/<runner>/<form>-<classes>`. An
//! element is a logit.

use thalweg_benches::timing::Suite;
use thalweg_benches::workload::labels::{self, Form};

pub fn list(suite: &mut Suite) {
    for classes in [10, 1_000, 100_000] {
        for form in Form::ALL {
            suite.add("labels", |isa| labels::workload(form, classes, isa));
        }
    }
}
