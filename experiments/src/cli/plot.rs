//! `thalweg plot`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::anew::Anew;
use super::folder::study_with;
use super::frames::{self, Frames, Kind};
use super::{CliError, isa, make, tell};
use crate::drawing::{self, SPEC};
use crate::figure::{Appearance, Film, Format};
use crate::record::atomic;
use crate::record::manifest::{self, Change, Manifest};
use crate::registry::Registry;
use crate::spec::{Spec, Study, read_style};
use crate::sweep::FolderLock;

/// Draw the figures of results again, in another style, or other figures, from their CSV.
///
/// Without a kind, a column or a selection, these are the figures of the spec, in its style or another one. With one of
/// them it is a figure of its own, which no manifest names.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg plot results/digits --png
  thalweg plot results/digits --style slide.toml --format svg,pdf --out talk
  thalweg plot results/digits --set style.width=column --set style.theme=dark --out paper
  thalweg plot results/digits --kind ecdf --metric final_test_loss --select optimizer=adam
  thalweg plot results/digits --figure curves-train_loss --by lr --title 'Rates'
  thalweg plot results/digits --kind curves --frames=90 --format png,gif --out talk

`thalweg list style` has the keys of a style, `thalweg list figure` those of a figure.")]
pub(super) struct Plot {
    /// Folders of results.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// A file of keys of [style], such as `width = \"column\"`, which take the place of the spec's.
    #[arg(long, value_name = "FILE")]
    style: Option<PathBuf>,
    /// The kinds of files, in place of the style's: svg, png, pdf, tex; of figures that move gif and apng as well.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = Kind::parse)]
    format: Vec<Kind>,
    /// Draw them as PNG as well.
    #[arg(long)]
    png: bool,
    /// Set a key of the spec's style or figures, such as style.theme=dark or figure.0.title=\"Rates\".
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// The folder for the figures [default: figures/ in DIR].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Draw from tables that are not those of the manifest, and leave the manifest as it is.
    #[arg(long)]
    unchecked: bool,
    #[command(flatten)]
    frames: Frames,
    #[command(flatten)]
    anew: Anew,
}

/// Whether what is set is of style or figures: all else would say of results that they came about otherwise.
fn is_of_drawing(set: &str) -> bool {
    let key = set.split(['.', '=']).next().unwrap_or_default().trim();
    ["style", "figure", "title"].contains(&key)
}

