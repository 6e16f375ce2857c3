//! `thalweg report`.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use clap::Args;

use super::folder::{study, trials};
use super::{CliError, tell};
use crate::drawing::{self, SPEC};
use crate::figure::Selection;
use crate::record::manifest::{self, Manifest};
use crate::record::{self, Curve, Key, PROVENANCE, Trials, atomic};
use crate::registry::Registry;
use crate::spec::{Study, defaults_of};
use crate::stats::{Configuration, configurations};
use thalweg_report::page;

/// Write a page of results: findings, tables that sort, and figures that name the trials behind a point.
///
/// The page is one HTML file that asks no server for anything. Of several folders it is a comparison; of a folder that holds
/// folders of results, a gallery of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg report results/digits --open
  thalweg report results/digits results/digits-epochs --out both.html
  thalweg report results              a gallery of all studies there
  thalweg report results --markdown   the same as Markdown, for a README")]
pub(super) struct Report {
    /// Folders of results.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// The file of the page [default: report.html in the folder, index.html for a gallery, report.html here for several].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the gallery of a folder of folders to standard output, as Markdown with pictures.
    #[arg(long, conflicts_with_all = ["out", "open"])]
    markdown: bool,
    /// Show the page in the browser.
    #[arg(long)]
    open: bool,
}

impl Report {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        if self.markdown {
            return match &self.folders[..] {
                [one] if !one.join(SPEC).exists() => {
                    let text = page::gallery_in_markdown(&cards(registry, one, "")?);
                    let mut out = io::stdout().lock();
                    io::Write::write_all(&mut out, text.as_bytes())?;
                    Ok(io::Write::flush(&mut out)?)
                }
                folders => Err(CliError::NoGallery(folders[0].clone())),
            };
        }
        let to = |default: PathBuf| self.out.clone().unwrap_or(default);
        let (text, path) = match &self.folders[..] {
            [one] if !one.join(SPEC).exists() => {
                let path = to(one.join("index.html"));
                let cards = cards(registry, one, &way(&path, one)?)?;
                (page::gallery(&cards).map_err(|source| CliError::Page(Box::new(source)))?, path)
            }
            [one] => (report(registry, &self.folders)?, to(one.join("report.html"))),
            _ => (report(registry, &self.folders)?, to(PathBuf::from("report.html"))),
        };
        atomic::write(&path, |file| io::Write::write_all(file, text.as_bytes()))
            .map_err(|source| CliError::Write { path: path.clone(), source })?;
        tell(format_args!("the page is in {}, {} kB", path.display(), text.len().div_ceil(1000)));
        if self.open {
            open(&path)?;
        }
        Ok(())
    }
}

/// Shows a file with what the system shows such files with.
fn open(path: &Path) -> Result<(), CliError> {
    let (program, arguments): (&str, &[&str]) = match std::env::consts::OS {
        "macos" => ("open", &[]),
        "windows" => ("cmd", &["/C", "start", ""]),
        _ => ("xdg-open", &[]),
    };
    let mut command = Command::new(program);
    let command = command.args(arguments).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop).map_err(|source| CliError::Open { path: path.to_owned(), program, source })
}

/// What is read of a folder.
struct Folder {
    path: PathBuf,
    study: Study,
    defaults: Vec<Selection>,
    trials: Trials,
    curves: Vec<Curve>,
}

fn report(registry: &Arc<Registry>, folders: &[PathBuf]) -> Result<String, CliError> {
    let read: Vec<Folder> = folders.iter().map(|path| Folder::read(registry, path)).collect::<Result<_, _>>()?;
    let studies: Vec<page::Study<'_>> = read.iter().map(Folder::page).collect::<Result<_, _>>()?;
    page::report(&studies).map_err(|source| CliError::Page(Box::new(source)))
}

/// Trials of a configuration whose curves are read, at most, and of all.
const CURVES: (usize, usize) = (16, 4000);

