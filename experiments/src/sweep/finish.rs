//! From the rows of a sweep to its results.

use std::fs::File;
use std::io::{self, BufReader, Write};

use thalweg_kernels::{CONTRACT, Isa};

use super::data_table::{DATA, write_data_to};
use super::folder::{Folder, Workshop};
use super::outputs::{SPEC, SUMMARY};
use super::run::RunError;
use super::shards::id_of_tables;
use super::{Figures, Model, Plan, Quadratic, WeightFiles, collision, descent, rows};
use crate::data::{DataFiles, Splits};
use crate::record::manifest::Manifest;
use crate::record::{self, OPTIMUM, Provenance, RUNS, SPECTRUM, Store, atomic};

/// The rows of all trials of a sweep, in plan order.
pub(super) trait RowsOfTables: Sync {
    /// Writes those of a table; returns how many.
    fn copy(&self, table: &str, out: &mut (dyn Write + Send)) -> io::Result<u64>;
}

impl RowsOfTables for Store {
    fn copy(&self, table: &str, mut out: &mut (dyn Write + Send)) -> io::Result<u64> {
        Self::copy(self, table, &mut out)
    }
}

/// Everything that results are made of.
pub(super) struct Finish<'a> {
    pub folder: &'a Folder<'a>,
    pub data: &'a Splits,
    /// What other examples are made from.
    pub files: &'a [DataFiles],
    pub quadratic: Option<&'a Quadratic>,
    pub rows: &'a dyn RowsOfTables,
    pub weights: &'a WeightFiles,
    pub provenance: &'a Provenance,
    /// The instruction set, which changes no byte.
    pub isa: Isa,
    /// What draws figures.
    pub figures: Option<&'static dyn Figures>,
}

/// Draws the figures of results that are there but for them. The numbers, and who computed them, stay as they are.
///
/// # Errors
///
/// If a file cannot be read or written; the figures that could not be drawn, once all else is written.
pub(super) fn redraw(
    folder: &Folder<'_>,
    workshop: Workshop,
    plan: &Plan,
    figures: Option<&'static dyn Figures>,
) -> Result<(), RunError> {
    let steps_per_epoch = plan.conditions[0].schedule.steps_per_epoch;
    let drawn = figures.map(|figures| figures.draw(folder.spec, folder.path, steps_per_epoch)).unwrap_or_default();
    let write = || {
        let outputs = folder.outputs;
        let mut files: Vec<String> = outputs.of_trials.iter().chain(&outputs.of_spec).cloned().collect();
        files.push(SUMMARY.to_owned());
        let old = workshop.inventory.manifest.iter().flat_map(Manifest::names);
        files.extend(old.filter(|name| name.starts_with("weights/")).cloned());
        files.extend(drawn.files.iter().cloned());
        let manifest = folder.write_manifest(&files, figures, steps_per_epoch)?;
        workshop.remove(folder.path, Some(&manifest))
    };
    write().map_err(|source| folder.error(source))?;
    Ok(drawn.complete()?)
}

impl Folder<'_> {
    /// Writes the spec, and the manifest of these files.
    fn write_manifest(
        &self,
        files: &[String],
        figures: Option<&'static dyn Figures>,
        steps_per_epoch: u64,
    ) -> io::Result<Manifest> {
        atomic::write(&self.path.join(SPEC), |file| file.write_all(self.text.as_bytes()))?;
        let steps_per_epoch = figures.and_then(|figures| figures.kept_steps_per_epoch(self.spec, steps_per_epoch));
        let manifest = Manifest::of(self.path, CONTRACT, files)?;
        let (inputs, trials) = (self.inputs.clone(), self.part());
        let id = trials.is_none().then(|| id_of_tables(self.spec, self.plan, self.path, &manifest)).transpose()?;
        let manifest = Manifest { inputs, trials, id, steps_per_epoch, ..manifest };
        manifest.write(self.path).map(|()| manifest)
    }
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
        let open = || File::open(&runs).map(BufReader::new);
        if let Some(trials) = collision::in_table(open, folder.plan.trials.len()).map_err(failed)? {
            return Err(folder.plan.collision(trials));
        }
        let summary = folder.path.join(SUMMARY);
        match &folder.spec.record.summary {
            Some(columns) => crate::stats::write_summary_by(&summary, &runs, columns)?,
            None => crate::stats::write_summary(&summary, &runs)?,
        }
        files.push(SUMMARY.to_owned());
        files.extend(self.weights.publish(&self.weights.rows(&runs)?).map_err(failed)?);
        let steps_per_epoch = folder.plan.conditions[0].schedule.steps_per_epoch;
        let drawn = self.figures.map(|figures| figures.draw(folder.spec, folder.path, steps_per_epoch));
        let drawn = drawn.unwrap_or_default();
        files.extend(drawn.files.iter().cloned());
        let write = || {
            self.provenance.write(folder.path)?;
            let manifest = folder.write_manifest(&files, self.figures, steps_per_epoch)?;
            folder.drop_tables()?;
            workshop.remove(folder.path, Some(&manifest))
        };
        write().map_err(failed)?;
        Ok(drawn.complete()?)
    }

    /// Writes the tables; returns their names.
    fn write_tables(&self) -> io::Result<Vec<String>> {
        let Folder { spec, plan, outputs, path, .. } = self.folder;
        for (table, header) in rows::tables(spec).iter().zip(rows::headers(spec, plan)) {
            let name = format!("{table}.csv");
            if !outputs.of_trials.contains(&name) {
                continue;
            }
            let mut written = 0;
            atomic::write(&path.join(name), |file| {
                file.write_all(&header)?;
                written = self.rows.copy(table, file)?;
                Ok::<(), io::Error>(())
            })?;
            if table == RUNS && written != plan.trials.len() as u64 {
                let message = format!("{written} rows of {} trials", plan.trials.len());
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        if spec.record.data {
            write_data_to(spec, plan, (self.data, self.files), &path.join(DATA))?;
        }
        // These are of sweeps with one condition.
        let model = &plan.conditions[0].model;
        if let (Some(lattice), Model::Landscape(landscape)) = (&spec.record.surface, model) {
            let points = lattice.points();
            let values = descent::<f64>(landscape).values(self.isa, &points);
            record::write_surface(&path.join("surface.csv"), &points, &values)?;
        }
        if let (Some(perturbation), Model::Network(shape)) = (&spec.record.perturb, model) {
            let changes = super::perturbed(plan, self.data, shape, perturbation, self.isa);
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
