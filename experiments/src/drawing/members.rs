//! The trials of several studies as one table.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::Path;

use super::DrawError;
use crate::record::manifest::Manifest;
use crate::record::{self, Curve, Run, Runs};
use crate::spec::{Drawing, Member};

/// Reads the trials of the members, whose folders are in `folder`; their problems are named after the members.
pub(super) fn read(
    drawing: &Drawing,
    members: &[Member],
    folder: &Path,
    with_curves: bool,
) -> Result<(Runs, Vec<Curve>), DrawError> {
    let mut all = Runs::default();
    let mut curves = Vec::new();
    let names: Vec<&str> = members.iter().map(|member| member.study.as_str()).collect();
    let common = common_start(&names);
    for Member { study, problem, labels } in members {
        let path = folder.join(study).join("runs.csv");
        check(drawing, study, &path)?;
        let mut own = record::read_runs(&path)?;
        check_rows(drawing, study, &path, &own)?;
        for (name, setting) in labels {
            own.hyperparameters.push(name.clone());
            own.rows.iter_mut().for_each(|run| run.settings.push(Some(setting.clone())));
        }
        add(&mut all, own, problem.as_deref().unwrap_or(&study[common..]));
        if with_curves {
            let path = folder.join(study).join("curves.csv");
            check(drawing, study, &path)?;
            curves.extend(record::read_curves(&path)?);
        }
    }
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
fn check_rows(drawing: &Drawing, member: &str, path: &Path, runs: &Runs) -> Result<(), DrawError> {
    let mut keys = HashSet::new();
    if runs.rows.is_empty() {
        return Err(altered(drawing, member, path, "holds no trials"));
    }
    match runs.rows.iter().find(|run| !keys.insert(&run.key)) {
        Some(run) => Err(altered(drawing, member, path, &format!("holds the trial {} twice", run.key))),
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

/// Adds trials, with all columns that either side has.
fn add(all: &mut Runs, new: Runs, problem: &str) {
    let places = |names: &[String], into: &mut Vec<String>| -> Vec<usize> {
        let place = |name: &String| {
            into.iter().position(|known| known == name).unwrap_or_else(|| {
                into.push(name.clone());
                into.len() - 1
            })
        };
        names.iter().map(place).collect()
    };
    let settings = places(&new.hyperparameters, &mut all.hyperparameters);
    let extra = places(&new.extra, &mut all.extra);
    let spread = |run: Run| {
        let mut wide = Run { problem: problem.to_owned(), settings: vec![None; all.hyperparameters.len()], ..run };
        wide.extra = vec![None; all.extra.len()];
        wide
    };
    for run in new.rows {
        let (own_settings, own_extra) = (run.settings.clone(), run.extra.clone());
        let mut wide = spread(run);
        settings.iter().zip(own_settings).for_each(|(&place, setting)| wide.settings[place] = setting);
        extra.iter().zip(own_extra).for_each(|(&place, value)| wide.extra[place] = value);
        all.rows.push(wide);
    }
    for run in &mut all.rows {
        run.settings.resize(all.hyperparameters.len(), None);
        run.extra.resize(all.extra.len(), None);
    }
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

    #[test]
    fn tables_are_joined_by_the_names_of_their_columns() {
        let table = |hyperparameters: &[&str], cells: &[Option<f64>]| Runs {
            hyperparameters: hyperparameters.iter().map(|name| (*name).to_owned()).collect(),
            rows: vec![Run { settings: cells.iter().map(|x| x.map(record::Setting::Number)).collect(), ..blank() }],
            ..Runs::default()
        };
        let mut all = Runs::default();
        add(&mut all, table(&["lr", "momentum"], &[Some(0.1), Some(0.9)]), "a");
        add(&mut all, table(&["beta1", "lr"], &[Some(0.5), Some(0.2)]), "b");
        assert_eq!(all.hyperparameters, ["lr", "momentum", "beta1"]);
        let number = |x: f64| Some(record::Setting::Number(x));
        assert_eq!(all.rows[0].settings, [number(0.1), number(0.9), None]);
        assert_eq!(all.rows[1].settings, [number(0.2), None, number(0.5)]);
        assert_eq!(all.rows[1].problem, "b");
    }

    fn blank() -> Run {
        Run {
            key: String::new(),
            problem: String::new(),
            optimizer: "sgd".to_owned(),
            settings: Vec::new(),
            init_seed: 0,
            order_seed: 0,
            status: record::Status::Ok,
            steps: 1,
            diverged_at: None,
            initial_train_loss: None,
            final_train_loss: None,
            best_train_loss: None,
            best_step: None,
            final_validation_loss: None,
            final_test_loss: None,
            final_train_accuracy: None,
            final_validation_accuracy: None,
            final_test_accuracy: None,
            steps_to_target: None,
            extra: Vec::new(),
        }
    }
}
