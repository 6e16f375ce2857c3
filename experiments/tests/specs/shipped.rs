//! The specs that come with the program, and the canonical text of specs.

use std::collections::HashSet;
use std::path::Path;

use thalweg::dataset::{Domain, GENERATORS, Generator, Parameter};
use thalweg::record::Setting;
use thalweg::spec::{Study, shipped};
use thalweg::sweep::{Plan, Trial};

use crate::{SMALL, edited, parse, plan};

/// A spec that says everything that can be said.
const FULL: &str = r#"
name = "full"
title = "All \"keys\", once"
tier = "full"
problem = { kind = "csv", path = "iris.csv", target = "species", task = "classification", scale = "minmax", test_fraction = 0.2, validation_fraction = 0.1, seed = 4 }
network = { hidden = [8, 4], activation = "sigmoid", bias = false, init = "normal", init_scale = 0.5, loss = "mse" }
record.curves = "thin"
engine = { lanes = 32, chunk = 128 }

[train]
batch = 10
drop_last = true
epochs = 7
seeds = { from = 3, count = 4 }
init_seed = 1
log_every = "epoch"
log_examples = 9
precision = "f64"
divergence_factor = inf
target = { metric = "validation_accuracy", above = 0.9, stop = true }

[[optimizer]]
kind = "adam"
lr = { log_uniform = [1e-3, 1], samples = 3 }
beta1 = { linear = [0, 0.9], points = 3 }
beta2 = { values = [0.9, 0.99] }
epsilon_placement = ["inside", "outside"]

[[optimizer]]
kind = "momentum"
lr = { log = [1e-3, 1], points = 3 }
momentum = [0.5]

[[figure]]
kind = "curves"
metric = "grad_norm"
title = "Gradients"
name = "gradients"
select = [{ optimizer = "momentum", lr = 0.001, momentum = 0.5 }, { optimizer = "adam", epsilon_placement = "inside" }]
select_by = "final_test_accuracy"
x_range = [0, 10]
y_range = [1e-3, 1e3]
"#;

/// A study that compares others.
const MEMBERS: &str = r#"
name = "compared"
members = ["compare-a", { study = "compare-b", problem = "b", loss = "mae", outliers = 0.1 }]

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
"#;

/// A study that draws functions.
const FUNCTIONS: &str = r#"
name = "drawn"
title = "Functions"

[functions]
activations = "all"
losses = ["bce", "mse"]
x = { linear = [-4, 4], points = 81 }

[[figure]]
kind = "function"
metric = "value"
functions = ["bce"]
"#;

/// A study that draws timings.
const BENCH: &str = r#"
name = "timed"
tier = "full"
bench = "zen3/loop.csv"

[[figure]]
kind = "timing"
metric = "time"
x = "m"
series = "form"
"#;

/// Sources of examples, by the lines of their own: generators with a value for every parameter, and the other kinds.
fn sources() -> impl Iterator<Item = String> {
    const OTHERS: [&str; 7] = [
        "kind = \"gaussian\"\nsamples = 30\ninputs = 4",
        "kind = \"gaussian\"\nsamples = 30\ninputs = 4\nclasses = 3",
        "kind = \"uniform\"\nsamples = 30\ninputs = 4\noutputs = 2",
        "kind = \"uniform\"\nsamples = 30\ninputs = 4\nclasses = 2",
        "kind = \"teacher\"\nsamples = 30\ninputs = 4\nhidden = [3, 2]\nactivation = \"relu\"\nnoise = 0.1",
        "kind = \"idx\"\nimages = \"a.gz\"\nlabels = \"b\"",
        "kind = \"idx\"\nimages = \"a.gz\"\nlabels = \"b\"\ntest_images = \"c\"\ntest_labels = \"d\"",
    ];
    let parameter = |parameter: &Parameter| match (&parameter.domain, parameter.default) {
        (Domain::Choice(names), _) => format!("{} = \"{}\"", parameter.name, names[names.len() - 1]),
        (Domain::Count { .. }, value) => format!("{} = {}", parameter.name, value.unwrap_or(30.0) as u64 + 1),
        (Domain::Number { .. }, value) => format!("{} = {:?}", parameter.name, value.unwrap_or(1.0) / 2.0),
    };
    let generator = move |generator: &&Generator| {
        let lines: Vec<String> = generator.parameters.iter().map(parameter).collect();
        format!("kind = \"{}\"\n{}", generator.name, lines.join("\n"))
    };
    let all = GENERATORS.iter().map(generator).chain(OTHERS.map(str::to_owned));
    all.map(|source| edited("kind = \"moons\"\nsamples = 100\nnoise = 0.2", &source))
}

