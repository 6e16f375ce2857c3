//! `thalweg run --extend`.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::progress::Bar;
use super::source::Source;
use super::{CliError, tell};
use crate::figure::words;
use crate::record::{Quantities, RUNS, read_trials};
use crate::registry::Registry;
use crate::spec::Spec;
use crate::sweep::run::{Finished, Reuse, Settings, run_part};
use crate::sweep::{AtEdge, Extension, edges};

/// A sweep that is run until no best setting is an end of an axis.
pub(super) struct Extend<'a> {
    pub registry: &'a Arc<Registry>,
    pub source: &'a Source,
    /// What the source says.
    pub spec: &'a Spec,
    /// The most values beyond each end of its axes.
    pub most: usize,
    pub quiet: bool,
}

impl Extend<'_> {
    /// Whether a spec can be extended: its points are those of grids, and its trials stay to be looked at.
    pub fn fits(spec: &Spec) -> bool {
        spec.optimizers.iter().all(|grid| grid.draw.is_none()) && spec.record.tables
    }

    /// Runs it, and gives the spec that was run last with how that ended.
    pub fn run(&self, settings: &Settings, stop: &AtomicBool) -> Result<(Spec, Finished), CliError> {
        let Self { registry, source, spec, .. } = *self;
        if !Self::fits(spec) {
            return Err(CliError::NotExtended(spec.name.clone()));
        }
        let mut settings = settings.clone();
        let mut extension = match settings.reuse {
            Reuse::Everything => Extension::of_folder(spec, &settings.out)?,
            _ => Extension::default(),
        };
        loop {
            let extended = source.read_sweep_with(registry, &extension.overrides(spec))?;
            let bar = Bar::new(&spec.name, self.quiet);
            let finished = run_part((&extended, None), &settings, &bar, stop)?;
            if matches!(finished, Finished::Stopped { .. }) {
                return Ok((extended, finished));
            }
            let edges = edges(&extended, &read_trials(&settings.out.join(format!("{RUNS}.csv")), Quantities::ALL)?);
            let grows = extension.grow(spec, &edges, self.most);
            if !self.quiet && !edges.is_empty() {
                let what = if grows { "extending" } else { "not extended any further" };
                tell(format_args!("{what}:\n{}", text(&edges, grows, self.most).trim_end()));
            }
            if !grows {
                return Ok((extended, finished));
            }
            settings.reuse = Reuse::Everything;
        }
    }
}

/// One line per end of an axis, with the problems on which it is best.
fn text(edges: &[AtEdge], grows: bool, most: usize) -> String {
    let mut text = String::new();
    let mut said: Vec<&AtEdge> = Vec::new();
    for edge in edges {
        let is_same =
            |other: &&AtEdge| (&other.series, &other.name, other.value) == (&edge.series, &edge.name, edge.value);
        if said.iter().any(is_same) {
            continue;
        }
        said.push(edge);
        let problems: Vec<&str> = edges.iter().filter(is_same).map(|own| own.problem.as_str()).collect();
        let end = if edge.is_last { "largest" } else { "smallest" };
        let AtEdge { series, name, value, .. } = edge;
        write!(text, "  {}: {name} = {value}, the {end}, is best on {}", words::method(series), problems.join(", "))
            .expect("a String takes all text");
        let why = match edge.is_extended() {
            false => "; only numbers of [[optimizer]] are extended",
            true if !grows => &format!("; {most} values beyond an end at most, and none that it may not have"),
            true => "",
        };
        text += why;
        text.push('\n');
    }
    text
}
