//! Drawing what is in a folder of results, and studies that draw the results of others ([`Drawing`]).

mod functions;
mod members;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use thalweg_kernels::CONTRACT;

use crate::data::Splits;
use crate::figure::{self, Chart, FigureError, Input, Kind};
use crate::record::manifest::Manifest;
use crate::record::{self, OPTIMUM, Quantities, RecordError, SPECTRUM, Sheet, Trials, atomic};
use crate::spec::{self, Drawing, DrawingSource, InputError, Spec};
use crate::stats::{self, Score};
use crate::sweep::Schedule;

/// The name of the file that tells whose results a folder holds.
pub const SPEC: &str = "spec.toml";

/// Why figures could not be drawn.
#[derive(Debug, Error, Diagnostic)]
pub enum DrawError {
    /// Something in the spec or its data is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Input(#[from] InputError),
    /// A table could not be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] RecordError),
    /// A figure could not be drawn.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Figure(#[from] FigureError),
    /// A file or folder could not be written.
    #[error("cannot write results to {}", path.display())]
    Files {
        /// The folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// What is to be drawn is not there.
    #[error("`{study}` draws {}, which is not there", path.display())]
    #[diagnostic(help("{help}"))]
    Missing {
        /// The study.
        study: String,
        /// The file.
        path: PathBuf,
        /// How to get it.
        help: String,
    },
}

/// Draws the figures that a spec asks for from the tables in `folder`; returns the paths of the SVG files from there.
///
/// # Errors
///
/// If a table cannot be read, or a figure not be drawn.
pub fn draw(spec: &Spec, folder: &Path, png: bool) -> Result<Vec<String>, DrawError> {
    let kinds: Vec<&Kind> = spec.figures.iter().map(kind).collect();
    let has = |name: &str| kinds.iter().any(|kind| kind.name == name);
    let of_trials = kinds.iter().any(|kind| kind.input == Input::Problem);
    let charts = spec.figures.iter().map(chart).collect::<Result<Vec<_>, _>>()?;
    let quantities = charts.iter().map(Chart::quantities).fold(Quantities::default(), Quantities::and);
    let runs = if of_trials { record::read_trials(&folder.join("runs.csv"), quantities)? } else { Trials::default() };
    let curves = if has("curves") { record::read_curves(&folder.join("curves.csv"))? } else { Vec::new() };
    let existing = |name: &str, wanted: bool| Some(folder.join(name)).filter(|path| wanted && path.exists());
    let trajectory = existing("trajectory.csv", has("trajectories"));
    let trajectory = trajectory.map(|path| record::read_trajectory(&path)).transpose()?.unwrap_or_default();
    let surface = existing("surface.csv", has("trajectories") || has("basins"));
    let surface = surface.map(|path| record::read_surface(&path)).transpose()?;
    let tables =
        figure::Tables { trajectory: &trajectory, surface: surface.as_ref(), ..figure::Tables::new(&runs, &curves) };
    let spectrum = if spec.record.spectrum {
        record::read_spectrum(&folder.join(SPECTRUM))?
    } else {
        spec.problem.landscape().map_or(Vec::new(), |landscape| landscape.spectrum.clone())
    };
    let least = spectrum.iter().copied().reduce(f64::min);
    let spectrum = least.zip(spectrum.iter().copied().reduce(f64::max));
    let has_optimum = spec.record.spectrum && spec.network.is_some();
    let optimum = if has_optimum { record::read_optimum(&folder.join(OPTIMUM))? } else { Vec::new() };
    let optimum = optimum.into_iter().find_map(|(split, loss)| (split == "train").then_some(loss));
    let mut figures = spec.figures.clone();
    let steps_per_epoch = if figures.iter().any(|figure| figure.options.by_epoch) {
        Some(Schedule::new(spec, Splits::load(spec)?.train.len())?.steps_per_epoch)
    } else {
        None
    };
    figures.iter_mut().for_each(|figure| {
        figure.options = figure::Options { spectrum, optimum, steps_per_epoch, ..std::mem::take(&mut figure.options) };
    });
    draw_all(&figures, &tables, (folder, folder), png)
}

fn kind(figure: &spec::Figure) -> &'static Kind {
    figure::KINDS.iter().find(|kind| kind.name == figure.kind).expect("a figure is of a known kind")
}

