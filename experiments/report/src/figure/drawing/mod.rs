//! How pictures are drawn, and written as files.

mod canvas;
mod frames;
mod geometry;
mod image;
mod layout;
mod marks;
mod output;
mod paint;
mod stretch;
mod text;
mod tiles;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use frames::{Frames, frames};
pub use output::{png, svg};

use thalweg_record::record::atomic;
use thalweg_record::stats::configurations;

use super::error::FigureError;
use super::{Chart, PROBLEM, Tables, groups};

/// Draws a chart into `folder`: `<name>.svg`, and `<name>.png` if `with_png`; the paths of what was written.
///
/// If the figure may show several of the problems, each has a file of its own, `<name>-<problem>.svg`.
///
/// # Errors
/// If there is nothing to show, or too much, or a file cannot be written.
pub fn draw(chart: &Chart, tables: &Tables<'_>, folder: &Path, with_png: bool) -> Result<Vec<PathBuf>, FigureError> {
    let pictures = chart.pictures(tables)?;
    // All of it is drawn before anything is written: a figure is there as a whole or not at all.
    let mut files = Vec::new();
    let problems = groups::values(&configurations(tables.runs), PROBLEM);
    let problems: Vec<&str> = problems.iter().map(String::as_str).collect();
    for (problem, picture) in &pictures {
        let stem = chart.stem(problem, &problems);
        files.push((format!("{stem}.svg"), svg(picture)?.into_bytes()));
        if with_png {
            let mut bytes = Vec::new();
            png(picture, &mut bytes)?;
            files.push((format!("{stem}.png"), bytes));
        }
    }
    files.into_iter().map(|(name, bytes)| write(folder.join(name), &bytes)).collect()
}

fn write(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, FigureError> {
    match atomic::write(&path, |file| file.write_all(bytes)) {
        Ok(()) => Ok(path),
        Err(source) => Err(FigureError::Write { path, source }),
    }
}
