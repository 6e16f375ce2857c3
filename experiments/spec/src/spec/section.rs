//! The tables of a spec, each with its keys.

use super::key::Key;
use super::{
    axis, combination, corruption, draw, drawing, grid, kinds, landscape, network, observe, output, perturbation,
    problem, style, train, weights,
};
use crate::registry::Registry;

/// A table of a spec.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Its name: the path that leads to it.
    pub name: &'static str,
    /// What it is.
    pub summary: &'static str,
    /// Its keys.
    pub keys: fn(&Registry) -> Vec<Key>,
}

/// Every table. Kinds of problems and optimizers have keys of their own besides.
pub const SECTIONS: &[Section] = &[
    Section { name: "spec", summary: "the whole file", keys: |_| super::KEYS.to_vec() },
    Section {
        name: "problem",
        summary: "[problem], or several [[problem]]: the data; a kind has keys of its own, and a landscape only those. A key may have several values, in a list, a range such as { log = [1e-4, 1], points = 9 }, or { values = […] } where one value is a list: the sweep is the product of all of them, unless [sweep] draws points",
        keys: |_| [&[kinds::KIND], kinds::SHARED].concat(),
    },
    Section {
        name: "problem.scale",
        summary: "a division in place of a scale",
        keys: |_| problem::SCALE_KEYS.to_vec(),
    },
    Section {
        name: "problem.imbalance",
        summary: "what classes keep, in place of a ratio",
        keys: |_| corruption::IMBALANCE_KEYS.to_vec(),
    },
    Section {
        name: "problem.start",
        summary: "starts on a lattice, or a sample",
        keys: |_| [landscape::LATTICE_KEYS, landscape::SAMPLE_KEYS].concat(),
    },
    Section {
        name: "network",
        summary: "[network]: the networks and what they minimise; keys may have several values, as in [problem]",
        keys: network::keys,
    },
    Section { name: "network.init", summary: "initial weights from a file", keys: |_| network::INIT_KEYS.to_vec() },
    Section {
        name: "train",
        summary: "[train]: how long, on which batches, from which seeds; keys may have several values, as in [problem]",
        keys: |_| train::KEYS.to_vec(),
    },
    Section { name: "train.batch", summary: "a batch that fits any split", keys: |_| train::BATCH_KEYS.to_vec() },
    Section { name: "train.seeds", summary: "a range of seeds", keys: |_| train::SEEDS_KEYS.to_vec() },
    Section { name: "train.target", summary: "what counts as success", keys: |_| train::TARGET_KEYS.to_vec() },
    Section {
        name: "optimizer",
        summary: "[[optimizer]]: an optimizer and its grid; its hyperparameters are keys too",
        keys: grid::keys,
    },
    Section {
        name: "axis",
        summary: "{ … }: several values of a key that is an axis; a number or a list does as well",
        keys: |_| axis::KEYS.to_vec(),
    },
    Section { name: "record", summary: "[record]: what is kept", keys: |_| weights::RECORD.to_vec() },
    Section {
        name: "record.observe",
        summary: "an observer, where its name does not say all; its parameters are keys too",
        keys: observe::keys,
    },
    Section { name: "record.surface", summary: "a lattice", keys: |_| landscape::LATTICE_KEYS.to_vec() },
    Section { name: "record.perturb", summary: "a weight and its change", keys: |_| perturbation::KEYS.to_vec() },
    Section {
        name: "figure",
        summary: "[[figure]]: what is drawn; a kind takes some of these",
        keys: |_| super::FIGURE_KEYS.to_vec(),
    },
    Section {
        name: "style",
        summary: "[style]: how figures look, which changes no number; a file of these keys is a style of `thalweg plot --style`",
        keys: |_| style::KEYS.to_vec(),
    },
    Section {
        name: "sweep",
        summary: "[sweep]: which combinations of values there are, where not all",
        keys: |_| combination::KEYS.to_vec(),
    },
    Section {
        name: "sweep.draw",
        summary: "points drawn jointly, in place of the product: from ranges any number between their ends, by their own scale, and from lists one of the items",
        keys: |_| draw::KEYS.to_vec(),
    },
    Section {
        name: "engine",
        summary: "[engine]: how it is computed, which changes no byte",
        keys: |_| output::ENGINE_KEYS.to_vec(),
    },
    Section {
        name: "drawing",
        summary: "a whole file that draws what other studies left, or functions, or timings",
        keys: |_| drawing::KEYS.to_vec(),
    },
    Section {
        name: "functions",
        summary: "[functions]: functions to draw",
        keys: |_| drawing::FUNCTIONS_KEYS.to_vec(),
    },
];
