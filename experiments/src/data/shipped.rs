//! The data sets that come with the program, compiled in.

/// A data set that can be used by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedData {
    /// Its name, as specs write it.
    pub name: &'static str,
    /// The file.
    pub bytes: &'static [u8],
}

/// All of them.
pub const SHIPPED: &[ShippedData] = &[
    ShippedData { name: "diabetes.csv", bytes: include_bytes!("../../data/diabetes.csv") },
    ShippedData { name: "digits.csv", bytes: include_bytes!("../../data/digits.csv") },
    ShippedData { name: "iris.csv", bytes: include_bytes!("../../data/iris.csv") },
];

/// What is known of them: a section each, which quotes where it was published.
const NOTES: &str = include_str!("../../data/README.md");

impl ShippedData {
    /// The shipped data set of this name.
    pub fn find(name: &str) -> Option<Self> {
        SHIPPED.iter().copied().find(|data| data.name == name)
    }

    /// Where it was published.
    pub fn source(self) -> String {
        let title = self.name.trim_end_matches(".csv");
        let sections = NOTES.split("\n## ");
        let own =
            sections.filter(|section| section.lines().next().is_some_and(|line| line.eq_ignore_ascii_case(title)));
        let quoted = own.flat_map(str::lines).filter_map(|line| line.strip_prefix("> "));
        quoted.collect::<Vec<_>>().join(" ")
    }
}
