//! From the rows of a sweep to its results.

use std::fs::File;
use std::io::{self, BufReader, Write};

use thalweg_kernels::CONTRACT;

use super::folder::{Folder, Workshop};
use super::outputs::{SPEC, SUMMARY};
use super::run::RunError;
use super::{Figures, Model, Quadratic, WeightFiles, collision, descent, rows};
use crate::data::Splits;
use crate::record::manifest::Manifest;
use crate::record::{self, OPTIMUM, Provenance, SPECTRUM, Store, TABLES, atomic};

/// Everything that results are made of.
pub(super) struct Finish<'a> {
    pub folder: &'a Folder<'a>,
    pub data: &'a Splits,
    pub quadratic: Option<&'a Quadratic>,
    pub store: &'a Store,
    pub weights: &'a WeightFiles,
    pub provenance: &'a Provenance,
    /// What draws figures.
    pub figures: Option<&'static dyn Figures>,
}

impl Finish<'_> {
    /// Writes the results, the manifest last, and removes what was needed on the way. Figures that cannot be drawn are
    /// left out.
    ///
    /// # Errors
    ///
    /// If a file cannot be read or written; then nothing of the rows is lost. The figures that could not be drawn, once all
    /// else is written.
    pub fn run(&self, workshop: Workshop) -> Result<(), RunError> {
        let folder = self.folder;
        let failed = |source| folder.error(source);
        let mut files = self.write_tables().map_err(failed)?;
        let runs = folder.path.join("runs.csv");
        let keys = || File::open(&runs).and_then(|runs| collision::keys_of(BufReader::new(runs))).map_err(failed);
        if let Some(twice) = collision::twice(keys()?)
            && let Some(trials) = collision::places(&keys()?, twice)
        {
            return Err(folder.plan.collision(trials));
        }
        crate::stats::write_summary(&folder.path.join(SUMMARY), &runs)?;
        files.push(SUMMARY.to_owned());
        files.extend(self.weights.publish(&self.weights.rows(&runs)?).map_err(failed)?);
        let steps_per_epoch = folder.plan.conditions[0].schedule.steps_per_epoch;
        let drawn = self.figures.map(|figures| figures.draw(folder.spec, folder.path, steps_per_epoch));
        let drawn = drawn.unwrap_or_default();
        files.extend(drawn.files.iter().cloned());
        let write = || {
            self.provenance.write(folder.path)?;
            atomic::write(&folder.path.join(SPEC), |file| file.write_all(folder.text.as_bytes()))?;
            let manifest = Manifest::of(folder.path, CONTRACT, &files)?;
            let kept = |figures: &dyn Figures| figures.kept_steps_per_epoch(folder.spec, steps_per_epoch);
            let steps_per_epoch = self.figures.and_then(kept);
            let (inputs, trials) = (folder.inputs.clone(), folder.part());
            let manifest = Manifest { inputs, trials, steps_per_epoch, ..manifest };
            manifest.write(folder.path)?;
            folder.drop_tables()?;
            workshop.remove(folder.path, Some(&manifest))
        };
        write().map_err(failed)?;
        Ok(drawn.complete()?)
    }

    /// Writes the tables; returns their names.
    fn write_tables(&self) -> io::Result<Vec<String>> {
        let Folder { spec, plan, outputs, path, .. } = self.folder;
        let headers = rows::headers(spec, plan);
        for name in &outputs.of_trials {
            let table = TABLES.iter().position(|table| name.strip_suffix(".csv") == Some(table));
            let table = table.expect("a table of trials has a name among TABLES");
            let mut written = 0;
            atomic::write(&path.join(name), |file| {
                file.write_all(&headers[table])?;
                written = self.store.copy(table, file)?;
                Ok::<(), io::Error>(())
            })?;
            if table == 0 && written != plan.trials.len() as u64 {
                let message = format!("{written} rows of {} trials", plan.trials.len());
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        // These are of sweeps with one condition.
        let model = &plan.conditions[0].model;
        if let (Some(lattice), Model::Landscape(landscape)) = (&spec.record.surface, model) {
            let points = lattice.points();
            let values = descent::<f64>(landscape).values(&points);
            record::write_surface(&path.join("surface.csv"), &points, &values)?;
        }
        if let (Some(perturbation), Model::Network(shape)) = (&spec.record.perturb, model) {
            let changes = super::perturbed(plan, self.data, shape, perturbation);
            record::write_changes(&path.join("units.csv"), &changes)?;
        }
        if let Some(Quadratic { spectrum, optimum }) = self.quadratic {
            record::write_spectrum(&path.join(SPECTRUM), spectrum)?;
            if let Some(losses) = optimum {
                record::write_optimum(&path.join(OPTIMUM), losses)?;
            }
        }
        Ok(outputs.of_trials.iter().chain(&outputs.of_spec).cloned().collect())
    }
}
