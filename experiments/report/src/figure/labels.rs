//! The names of lines: just long enough to tell them apart.

use super::Chart;
use super::picture::{Entry, Symbol};
use super::ticks::value_label;
use thalweg_record::record::{LABEL, Setting};
use thalweg_record::stats::Configuration;

/// The hyperparameters whose values differ between configurations of a series, apart from those in `besides` and
/// from choices that follow from another one: of two that always change together, the first is enough.
pub(super) fn varying<'a>(all: &[Configuration<'a>], series: &str, besides: &[&str]) -> Vec<&'a str> {
    let own: Vec<_> = all.iter().filter(|configuration| configuration.series() == series).collect();
    let Some(first) = own.first() else { return Vec::new() };
    let names = first.hyperparameters().iter().map(String::as_str).enumerate();
    let varying: Vec<(usize, &str)> = names
        .filter(|(_, name)| !besides.contains(name) && *name != LABEL)
        .filter(|(i, _)| own.iter().any(|other| !other.agrees_with(first, *i)))
        .collect();
    let is_choice = |at: usize| matches!(first.setting_of(at), Some(Setting::Choice(_)));
    let follows = |at: usize, from: usize| {
        is_choice(at)
            && is_choice(from)
            && own.iter().all(|other| other.agrees_with(first, at) == other.agrees_with(first, from))
    };
    let says_more = |index: &usize| !varying[..*index].iter().any(|(from, _)| follows(varying[*index].0, *from));
    (0..varying.len()).filter(says_more).map(|index| varying[index].1).collect()
}

/// The settings that a label names: [`varying`] ones, but for those that all lines have in common ([`note`]).
pub(super) fn telling(
    chart: &Chart,
    all: &[Configuration<'_>],
    configuration: &Configuration<'_>,
    besides: &[&str],
) -> Vec<String> {
    let is_told = |name: &&str| !chart.options.fixed().any(|(fixed, _)| fixed == name);
    varying(all, configuration.series(), besides).into_iter().filter(is_told).map(str::to_owned).collect()
}

/// What a legend says of the settings that all lines have in common, if there are any.
pub(super) fn note(chart: &Chart) -> Vec<Entry> {
    wrapped("all:", chart.options.fixed().map(|(name, setting)| format!("{name} = {}", text(setting))))
}

/// A list in lines that a legend has room for, after what it is a list of; nothing if it is empty.
pub(super) fn wrapped(what: &str, items: impl Iterator<Item = String>) -> Vec<Entry> {
    const LONGEST: usize = 36;
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            None => lines.push(format!("{what} {item}")),
            Some(last) if last.len() + item.len() < LONGEST => *last += &format!(", {item}"),
            Some(last) => {
                last.push(',');
                lines.push(item);
            }
        }
    }
    lines.into_iter().map(|text| Entry { symbol: Symbol::None, text }).collect()
}

/// The optimizer's name with the settings of these `names`: `adam, beta1 = 0.9`.
///
/// A setting that has the optimizer's own name stands for it: `momentum = 0.9`.
pub(super) fn label(configuration: &Configuration<'_>, names: &[&str]) -> String {
    let series = configuration.series();
    let settings: Vec<String> = names
        .iter()
        .filter_map(|name| configuration.setting(name).map(|setting| format!("{name} = {}", text(&setting))))
        .collect();
    let is_named = names.contains(&series) && configuration.setting(series).is_some();
    let start = (!is_named).then(|| series.to_owned());
    start.into_iter().chain(settings).collect::<Vec<_>>().join(", ")
}

/// Whether two configurations are of one optimizer and differ at most in the hyperparameter `besides`.
pub(super) fn is_same_line(a: &Configuration<'_>, b: &Configuration<'_>, besides: &str) -> bool {
    let mut names = a.hyperparameters().iter().enumerate();
    (besides == "optimizer" || a.series() == b.series())
        && (besides == "problem" || a.problem() == b.problem())
        && names.all(|(i, name)| name == besides || a.agrees_with(b, i))
}

/// A column of `runs.csv` on an axis.
pub fn column(name: &str) -> String {
    match name.rsplit_once('x') {
        _ if name == "lr" => "learning rate".to_owned(),
        Some(("start_", index)) => format!("x{} at the start", subscript(index)),
        Some(("final_", index)) => format!("x{} at the end", subscript(index)),
        _ => match name.strip_prefix("lr_scale_") {
            Some(layer) => format!("factor of the learning rate, layer {layer}"),
            None => name.replace('_', " "),
        },
    }
}

/// A value of a column in a legend or a heading, such as `batch = 16`: an optimizer or a problem speaks for itself.
pub(super) fn named(column: &str, value: &str) -> String {
    match column {
        "problem" | "optimizer" | LABEL => value.to_owned(),
        _ => format!("{} = {value}", column.replace('_', " ")),
    }
}

/// Digits below the line.
pub(super) fn subscript(digits: &str) -> String {
    let lower = |digit: char| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit));
    digits.chars().map(|digit| lower(digit).unwrap_or(digit)).collect()
}

pub(super) fn text(setting: &Setting) -> String {
    setting.number().map_or_else(|| setting.text(), value_label)
}
