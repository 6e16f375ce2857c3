//! Tables of optimizers that are tried under some conditions only.

use thalweg::record::{Key, LABEL};

use crate::{edited, parse, plan};

fn keys(text: &str) -> Vec<Key> {
    plan(&parse(text).unwrap_or_else(|error| panic!("{error}"))).unwrap().trials.keys()
}

/// Some problems, with some batches, and these tables of optimizers.
fn of(problems: &[&str], batches: &[u32], optimizers: &str) -> String {
    let problem = |kind: &&str| format!("[[problem]]\nkind = \"{kind}\"\nsamples = 100\n");
    let problems: String = problems.iter().map(problem).collect();
    let text = edited("[problem]\nkind = \"moons\"\nsamples = 100\nnoise = 0.2\n", &problems);
    let text = text.replace("batch = 16", &format!("batch = {batches:?}"));
    text.replace("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", optimizers)
}

fn with(optimizers: &str) -> String {
    of(&["moons", "circles"], &[8, 16], optimizers)
}

fn sgd(rest: &str) -> String {
    format!("[[optimizer]]\nkind = \"sgd\"\n{rest}\n")
}

const MOONS: &str = "only = 'problem.kind = \"moons\"'";
const CIRCLES: &str = "only = 'problem.kind = \"circles\"'";

#[test]
fn tables_are_tried_where_they_say() {
    let both = "only = ['problem.kind = \"moons\" and train.batch = 16', 'problem.kind = \"circles\"']";
    let rates = ["lr = [0.1, 0.2]", "lr = [0.2, 0.4]", "lr = [0.4, 0.8]"];
    let text = [[MOONS, rates[0]], [both, rates[1]], ["", rates[2]]].map(|lines| sgd(&lines.join("\n"))).concat();
    let text = with(&text);
    let mut expected = Vec::new();
    for (problem, batch, rates) in [
        ("moons", 8, "lr = [0.1, 0.2, 0.4, 0.8]"),
        ("moons", 16, "lr = [0.1, 0.2, 0.4, 0.8]"),
        ("circles", 8, "lr = [0.2, 0.4, 0.8]"),
        ("circles", 16, "lr = [0.2, 0.4, 0.8]"),
    ] {
        expected.extend(keys(&of(&[problem], &[batch], &sgd(rates))));
    }
    assert_eq!(keys(&text), expected);
    // At a batch of 8, moons have their rate of 0.4 from the last table.
    let spec = parse(&text).unwrap();
    let plan = plan(&spec).unwrap();
    let grids: Vec<usize> = plan.trials.iter().step_by(2).map(|trial| trial.grid).collect();
    assert_eq!(grids, [0, 0, 2, 2, 0, 0, 1, 2, 1, 1, 2, 1, 1, 2]);
    let canonical = spec.canonical();
    assert_eq!(parse(&canonical).unwrap(), spec, "{canonical}");
    assert_eq!(parse(&canonical).unwrap().canonical(), canonical);
    let other = parse(&text.replacen(MOONS, CIRCLES, 1)).unwrap();
    let differences: Vec<String> = other.differences(&spec).iter().map(ToString::to_string).collect();
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(differences[0].starts_with("`optimizer.0.only` was "), "{differences:?}");
}

#[test]
fn tables_that_never_meet_need_no_label() {
    let labels = |tables: &[[&str; 2]]| {
        let text: String = tables.iter().map(|lines| sgd(&lines.join("\n"))).collect();
        let spec = parse(&with(&text)).unwrap();
        let has_column = plan(&spec).unwrap().hyperparameter_names().iter().any(|name| name == LABEL);
        assert_eq!(has_column, !spec.labels().is_empty());
        spec.labels()
    };
    assert!(labels(&[[MOONS, "lr = 0.1"], [CIRCLES, "lr = 0.2"]]).is_empty());
    assert_eq!(labels(&[[MOONS, "lr = 0.1"], ["", "lr = 0.2"]]), ["sgd, lr = 0.1", "sgd, lr = 0.2"]);
    // A condition may have both.
    let [few, many] = ["only = 'train.batch = 8'", "only = 'train.batch = 16'"];
    let expected = ["sgd, lr = 0.1", "sgd, lr = 0.2", "sgd, lr = 0.3"];
    assert_eq!(labels(&[[MOONS, "lr = 0.1"], [few, "lr = 0.2"], [many, "lr = 0.3"]]), expected);
}

/// A billion trials, most of them of tables that are tried elsewhere and share points.
#[test]
fn what_is_tried_elsewhere_is_not_counted_one_by_one() {
    let grid = "lr = { log = [1e-4, 1], points = 10000 }\nclip_norm = { linear = [0.1, 1], points = 25000 }";
    let tables = [[MOONS, grid], [CIRCLES, grid], ["", grid]].map(|lines| sgd(&lines.join("\n"))).concat();
    assert_eq!(plan(&parse(&with(&tables)).unwrap()).unwrap().trials.len(), 4 * 2 * 250_000_000);
}

#[test]
fn mistakes_are_named() {
    for (only, expected) in [
        ("only = 3", "`optimizer.0.only`: expected a string, found 3"),
        ("only = []", "`optimizer.0.only`: expected at least one rule"),
        ("only = \"moons\"", "`optimizer.0.only`: expected KEY = VALUE"),
        ("only = [\"train.batch = 8\", \"moons\"]", "`optimizer.0.only.1`: expected KEY = VALUE"),
        (
            "only = \"optimizer.lr = 8\"",
            "`optimizer.0.only`: expected keys of problem, network, train, found optimizer.lr",
        ),
        ("only = \"trian.batch = 8\"", "expected a key of problem, network, train, optimizer"),
        ("only = 'problem.kind = \"mons\"'", "no condition has problem.kind = \"mons\" did you mean `moons`?"),
        ("only = 'problem.knid = \"moons\"'", "no condition has a key problem.knid did you mean `kind`?"),
        ("only = 'train.batch = 12'", "no condition has train.batch = 12 the nearest: 8 and 16"),
        (
            "only = 'problem.kind = \"moons\" and problem.noise = 0.5'",
            "small.toml:20:8: `optimizer.0.only`: no condition has problem.noise = 0.5",
        ),
    ] {
        let text = with(&format!("{}{}", sgd(&format!("{only}\nlr = 0.1")), sgd("lr = 0.2")));
        let error = parse(&text).expect_err(only);
        let help = miette::Diagnostic::help(&error).map_or(String::new(), |help| help.to_string());
        let text = format!("{error} {help}");
        assert!(text.contains(expected), "{text}\nis not\n{expected}");
    }
    let error = parse(&with(&sgd(&format!("{MOONS}\nlr = 0.1")))).unwrap_err().to_string();
    assert!(error.contains("`optimizer`: no table [[optimizer]] is tried on circles"), "{error}");
}
