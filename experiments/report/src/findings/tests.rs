//! What may be said of trials that are made up.

use super::*;
use crate::figure::Selection;
use thalweg_record::record::{Run, Runs, Setting, Status, Trials};
use thalweg_record::stats::{Metric, configurations};

/// A trial with a learning rate; one without a loss diverged.
fn trial(problem: &str, optimizer: &str, rate: f64, seed: u64, loss: Option<f64>) -> Run {
    Run {
        key: String::new(),
        problem: problem.to_owned(),
        optimizer: optimizer.to_owned(),
        settings: vec![Some(Setting::Number(rate))],
        init_seed: seed,
        order_seed: seed,
        status: if loss.is_some() { Status::Ok } else { Status::Diverged },
        steps: 1,
        gradients: 1,
        diverged_at: None,
        initial_train_loss: Some(1.0),
        final_train_loss: loss,
        best_train_loss: loss,
        best_step: Some(1),
        final_validation_loss: None,
        final_test_loss: None,
        final_train_accuracy: None,
        final_validation_accuracy: None,
        final_test_accuracy: None,
        steps_to_target: None,
        extra: Vec::new(),
    }
}

fn trials(mut rows: Vec<Run>) -> Trials {
    rows.iter_mut().enumerate().for_each(|(number, row)| row.key = format!("t{number:016x}"));
    Trials::from(&Runs { hyperparameters: vec!["lr".to_owned()], rows, ..Runs::default() })
}

/// Trials of one learning rate: the loss of each seed.
fn of(problem: &str, optimizer: &str, losses: &[f64]) -> Vec<Run> {
    (0..).zip(losses).map(|(seed, loss)| trial(problem, optimizer, 0.1, seed, Some(*loss))).collect()
}

/// The sentences about a subject.
fn said(rows: Vec<Run>, subject: Subject) -> Vec<String> {
    let trials = trials(rows);
    let all = configurations(&trials);
    let criterion = Criterion::of(&all, None).unwrap();
    let findings = findings(&all, criterion, &[]).into_iter().filter(|finding| finding.subject == subject);
    findings.map(|finding| finding.text).collect()
}

/// So many losses around a value, no two of which are equal.
fn around(value: f64, count: u32) -> Vec<f64> {
    (0..count).map(|number| value * (1.0 + f64::from(number) / 1000.0)).collect()
}

#[test]
fn who_is_ahead_depends_on_pairs_and_on_how_many_there_are() {
    let order = |good: Vec<f64>, bad: Vec<f64>| {
        said([of("moons", "adam", &good), of("moons", "sgd", &bad)].concat(), Subject::Order)
    };
    assert_eq!(order(around(1.0, 10), around(2.0, 10)), ["Adam is ahead of SGD (10 of 10 pairs, p = 0.00195)."]);
    let few = "Adam is not told apart from SGD (5 of 5 pairs, p = 0.0625). With 5 pairs no difference can be told: it takes 6.";
    assert_eq!(order(around(1.0, 5), around(2.0, 5)), [few]);
    // Half of the seeds say otherwise, though the median is far lower.
    let mixed: Vec<f64> = (0..10).map(|seed| if seed < 6 { 1.0 } else { 30.0 }).collect();
    assert_eq!(order(mixed, around(20.0, 10)), ["Adam is not told apart from SGD (6 of 10 pairs, p = 0.754)."]);
    // A trial that diverged loses to any that did not.
    assert_eq!(order(around(1.0, 6), vec![f64::INFINITY; 6]), ["Adam is ahead of SGD (6 of 6 pairs, p = 0.0312)."]);
}

#[test]
fn more_methods_ask_for_more_evidence() {
    let rows = |methods: usize| -> Vec<Run> {
        let others = (1..methods).flat_map(|at| of("moons", &format!("other{at}"), &around(1.0 + at as f64, 6)));
        of("moons", "adam", &around(1.0, 6)).into_iter().chain(others).collect()
    };
    assert!(said(rows(2), Subject::Order)[0].starts_with("Adam is ahead of other1"));
    let of_three = &said(rows(3), Subject::Order)[0];
    assert!(
        of_three.starts_with("Adam is not told apart from other1 (6 of 6 pairs, p = 0.0625) and other2"),
        "{of_three}"
    );
    assert!(of_three.ends_with("it takes 7."), "{of_three}");
    let of_eight = said(rows(8), Subject::Order);
    assert_eq!(of_eight, ["None of 7 others is told apart: with 6 pairs none could be, it takes 9."]);
}

