//! Trials that a figure names by their keys.

use super::FigureError;
use super::labels;
use super::ticks::value_label;
use thalweg_record::nearest;
use thalweg_record::record::{Column, Trial, Trials};
use thalweg_record::stats::Configuration;

/// The keys of the trials that are named by their beginnings; what names none, or several, is left as it is.
pub(super) fn complete(wanted: &[String], configurations: &[Configuration<'_>]) -> Vec<String> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let keys = keys(configurations);
    let complete = |wanted: &String| match beginning(&keys, wanted) {
        [only] => only.clone(),
        _ => wanted.clone(),
    };
    wanted.iter().map(complete).collect()
}

/// Checks that each of these names one trial.
///
/// # Errors
/// [`FigureError::NoTrial`] and [`FigureError::SeveralTrials`].
pub(super) fn check(wanted: &[String], configurations: &[Configuration<'_>]) -> Result<(), FigureError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let keys = keys(configurations);
    for key in wanted {
        match beginning(&keys, key) {
            [_] => {}
            [] => {
                let near = nearest(key, keys.iter().map(String::as_str));
                let help = near.map_or_else(
                    || "runs.csv has the keys of all trials".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(FigureError::NoTrial { key: key.clone(), help });
            }
            [first, second, rest @ ..] => {
                return Err(FigureError::SeveralTrials {
                    key: key.clone(),
                    count: 2 + rest.len(),
                    two: [first.clone(), second.clone()],
                });
            }
        }
    }
    Ok(())
}

/// The keys of all trials, in the order of texts.
fn keys(configurations: &[Configuration<'_>]) -> Vec<String> {
    let mut keys: Vec<String> =
        configurations.iter().flat_map(Configuration::runs).map(|run| run.key().to_string()).collect();
    keys.sort();
    // Where a table of an observer has several rows per step, a trial is there for each.
    keys.dedup();
    keys
}

/// Those of the keys, which are in order, that begin so.
fn beginning<'a>(keys: &'a [String], wanted: &str) -> &'a [String] {
    let first = keys.partition_point(|key| key.as_str() < wanted);
    let count = keys[first..].partition_point(|key| key.starts_with(wanted));
    &keys[first..first + count]
}

/// A trial and its configuration.
pub(super) type Single<'a> = (Configuration<'a>, Trial<'a>);

/// The names of single trials: methods with the settings that differ among them, and where these are the same, seeds, starts
/// or keys.
pub(super) fn names(runs: &Trials, shown: &[Single<'_>]) -> Vec<String> {
    let configurations: Vec<Configuration<'_>> = shown.iter().map(|(one, _)| *one).collect();
    let settings = |(one, _): &Single<'_>| {
        let mut names = labels::varying(&configurations, one.series(), &[]);
        if names.is_empty() && one.number("lr").is_some() {
            names.push("lr");
        }
        labels::label(one, &names)
    };
    let mut names: Vec<String> = shown.iter().map(settings).collect();
    let starts: Vec<Column> = (0..).map_while(|i| Column::find(runs, &format!("start_x{i}"))).collect();
    let start = |run: &Trial<'_>| {
        let place: Vec<String> = starts.iter().filter_map(|column| column.number(*run)).map(value_label).collect();
        (!place.is_empty()).then(|| format!("from ({})", place.join(", ")))
    };
    let seed = |run: &Trial<'_>| Some(format!("seed {}", run.init_seed()));
    let key = |run: &Trial<'_>| Some(run.key().to_string());
    for more in [&seed as &dyn Fn(&Trial<'_>) -> Option<String>, &start, &key] {
        let texts: Vec<Option<String>> = shown.iter().map(|(_, run)| more(run)).collect();
        let is_one_of_many = |at: usize| names.iter().filter(|name| **name == names[at]).count() > 1;
        let says_more = texts.iter().any(|text| *text != texts[0]);
        let repeated: Vec<bool> = (0..names.len()).map(is_one_of_many).collect();
        if says_more && repeated.contains(&true) {
            names.iter_mut().zip(texts).for_each(|(name, text)| {
                if let Some(text) = text {
                    *name = format!("{name}, {text}");
                }
            });
        }
    }
    names
}
