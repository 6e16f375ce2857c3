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

impl ShippedData {
    /// The shipped data set of this name.
    pub fn find(name: &str) -> Option<Self> {
        SHIPPED.iter().copied().find(|data| data.name == name)
    }
}
