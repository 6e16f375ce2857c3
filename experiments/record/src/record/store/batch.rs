//! The rows of some trials, in memory.

use std::collections::BTreeMap;
use std::ops::Range;

/// The rows of trials in each table of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    places: Places,
    /// By table.
    bytes: Vec<Vec<u8>>,
}

/// Where the rows of some trials are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// The numbers of the trials.
    trials: Vec<u32>,
    /// Where the rows of each end, `[trial][table]`.
    ends: Vec<u64>,
    tables: usize,
}

impl Places {
    /// Of no trials, in so many tables.
    pub fn new(tables: usize) -> Self {
        Self { trials: Vec::new(), ends: Vec::new(), tables }
    }

    /// Adds a trial whose rows end there in each table.
    pub fn push(&mut self, trial: u32, ends: impl Iterator<Item = u64>) {
        self.trials.push(trial);
        self.ends.extend(ends);
    }

    /// The numbers of the trials.
    pub fn trials(&self) -> &[u32] {
        &self.trials
    }

    /// The trials, and where the rows of each end.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u64])> {
        self.trials.iter().copied().zip(self.ends.chunks_exact(self.tables))
    }

    /// Where all rows end.
    pub fn ends(&self) -> Vec<u64> {
        self.ends.rchunks_exact(self.tables).next().map_or_else(|| vec![0; self.tables], <[u64]>::to_vec)
    }

    /// The bytes of the rows of the trial at a place in the list.
    pub fn span(&self, table: usize, at: usize) -> Range<usize> {
        let end = |at: usize| self.ends[at * self.tables + table] as usize;
        at.checked_sub(1).map_or(0, end)..end(at)
    }
}

impl Batch {
    /// No rows of so many tables.
    pub fn of_tables(tables: usize) -> Self {
        Self { places: Places::new(tables), bytes: vec![Vec::new(); tables] }
    }

    /// The rows of trials at these places, table by table.
    pub(super) fn at(places: Places, bytes: Vec<Vec<u8>>) -> Self {
        Self { places, bytes }
    }

    /// The rows of trials, table by table, of which those of each trial end there, `[trial][table]`.
    ///
    /// # Panics
    ///
    /// If there are other ends than trials and tables.
    pub fn new(trials: Vec<u32>, ends: Vec<u64>, bytes: Vec<Vec<u8>>) -> Self {
        let tables = bytes.len();
        assert_eq!(ends.len(), trials.len() * tables);
        Self { places: Places { trials, ends, tables }, bytes }
    }

    /// Appends the rows of a trial in each table.
    ///
    /// # Panics
    ///
    /// If there are other tables.
    pub fn push<R: AsRef<[u8]>>(&mut self, trial: u32, rows: &[R]) {
        assert_eq!(rows.len(), self.bytes.len());
        self.bytes.iter_mut().zip(rows).for_each(|(bytes, rows)| bytes.extend_from_slice(rows.as_ref()));
        self.places.push(trial, self.bytes.iter().map(|bytes| bytes.len() as u64));
    }

    /// The trials, and where their rows end.
    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    /// The numbers of the trials.
    pub fn trials(&self) -> impl Iterator<Item = u32> + '_ {
        self.places.trials().iter().copied()
    }

    /// The places of the trials with these numbers, which ascend.
    pub fn places_of(&self, trials: Range<u32>) -> Range<usize> {
        let before = |end: u32| self.places.trials().partition_point(|trial| *trial < end);
        before(trials.start)..before(trials.end)
    }

    /// How many trials it has.
    pub fn len(&self) -> usize {
        self.places.trials().len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all rows.
    pub fn size(&self) -> usize {
        self.bytes.iter().map(Vec::len).sum()
    }

    /// The rows of a table.
    pub fn table(&self, table: usize) -> &[u8] {
        &self.bytes[table]
    }

    /// The rows of a table that belong to the trial at a place in the list.
    pub fn rows(&self, table: usize, place: usize) -> &[u8] {
        &self.bytes[table][self.places.span(table, place)]
    }

    /// The rows of a table that belong to the trials at these places, of which there is one.
    pub(in crate::record) fn rows_of(&self, table: usize, places: &Range<usize>) -> &[u8] {
        let [first, last] = [places.start, places.end - 1].map(|place| self.places.span(table, place));
        &self.bytes[table][first.start..last.end]
    }

    /// The rows of all tables.
    pub(super) fn tables(&self) -> Vec<&[u8]> {
        self.bytes.iter().map(Vec::as_slice).collect()
    }

    /// The trials apart from each other that differ in this.
    pub(super) fn split(self, of: impl Fn(u32) -> usize) -> Vec<Self> {
        if self.places.trials().is_sorted_by(|one, other| of(*one) == of(*other)) {
            return vec![self];
        }
        let mut parts: BTreeMap<usize, Self> = BTreeMap::new();
        for (place, trial) in self.trials().enumerate() {
            let rows: Vec<&[u8]> = (0..self.bytes.len()).map(|table| self.rows(table, place)).collect();
            parts.entry(of(trial)).or_insert_with(|| Self::of_tables(rows.len())).push(trial, &rows);
        }
        parts.into_values().collect()
    }

    /// All trials of some batches of so many tables in ascending order; of one that several have, the first.
    pub fn merged(tables: usize, batches: &[Self]) -> Self {
        let mut order: Vec<(u32, usize, usize)> = Vec::new();
        for (number, batch) in batches.iter().enumerate() {
            order.extend(batch.trials().enumerate().map(|(at, trial)| (trial, number, at)));
        }
        order.sort_unstable();
        order.dedup_by_key(|(trial, ..)| *trial);
        let mut merged = Self::of_tables(tables);
        merged.places.trials.reserve_exact(order.len());
        merged.places.ends.reserve_exact(order.len() * tables);
        for (table, bytes) in merged.bytes.iter_mut().enumerate() {
            bytes.reserve_exact(batches.iter().map(|batch| batch.table(table).len()).sum());
        }
        for (trial, number, at) in order {
            let Self { places, bytes } = &batches[number];
            for (table, merged) in merged.bytes.iter_mut().enumerate() {
                merged.extend_from_slice(&bytes[table][places.span(table, at)]);
            }
            merged.places.push(trial, merged.bytes.iter().map(|bytes| bytes.len() as u64));
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_batches_ascend_and_have_no_trial_twice() {
        let batch = |rows: &[(u32, &str)]| {
            let mut batch = Batch::of_tables(2);
            for (trial, row) in rows {
                batch.push(*trial, &[row.as_bytes(), &[]]);
            }
            batch
        };
        let merged =
            Batch::merged(2, &[batch(&[(5, "five\n"), (1, "one\n")]), batch(&[(1, "again\n"), (3, "three\n")])]);
        assert_eq!(merged, batch(&[(1, "one\n"), (3, "three\n"), (5, "five\n")]));
        assert_eq!((&merged.table(0)[merged.places().span(0, 1)], merged.size()), (&b"three\n"[..], 15));
        assert!(Batch::merged(2, &[]).is_empty());
        let parts = merged.clone().split(|trial| trial as usize / 4);
        assert_eq!(parts, [batch(&[(1, "one\n"), (3, "three\n")]), batch(&[(5, "five\n")])]);
        assert_eq!(merged.clone().split(|_| 0), [merged]);
    }
}
