//! Folders of results, as the commands that look at them read them.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::CliError;
use crate::drawing::{self, SPEC};
use crate::record::{self, Quantities, Trials};
use crate::registry::Registry;
use crate::spec::Study;
use crate::stats::{Configuration, Metric, configurations};
use thalweg_report::findings::Criterion;

/// The study whose results a folder holds.
pub(super) fn study(registry: &Arc<Registry>, folder: &Path) -> Result<Study, CliError> {
    study_with(registry, folder, &[])
}

/// The same with these `KEY=VALUE` texts applied.
pub(super) fn study_with(registry: &Arc<Registry>, folder: &Path, overrides: &[String]) -> Result<Study, CliError> {
    let path = folder.join(SPEC);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(CliError::NoResults(folder.to_owned())),
        other => other.map_err(|source| CliError::Read { path: path.clone(), source })?,
    };
    Ok(Study::parse_with(registry, &path.display().to_string(), &text, folder, overrides)?)
}

/// The trials of a folder's tables, or of those that a study of others draws.
pub(super) fn trials(study: &Study, folder: &Path) -> Result<Trials, CliError> {
    match study {
        Study::Sweep(_) => Ok(record::read_trials(&folder.join("runs.csv"), Quantities::ALL)?),
        Study::Drawing(drawing) => {
            drawing::read_members(drawing, folder)?.ok_or_else(|| CliError::NoTrials(drawing.name.clone()))
        }
    }
}

/// What the trials of a folder are judged by, with a metric that was asked for.
pub(super) fn criterion(
    configurations: &[Configuration<'_>],
    metric: Option<Metric>,
    folder: &Path,
) -> Result<Criterion, CliError> {
    Criterion::of(configurations, metric).ok_or_else(|| {
        let has = |metric: &Metric| configurations.iter().any(|one| one.has(*metric));
        let there: Vec<&str> = Metric::ALL.into_iter().filter(has).map(Metric::name).collect();
        let metric = metric.unwrap_or(Metric::FinalTrainLoss).name();
        CliError::NoMetric { folder: folder.to_owned(), metric, there: there.join(", ") }
    })
}

/// The trials and configurations of a folder, handed on.
pub(super) fn with_configurations<T>(
    registry: &Arc<Registry>,
    folder: &Path,
    look: impl FnOnce(&Study, &[Configuration<'_>]) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let study = study(registry, folder)?;
    let trials = trials(&study, folder)?;
    look(&study, &configurations(&trials))
}

/// The metric of that name, for arguments.
pub(super) fn parse_metric(name: &str) -> Result<Metric, String> {
    Metric::from_name(name).ok_or_else(|| {
        let names = Metric::ALL.map(Metric::name);
        let nearest = thalweg_record::nearest(name, names);
        let meant = nearest.map_or_else(String::new, |name| format!("did you mean `{name}`? "));
        format!("{meant}there are {}", names.join(", "))
    })
}
