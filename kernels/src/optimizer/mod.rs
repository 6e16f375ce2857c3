//! Optimizers: one file each, the only home of an update rule.

/// What a hyperparameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// A number in an interval; `None` bounds are open ends.
    Number {
        /// The smallest value, and whether it is allowed itself.
        low: (f64, bool),
        /// The largest value, and whether it is allowed itself.
        high: (f64, bool),
    },
    /// One of these names; a trial stores its index.
    Choice(&'static [&'static str]),
}

/// A hyperparameter: declared here once, read by the spec, the command and the docs.
#[derive(Clone, Copy, Debug)]
pub struct Hyperparameter {
    /// Its name in specs and in CSV headers.
    pub name: &'static str,
    /// Its symbol in the formula.
    pub symbol: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// Its value where the spec says nothing.
    pub default: f64,
    /// The values that it may take.
    pub domain: Domain,
}

/// An optimizer, as specs, the command and the docs know it.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name in specs.
    pub name: &'static str,
    /// Its name in text and legends.
    pub title: &'static str,
    /// Where it was published.
    pub paper: &'static str,
    /// Its update rule in one line.
    pub formula: &'static str,
    /// Its hyperparameters, in the order in which a trial stores their values.
    pub hyperparameters: &'static [Hyperparameter],
}
