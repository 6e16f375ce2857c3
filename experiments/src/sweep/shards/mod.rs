//! Sweeps on many machines: work that is named by its chunks, and needs no scheduler of its own.
//!
//! A *shard* I of N is the chunks whose number leaves I when it is divided by N. Whoever computes a chunk writes the same files,
//! so that duplicates, retries and overlaps do no harm, and processes that share a folder need no locks.

mod after;
mod audit;
mod columns;
mod difference;
#[cfg(feature = "parquet")]
mod export;
mod id;
mod index;
mod merge;
mod proof;
mod provenance;
mod reused;
mod run;
mod sql;
mod stored;
mod trained;

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::path::Path;

use thalweg_kernels::CONTRACT;

use super::identity::chunk;
use super::{Plan, rows};
use crate::record::WEIGHTS;
use crate::record::chunk::Chunks;
use crate::record::manifest::Manifest;
use crate::spec::Spec;

pub use after::{AfterChunk, DoneList, HookError};
pub use audit::{AuditError, Means, Sample, Verified, diff, id, verify};
pub use difference::Difference;
#[cfg(feature = "parquet")]
pub use export::{ExportError, export_parquet};
pub use id::{ResultId, TableId};
pub use index::{ChunkList, Shard, ShardError};
pub use merge::{Gaps, Merge, MergeError, Merged, merge, survey};
pub use proof::{Branch, Flaw, Hashes, Proof, Proven, prove};
pub use run::{Sharded, Shards, run_shards};

pub(super) use reused::take_chunks;
use stored::{Stored, Unread};

/// The header of the table of files of weights, which is among the chunks and not among the results.
const WEIGHTS_HEADER: &[u8] = b"key,file,blake3\n";

impl Plan {
    /// How many chunks the sweep has, and how many trials each of them.
    pub fn chunk_count(&self, spec: &Spec) -> (u64, u64) {
        let chunks = self.chunks(spec);
        (chunks.count(), chunks.size)
    }

    /// The chunks of a sweep, all of whose trials are here.
    pub(super) fn chunks(&self, spec: &Spec) -> Chunks {
        let mut hasher = blake3::Hasher::new();
        hasher.update(spec.of_trials().canonical().as_bytes());
        // Files count by their content, wherever they are.
        for input in &self.inputs {
            hasher.update(input.hash.as_bytes());
        }
        let mut headers = rows::headers(spec, self);
        let tables = rows::tables(spec);
        if !self.kept.is_empty()
            && let Some(at) = tables.iter().position(|table| table == WEIGHTS)
        {
            headers[at] = WEIGHTS_HEADER.to_vec();
        }
        Chunks {
            contract: CONTRACT,
            spec: hasher.finalize(),
            trials: self.trials.all(),
            size: chunk(self) as u64,
            tables: tables.into_iter().zip(headers).collect(),
        }
    }
}

/// The number of finished results, whose files a manifest names.
pub(super) fn id_of_tables(spec: &Spec, plan: &Plan, folder: &Path, manifest: &Manifest) -> io::Result<String> {
    let chunks = plan.chunks(spec);
    let id =
        Stored::of_tables(&chunks, folder, Some(manifest)).and_then(|mut stored| ResultId::of(&chunks, &mut stored));
    id.map(|id| id.name()).map_err(Unread::into_io)
}

/// The trials of some chunks: ranges that ascend and do not touch.
fn ranges(chunks: &Chunks, some: &BTreeSet<u64>) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for range in some.iter().map(|chunk| chunks.range(*chunk)) {
        match ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    ranges
}
