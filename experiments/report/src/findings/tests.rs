//! What may be said of trials that are made up.

use super::*;
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
    let findings = findings(&all, criterion).into_iter().filter(|finding| finding.subject == subject);
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
    let caution = findings(&all, criterion).pop().unwrap();
    let said = "Settings are chosen by the median final validation loss, and judged on trials that took no part in the choice (cross-fit).";
    assert_eq!(caution.text, said);
}
