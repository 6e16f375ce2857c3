//! Drawing what is in a folder of results, and studies that draw the results of others ([`Drawing`]).

mod check;
mod comparisons;
mod few;
mod functions;
mod kept;
mod members;
mod networks;
mod pictures;
mod timings;

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use thalweg_kernels::{CONTRACT, Isa};

pub use check::check;
pub use kept::KeptNetworks;
pub use pictures::{Pictured, pictures, pictures_of_drawing};
pub use timings::write_shipped_timings;

pub use crate::sweep::{DrawError, Drawn, FigureFailure, SPEC};

use crate::data::Splits;
use crate::dataset::ShippedData;
use crate::figure::{self, Appearance, Film, Format, Input, Progress, Theory};
use crate::record::manifest::{self, Manifest};
use crate::record::{
    self, Curve, Key, OPTIMUM, Quantities, RecordError, SPECTRUM, Sheet, Surface, Trials, Waypoint, atomic,
};
use crate::spec::{self, Drawing, DrawingSource, InputError, Source, Spec};
use crate::sweep::{Figures, Plan, Schedule, chart, figure_files};

/// Drawing the figures of a sweep, as PNG as well or not.
#[derive(Debug)]
struct Drawer {
    png: bool,
}

/// What draws the figures of a sweep as SVG, and as PNG as well if that is wanted.
pub fn drawer(png: bool) -> &'static dyn Figures {
    if png { &Drawer { png: true } } else { &Drawer { png: false } }
}

impl Figures for Drawer {
    fn check(&self, spec: &Spec, plan: &Plan, home: &Path) -> Result<Vec<InputError>, InputError> {
        check(spec, plan, home)
    }

    fn files(&self, spec: &Spec) -> Vec<String> {
        let tables = comparisons::tables_of_sweep(&spec.figures).into_iter().map(str::to_owned);
        tables.chain(figure_files(spec)).collect()
    }

    fn draw(&self, spec: &Spec, folder: &Path, steps_per_epoch: u64) -> Drawn {
        draw(spec, folder, Some(steps_per_epoch), &with_png(&spec.style, self.png))
    }

    fn kept_steps_per_epoch(&self, spec: &Spec, steps_per_epoch: u64) -> Option<u64> {
        kept_steps_per_epoch(spec, steps_per_epoch)
    }
}

/// The tables of a sweep that its figures are drawn from.
#[derive(Default)]
struct Rows {
    runs: Trials,
    curves: Vec<Curve>,
    trajectory: Vec<Waypoint>,
    surface: Option<Surface>,
}

/// The same look, as PNG as well if that is wanted.
fn with_png(look: &Appearance, png: bool) -> Appearance {
    if png { look.clone().with(Format::Png) } else { look.clone() }
}

/// Draws the figures that a spec asks for from the tables in `folder`, each that can be drawn, in this look.
///
/// `steps_per_epoch` is for figures by epoch; without it, the data of the spec are read to count them.
pub fn draw(spec: &Spec, folder: &Path, steps_per_epoch: Option<u64>, look: &Appearance) -> Drawn {
    let (mut drawn, runs) = draw_from(spec, (folder, &folder.join("figures")), steps_per_epoch, (look, None));
    if let Some(runs) = runs {
        match comparisons::write(&comparisons::tables_of_sweep(&spec.figures), (&runs, &spec.figures), folder) {
            Ok(tables) => drawn.files.extend(tables),
            Err(error) => drawn.failures.push(error.into()),
        }
    }
    drawn
}

/// Draws the same into another folder, and no table; as a film if that is asked for.
pub fn draw_into(spec: &Spec, folder: &Path, into: &Path, steps_per_epoch: Option<u64>, film: Option<&Film>) -> Drawn {
    draw_from(spec, (folder, into), steps_per_epoch, (&spec.style, film)).0
}

