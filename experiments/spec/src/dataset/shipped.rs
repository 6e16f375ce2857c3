//! The data sets that come with the program, compiled in.

use std::io::Read;
use std::sync::OnceLock;

use flate2::bufread::GzDecoder;

use super::Task;

/// A data set that can be used by name.
#[derive(Debug)]
pub struct ShippedData {
    /// Its name, as specs write it.
    pub name: &'static str,
    /// What it is usually used for.
    pub task: Task,
    packed: &'static [u8],
    unpacked: OnceLock<Vec<u8>>,
}

/// The data set of this name, which the build has packed.
macro_rules! packed {
    ($name:literal, $task:expr) => {
        ShippedData {
            name: $name,
            task: $task,
            packed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
            unpacked: OnceLock::new(),
        }
    };
}

/// All of them.
pub static SHIPPED: [ShippedData; 3] = [
    packed!("diabetes.csv", Task::Regression),
    packed!("digits.csv", Task::Classification),
    packed!("iris.csv", Task::Classification),
];

/// What is known of them: a section each, which quotes where it was published.
const NOTES: &str = include_str!("../../../data/README.md");

impl ShippedData {
    /// The shipped data set of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        SHIPPED.iter().find(|data| data.name == name)
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        self.unpacked.get_or_init(|| {
            let mut bytes = Vec::new();
            GzDecoder::new(self.packed).read_to_end(&mut bytes).expect("the build has packed it whole");
            bytes
        })
    }

    /// Where it was published.
    pub fn source(&self) -> String {
        let title = self.name.trim_end_matches(".csv");
        let sections = NOTES.split("\n## ");
        let own =
            sections.filter(|section| section.lines().next().is_some_and(|line| line.eq_ignore_ascii_case(title)));
        let quoted = own.flat_map(str::lines).filter_map(|line| line.strip_prefix("> "));
        quoted.collect::<Vec<_>>().join(" ")
    }
}