fn chart(figure: &spec::Figure) -> Result<Chart, FigureError> {
    Ok(Chart::new(figure.kind, Some(figure.metric))?.with(figure.options.clone()))
}

fn draw_all(
    wanted: &[spec::Figure],
    tables: &figure::Tables<'_>,
    (from, folder): (&Path, &Path),
    png: bool,
) -> Result<Vec<String>, DrawError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let figures = folder.join("figures");
    fs::create_dir_all(&figures).map_err(|source| DrawError::Files { path: figures.clone(), source })?;
    let mut written = Vec::new();
    for wanted in wanted {
        let table = kind(wanted).table.map(|table| wanted.options.table.as_deref().unwrap_or(table));
        let sheet = table.map(|table| Sheet::open(&from.join(table))).transpose()?;
        let tables = figure::Tables { sheet: sheet.as_ref(), ..*tables };
        for path in figure::draw(&chart(wanted)?, &tables, &figures, png)? {
            // A PNG's bytes may change with the library that compresses it, so it is not part of the result.
            if path.extension().is_some_and(|ending| ending == "svg") {
                written.extend(path.file_name().map(|name| format!("figures/{}", name.to_string_lossy())));
            }
        }
    }
    Ok(written)
}

/// Makes the results of a study that draws, in `out`, from what is in the folders beside `home`, where its own results
/// belong.
///
/// # Errors
///
/// If what it draws is not there or cannot be read, a figure cannot be drawn, or a file not be written.
pub fn make(drawing: &Drawing, out: &Path, home: &Path, png: bool) -> Result<(), DrawError> {
    let failed = |source| DrawError::Files { path: out.to_owned(), source };
    fs::create_dir_all(out).map_err(failed)?;
    let beside = home.parent().unwrap_or(Path::new(""));
    let (mut runs, mut curves) = (Trials::default(), Vec::new());
    let mut figures = drawing.figures.clone();
    let (mut files, mut from) = (Vec::new(), out.to_owned());
    match &drawing.source {
        DrawingSource::Members(members) => {
            let needs_curves = figures.iter().any(|figure| figure.kind == "curves");
            (runs, curves) = members::read(drawing, members, beside, needs_curves)?;
            let mut scores: Vec<Score> = Vec::new();
            for score in figures.iter().filter_map(|figure| Score::from_name(figure.metric)) {
                if !scores.contains(&score) {
                    scores.push(score);
                }
            }
            stats::write_comparison(&out.join("comparison.csv"), &stats::configurations(&runs), &scores)?;
            files.push("comparison.csv".to_owned());
        }
        DrawingSource::Functions(wanted) => {
            functions::write(&out.join("functions.csv"), wanted).map_err(failed)?;
            files.push("functions.csv".to_owned());
        }
        DrawingSource::Bench(file) => {
            let path = beside.join("bench").join(file);
            if !path.exists() {
                let help =
                    "`cargo run --release -p thalweg-benches --bin study_timings` measures what comes with Thalweg";
                let help = help.to_owned();
                return Err(DrawError::Missing { study: drawing.name.clone(), path, help });
            }
            figures.iter_mut().for_each(|figure| figure.options.table = Some(file.clone()));
            from = beside.join("bench");
        }
    }
    files.extend(draw_all(&figures, &figure::Tables::new(&runs, &curves), (&from, out), png)?);
    let write = || {
        atomic::write(&out.join(SPEC), |file| file.write_all(drawing.canonical().as_bytes()))?;
        Manifest::of(out, CONTRACT, &files)?.write(out)
    };
    write().map_err(failed)
}