impl Plot {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        self.folders.iter().try_for_each(|folder| self.plot(registry, folder))
    }

    fn plot(&self, registry: &Arc<Registry>, folder: &Path) -> Result<(), CliError> {
        let film = self.frames.film(&self.format)?;
        if let Some(other) = self.overrides.iter().find(|text| !is_of_drawing(text)) {
            return Err(CliError::NotDrawn(other.clone()));
        }
        let mut study = study_with(registry, folder, &self.overrides)?;
        if let Some(figure) = self.anew.figure(&study, film.is_some())? {
            study = study_with(registry, folder, &[&self.overrides[..], &[figure]].concat())?;
        }
        if film.is_some() {
            frames::keep_moving(&mut study)?;
        }
        let own = match &mut study {
            Study::Sweep(spec) => &mut spec.style,
            Study::Drawing(drawing) => &mut drawing.style,
        };
        *own = self.look(registry, own)?;
        if self.png && (self.is_apart() || self.unchecked) {
            *own = own.clone().with(Format::Png);
        }
        let look = own.clone();
        let files = self.draw(&study, folder, film.as_ref())?;
        let size = format!("{:.0} mm, {} pt", look.width.millimetres(), look.points());
        // The frames of a figure are in a folder of their own, one after the other.
        let is_frame = |file: &PathBuf| file.parent().is_some_and(|own| own != self.into(folder));
        for alike in files.chunk_by(|one, other| is_frame(one) && one.parent() == other.parent()) {
            match alike {
                [first, .., last] => tell(format_args!("wrote {} to {} ({size})", first.display(), last.display())),
                all => all.iter().for_each(|file| tell(format_args!("wrote {} ({size})", file.display()))),
            }
        }
        Ok(())
    }

    /// The style of a spec, with what was asked for in its place.
    fn look(&self, registry: &Arc<Registry>, own: &Appearance) -> Result<Appearance, CliError> {
        let look = styled(registry, self.style.as_deref(), own)?;
        let stills = self.format.iter().filter_map(|kind| if let Kind::Still(own) = kind { Some(*own) } else { None });
        Ok(if self.format.is_empty() { look } else { look.with_only(stills) })
    }

    /// Draws the figures of a study; the files that were written, where they are no results.
    fn draw(&self, study: &Study, folder: &Path, film: Option<&Film>) -> Result<Vec<PathBuf>, CliError> {
        let into = &self.into(folder);
        let is_apart = self.is_apart();
        let drawn = match study {
            Study::Drawing(drawing) if !is_apart => {
                return make(drawing, folder, folder, isa()?, self.png).map(|()| Vec::new());
            }
            Study::Drawing(drawing) => {
                self.check_names(folder, drawing.figures.iter())?;
                drawing::make_into(drawing, folder, into, film)?
            }
            Study::Sweep(spec) => {
                let _lock = FolderLock::take(folder)?;
                if !self.unchecked {
                    check_tables(spec, folder)?;
                }
                if !is_apart && !self.unchecked {
                    redraw(spec, folder, self.png)?;
                    // The figures are those of the spec beside them.
                    let write = atomic::write(&folder.join(SPEC), |file| file.write_all(spec.canonical().as_bytes()));
                    return write
                        .map(|()| Vec::new())
                        .map_err(|source| CliError::Write { path: folder.join(SPEC), source });
                }
                let steps_per_epoch = Manifest::read(folder).ok().and_then(|manifest| manifest.steps_per_epoch);
                if !is_apart {
                    let drawn = drawing::draw(spec, folder, steps_per_epoch, &spec.style);
                    return Ok(drawn.complete().map(|()| Vec::new())?);
                }
                self.check_names(folder, spec.figures.iter())?;
                drawing::draw_into(spec, folder, into, steps_per_epoch, film)
            }
        };
        let files = drawn.files.iter().filter_map(|file| Some(into.join(file.strip_prefix("figures/")?))).collect();
        drawn.complete()?;
        Ok(files)
    }

    /// The folder for the figures of results in this one.
    fn into(&self, folder: &Path) -> PathBuf {
        self.out.clone().unwrap_or_else(|| folder.join("figures"))
    }

    /// Whether what is drawn is none of the results in the folder.
    fn is_apart(&self) -> bool {
        self.out.is_some() || self.anew.is_one() || self.frames.are_asked_for()
    }

    /// Checks that a figure of its own does not take the place of a result.
    fn check_names<'a>(
        &self,
        folder: &Path,
        figures: impl Iterator<Item = &'a crate::spec::Figure>,
    ) -> Result<(), CliError> {
        let Ok(manifest) = Manifest::read(folder) else { return Ok(()) };
        // No result is in a folder of frames, or plays.
        if self.out.is_some() || self.frames.are_asked_for() {
            return Ok(());
        }
        for figure in figures {
            let name = format!("figures/{}.", crate::sweep::chart(figure).name());
            if let Some(taken) = manifest.names().find(|known| known.starts_with(&name)) {
                return Err(CliError::Taken { path: folder.join(taken) });
            }
        }
        Ok(())
    }
}

/// A style with the keys of a file, if there is one, in the place of its own.
pub(super) fn styled(registry: &Arc<Registry>, file: Option<&Path>, own: &Appearance) -> Result<Appearance, CliError> {
    let Some(path) = file else { return Ok(own.clone()) };
    let text = fs::read_to_string(path).map_err(|source| CliError::Read { path: path.to_owned(), source })?;
    Ok(read_style(registry, &path.display().to_string(), &text, own)?)
}

/// Checks that tables are those of the manifest.
fn check_tables(spec: &Spec, folder: &Path) -> Result<(), CliError> {
    let changes = read_manifest(folder)?.changes(folder);
    let changes = changes.map_err(|source| CliError::Read { path: folder.to_owned(), source })?;
    // Figures are drawn anew, and a sweep that keeps no tables says so itself.
    let is_kept = |change: &&Change| match change {
        Change::Missing(name) => spec.record.tables || !name.ends_with(".csv"),
        Change::Changed(_) => true,
    };
    let changes: Vec<String> = changes
        .iter()
        .filter(|change| !change.name().starts_with("figures/"))
        .filter(is_kept)
        .map(Change::to_string)
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    Err(CliError::Changed { folder: folder.to_owned(), changes: changes.join(", ") })
}

fn read_manifest(folder: &Path) -> Result<Manifest, CliError> {
    let path = folder.join(manifest::FILE);
    Manifest::read(folder).map_err(|source| CliError::Read { path, source })
}

/// Draws the figures of a sweep again, from the tables in `folder`, which are those of its manifest.
pub(super) fn redraw(spec: &Spec, folder: &Path, png: bool) -> Result<(), CliError> {
    let manifest = read_manifest(folder)?;
    let look = if png { spec.style.clone().with(Format::Png) } else { spec.style.clone() };
    let drawn = drawing::draw(spec, folder, manifest.steps_per_epoch, &look);
    // The manifest covers the figures too. The hashes of all else stay: tables may have gone.
    manifest
        .with_figures(folder, &drawn.files)
        .and_then(|manifest| manifest.write(folder))
        .map_err(|source| CliError::Write { path: folder.join(manifest::FILE), source })?;
    Ok(drawn.complete()?)
}
