//! The folder of a sweep's results.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thalweg_kernels::CONTRACT;

use super::run::RunError;
use super::{Model, Plan, Quadratic, WeightFiles, descent, rows};
use crate::data::Splits;
use crate::drawing::{self, Drawn, SPEC};
use crate::record::manifest::Manifest;
use crate::record::{self, OPTIMUM, Parts, SPECTRUM, atomic};
use crate::spec::Spec;

/// A folder of results, and the canonical spec that they must belong to.
pub(super) struct Folder<'a> {
    pub path: &'a Path,
    pub spec: &'a str,
}

/// What was found in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Nothing, or a part of the results.
    Open,
    /// All results.
    Complete,
}

impl Folder<'_> {
    pub fn parts(&self) -> PathBuf {
        self.path.join("parts")
    }

    pub fn error(&self, source: io::Error) -> RunError {
        RunError::Files { path: self.path.to_owned(), source }
    }

    /// Makes sure that the folder belongs to this spec.
    pub fn claim(&self, fresh: bool) -> Result<Claim, RunError> {
        let read = |path: PathBuf| match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error(error)),
        };
        // The parts of a run under another contract are of no use.
        let stamp = format!("# contract {CONTRACT}\n{}", self.spec);
        let in_progress = read(self.parts().join(SPEC))?;
        let complete = read(self.path.join(SPEC))?;
        if !fresh {
            let own = in_progress.as_ref().is_none_or(|text| *text == stamp);
            if !own || complete.as_ref().is_some_and(|text| *text != self.spec) {
                return Err(RunError::Occupied(self.path.to_owned()));
            }
            let current = Manifest::read(self.path).is_ok_and(|manifest| manifest.contract == CONTRACT);
            if complete.is_some() && current && in_progress.is_none() {
                return Ok(Claim::Complete);
            }
        }
        let prepare = || {
            if fresh && in_progress.as_ref().is_some_and(|text| *text != stamp) {
                fs::remove_dir_all(self.parts())?;
            }
            fs::create_dir_all(self.parts())?;
            atomic::write(&self.parts().join(SPEC), |file| file.write_all(stamp.as_bytes()))
        };
        prepare().map_err(|source| self.error(source))?;
        Ok(Claim::Open)
    }

    /// Writes what is known of a quadratic; returns the names of the tables.
    pub fn write_quadratic(&self, quadratic: Option<&Quadratic>) -> io::Result<Vec<String>> {
        let Some(Quadratic { spectrum, optimum }) = quadratic else { return Ok(Vec::new()) };
        record::write_spectrum(&self.path.join(SPECTRUM), spectrum)?;
        let mut files = vec![SPECTRUM.to_owned()];
        if let Some(losses) = optimum {
            record::write_optimum(&self.path.join(OPTIMUM), losses)?;
            files.push(OPTIMUM.to_owned());
        }
        Ok(files)
    }

    /// Adds what follows from the tables, whose names are in `files`, and removes the parts. Figures that cannot be drawn
    /// are left out.
    pub fn finish(
        &self,
        spec: &Spec,
        mut files: Vec<String>,
        parts: Parts,
        weights: &WeightFiles,
        steps_per_epoch: u64,
        png: bool,
    ) -> Result<Drawn, RunError> {
        let tables = files.clone();
        let runs = self.path.join("runs.csv");
        crate::stats::write_summary(&self.path.join("summary.csv"), &runs)?;
        files.push("summary.csv".to_owned());
        files.extend(weights.publish(&weights.rows(&runs)?).map_err(|source| self.error(source))?);
        let drawn = drawing::draw(spec, self.path, Some(steps_per_epoch), png);
        files.extend(drawn.files.iter().cloned());
        let write = || {
            atomic::write(&self.path.join(SPEC), |file| file.write_all(self.spec.as_bytes()))?;
            let steps_per_epoch = drawing::kept_steps_per_epoch(spec, steps_per_epoch);
            Manifest { steps_per_epoch, ..Manifest::of(self.path, CONTRACT, &files)? }.write(self.path)?;
            if !spec.record.tables {
                let tables = tables.iter().map(String::as_str).chain(["summary.csv"]);
                tables.map(|table| self.path.join(table)).try_for_each(fs::remove_file)?;
            }
            parts.remove()
        };
        write().map_err(|source| self.error(source))?;
        Ok(drawn)
    }

    /// Writes the tables; returns their names.
    pub fn assemble(&self, spec: &Spec, plan: &Plan, data: &Splits, parts: &Parts) -> io::Result<Vec<String>> {
        let mut files = Vec::new();
        for (index, (table, header)) in record::TABLES.iter().zip(rows::headers(spec, plan)).enumerate() {
            let wanted = match *table {
                "trajectory" => spec.record.trajectory,
                "effective_lr" => spec.record.effective_lr,
                _ => true,
            };
            if !wanted {
                continue;
            }
            files.push(format!("{table}.csv"));
            atomic::write(&self.path.join(format!("{table}.csv")), |file| {
                file.write_all(&header)?;
                parts.assemble(index, plan.trials.keys(), file)
            })?;
        }
        if let (Some(lattice), Model::Landscape(landscape)) = (&spec.record.surface, &plan.model) {
            let points = lattice.points();
            let values = descent::<f64>(landscape).values(&points);
            record::write_surface(&self.path.join("surface.csv"), &points, &values)?;
            files.push("surface.csv".to_owned());
        }
        if let (Some(perturbation), Model::Network(shape)) = (&spec.record.perturb, &plan.model) {
            let changes = super::perturbed(spec, plan, data, shape, perturbation);
            record::write_changes(&self.path.join("units.csv"), &changes)?;
            files.push("units.csv".to_owned());
        }
        Ok(files)
    }
}
