//! Of networks in training.

use thalweg::stats::CONFIDENCE;
use thalweg_report::findings::number;

use super::rows::{Rows, median, two, word};

pub(super) fn adagrad_decay() -> Vec<String> {
    let (summary, rates) = (Rows::read("adagrad-decay/summary.csv"), Rows::read("adagrad-decay/effective_lr.csv"));
    let runs = Rows::read("adagrad-decay/runs.csv");
    let mut all = Vec::new();
    let mut losses = Vec::new();
    for (problem, name) in [("digits", "digits"), ("moons", "two moons"), ("rosenbrock", "Rosenbrock")] {
        for optimizer in ["adagrad", "rmsprop"] {
            let of = |rows: &Rows| rows.of("problem", problem).of("optimizer", optimizer);
            let best = of(&runs).tuned();
            let lr = best.texts("lr")[0].to_owned();
            let (summary, rates) = (of(&summary).of("lr", &lr), of(&rates).of("lr", &lr));
            let loss = if best.len() > 1 {
                summary.median_with_interval("final_train_loss")
            } else {
                number(best.one("final_train_loss"))
            };
            losses.push(median(best.losses()));
            let at = |step: f64| median(rates.of("step", &step.to_string()).numbers("effective_lr_q50"));
            let (first, last) = (rates.least("step"), rates.most("step"));
            all.push(format!(
                "| {name} | {optimizer}, α = {} | {loss} | {} (step {first}) | {} (step {last}) | {} |",
                number(lr.parse().unwrap()),
                number(at(first)),
                number(at(last)),
                two(at(last) / at(first))
            ));
        }
    }
    all.push(format!("On the digits RMSProp is ahead by a factor of {:.0}.", losses[0] / losses[1]));
    let stalled = runs.of("problem", "rosenbrock").of("optimizer", "adagrad").of("lr", "0.01");
    all.push(format!("it does stall, at {}.", two(stalled.one("final_train_loss"))));
    // How often the median rate of Adagrad rises from one logged step to the next, of how many times.
    let rises = |problem: &str| {
        let trials = rates.of("problem", problem).of("optimizer", "adagrad").by("key");
        let pairs = trials.iter().flat_map(|(_, rows)| {
            let cells: Vec<Option<f64>> = rows.texts("effective_lr_q50").iter().map(|cell| cell.parse().ok()).collect();
            cells.windows(2).filter_map(|pair| Some(pair[1]? > pair[0]?)).collect::<Vec<bool>>()
        });
        let pairs: Vec<bool> = pairs.collect();
        (pairs.iter().filter(|rises| **rises).count(), pairs.len())
    };
    let [valley, digits, moons] = ["rosenbrock", "digits", "moons"].map(rises);
    all.push(format!("the median rose at {} of {} logged steps.", valley.0, valley.1));
    all.push(format!("({} of {} and {} of {})", digits.0, digits.1, moons.0, moons.1));
    all
}

/// How many values an interval of order statistics leaves out at each end, the most with which it still holds the median with a
/// probability of at least 95 %; and that probability.
fn left_out(count: usize) -> (usize, f64) {
    let (mut tail, mut term, mut out) = (0.0, 0.5_f64.powi(count as i32), 0);
    while 2.0 * (tail + term) <= 1.0 - CONFIDENCE {
        tail += term;
        out += 1;
        term *= (count - out + 1) as f64 / out as f64;
    }
    (out, 1.0 - 2.0 * tail)
}

/// The median ratio of the losses of tuned trials with the same seeds, its interval, and how often the first is lower.
fn paired(one: &Rows, other: &Rows) -> (f64, String) {
    let (one, other) = (one.tuned(), other.tuned());
    assert_eq!(one.texts("init_seed"), other.texts("init_seed"));
    let mut ratios: Vec<f64> = one.losses().into_iter().zip(other.losses()).map(|(a, b)| a / b).collect();
    ratios.sort_by(f64::total_cmp);
    let ((out, _), count) = (left_out(ratios.len()), ratios.len());
    let lower = ratios.iter().filter(|ratio| **ratio < 1.0).count();
    let middle = median(ratios.clone());
    let (low, high) = (ratios[out - 1], ratios[count - out]);
    (middle, format!("{middle:.2} ({low:.2} to {high:.2}), lower in {lower} of {count}"))
}

