//! The timings that come with the program, compiled in: those that the shipped studies draw.

use std::fs;
use std::io::Write;
use std::path::Path;

use super::DrawError;
use crate::record::atomic;
use crate::spec::{Drawing, DrawingSource};

/// Tables by their names under `bench/`.
const SHIPPED: [(&str, &str); 2] = [
    ("loop-vs-matrix.csv", include_str!("../../../results/bench/loop-vs-matrix.csv")),
    ("sparse-cross-entropy.csv", include_str!("../../../results/bench/sparse-cross-entropy.csv")),
];

/// Puts the timings that a study draws beside its folder, `home`, where there are none and they come with the program.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_shipped_timings(drawing: &Drawing, home: &Path) -> Result<(), DrawError> {
    let DrawingSource::Bench(file) = &drawing.source else { return Ok(()) };
    let Some((_, text)) = SHIPPED.iter().find(|(name, _)| name == file) else { return Ok(()) };
    let path = home.parent().unwrap_or(Path::new("")).join("bench").join(file);
    if path.exists() {
        return Ok(());
    }
    let write = |path: &Path| {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        atomic::write(path, |file| file.write_all(text.as_bytes()))
    };
    write(&path).map_err(|source| DrawError::Files { path, source })
}