#[test]
fn other_seeds_are_not_compared() {
    let mut other = of("moons", "sgd", &around(2.0, 10));
    other.iter_mut().for_each(|run| run.init_seed += 100);
    let rows = [of("moons", "adam", &around(1.0, 10)), other].concat();
    assert_eq!(said(rows, Subject::Order), ["Adam and SGD ran with different seeds, and are not compared."]);
}

#[test]
fn ranges_edges_and_divergence_are_those_of_the_grid() {
    let rates = [1e-4, 1e-3, 1e-2, 1e-1, 1.0];
    let grid = |optimizer: &str, losses: [Option<f64>; 5]| -> Vec<Run> {
        let of_rate = |(rate, loss): (f64, Option<f64>)| (0..3).map(move |seed| (rate, seed, loss)).collect::<Vec<_>>();
        let cells = rates.into_iter().zip(losses).flat_map(of_rate);
        cells.map(|(rate, seed, loss)| trial("moons", optimizer, rate, seed, loss)).collect()
    };
    let inside = grid("adam", [Some(9.0), Some(1.9), Some(1.0), Some(2.0), None]);
    assert_eq!(said(inside.clone(), Subject::Edge), [""; 0]);
    assert_eq!(said(inside.clone(), Subject::Divergence), ["Diverged: 3 of 15 trials of Adam."]);
    let range = "Learning rates whose final training loss is within 2 times that of the best: Adam over 2.0 decades (0.001 to 0.1).";
    assert_eq!(said(inside, Subject::Range), [range]);
    let at_the_end = grid("sgd", [Some(9.0), Some(5.0), Some(4.0), Some(1.5), Some(1.0)]);
    let edge = "SGD does best with the largest lr of its axis, 1: a better one may lie beyond.";
    assert_eq!(said(at_the_end.clone(), Subject::Edge), [edge]);
    assert!(said(at_the_end, Subject::Range)[0].contains("SGD over at least 1.0 decades (0.1 to 1)"));
}

#[test]
fn ranks_are_tested_as_far_as_problems_go() {
    let rows = |problems: usize| -> Vec<Run> {
        let of_problem = |at: usize| {
            let name = format!("problem{at}");
            ["adam", "sgd", "lion"]
                .iter()
                .enumerate()
                .flat_map(move |(place, method)| of(&name, method, &around(1.0 + place as f64, 6)))
                .collect::<Vec<_>>()
        };
        (0..problems).flat_map(of_problem).collect()
    };
    let few = &said(rows(5), Subject::Ranks)[0];
    assert!(few.starts_with("Average ranks over 5 problems: Adam 1, SGD 2, Lion 3."), "{few}");
    assert!(few.ends_with("All problems agree (Friedman, exactly, p = 0.000772)."), "{few}");
    let mut mixed = rows(12);
    mixed.iter_mut().filter(|run| run.problem == "problem3" && run.optimizer == "lion").for_each(|run| {
        run.final_train_loss = Some(0.5);
    });
    let differ = &said(mixed.clone(), Subject::Ranks)[0];
    assert!(
        differ.contains("They differ (Iman-Davenport, p < 0.0001); by Nemenyi's test Adam is ahead of SGD and Lion"),
        "{differ}"
    );
    mixed.retain(|run| ["problem3", "problem4"].contains(&run.problem.as_str()));
    let two = &said(mixed, Subject::Ranks)[0];
    assert!(two.contains("They are not told apart (Friedman, exactly, p = "), "{two}");
    assert!(said(rows(1), Subject::Ranks).is_empty());
}

#[test]
fn what_is_shown_never_chooses_on_the_test_split() {
    let mut rows = of("moons", "adam", &around(1.0, 3));
    rows.iter_mut().for_each(|run| run.final_test_loss = Some(2.0));
    let with_test = trials(rows.clone());
    let all = configurations(&with_test);
    let criterion = Criterion::of(&all, Some(Metric::FinalTestLoss)).unwrap();
    assert_eq!((criterion.chosen_by, criterion.is_in_sample()), (Metric::FinalTrainLoss, false));
    rows.iter_mut().for_each(|run| run.final_validation_loss = Some(3.0));
    let with_validation = trials(rows);
    let all = configurations(&with_validation);
    let criterion = Criterion::of(&all, Some(Metric::FinalTestLoss)).unwrap();
    assert_eq!(criterion.chosen_by, Metric::FinalValidationLoss);
    assert_eq!(Criterion::of(&all, None).unwrap().shown, Metric::FinalValidationLoss);
    assert_eq!(Criterion::of(&all, Some(Metric::FinalTestAccuracy)), None);
    let caution = findings(&all, criterion, &[]).pop().unwrap();
    let said = "Settings are chosen by the median final validation loss, and judged on trials that took no part in the choice (cross-fit).";
    assert_eq!(caution.text, said);
}

