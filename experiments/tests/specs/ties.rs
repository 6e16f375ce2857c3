//! Axes of optimizers that move together, with each other or with keys of the training, and points of theirs that are
//! skipped.

use thalweg::record::{Key, Setting};

use super::{edited, parse, plan};

/// [`super::SMALL`] with these optimizers, and `[sweep]` with these lines.
fn text(sweep: &str, optimizers: &str) -> String {
    format!("{}[sweep]\n{sweep}\n", edited("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", optimizers))
}

fn keys(text: &str) -> Vec<Key> {
    let spec = parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let canonical = spec.canonical();
    let again = parse(&canonical).unwrap_or_else(|error| panic!("{error}\n{canonical}"));
    assert_eq!(again, spec, "{canonical}");
    plan(&spec).unwrap().trials.keys()
}

/// The trials that a spec has under conditions and points, each given by what replaces the lists.
fn one_by_one(text: &str, points: &[&[(&str, &str)]]) -> Vec<Key> {
    let one = |replaced: &&[(&str, &str)]| {
        let one = replaced.iter().fold(text.to_owned(), |text, (old, new)| {
            assert!(text.contains(old), "{old} in {text}");
            text.replace(old, new)
        });
        keys(one.split("[sweep]").next().unwrap())
    };
    points.iter().flat_map(one).collect()
}

#[test]
fn a_learning_rate_moves_with_the_batch() {
    let sgd = "[[optimizer]]\nkind = \"momentum\"\nlr = [0.1, 0.2, 0.4]\nmomentum = [0.0, 0.9]\n";
    let text = text("together = [[\"train.batch\", \"optimizer.lr\"]]", sgd)
        .replace("batch = 16", "batch = [8, 16, \"full\"]");
    let (lr, batch) = ("lr = [0.1, 0.2, 0.4]", "batch = [8, 16, \"full\"]");
    let expected = one_by_one(
        &text,
        &[
            &[(lr, "lr = 0.1"), (batch, "batch = 8")],
            &[(lr, "lr = 0.2"), (batch, "batch = 16")],
            &[(lr, "lr = 0.4"), (batch, "batch = \"full\"")],
        ],
    );
    assert_eq!(keys(&text), expected);
    // Tables without several values, and optimizers that have no such key, have all conditions.
    let more = text.replace("[sweep]", "[[optimizer]]\nkind = \"sgd\"\nlr = 0.3\n[sweep]");
    assert_eq!(keys(&more).len(), expected.len() + 3 * 2);
}

#[test]
fn two_axes_of_a_table_move_together() {
    let momentum =
        "[[optimizer]]\nkind = \"momentum\"\nlr = { log = [0.01, 1], points = 3 }\nmomentum = [0.0, 0.5, 0.9]\n";
    let text = text("together = [[\"optimizer.lr\", \"optimizer.momentum\"]]", momentum);
    let plan = plan(&parse(&text).unwrap()).unwrap();
    let points: Vec<Vec<f64>> =
        plan.trials.iter().step_by(2).map(|trial| trial.hyperparameters[..2].to_vec()).collect();
    assert_eq!(points, [[0.01, 0.0], [0.1, 0.5], [1.0, 0.9]]);
    assert_eq!(keys(&text).len(), 3 * 2);
}

