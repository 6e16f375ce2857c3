//! Of learning rates and the thresholds of theory.

use thalweg_report::findings::number;

use super::rows::{Rows, median};

/// The largest learning rate at which trials converge, and the smallest at which one diverges.
fn ends(rows: &Rows) -> (f64, f64) {
    let converges = rows.of("diverged_share", "0").most("lr");
    let diverges = rows.from("diverged_share", f64::MIN_POSITIVE).least("lr");
    assert!(converges < diverges);
    (converges, diverges)
}

/// From where on a method diverges on a quadratic, by its largest eigenvalue, with the formula.
fn threshold(optimizer: &str, mu: Option<f64>, largest: f64) -> (&'static str, f64) {
    let mu = mu.unwrap_or(0.0);
    match optimizer {
        "sgd" => ("2 / λ", 2.0 / largest),
        "momentum" => ("2 (1 + μ) / λ", 2.0 * (1.0 + mu) / largest),
        _ => ("2 (1 + μ) / ((1 + 2μ) λ)", 2.0 * (1.0 + mu) / ((1.0 + 2.0 * mu) * largest)),
    }
}

/// A row for each method and coefficient of momentum.
fn thresholds(file: &str, largest: f64, places: usize, rate: impl Fn(f64) -> String) -> Vec<String> {
    let methods = Rows::read(file).by("optimizer").into_iter();
    let row = |(optimizer, rows): (String, Rows)| {
        let mu = rows.numbers("momentum").first().copied();
        let (formula, theory) = threshold(&optimizer, mu, largest);
        let (converges, diverges) = ends(&rows);
        assert!(converges < theory && theory < diverges, "{optimizer} has its threshold elsewhere");
        let name = mu.map_or_else(|| optimizer.clone(), |mu| format!("{optimizer}, μ = {}", number(mu)));
        format!("| {name} | {formula} = {theory:.places$} | {} | {} |", rate(converges), rate(diverges))
    };
    methods
        .flat_map(|(name, rows)| rows.by("momentum").into_iter().map(move |(_, rows)| (name.clone(), rows)))
        .map(row)
        .collect()
}

/// The learning rates of a table in ascending order, and how far each is from the next, in percent.
fn rates(rows: &Rows) -> (Vec<f64>, String) {
    let mut rates: Vec<f64> = rows.by("lr").iter().map(|(text, _)| text.parse().unwrap()).collect();
    rates.sort_by(f64::total_cmp);
    let apart =
        format!("at {} learning rates that are {:.1} % apart", rates.len(), 100.0 * (rates[1] / rates[0] - 1.0));
    (rates, apart)
}

pub(super) fn lr_threshold() -> Vec<String> {
    let mut all = thresholds("lr-threshold/summary.csv", 100.0, 5, |rate| format!("{rate:.5}"));
    all.push(rates(&Rows::read("lr-threshold/summary.csv").of("optimizer", "sgd")).1);
    let curves = Rows::read("lr-curves/curves.csv");
    all.push(format!(
        "| quadratic, 400 steps of gradient descent | loss, from {:.1} |",
        curves.of("step", "0").most("train_loss")
    ));
    let last = |lr: &str| curves.of("lr", lr).of("step", "400").one("train_loss");
    let end = |lr: &str| number(last(lr));
    all.push(format!("| 0.0005, too low | {} |", end("0.0005")));
    all.push(format!("| {} = 2 / (λmin + λmax), right | {} |", number(2.0 / 101.0), end("0.0198")));
    all.push(format!(
        "| {}, one percent above 2 / λmax, too high | {:.1e} |",
        number(1.01 * 2.0 / 100.0),
        last("0.0202")
    ));
    let (moons, summary) = (Rows::read("lr-curves-moons/runs.csv"), Rows::read("lr-curves-moons/summary.csv"));
    let end = |lr: &str| summary.of("lr", lr).median_with_interval("final_train_loss");
    all.push(format!(
        "from {}, is {} at 0.01, {} at 2 and {} at 50",
        number(median(moons.numbers("initial_train_loss"))),
        end("0.01"),
        end("2"),
        end("50")
    ));
    all.push(format!("and {} of the ten counts as diverged", moons.of("lr", "50").of("status", "diverged").len()));
    all
}

/// A loss on the moons that counts as good.
const GOOD: f64 = 0.12;

/// In how many rows of the plane the first trial that diverges is the first beyond the line, and within one cell of it.
fn beyond(plane: &Rows, optimizer: &str) -> (usize, usize, usize) {
    let rows = plane.of("optimizer", optimizer).by("momentum");
    let miss = rows.iter().map(|(mu, rows)| {
        let rates = rates(rows).0;
        let line = threshold(optimizer, mu.parse().ok(), 100.0).1;
        let first = rates.iter().position(|rate| *rate > line).unwrap();
        let diverged = rows.from("diverged_share", f64::MIN_POSITIVE).least("lr");
        first.abs_diff(rates.iter().position(|rate| *rate == diverged).unwrap())
    });
    let misses: Vec<usize> = miss.collect();
    (misses.iter().filter(|miss| **miss == 0).count(), misses.iter().filter(|miss| **miss <= 1).count(), misses.len())
}

