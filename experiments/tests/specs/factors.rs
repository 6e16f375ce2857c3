//! Sweeps that are a product of problems, networks and training.

use std::path::Path;

use thalweg::memory::Memory;
use thalweg::record::{Key, Setting};
use thalweg::spec::{MAX_CONDITIONS, Spec};
use thalweg::sweep::Plan;

use crate::{edited, parse, plan};

fn keys(text: &str) -> Vec<Key> {
    plan(&parse(text).unwrap()).unwrap().trials.keys().to_vec()
}

/// For every kind of value that a key may have: what a spec has in its place, the key, and several values.
const FACTORS: [(&str, &str, &[&str]); 18] = [
    ("samples = 100", "samples", &["60", "100"]),
    ("noise = 0.2", "noise", &["0.1", "0.2", "0"]),
    ("noise = 0.2", "noise = 0.2\nlabel_noise", &["0", "0.25"]),
    ("noise = 0.2", "noise = 0.2\nscale", &["\"standard\"", "\"none\"", "{ divide = 2 }"]),
    ("noise = 0.2", "noise = 0.2\ntest_fraction", &["0.25", "0.5"]),
    ("noise = 0.2", "noise = 0.2\nseed", &["0", "7"]),
    ("hidden = [4]", "hidden", &["[4]", "[8]", "[4, 4]", "[]"]),
    ("hidden = [4]", "hidden = [4]\nactivation", &["\"tanh\"", "\"relu\""]),
    ("hidden = [4]", "hidden = [4]\nbias", &["true", "false"]),
    ("hidden = [4]", "hidden = [4]\ninit", &["\"zeros\"", "\"he-normal\""]),
    ("hidden = [4]", "hidden = [4]\ninit_scale", &["1", "0.5"]),
    ("hidden = [4]", "hidden = [4]\ngain", &["1", "2"]),
    ("hidden = [4]", "hidden = [4]\nloss", &["\"bce\"", "\"softmax-cross-entropy\""]),
    ("batch = 16", "batch", &["8", "16", "\"full\""]),
    ("steps = 10", "steps", &["3", "5"]),
    ("seeds = 2", "seeds = 2\nprecision", &["\"f32\"", "\"f64\""]),
    ("seeds = 2", "seeds = 2\nlog_every", &["1", "2"]),
    ("seeds = 2", "seeds = 2\ndivergence_factor", &["2", "10.5"]),
];

fn written(key: &str, values: &[&str]) -> String {
    let list = format!("[{}]", values.join(", "));
    if key == "hidden" { format!("{key} = {{ values = {list} }}") } else { format!("{key} = {list}") }
}

#[test]
fn a_factor_has_the_trials_of_the_specs_with_each_value() {
    for (old, key, values) in FACTORS {
        let swept = edited(old, &written(key, values));
        let spec = parse(&swept).unwrap_or_else(|error| panic!("{key}: {error}"));
        let apart: Vec<Key> = values.iter().flat_map(|value| keys(&edited(old, &format!("{key} = {value}")))).collect();
        assert_eq!(keys(&swept), apart, "{key}");
        assert_eq!((spec.conditions.len(), spec.factors.len()), (values.len(), 1), "{key}");
        // The canonical text means the same, and is that of what it means.
        let canonical = spec.canonical();
        assert_eq!(parse(&canonical).unwrap(), spec, "{key}: {canonical}");
        assert_eq!(parse(&canonical).unwrap().canonical(), canonical);
    }
}

#[test]
fn one_value_is_no_factor() {
    for (old, key, values) in FACTORS {
        let listed = parse(&edited(old, &written(key, &values[..1]))).unwrap();
        assert_eq!(listed, parse(&edited(old, &format!("{key} = {}", values[0]))).unwrap(), "{key}");
        assert!(listed.factors.is_empty(), "{key}");
    }
}

#[test]
fn factors_are_columns_and_the_last_one_moves_fastest() {
    let text = edited("noise = 0.2", "noise = { linear = [0.1, 0.3], points = 3 }")
        .replace("hidden = [4]", "hidden = { values = [[4], [2, 3], []] }")
        .replace("steps = 10", "steps = [3, 4]");
    let plan = plan(&parse(&text).unwrap()).unwrap();
    // `steps` is how many a trial did.
    assert_eq!(plan.hyperparameter_names(), ["noise", "hidden", "train.steps", "lr"]);
    let number = |x| Some(Setting::Number(x));
    let choice = |text: &str| Some(Setting::Choice(text.to_owned()));
    let mut expected = Vec::new();
    for noise in [0.1, 0.2, 0.3] {
        for hidden in [number(4.0), choice("2-3"), choice("none")] {
            for steps in [3.0, 4.0] {
                expected.push([number(noise), hidden.clone(), number(steps)]);
            }
        }
    }
    let found: Vec<_> = plan.conditions.iter().map(|condition| condition.levels().to_vec()).collect();
    assert_eq!(found, expected);
    for (at, trial) in plan.trials.iter().enumerate() {
        assert_eq!(trial.condition, at / 4);
        assert_eq!(plan.settings(&trial)[..3], plan.condition(&trial).levels()[..]);
    }
}

