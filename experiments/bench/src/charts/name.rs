//! What benchmarks are called, in code and in figures.

use thalweg_report::figure::{MOST_LINES, words};

/// The parts of a benchmark's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// `product/forward`.
    pub group: &'a str,
    /// `thalweg`.
    pub runner: &'a str,
    /// `16x2x64-shared`, `exp-f32`.
    pub workload: &'a str,
}

/// The runner whose kernels are ours.
pub(crate) const OURS: &str = "thalweg";

impl<'a> Name<'a> {
    pub fn of(id: &'a str) -> Self {
        let mut parts = id.rsplitn(3, '/');
        let workload = parts.next().unwrap_or_default();
        let runner = parts.next().unwrap_or_default();
        Self { group: parts.next().unwrap_or_default(), runner, workload }
    }

    /// The first word of the group: `product`.
    pub fn family(&self) -> &'a str {
        self.group.split('/').next().unwrap_or_default()
    }

    /// The sides of its matrices and what follows them, if its workload is one of a size: 16, 2, 64 and `-shared`.
    pub fn sides(&self) -> Option<(Vec<f64>, &'a str)> {
        let end = self.workload.find(|letter: char| !letter.is_ascii_digit() && letter != 'x');
        let (sides, rest) = self.workload.split_at(end.unwrap_or(self.workload.len()));
        let sides: Vec<f64> = sides.split('x').map(str::parse).collect::<Result<_, _>>().ok()?;
        (sides.len() > 1 && (rest.is_empty() || rest.starts_with('-'))).then_some((sides, rest))
    }

    /// The workload, as people read it.
    pub fn workload_words(&self) -> String {
        if let Some((_, rest)) = self.sides() {
            let sides = self.workload.strip_suffix(rest).unwrap_or(self.workload).replace('x', "×");
            return format!("{sides}{}", variant_words(rest));
        }
        let (name, precision) = match self.workload.rsplit_once('-') {
            Some((name, "f32")) => (name, ""),
            Some((name, "f64")) => (name, " (f64)"),
            _ => (self.workload, ""),
        };
        let words = match self.family() {
            "optimizer" => words::method(name),
            "activation" | "loss" => words::value_text(name),
            "landscape" => words::problem(name),
            _ => name.to_owned(),
        };
        // Words may have hyphens, names in code have them between words.
        let words = if words == name { spaced(name) } else { words };
        format!("{words}{precision}")
    }

    /// The group, as people read it: `product, weight gradient`.
    pub fn group_words(&self) -> String {
        spaced(&self.group.replace('/', ", "))
    }
}

/// What a workload has besides its size, after a comma.
pub(crate) fn variant_words(rest: &str) -> String {
    match rest {
        "" => String::new(),
        "-shared" => ", shared inputs".to_owned(),
        other => format!(",{}", spaced(other)),
    }
}

/// Runners by name, as their authors write them, in the order of their looks.
const RUNNERS: [(&str, &str); 11] = [
    (OURS, "Thalweg"),
    ("faer", "faer"),
    ("matrixmultiply", "matrixmultiply"),
    ("nalgebra", "nalgebra"),
    ("reference", "plain loops"),
    ("openblas", "OpenBLAS"),
    ("blis", "BLIS"),
    ("libxsmm", "LIBXSMM"),
    ("libxsmm-transposing", "LIBXSMM, transposing"),
    ("sleef-u10", "SLEEF, 1 ULP"),
    ("sleef-u35", "SLEEF, 3.5 ULP"),
];

/// A runner, as its authors write it.
pub(crate) fn runner_words(name: &str) -> String {
    RUNNERS.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words).to_owned()
}

/// The place of a runner among all, which its look is by: the same in every figure. That of one without a place is by its
/// letters.
pub(crate) fn runner_rank(name: &str) -> usize {
    let letters = || name.bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
    let known = RUNNERS.iter().position(|(known, _)| *known == name);
    known.unwrap_or_else(|| RUNNERS.len() + letters() % (MOST_LINES - RUNNERS.len()))
}

fn spaced(name: &str) -> String {
    name.replace(['-', '_'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_and_read() {
        for (id, parts, words) in [
            ("product/forward/faer/16x2x64", ("product/forward", "faer", "16x2x64"), "16×2×64"),
            ("product/forward/thalweg/4x4x4-shared", ("product/forward", OURS, "4x4x4-shared"), "4×4×4, shared inputs"),
            ("math/thalweg/exp-f64", ("math", OURS, "exp-f64"), "exp (f64)"),
            ("optimizer/update/thalweg/adam-f32", ("optimizer/update", OURS, "adam-f32"), "Adam"),
            (
                "loss/value/thalweg/softmax-cross-entropy-f32",
                ("loss/value", OURS, "softmax-cross-entropy-f32"),
                "cross-entropy",
            ),
            ("sweep/reference/moons-2-16-1", ("sweep", "reference", "moons-2-16-1"), "moons 2 16 1"),
            ("alone", ("", "", "alone"), "alone"),
        ] {
            let name = Name::of(id);
            assert_eq!((name.group, name.runner, name.workload), parts, "{id}");
            assert_eq!(name.workload_words(), words, "{id}");
        }
        assert_eq!(Name::of("product/weight-gradient/a/1x2x3").group_words(), "product, weight gradient");
    }

    #[test]
    fn a_size_is_a_size_only_where_sides_stand_alone() {
        let sides = |workload| Name { group: "g", runner: OURS, workload }.sides();
        assert_eq!(sides("16x2x64-shared"), Some((vec![16.0, 2.0, 64.0], "-shared")));
        assert_eq!(sides("8x4"), Some((vec![8.0, 4.0], "")));
        for other in ["3-4-1x64", "64", "exp-f32", "8x", "8x4abc", ""] {
            assert_eq!(sides(other), None, "{other}");
        }
    }
}
