//! The command line, which criterion reads as well: what is wanted must be known before anything is timed.

use std::collections::BTreeSet;

use regex::Regex;

/// Flags of criterion that a value follows.
const VALUED: [&str; 19] = [
    "-c",
    "--color",
    "-s",
    "--save-baseline",
    "-b",
    "--baseline",
    "--baseline-lenient",
    "--load-baseline",
    "--format",
    "--output-format",
    "--profile-time",
    "--sample-size",
    "--warm-up-time",
    "--measurement-time",
    "--nresamples",
    "--noise-threshold",
    "--confidence-level",
    "--significance-level",
    "--plotting-backend",
];

/// The command line.
pub(super) struct Arguments {
    all: Vec<String>,
    filter: Filter,
}

/// Which benchmarks are wanted, as criterion has it.
enum Filter {
    Everything,
    /// One of these.
    Names(BTreeSet<String>),
    Pattern(Regex),
}

impl Arguments {
    /// An error says why the filter is none, or what cannot be had.
    pub fn read(all: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let all: Vec<String> = all.into_iter().collect();
        let follows = |at: usize| at > 0 && VALUED.contains(&all[at - 1].as_str());
        let filter = (0..all.len()).find(|at| !all[*at].starts_with('-') && !follows(*at)).map(|at| all[at].clone());
        let filter = match filter {
            None => Filter::Everything,
            Some(id) if all.iter().any(|argument| argument == "--exact") => Filter::Names([id].into()),
            Some(pattern) => match names(&pattern) {
                Some(names) => Filter::Names(names),
                None => {
                    Filter::Pattern(Regex::new(&pattern).map_err(|error| format!("`{pattern}` is no filter: {error}"))?)
                }
            },
        };
        let arguments = Self { all, filter };
        // Criterion keeps no times with these, of which notes could be made.
        let forgets = ["--discard-baseline", "--load-baseline"].into_iter().find(|flag| arguments.has(flag));
        forgets.map_or(Ok(arguments), |flag| {
            Err(format!("{flag} keeps no times: `thalweg bench compare` compares records"))
        })
    }

    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// Whether a flag is given, alone or as `--flag=value`.
    pub fn has(&self, flag: &str) -> bool {
        let is_it = |argument: &String| {
            argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        self.all.iter().any(is_it)
    }

    /// Whether a benchmark is wanted.
    pub fn wants(&self, id: &str) -> bool {
        match &self.filter {
            Filter::Everything => true,
            Filter::Names(names) => names.contains(id),
            Filter::Pattern(pattern) => pattern.is_match(id),
        }
    }

    /// Whether a group may have a wanted benchmark.
    pub fn may_want(&self, group: &str) -> bool {
        match &self.filter {
            Filter::Names(names) => names.iter().any(|id| is_in(id, group)),
            _ => true,
        }
    }

    /// Whether benchmarks are measured, and not only tried, listed or given to a profiler.
    pub fn measures(&self) -> bool {
        const OTHERWISE: [&str; 3] = ["--test", "--list", "--profile-time"];
        self.has("--bench") && !OTHERWISE.iter().any(|flag| self.has(flag))
    }
}

/// The names of which a pattern is the alternative, such as `thalweg bench ab` makes: groups without any need not be made.
fn names(pattern: &str) -> Option<BTreeSet<String>> {
    let body = pattern.strip_prefix("^(?:")?.strip_suffix(")$")?;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/-_<>|".contains(letter);
    body.chars().all(is_plain).then(|| body.split('|').map(str::to_owned).collect())
}

/// Whether an id is of a group.
pub(super) fn is_in(id: &str, group: &str) -> bool {
    id.strip_prefix(group).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(text: &str) -> Arguments {
        Arguments::read(text.split(' ').map(str::to_owned)).unwrap()
    }

    #[test]
    fn the_filter_is_what_criterion_takes_for_it() {
        for (text, wanted, unwanted) in [
            ("--bench product/forward", "product/forward/thalweg/4x4x4", "dense/forward/thalweg/4x4x4"),
            ("--sample-size 10 --quick study", "study/thalweg/w1", "10/quick"),
            ("^(?:math|loss)/ --color=never", "loss/value/thalweg/mse-f32", "math-f32"),
            ("--exact a/thalweg/b", "a/thalweg/b", "a/thalweg/bc"),
        ] {
            let arguments = arguments(text);
            assert!(arguments.wants(wanted) && !arguments.wants(unwanted), "{text}");
        }
        assert!(arguments("--bench -s new --quick").wants("anything"));
        let error = Arguments::read(["a(".to_owned()]).err().unwrap();
        assert!(error.starts_with("`a(` is no filter"), "{error}");
    }

    #[test]
    fn whole_names_leave_groups_out() {
        let two = arguments("--bench ^(?:math/thalweg/exp-f32|labels/thalweg/sparse-10)$ --noplot");
        assert!(two.may_want("labels") && !two.may_want("loss/value") && two.wants("labels/thalweg/sparse-10"));
        assert!(!two.wants("labels/thalweg/sparse-100") && arguments("^(?:math|loss)/").may_want("data"));
        let one = arguments("--exact loss/value/thalweg/mse-f32");
        assert!(one.may_want("loss/value") && !one.may_want("loss/val") && !one.may_want("math"));
    }

    #[test]
    fn what_measures_is_told_from_what_does_not() {
        assert!(arguments("--bench --quick").measures());
        for text in ["--bench --list", "--bench --test", "--bench --profile-time=5", "study"] {
            assert!(!arguments(text).measures(), "{text}");
        }
    }
}
