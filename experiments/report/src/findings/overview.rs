//! What a sweep found, in lines of text: for the end of a run, and for a look from afar.

use super::criterion::Criterion;
use super::paired::fewest_pairs;
use super::ranking::{Ranking, Standing, Verdict};
use super::sentences::listed;
use super::text::{counted, interval, number, settings};
use thalweg_record::stats::Configuration;

/// Methods of a problem that are shown, at most, and problems.
const MOST_METHODS: usize = 12;
const MOST_PROBLEMS: usize = 6;

/// A table of the methods of each problem with their best settings, and who is not told apart, in lines of about 100 columns:
/// of the [rankings](super::rankings) of these configurations.
pub fn overview(rankings: &[Ranking<'_>], configurations: &[Configuration<'_>], criterion: Criterion) -> String {
    let mut text = String::new();
    for ranking in rankings.iter().take(MOST_PROBLEMS) {
        let title = if rankings.len() == 1 { String::new() } else { format!("{}: ", ranking.problem_in_words()) };
        text += &table(&format!("{title}{}", criterion.shown.label()), ranking, configurations);
        if let Some(line) = apart(ranking) {
            text += &format!("{line}\n");
        }
    }
    if rankings.len() > MOST_PROBLEMS {
        text += &format!("and {} more problems\n", rankings.len() - MOST_PROBLEMS);
    }
    text
}

fn table(title: &str, ranking: &Ranking<'_>, all: &[Configuration<'_>]) -> String {
    let head = [title, "best at", "median", "95 %", "within 2 × of the best"].map(str::to_owned).to_vec();
    let shown = ranking.standings.iter().take(MOST_METHODS).map(|standing| row(standing, all));
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(shown).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect::<Vec<_>>();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let more = match ranking.standings.len().saturating_sub(MOST_METHODS) {
        0 => String::new(),
        more => format!("and {more} more methods\n"),
    };
    rows.iter().map(line).collect::<String>() + &more
}

fn row(standing: &Standing<'_>, all: &[Configuration<'_>]) -> Vec<String> {
    let range = standing.range.map_or(String::new(), |range| {
        let [below, above] = range.is_open.map(|open| if open { "…" } else { "" });
        format!("lr {below}{} to {}{above} ({:.1} decades)", number(range.low), number(range.high), range.decades())
    });
    let edges: Vec<String> = standing.edges.iter().map(|edge| edge.name.replace('_', " ")).collect();
    let edge = if edges.is_empty() { String::new() } else { format!("  ! edge of the grid: {}", edges.join(", ")) };
    vec![
        standing.method(),
        settings(&standing.best, all).replace(" = ", " "),
        number(standing.median),
        standing.interval.map(|own| interval(&own)).unwrap_or_default(),
        format!("{range}{edge}"),
    ]
}

/// Who is not told apart from the first method.
fn apart(ranking: &Ranking<'_>) -> Option<String> {
    let (first, others) = ranking.standings.split_first()?;
    let is_apart = |other: &&Standing<'_>| matches!(other.verdict, Verdict::NotApart(_));
    let names: Vec<String> = others.iter().filter(is_apart).map(|other| other.method()).collect();
    if names.is_empty() {
        return None;
    }
    let trials = first.best.runs().len();
    let fewest = fewest_pairs(others.len());
    let few = if trials < fewest { format!("; it takes {fewest} pairs") } else { String::new() };
    Some(format!("{} is not told apart from {} ({}{few}).", first.method(), listed(&names), counted(trials, "pair")))
}