/// Trials of learning rates on problems: the loss of each rate, a little more with each seed.
fn grid(problems: &[&str], optimizer: &str, losses: &[(f64, f64)], seeds: u32) -> Vec<Run> {
    let of_problem = |problem: &&str| {
        let of_rate = |(rate, loss): &(f64, f64)| {
            let seed = |(seed, loss): (u64, f64)| trial(problem, optimizer, *rate, seed, Some(loss));
            (0..).zip(around(*loss, seeds)).map(seed).collect::<Vec<_>>()
        };
        losses.iter().flat_map(of_rate).collect::<Vec<_>>()
    };
    problems.iter().flat_map(of_problem).collect()
}

/// The sentences about tuning, where the default learning rate of both methods is this one.
fn of_tuning(rows: Vec<Run>, rate: f64) -> Vec<String> {
    let default = |name: &str| Selection {
        optimizer: Some(name.to_owned()),
        settings: vec![("lr".to_owned(), Setting::Number(rate))],
    };
    let trials = trials(rows);
    let all = configurations(&trials);
    let criterion = Criterion::of(&all, None).unwrap();
    let findings = findings(&all, criterion, &["adam", "sgd"].map(default));
    findings.into_iter().filter(|finding| finding.subject == Subject::Tuning).map(|finding| finding.text).collect()
}

#[test]
fn tuning_on_one_problem_is_judged_by_pairs() {
    // Adam is first when tuned, SGD with defaults alone.
    let rows = |seeds: u32| {
        let adam = grid(&["moons"], "adam", &[(0.01, 8.0), (0.1, 1.0)], seeds);
        [adam, grid(&["moons"], "sgd", &[(0.01, 4.0), (0.1, 2.0)], seeds)].concat()
    };
    let few = "With 5 pairs no gain of tuned settings over defaults can be told: it takes 7.";
    let said = of_tuning(rows(5), 0.01);
    assert_eq!(said[0], few);
    assert_eq!(said.len(), 2, "five pairs do not say who is ahead: {said:?}");
    let said = of_tuning(rows(10), 0.01);
    assert_eq!(
        said[0],
        "Tuned settings lower the final training loss of Adam by a factor of 8 (10 of 10 pairs, p = 0.00391) and SGD by a factor of 2 (10 of 10 pairs, p = 0.00391), against their defaults."
    );
    assert_eq!(
        said[1],
        "With defaults alone, SGD is ahead of Adam (sign test of paired seeds), which is first when tuned."
    );
    assert!(said[2].starts_with("The ranking ") && said[2].contains(" by the median on two moons "), "{said:?}");
    // Where no configuration has the defaults, nothing is said of them.
    assert_eq!(of_tuning(rows(10), 0.5).len(), 1);
}

#[test]
fn tuning_on_several_problems_asks_for_six_of_them() {
    let names: Vec<String> = (0..8).map(|at| format!("problem{at}")).collect();
    let rows = |count: usize| -> Vec<Run> {
        let of = |(at, name): (usize, &String)| {
            // The best rate alternates, so that one for all costs five times as much on half of the problems and more.
            let losses = if at % 2 == 0 { [(0.01, 1.0), (0.1, 5.0)] } else { [(0.01, 5.0), (0.1, 1.0)] };
            let adam = grid(&[name], "adam", &losses, 6);
            [adam, grid(&[name], "sgd", &[(0.01, 2.0), (0.1, 3.0)], 6)].concat()
        };
        names[..count].iter().enumerate().flat_map(of).collect()
    };
    let few = of_tuning(rows(2), 1.0);
    assert_eq!(
        few[0],
        "On these 2 problems, settings tuned on each lower the median final training loss of Adam by a factor of 5, against one setting for all problems (medians; it takes 6 problems to say more)."
    );
    let many = of_tuning(rows(8), 1.0);
    assert_eq!(
        many[0],
        "Settings tuned on each problem lower the median final training loss of Adam by a factor of 5 (95 % interval 5 to 5), against one setting for all problems (medians over 8 problems); no gain is told of SGD."
    );
    let one_for_all = "With one setting for all problems, SGD is ahead of Adam (by ranks over problems, in 97.5 % of resamples or more), which is first when tuned.";
    assert!(many.contains(&one_for_all.to_owned()), "{many:?}");
}
