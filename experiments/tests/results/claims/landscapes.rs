//! Of walks on surfaces.

use std::fs;

use thalweg::stats::wilson_interval;
use thalweg_report::findings::number;

use super::rows::{Rows, results};

/// From here on two ends are of two minima.
const APART: f64 = 0.2;

/// A trial ends at a minimum if it is as near to it, in place and in value.
const AT: f64 = 0.05;

fn places(rows: &Rows, prefix: &str) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f64>> = match rows.numbers(&format!("{prefix}_x0")) {
        first if rows.has(&format!("{prefix}_x1")) => vec![first, rows.numbers(&format!("{prefix}_x1"))],
        first => vec![first],
    };
    (0..rows.len()).map(|at| columns.iter().map(|column| column[at]).collect()).collect()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The number of the nearest of some minima.
fn nearest(place: &[f64], minima: &[(Vec<f64>, f64)]) -> usize {
    let order = |a: &usize, b: &usize| distance(place, &minima[*a].0).total_cmp(&distance(place, &minima[*b].0));
    (0..minima.len()).min_by(order).unwrap()
}

/// The name of a method with its settings in words.
fn method(rows: &Rows) -> String {
    let lr = number(rows.numbers("lr")[0]);
    match rows.numbers("momentum").first() {
        None => format!("gradient descent, α = {lr}"),
        Some(momentum) => format!("momentum, α = {lr}, μ = {}", number(*momentum)),
    }
}

/// The shares of starts that end at the nearest minimum and at the lowest one, by gradient descent in percent as well.
fn of_basin(study: &str, landscape: &str) -> (Vec<String>, Vec<f64>) {
    let runs = Rows::read(&format!("{study}/runs.csv"));
    let groups: Vec<Rows> = runs
        .by("optimizer")
        .into_iter()
        .flat_map(|(_, rows)| rows.by("lr"))
        .flat_map(|(_, rows)| rows.by("momentum"))
        .map(|(_, rows)| rows)
        .collect();
    let mut minima: Vec<(Vec<f64>, f64)> = Vec::new();
    for (end, value) in places(&groups[0], "final").into_iter().zip(groups[0].numbers("final_value")) {
        if minima.iter().all(|(other, _)| distance(&end, other) >= APART) {
            minima.push((end, value));
        }
    }
    let lowest = minima.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let all_lowest = minima.iter().all(|(_, value)| value - lowest < AT);
    let mut others = Vec::new();
    let rows = groups.iter().map(|rows| {
        let ways = places(rows, "start").into_iter().zip(places(rows, "final"));
        let is_near = |(start, end): &(Vec<f64>, Vec<f64>)| {
            let at = nearest(end, &minima);
            distance(end, &minima[at].0) < AT && nearest(start, &minima) == at
        };
        let count = rows.len() as f64;
        let near = 100.0 * ways.filter(is_near).count() as f64 / count;
        let low = rows.numbers("final_value").iter().filter(|value| **value - lowest < AT).count() as f64;
        let method = method(rows);
        if method.starts_with("gradient") {
            others.push(100.0 - near);
        }
        let low = if all_lowest { "all are".to_owned() } else { format!("{:.1} %", 100.0 * low / count) };
        format!("| {landscape} | {method} | {near:.1} % | {low} |")
    });
    (rows.collect(), others)
}

pub(super) fn basins() -> Vec<String> {
    let studies = [
        ("basins", "Shubert's curve"),
        ("basins-himmelblau", "Himmelblau"),
        ("basins-styblinski-tang", "Styblinski-Tang"),
    ];
    let (rows, others): (Vec<_>, Vec<_>) = studies.into_iter().map(|(study, name)| of_basin(study, name)).unzip();
    let others = others.concat();
    let (low, high) =
        (others.iter().copied().fold(f64::INFINITY, f64::min), others.iter().copied().fold(0.0, f64::max));
    let mut all = rows.concat();
    all.push(format!("in {low:.0} to {high:.0} % of the starts another minimum is nearer"));
    all
}

/// A share of trials with Wilson's interval, in percent.
fn share(rows: &Rows, below: f64) -> (f64, String) {
    let count = rows.losses().iter().filter(|loss| **loss < below).count();
    let interval = wilson_interval(count, rows.len());
    let percent = 100.0 * count as f64 / rows.len() as f64;
    (percent, format!("{percent:.1} ({:.1} to {:.1})", 100.0 * interval.low, 100.0 * interval.high))
}

