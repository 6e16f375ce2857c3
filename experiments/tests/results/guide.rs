//! The pages of the guide, done as a reader would: files are written, commands run, and what they say is what stands there.
//!
//! A fence ```` ```toml my.toml ```` is a file. In a fence ```` ```console ```` lines that begin with `$ ` are commands, and what
//! follows is what they say, on standard error and then on standard output. An ellipsis stands for any text of a line, and alone on
//! a line for any lines.

use std::fs;
use std::path::Path;

use crate::command::thalweg;

/// The pages, with the repository's root as their place.
const PAGES: [(&str, &str); 9] = [
    ("README.md", include_str!("../../../README.md")),
    ("guide/learning-rate.md", include_str!("../../guide/learning-rate.md")),
    ("guide/compare.md", include_str!("../../guide/compare.md")),
    ("guide/momentum.md", include_str!("../../guide/momentum.md")),
    ("guide/pictures.md", include_str!("../../guide/pictures.md")),
    ("guide/boundary.md", include_str!("../../guide/boundary.md")),
    ("guide/paper.md", include_str!("../../guide/paper.md")),
    ("guide/machines.md", include_str!("../../guide/machines.md")),
    ("guide/specs.md", include_str!("../../guide/specs.md")),
];

/// The fences of a page: what stands after the marks, and the lines.
fn fences(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut fences = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            fences.push((kind, lines.by_ref().take_while(|line| *line != "```").collect()));
        }
    }
    fences
}

/// Whether a text is as a pattern has it, in which each ellipsis stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split('…').collect();
    let [first, middle @ .., last] = &parts[..] else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Whether lines are as expected.
fn are_as(expected: &[&str], lines: &[&str]) -> bool {
    match (expected, lines) {
        ([], []) => true,
        (["…", rest @ ..], _) => (0..=lines.len()).any(|skipped| are_as(rest, &lines[skipped..])),
        ([first, rest @ ..], [line, others @ ..]) => fits(first, line) && are_as(rest, others),
        _ => false,
    }
}

/// Runs the commands of a page in a folder; how many there are.
fn follow(name: &str, page: &str, folder: &Path) -> usize {
    let mut commands = 0;
    for (kind, lines) in fences(page) {
        if let Some(file) = kind.strip_prefix("toml ") {
            fs::write(folder.join(file), lines.join("\n")).unwrap();
        }
        let starts = lines.iter().enumerate().filter(|(_, line)| kind == "console" && line.starts_with("$ "));
        for (at, line) in starts {
            let arguments: Vec<&str> = line.split(" #").next().unwrap().split_whitespace().skip(1).collect();
            let (program, arguments) = arguments.split_first().unwrap();
            assert_eq!(*program, "thalweg", "{name}: {line}");
            let expected: Vec<&str> =
                lines[at + 1..].iter().copied().take_while(|line| !line.starts_with("$ ")).collect();
            let output = thalweg(folder, arguments);
            let said = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
            assert!(output.status.success(), "{name}: {line}: {said}");
            let said: Vec<&str> = said.lines().map(str::trim_end).collect();
            let is_silent = expected.iter().all(|line| line.is_empty());
            assert!(is_silent || are_as(&expected, &said), "{name}: {line} says\n{}", said.join("\n"));
            commands += 1;
        }
    }
    commands
}

#[test]
fn what_the_guide_says_happens() {
    for (name, page) in PAGES {
        let folder = tempfile::tempdir().unwrap();
        assert!(follow(name, page, folder.path()) > 0, "{name} has no commands");
    }
}

#[test]
fn ellipses_stand_for_what_differs() {
    assert!(fits("3 trials, … s; done", "3 trials, 0.4 s; done") && !fits("3 trials", "3 trials,"));
    assert!(are_as(&["a", "…", "b"], &["a", "b"]) && are_as(&["…", "b"], &["x", "y", "b"]));
    assert!(!are_as(&["a", "…", "b"], &["a", "c"]) && !are_as(&[], &["a"]));
}
