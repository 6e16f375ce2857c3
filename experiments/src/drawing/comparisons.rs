//! The tables of what figures compare.

use std::path::Path;

use crate::figure::{Defaults, Input};
use crate::record::{RecordError, Trials};
use crate::spec::Figure;
use crate::stats::{self, Metric, Score};

/// The tables of optimizers on several problems, and over them.
const TABLES: [&str; 3] = ["comparison.csv", "ranks.csv", "pairs.csv"];

/// The tables of some kinds of figures.
const BUDGET: &str = "budget";
const REGIMES: &str = "regimes";

/// The names of the tables of a sweep: it has some if a figure compares problems.
pub(super) fn tables_of_sweep(figures: &[Figure]) -> Vec<&'static str> {
    let compares = figures.iter().any(|figure| figure.kind.input == Input::Problems);
    if compares { tables(figures) } else { Vec::new() }
}

/// The names of the tables for these figures.
pub(super) fn tables(figures: &[Figure]) -> Vec<&'static str> {
    let mut tables = TABLES.to_vec();
    tables.extend(of(figures, BUDGET).next().map(|_| "budget.csv"));
    tables.extend(of(figures, REGIMES).next().map(|_| "regimes.csv"));
    tables
}

/// Writes these tables of trials into a folder, and names them.
pub(super) fn write(
    tables: &[&str],
    (runs, figures): (&Trials, &[Figure]),
    folder: &Path,
) -> Result<Vec<String>, RecordError> {
    let all = if tables.is_empty() { Vec::new() } else { stats::configurations(runs) };
    for table in tables {
        let path = folder.join(table);
        match *table {
            "comparison.csv" => stats::write_comparison(&path, &all, &scores(figures.iter()))?,
            "ranks.csv" => stats::write_ranks(&path, &all, &scores(figures.iter()))?,
            "pairs.csv" => stats::write_pairs(&path, &all, &scores(figures.iter()))?,
            "budget.csv" => stats::write_budgets(&path, &all, &scores(of(figures, BUDGET)))?,
            _ => {
                let own = of(figures, REGIMES);
                let known = own.clone().next().map_or(&[][..], |figure| &figure.options.defaults);
                let defaults = Defaults::of(&all, known);
                stats::write_regimes(&path, &all, &scores(own), &|one| defaults.are(one))?;
            }
        }
    }
    Ok(tables.iter().map(|table| (*table).to_owned()).collect())
}

/// The figures of a kind.
fn of<'a>(figures: &'a [Figure], kind: &'static str) -> impl Iterator<Item = &'a Figure> + Clone {
    figures.iter().filter(move |figure| figure.kind.name == kind)
}

/// What figures compare and what they choose by, each once.
fn scores<'a>(figures: impl Iterator<Item = &'a Figure>) -> Vec<(Score, Option<Metric>)> {
    let mut scores = Vec::new();
    for figure in figures {
        let score = Score::from_name(figure.metric).map(|score| (score, figure.options.select_by));
        scores.extend(score.filter(|score| !scores.contains(score)));
    }
    scores
}
