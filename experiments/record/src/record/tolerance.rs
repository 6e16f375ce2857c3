//! Tables outside the numerics contract, which are compared cell by cell and not by their bytes.

use std::path::Path;

use super::error::RecordError;
use super::{OPTIMUM, SPECTRUM, Sheet, parse_number};

/// The relative difference to which numbers outside the contract are the same. They are written with ten significant
/// digits, so that it is a unit in the last of them, at most.
pub const TOLERANCE: f64 = 1e-9;

/// The same in proportion to the largest magnitude in the column: an eigenvalue is known to a few n ε of the largest one,
/// and a small one has fewer digits for it.
const OF_LARGEST: f64 = 1e-12;

/// Whether a file of a result is outside the numerics contract. The names of columns with such numbers end in `_approx`.
pub fn is_outside_contract(file: &str) -> bool {
    [SPECTRUM, OPTIMUM].contains(&file)
}

/// Whether two tables are the same up to what the numerics contract leaves open: the same columns, as many rows, equal
/// texts, and numbers that differ by at most [`TOLERANCE`] of the larger one, or 1e-12 of the largest in their column.
///
/// # Errors
/// If one of them is not a table.
pub fn agree(a: &Path, b: &Path) -> Result<bool, RecordError> {
    let [a, b] = [Sheet::open(a)?, Sheet::open(b)?];
    let [a_rows, b_rows] = [rows(&a)?, rows(&b)?];
    if a.columns() != b.columns() || a_rows.len() != b_rows.len() {
        return Ok(false);
    }
    let column = |at: usize| {
        let numbers = a_rows.iter().chain(&b_rows).filter_map(|row| parse_number(&row[at]));
        let largest = numbers.filter(|x| x.is_finite()).fold(0.0, |largest: f64, x| largest.max(x.abs()));
        a_rows.iter().zip(&b_rows).all(|(a, b)| same(&a[at], &b[at], largest))
    };
    Ok((0..a.columns().len()).all(column))
}

fn rows(sheet: &Sheet) -> Result<Vec<Vec<String>>, RecordError> {
    let names: Vec<&str> = sheet.columns().iter().map(String::as_str).collect();
    sheet.read(&names, |mut cells| Ok((0..names.len()).map(|at| cells.text(at).to_owned()).collect()))
}

fn same(a: &str, b: &str, largest: f64) -> bool {
    let (Some(x), Some(y)) = (parse_number(a), parse_number(b)) else { return a == b };
    if !x.is_finite() || !y.is_finite() {
        return a == b;
    }
    // Decimals one unit apart become doubles that are a rounding further apart.
    let relative = (TOLERANCE + 2.0 * f64::EPSILON) * x.abs().max(y.abs());
    (x - y).abs() <= relative.max(OF_LARGEST * largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_same_to_nine_digits_and_texts_to_the_letter() {
        for (a, b) in [("1", "1.000000001"), ("9.999999999", "10"), ("-0", "0"), ("NaN", "NaN"), ("-inf", "-inf")] {
            assert!(same(a, b, 1.0) && same(b, a, 1.0), "{a} {b}");
        }
        for (a, b) in [("1", "1.000001"), ("1", "-1"), ("train", "test"), ("inf", "1"), ("NaN", "0"), ("", "0")] {
            assert!(!same(a, b, 1.0) && !same(b, a, 1.0), "{a} {b}");
        }
        // What is rounding beside the largest of its column.
        assert!(same("1e-14", "-3e-15", 1.0) && !same("1e-14", "-3e-15", 1e-6));
    }
}
