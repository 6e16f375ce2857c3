//! Cross-entropy of 32 examples and its gradient, by the form of the labels: `labels/<runner>/<form>-<classes>`. An
//! element is a logit.

use thalweg_benches::timing;
use thalweg_benches::workload::labels::{self, Form};

fn main() {
    timing::bench(|comparison| {
        for classes in [10, 1_000, 100_000] {
            for form in Form::ALL {
                comparison.add("labels", labels::workload(form, classes, comparison.isa()));
            }
        }
    });
}
