//! Why a figure could not be drawn.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use thalweg_record::record::RecordError;

/// Why a figure could not be drawn.
#[derive(Debug, Error, Diagnostic)]
pub enum FigureError {
    /// There is no such kind of figure.
    #[error("there is no figure of kind `{name}`")]
    #[diagnostic(help("{help}"))]
    UnknownKind {
        /// The name asked for.
        name: String,
        /// The known names.
        help: String,
    },
    /// The kind of figure does not have the metric.
    #[error("a figure of kind `{kind}` cannot show `{name}`")]
    #[diagnostic(help("{help}"))]
    UnknownMetric {
        /// The kind's name.
        kind: &'static str,
        /// The metric asked for.
        name: String,
        /// The known names.
        help: String,
    },
    /// The trials have no such column of numbers.
    #[error("`runs.csv` has no column of numbers `{name}`")]
    #[diagnostic(help("{help}"))]
    UnknownColumn {
        /// The name asked for.
        name: String,
        /// The known names.
        help: String,
    },
    /// No trial has a key that begins so.
    #[error("no trial has the key `{key}`, or one that begins so")]
    #[diagnostic(help("{help}"))]
    NoTrial {
        /// What was asked for.
        key: String,
        /// The nearest key.
        help: String,
    },
    /// The beginning of a key is that of several.
    #[error("{count} trials have a key that begins with `{key}`, {} and {} among them", two[0], two[1])]
    SeveralTrials {
        /// What was asked for.
        key: String,
        /// How many trials there are.
        count: usize,
        /// Two of their keys.
        two: [String; 2],
    },
    /// The rows hold nothing that the figure could show.
    #[error("no figure of kind `{kind}`: {reason}")]
    NoData {
        /// The kind's name.
        kind: &'static str,
        /// What is missing.
        reason: String,
    },
    /// More lines than a reader can tell apart.
    #[error("no figure of kind `{kind}`: {found} lines, but a reader can tell {most} apart")]
    #[diagnostic(help("select some of the configurations"))]
    TooManyLines {
        /// The kind's name.
        kind: &'static str,
        /// The number of lines.
        found: usize,
        /// The most lines allowed.
        most: usize,
    },
    /// More panels than a page holds.
    #[error("no figure of kind `{kind}`: {found} panels, but a page holds {most}")]
    #[diagnostic(help("select some of the configurations, or let another column have panels"))]
    TooManyPanels {
        /// The kind's name.
        kind: &'static str,
        /// The number of panels.
        found: usize,
        /// The most panels allowed.
        most: usize,
    },
    /// The kind of figure shows nothing that happens in time.
    #[error("a figure of kind `{kind}` does not move")]
    #[diagnostic(help("those of these kinds do: {moving}"))]
    Still {
        /// The kind's name.
        kind: &'static str,
        /// The kinds that move.
        moving: String,
    },
    /// A range for an axis holds nothing, or has no place on a log scale.
    #[error("the {axis} range from {low} to {high} is not one for {scale} axis")]
    Range {
        /// `x` or `y`.
        axis: &'static str,
        /// Its low end.
        low: f64,
        /// Its high end.
        high: f64,
        /// `a log`, `a linear`.
        scale: &'static str,
    },
    /// The table that the figure names could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Table(#[from] RecordError),
    /// The drawing itself failed.
    #[error("the figure could not be drawn: {0}")]
    Draw(String),
    /// The file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}
