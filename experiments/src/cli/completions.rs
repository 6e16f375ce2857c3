//! `thalweg completions` and `thalweg man`.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, CliError};

/// Write what completes commands and options in a shell.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg completions bash > ~/.local/share/bash-completion/completions/thalweg
  thalweg completions zsh > ~/.zfunc/_thalweg
  thalweg completions fish > ~/.config/fish/completions/thalweg.fish")]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub fn run(self) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "thalweg", &mut script);
        write(&script)
    }
}

/// Write a page of the manual, with all commands.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg man > thalweg.1 && man ./thalweg.1")]
pub(super) struct Manual {}

impl Manual {
    pub fn run(self) -> Result<(), CliError> {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command().flatten_help(true)).render(&mut page)?;
        write(&page)
    }
}

fn write(text: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}
