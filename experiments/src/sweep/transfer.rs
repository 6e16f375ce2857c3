//! Rows of trials for another plan: what the plan says of a trial, in the first cells, is said anew; what came of it stays.

use std::borrow::Cow;

use super::{Plan, rows};
use crate::record::LEADING;
use crate::spec::Spec;

/// What else the rows of a plan say: its own columns, and the labels in them.
pub(super) fn own(spec: &Spec, plan: &Plan) -> String {
    format!("columns = {:?}\nlabels = {:?}\n", plan.hyperparameter_names(), spec.labels())
}

/// The ends of the headers of a plan's tables, from the first column on that tells of a trial alone. The last table names files
/// of trials, and tells of a plan nothing but keys.
pub(super) fn trailing(plan: &Plan, mut headers: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let leading = LEADING.len() + plan.hyperparameter_names().len();
    let last = headers.len() - 1;
    for header in &mut headers[..last] {
        let end = commas(header).nth(leading - 1);
        header.drain(..end.unwrap_or(0));
    }
    headers
}

/// Puts rows of other plans into the form of this one.
pub(super) struct Transfer<'a> {
    plan: &'a Plan,
    /// For each table, how many cells of a row stay.
    kept: Vec<usize>,
}

impl<'a> Transfer<'a> {
    pub fn new(spec: &Spec, plan: &'a Plan) -> Self {
        let kept = trailing(plan, rows::headers(spec, plan)).iter().map(|header| commas(header).count()).collect();
        Self { plan, kept }
    }

    /// How many tables there are.
    pub fn tables(&self) -> usize {
        self.kept.len()
    }

    /// The rows of the trial of this number, of which another plan has these.
    pub fn rows<'r>(&self, number: u32, rows: &[&'r [u8]]) -> Vec<Cow<'r, [u8]>> {
        let leading = self.plan.leading(number as usize);
        let last = rows.len() - 1;
        let replaced = |(table, rows): (usize, &&'r [u8])| {
            let replaced = (table < last).then(|| leading.replace(rows, self.kept[table])).flatten();
            replaced.map_or(Cow::Borrowed(*rows), Cow::Owned)
        };
        rows.iter().enumerate().map(replaced).collect()
    }
}

/// The places of the commas of a row.
fn commas(row: &[u8]) -> impl Iterator<Item = usize> {
    row.iter().enumerate().filter(|(_, byte)| **byte == b',').map(|(at, _)| at)
}
