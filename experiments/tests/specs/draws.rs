//! `[sweep] draw`: points drawn jointly from all axes.

use std::collections::HashSet;

use thalweg::record::{Key, Setting};
use thalweg::spec::InputError;
use thalweg::train::OPTIONS;

use super::{edited, parse, plan};

/// [`super::SMALL`] with these optimizers, and `[sweep]` with these lines.
fn text(sweep: &str, optimizers: &str) -> String {
    format!("{}[sweep]\n{sweep}\n", edited("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", optimizers))
}

const MOMENTUM: &str = "[[optimizer]]\nkind = \"momentum\"\nlr = { log = [1e-4, 1e0], points = 13 }\n\
                        momentum = { one_minus_log_uniform = [0.0, 0.999] }\n";

fn keys(text: &str) -> Vec<Key> {
    plan(&parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"))).unwrap().trials.keys()
}

#[test]
fn points_are_drawn_from_all_axes_of_an_optimizer() {
    for sequence in ["halton", "random"] {
        let all = plan(&parse(&text(&format!("draw = {{ {sequence} = 50 }}"), MOMENTUM)).unwrap()).unwrap();
        assert_eq!((all.conditions.len(), all.trials.len()), (1, 50 * 2));
        let points: Vec<Vec<f64>> = all.trials.iter().step_by(2).map(|trial| trial.hyperparameters).collect();
        let in_bounds = |point: &Vec<f64>| (1e-4..=1.0).contains(&point[0]) && (0.0..=0.999).contains(&point[1]);
        assert!(points.iter().all(in_bounds));
        for axis in 0..2 {
            let different: HashSet<u64> = points.iter().map(|point| point[axis].to_bits()).collect();
            assert_eq!(different.len(), 50);
        }
        let low = points.iter().filter(|point| point[0] < 1e-2).count();
        assert!(low.abs_diff(25) < 10, "{low} of 50 in the lower half of the logarithms");
        // A longer draw begins with the shorter one, and another seed gives others.
        let more = keys(&text(&format!("draw = {{ {sequence} = 80 }}"), MOMENTUM));
        assert_eq!(all.trials.keys(), more[..100]);
        let other = keys(&text(&format!("draw = {{ {sequence} = 50, seed = 1 }}"), MOMENTUM));
        assert!(other.iter().all(|key| !more.contains(key)));
    }
}

#[test]
fn how_many_points_a_range_has_is_no_matter() {
    let without = MOMENTUM.replace(", points = 13", "");
    let draw = "draw = { halton = 10 }";
    assert_eq!(keys(&text(draw, MOMENTUM)), keys(&text(draw, &without)));
    let spec = parse(&text(draw, MOMENTUM)).unwrap();
    assert_eq!(spec.canonical(), parse(&text(draw, &without)).unwrap().canonical());
    let error = parse(&text("", &without)).unwrap_err().to_string();
    assert!(error.contains("`optimizer.0.lr.points`"), "{error}");
    let error = parse(&text("", MOMENTUM)).unwrap_err().to_string();
    assert!(error.contains("`optimizer.0.momentum.samples`"), "{error}");
}

/// The problem, the network and the training are drawn as well: a condition for each combination that comes up.
#[test]
fn points_are_drawn_from_conditions_too() {
    let network =
        "network = { hidden = { values = [[2], [4, 4]] }, init_scale = { log = [0.1, 10] }, init = \"normal\" }";
    let text = text("draw = { halton = 40 }", MOMENTUM)
        .replace("[network]\nhidden = [4]\n", "")
        .replace("name", &format!("{network}\nname"));
    let spec = parse(&text).unwrap();
    let all = plan(&spec).unwrap();
    assert_eq!((all.conditions.len(), all.trials.len()), (40, 80));
    let names = all.hyperparameter_names();
    assert_eq!(names[..4], ["hidden", "init_scale", "lr", "momentum"]);
    let rows: HashSet<String> = all.trials.iter().map(|trial| format!("{:?}", all.settings(&trial))).collect();
    assert_eq!(rows.len(), 40);
    let hidden = all.trials.iter().filter(|trial| all.settings(trial)[0] == Some(Setting::Number(2.0))).count();
    assert_eq!(hidden, 40, "half of the points have each choice");
    let lists = text
        .replace(", init_scale = { log = [0.1, 10] }, init = \"normal\"", "")
        .replace("batch = 16", "batch = [16, \"full\"]");
    let spec = parse(&lists).unwrap();
    let all = plan(&spec).unwrap();
    assert_eq!((all.conditions.len(), all.trials.len()), (4, 80));
    assert_eq!(all.conditions.iter().map(|of| of.spec.conditions[0].draws.as_ref().unwrap().len()).sum::<usize>(), 40);
    let many = text.replace("halton = 40", "halton = 10001");
    let error = parse(&many).unwrap_err().to_string();
    assert!(error.contains("10001 combinations, more than 10000"), "{error}");
}

#[test]
fn what_is_drawn_twice_is_there_once() {
    let lists = "[[optimizer]]\nkind = \"momentum\"\nlr = [0.1, 0.01]\nmomentum = [0.0, 0.9]\n";
    for sequence in ["halton", "random"] {
        let drawn = keys(&text(&format!("draw = {{ {sequence} = 200 }}"), lists));
        let (drawn, all): (HashSet<Key>, HashSet<Key>) =
            (drawn.iter().copied().collect(), keys(&text("", lists)).into_iter().collect());
        assert_eq!(drawn, all);
        // Nor is what an earlier table has.
        let two = format!("{lists}[[optimizer]]\nkind = \"momentum\"\nlr = [0.01, 1.0]\nmomentum = 0.9\n");
        assert_eq!(keys(&text(&format!("draw = {{ {sequence} = 200 }}"), &two)).len(), 2 * (4 + 1));
        // Of each condition.
        let both = text(&format!("draw = {{ {sequence} = 400 }}"), &two).replace("batch = 16", "batch = [8, 16]");
        let found = keys(&both);
        assert_eq!((found.len(), found.iter().collect::<HashSet<_>>().len()), (2 * 2 * 5, 20));
    }
}

#[test]
fn every_distribution_can_be_an_axis() {
    let sgd = |axis: &str| format!("[[optimizer]]\nkind = \"momentum\"\nlr = 0.1\nmomentum = {axis}\n");
    let values = |text: &str| -> Vec<f64> {
        let plan = plan(&parse(text).unwrap_or_else(|error| panic!("{error}"))).unwrap();
        plan.trials.iter().step_by(2).map(|trial| trial.hyperparameters[1]).collect()
    };
    for name in ["uniform", "log_uniform", "one_minus_log_uniform"] {
        let product = values(&text("", &sgd(&format!("{{ {name} = [0.5, 0.9], samples = 30 }}"))));
        let drawn = values(&text("draw = { random = 30 }", &sgd(&format!("{{ {name} = [0.5, 0.9] }}"))));
        for values in [&product, &drawn] {
            assert_eq!(values.len(), 30);
            assert!(values.iter().all(|x| (0.5..=0.9).contains(x)));
        }
    }
    let steps = "[[optimizer]]\nkind = \"sgd\"\nlr = 0.1\nwarmup = { integers = [0, 4] }\n";
    let warmups = |sweep: &str| -> HashSet<u64> {
        let plan = plan(&parse(&text(sweep, steps)).unwrap()).unwrap();
        let at = OPTIONS.iter().position(|option| option.name == "warmup").unwrap();
        plan.trials.iter().map(|trial| trial.options.get(at).map_or(0, |x| *x as u64)).collect()
    };
    assert_eq!(warmups(""), (0..=4).collect());
    assert_eq!(warmups("draw = { halton = 100 }"), (0..=4).collect());
    for (axis, expected) in [
        ("{ one_minus_log_uniform = [0.5, 1.0], samples = 3 }", "expected"),
        ("{ integers = [0.5, 0.9] }", "expected two integers"),
        ("{ uniform = [0.5, 0.9], points = 3 }", "unknown key"),
        ("{ uniformly = [0.5, 0.9] }", "did you mean `uniform`?"),
    ] {
        let error = parse(&text("", &sgd(axis))).unwrap_err();
        let told = |error: &InputError| {
            let help = miette::Diagnostic::help(error).map(|help| help.to_string()).unwrap_or_default();
            format!("{error} {help}")
        };
        let all: Vec<String> = std::iter::once(&error).chain(error.others()).map(told).collect();
        assert!(all.iter().any(|text| text.contains(expected)), "{all:?}");
    }
}

#[test]
fn a_draw_is_written_as_it_was_read() {
    let network =
        "network = { hidden = { values = [[2], [4, 4]] }, init_scale = { log = [0.1, 10] }, init = \"normal\" }";
    for draw in ["{ halton = 12 }", "{ random = 7, seed = 3 }"] {
        let text = text(&format!("draw = {draw}"), MOMENTUM)
            .replace("[network]\nhidden = [4]\n", "")
            .replace("name", &format!("{network}\nname"));
        let text = text.replace("batch = 16", "batch = [16, \"full\"]");
        let spec = parse(&text).unwrap();
        let canonical = spec.canonical();
        let again = parse(&canonical).unwrap_or_else(|error| panic!("{error}\n{canonical}"));
        assert_eq!(again, spec, "{canonical}");
        assert_eq!(again.canonical(), canonical);
        assert!(canonical.contains(&format!("draw = {draw}\n")), "{canonical}");
        assert_eq!(plan(&again).unwrap().trials.keys(), plan(&spec).unwrap().trials.keys());
    }
}

#[test]
fn axes_that_move_together_have_one_coordinate() {
    let text = text("draw = { halton = 30 }\ntogether = [[\"train.batch\", \"train.steps\"]]", MOMENTUM)
        .replace("batch = 16", "batch = [8, 16, \"full\"]")
        .replace("steps = 10", "steps = [10, 20, 30]");
    let all = plan(&parse(&text).unwrap()).unwrap();
    assert_eq!((all.conditions.len(), all.trials.len()), (3, 60));
}

#[test]
fn mistakes_in_draws_are_named() {
    for (draw, expected) in [
        ("200", "`sweep.draw`: expected { halton = 200 } or { random = 200 }, found 200"),
        ("{ sobol = 200 }", "unknown key `sweep.draw.sobol`"),
        ("{ halton = 0 }", "`sweep.draw.halton`: expected an integer from 1"),
        ("{ halton = 2, random = 2 }", "expected either `halton` or `random`, found both"),
        ("{ seed = 2 }", "expected { halton = 200 } or { random = 200 }"),
    ] {
        let error = parse(&text(&format!("draw = {draw}"), MOMENTUM)).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
