//! How pictures are drawn, and written as files.

mod canvas;
mod frames;
mod geometry;
mod image;
mod layout;
mod legend;
mod marks;
mod output;
mod paint;
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

pub use frames::{Frames, frames};
pub use output::{pdf, pgfplots, png, svg};

use thalweg_record::record::atomic;
use thalweg_record::stats::configurations;

use super::appearance::{Appearance, Format};
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
    let problems = groups::values(&configurations(tables.runs), PROBLEM);
    let problems: Vec<&str> = problems.iter().map(String::as_str).collect();
    for (problem, picture) in &pictures {
        let stem = chart.stem(problem, &problems);
        for format in &look.formats {
            files.extend(written(picture, look, &stem, *format)?);
        }
    }
    files.into_iter().map(|(name, bytes)| write(folder.join(name), &bytes)).collect()
}

/// The files of a picture in one format, by name.
fn written(
    picture: &Picture,
    look: &Appearance,
    stem: &str,
    format: Format,
) -> Result<Vec<(String, Vec<u8>)>, FigureError> {
    let name = format!("{stem}.{}", format.name());
    let bytes = match format {
        Format::Svg => svg(picture, look, stem)?.into_bytes(),
        Format::Png => {
            let mut bytes = Vec::new();
            png(picture, look, &mut bytes)?;
            bytes
        }
        Format::Pdf => pdf(picture, look)?,
        Format::Tex => return pgfplots(picture, look, stem),
    };
    Ok(vec![(name, bytes)])
}

fn write(path: PathBuf, bytes: &[u8]) -> Result<PathBuf, FigureError> {
    match atomic::write(&path, |file| file.write_all(bytes)) {
        Ok(()) => Ok(path),
        Err(source) => Err(FigureError::Write { path, source }),
    }
}
