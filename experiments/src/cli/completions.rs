//! `thalweg completions` and `thalweg man`.

use std::io::{self, Write};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, CliError};
use crate::spec::{shortened, suggestion};

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

/// Write a page of the manual: of all commands, or of one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  thalweg man > thalweg.1 && man ./thalweg.1
  thalweg man run > thalweg-run.1")]
pub(super) struct Manual {
    /// A command, such as run.
    command: Option<String>,
}

impl Manual {
    pub fn run(self) -> Result<(), CliError> {
        let mut all = Cli::command();
        all.build();
        let command = match &self.command {
            None => all,
            Some(name) => {
                let found = all.find_subcommand(name).cloned();
                found.ok_or_else(|| CliError::NoEntry {
                    name: shortened(name).into_owned(),
                    help: suggestion(name, &all.get_subcommands().map(clap::Command::get_name).collect::<Vec<_>>()),
                })?
            }
        };
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        write(&page)
    }
}

fn write(text: &[u8]) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    Ok(out.flush()?)
}