pub(super) fn rmsprop_decay() -> Vec<String> {
    let runs = Rows::read("rmsprop-decay/runs.csv");
    let row = |(problem, name): (&str, &str)| {
        let runs = runs.of("problem", problem);
        let [short, long] = ["0.9", "0.99"].map(|alpha| runs.that("alpha", |cell| cell == alpha));
        format!("| {name} | {} |", paired(&short, &long).1)
    };
    [("digits", "digits"), ("moons", "two moons"), ("rosenbrock", "Rosenbrock")].map(row).into()
}

pub(super) fn adam_beta2_epsilon() -> Vec<String> {
    let mut all = Vec::new();
    let mut factors = Vec::new();
    for (study, problem) in [("adam-beta2-epsilon", "digits"), ("adam-beta2-epsilon-moons", "two moons")] {
        let runs = Rows::read(&format!("{study}/runs.csv"));
        let of = |convention: &str, beta2: &str, eps: f64| {
            let corrected = if convention == "paper" { "true" } else { "false" };
            let runs = runs.of("bias_correction", corrected).that("beta2", |cell| cell == beta2);
            runs.that("eps", |cell| cell.parse() == Ok(eps))
        };
        for convention in ["paper", "notes"] {
            let usual = of(convention, "0.999", 1e-8);
            let by_beta2 = paired(&of(convention, "0.99", 1e-8), &usual);
            let by_epsilon = paired(&usual, &of(convention, "0.999", 1e-2));
            all.push(format!("| {problem} | {convention}: β2 = 0.99 / 0.999 | {} |", by_beta2.1));
            all.push(format!("| {problem} | {convention}: ε = 10⁻⁸ / 10⁻², β2 = 0.999 | {} |", by_epsilon.1));
            factors.push(1.0 / by_epsilon.0);
        }
        let both = paired(&of("notes", "0.99", 1e-8), &of("paper", "0.999", 1e-8)).1;
        all.push(format!("| {problem} | notes with their 0.99 / paper with its 0.999 | {both} |"));
    }
    all.push(format!("with an interval of {:.0} % by order statistics:", 100.0 * left_out(10).1));
    all.push(format!("on the digits it costs a factor of about {:.0}.", factors[1]));
    all
}

pub(super) fn edge_of_stability() -> Vec<String> {
    let table = Rows::read("edge-of-stability/sharpness.csv");
    let rates = ["0.03", "0.04", "0.05", "0.06"];
    let mut all = Vec::new();
    let (mut off, mut errors, mut medians) = (Vec::new(), Vec::new(), Vec::new());
    for (optimizer, mu, formula) in [("sgd", 0.0, "2/α"), ("momentum", 0.9, "2 (1 + μ)/α")] {
        let table = table.of("optimizer", optimizer);
        let second_half = table.from("step", table.most("step") / 2.0);
        let edge = |lr: &str| 2.0 * (1.0 + mu) / lr.parse::<f64>().unwrap();
        all.push(format!("| {formula} | {} |", rates.map(|lr| format!("{:.1}", edge(lr))).join(" | ")));
        let (first, first_median) = (errors.len(), medians.len());
        for (hidden, rows) in second_half.by("hidden") {
            let cell = |lr: &str| {
                let trials = rows.of("lr", lr).by("key");
                let ratios: Vec<f64> = trials.iter().map(|(_, trial)| trial.median("eigenvalue") / edge(lr)).collect();
                errors.extend(ratios.iter().map(|ratio| ratio - 1.0));
                medians.push(median(ratios) - 1.0);
                format!("{:.3}", 1.0 + medians.last().unwrap())
            };
            all.push(format!("| 1-{hidden}-1 | {} |", rates.map(cell).join(" | ")));
        }
        off.push(errors[first..].iter().filter(|error| error.abs() > 0.05).count());
        let bound = if mu == 0.0 { 0.02 } else { 0.05 };
        assert!(medians[first_median..].iter().all(|error| error.abs() < bound), "{medians:?}");
    }
    let [below, above] = [-1.0, 1.0].map(|sign: f64| errors.iter().filter(|error| sign * **error > 0.05).count());
    let most = errors.iter().copied().fold(0.0, f64::max);
    let least = errors.iter().copied().fold(0.0, f64::min);
    let capital = |text: &str| format!("{}{}", text[..1].to_uppercase(), &text[1..]);
    all.extend([
        format!("All {} medians are within 5 % of theory, those of gradient descent within 2 %.", medians.len()),
        format!(
            "of gradient descent's 60, {} are more than 5 % off, and of momentum's, {}.",
            word(off[0]),
            word(off[1])
        ),
        format!(
            "{} of these {} are below the edge, by up to {:.0} %",
            capital(word(below)),
            off[0] + off[1],
            -100.0 * least
        ),
        format!("{} oscillate above it, by up to {:.0} %.", capital(word(above)), 100.0 * most),
    ]);
    all
}

