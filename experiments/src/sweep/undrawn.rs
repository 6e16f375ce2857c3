//! Why figures could not be drawn.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::figure::FigureError;
use crate::record::RecordError;
use crate::spec::InputError;

/// Why figures could not be drawn.
#[derive(Debug, Error, Diagnostic)]
pub enum DrawError {
    /// Something in the spec or its data is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A table could not be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    /// A figure could not be drawn.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Figure(Box<FigureFailure>),
    /// Some figures are missing from results that are whole otherwise.
    #[error("{} of the figures could not be drawn; everything else is written", failures.len())]
    #[diagnostic(help("`thalweg plot` draws again from the tables that are there"))]
    Undrawn {
        /// Why, one by one.
        #[related]
        failures: Vec<DrawError>,
    },
    /// A file or folder could not be written.
    #[error("cannot write results to {}", path.display())]
    Files {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// What is to be drawn is not there.
    #[error("`{study}` draws {}, which is not there", path.display())]
    #[diagnostic(help("{help}"))]
    Missing {
        /// The study.
        study: String,
        /// The file.
        path: PathBuf,
        /// How to get it.
        help: String,
    },
    /// What is to be drawn is not what its study computed.
    #[error("`{study}` draws {}, which {reason}", path.display())]
    #[diagnostic(help("{help}"))]
    Altered {
        /// The study.
        study: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// How to get it as it should be.
        help: String,
    },
}

/// Why one figure could not be drawn.
#[derive(Debug, Error, Diagnostic)]
#[error("the figure `{name}` is not drawn")]
pub struct FigureFailure {
    /// The name of its file, without ending.
    pub name: String,
    /// The cause.
    #[source]
    #[diagnostic_source]
    pub source: FigureError,
}
