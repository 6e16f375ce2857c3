//! Images and labels in IDX files.

use super::canonical::quoted;
use super::error::InputError;
use super::key::{Key, Values, Without};
use super::reader::{Field, Table};

/// The files of a problem, relative to the folder of the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idx {
    /// The features of the examples: everything after the first dimension is one example.
    pub images: String,
    /// Their classes: one integer each.
    pub labels: String,
    /// The examples of a test split of its own.
    pub test: Option<Pair>,
}

/// Features and classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The features.
    pub images: String,
    /// The classes.
    pub labels: String,
}

const FILE: Values = Values::Words("the name of an IDX file, plain or gzip");

impl Idx {
    pub(super) const KEYS: &[Key] = &[
        Key::needed("images", "the features of the examples", FILE),
        Key::needed("labels", "their classes", FILE),
        Key::new("test_images", "the features of a test split of its own", FILE, Without::Words("none")),
        Key::new("test_labels", "its classes", FILE, Without::Words("none")),
    ];

    pub(super) fn read(table: &Table<'_>) -> Result<Self, InputError> {
        let required = |key| read_path(&table.required(key, "an IDX file, plain or gzip")?);
        let (images, labels) = (required("images")?, required("labels")?);
        let has_test = ["test_images", "test_labels"].iter().any(|key| table.optional(key).is_some());
        let test = if has_test {
            Some(Pair { images: required("test_images")?, labels: required("test_labels")? })
        } else {
            None
        };
        Ok(Self { images, labels, test })
    }

    /// Its keys and values as specs write them.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("images", quoted(&self.images)), ("labels", quoted(&self.labels))];
        if let Some(Pair { images, labels }) = &self.test {
            lines.extend([("test_images", quoted(images)), ("test_labels", quoted(labels))]);
        }
        lines
    }
}

fn read_path(field: &Field<'_>) -> Result<String, InputError> {
    match field.string()? {
        "" => Err(field.expected("the name of an IDX file")),
        path => Ok(path.to_owned()),
    }
}