/// Draws figures from the tables in the first folder; the trials as well, if they could be read.
fn draw_from(
    spec: &Spec,
    (folder, into): (&Path, &Path),
    steps_per_epoch: Option<u64>,
    how: (&Appearance, Option<&Film>),
) -> (Drawn, Option<Trials>) {
    let mut failures: Vec<DrawError> = Vec::new();
    let mut unread: Vec<&str> = Vec::new();
    let mut rows = Rows::default();
    for table in TABLES {
        let drawn = spec.figures.iter().filter(|figure| tables_of(figure).contains(&table));
        if drawn.clone().next().is_none() {
            continue;
        }
        if let Err(error) = rows.read(folder, table, drawn) {
            failures.push(error.into());
            unread.push(table);
        }
    }
    let known = Known::read(spec, folder, steps_per_epoch, &mut failures);
    let is_drawn = |figure: &&spec::Figure| {
        known.suffices(&figure.options) && !tables_of(figure).iter().any(|table| unread.contains(table))
    };
    let figures: Vec<spec::Figure> = spec.figures.iter().filter(is_drawn).map(|figure| known.add_to(figure)).collect();
    let kept = KeptNetworks::new(spec, folder);
    let tables = figure::Tables { kept: Some(&kept), ..rows.tables() };
    let mut drawn = draw_all(&figures, &tables, (folder, into), how);
    failures.append(&mut drawn.failures);
    (Drawn { failures, ..drawn }, (!unread.contains(&"runs.csv")).then_some(rows.runs))
}

/// The tables that are read as a whole.
const TABLES: [&str; 4] = ["runs.csv", "curves.csv", "trajectory.csv", "surface.csv"];

/// Those of them that a figure is drawn from.
fn tables_of(figure: &spec::Figure) -> Vec<&'static str> {
    let kind = figure.kind;
    let wanted = |table: &&str| match *table {
        "runs.csv" => kind.input != Input::Table,
        "curves.csv" => kind.name == "curves" && !figure.shows_column(),
        "trajectory.csv" => ["trajectories", "descent"].contains(&kind.name),
        _ => ["trajectories", "descent", "basins"].contains(&kind.name),
    };
    TABLES.into_iter().filter(wanted).collect()
}

impl Rows {
    /// Reads a table, of the rows of steps those that these figures show.
    fn read<'a>(
        &mut self,
        folder: &Path,
        table: &str,
        figures: impl Iterator<Item = &'a spec::Figure> + Clone,
    ) -> Result<(), RecordError> {
        let path = folder.join(table);
        let keys: HashSet<Key> = figures.clone().flat_map(|figure| chart(figure).keys(&self.runs)).collect();
        let is_wanted = |key: &str| Key::parse(key.as_bytes()).is_some_and(|key| keys.contains(&key));
        match table {
            "runs.csv" => {
                let quantities = figures.map(|figure| chart(figure).quantities());
                self.runs = record::read_trials(&path, quantities.fold(Quantities::default(), Quantities::and))?;
            }
            "curves.csv" => self.curves = record::read_curves_of(&path, is_wanted)?,
            // Not every sweep has these.
            _ if !path.exists() => {}
            "trajectory.csv" => self.trajectory = record::read_trajectory_of(&path, is_wanted)?,
            _ => self.surface = Some(record::read_surface(&path)?),
        }
        Ok(())
    }

    fn tables(&self) -> figure::Tables<'_> {
        let (trajectory, surface) = (&self.trajectory, self.surface.as_ref());
        figure::Tables { trajectory, surface, ..figure::Tables::new(&self.runs, &self.curves) }
    }
}

/// What is known of a sweep besides the rows of its tables.
struct Known {
    spectrum: Option<(f64, f64)>,
    optimum: Option<f64>,
    steps_per_epoch: Option<u64>,
}

impl Known {
    fn read(spec: &Spec, folder: &Path, steps_per_epoch: Option<u64>, failures: &mut Vec<DrawError>) -> Self {
        let has_optimum = spec.record.spectrum && spec.network.is_some();
        let spectrum = match spec.problem.landscape() {
            _ if spec.record.spectrum => or_failure(record::read_spectrum(&folder.join(SPECTRUM)), failures),
            landscape => landscape.map(|landscape| landscape.spectrum.clone()),
        };
        let optimum = has_optimum.then(|| or_failure(record::read_optimum(&folder.join(OPTIMUM)), failures)).flatten();
        let by_epoch = spec.figures.iter().any(|figure| figure.options.progress == Progress::Epochs);
        let counted = || by_epoch.then(|| or_failure(self::steps_per_epoch(spec), failures)).flatten();
        Self {
            spectrum: spectrum.as_deref().and_then(ends),
            optimum: optimum.into_iter().flatten().find_map(|(split, loss)| (split == "train").then_some(loss)),
            steps_per_epoch: steps_per_epoch.or_else(counted),
        }
    }

    /// Whether it is all that a figure needs.
    fn suffices(&self, options: &figure::Options) -> bool {
        (options.progress != Progress::Epochs || self.steps_per_epoch.is_some())
            && (!options.from_optimum || self.optimum.is_some())
            && (options.theory != Some(Theory::Quadratic) || self.spectrum.is_some())
    }

