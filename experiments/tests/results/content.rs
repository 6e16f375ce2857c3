//! What the columns of tables hold, by their names.

use thalweg::observe::ALL;

/// What the cells of a column are, unless they are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// What names a trial: it begins with a letter.
    Key,
    /// Names and other texts.
    Text,
    /// Integers, without a point.
    Whole,
    /// Real numbers, with a point or an exponent, `inf`, `-inf` or `NaN`.
    Real,
    /// The values of an axis: all of them real numbers, or all integers, or names, beside which numbers have brackets.
    Setting,
}

/// The columns of names.
const TEXTS: [&str; 20] = [
    "class",
    "chosen_by",
    "other",
    "verdict",
    "regime",
    "at_end",
    "problem",
    "optimizer",
    "status",
    "score",
    "settings",
    "split",
    "function",
    "variant",
    "labels",
    "isa",
    "workload",
    "on",
    "who",
    "versions",
];

/// The columns of integers.
const WHOLE: [&str; 26] = [
    "data_seed",
    "example",
    "problems",
    "problems_at_end",
    "budget",
    "init_seed",
    "order_seed",
    "steps",
    "gradients",
    "diverged_at",
    "best_step",
    "steps_to_target",
    "step",
    "trials",
    "layer",
    "from",
    "perturbed",
    "index",
    "target",
    "examples",
    "classes",
    "min_ns",
    "median_ns",
    "max_ns",
    "bytes",
    "rounds",
];

/// The columns that come after the optimizer and its settings.
const AFTER_SETTINGS: [&str; 8] = ["init_seed", "trials", "step", "settings", "problems", "other", "regime", "budget"];

/// Whether an observer counts the rows of a step by it.
fn is_index(name: &str) -> bool {
    ALL.iter().filter_map(|observer| observer.index()).any(|index| index.name == name)
}

/// What the columns of a table with this header hold. Those of settings are between the optimizer and what follows from
/// them.
pub fn contents<'a>(header: impl IntoIterator<Item = &'a str>) -> Vec<Content> {
    let (mut is_after_optimizer, mut is_of_layer) = (false, false);
    let mut content = |name: &'a str| {
        is_after_optimizer &= !AFTER_SETTINGS.contains(&name);
        match name {
            _ if is_after_optimizer => Content::Setting,
            "key" => Content::Key,
            "optimizer" => {
                is_after_optimizer = true;
                Content::Text
            }
            "layer" => {
                is_of_layer = true;
                Content::Whole
            }
            // That of a layer, or that of a measurement.
            "unit" if is_of_layer => Content::Whole,
            "unit" => Content::Text,
            _ if TEXTS.contains(&name) => Content::Text,
            _ if WHOLE.contains(&name) || is_index(name) => Content::Whole,
            _ => Content::Real,
        }
    };
    header.into_iter().map(&mut content).collect()
}
