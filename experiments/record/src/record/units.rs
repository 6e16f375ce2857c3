//! `units.csv`: what changes in a network when one of its weights changes.

use std::io;
use std::path::Path;

use super::{Precision, atomic};

/// A row of `units.csv`: the output of a unit, or the gradient of the weight that leads to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The unit's layer; that of the inputs is 0.
    pub layer: usize,
    /// The unit.
    pub unit: usize,
    /// The unit of the layer before from which the weight leads here; none for the output of the unit.
    pub from: Option<usize>,
    /// The number before the change.
    pub before: f64,
    /// And after it.
    pub after: f64,
    /// Whether this is the weight that was changed.
    pub perturbed: bool,
}

/// Writes `units.csv`, `layer,unit,from,before,after,perturbed`, whole or not at all.
///
/// # Errors
/// If the file cannot be written.
pub fn write_changes(path: &Path, changes: &[Change]) -> io::Result<()> {
    let number = |x: f64| Precision::F64.format(x);
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["layer", "unit", "from", "before", "after", "perturbed"])?;
        for change in changes {
            let from = change.from.map(|from| from.to_string()).unwrap_or_default();
            let perturbed = u8::from(change.perturbed).to_string();
            let [layer, unit] = [change.layer, change.unit].map(|place| place.to_string());
            writer.write_record([layer, unit, from, number(change.before), number(change.after), perturbed])?;
        }
        writer.flush()
    })
}
