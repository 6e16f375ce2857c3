//! The best settings of each method.

use super::{Cell, Column, Table};
use crate::findings::{Criterion, LEVEL, Standing, Verdict, number, percent, rankings, settings};
use thalweg_record::record::Precision;
use thalweg_record::stats::{Assessment, AtEnd, Configuration, GOOD_FACTOR};

/// What marks a value at the end of its axis.
const MARK: &str = "!";

/// The best settings of each method on each problem, the best method first, with the interval of the median, the good learning
/// rates and the share of trials that diverged. Bold is the first method, and whatever is not told apart from it.
pub fn best(configurations: &[Configuration<'_>], criterion: Criterion) -> Table {
    let (rankings, assessment) = rankings(configurations, criterion);
    let has_problems = rankings.len() > 1;
    let label = criterion.shown.label();
    let name = criterion.shown.name();
    let mut columns = vec![
        Column::text("optimizer", "method"),
        Column::text("settings", "best settings"),
        Column::number(name, &format!("median {label}")),
        Column::number("ci_low", "95 % from"),
        Column::number("ci_high", "to"),
        Column::number("in_sample", "in sample"),
        Column::number("trials", "trials"),
        Column::number("good_low", "good from lr"),
        Column::number("good_high", "to"),
        Column::number("good_decades", "decades"),
        Column::number("diverged_share", "diverged"),
        Column::text("edge", "edge of the grid"),
    ];
    let mut rows = Vec::new();
    for ranking in &rankings {
        for standing in &ranking.standings {
            let mut cells = row(standing, &settings(&standing.best, configurations));
            if has_problems {
                cells.insert(0, Cell { text: ranking.problem_in_words(), ..Cell::of(ranking.problem) });
            }
            rows.push(cells);
        }
    }
    if has_problems {
        columns.insert(0, Column::text("problem", "problem"));
    }
    let mut notes = vec![
        format!(
            "Bold: the first, and what is not told apart from it (sign test of paired seeds, Holm, {} %).",
            number(100.0 * LEVEL)
        ),
        format!("Good: within {GOOD_FACTOR} times the best; diverged: of all trials of the method."),
    ];
    if rankings.iter().flat_map(|ranking| &ranking.standings).any(|standing| !standing.edges.is_empty()) {
        notes.push(format!("{MARK}: the first or last value of its axis; a better one may lie beyond."));
    }
    notes.push(match assessment {
        Assessment::CrossFit => {
            "Judged on trials that took no part in the choice (cross-fit); in sample: on those that did.".to_owned()
        }
        Assessment::InSample => "Chosen and judged on the same trials, which flatters.".to_owned(),
    });
    Table { title: title(criterion), columns, rows, notes }
}

fn title(criterion: Criterion) -> String {
    let by = criterion.chosen_by.label();
    let chosen = if criterion.is_in_sample() { String::new() } else { format!(", chosen by the median {by}") };
    format!("Best settings of each method by the median {}{chosen}", criterion.shown.label())
}

fn row(standing: &Standing<'_>, settings: &str) -> Vec<Cell> {
    let optional = |value: Option<f64>| value.map(Cell::number).unwrap_or_default();
    let is_best = matches!(standing.verdict, Verdict::First | Verdict::NotApart(_));
    let share = standing.diverged as f64 / standing.trials as f64;
    let edges: Vec<String> = standing.edges.iter().map(edge).collect();
    vec![
        Cell { text: standing.method(), ..Cell::of(standing.best.series()) },
        Cell::of(settings),
        Cell::number(standing.median).best_if(is_best),
        optional(standing.interval.map(|interval| interval.low)),
        optional(standing.interval.map(|interval| interval.high)),
        Cell::number(standing.in_sample),
        Cell::count(standing.best.runs().len()),
        optional(standing.range.map(|range| range.low)),
        optional(standing.range.map(|range| range.high)),
        standing.range.map(|range| decades(range.decades())).unwrap_or_default(),
        Cell { text: percent(share), value: Precision::F64.format(share), is_best: false },
        Cell::of(edges.join(", ")),
    ]
}

fn decades(decades: f64) -> Cell {
    Cell { text: format!("{decades:.1}"), ..Cell::number(decades) }
}

fn edge(edge: &AtEnd<'_>) -> String {
    let end = if edge.is_last { "last" } else { "first" };
    format!("{MARK} {end} {}", edge.name.replace('_', " "))
}
