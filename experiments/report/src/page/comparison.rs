//! The methods of several studies side by side.

use super::Study;
use crate::findings::{Criterion, Ranking, Standing, interval, number, rankings};
use crate::table::{Cell, Column, Table};
use thalweg_record::record::Precision;
use thalweg_record::stats::{Configuration, Metric, configurations};

/// The median of each method's best settings, with its interval, a column for each study; of studies of several problems, a row
/// for each. None for fewer than two studies with trials.
pub(super) fn table(studies: &[Study<'_>]) -> Option<Table> {
    let read: Vec<(&str, Vec<Configuration<'_>>)> =
        studies.iter().map(|study| (study.name.as_str(), configurations(study.trials))).collect();
    let with_trials = read.iter().filter(|(_, all)| !all.is_empty());
    // What all of them have.
    let metrics = [Metric::FinalValidationLoss, Metric::FinalTrainLoss];
    let is_common = |metric: &Metric| with_trials.clone().all(|(_, all)| Criterion::of(all, Some(*metric)).is_some());
    let metric = metrics.into_iter().find(is_common)?;
    let mut columns = vec![Column::text("problem", "problem"), Column::text("optimizer", "method")];
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for (name, all) in with_trials {
        let Some(criterion) = Criterion::of(all, Some(metric)) else { continue };
        columns.push(Column::number(name, name));
        rows.iter_mut().for_each(|row| row.push(Cell::default()));
        for ranking in rankings(all, criterion).0 {
            ranking.standings.iter().for_each(|standing| put(&mut rows, &ranking, standing, columns.len()));
        }
    }
    let count = columns.len() - 2;
    (count > 1).then(|| Table {
        title: format!("Median {} of the best settings of each method, by study", metric.label()),
        columns,
        rows,
        notes: vec!["In brackets: the 95 % interval. Bold: the first on its problem in its study.".to_owned()],
    })
}

/// Puts a method into the last of so many columns, of its row or a new one.
fn put(rows: &mut Vec<Vec<Cell>>, ranking: &Ranking<'_>, standing: &Standing<'_>, columns: usize) {
    let (problem, method) = (ranking.problem, standing.best.series());
    let at = rows.iter().position(|row| row[0].value == problem && row[1].value == method).unwrap_or_else(|| {
        let names = [(ranking.problem_in_words(), problem), (standing.method(), method)];
        let names = names.map(|(text, name)| Cell { text, value: name.to_owned(), is_best: false });
        rows.push(names.into_iter().chain((2..columns).map(|_| Cell::default())).collect());
        rows.len() - 1
    });
    let sure = standing.interval.map_or_else(String::new, |own| format!(" ({})", interval(&own)));
    rows[at][columns - 1] = Cell {
        text: format!("{}{sure}", number(standing.median)),
        value: Precision::F64.format(standing.median),
        is_best: method == ranking.standings[0].best.series(),
    };
}
