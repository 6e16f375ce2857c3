//! The rows of some trials, trained here and now.

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thalweg_kernels::Isa;

use crate::data::{DataFiles, Splits};
use crate::record::Batch;
use crate::spec::Spec;
use crate::sweep::rows::{Renderer, tables};
use crate::sweep::run::{Progress, RunError};
use crate::sweep::training::Workers;
use crate::sweep::{Plan, WeightFiles};
use crate::train::{Outcome, Threads};

/// What trains.
pub(super) struct Trainer<'a> {
    pub spec: &'a Spec,
    /// The examples of the first condition, and what others are made from.
    pub data: (&'a Splits, &'a [DataFiles]),
    pub isa: Isa,
    pub threads: usize,
    pub pool: &'a Threads,
    pub progress: &'a dyn Progress,
    pub stop: &'a AtomicBool,
}

impl Trainer<'_> {
    /// The rows of all trials of a plan, in order, and their files of weights in the folder `weights` below this one; without those
    /// of blocks that were in progress when it was stopped.
    ///
    /// # Errors
    ///
    /// If data cannot be made, threads not be started, or files not be written.
    pub fn rows(&self, plan: &Plan, folder: &Path) -> Result<Batch, RunError> {
        let weights = WeightFiles::new(self.spec, plan, folder, folder);
        let (batches, failure) = (Mutex::new(Vec::new()), Mutex::new(None));
        let keep = |trials: &[u32], outcomes: &[Outcome]| {
            match self.render(plan, &weights, trials, outcomes) {
                Ok(batch) => batches.lock().unwrap_or_else(PoisonError::into_inner).push(batch),
                Err(error) => {
                    failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    return self.stop.store(true, Ordering::Relaxed);
                }
            }
            self.progress.advance(trials.len());
        };
        let Self { isa, threads, stop, data: (data, files), .. } = *self;
        let workers = Workers { plan, isa, threads, stop, keep: &keep, clock: &|| Duration::ZERO };
        let trials: Vec<u32> = (0..plan.trials.len()).map(|trial| trial as u32).collect();
        workers.train(&trials, data, files)?;
        if let Some(source) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(RunError::Files { path: folder.to_owned(), source });
        }
        let batches = batches.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(self.pool.install(|| Batch::merged(tables(self.spec).len(), &batches)))
    }

    fn render(&self, plan: &Plan, weights: &WeightFiles, trials: &[u32], outcomes: &[Outcome]) -> io::Result<Batch> {
        let mut renderer = Renderer::new(self.spec, plan);
        for (&index, outcome) in trials.iter().zip(outcomes) {
            let trial = plan.trials.get(index as usize);
            let key = renderer.key(&trial);
            let files = weights.keep(index as usize, (key, trial.condition), outcome)?;
            renderer.push((index, key), &trial, outcome, &files);
        }
        Ok(renderer.finish())
    }
}
