//! What kinds of problems there are, and their keys.

use super::corruption::{OUTLIER_SIZE, SHARE};
use super::idx::Idx;
use super::key::{Key, Values, Without};
use super::landscape::Landscape;
use super::problem::{CSV_KEYS, FRACTION};
use super::reader::Interval;
use super::synthetic::{Cloud, Teacher};
use crate::registry::Registry;

/// A kind of problem that is no generator.
#[derive(Debug)]
pub struct Kind {
    /// Its name in specs.
    pub name: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// Every kind of problem besides [generators](Registry::generators).
pub const KINDS: &[Kind] = &[
    Kind { name: "csv", summary: "a table with a header", keys: CSV_KEYS },
    Kind { name: "gaussian", summary: "standard normal features and targets", keys: Cloud::KEYS },
    Kind { name: "uniform", summary: "features and targets uniform on [0, 1)", keys: Cloud::KEYS },
    Kind {
        name: "teacher",
        summary: "standard normal features that a random network labels, regression",
        keys: Teacher::KEYS,
    },
    Kind { name: "idx", summary: "IDX files as MNIST's, plain or gzip, classification", keys: Idx::KEYS },
    Kind { name: "landscape", summary: "a function to descend", keys: Landscape::KEYS },
];

/// The key of the kind itself.
pub(super) const KIND: Key = Key::needed("kind", "what is learned or descended", Values::Name(names));

/// The key of the name in tables and figures.
pub(super) const LABEL: Key = Key::new(
    "label",
    "its name in tables and figures",
    Values::Words("a text"),
    Without::Words("that of the generator, the file or the function"),
);

/// The keys of every problem but a landscape.
pub const SHARED: &[Key] = &[
    LABEL,
    Key::new(
        "scale",
        "how features are scaled, by what the training split shows",
        SCALE,
        Without::Value("\"standard\""),
    ),
    Key::new("target_scale", "how the targets of a regression are scaled, likewise", SCALE, Without::Value("\"none\"")),
    Key::new(
        "test_fraction",
        "the share of the examples set aside for testing; none where a test split has files of its own",
        Values::Number(FRACTION),
        Without::Number(0.25),
    ),
    Key::new(
        "validation_fraction",
        "the share of the examples set aside for validation",
        Values::Number(FRACTION),
        Without::Number(0.0),
    ),
    Key::new(
        "label_noise",
        "the share of the training labels replaced by another class",
        Values::Axis(SHARE),
        Without::Number(0.0),
    ),
    Key::new(
        "imbalance",
        "the largest over the smallest class of the training split",
        Values::Words("a number of at least 1, or { shares = [s0, s1, …] }"),
        Without::Number(1.0),
    ),
    Key::new(
        "outliers",
        "the share of the training targets of a regression that are moved",
        Values::Axis(SHARE),
        Without::Number(0.0),
    ),
    Key::new(
        "outlier_size",
        "the standard deviations by which they are moved",
        Values::Axis(Interval::FINITE),
        Without::Number(OUTLIER_SIZE),
    ),
    Key::new(
        "seed",
        "of the examples, their split and all of the above",
        Values::Words("an integer from 0; or \"trial\": each trial's own"),
        Without::Value("0"),
    ),
];

const SCALE: Values =
    Values::Words("\"standard\": mean 0, deviation 1; \"minmax\": from 0 to 1; \"none\"; or { divide = x }");

/// The names of all kinds of problems.
pub(super) fn names(registry: &Registry) -> Vec<&'static str> {
    let generators = registry.generators().iter().map(|generator| generator.name);
    generators.chain(KINDS.iter().map(|kind| kind.name)).collect()
}
