//! Hyperparameters: declared once, read by the spec, the command and the docs.

/// What a hyperparameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// A number in an interval; `None` bounds are open ends.
    Number {
        /// The smallest value, and whether it is itself allowed.
        low: (f64, bool),
        /// The largest value, and whether it is itself allowed.
        high: (f64, bool),
    },
    /// One of these names; a trial stores its index.
    Choice(&'static [&'static str]),
}

/// A hyperparameter of an optimizer, or the parameter of another function: declared once, read by the spec, the command
/// and the docs.
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
    /// Whether it is omitted at its default: from keys, and from tables in which it has no other value.
    pub omit_default: bool,
    /// Whether it takes whole numbers only.
    pub is_whole: bool,
}

impl Hyperparameter {
    /// The learning rate, which every optimizer has.
    pub const fn lr(default: f64) -> Self {
        Self::positive("lr", "α", "learning rate", default)
    }

    /// A decay rate in \[0, 1).
    pub const fn decay(name: &'static str, symbol: &'static str, summary: &'static str, default: f64) -> Self {
        let domain = Domain::Number { low: (0.0, true), high: (1.0, false) };
        Self { domain, ..Self::non_negative(name, symbol, summary, default) }
    }

    /// Any number from 0 on.
    pub const fn non_negative(name: &'static str, symbol: &'static str, summary: &'static str, default: f64) -> Self {
        let domain = Domain::Number { low: (0.0, true), high: (f64::INFINITY, false) };
        Self { name, symbol, summary, default, domain, omit_default: false, is_whole: false }
    }

    /// Any number above 0.
    pub const fn positive(name: &'static str, symbol: &'static str, summary: &'static str, default: f64) -> Self {
        let domain = Domain::Number { low: (0.0, false), high: (f64::INFINITY, false) };
        Self { name, symbol, summary, default, domain, omit_default: false, is_whole: false }
    }

    /// The small number that keeps a quotient finite.
    pub const fn epsilon(default: f64) -> Self {
        Self::non_negative("eps", "ε", "keeps the denominator above zero", default)
    }

    /// Where ε stands.
    pub const fn epsilon_placement() -> Self {
        Self::choice("epsilon_placement", "ε beside or under the square root", &["outside", "inside"])
    }

    /// Whether means that start at zero are scaled up for it.
    pub const fn bias_correction() -> Self {
        Self::choice("bias_correction", "whether the means are corrected for their start", &["true", "false"])
    }

    /// One of several named choices; the first is the default.
    pub const fn choice(name: &'static str, summary: &'static str, names: &'static [&'static str]) -> Self {
        Self {
            name,
            symbol: name,
            summary,
            default: 0.0,
            domain: Domain::Choice(names),
            omit_default: false,
            is_whole: false,
        }
    }

    /// The same, for whole numbers only.
    pub const fn whole(self) -> Self {
        Self { is_whole: true, ..self }
    }

    /// The same, but omitted from keys and tables at its default.
    pub const fn omit_at_default(self) -> Self {
        Self { omit_default: true, ..self }
    }
}
