//! What the best configurations of a figure are chosen by, and what it says of the choice.

use super::comparison::remark;
use super::groups::{self, Lines};
use super::picture::Entry;
use super::style::Style;
use super::words;
use super::{Chart, labels};
use thalweg_record::stats::{Configuration, Metric, at_ends};

/// Beside the name of what has a value at an end of its axis.
pub(super) const AT_END: &str = "†";

/// The metric that is chosen by: the one that was asked for, or else that of the figure, or what stands for it where it is of
/// the test split ([`Metric::criterion`]).
pub(super) fn by(chart: &Chart, metric: Metric, all: &[Configuration<'_>]) -> Metric {
    let own = || all.first().map_or(metric, |first| metric.criterion(first));
    chart.options.select_by.unwrap_or_else(own)
}

/// What is chosen by, after how.
pub(super) fn notes(how: &str, by: Metric) -> Vec<Entry> {
    let mut notes = vec![remark(format!("{how} the {}", by.label()))];
    notes.extend(by.is_of_test().then(|| remark("(chosen on the test split)")));
    notes
}

/// The looks of lines that are of the best of several configurations, with a mark at the names of those that have a value at an
/// end of its axis; and what the mark means.
pub(super) fn marked(
    chart: &Chart,
    all: &[Configuration<'_>],
    lines: Option<&Lines<'_>>,
    shown: &[Configuration<'_>],
    mut looks: Vec<(Style, String)>,
) -> (Vec<(Style, String)>, Vec<Entry>) {
    if !groups::are_best(chart) {
        return (looks, Vec::new());
    }
    let mut names: Vec<&str> = Vec::new();
    for (chosen, (_, label)) in shown.iter().zip(&mut looks) {
        let is_alike = |one: &&Configuration<'_>| match lines {
            Some(lines) => lines.are_alike(one, chosen),
            None => one.problem() == chosen.problem() && one.series() == chosen.series(),
        };
        let rivals = all.iter().filter(|one| chart.options.selects(one)).filter(is_alike);
        let ends = at_ends(chosen, &rivals.copied().collect::<Vec<_>>());
        if !ends.is_empty() {
            label.push_str(AT_END);
        }
        for end in ends {
            if !names.contains(&end.name) {
                names.push(end.name);
            }
        }
    }
    let names = names.into_iter().map(words::column);
    let notes = labels::listed(&format!("{AT_END} best at an end of an axis:"), names);
    (looks, notes)
}
