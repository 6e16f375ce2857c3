//! `thalweg reproduce`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::plot::redraw;
use super::progress::Bar;
use super::{CliError, Work, make, stop_flag, tell};
use crate::drawing::{self, SPEC, drawer};
use crate::record;
use crate::record::manifest::{FILE, Manifest};
use crate::registry::Registry;
use crate::spec::{Study, Tier, shipped};
use crate::study;
use crate::sweep::run::{Finished, Reuse, Settings, run};

/// Compute the shipped studies and write their results: after it, `git diff` is empty.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg reproduce                   the standard studies, into results/
  thalweg reproduce digits --check    compute one again, compare every byte, write nothing

Files that the manifest lists as outside the contract are compared cell by cell, with a tolerance of 1e-9.")]
pub(super) struct Reproduce {
    /// Names of shipped studies [default: all of the standard tier].
    #[arg(value_name = "STUDY")]
    studies: Vec<String>,
    /// Take the studies that run long as well.
    #[arg(long)]
    full: bool,
    /// Compare with what is there, and write nothing.
    #[arg(long)]
    check: bool,
    /// The folder of all results.
    #[arg(long, value_name = "DIR", default_value = "results")]
    out: PathBuf,
    #[command(flatten)]
    work: Work,
}

impl Reproduce {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let studies = self.studies(registry)?;
        let (isa, threads) = (self.work.isa()?, self.work.threads());
        let stop = stop_flag()?;
        let (mut differences, mut files) = (0, 0);
        for (index, study) in studies.iter().enumerate() {
            let number = format!("study {} of {}, {}", index + 1, studies.len(), study.name());
            let committed = self.out.join(study.name());
            let scratch =
                tempfile::tempdir().map_err(|source| CliError::Write { path: std::env::temp_dir(), source })?;
            if self.check && !committed.join(FILE).exists() {
                (differences, files) = (differences + 1, files + 1);
                let _ = writeln!(io::stdout(), "{} is not there", committed.join(FILE).display());
                continue;
            }
            let out = if self.check { scratch.path().to_owned() } else { committed.clone() };
            let settings = Settings {
                out,
                threads,
                isa,
                reuse: Reuse::InProgress,
                figures: Some(drawer(false)),
                memory: self.work.memory(),
            };
            match study {
                Study::Sweep(spec) => {
                    let bar = Bar::new(&number, self.work.quiet);
                    if let Finished::Stopped { done, trials } = run(spec, &settings, &bar, &stop)? {
                        return Err(CliError::Stopped { done, trials });
                    }
                }
                Study::Drawing(drawing) => {
                    if !self.check {
                        drawing::write_shipped_timings(drawing, &committed)?;
                    }
                    make(drawing, &settings.out, &committed, isa, false)?;
                }
            }
            if self.check {
                if let Study::Sweep(spec) = study
                    && adopt(&settings.out, &committed)?
                {
                    redraw(spec, &settings.out, false)?;
                }
                let compared = compare(&settings.out, &committed);
                files += compared.len();
                for (file, _) in compared.iter().filter(|(_, same)| !**same) {
                    differences += 1;
                    // What was found is also told by the exit code.
                    let _ = writeln!(io::stdout(), "{} differs", committed.join(file).display());
                }
                for file in unnamed(&committed)? {
                    (differences, files) = (differences + 1, files + 1);
                    let _ = writeln!(io::stdout(), "{} is in no manifest", committed.join(file).display());
                }
            }
            if !self.work.quiet {
                let what = if self.check { "compared with" } else { "written to" };
                tell(format_args!("{number}: {what} {}", committed.display()));
            }
        }
        if differences > 0 {
            return Err(CliError::Differ { differences, files, folder: self.out });
        }
        Ok(())
    }

    /// The studies; those that draw the results of others come last.
    fn studies(&self, registry: &Arc<Registry>) -> Result<Vec<Study>, CliError> {
        let wanted = |tier: Tier| match tier {
            Tier::Standard => true,
            Tier::Full => self.full,
            Tier::Workload => false,
        };
        let mut studies: Vec<Study> = if self.studies.is_empty() {
            let all = shipped::ALL.iter().map(|shipped| study::read_shipped(registry, shipped.name, &[]));
            all.filter(|study| study.as_ref().map_or(true, |study| wanted(study.tier()))).collect::<Result<_, _>>()?
        } else {
            self.studies.iter().map(|name| study::read_shipped(registry, name, &[])).collect::<Result<_, _>>()?
        };
        studies.sort_by_key(|study| matches!(study, Study::Drawing(_)));
        Ok(studies)
    }
}

/// Takes what is outside the contract from the committed result, where it is the same within the tolerance; whether that
/// changed a byte. Figures that are drawn from it can then be compared to the byte.
fn adopt(new: &Path, committed: &Path) -> Result<bool, CliError> {
    let Ok(manifest) = Manifest::read(new) else { return Ok(false) };
    let mut changed = false;
    for name in manifest.outside_contract.keys() {
        let (own, other) = (new.join(name), committed.join(name));
        if record::agree(&own, &other).unwrap_or(false) {
            let read = |path: &PathBuf| fs::read(path).map_err(|source| CliError::Read { path: path.clone(), source });
            let bytes = read(&other)?;
            changed |= bytes != read(&own)?;
            fs::write(&own, bytes).map_err(|source| CliError::Write { path: own, source })?;
        }
    }
    Ok(changed)
}

/// Which files of a result equal the committed ones; a file that one side lacks does not. Tables that the spec does not
/// keep are compared by their hashes in the manifests, and manifests but for the hashes of what is outside the contract.
fn compare(new: &Path, committed: &Path) -> BTreeMap<String, bool> {
    let content = |folder: &Path, name: &str| fs::read(folder.join(name)).ok();
    let [own, other] = [new, committed].map(|folder| Manifest::read(folder).ok());
    let files = |manifest: &Option<Manifest>| manifest.iter().flat_map(Manifest::names).cloned().collect::<Vec<_>>();
    let names = files(&own).into_iter().chain(files(&other)).chain([FILE, SPEC].map(str::to_owned));
    let manifests_agree = own.iter().zip(&other).any(|(own, other)| own.agrees_with(other));
    let is_outside = own.as_ref().is_some_and(|manifest| !manifest.outside_contract.is_empty());
    let same =
        |name: &str| content(new, name) == content(committed, name) || (name == FILE && is_outside && manifests_agree);
    names.map(|name| (name.clone(), same(&name))).collect()
}

/// The files of a result that its manifest does not name and that are not notes: results of another time, or changed by hand.
fn unnamed(folder: &Path) -> io::Result<Vec<String>> {
    let Ok(manifest) = Manifest::read(folder) else { return Ok(Vec::new()) };
    let mut unnamed = Vec::new();
    for below in ["", "figures", "weights"] {
        let entries = match fs::read_dir(folder.join(below)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = Path::new(below).join(entry.file_name()).to_string_lossy().replace('\\', "/");
            let is_result = ["csv", "svg", "safetensors"].iter().any(|ending| name.ends_with(&format!(".{ending}")));
            if is_result && entry.path().is_file() && !manifest.names().any(|own| *own == name) {
                unnamed.push(name);
            }
        }
    }
    unnamed.sort();
    Ok(unnamed)
}
