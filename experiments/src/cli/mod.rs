//! The command line: one file per subcommand. Nothing imports it.

mod anew;
mod audit;
mod bench;
mod closing;
mod code;
mod completions;
mod data;
mod duration;
mod error;
#[cfg(feature = "parquet")]
mod export;
mod extend;
mod findings;
mod folder;
mod frames;
mod list;
mod look;
mod merge;
mod missing;
mod new;
mod plan;
mod plot;
mod process;
mod progress;
mod report;
mod reproduce;
mod run;
mod shard;
mod show;
mod source;
mod status;
mod table;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
#[cfg(unix)]
use nix::sys::signal::{SigSet, Signal};

use thalweg_kernels::Isa;
use thalweg_kernels::arch::VARIABLE;

use crate::memory::Memory;
use crate::registry::Registry;
use crate::spec::Drawing;
use crate::{drawing, sweep};
use code::{CODES, Code};
use error::CliError;

/// Train thousands of small neural networks at once, and find out which optimizer, which learning rate, which momentum.
///
/// A sweep is written as a TOML spec and run by one command; its results are CSV and figures that are the same to the
/// byte on every machine.
#[derive(Debug, Parser)]
#[command(version, long_version = VERSION.as_str(), max_term_width = 100, after_help = format!("{EXAMPLES}\n\n{CODES}"))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What a paper says of the program: all versions of one contract compute the same bits.
static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (numerics contract {})", env!("CARGO_PKG_VERSION"), thalweg_kernels::CONTRACT));

const EXAMPLES: &str = "Examples:
  thalweg new my.toml                 a spec to start from
  thalweg run digits                  run a shipped study; its results go to results/digits
  thalweg run my.toml --set train.steps=100
  thalweg plan my.toml                what would run, and how long it would take
  thalweg reproduce --check           compute the shipped studies again, and compare every byte
  thalweg look results/digits         what came out, in the terminal
  thalweg report results/digits --open   a page of it
  thalweg status results/digits       what is there, and how far it is
  thalweg list optimizers
  thalweg list train adam             the keys of a table, and one thing by its name
  thalweg bench compare               what became faster or slower";

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Run(Box<run::Run>),
    Plan(plan::Plan),
    Merge(merge::Merge),
    Missing(missing::Missing),
    Id(audit::Id),
    Verify(audit::Verify),
    Prove(audit::Prove),
    Diff(audit::Diff),
    #[cfg(feature = "parquet")]
    Export(export::Export),
    /// What another build has.
    #[cfg(not(feature = "parquet"))]
    #[command(hide = true)]
    Export(NoExport),
    Data(data::Data),
    Status(status::Status),
    Look(look::Look),
    Findings(findings::Findings),
    Table(table::Table),
    Report(report::Report),
    Plot(Box<plot::Plot>),
    Reproduce(reproduce::Reproduce),
    Show(show::Show),
    Bench(bench::Bench),
    List(list::List),
    Completions(completions::Completions),
    #[command(name = "man")]
    Manual(completions::Manual),
}

/// The arguments of a command that this build does not have.
#[cfg(not(feature = "parquet"))]
#[derive(Debug, Args)]
struct NoExport {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _arguments: Vec<std::ffi::OsString>,
}

/// How the work is done; none of it changes a byte of the results.
#[derive(Clone, Debug, Args)]
struct Work {
    /// Worker threads [default: one per core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    threads: Option<u16>,
    /// Start even if more memory seems to be needed than is free.
    #[arg(long)]
    overcommit: bool,
    /// Say nothing but errors.
    #[arg(long, short)]
    quiet: bool,
}

impl Work {
    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(cores, usize::from)
    }

    fn memory(&self) -> Memory {
        if self.overcommit { Memory::unlimited() } else { Memory::of_machine() }
    }

    /// The instruction set, with a warning where there is no SIMD.
    fn isa(&self) -> Result<Isa, CliError> {
        let isa = isa()?;
        if isa.is_scalar() && !self.quiet {
            tell("warning: running without SIMD, which is 50 to 100 times slower (the results are the same)");
        }
        Ok(isa)
    }
}

