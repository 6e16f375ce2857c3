//! Parameters of generators of examples and of observers: declared once, read by specs, the command and the docs.

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in specs.
    pub name: &'static str,
    /// What it means.
    pub summary: &'static str,
    /// Its values.
    pub domain: Domain,
    /// Its value where a spec gives none (a choice by its index); none if a spec must give one.
    pub default: Option<f64>,
}

/// The values of a parameter.
#[derive(Clone, Copy, Debug)]
pub enum Domain {
    /// Integers, both ends included.
    Count {
        /// The lowest.
        low: u64,
        /// The highest.
        high: u64,
    },
    /// Numbers: each end, and whether it is included.
    Number {
        /// The lower end.
        low: (f64, bool),
        /// The upper end.
        high: (f64, bool),
    },
    /// One of these names.
    Choice(&'static [&'static str]),
}

impl Parameter {
    /// An integer, both ends included.
    pub const fn count(name: &'static str, summary: &'static str, (low, high): (u64, u64), default: u64) -> Self {
        Self { name, summary, domain: Domain::Count { low, high }, default: Some(default as f64) }
    }
}
