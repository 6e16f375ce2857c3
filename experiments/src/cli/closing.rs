//! What the end of a run says.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::folder::with_configurations;
use super::source::quoted;
use super::{CliError, duration, tell};
use crate::record::Status;
use crate::registry::Registry;
use crate::stats::Configuration;
use thalweg_report::findings::{Criterion, Ranking, counted, overview, percent, rankings};

/// Says how many trials there are, what they found, and what may come next: among it, with these arguments of `thalweg run`, to
/// extend axes whose ends are best. A folder that keeps no tables says its place alone.
pub(super) fn say(
    registry: &Arc<Registry>,
    folder: &Path,
    spent: Duration,
    extending: Option<&str>,
) -> Result<(), CliError> {
    let shown = folder.display();
    if !folder.join("runs.csv").exists() {
        tell(format_args!("results are in {shown}"));
        return Ok(());
    }
    with_configurations(registry, folder, |_, all| {
        let trials: usize = all.iter().map(|one| one.runs().len()).sum();
        let runs = all.iter().flat_map(Configuration::runs);
        let diverged = runs.filter(|run| run.status() == Status::Diverged).count();
        let share =
            if diverged == 0 { String::new() } else { format!(" ({})", percent(diverged as f64 / trials as f64)) };
        let time = duration::text(spent);
        let trials = counted(trials, "trial");
        tell(format_args!("{trials}, {diverged} diverged{share}, {time}; results are in {shown}"));
        let Some(criterion) = Criterion::of(all, None) else { return Ok(()) };
        let (rankings, _) = rankings(all, criterion);
        tell(overview(&rankings, all, criterion).trim_end());
        let is_at_edge = |ranking: &Ranking<'_>| ranking.standings.iter().any(|standing| !standing.edges.is_empty());
        let extending = extending.filter(|_| rankings.iter().any(is_at_edge));
        let extend = extending.map(|arguments| format!(" · thalweg run {arguments}")).unwrap_or_default();
        let place = quoted(&shown.to_string());
        tell(format_args!("next: thalweg look {place} · thalweg report {place} --open{extend}"));
        Ok(())
    })
}
