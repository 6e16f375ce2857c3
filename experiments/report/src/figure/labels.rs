//! The names of lines: just long enough to tell them apart.

use super::Chart;
use super::picture::{Entry, Symbol};
use super::words;
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

/// The settings that all lines have in common, if there are any, for below the title.
pub(super) fn note(chart: &Chart) -> Vec<Entry> {
    let shared = |(name, setting): &(String, Setting)| words::setting(name, setting);
    chart.options.fixed().map(shared).map(|text| Entry { symbol: Symbol::Shared, text }).collect()
}

/// A list after what it is a list of; nothing if it is empty.
pub(super) fn listed(what: &str, items: impl Iterator<Item = String>) -> Vec<Entry> {
    let items: Vec<String> = items.collect();
    let text = format!("{what} {}", items.join(", "));
    if items.is_empty() { Vec::new() } else { vec![Entry { symbol: Symbol::None, text }] }
}

/// The method with the settings of these `names`: `Adam (β₁ = 0.9)`.
///
/// A setting that has the method's own name is enough to know it by: `momentum (μ = 0.9)`.
pub(super) fn label(configuration: &Configuration<'_>, names: &[&str]) -> String {
    let setting = |name: &&str| configuration.setting(name).map(|setting| words::setting(name, &setting));
    let settings: Vec<String> = names.iter().filter_map(setting).collect();
    with_settings(&words::method(configuration.series()), &settings)
}

/// A name with settings behind it, if there are any.
pub(super) fn with_settings(name: &str, settings: &[String]) -> String {
    if settings.is_empty() { name.to_owned() } else { format!("{name} ({})", settings.join(", ")) }
}

/// Whether two configurations are of one optimizer and differ at most in the hyperparameter `besides`.
pub(super) fn is_same_line(a: &Configuration<'_>, b: &Configuration<'_>, besides: &str) -> bool {
    let mut names = a.hyperparameters().iter().enumerate();
    (besides == "optimizer" || a.series() == b.series())
        && (besides == "problem" || a.problem() == b.problem())
        && names.all(|(i, name)| name == besides || a.agrees_with(b, i))
}

/// Digits below the line.
pub(super) fn subscript(digits: &str) -> String {
    let lower = |digit: char| digit.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit));
    digits.chars().map(|digit| lower(digit).unwrap_or(digit)).collect()
}