pub(super) fn lr_momentum() -> Vec<String> {
    let plane = Rows::read("lr-momentum/summary.csv");
    let (same, near, count) = beyond(&plane, "momentum");
    let (same_of_nesterov, near_of_nesterov, _) = beyond(&plane, "nesterov");
    let momentum = plane.of("optimizer", "momentum");
    let loss = "final_train_loss_median";
    let best = momentum.that(loss, |cell| cell.parse() == Ok(momentum.least(loss)));
    // Polyak's optimum, by eigenvalues of 1 and 100.
    let (alpha, mu) = (4.0 / (1.0 + 10.0_f64).powi(2), (9.0 / 11.0_f64).powi(2));
    let (rates, apart) = rates(&momentum);
    let cells = rates.iter().filter(|rate| **rate > best.one("lr") && **rate < alpha).count();
    assert!(cells <= 2 && (best.one("momentum") - mu).abs() < 0.04);
    let mut all = vec![
        apart,
        format!("in {same} of {count} rows the first diverged cell is the first one beyond the line"),
        format!("({near} of {count} within one cell)"),
        format!("these are {same_of_nesterov} and {near_of_nesterov} of {count};"),
        format!(
            "Momentum is best at α = {}, μ = {}, with a loss of {};",
            number(best.one("lr")),
            number(best.one("momentum")),
            number(best.one(loss))
        ),
        format!("α = 4 / (√λmin + √λmax)² = {alpha:.4}, μ = ((√λmax − √λmin) / (√λmax + √λmin))² = {mu:.2}."),
        format!("Without momentum the best loss is {}.", number(momentum.of("momentum", "0").least(loss))),
        format!("({:.0} % below)", 100.0 * (1.0 - best.one("lr") / alpha)),
    ];
    let mut coefficients = momentum.numbers("momentum");
    coefficients.dedup();
    all.push(format!("within a cell of 5 % × {}", number(coefficients[1] - coefficients[0])));
    let moons = Rows::read("lr-momentum-moons/summary.csv");
    all.push(format!("α with a loss below {GOOD}"));
    all.extend(["0", "0.49", "0.7", "0.84", "0.91", "0.98"].map(|mu| {
        let rows = moons.of("momentum", mu);
        let best = rows.that(loss, |cell| cell.parse() == Ok(rows.least(loss)));
        let good = rows.that(loss, |cell| cell.parse::<f64>().is_ok_and(|loss| loss < GOOD));
        format!(
            "| {mu} | {} | {:.3} | {} to {} | {} |",
            number(best.one("lr")),
            best.one(loss),
            number(good.least("lr")),
            number(good.most("lr")),
            number(rows.from("diverged_share", 0.5).least("lr"))
        )
    }));
    all
}

pub(super) fn linear_optimum() -> Vec<String> {
    let spectrum = Rows::read("linear-optimum/spectrum.csv");
    let (least, most) = (spectrum.least("eigenvalue_approx"), spectrum.most("eigenvalue_approx"));
    let optimum = |split: &str| Rows::read("linear-optimum/optimum.csv").of("split", split).one("loss_approx");
    let mut all = thresholds("linear-optimum/summary.csv", most, 3, number);
    let curves = Rows::read("linear-optimum/curves.csv");
    let run = |optimizer: &str, mu: &str, lr: &str| {
        curves.of("optimizer", optimizer).that("momentum", |cell| cell == mu).of("lr", lr)
    };
    let is_there = |cell: &str| cell.parse::<f64>().is_ok_and(|loss| loss / optimum("train") - 1.0 < 1e-9);
    let arrival = |rows: Rows| rows.that("train_loss", is_there).least("step");
    for never in [run("sgd", "", "0.05"), run("momentum", "0.9", "0.51")] {
        assert!(!never.texts("train_loss").into_iter().any(is_there));
    }
    let roots = (least.sqrt(), most.sqrt());
    all.extend([
        format!("from {} to {}, and", number(least), number(most)),
        format!("{} in training, {} in tests", number(optimum("train")), number(optimum("test"))),
        format!("| method | theory, λ = {} |", number(most)),
        format!(
            "at a learning rate of {} and μ = {:.2}.",
            number(4.0 / (roots.0 + roots.1).powi(2)),
            ((roots.1 - roots.0) / (roots.1 + roots.0)).powi(2)
        ),
        format!(
            "With 0.51 its training loss is within 10⁻⁹ of the optimum, relative to it, after {} steps",
            arrival(run("momentum", "0.46", "0.51"))
        ),
        format!(
            "gradient descent takes {} steps at 0.35 and is not there after 200 at 0.05",
            arrival(run("sgd", "", "0.35"))
        ),
    ]);
    all
}
