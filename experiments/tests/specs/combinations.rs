//! Which combinations of values a sweep is made of.

use thalweg::record::{Key, Setting};

use crate::{SMALL, edited, parse, plan};

fn keys(text: &str) -> Vec<Key> {
    plan(&parse(text).unwrap()).unwrap().trials.keys().to_vec()
}

/// [`SMALL`] with three batches, three lengths and two networks, and this `[sweep]`.
fn swept(rest: &str) -> String {
    let text = edited("batch = 16\nsteps = 10", "batch = [8, 16, \"full\"]\nsteps = [3, 4, 5]");
    format!("{}\n[sweep]\n{rest}\n", text.replace("hidden = [4]", "hidden = { values = [[4], [2, 2]] }"))
}

/// [`SMALL`] with one batch, length and network.
fn one(hidden: &str, batch: &str, steps: u32) -> String {
    let text = SMALL.replace("hidden = [4]", &format!("hidden = {hidden}"));
    text.replace("batch = 16\nsteps = 10", &format!("batch = {batch}\nsteps = {steps}"))
}

#[test]
fn keys_move_together() {
    let text = swept("together = [[\"train.batch\", \"train.steps\"]]");
    let mut expected = Vec::new();
    for hidden in ["[4]", "[2, 2]"] {
        for (batch, steps) in [("8", 3), ("16", 4), ("\"full\"", 5)] {
            expected.extend(keys(&one(hidden, batch, steps)));
        }
    }
    assert_eq!(keys(&text), expected);
    let spec = parse(&text).unwrap();
    let canonical = spec.canonical();
    assert_eq!(parse(&canonical).unwrap(), spec, "{canonical}");
    // In any order, and across tables.
    let other = swept("together = [[\"train.steps\", \"train.batch\"]]");
    assert_eq!(keys(&other), expected);
    let text = swept("").replace("steps = [3, 4, 5]", "steps = [3, 4]");
    let across = format!("{text}together = [[\"network.hidden\", \"train.steps\"]]\n");
    let levels: Vec<_> = parse(&across).unwrap().conditions.into_iter().map(|condition| condition.levels).collect();
    let (number, choice) = (|x| Some(Setting::Number(x)), |x: &str| Some(Setting::Choice(x.to_owned())));
    let batches = [number(8.0), number(16.0), choice("full")];
    let pairs = [(number(4.0), number(3.0)), (choice("2-2"), number(4.0))];
    let expected: Vec<_> = pairs
        .iter()
        .flat_map(|(hidden, steps)| batches.iter().map(|batch| vec![hidden.clone(), batch.clone(), steps.clone()]))
        .collect();
    assert_eq!(levels, expected);
}

#[test]
fn combinations_are_skipped() {
    let rules =
        "skip = [\"train.batch = 8\", \"network.hidden = [2, 2] and train.steps = 5 and train.batch = \\\"full\\\"\"]";
    let text = swept(rules);
    let mut expected = Vec::new();
    for hidden in ["[4]", "[2, 2]"] {
        for batch in ["16", "\"full\""] {
            for steps in [3, 4, 5] {
                if (hidden, batch, steps) != ("[2, 2]", "\"full\"", 5) {
                    expected.extend(keys(&one(hidden, batch, steps)));
                }
            }
        }
    }
    assert_eq!(keys(&text), expected);
    let spec = parse(&text).unwrap();
    let canonical = spec.canonical();
    assert_eq!(parse(&canonical).unwrap(), spec, "{canonical}");
    assert_eq!(parse(&canonical).unwrap().canonical(), canonical);
}

#[test]
fn a_parameter_belongs_to_the_conditions_that_have_its_function() {
    const MOONS: &str = "kind = \"moons\"\nsamples = 100\nnoise = 0.2";
    let text = |loss: &str| {
        let text = edited(MOONS, "kind = \"linear\"\nsamples = 100");
        text.replace("hidden = [4]", &format!("hidden = [4]\nloss = {loss}"))
    };
    let both = [keys(&text("\"mse\"")), keys(&text("\"huber\"\ndelta = 0.5"))].concat();
    assert_eq!(keys(&text("[\"mse\", \"huber\"]\ndelta = 0.5")), both);
    let error = parse(&text("[\"mse\", \"mae\"]\ndelta = 0.5")).unwrap_err().to_string();
    assert!(error.contains("`network.delta`: it is a parameter of huber, which this network has not"), "{error}");
}

#[test]
fn mistakes_in_combinations_are_named() {
    for (rest, expected) in [
        ("togehter = []", "did you mean `together`?"),
        ("together = [[\"train.batch\"]]", "`sweep.together.0`: expected two keys or more"),
        ("together = [[\"train.batch\", \"network.hidden\"]]", "train.batch has 3 values, and network.hidden has 2"),
        ("together = [[\"train.batch\", \"train.seeds\"]]", "train.seeds does not have several values"),
        ("together = [[\"train.batch\", \"train.batch\"]]", "train.batch occurs twice"),
        (
            "together = [[\"batch\", \"steps\"]]",
            "expected a key of problem, network, train, optimizer, such as train.batch, found \"batch\"",
        ),
        ("skip = [\"train.batch = 7\"]", "`sweep.skip`: rule 1 of the list leaves nothing out"),
        ("skip = [\"train.batch\"]", "`sweep.skip.0`: expected KEY = VALUE"),
        ("skip = [\"train.batch = full\"]", "\"full\" is no value"),
        ("skip = [\"train.steps = 3\", \"train.steps = 4\", \"train.steps = 5\"]", "`sweep.skip`: nothing is left"),
    ] {
        let error = parse(&swept(rest)).expect_err(rest);
        let help = miette::Diagnostic::help(&error).map_or(String::new(), |help| help.to_string());
        let text = format!("{error} {help}");
        assert!(text.contains(expected) && text.starts_with("small.toml:"), "{text}\nis not\n{expected}");
    }
}
