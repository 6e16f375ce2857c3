//! The trials of several studies as one table.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use super::DrawError;
use crate::record::manifest::Manifest;
use crate::record::{self, Curve, Quantities, Trial, Trials};
use crate::spec::{Drawing, Member};
use crate::stats::{self, Configuration};

/// Reads the trials of the members, whose folders are in `folder`; their problems are named after the members.
pub(super) fn read(
    drawing: &Drawing,
    members: &[Member],
    folder: &Path,
    with_curves: bool,
) -> Result<(Trials, Vec<Curve>), DrawError> {
    let mut all = Trials::default();
    let mut curves = Vec::new();
    let names: Vec<&str> = members.iter().map(|member| member.study.as_str()).collect();
    let common = common_start(&names);
    for Member { study, problem, labels } in members {
        let path = folder.join(study).join("runs.csv");
        check(drawing, study, &path)?;
        let mut own = record::read_trials(&path, Quantities::ALL)?;
        check_rows(drawing, study, &path, &own)?;
        own.relabel(problem.as_deref().unwrap_or(&study[common..]), labels);
        all.append(own);
        if with_curves {
            let path = folder.join(study).join("curves.csv");
            check(drawing, study, &path)?;
            curves.extend(record::read_curves(&path)?);
        }
    }
    all.group();
    Ok((all, curves))
}

/// Checks that a table of a member is there, and is the one that the member's manifest speaks of, if it has one.
fn check(drawing: &Drawing, member: &str, path: &Path) -> Result<(), DrawError> {
    let study = drawing.name.clone();
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let help = format!("`thalweg reproduce {member}` makes it");
            return Err(DrawError::Missing { study, path: path.to_owned(), help });
        }
        Err(source) => return Err(DrawError::Files { path: path.to_owned(), source }),
    };
    let known = path.parent().zip(path.file_name()).and_then(|(folder, name)| {
        let manifest = Manifest::read(folder).ok()?;
        manifest.files.get(name.to_str()?).cloned()
    });
    let Some(known) = known else { return Ok(()) };
    let mut hasher = blake3::Hasher::new();
    let hashed = hasher.update_reader(&mut file).map(|hasher| hasher.finalize().to_hex().to_string());
    if hashed.map_err(|source| DrawError::Files { path: path.to_owned(), source })? == known {
        return Ok(());
    }
    Err(altered(drawing, member, path, "is not the one that its manifest names"))
}

/// Checks that there are trials, each once.
fn check_rows(drawing: &Drawing, member: &str, path: &Path, runs: &Trials) -> Result<(), DrawError> {
    let mut keys = HashSet::new();
    if runs.is_empty() {
        return Err(altered(drawing, member, path, "holds no trials"));
    }
    let configurations = stats::configurations(runs);
    match configurations.iter().flat_map(Configuration::runs).map(Trial::key).find(|key| !keys.insert(*key)) {
        Some(key) => Err(altered(drawing, member, path, &format!("holds the trial {key} twice"))),
        None => Ok(()),
    }
}

fn altered(drawing: &Drawing, member: &str, path: &Path, reason: &str) -> DrawError {
    let help = format!("`thalweg reproduce {member}` makes it anew");
    DrawError::Altered { study: drawing.name.clone(), path: path.to_owned(), reason: reason.to_owned(), help }
}

/// The length of the beginning that all names have in common, up to and including a `-`.
fn common_start(names: &[&str]) -> usize {
    let Some((first, rest)) = names.split_first().filter(|(_, rest)| !rest.is_empty()) else { return 0 };
    let same = |other: &&str| first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let common = rest.iter().map(same).min().unwrap_or(0);
    first[..common].rfind('-').map_or(0, |dash| dash + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_they_have_in_common() {
        assert_eq!(common_start(&["compare-moons", "compare-iris"]), 8);
        assert_eq!(common_start(&["compare-moons", "compare-moons-2"]), 8);
        assert_eq!(common_start(&["moons", "iris"]), 0);
        assert_eq!(common_start(&["compare-moons"]), 0);
    }
}
