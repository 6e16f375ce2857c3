//! What kinds of problems there are, and their keys.

use crate::data::GENERATORS;

/// A kind of problem that is no generator.
#[derive(Debug)]
pub struct Kind {
    /// Its name in specs.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    /// Its keys, and what they mean.
    pub keys: &'static [(&'static str, &'static str)],
}

/// Every kind of problem besides [`GENERATORS`].
pub const KINDS: &[Kind] = &[
    Kind {
        name: "csv",
        summary: "a table with a header",
        keys: &[
            ("path", "a file, or the name of a shipped data set"),
            ("target", "the column to predict; all others are features"),
            ("task", "classification or regression"),
        ],
    },
    Kind { name: "gaussian", summary: "standard normal features and targets", keys: CLOUD },
    Kind { name: "uniform", summary: "features and targets uniform on [0, 1)", keys: CLOUD },
    Kind {
        name: "teacher",
        summary: "standard normal features that a random network labels, regression",
        keys: &[
            ("samples", "examples, from 2 to 100000000"),
            ("inputs", "features, from 1"),
            ("outputs", "outputs of the network, from 1 to 65536 [default: 1]"),
            ("hidden", "widths of its hidden layers, such as [16]"),
            ("activation", "function of its hidden units [default: tanh]"),
            ("noise", "standard deviation of the noise on its outputs, in [0, ∞) [default: 0.0]"),
        ],
    },
    Kind {
        name: "idx",
        summary: "IDX files as MNIST's, plain or gzip, classification",
        keys: &[
            ("images", "the file of features"),
            ("labels", "the file of classes"),
            ("test_images, test_labels", "the same of a test split of its own [default: none]"),
        ],
    },
    Kind {
        name: "landscape",
        summary: "a function to descend",
        keys: &[
            ("function", "a landscape"),
            (
                "start",
                "a point, a list, { grid = …, points = … } or { sample = …, count = … }, of which the bounds of one \
                 coordinate serve for all with dimensions = …",
            ),
            ("spectrum", "eigenvalues of a quadratic: a list, or a range such as { log = [1, 100], points = 9 }"),
            ("rotation", "seed of a random rotation of the coordinates [default: none]"),
            (
                "gradient_noise",
                "standard deviation of normal noise on every partial derivative, in [0, ∞) [default: 0.0]; train.seeds, \
                 1 by default, is allowed then",
            ),
            ("seed", "of a sample of starts [default: 0]"),
        ],
    },
];

const CLOUD: &[(&str, &str)] = &[
    ("samples", "examples, from 2 to 100000000"),
    ("inputs", "features, from 1"),
    ("outputs", "random numbers to predict, from 1 to 65536 [default: 1]"),
    ("classes", "instead: classes that are all equally likely, from 2 to 65536"),
];

/// The keys of every problem but a landscape.
pub const SHARED: &[(&str, &str)] = &[
    (
        "scale",
        "of features: standard, minmax, none or { divide = x }, fitted to the training split [default: standard]",
    ),
    ("target_scale", "of the targets of a regression, likewise [default: none]"),
    ("test_fraction", "share of the examples set aside for testing, in [0, 1) [default: 0.25]"),
    ("validation_fraction", "share of the examples set aside for validation, in [0, 1) [default: 0.0]"),
    ("label_noise", "share of the training labels replaced by another class, in [0, 1], an axis [default: 0.0]"),
    (
        "imbalance",
        "largest over smallest class of the training split, in [1, ∞), or { shares = [s0, s1, …] }, the part that each \
         class keeps, in (0, 1] [default: 1.0]",
    ),
    ("outliers", "share of the training targets of a regression that are moved, in [0, 1], an axis [default: 0.0]"),
    ("outlier_size", "standard deviations by which they are moved, in (-∞, ∞), an axis [default: 10.0]"),
    ("seed", "of the examples, their split and all of the above, or \"trial\": each trial's own [default: 0]"),
];

/// The names of all kinds of problems.
pub(super) fn names() -> Vec<&'static str> {
    let generators = GENERATORS.iter().map(|generator| generator.name);
    generators.chain(KINDS.iter().map(|kind| kind.name)).collect()
}
