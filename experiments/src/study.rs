//! Studies by the names of their files, or of those that come with the program.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::input;
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

/// Reads a study: the shipped one of this name, or else the TOML file of this path; with changes to it, such as
/// `train.steps=100`.
///
/// # Errors
///
/// If there is neither, or the first thing in the text that is not right.
pub fn read(name: &str, set: &[String]) -> Result<Study, StudyError> {
    // A shipped name comes first: `thalweg run digits` means the same in every folder.
    if shipped::find(name).is_some() {
        return read_shipped(name, set);
    }
    let path = Path::new(name);
    let text = match input::read_spec(path) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
            return Err(unknown(name));
        }
        other => other.map_err(|source| StudyError::Read { path: path.to_owned(), source })?,
    };
    Ok(Study::parse(name, &text, path.parent().unwrap_or(Path::new("")), set)?)
}

/// Reads the shipped study of this name.
///
/// # Errors
///
/// If there is none, or a change is not right.
pub fn read_shipped(name: &str, set: &[String]) -> Result<Study, StudyError> {
    let shipped = shipped::find(name).ok_or_else(|| unknown(name))?;
    Ok(Study::parse(&format!("{name}.toml"), shipped.text, Path::new(""), set)?)
}

fn unknown(name: &str) -> StudyError {
    let names: Vec<&str> = shipped::ALL.iter().map(|shipped| shipped.name).collect();
    let help = Some(suggestion(name, &names)).filter(|help| !help.is_empty());
    StudyError::Unknown { name: shortened(name).into_owned(), help }
}