#[test]
fn several_problems_are_told_apart_by_what_differs() {
    let problems = "[[problem]]\nkind = \"moons\"\nsamples = 100\nnoise = [0.1, 0.2]\n\
        [[problem]]\nkind = \"circles\"\nsamples = 80\n\
        [[problem]]\nkind = \"moons\"\nsamples = 60\nnoise = 0.2\n";
    let text = edited("[problem]\nkind = \"moons\"\nsamples = 100\nnoise = 0.2\n", problems);
    let spec = parse(&text).unwrap();
    assert_eq!(spec.problems(), ["moons", "circles"]);
    let plan = plan(&spec).unwrap();
    assert_eq!(plan.hyperparameter_names(), ["samples", "noise", "lr"]);
    let names: Vec<&str> = plan.conditions.iter().map(|condition| condition.problem.as_str()).collect();
    assert_eq!(names, ["moons", "moons", "circles", "moons"]);
    let number = |x| Some(Setting::Number(x));
    let levels: Vec<_> = plan.conditions.iter().map(|condition| condition.levels().to_vec()).collect();
    // What goes without saying is a value as well.
    let expected = [[100.0, 0.1], [100.0, 0.2], [80.0, 0.1], [60.0, 0.2]].map(|values| values.map(number).to_vec());
    assert_eq!(levels, expected);
    let canonical = spec.canonical();
    assert_eq!(parse(&canonical).unwrap(), spec, "{canonical}");
}

#[test]
fn a_trial_of_several_conditions_is_there_once() {
    // Without hidden layers, nothing is activated; the trials are told apart all the same. But a batch of the whole split is
    // one whatever stands in its place.
    let text = edited("noise = 0.2", "noise = [0.2, 0.20]");
    assert!(parse(&text).unwrap_err().to_string().contains("`problem.noise`: 0.2 occurs twice"));
    let outliers = "kind = \"linear\"\nsamples = 100\noutliers = [0, 0.1]\noutlier_size = [3, 4]";
    let text = edited("kind = \"moons\"\nsamples = 100\nnoise = 0.2", outliers);
    let plan = plan(&parse(&text).unwrap()).unwrap();
    // Four conditions, of which two have no outliers of any size.
    assert_eq!((plan.conditions.len(), plan.trials.len()), (4, 3 * 4));
}

#[test]
fn mistakes_in_factors_are_named_with_their_place() {
    let many = format!("noise = {{ linear = [0, 1], points = {} }}", MAX_CONDITIONS + 1);
    let product = "noise = { linear = [0, 1], points = 200 }\nlabel_noise = { linear = [0, 0.5], points = 200 }";
    for (old, new, expected) in [
        ("noise = 0.2", "noise = []", "`problem.noise`: expected at least one value, found an empty list"),
        ("noise = 0.2", "noise = [0.1, -1]", "small.toml:6:15: `problem.noise`: expected a number of at least 0"),
        ("noise = 0.2", many.as_str(), "10001 values are more than 10000"),
        ("noise = 0.2", product, "have 40000 combinations, more than 10000"),
        ("hidden = [4]", "hidden = [[4], [8]]", "`network.hidden.0`: expected an integer"),
        ("hidden = [4]", "hidden = { values = 4 }", "`network.hidden.values`: expected a list of values, found 4"),
        ("hidden = [4]", "hidden = { values = [[4]], points = 2 }", "unknown key `network.hidden.points`"),
        ("hidden = [4]", "hidden = [4]\nactivation = [\"tanh\", \"rely\"]", "did you mean `relu`?"),
        ("batch = 16", "batch = [16, 2000]", "`train.batch`: a batch of 2000 is larger than the training split"),
        ("seeds = 2", "seeds = 2\nprecision = [\"f32\", \"f32\"]", "`train.precision`: \"f32\" occurs twice"),
    ] {
        let error = parse(&edited(old, new)).and_then(|spec| plan(&spec).map(drop)).expect_err(new);
        let text =
            format!("{error} {}", miette::Diagnostic::help(&error).map_or(String::new(), |help| help.to_string()));
        assert!(text.contains(expected) && text.starts_with("small.toml:"), "{new}: {text}\nis not\n{expected}");
    }
}

