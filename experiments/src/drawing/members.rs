//! The trials of several studies as one table.

use std::path::Path;

use super::DrawError;
use crate::record::{self, Curve, Quantities, Trials};
use crate::spec::{Drawing, Member};

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
        if !path.exists() {
            let help = format!("`thalweg reproduce {study}` makes it");
            return Err(DrawError::Missing { study: drawing.name.clone(), path, help });
        }
        let mut own = record::read_trials(&path, Quantities::ALL)?;
        own.relabel(problem.as_deref().unwrap_or(&study[common..]), labels);
        all.append(own);
        if with_curves {
            curves.extend(record::read_curves(&folder.join(study).join("curves.csv"))?);
        }
    }
    all.group();
    Ok((all, curves))
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
