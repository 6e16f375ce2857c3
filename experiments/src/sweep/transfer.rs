//! Rows of trials for another plan: what the plan says of a trial, in the first cells, is said anew; what came of it stays.

use std::borrow::Cow;

use super::{Plan, rows};
use crate::record::{LEADING, TABLES};
use crate::spec::Spec;

/// The tables that name files of trials, and tell of a plan nothing but keys.
const OF_FILES: &str = "weights";

/// What else the rows of a plan say: its own columns, and the labels in them.
pub(super) fn own(spec: &Spec, plan: &Plan) -> String {
    format!("columns = {:?}\nlabels = {:?}\n", plan.hyperparameter_names(), spec.labels())
}

/// The ends of the headers of a plan's tables, from the first column on that tells of a trial alone.
pub(super) fn trailing(plan: &Plan, headers: [Vec<u8>; TABLES.len()]) -> [Vec<u8>; TABLES.len()] {
    let leading = LEADING.len() + plan.hyperparameter_names().len();
    let mut at = 0;
    headers.map(|mut header| {
        let first = if TABLES[at] == OF_FILES { 0 } else { leading };
        at += 1;
        let end = first.checked_sub(1).and_then(|last| commas(&header).nth(last));
        header.drain(..end.unwrap_or(0));
        header
    })
}

/// Puts rows of other plans into the form of this one.
pub(super) struct Transfer<'a> {
    plan: &'a Plan,
    /// For each table, how many cells of a row stay.
    kept: [usize; TABLES.len()],
}

impl<'a> Transfer<'a> {
    pub fn new(spec: &Spec, plan: &'a Plan) -> Self {
        let kept = trailing(plan, rows::headers(spec, plan)).map(|header| commas(&header).count());
        Self { plan, kept }
    }

    /// The rows of the trial of this number, of which another plan has these.
    pub fn rows<'r>(&self, number: u32, rows: [&'r [u8]; TABLES.len()]) -> [Cow<'r, [u8]>; TABLES.len()] {
        let leading = self.plan.leading(number as usize);
        std::array::from_fn(|table| {
            let of_plan = TABLES[table] != OF_FILES;
            let replaced = of_plan.then(|| leading.replace(rows[table], self.kept[table])).flatten();
            replaced.map_or(Cow::Borrowed(rows[table]), Cow::Owned)
        })
    }
}

/// The places of the commas of a row.
fn commas(row: &[u8]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().filter(|(_, byte)| **byte == b',').map(|(at, _)| at)
}
