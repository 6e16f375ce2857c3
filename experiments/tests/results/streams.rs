//! Streams, variables and limits of the process: none of them changes results or exit codes.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::command::folder;

/// Runs a line of shell in a folder, in which `thalweg` is the command.
fn shell(folder: &Path, line: &str) -> Output {
    let binary = env!("CARGO_BIN_EXE_thalweg");
    let script = format!("thalweg() {{ '{binary}' \"$@\"; }}\n{line}");
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).current_dir(folder).env_remove("THALWEG_ISA").output().expect("a shell starts")
}

fn code(folder: &Path, line: &str) -> i32 {
    let output = shell(folder, line);
    output.status.code().unwrap_or_else(|| panic!("{line}: {output:?}"))
}

#[test]
fn standard_error_that_cannot_be_written_changes_nothing() {
    let folder = folder();
    let folder = folder.path();
    assert_eq!(code(folder, "thalweg run small.toml --out a"), 0);
    let runs = fs::read(folder.join("a/runs.csv")).unwrap();
    let closed = "(thalweg run small.toml --out OUT; echo $? >code) 2>&1 | head -0; exit $(cat code)";
    for (at, line) in ["thalweg run small.toml --out OUT 2>/dev/full", "thalweg run small.toml --out OUT 2>&-", closed]
        .into_iter()
        .enumerate()
    {
        let out = format!("out{at}");
        assert_eq!(code(folder, &line.replace("OUT", &out)), 0, "{line}");
        assert_eq!(fs::read(folder.join(out).join("runs.csv")).unwrap(), runs);
    }
    assert_eq!(code(folder, "thalweg run missing.toml 2>/dev/full"), 65);
    assert_eq!(code(folder, "THALWEG_ISA=avx9 thalweg run small.toml 2>/dev/full"), 2);
    assert_eq!(code(folder, "THALWEG_ISA=scalar thalweg plan small.toml 2>/dev/full"), 0);
}

#[test]
fn differences_that_nobody_reads_are_told_by_the_exit_code() {
    let folder = folder();
    let folder = folder.path();
    fs::create_dir_all(folder.join("results/one-weight")).unwrap();
    for stream in [">/dev/full", "| head -0"] {
        let line =
            format!("(thalweg reproduce one-weight --check; echo $? >code) {stream} 2>/dev/null; exit $(cat code)");
        assert_eq!(code(folder, &line), 1, "{line}");
    }
    let output = shell(folder, "TMPDIR=/nowhere thalweg reproduce one-weight --check");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(74) && error.contains("cannot write to /nowhere"), "{error}");
}

#[test]
fn a_list_that_nobody_reads_to_its_end_is_no_failure() {
    let folder = folder();
    assert_eq!(code(folder.path(), "set -o pipefail; thalweg list | head -1"), 0);
    assert_eq!(code(folder.path(), "set -o pipefail; thalweg plan small.toml --trials | head -1"), 0);
    assert_eq!(code(folder.path(), "set -o pipefail; thalweg show small.toml | head -0"), 0);
    assert_eq!(code(folder.path(), "thalweg run small.toml --out a; set -o pipefail; thalweg status a | head -0"), 0);
    for command in ["list", "show digits", "show digits --canonical", "status a"] {
        assert_eq!(code(folder.path(), &format!("thalweg {command} >/dev/full")), 74, "{command}");
    }
}

#[test]
fn an_instruction_set_without_a_name_is_none() {
    let folder = folder();
    assert_eq!(code(folder.path(), "THALWEG_ISA= thalweg plan small.toml"), 0);
}

/// The limit is an error with a message, not a signal, and leaves no temporary file.
#[test]
fn a_limit_on_the_size_of_files_is_an_error() {
    let folder = folder();
    let output = shell(folder.path(), "ulimit -f 1; thalweg run small.toml --out out --set train.seeds=100");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(74), "{error}");
    assert!(error.contains("File too large"), "{error}");
    let leftovers = shell(folder.path(), "find out -name '*.tmp'").stdout;
    assert_eq!(String::from_utf8_lossy(&leftovers), "");
}

#[test]
fn a_name_without_letters_gets_no_empty_advice() {
    let folder = folder();
    for name in ["''", "qqqqqqqqqq", "$(printf 'a%.0s' {1..100000})"] {
        let output = shell(folder.path(), &format!("thalweg run {name}"));
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(65));
        assert!(error.contains("there is no spec") && !error.contains("help:"), "{error}");
        assert!(error.len() < 1_000, "{} bytes", error.len());
    }
}

#[test]
fn specs_come_from_files_and_from_open_streams() {
    let folder = folder();
    let folder = folder.path();
    for line in ["thalweg plan <(cat small.toml)", "cat small.toml | thalweg plan /dev/stdin"] {
        assert_eq!(code(folder, line), 0, "{line}");
    }
    let refused = |line: &str, why: &str| {
        let output = shell(folder, line);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(65) && error.contains(why), "{line}: {error}");
    };
    refused("mkfifo pipe && thalweg plan pipe", "it is not a regular file");
    refused("thalweg plan /dev/zero", "it is not a regular file");
    refused("thalweg plan /dev/stdin </dev/zero", "it has more than 8388608 bytes");
    refused("printf 'name = \"\\xff\"' >latin.toml && thalweg plan latin.toml", "not UTF-8 text, see byte 8");
}