#[test]
fn landscapes_of_a_sweep_may_differ() {
    let landscape = "[[problem]]\nkind = \"landscape\"\nfunction = \"beale\"\nstart = [1, 1]\n";
    let text = |problems: &str, train: &str| {
        format!("name = \"l\"\n{problems}[train]\nsteps = 3\n{train}[[optimizer]]\nkind = \"sgd\"\nlr = 0.01\n")
    };
    let two = text(&format!("{landscape}{}", landscape.replace("beale", "rosenbrock")), "");
    let spec = Spec::parse("l.toml", &two, Path::new(""), &[]).unwrap();
    let (_, _, plan) = Plan::read(&spec, Memory::of_machine()).unwrap();
    assert_eq!((plan.conditions.len(), plan.trials.len()), (2, 2));
    // Rows have room for the places on the one with the most coordinates.
    let third = landscape.replace("beale", "sphere").replace("[1, 1]", "[1, 1, 1]");
    let wider = text(&format!("{landscape}{third}"), "");
    let spec = Spec::parse("l.toml", &wider, Path::new(""), &[]).unwrap();
    let (_, _, plan) = Plan::read(&spec, Memory::of_machine()).unwrap();
    assert_eq!(plan.extra_columns(&spec).len(), 7);
    let places = plan.places([Some(&[1.0, 2.0]), None], Some(3.0));
    assert_eq!(places, [Some(1.0), Some(2.0), None, None, None, None, Some(3.0)]);
    let ways = format!("{wider}[record]\ntrajectory = true\n");
    let error = Spec::parse("l.toml", &ways, Path::new(""), &[]).map(drop).unwrap_err();
    assert!(error.to_string().contains("all trials of a table have as many coordinates, found 2 and 3"), "{error}");
    let swept =
        text(&landscape.replace("[1, 1]", "{ values = [[1, 1], [2, 2]] }").replace("[[problem]]", "[problem]"), "");
    assert_eq!(Spec::parse("l.toml", &swept, Path::new(""), &[]).unwrap().conditions.len(), 2);
}

#[test]
fn the_sweeps_of_the_guide_can_be_planned() {
    let page = include_str!("../../guide/specs.md");
    let blocks = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut planned = 0;
    for block in blocks.filter(|block| block.contains("problem]")) {
        let name = if block.contains("name = ") { "" } else { "name = \"guide\"\n" };
        let text = format!("{name}{block}");
        let spec = parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        plan(&spec).unwrap_or_else(|error| panic!("{error}: {text}"));
        planned += 1;
    }
    assert_eq!(planned, 1);
}

#[test]
fn a_problem_may_have_a_network_and_training_of_its_own() {
    const MOONS: &str = "[problem]\nkind = \"moons\"\nsamples = 100\nnoise = 0.2\n";
    const CIRCLES: &str = "[problem]\nkind = \"circles\"\nsamples = 80\n";
    const BEALE: &str = "[problem]\nkind = \"landscape\"\nfunction = \"beale\"\nstart = [1, 1]\n";
    let own = [
        "",
        "network = { hidden = [3, 2], gain = 1 }\ntrain = { epochs = 2, batch = [8, \"full\"] }\n",
        "train = { steps = 7 }\n",
    ];
    let table = |(problem, own): (&str, &str)| format!("{}{own}", problem.replace("[problem]", "[[problem]]"));
    let problems: String = [MOONS, CIRCLES, BEALE].into_iter().zip(own).map(table).collect();
    let text = edited(MOONS, &problems).replace("hidden = [4]", "hidden = [4]\ngain = 2");
    let spec = parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let alone = |problem: &str, rest: &[(&str, &str)]| {
        keys(&rest.iter().fold(edited(MOONS, problem), |text, (old, new)| text.replace(old, new)))
    };
    let of_circles = |batch| {
        alone(CIRCLES, &[("hidden = [4]", "hidden = [3, 2]"), ("batch = 16", batch), ("steps = 10", "epochs = 2")])
    };
    let network = "[network]\nhidden = [4]\n";
    let expected = [
        alone(MOONS, &[("hidden = [4]", "hidden = [4]\ngain = 2")]),
        of_circles("batch = 8"),
        of_circles("batch = \"full\""),
        alone(BEALE, &[(network, ""), ("batch = 16\n", ""), ("seeds = 2\n", ""), ("steps = 10", "steps = 7")]),
    ];
    assert_eq!(plan(&spec).unwrap().trials.keys(), expected.concat());
    let canonical = spec.canonical();
    assert!(parse(&canonical).unwrap() == spec, "{canonical}");
    assert_eq!(parse(&canonical).unwrap().canonical(), canonical);
    // Of a single problem they say the same as the tables beside it.
    let single = edited(MOONS, &format!("{MOONS}network = {{ hidden = [3] }}\ntrain = {{ epochs = 1 }}\n"));
    assert_eq!(keys(&single), alone(MOONS, &[("hidden = [4]", "hidden = [3]"), ("steps = 10", "epochs = 1")]));
    for (old, new, expected) in [
        ("hidden = [3, 2]", "hiden = [3, 2]", "unknown key `network.hiden`"),
        ("network = { hidden = [3, 2], gain = 1 }", "network = 3", "unknown key `problem.network`"),
        ("train = { steps = 7 }", "train = { epochs = 7 }", "unknown key `train.epochs`"),
    ] {
        let error = parse(&text.replace(old, new)).map(drop).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nis not\n{expected}");
    }
}

#[test]
fn several_kinds_in_one_table_are_read_back() {
    // Circles have a factor that moons have not.
    for kinds in ["[\"moons\", \"circles\"]", "[\"circles\", \"moons\"]"] {
        let text = edited("kind = \"moons\"", &format!("kind = {kinds}"));
        let spec = parse(&text).unwrap();
        let again = parse(&spec.canonical()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((spec.conditions.len(), &again), (2, &spec));
        assert_eq!(plan(&again).unwrap().trials.keys(), plan(&spec).unwrap().trials.keys());
    }
}