    fn add_to(&self, figure: &spec::Figure) -> spec::Figure {
        let Self { spectrum, optimum, steps_per_epoch } = *self;
        let options = figure::Options { spectrum, optimum, steps_per_epoch, ..figure.options.clone() };
        spec::Figure { options, ..figure.clone() }
    }
}

/// What was found; or nothing, and why.
fn or_failure<T, E: Into<DrawError>>(found: Result<T, E>, failures: &mut Vec<DrawError>) -> Option<T> {
    found.map_err(|error| failures.push(error.into())).ok()
}

/// The smallest and the largest number.
fn ends(numbers: &[f64]) -> Option<(f64, f64)> {
    numbers.iter().copied().reduce(f64::min).zip(numbers.iter().copied().reduce(f64::max))
}

fn steps_per_epoch(spec: &Spec) -> Result<u64, InputError> {
    Ok(Schedule::new(spec, Splits::load(spec)?.train.len())?.steps_per_epoch)
}

/// The steps of an epoch, if a manifest has to keep them: where figures count epochs, and the data that tell how long
/// one is may not be there when they are drawn again.
fn kept_steps_per_epoch(spec: &Spec, steps_per_epoch: u64) -> Option<u64> {
    let is_of_user = match &spec.problem.source {
        Source::Csv { path, .. } => ShippedData::find(path).is_none(),
        Source::Idx(_) => true,
        _ => false,
    };
    (is_of_user && spec.figures.iter().any(|figure| figure.options.progress == Progress::Epochs))
        .then_some(steps_per_epoch)
}

fn draw_all(
    wanted: &[spec::Figure],
    tables: &figure::Tables<'_>,
    folders: (&Path, &Path),
    how: (&Appearance, Option<&Film>),
) -> Drawn {
    let mut drawn = Drawn::default();
    for figure in wanted {
        match draw_one(figure, tables, folders, how) {
            Ok(files) => drawn.files.extend(files),
            Err(error) => drawn.failures.push(error),
        }
    }
    drawn
}

fn draw_one(
    wanted: &spec::Figure,
    tables: &figure::Tables<'_>,
    (from, into): (&Path, &Path),
    (look, film): (&Appearance, Option<&Film>),
) -> Result<Vec<String>, DrawError> {
    fs::create_dir_all(into).map_err(|source| DrawError::Files { path: into.to_owned(), source })?;
    let chart = chart(wanted);
    let failed = |source| DrawError::Figure(Box::new(FigureFailure { name: chart.name(), source }));
    let sheet = table_of(wanted).map(|table| Sheet::open(&from.join(table))).transpose();
    let sheet = sheet.map_err(|error| failed(error.into()))?;
    let tables = figure::Tables { sheet: sheet.as_ref(), ..*tables };
    let paths = match film {
        Some(film) => figure::film(&chart, &tables, into, look, film),
        None => figure::draw(&chart, &tables, into, look),
    };
    let paths = paths.map_err(failed)?;
    let kept = paths.iter().filter(|path| film.is_some() || path.extension().is_some_and(|ending| ending != "png"));
    let names = kept.filter_map(|path| path.strip_prefix(into).ok());
    Ok(names.map(|name| format!("figures/{}", name.display())).collect())
}

/// The table of its own that a figure is drawn from, if any.
fn table_of(figure: &spec::Figure) -> Option<String> {
    chart(figure).table()
}

/// Makes the results of a study that draws, in `out`, from what is in the folders beside `home`, where its own results
/// belong.
///
/// # Errors
///
/// If what it draws is not there or cannot be read, in which case nothing is written; if a file cannot be written; and
/// if a figure cannot be drawn, after everything else is written.
pub fn make(drawing: &Drawing, out: &Path, home: &Path, isa: Isa, png: bool) -> Result<(), DrawError> {
    let failed = |source| DrawError::Files { path: out.to_owned(), source };
    let mut files = Vec::new();
    let Sources { figures, runs, curves, from } = Sources::read(drawing, out, home)?;
    fs::create_dir_all(out).map_err(failed)?;
    match &drawing.source {
        DrawingSource::Members(_) => {
            files.extend(comparisons::write(&comparisons::tables(&figures), (&runs, &figures), out)?);
        }
        DrawingSource::Functions(wanted) => {
            functions::write(&out.join("functions.csv"), wanted, isa).map_err(failed)?;
            files.push("functions.csv".to_owned());
        }
        DrawingSource::Bench(_) => {}
    }
    let look = with_png(&drawing.style, png);
    let drawn = draw_all(&figures, &figure::Tables::new(&runs, &curves), (&from, &out.join("figures")), (&look, None));
    files.extend(drawn.files.iter().cloned());
    let write = || {
        atomic::write(&out.join(SPEC), |file| file.write_all(drawing.canonical().as_bytes()))?;
        Manifest::of(out, CONTRACT, &files)?.write(out)
    };
    write().map_err(failed)?;
    drawn.complete()
}

