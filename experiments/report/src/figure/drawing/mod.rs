//! How pictures are drawn, and written as files.

mod apng;
mod canvas;
mod film;
mod frames;
mod geometry;
mod gif;
mod image;
mod layout;
mod legend;
mod marks;
mod output;
mod paint;
mod patch;
mod pdf;
mod pgfplots;
mod plot;
mod raster;
mod scene;
mod svg;
mod text;
mod tikz;
mod tiles;

use std::io::Write;
use std::path::{Path, PathBuf};

pub use film::{Film, Moving, film};
pub use frames::{Frames, frames};
use output::Drawing;
pub use output::{pdf, pgfplots, png, svg};

use thalweg_record::record::atomic;
use thalweg_record::stats::configurations;

use super::appearance::Appearance;
use super::error::FigureError;
use super::picture::Picture;
use super::{Chart, PROBLEM, Tables, groups};

/// Draws a chart into `folder`, as the files that its look asks for; the paths of what was written.
///
/// If the figure may show several of the problems, each has files of its own, `<name>-<problem>.svg` and so on.
///
/// # Errors
/// If there is nothing to show, or too much, or a file cannot be written.
pub fn draw(chart: &Chart, tables: &Tables<'_>, folder: &Path, look: &Appearance) -> Result<Vec<PathBuf>, FigureError> {
    let pictures = chart.pictures(tables)?;
    // All of it is drawn before anything is written: a figure is there as a whole or not at all.
    let mut files = Vec::new();
    let stems = stems(chart, tables);
    for (problem, picture) in &pictures {
        let drawing = Drawing::of(picture, look)?;
        for format in &look.formats {
            files.extend(drawing.files(&stems(problem), *format)?);
        }
    }
    files.into_iter().map(|(name, bytes)| write(folder.join(name), &bytes)).collect()
}

/// The name of the files for a problem, without ending.
fn stems(chart: &Chart, tables: &Tables<'_>) -> impl Fn(&str) -> String {
    let problems = groups::values(&configurations(tables.runs), PROBLEM);
    move |problem| chart.stem(problem, &problems.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Draws a picture into `folder`, as the files `<name>.svg` and so on that a look asks for; the paths of what was written.
///
/// # Errors
/// If it would be too large to be looked at, or a file cannot be written.
pub fn draw_picture(
    picture: &Picture,
    name: &str,
    folder: &Path,
    look: &Appearance,
) -> Result<Vec<PathBuf>, FigureError> {
    let drawing = Drawing::of(picture, look)?;
    let files = look.formats.iter().map(|format| drawing.files(name, *format)).collect::<Result<Vec<_>, _>>()?;
    files.into_iter().flatten().map(|(name, bytes)| write(folder.join(name), &bytes)).collect()
}

fn write(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, FigureError> {
    match atomic::write(&path, |file| file.write_all(bytes)) {
        Ok(()) => Ok(path),
        Err(source) => Err(FigureError::Write { path, source }),
    }
}
