//! The rows of some trials, in memory.

use std::ops::Range;

use super::TABLES;

/// The rows of trials in each of [`TABLES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The trials, each with the ends of its rows.
    trials: Vec<(u32, Places)>,
    bytes: [Vec<u8>; TABLES.len()],
}

/// Where the rows of a trial end in each table.
pub type Places = [u64; TABLES.len()];

impl Batch {
    /// Appends the rows of a trial.
    pub fn push(&mut self, trial: u32, rows: [&[u8]; TABLES.len()]) {
        self.bytes.iter_mut().zip(rows).for_each(|(bytes, rows)| bytes.extend_from_slice(rows));
        self.trials.push((trial, self.bytes.each_ref().map(|bytes| bytes.len() as u64)));
    }

    /// A batch of these trials, whose rows end where `trials` say.
    pub fn new(trials: Vec<(u32, Places)>, bytes: [Vec<u8>; TABLES.len()]) -> Self {
        Self { trials, bytes }
    }

    /// The trials, and where their rows end.
    pub(super) fn places(&self) -> &[(u32, Places)] {
        &self.trials
    }

    /// The numbers of the trials.
    pub fn trials(&self) -> impl Iterator<Item = u32> + '_ {
        self.trials.iter().map(|(trial, _)| *trial)
    }

    /// How many trials it has.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// Bytes of all rows.
    pub fn size(&self) -> usize {
        self.bytes.iter().map(Vec::len).sum()
    }

    /// The rows of a table.
    pub fn table(&self, table: usize) -> &[u8] {
        &self.bytes[table]
    }

    /// The rows of the trial at a place in the batch.
    fn rows(&self, table: usize, at: usize) -> &[u8] {
        &self.bytes[table][span(&self.trials, table, at)]
    }

    /// All trials of some batches in ascending order; of one that several have, the first.
    pub fn merged(batches: &[Self]) -> Self {
        let mut order: Vec<(u32, usize, usize)> = Vec::new();
        for (number, batch) in batches.iter().enumerate() {
            order.extend(batch.trials().enumerate().map(|(at, trial)| (trial, number, at)));
        }
        order.sort_unstable();
        order.dedup_by_key(|(trial, ..)| *trial);
        let mut merged = Self::default();
        merged.trials.reserve_exact(order.len());
        for (table, bytes) in merged.bytes.iter_mut().enumerate() {
            bytes.reserve_exact(batches.iter().map(|batch| batch.table(table).len()).sum());
        }
        for (trial, number, at) in order {
            merged.push(trial, std::array::from_fn(|table| batches[number].rows(table, at)));
        }
        merged
    }
}

/// The bytes of the rows of the trial at a place in a list.
pub(super) fn span(trials: &[(u32, Places)], table: usize, at: usize) -> Range<usize> {
    let start = at.checked_sub(1).map_or(0, |before| trials[before].1[table]);
    start as usize..trials[at].1[table] as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_batches_ascend_and_have_no_trial_twice() {
        let batch = |rows: &[(u32, &str)]| {
            let mut batch = Batch::default();
            for (trial, row) in rows {
                batch.push(*trial, [row.as_bytes(), &[], &[], &[], &[]]);
            }
            batch
        };
        let merged = Batch::merged(&[batch(&[(5, "five\n"), (1, "one\n")]), batch(&[(1, "again\n"), (3, "three\n")])]);
        assert_eq!(merged, batch(&[(1, "one\n"), (3, "three\n"), (5, "five\n")]));
        assert_eq!((merged.rows(0, 1), merged.size()), (&b"three\n"[..], 15));
    }
}