pub(super) fn sam() -> Vec<String> {
    let sharpness = Rows::read("sam/sharpness.csv");
    let second_half = sharpness.from("step", sharpness.most("step") / 2.0);
    let radii = ["0", "0.05", "0.1", "0.2"];
    let of = radii.map(|radius| second_half.of("sam", radius).median("eigenvalue"));
    let curves = Rows::read("sam/curves.csv");
    // A step with a radius takes two gradients.
    let arrival = |radius: &str, gradients: f64| {
        let steps = curves.of("sam", radius).by("step");
        let first = steps.iter().find(|(_, rows)| median(rows.numbers("test_loss")) < 0.28).unwrap();
        let count = (gradients * first.0.parse::<f64>().unwrap()) as usize;
        if count < 1000 { count.to_string() } else { format!("{},{:03}", count / 1000, count % 1000) }
    };
    vec![
        format!("is {:.2} without ρ, {:.2} at 0.05, {:.2} at 0.1 and {:.2} at 0.2.", of[0], of[1], of[2], of[3]),
        format!("confirmed that minima are flatter, by up to {:.0} %;", 100.0 * (1.0 - of[3] / of[0])),
        format!("below 0.28 after {} gradients, SAM with ρ = 0.05 after {}.", arrival("0", 1.0), arrival("0.05", 2.0)),
    ]
}

pub(super) fn digits_epochs() -> Vec<String> {
    let runs = Rows::read("digits-epochs/runs.csv");
    let accuracy = |rows: &Rows| median(rows.tuned().numbers("final_test_accuracy"));
    let all: Vec<f64> = runs.by("optimizer").iter().map(|(_, rows)| accuracy(rows)).collect();
    let (low, high) =
        (all.iter().copied().fold(f64::INFINITY, f64::min), all.iter().copied().fold(f64::NEG_INFINITY, f64::max));
    vec![format!("the best and the worst are {} images apart.", word((359.0 * (high - low)).round() as usize))]
}

pub(super) fn example_network() -> Vec<String> {
    let (runs, summary) = (Rows::read("example-network/runs.csv"), Rows::read("example-network/summary.csv"));
    let mut all = super::functions::units("example-network/units.csv");
    all.push(format!("from about {:.1}:", median(runs.numbers("initial_train_loss"))));
    all.extend(summary.by("lr").iter().map(|(lr, rows)| {
        let loss = rows.median_with_interval("final_train_loss");
        let accuracy = rows.one("final_test_accuracy_median");
        format!("| {} | {loss} | {accuracy:.2} |", number(lr.parse().unwrap()))
    }));
    all
}

/// A row for each share of outliers, with the three losses of training.
pub(super) fn outliers() -> Vec<String> {
    let summary = Rows::read("outliers/summary.csv");
    let tables = summary.by("problem").into_iter().flat_map(|(_, rows)| rows.by("outliers"));
    let linear = summary.of("problem", "linear").of("loss", "mse");
    let error = |share: &str| linear.of("outliers", share).one("final_test_loss_median");
    let factor = format!("squared error is off by a factor of {:.0} at 2 % of", error("0.02") / error("0"));
    let mut all: Vec<String> = tables
        .map(|(share, rows)| {
            let cells =
                ["mse", "mae", "huber"].map(|loss| rows.of("loss", loss).median_with_interval("final_test_loss"));
            format!("| {:.0} % | {} |", 100.0 * share.parse::<f64>().unwrap(), cells.join(" | "))
        })
        .collect();
    all.push(factor);
    all
}
