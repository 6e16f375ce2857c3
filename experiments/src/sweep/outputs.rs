//! The files that a sweep leaves behind, and whether those of a folder are the command's own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::data_table::DATA;
use super::{Figures, Model, rows};
use crate::figure::Chart;
use crate::record::manifest::{FILE as MANIFEST, Manifest, hash_file};
use crate::record::{OPTIMUM, PROVENANCE, SPECTRUM, WEIGHTS, atomic};
use crate::spec::{self, Spec};

/// The names of the files that a sweep writes besides files of weights, in the order in which they are written.
pub(super) struct Outputs {
    /// Tables with rows of trials.
    pub of_trials: Vec<String>,
    /// Tables that follow from the spec alone.
    pub of_spec: Vec<String>,
    /// What follows from the tables.
    pub derived: Vec<String>,
}

/// The name of the file that tells whose results a folder holds.
pub const SPEC: &str = "spec.toml";

/// The summary of the trials.
pub(super) const SUMMARY: &str = "summary.csv";

impl Outputs {
    /// Those of a spec; no figures without what draws them.
    pub fn new(spec: &Spec, model: &Model, figures: Option<&'static dyn Figures>) -> Self {
        let record = &spec.record;
        let is_wanted = |table: &String| match table.as_str() {
            "trajectory" => record.trajectory,
            table => table != WEIGHTS,
        };
        let tables = rows::tables(spec).into_iter().filter(is_wanted);
        let of_trials = tables.map(|table| format!("{table}.csv")).collect();
        let is_network = matches!(model, Model::Network(_));
        let of_spec = [
            ("surface.csv", record.surface.is_some() && !is_network),
            ("units.csv", record.perturb.is_some() && is_network),
            (DATA, record.data && is_network),
            (SPECTRUM, record.spectrum),
            (OPTIMUM, record.spectrum && is_network),
        ];
        let of_spec = of_spec.into_iter().filter(|(_, wanted)| *wanted).map(|(name, _)| name.to_owned()).collect();
        let figures = figures.into_iter().flat_map(|figures| figures.files(spec));
        let derived = std::iter::once(SUMMARY.to_owned()).chain(figures).collect();
        Self { of_trials, of_spec, derived }
    }

    /// All of them, and those that tell what the others are.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let files = self.of_trials.iter().chain(&self.of_spec).chain(&self.derived).map(String::as_str);
        files.chain([SPEC, MANIFEST, PROVENANCE])
    }
}

/// `.thalweg/claim.toml`: what the command made its own in a folder, before it wrote or removed any of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Claimed {
    /// Names that were free, or those of the command's own files.
    writes: BTreeSet<String>,
    /// Results of another sweep that these take the place of, with their hashes.
    #[serde(default)]
    replaces: BTreeMap<String, String>,
}

/// The name of the file.
pub(super) const CLAIM: &str = "claim.toml";

impl Claimed {
    /// Reads what was claimed; nothing if nothing was, or the file is damaged.
    pub fn read(workshop: &Path) -> io::Result<Self> {
        match fs::read(workshop.join(CLAIM)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            text => Ok(toml::from_slice(&text?).unwrap_or_default()),
        }
    }

    /// Adds names, and what a manifest names, and writes it.
    pub fn extend<'a>(
        &mut self,
        workshop: &Path,
        names: impl Iterator<Item = &'a str>,
        manifest: Option<&Manifest>,
    ) -> io::Result<()> {
        self.writes.extend(names.map(str::to_owned));
        if let Some(manifest) = manifest {
            self.replaces.extend(manifest.files.clone());
            self.replaces.extend(manifest.outside_contract.clone());
        }
        let text = toml::to_string(self).map_err(io::Error::other)?;
        atomic::write(&workshop.join(CLAIM), |file| file.write_all(text.as_bytes()))
    }

    /// Removes the results that were replaced and are not among those of a manifest: files that are as they were made.
    pub fn remove_replaced(&self, folder: &Path, manifest: &Manifest) -> io::Result<()> {
        let now: BTreeSet<&String> = manifest.names().collect();
        for (name, hash) in self.replaces.iter().filter(|(name, _)| !now.contains(name)) {
            let path = folder.join(name);
            if hash_file(&path).is_ok_and(|own| own == *hash) {
                fs::remove_file(&path)?;
                let png = path.with_extension("png");
                if name.starts_with("figures/") && png.exists() {
                    fs::remove_file(png)?;
                }
            }
        }
        for folder in ["figures", "weights"].map(|name| folder.join(name)) {
            // Only where it is empty.
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    /// The files among `names` that are in the folder and not the command's own.
    pub fn foreign<'a>(
        &self,
        folder: &Path,
        names: impl Iterator<Item = &'a str>,
        spec: &str,
        manifest: Option<&Manifest>,
    ) -> io::Result<Vec<String>> {
        // With the very text of this sweep's results beside them, they are this sweep's.
        if fs::read(folder.join(SPEC)).is_ok_and(|text| text == spec.as_bytes()) {
            return Ok(Vec::new());
        }
        let named: BTreeSet<&str> = manifest.into_iter().flat_map(Manifest::names).map(String::as_str).collect();
        let is_own = |name: &str| {
            self.writes.contains(name)
                || named.contains(name)
                || (manifest.is_some() && [SPEC, MANIFEST, PROVENANCE].contains(&name))
        };
        let is_there = |name: &&str| fs::symlink_metadata(folder.join(name)).is_ok();
        Ok(names.filter(is_there).filter(|name| !is_own(name)).map(str::to_owned).collect())
    }
}

/// The names of the files of a sweep's figures, from the folder of the results.
pub fn figure_files(spec: &Spec) -> Vec<String> {
    let problems = spec.problems();
    let files = |figure: &spec::Figure| chart(figure).files(&problems, &spec.shown(figure), &spec.style);
    spec.figures.iter().flat_map(files).map(|file| format!("figures/{file}")).collect()
}

/// What a spec asks to be drawn.
pub fn chart(figure: &spec::Figure) -> Chart {
    let chart = Chart::of(figure.kind, Some(figure.metric)).expect("a figure is of a known kind and metric");
    chart.with(figure.options.clone())
}