impl Folder {
    fn read(registry: &Arc<Registry>, path: &Path) -> Result<Self, CliError> {
        let study = study(registry, path)?;
        let trials = match trials(&study, path) {
            Err(CliError::NoTrials(_)) => Trials::default(),
            other => other?,
        };
        let table = path.join("curves.csv");
        let all = configurations(&trials);
        let runs = all.iter().flat_map(|one: &Configuration<'_>| one.runs().take(CURVES.0));
        let keys: HashSet<Key> = runs.map(|run| run.key()).take(CURVES.1).collect();
        let is_wanted = |key: &str| Key::parse(key.as_bytes()).is_some_and(|key| keys.contains(&key));
        let curves = if table.exists() { record::read_curves_of(&table, is_wanted)? } else { Vec::new() };
        Ok(Self { path: path.to_owned(), study, defaults: defaults_of(registry), trials, curves })
    }

    fn page(&self) -> Result<page::Study<'_>, CliError> {
        let manifest = Manifest::read(&self.path).ok();
        let steps_per_epoch = manifest.as_ref().and_then(|manifest| manifest.steps_per_epoch);
        let (figures, failures) = match &self.study {
            Study::Sweep(spec) => drawing::pictures(spec, &self.path, steps_per_epoch),
            Study::Drawing(drawing) => drawing::pictures_of_drawing(drawing, &self.path),
        };
        failures.iter().for_each(|failure| tell(format_args!("warning: {failure}")));
        let spec = self.path.join(SPEC);
        let text = fs::read_to_string(&spec).map_err(|source| CliError::Read { path: spec.clone(), source })?;
        let spec = spec.display();
        Ok(page::Study {
            name: self.study.name().to_owned(),
            title: self.study.title().to_owned(),
            facts: self.facts(manifest.as_ref())?,
            spec: text,
            command: format!("thalweg run {spec} --only "),
            defaults: &self.defaults,
            trials: &self.trials,
            curves: &self.curves,
            figures,
        })
    }

    /// How it was run, as far as the folder knows.
    fn facts(&self, manifest: Option<&Manifest>) -> Result<Vec<(String, String)>, CliError> {
        let mut facts =
            vec![("run it again".to_owned(), format!("thalweg run {} --out again", self.path.join(SPEC).display()))];
        let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
        fact("folder", self.path.display().to_string());
        if let Some(manifest) = manifest {
            let path = self.path.join(manifest::FILE);
            let hash = manifest::hash_file(&path).map_err(|source| CliError::Read { path, source })?;
            fact("hash of the results", format!("{hash} (BLAKE3 of manifest.toml, which has those of all files)"));
            fact("numerics contract", manifest.contract.to_string());
            if let Some(trials) = &manifest.trials {
                fact("part", format!("the trials {trials}"));
            }
        }
        if let Ok(text) = fs::read_to_string(self.path.join(PROVENANCE)) {
            let known: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text).unwrap_or_default();
            for (name, value) in known.iter().filter(|(name, value)| !value.is_null() && *name != "contract") {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                fact(&name.replace('_', " "), value);
            }
        }
        Ok(facts)
    }
}

/// What links of a page into a folder begin with: the way from the page's folder to that one, with a slash at its end.
fn way(page: &Path, folder: &Path) -> Result<String, CliError> {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        path.canonicalize().map_err(|source| CliError::Read { path: path.to_owned(), source })
    };
    let (from, to) = (whole(page.parent().unwrap_or(page))?, whole(folder)?);
    let shared = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).map(|part| part + "/").collect())
}

/// The studies in the folders of a folder, by name, for a page from which it is this way there.
fn cards(registry: &Arc<Registry>, folder: &Path, way: &str) -> Result<Vec<page::Card>, CliError> {
    let failed = |source| CliError::Read { path: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?.collect::<io::Result<Vec<_>>>().map_err(failed)?;
    let mut paths: Vec<PathBuf> =
        entries.iter().map(fs::DirEntry::path).filter(|path| path.join(SPEC).exists()).collect();
    paths.sort();
    if paths.is_empty() {
        return Err(CliError::NoResults(folder.to_owned()));
    }
    let mut cards = Vec::new();
    for path in &paths {
        let study = study(registry, path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut figures: Vec<String> = Manifest::read(path).map_or_else(
            |_| Vec::new(),
            |manifest| manifest.names().filter(|file| file.starts_with("figures/")).cloned().collect(),
        );
        figures.sort();
        let link = ["report.html", "README.md"].into_iter().find(|file| path.join(file).exists());
        cards.push(page::Card {
            title: study.title().to_owned(),
            link: format!("{way}{name}/{}", link.unwrap_or_default()),
            figure: figures.first().map(|file| format!("{way}{name}/{file}")),
            figures: figures.len(),
            name,
        });
    }
    Ok(cards)
}