/// The instruction set that the environment asks for, or else the fastest.
fn isa() -> Result<Isa, CliError> {
    // An empty variable is one that is not set.
    let is_empty = std::env::var_os(VARIABLE).is_some_and(|name| name.is_empty());
    Ok(if is_empty { Isa::best() } else { Isa::from_environment()? })
}

/// Runs the command that the process was called with, on specs of built-in parts.
pub fn main() -> ExitCode {
    main_with(Registry::builtin())
}

/// Runs the command that the process was called with, on specs of these parts. It is the `main` of a crate with parts of its
/// own.
pub fn main_with(registry: Registry) -> ExitCode {
    let registry = &Arc::new(registry);
    block_file_size_signal();
    let result = match Cli::parse().command {
        Command::New(command) => command.run(registry),
        Command::Run(command) => command.run(registry),
        Command::Plan(command) => command.run(registry),
        Command::Merge(command) => command.run(registry),
        Command::Missing(command) => command.run(registry),
        Command::Id(command) => command.run(registry),
        Command::Verify(command) => command.run(registry),
        Command::Prove(command) => command.run(registry),
        Command::Diff(command) => command.run(registry),
        #[cfg(feature = "parquet")]
        Command::Export(command) => command.run(registry),
        #[cfg(not(feature = "parquet"))]
        Command::Export(_) => Err(CliError::NoParquet),
        Command::Data(command) => command.run(registry),
        Command::Status(command) => command.run(registry),
        Command::Look(command) => command.run(registry),
        Command::Findings(command) => command.run(registry),
        Command::Table(command) => command.run(registry),
        Command::Report(command) => command.run(registry),
        Command::Plot(command) => command.run(registry),
        Command::Reproduce(command) => command.run(registry),
        Command::Show(command) => command.run(registry),
        Command::Bench(command) => command.run(registry),
        Command::List(command) => command.run(registry),
        Command::Completions(command) => command.run(),
        Command::Manual(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that stops early, such as `head`, is not a failure.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let code = error.code();
            tell(format_args!("{:?}", miette::Report::new(error)));
            code.into()
        }
    }
}

/// Makes the results of a study that draws, in a folder whose files of these names are the command's own.
fn make(drawing: &Drawing, out: &Path, home: &Path, isa: Isa, png: bool) -> Result<(), CliError> {
    let names = drawing::output_files(drawing, out);
    sweep::guarded(out, &names, &drawing.canonical(), || Ok(drawing::make(drawing, out, home, isa, png)?))
}

/// Says something on standard error. A stream that is closed or full changes nothing.
fn tell(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A write beyond the limit on the size of files shall fail, as it does on a full disk; the signal would end the process.
/// All threads inherit this.
fn block_file_size_signal() {
    #[cfg(unix)]
    let _ = SigSet::from(Signal::SIGXFSZ).thread_block();
}

/// How long the command may take to stop by itself.
const GRACE: Duration = Duration::from_secs(4);

/// A flag that Ctrl-C and SIGTERM set. Training then gives up the blocks in progress, and writes the rows of those that are
/// finished. What does not look at the flag, such as the writing of tables, ends with the process after [`GRACE`], or at
/// the second Ctrl-C: all trials are on disk then.
fn stop_flag() -> Result<Arc<AtomicBool>, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Code::Again as i32);
        }
        tell("stopping; what is finished is kept, and the same command continues");
        let end = || {
            std::thread::sleep(GRACE);
            std::process::exit(Code::Again as i32);
        };
        // Without a thread to spare, a second Ctrl-C ends it.
        let _ = std::thread::Builder::new().spawn(end);
    })?;
    Ok(stop)
}
