//! Tables of one optimizer, which are told apart.

use thalweg::record::{LABEL, Setting};

use crate::{edited, parse, plan};

/// [`crate::SMALL`] with these tables of optimizers.
fn with(optimizers: &[&str]) -> String {
    let tables: String = optimizers.iter().map(|rest| format!("[[optimizer]]\n{rest}\n")).collect();
    edited("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", &tables)
}

#[test]
fn tables_of_one_kind_are_named_by_what_differs() {
    for (tables, expected) in [
        (vec!["kind = \"sgd\"", "kind = \"adam\""], vec![]),
        (
            vec!["kind = \"adam\"\nbeta2 = 0.9", "kind = \"adam\"", "kind = \"sgd\""],
            vec!["adam, beta2 = 0.9", "adam, beta2 = 0.999", "sgd"],
        ),
        (
            vec!["kind = \"adam\"\nlr = [0.1, 1]", "kind = \"adam\"\nlr = 0.01\nconvention = \"notes\""],
            vec![
                "adam, lr = 0.1 … 1, beta2 = 0.999, epsilon_placement = outside, bias_correction = true",
                "adam, lr = 0.01, beta2 = 0.99, epsilon_placement = inside, bias_correction = false",
            ],
        ),
        (vec!["kind = \"sgd\"\nclip_norm = 1", "kind = \"sgd\""], vec!["sgd, clip_norm = 1", "sgd"]),
        (vec!["kind = \"sgd\"\nlabel = \"plain\"", "kind = \"adam\""], vec!["plain", "adam"]),
        (
            vec!["kind = \"adam\"\nlabel = \"Adam, β2 = 0.9\"\nbeta2 = 0.9", "kind = \"adam\""],
            vec!["Adam, β2 = 0.9", "adam"],
        ),
    ] {
        let spec = parse(&with(&tables)).unwrap();
        assert_eq!(spec.labels(), expected);
        assert_eq!(parse(&spec.canonical()).unwrap(), spec);
        let plan = plan(&spec).unwrap();
        let column = plan.hyperparameter_names().iter().position(|name| name == LABEL);
        assert_eq!(column, (!expected.is_empty()).then_some(0));
        for trial in plan.trials.iter().filter(|_| column.is_some()) {
            assert_eq!(plan.settings(&trial)[0], Some(Setting::Choice(expected[trial.grid].to_owned())));
        }
    }
}

#[test]
fn labels_change_no_key() {
    let keys = |text: &str| plan(&parse(text).unwrap()).unwrap().trials.keys().to_vec();
    let plain = with(&["kind = \"adam\"\nlr = [0.1, 0.2]", "kind = \"adam\"\nlr = 0.1\nbeta2 = 0.9"]);
    let labelled = plain.replace("kind = \"adam\"\nlr = 0.1\n", "kind = \"adam\"\nlabel = \"other\"\nlr = 0.1\n");
    assert_eq!(keys(&plain), keys(&labelled));
}

#[test]
fn a_problem_has_the_name_that_it_is_given() {
    let labelled = edited("[problem]\n", "[problem]\nlabel = \"Two moons\"\n");
    let (plain, labelled) = (parse(crate::SMALL).unwrap(), parse(&labelled).unwrap());
    assert_eq!((labelled.problem.name(), labelled.problems()), ("Two moons", vec!["Two moons"]));
    assert_eq!(parse(&labelled.canonical()).unwrap(), labelled);
    let [plain, labelled] = [plain, labelled].map(|spec| plan(&spec).unwrap());
    assert_eq!(plain.trials.keys(), labelled.trials.keys());
    assert_eq!(labelled.hyperparameter_names(), plain.hyperparameter_names());
    assert_eq!(labelled.condition(&labelled.trials.get(0)).problem, "Two moons");
    let error = parse(&edited("[problem]\n", "[problem]\nlabel = \"2\"\n")).unwrap_err().to_string();
    assert!(error.contains("`problem.label`: expected a name of at most 60 characters, and no number"), "{error}");
}

#[test]
fn mistakes_in_labels_are_named() {
    for (label, expected) in [
        ("\"\"", "expected a name of at most 60 characters, and no number, found \"\""),
        ("\" a\"", "expected a name of at most 60 characters"),
        ("\"1e3\"", "and no number, found \"1e3\""),
        ("\"a\\nb\"", "expected a name of at most 60 characters"),
        ("3", "`optimizer.0.label`: expected a string, found 3"),
    ] {
        let error = parse(&with(&[&format!("kind = \"sgd\"\nlabel = {label}")])).unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("optimizer.0.label"), "{error}\nis not\n{expected}");
    }
    let figure = "kind = \"sgd\"\nlabel = \"plain\"\n[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\n";
    let of = |select: &str| parse(&with(&[&format!("{figure}select = [{select}]")]));
    assert!(of("{ label = \"plain\" }").is_ok());
    assert!(of("{ optimizer = \"plain\" }").is_ok());
    assert!(of("{ optimizer = \"plian\" }").unwrap_err().to_string().contains("the spec has no optimizer `plian`"));
    assert!(of("{ lable = \"plain\" }").unwrap_err().to_string().contains("no trial has a setting `lable`"));
}

#[test]
fn kinds_in_a_list_share_a_table() {
    let apart = with(&["kind = \"sgd\"\nlr = [0.1, 0.2]", "kind = \"adam\"\nlr = [0.1, 0.2]"]);
    let together = parse(&with(&["kind = [\"sgd\", \"adam\"]\nlr = [0.1, 0.2]"])).unwrap();
    assert_eq!(plan(&together).unwrap().trials.keys(), plan(&parse(&apart).unwrap()).unwrap().trials.keys());
    assert_eq!(parse(&together.canonical()).unwrap(), together);
    assert!(together.labels().is_empty());
    for (table, expected) in [
        ("kind = []", "`optimizer.0.kind`: expected at least one optimizer, found an empty list"),
        ("kind = [\"sgd\", \"sgd\"]", "`optimizer.0.kind.1`: sgd occurs twice"),
        ("kind = [\"sgd\", \"adam\"]\nbeta1 = 0.5", "`optimizer.0.beta1`: sgd has no such hyperparameter"),
        ("kind = [\"sgd\", \"adam\"]\nlabel = \"both\"", "`optimizer.0.label`: it would be that of several optimizers"),
        ("kind = [\"sgd\", \"adma\"]", "did you mean `adam`?"),
    ] {
        let error = parse(&with(&[table])).unwrap_err();
        let help = miette::Diagnostic::help(&error).map_or(String::new(), |help| help.to_string());
        let text = format!("{error} {help}");
        assert!(text.contains(expected), "{text}\nis not\n{expected}");
    }
}
