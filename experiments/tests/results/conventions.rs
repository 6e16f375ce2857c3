//! The tables that come with the repository keep the conventions by which other programs read them with their defaults.

use std::fs;
use std::path::{Path, PathBuf};

use thalweg::record::Key;

use crate::content::{Content, contents};

/// What a cell looks like to who guesses types from cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Looks {
    Integer,
    Real,
    Text,
}

fn looks(cell: &str) -> Looks {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && cell.parse::<f64>().is_ok();
    match cell {
        "inf" | "-inf" | "NaN" => Looks::Real,
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => Looks::Integer,
        _ if is_number && cell.contains(['.', 'e']) => Looks::Real,
        _ => Looks::Text,
    }
}

/// What is wrong with a column, if anything is.
fn fault(content: Content, cells: &[&str]) -> Option<String> {
    let first = cells.iter().find(|cell| !cell.is_empty())?;
    let wrong = |cell: &&&str| {
        !cell.is_empty()
            && match content {
                Content::Key => Key::parse(cell.as_bytes()).is_none() || !cell.starts_with(|c: char| c.is_alphabetic()),
                Content::Text => looks(cell) != Looks::Text,
                Content::Whole => looks(cell) != Looks::Integer,
                Content::Real => looks(cell) != Looks::Real,
                Content::Setting => looks(cell) != looks(first),
            }
    };
    cells.iter().find(wrong).map(|cell| format!("{content:?}, but there is `{cell}`"))
}

fn tables(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Records of benchmarks are no tables of studies.
        if path.join("machine.toml").exists() {
            continue;
        }
        if path.is_dir() {
            tables(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "csv") {
            found.push(path);
        }
    }
}

/// The faults of a table.
fn faults(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let of = |(at, content): (usize, Content)| {
        let cells: Vec<&str> = rows.iter().map(|row| &row[at]).collect();
        fault(content, &cells).map(|fault| format!("`{}`: {fault}", &header[at]))
    };
    contents(&header).into_iter().enumerate().filter_map(of).collect()
}

#[test]
fn every_committed_table_is_read_as_it_is_meant() {
    let mut found = Vec::new();
    tables(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../results"), &mut found);
    assert!(found.len() > 100, "{} tables", found.len());
    let all: Vec<String> = found
        .iter()
        .flat_map(|path| {
            let faults = faults(&fs::read_to_string(path).unwrap());
            faults.into_iter().map(move |fault| format!("{}: {fault}", path.display()))
        })
        .collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn what_is_misread_is_found() {
    let header = "key,problem,optimizer,lr,batch,init_seed,final_train_loss";
    let fine = "t0123456789abcdef,moons,sgd,1.0,[16],0,inf\nt0123456789abcdee,moons,sgd,1e-5,full,1,\n";
    assert_eq!(faults(&format!("{header}\n{fine}")), [""; 0]);
    for (from, to, column) in [
        ("t0123456789abcdef", "0123456789abcdef", "key"),
        ("moons", "7", "problem"),
        (",1.0,", ",1,", "lr"),
        ("[16]", "16", "batch"),
        (",0,inf", ",0.0,inf", "init_seed"),
        (",inf", ",3", "final_train_loss"),
        (",inf", ",infinity", "final_train_loss"),
    ] {
        let found = faults(&format!("{header}\n{}", fine.replacen(from, to, 1)));
        assert_eq!(found.len(), 1, "{from} to {to}: {found:?}");
        assert!(found[0].starts_with(&format!("`{column}`")), "{found:?}");
    }
}