pub(super) fn momentum_escape() -> Vec<String> {
    let landscapes = [
        ("shubert", "Shubert, 19 minima"),
        ("rastrigin", "Rastrigin, 121 minima"),
        ("ackley", "Ackley, a funnel"),
        ("levy", "Levy, valleys"),
        ("styblinski-tang", "Styblinski-Tang, 4 minima"),
    ];
    let spec: toml::Table = fs::read_to_string(results().join("momentum-escape/spec.toml")).unwrap().parse().unwrap();
    let runs = Rows::read("momentum-escape/runs.csv");
    let mut best: Vec<(f64, f64)> = Vec::new();
    let row = |(problem, name): (&str, &str)| {
        let figure = spec["figure"].as_array().unwrap().iter().find(|one| one["name"].as_str() == Some(problem));
        let below = figure.unwrap()["below"].as_float().unwrap();
        let runs = runs.of("problem", problem);
        let (momentum, controls) = (runs.of("optimizer", "momentum"), runs.of("optimizer", "sgd"));
        let most = |rows: &Rows, axis: &str| {
            let shares = rows.by(axis).into_iter().map(|(value, rows)| (value, share(&rows, below)));
            let first = shares.reduce(|best, other| if other.1.0 > best.1.0 { other } else { best }).unwrap();
            (number(first.0.parse().unwrap()), first.1)
        };
        let [none, much] = ["0", "0.9"].map(|value| share(&momentum.of("momentum", value), below));
        // On a slope, momentum's steps are 1 / (1 − μ) times as long.
        let longer = number(momentum.numbers("lr")[0] / (1.0 - 0.9));
        let control = share(&controls.of("lr", &longer), below);
        let ((mu, over), (alpha, over_controls)) = (most(&momentum, "momentum"), most(&controls, "lr"));
        best.push((none.0, over.0));
        let columns = [none.1, much.1, control.1].join(" | ");
        format!("| {name} | {columns} | {} at μ = {mu} | {} at α = {alpha} |", over.1, over_controls.1)
    };
    let mut all: Vec<String> = landscapes.into_iter().map(row).collect();
    let highest = best.iter().map(|(_, over)| *over).fold(0.0, f64::max);
    all.push(format!(
        "from {:.0} % to {:.0} %, and from {:.0} % to {:.0} %",
        best[2].0, best[2].1, best[3].0, best[3].1
    ));
    all.push(format!("at the very best {highest:.0} % of the trials reach the global minimum"));
    all
}

pub(super) fn adam_sign() -> Vec<String> {
    let climbing = Rows::read("adam-sign/curves.csv").of("momentum_sign", "printed");
    let starts = climbing.of("step", "0").median("train_loss");
    let ends = climbing.by("key").iter().map(|(_, rows)| *rows.numbers("train_loss").last().unwrap()).collect();
    let bowl = Rows::read("adam-sign-quadratic/runs.csv");
    let three = |sign: &str, text: fn(f64) -> String| {
        let values = bowl.of("momentum_sign", sign).numbers("final_train_loss").into_iter().map(text);
        let [one, two, three] = <[String; 3]>::try_from(values.collect::<Vec<_>>()).unwrap();
        format!("{one}, {two} and {three}")
    };
    vec![
        format!("the ten went from {} up to {:.0}.", number(starts), super::rows::median(ends)),
        format!(
            "from at most {}, values end at {} with the printed sign, and at {} with the paper's",
            number(bowl.most("initial_train_loss")),
            three("printed", |value| format!("{value:.0}")),
            three("paper", number)
        ),
    ]
}

/// The ends of the walks, by fifteen methods at learning rates of their own.
pub(super) fn trajectories() -> Vec<String> {
    let studies = ["trajectories", "trajectories-beale", "trajectories-himmelblau"];
    let runs = studies.map(|study| Rows::read(&format!("{study}/runs.csv")));
    let row = |(name, rows): (String, Rows)| {
        let end = |rows: &Rows| format!("{} | {}", number(rows.one("lr")), number(rows.one("final_value")));
        let [second, third] = [&runs[1], &runs[2]].map(|rows| rows.of("optimizer", &name));
        let place = format!("({:.1}, {:.1})", third.one("final_x0"), third.one("final_x1"));
        format!("| {name} | {} | {} | {} {place} |", end(&rows), end(&second), end(&third))
    };
    runs[0].by("optimizer").into_iter().map(row).collect()
}
