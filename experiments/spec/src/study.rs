//! Studies by the names of their files, or of those that come with the program.

use std::borrow::Cow;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use crate::input;
use crate::registry::Registry;
use crate::spec::{InputError, Study, shipped, shortened, suggestion};

/// Why a study could not be read.
#[derive(Debug, Error, Diagnostic)]
pub enum StudyError {
    /// Something in it is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// There is none.
    #[error("there is no spec `{name}`: neither a file nor one that is shipped")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The one that was probably meant.
        #[help]
        help: Option<String>,
    },
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// The text of a study.
#[derive(Debug)]
pub struct Text<'a> {
    /// What its errors call it.
    file: Cow<'a, str>,
    /// The text.
    pub text: Cow<'static, str>,
    /// Where its relative paths start.
    folder: &'a Path,
}

impl<'a> Text<'a> {
    /// That of the shipped study of this name, or else of the TOML file of this path.
    ///
    /// # Errors
    ///
    /// If there is neither.
    pub fn find(name: &'a str) -> Result<Self, StudyError> {
        // A shipped name comes first: `thalweg run digits` means the same in every folder.
        if shipped::find(name).is_some() {
            return Self::shipped(name);
        }
        let path = Path::new(name);
        let text = match input::read_spec(path) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
                return Err(unknown(name));
            }
            other => other.map_err(|source| StudyError::Read { path: path.to_owned(), source })?,
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        Ok(Self { file: Cow::Borrowed(name), text: Cow::Owned(text), folder })
    }

    /// That of the shipped study of this name.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn shipped(name: &str) -> Result<Self, StudyError> {
        let shipped = shipped::find(name).ok_or_else(|| unknown(name))?;
        let file = Cow::Owned(format!("{name}.toml"));
        Ok(Self { file, text: Cow::Borrowed(shipped.text), folder: Path::new("") })
    }

    /// What it says, with some changes, such as `train.steps=100`.
    ///
    /// # Errors
    ///
    /// The first thing in the text that is not right.
    pub fn study(&self, registry: &Arc<Registry>, set: &[String]) -> Result<Study, StudyError> {
        Ok(Study::parse_with(registry, &self.file, &self.text, self.folder, set)?)
    }
}

/// Reads a study: the shipped one of this name, or else the TOML file of this path; with changes to it.
///
/// # Errors
///
/// Those of [`Text::find`] and [`Text::study`].
pub fn read(registry: &Arc<Registry>, name: &str, set: &[String]) -> Result<Study, StudyError> {
    Text::find(name)?.study(registry, set)
}

/// Reads the shipped study of this name.
///
/// # Errors
///
/// Those of [`Text::shipped`] and [`Text::study`].
pub fn read_shipped(registry: &Arc<Registry>, name: &str, set: &[String]) -> Result<Study, StudyError> {
    Text::shipped(name)?.study(registry, set)
}

fn unknown(name: &str) -> StudyError {
    let names: Vec<&str> = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    let help = Some(suggestion(name, &names)).filter(|help| !help.is_empty());
    StudyError::Unknown { name: shortened(name).into_owned(), help }
}
