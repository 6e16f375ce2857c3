//! Specs with several mistakes, all of which are told at once, and nothing that follows from them.

use miette::Diagnostic;

use thalweg::spec::InputError;

use crate::{edited, parse, parse_with};

/// What is said of all mistakes, each with its help, from the top.
fn all(error: &InputError) -> Vec<String> {
    let said = |error: &InputError| {
        let help = error.help().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{}: {}{help}", error.line(), error.column(), error.message())
    };
    std::iter::once(error).chain(error.others()).map(said).collect()
}

/// Checks that these are the mistakes of a text: each begins with one of these.
fn has(text: &str, expected: &[&str]) {
    let said = all(&parse(text).unwrap_err());
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "expected {expected:?}, found {said:?}");
    }
}

#[test]
fn mistakes_of_all_tables_are_told_at_once() {
    const TEXT: &str = r#"name = "a/b"
titel = "x"

[problem]
kind = "mooons"
samples = -1
nosie = 0.2

[network]
hidden = [4, 0]
activation = "rleu"

[train]
bacth = 0
steps = "many"
precision = "f16"

[[optimizer]]
kind = "sdg"
lr = [0.1, -0.01]

[[optimizer]]
kind = "adam"
lrr = 0.1
beta1 = 2

[record]
curve = "all"

[[figure]]
kind = "curve"
metric = "trian_loss"

[[figure]]
kind = "sensitivity"

[engine]
lanes = 0
"#;
    has(
        TEXT,
        &[
            "1:8: `name`: expected letters",
            "2:1: unknown key `titel` (did you mean `title`?",
            "5:8: `problem.kind`: expected one of",
            "6:11: `problem.samples`: expected an integer from",
            "7:1: unknown key `problem.nosie` (did you mean `noise`?",
            "10:14: `network.hidden.1`",
            "11:14: `network.activation`",
            "14:1: unknown key `train.bacth` (did you mean `batch`?",
            "14:9: `train.batch`: expected an integer",
            "15:9: `train.steps`: expected an integer",
            "16:13: `train.precision`",
            "19:8: `optimizer.0.kind`",
            "20:12: `optimizer.0.lr.1`",
            "24:7: `optimizer.1.lrr`: adam has no such hyperparameter (did you mean `lr`?",
            "25:9: `optimizer.1.beta1`",
            "28:1: unknown key `record.curve` (did you mean `curves`?",
            "31:8: `figure.0.kind`",
            "32:10: `figure.0.metric`",
            "34:1: missing key `figure.1.metric`",
            "38:9: `engine.lanes`",
        ],
    );
}

#[test]
fn what_follows_from_a_mistake_is_none() {
    // Neither a key that was written, though badly, is missing, nor what depends on a value that nobody knows wrong.
    has(&edited("steps = 10", "steps = -1"), &["13:9: `train.steps`"]);
    has(&edited("samples = 100", "how_many = 100"), &["5:1: unknown key `problem.how_many`"]);
    has(&edited("kind = \"moons\"", "kind = \"grid of points\""), &["4:8: `problem.kind`"]);
    has(&edited("kind = \"sgd\"", "kind = 3\nmomentum = 3"), &["17:8: `optimizer.0.kind`"]);
    has(
        &edited("lr = [0.1, 0.01]", "lr = 0.1\nschedule = 3\nstep_size = 3\ngamma = 0.5"),
        &["19:12: `optimizer.0.schedule`"],
    );
    let unsplit = "noise = 0.2\nvalidation_fraction = 2";
    let figure = "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_validation_loss\"\n[[optimizer]]";
    has(&edited("noise = 0.2", unsplit).replace("[[optimizer]]", figure), &["7:23: `problem.validation_fraction`"]);
}

#[test]
fn several_tables_are_read_for_themselves() {
    // A landscape has no network, and what is left of a problem that nobody knows says nothing of that.
    let text = "name = \"a\"\nproblem = { kind = \"landscape\", function = 3 }\ntrain = { steps = 0 }\noptimizer = [{ kind = \"sgd\", lr = 0 }]\n";
    has(text, &["2:44: `problem.function`", "3:19: `train.steps`", "4:35: `optimizer.0.lr`"]);
    has(
        "title = 3\n[problem]\nkind = \"moons\"\nsamples = 9\n",
        &[
            "1:9: `title`",
            "1:1: missing key `name`",
            "1:1: missing key `train`",
            "1:1: missing key `optimizer`",
            "1:1: missing key `network`",
        ],
    );
    let figures = "[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_validation_loss\"\n[[figure]]\nkind = \"basins\"\nmetric = \"minimum\"\n[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\nx = \"momentum\"\n[[optimizer]]";
    has(
        &edited("[[optimizer]]", figures),
        &["18:10: `figure.0.metric`", "20:8: `figure.1.kind`", "25:5: `figure.2.x`"],
    );
    let study = "name = \"a\"\nmembers = [\"b\", 3]\n[[figure]]\nkind = \"rnak\"\nmetric = \"final_test_loss\"\n[[figure]]\nkind = \"rank\"\nmetric = \"best\"\n";
    let error = thalweg::spec::Study::parse("a.toml", study, std::path::Path::new(""), &[]).unwrap_err();
    assert_eq!(all(&error).len(), 3, "{:#?}", all(&error));
}

#[test]
fn overrides_are_told_as_well() {
    let said = |overrides: &[&str]| all(&parse_with(crate::SMALL, overrides).unwrap_err());
    let all = said(&["train.bacth=3", "network.hidden=[0]", "optimizer.0.lr={ lgo = [1e-3, 1], points = 3 }"]);
    assert_eq!(all.len(), 3, "{all:#?}");
    assert!(all[0].contains("did you mean `batch`?") && all[1].contains("`network.hidden.0`"), "{all:#?}");
    // Without them nobody knows what the spec says.
    let all = said(&["train.steps", "train.batch=0", "optimizer.7.lr=1"]);
    assert_eq!(all.len(), 2, "{all:#?}");
}

#[test]
fn there_is_an_end_to_it() {
    let keys: String = (0..1000).map(|number| format!("wrong_{number} = 1\n")).collect();
    let said = all(&parse(&edited("name", &format!("{keys}name"))).unwrap_err());
    assert_eq!((said.len(), said[0].starts_with("1:1: unknown key `wrong_0`")), (20, true), "{said:#?}");
}

#[test]
fn all_are_shown_with_their_lines() {
    let error = parse(&edited("batch = 16\nsteps = 10", "bacth = 16\nsteps = 0")).unwrap_err();
    let mut shown = String::new();
    let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::none());
    handler.render_report(&mut shown, &error).unwrap();
    for part in ["small.toml:12:1", "bacth = 16", "did you mean `batch`?", "small.toml:13:9", "steps = 0"] {
        assert!(shown.contains(part), "{shown}");
    }
}