#[test]
fn points_of_optimizers_are_skipped() {
    let sgd = "[[optimizer]]\nkind = [\"sgd\", \"adam\"]\nlr = [0.1, 1]\n";
    let base = text("", sgd).replace("batch = 16", "batch = [8, 16]");
    let skipped = |rules: &str| {
        let text = base.replace("[sweep]\n", &format!("[sweep]\nskip = {rules}\n"));
        keys(&text);
        let plan = plan(&parse(&text).unwrap()).unwrap();
        let row = |trial| (plan.settings(&trial)[..2].to_vec(), trial.optimizer.name);
        plan.trials.iter().step_by(2).map(row).collect::<Vec<_>>()
    };
    let all = skipped("[]");
    assert_eq!(all.len(), 8);
    let number = |value: f64| Some(Setting::Number(value));
    let without = |is_out: &dyn Fn(f64, f64, &str) -> bool| {
        let values = [(8.0, 0.1), (8.0, 1.0), (16.0, 0.1), (16.0, 1.0)];
        let out = |(settings, name): &(Vec<Option<Setting>>, &'static str)| {
            values.iter().any(|(batch, lr)| settings == &[number(*batch), number(*lr)] && is_out(*batch, *lr, name))
        };
        all.iter().filter(|row| !out(row)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        skipped("[\"train.batch = 16 and optimizer.lr = 1\"]"),
        without(&|batch, lr, _| (batch, lr) == (16.0, 1.0))
    );
    assert_eq!(skipped("[\"optimizer.lr = 0.1\"]"), without(&|_, lr, _| lr == 0.1));
    assert_eq!(
        skipped("[\"optimizer.kind = 'adam' and optimizer.lr = 1\", \"train.batch = 8 and optimizer.kind = 'sgd'\"]"),
        without(&|batch, lr, name| (lr, name) == (1.0, "adam") || (batch, name) == (8.0, "sgd"))
    );
}

/// What is left out of one table may be there in another one of its kind; in neither it is twice.
#[test]
fn tables_share_what_is_left_of_them() {
    let two = "[[optimizer]]\nkind = \"momentum\"\nlr = [0.1, 1]\nmomentum = [0.0, 0.9]\n\
               [[optimizer]]\nkind = \"momentum\"\nlr = [0.01, 0.1, 1]\nmomentum = 0.9\nwarmup = [0, 5]\n";
    let text =
        text("together = [[\"optimizer.lr\", \"optimizer.momentum\"]]", &two.replace("[0.01, 0.1, 1]", "[0.01, 0.1]"));
    let text = text.replace("momentum = 0.9\nwarmup", "momentum = [0.5, 0.9]\nwarmup");
    // (0.1, 0) and (1, 0.9), then (0.01, 0.5) and (0.1, 0.9), each with and without a warm-up.
    let plan = plan(&parse(&text).unwrap()).unwrap();
    let points: Vec<(f64, f64)> =
        plan.trials.iter().step_by(2).map(|trial| (trial.hyperparameters[0], trial.hyperparameters[1])).collect();
    assert_eq!(points, [(0.1, 0.0), (1.0, 0.9), (0.01, 0.5), (0.01, 0.5), (0.1, 0.9), (0.1, 0.9)]);
    let skip = edited("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", two)
        + "[sweep]\nskip = [\"optimizer.momentum = 0.0\", \"optimizer.warmup = 0 and optimizer.lr = 0.1\"]\n";
    // (0.1, 0.9), (1, 0.9); then 0.01 twice, 0.1 with a warm-up, 1 with one.
    assert_eq!(keys(&skip).len(), 2 * (2 + 2 + 1 + 1));
}

#[test]
fn draws_can_be_skipped() {
    let momentum = "[[optimizer]]\nkind = \"momentum\"\nlr = { log = [0.01, 1] }\nmomentum = [0.0, 0.9]\n";
    let all = keys(&text("draw = { halton = 20 }", momentum));
    let some = keys(&text("draw = { halton = 20 }\nskip = [\"optimizer.momentum = 0\"]", momentum));
    assert_eq!((all.len(), some.len()), (40, 20));
    assert!(some.iter().all(|key| all.contains(key)));
}

#[test]
fn mistakes_are_named() {
    let sgd = "[[optimizer]]\nkind = \"momentum\"\nlr = [0.1, 0.2]\nmomentum = 0.9\n";
    for (sweep, expected) in [
        ("together = [[\"train.batch\", \"optimizer.lr\"]]", "optimizer.lr has 2 values, and the others have 3"),
        ("together = [[\"train.batch\", \"optimizer.momentum\"]]", "no table has several values of optimizer.momentum"),
        ("together = [[\"train.batch\", \"optimizer.beta\"]]", "no table has several values of optimizer.beta"),
        ("together = [[\"train.steps\", \"optimizer.lr\"]]", "train.steps does not have several values"),
        ("skip = [\"optimizer.beta = 1\"]", "rule 1 of the list leaves nothing out"),
        ("skip = [\"train.batch = 7 and optimizer.lr = 0.1\"]", "rule 1 of the list leaves nothing out"),
        (
            "draw = { halton = 3 }\ntogether = [[\"train.batch\", \"optimizer.lr\"]]",
            "where points are drawn, optimizer.lr moves with no other key",
        ),
    ] {
        let error = parse(&text(sweep, sgd).replace("batch = 16", "batch = [8, 16, 32]")).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let nothing = text("skip = [\"optimizer.kind = 'momentum'\"]", sgd);
    let error = plan(&parse(&nothing).unwrap()).unwrap_err().to_string();
    assert!(error.contains("`sweep.skip`: nothing is left"), "{error}");
}