/// What is done to classes, and what to the targets of a regression.
const CORRUPTIONS: [&str; 4] = [
    "kind = \"blobs\"\nsamples = 90\nlabel_noise = 0.25\nimbalance = 4.0",
    "kind = \"blobs\"\nsamples = 90\nimbalance = { shares = [0.5, 1.0, 0.25] }",
    "kind = \"linear\"\nsamples = 90\noutliers = 0.25\noutlier_size = -3.0",
    "kind = \"linear\"\nsamples = 90\ntarget_scale = \"standard\"\noutliers = 1.0",
];

fn corrupted() -> impl Iterator<Item = String> {
    CORRUPTIONS.iter().map(|source| edited("kind = \"moons\"\nsamples = 100\nnoise = 0.2", source))
}

#[test]
fn generated_sources_can_be_planned_and_have_keys_of_their_own() {
    let mut seen = Vec::new();
    for text in sources().chain(corrupted()).filter(|text| !text.contains("idx")) {
        let (spec, kind) = (parse(&text).unwrap(), text.split('"').nth(3).unwrap());
        let plan = plan(&spec).unwrap();
        assert_eq!(plan.conditions[0].problem, kind);
        for key in plan.trials.keys() {
            assert!(!seen.contains(&key), "{text}");
            seen.push(key);
        }
        let description = plan.describe(&plan.trials.get(0));
        for line in text.lines().skip_while(|line| !line.starts_with("kind")).take_while(|line| !line.is_empty()) {
            assert!(description.contains(&format!("problem.{line}\n")), "{line} in {description}");
        }
    }
}

/// What a configuration is.
fn row(plan: &Plan, trial: &Trial) -> (String, &'static str, Vec<Option<Setting>>) {
    (plan.condition(trial).problem.clone(), trial.optimizer.name, plan.settings(trial))
}

#[test]
fn shipped_specs_can_be_planned() {
    for found in shipped::ALL {
        assert_eq!(shipped::find(found.name), Some(*found));
        let study = Study::parse(found.name, found.text, Path::new(""), &[]).unwrap();
        assert_eq!(study.name(), found.name);
        let Study::Sweep(spec) = study else { continue };
        let plan = plan(&spec).unwrap();
        assert!((1..100_000).contains(&plan.trials.len()), "{}: {}", found.name, plan.trials.len());
        if spec.train.seeds.count() > 1 || spec.problem.landscape().is_some() {
            // The trials of a configuration stand together, which summaries rely on.
            let mut rows: Vec<_> = plan.trials.iter().map(|trial| row(&plan, &trial)).collect();
            rows.dedup();
            let texts: HashSet<_> = rows.iter().map(|row| format!("{row:?}")).collect();
            assert_eq!(texts.len(), rows.len(), "{}", found.name);
        }
    }
    assert_eq!(shipped::find("no such spec"), None);
}

/// Problems of which some parameters take several values, or that each trial has for itself.
const SWEPT: [&str; 3] = [
    "kind = \"moons\"\nsamples = 90\nnoise = [0.1, 0.2]\nlabel_noise = { linear = [0, 0.5], points = 6 }\nseed = \"trial\"",
    "kind = \"linear\"\nsamples = 90\noutliers = [0, 0.25]\noutlier_size = 4",
    "kind = \"linear\"\nsamples = 90\noutliers = 0.1\noutlier_size = { log = [1, 100], points = 3 }",
];

#[test]
fn canonical_text_reads_back_to_the_same_spec() {
    let shipped = shipped::ALL.iter().map(|shipped| shipped.text);
    let parse = |text: &str| Study::parse("small.toml", text, Path::new("."), &[]);
    let swept = SWEPT.iter().map(|source| edited("kind = \"moons\"\nsamples = 100\nnoise = 0.2", source));
    let texts = [SMALL, FULL, MEMBERS, FUNCTIONS, BENCH].into_iter().chain(shipped);
    for text in texts.map(str::to_owned).chain(swept).chain(sources()).chain(corrupted()) {
        let spec = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let canonical = spec.canonical();
        let again = parse(&canonical).unwrap_or_else(|error| panic!("{error}\n{canonical}"));
        assert_eq!(again, spec);
        assert_eq!(again.canonical(), canonical);
    }
}

#[test]
fn canonical_text_is_one_for_all_spellings() {
    let canonical = |text: &str| parse(text).unwrap().canonical();
    let small = canonical(SMALL);
    assert_eq!(canonical(&edited("seeds = 2", "seeds = { from = 0x0, count = 2 } # two")), small);
    assert_eq!(canonical(&edited("[0.1, 0.01]", "{ values = [1e-1, 1e-2] }")), small);
    assert_eq!(canonical(&edited("steps = 10", "precision = 'f32'\nsteps = 1_0")), small);
    assert!(!small.contains("spectrum"), "{small}");
    assert!(small.contains("lr = [0.1, 0.01]\n") && small.contains("init = \"glorot-uniform\"\n"), "{small}");
}
