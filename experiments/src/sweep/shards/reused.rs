//! Chunks that shards computed, for a process that computes the whole sweep.

use std::io;
use std::path::Path;

use super::merge::{link_weights, read};
use crate::record::chunk::{CHUNKS, Fault};
use crate::record::{Batch, ByKey, Store};
use crate::spec::Spec;
use crate::sweep::Plan;
use crate::sweep::run::Progress;

/// Takes over the rows of the chunks in a folder of results, and their files of weights, for the trials that the store does not
/// have. The first chunks that are damaged are named.
///
/// # Errors
///
/// If a file cannot be written.
pub(in crate::sweep) fn take_chunks(
    (spec, plan): (&Spec, &Plan),
    (out, rows): (&Path, &Path),
    store: &Store,
    progress: &dyn Progress,
) -> io::Result<()> {
    if !out.join(CHUNKS).is_dir() {
        return Ok(());
    }
    /// Damaged chunks that are named; of another sweep all would be.
    const NAMED: usize = 3;
    let chunks = plan.chunks(spec);
    let mut damaged = 0;
    for number in 0..chunks.count() {
        let indices = || chunks.range(number).map(|trial| plan.trials.index(trial));
        if indices().flatten().all(|index| store.is_done(index)) {
            continue;
        }
        let chunk = match read(&chunks, out, number) {
            Ok(chunk) => chunk,
            Err(Fault::Missing) => continue,
            Err(Fault::Damaged(problem)) => {
                damaged += 1;
                if damaged <= NAMED {
                    progress.notice(&format!("{problem}: computed again"));
                }
                continue;
            }
        };
        let mut batch = Batch::of_tables(chunk.tables.len());
        for (index, (_, rows)) in indices().zip(ByKey::new(chunk.tables.iter().map(Vec::as_slice).collect())) {
            if let Some(index) = index.filter(|index| !store.is_done(*index)) {
                batch.push(index as u32, &rows);
            }
        }
        link_weights(&chunks, &chunk.tables, out, rows)?;
        store.add(batch);
        store.flush()?;
    }
    if damaged > NAMED {
        progress.notice(&format!("{} other chunks are of no use either", damaged - NAMED));
    }
    Ok(())
}