/// Draws the figures of a study that draws into another folder, from what it left in its own, `home`, and beside it; as films
/// if that is asked for.
///
/// # Errors
///
/// If what it draws is not there or cannot be read.
pub fn make_into(drawing: &Drawing, home: &Path, into: &Path, film: Option<&Film>) -> Result<Drawn, DrawError> {
    let Sources { figures, runs, curves, from } = Sources::read(drawing, home, home)?;
    Ok(draw_all(&figures, &figure::Tables::new(&runs, &curves), (&from, into), (&drawing.style, film)))
}

/// What the figures of a study that draws are drawn from.
struct Sources {
    figures: Vec<spec::Figure>,
    runs: Trials,
    curves: Vec<Curve>,
    /// The folder of tables that figures name.
    from: PathBuf,
}

impl Sources {
    fn read(drawing: &Drawing, out: &Path, home: &Path) -> Result<Self, DrawError> {
        let beside = home.parent().unwrap_or(Path::new(""));
        let mut figures = drawing.figures.clone();
        let (runs, curves) = match &drawing.source {
            DrawingSource::Members(members) => {
                let needs_curves = figures.iter().any(|figure| figure.kind.name == "curves");
                members::read(drawing, members, beside, needs_curves)?
            }
            DrawingSource::Functions(_) | DrawingSource::Bench(_) => (Trials::default(), Vec::new()),
        };
        let mut from = out.to_owned();
        if let DrawingSource::Bench(file) = &drawing.source {
            from = beside.join("bench");
            let path = from.join(file);
            if !path.exists() {
                let help =
                    "`cargo run --release -p thalweg-benches --bin study_timings` measures what comes with Thalweg";
                return Err(DrawError::Missing { study: drawing.name.clone(), path, help: help.to_owned() });
            }
            figures.iter_mut().for_each(|figure| figure.options.table = Some(file.clone()));
        }
        Ok(Self { figures, runs, curves, from })
    }
}

/// The trials of the members of a study that draws, whose own folder is `home`; none if it draws something else.
///
/// # Errors
///
/// If they are not there or cannot be read.
pub fn read_members(drawing: &Drawing, home: &Path) -> Result<Option<Trials>, DrawError> {
    let DrawingSource::Members(members) = &drawing.source else { return Ok(None) };
    let beside = home.parent().unwrap_or(Path::new(""));
    members::read(drawing, members, beside, false).map(|(trials, _)| Some(trials))
}

/// The names of the files that a study that draws writes into a folder, besides what is there under names that its figures
/// may have: a figure of several problems is a file for each.
pub fn output_files(drawing: &Drawing, out: &Path) -> Vec<String> {
    let tables = match &drawing.source {
        DrawingSource::Members(_) => comparisons::tables(&drawing.figures),
        DrawingSource::Functions(_) => vec!["functions.csv"],
        DrawingSource::Bench(_) => Vec::new(),
    };
    let mut files: Vec<String> = tables.into_iter().chain([SPEC, manifest::FILE]).map(str::to_owned).collect();
    let stems: Vec<String> = drawing.figures.iter().map(|figure| format!("figures/{}", chart(figure).name())).collect();
    for entry in fs::read_dir(out.join("figures")).into_iter().flatten().flatten() {
        let name = format!("figures/{}", entry.file_name().to_string_lossy());
        let Some((own, ending)) = name.rsplit_once('.') else { continue };
        let is_own = |stem: &String| own == stem || own.starts_with(&format!("{stem}-"));
        if stems.iter().any(is_own) && drawing.style.kept_files("").any(|kept| kept == format!(".{ending}")) {
            files.push(name);
        }
    }
    files.extend(stems.iter().flat_map(|stem| drawing.style.kept_files(stem).collect::<Vec<_>>()));
    files.sort();
    files.dedup();
    files
}
