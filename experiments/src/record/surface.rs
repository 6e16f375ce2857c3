//! `surface.csv`: a landscape's values on a lattice of points.

use std::io;
use std::path::Path;

use super::{Precision, atomic};

/// Writes `surface.csv`, `x0,x1,…,value`, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_surface(path: &Path, points: &[Vec<f64>], values: &[f64]) -> io::Result<()> {
    let number = |x: f64| Precision::F64.format(x);
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        let dimensions = points.first().map_or(0, Vec::len);
        writer.write_record((0..dimensions).map(|i| format!("x{i}")).chain(["value".to_owned()]))?;
        for (x, value) in points.iter().zip(values) {
            writer.write_record(x.iter().chain([value]).map(|x| number(*x)))?;
        }
        writer.flush()
    })
}
