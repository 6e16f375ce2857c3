//! `thalweg bench report`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use thalweg_benchmarks::charts::{Charts, Measure, Shown, charts};
use thalweg_benchmarks::{Build, Machine, Store};
use thalweg_report::page;

use super::this_machine;
use crate::cli::frames::named;
use crate::cli::plot::styled;
use crate::cli::{CliError, tell};
use crate::figure::{Appearance, Format, draw_picture};
use crate::record::atomic;
use crate::registry::Registry;
use crate::spec::override_style;

/// Draw the records of a machine, and write a page of them.
///
/// The figures are history.svg (how benchmarks changed from record to record, with the records where their level did),
/// throughput.svg (products by size, beside other libraries and the peak), roofline.svg, step.svg (the parts of a training step),
/// and shares-FAMILY.svg (how near kernels come to what bounds them), as far as there are records of them. All but the history are of one build.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg bench report                                  results/bench/<machine>/figures and report.html
  thalweg bench report --filter product/forward --png
  thalweg bench report results/bench/amd-epyc-7543-32-2c-3f2a --build 4be0a4f --out talk --set style.width=slide
  thalweg bench report --filter exp-f32 --measure time --format svg,pdf

The history has a panel for each benchmark if there are at most 12, and else one for each group. `thalweg list style` has the
keys of a style.")]
pub(super) struct Report {
    /// The folder of a machine's records, or a folder that holds this machine's.
    #[arg(value_name = "DIR", default_value = "results/bench")]
    folder: PathBuf,
    /// Show the benchmarks whose ids hold this.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    filter: String,
    /// The instruction set [default: the machine's fastest, or that of the newest run].
    #[arg(long, value_name = "NAME")]
    isa: Option<String>,
    /// The build of all but the history: a revision, or the beginning of a build's name [default: the newest].
    #[arg(long, value_name = "REV")]
    build: Option<String>,
    /// What the history shows.
    #[arg(long, value_enum, default_value_t)]
    measure: Shows,
    /// A file of keys of [style], such as `width = "column"`.
    #[arg(long, value_name = "FILE")]
    style: Option<PathBuf>,
    /// The kinds of files, in place of the style's: svg, png, pdf, tex.
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = |name: &str| named(&Format::NAMES, name))]
    format: Vec<Format>,
    /// Draw figures as PNG as well.
    #[arg(long)]
    png: bool,
    /// Set a key of the style, such as style.theme=dark.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,
    /// The folder for figures/ and report.html [default: the machine's].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Shows {
    #[default]
    Throughput,
    Time,
}

impl Report {
    pub fn run(self, registry: &Arc<Registry>) -> Result<(), CliError> {
        let look = self.look(registry)?;
        let (folder, machine, builds) = self.read()?;
        let measure = match self.measure {
            Shows::Throughput => Measure::Throughput,
            Shows::Time => Measure::Time,
        };
        let shown = Shown { filter: &self.filter, isa: self.isa.as_deref(), build: self.build.as_deref(), measure };
        let charts = charts(&machine, &builds, shown)?;
        let out = self.out.unwrap_or(folder);
        let figures = out.join("figures");
        fs::create_dir_all(&figures).map_err(|source| CliError::Write { path: figures.clone(), source })?;
        for (name, picture) in &charts.pictures {
            for path in draw_picture(picture, name, &figures, &look)? {
                tell(format_args!("wrote {}", path.display()));
            }
        }
        charts.missing.iter().for_each(|missing| tell(format_args!("no figure: {missing}")));
        write_page(&out.join("report.html"), &machine, charts)
    }

    /// The style, with what was asked for in its place.
    fn look(&self, registry: &Arc<Registry>) -> Result<Appearance, CliError> {
        let own = override_style(registry, &self.overrides, &Appearance::default())?;
        let look = styled(registry, self.style.as_deref(), &own)?;
        let look = if self.format.is_empty() { look } else { look.with_only(self.format.iter().copied()) };
        Ok(if self.png { look.with(Format::Png) } else { look })
    }

    /// The folder of the machine whose records are meant, the machine and its builds.
    fn read(&self) -> Result<(PathBuf, Machine, Vec<Build>), CliError> {
        let folder = self.folder.clone();
        if let Some((machine, builds)) = Store::read_machine(&folder)? {
            return Ok((folder, machine, builds));
        }
        let (store, machine) = (Store { folder }, this_machine());
        let builds = store.builds(&machine)?;
        Ok((store.folder_of(&machine)?, machine, builds))
    }
}

fn write_page(path: &Path, machine: &Machine, charts: Charts) -> Result<(), CliError> {
    let page = page::Pictures {
        title: format!("Benchmarks on {}", machine.cpu),
        figures: &charts.pictures,
        tables: &[charts.table],
        facts: charts.facts,
    };
    let text = page::pictures(&page).map_err(|source| CliError::Page(Box::new(source)))?;
    atomic::write(path, |file| file.write_all(text.as_bytes()))
        .map_err(|source| CliError::Write { path: path.to_owned(), source })?;
    tell(format_args!("the page is in {}, {} kB", path.display(), text.len().div_ceil(1000)));
    Ok(())
}
