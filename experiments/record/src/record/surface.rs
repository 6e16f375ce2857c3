//! `surface.csv`: a landscape's values on a lattice of points.

use std::io;
use std::path::Path;

use super::error::RecordError;
use super::table::{Fields, Table};
use super::{Precision, atomic};

const COLUMNS: [&str; 3] = ["x0", "x1", "value"];

/// The columns where there is one coordinate.
const CURVE: [&str; 2] = ["x0", "value"];

/// A landscape of one or two dimensions on a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surface {
    /// The grid's first coordinates, ascending.
    pub x0: Vec<f64>,
    /// Its second coordinates, ascending; none on a landscape of one dimension.
    pub x1: Vec<f64>,
    /// Its values: that at (`x0[i]`, `x1[j]`) has index `i * x1.len() + j`.
    pub values: Vec<f64>,
}

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

/// Reads `surface.csv` of a landscape of one dimension, or of two, in which the first coordinate is the slower one.
///
/// # Errors
/// If the file cannot be read, or is not such a table, or its points are not a grid's in their order: the error names
/// the line and column.
pub fn read_surface(path: &Path) -> Result<Surface, RecordError> {
    let table = Table::open(path)?;
    if table.header().iter().eq(CURVE) {
        return read_curve(table);
    }
    table.expect_columns(0, &COLUMNS, &COLUMNS.join(","))?;
    table.expect_no_more(COLUMNS.len())?;
    let mut surface = Surface::default();
    table.rows(|fields| add(&mut surface, fields))?;
    let (rows, expected) = (surface.values.len(), surface.x0.len() * surface.x1.len());
    if rows == expected { Ok(surface) } else { Err(RecordError::Unfinished { path: path.to_owned(), rows, expected }) }
}

fn read_curve(table: Table<'_>) -> Result<Surface, RecordError> {
    let mut surface = Surface::default();
    table.rows(|mut fields| {
        let x = fields.number()?;
        if !x.is_finite() || surface.x0.last().is_some_and(|last| *last >= x) {
            return Err(fields.error("a larger number than in the line before"));
        }
        surface.x0.push(x);
        surface.values.push(fields.number()?);
        Ok(())
    })?;
    Ok(surface)
}

fn add(surface: &mut Surface, mut fields: Fields<'_>) -> Result<(), RecordError> {
    let Surface { x0, x1, values } = surface;
    let first = fields.number()?;
    if x0.last() != Some(&first) {
        let is_whole = values.len() == x0.len() * x1.len();
        if !is_whole || !first.is_finite() || x0.last().is_some_and(|last| *last >= first) {
            return Err(fields.error("the next point of a grid whose first coordinate is the slower one"));
        }
        x0.push(first);
    }
    let second = fields.number()?;
    if x0.len() == 1 {
        if !second.is_finite() || x1.last().is_some_and(|last| *last >= second) {
            return Err(fields.error("a larger number than in the line before"));
        }
        x1.push(second);
    } else if x1.get(values.len() - (x0.len() - 1) * x1.len()) != Some(&second) {
        return Err(fields.error("the next of the second coordinates that the first block has"));
    }
    values.push(fields.number()?);
    Ok(())
}
