//! Ranks of methods over problems.

use super::{Cell, Column, Table};
use crate::figure::words;
use crate::findings::{Criterion, number, rankings};
use thalweg_record::stats::{Configuration, ranks as ranks_of};

/// The rank of each method on each problem by the median of its best settings, and the average of its ranks; the best average
/// first. None if there are fewer than two problems that have the same two methods or more.
pub fn ranks(configurations: &[Configuration<'_>], criterion: Criterion) -> Option<Table> {
    let (rankings, _) = rankings(configurations, criterion);
    let first = rankings.first()?;
    let is_everywhere = |method: &&str| rankings.iter().all(|ranking| ranking.costs(&[*method], criterion).is_some());
    let methods: Vec<&str> =
        first.standings.iter().map(|standing| standing.best.series()).filter(is_everywhere).collect();
    if rankings.len() < 2 || methods.len() < 2 {
        return None;
    }
    let by_problem: Vec<Vec<f64>> =
        rankings.iter().filter_map(|ranking| Some(ranks_of(&ranking.costs(&methods, criterion)?))).collect();
    let average = |at: usize| by_problem.iter().map(|ranks| ranks[at]).sum::<f64>() / by_problem.len() as f64;
    let mut order: Vec<usize> = (0..methods.len()).collect();
    order.sort_by(|a, b| average(*a).total_cmp(&average(*b)));
    let row = |at: usize| {
        let own = by_problem.iter().map(|ranks| {
            let cell = Cell { text: number(ranks[at]), ..Cell::number(ranks[at]) };
            cell.best_if(ranks[at] < 2.0)
        });
        [Cell { text: words::method(methods[at]), ..Cell::of(methods[at]) }, Cell::number(average(at))]
            .into_iter()
            .chain(own)
            .collect()
    };
    let columns = [Column::text("optimizer", "method"), Column::number("average_rank", "average rank")];
    let problems = rankings.iter().map(|ranking| Column::number(ranking.problem, &ranking.problem_in_words()));
    Some(Table {
        title: format!("Ranks by the median {}: {}", criterion.shown.label(), criterion.text()),
        columns: columns.into_iter().chain(problems).collect(),
        rows: order.into_iter().map(row).collect(),
        notes: vec!["1 is best; equal medians share the mean of their ranks. Bold: first.".to_owned()],
    })
}
