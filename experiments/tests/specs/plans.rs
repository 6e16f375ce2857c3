//! Plans and keys.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use thalweg::data::Splits;
use thalweg::dataset::Targets;
use thalweg::memory::Memory;
use thalweg::record::{Key, Setting};
use thalweg::registry::Registry;
use thalweg::spec::{SECTIONS, Spec, shipped};
use thalweg::sweep::{Estimate, Model, Plan, Trial};
use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::ALL;

use crate::{SMALL, edited, parse, plan};

/// Of the first trial of [`SMALL`].
const DESCRIPTION: &str = r#"contract = 5
problem.kind = "moons"
problem.samples = 100
problem.noise = 0.2
problem.scale = "standard"
problem.test_fraction = 0.25
problem.validation_fraction = 0.0
problem.seed = 0
network.hidden = [4]
network.activation = "relu"
network.bias = true
network.init = "glorot-uniform"
network.loss = "bce"
train.batch = 16
train.drop_last = false
train.steps = 10
train.log_every = 0
train.precision = "f32"
train.divergence_factor = 10.0
optimizer = "sgd"
lr = 0.1
init_seed = 0
order_seed = 0
"#;

fn keys(text: &str) -> Vec<String> {
    let plan = plan(&parse(text).unwrap()).unwrap();
    plan.trials.keys().iter().map(Key::to_string).collect()
}

#[test]
fn keys_never_change() {
    let plan = plan(&parse(SMALL).unwrap()).unwrap();
    assert_eq!(plan.describe(&plan.trials.get(0)), DESCRIPTION);
    for trial in plan.trials.iter() {
        assert_eq!(plan.trials.key(&trial), Key::of(&blake3::hash(plan.describe(&trial).as_bytes())));
    }
    assert_eq!(keys(SMALL), ["t0baece70bc24f562", "t2f285c3002776cea", "t59919a6db368b77e", "t8c1186de51493023"]);
}

#[test]
fn what_changes_no_number_changes_no_key() {
    let expected = keys(SMALL);
    let same = [
        edited("name = \"small\"", "name = \"other\"\ntitle = \"Other\"\ntier = \"full\""),
        SMALL.to_owned() + "[[figure]]\nkind = \"curves\"\nmetric = \"train_loss\"\n",
        SMALL.to_owned() + "[engine]\nlanes = 8\nchunk = 32\n[record]\ncurves = \"none\"\ntables = false\n",
        edited("seeds = 2", "seeds = [0, 1]"),
        edited("noise = 0.2", "noise = 0.2\nlabel_noise = 0\nimbalance = 1"),
        edited("steps = 10", "epochs = 2"), // of five steps
        edited("steps = 10", "steps = 10\nlog_every = 1000"),
        edited("hidden = [4]", "hidden = [4]\ninit_offset = 0"),
        edited("hidden = [4]", "hidden = [4]\nloss = \"bce\""), // as two classes get it anyway
        edited("[0.1, 0.01]", "{ values = [1e-1, 1e-2] }"),
        // What lies in several grids is one trial.
        SMALL.to_owned() + "[[optimizer]]\nkind = \"sgd\"\nlr = 0.01\n",
    ];
    for text in same {
        assert_eq!(keys(&text), expected, "{text}");
    }
}

/// Changes of [`SMALL`], each of which changes a number of every trial.
const CHANGES: &[(&str, &str)] = &[
    ("samples = 100", "samples = 101"),
    ("noise = 0.2", "noise = 0.3"),
    ("noise = 0.2", "noise = 0.2\nseed = 1"),
    ("noise = 0.2", "noise = 0.2\nscale = \"minmax\""),
    ("noise = 0.2", "noise = 0.2\nscale = { divide = 2 }"),
    ("noise = 0.2", "noise = 0.2\ntest_fraction = 0.3"),
    ("noise = 0.2", "noise = 0.2\nvalidation_fraction = 0.3"),
    ("noise = 0.2", "noise = 0.2\nlabel_noise = 0.1"),
    ("noise = 0.2", "noise = 0.2\nlabel_noise = 0.2"),
    ("noise = 0.2", "noise = 0.2\nimbalance = 2"),
    ("noise = 0.2", "noise = 0.2\nimbalance = { shares = [1, 0.5] }"),
    ("hidden = [4]", "hidden = [5]"),
    ("hidden = [4]", "hidden = []"),
    ("hidden = [4]", "hidden = [4]\nactivation = \"tanh\""),
    ("hidden = [4]", "hidden = [4]\nactivation = \"elu\""),
    ("hidden = [4]", "hidden = [4]\nactivation = \"elu\"\nalpha = 0.5"),
    ("hidden = [4]", "hidden = [4]\nactivation = \"leaky-relu\"\nnegative_slope = 0.2"),
    ("hidden = [4]", "hidden = [4]\ninit_offset = 0.5"),
    ("hidden = [4]", "hidden = [4]\nbias = false"),
    ("hidden = [4]", "hidden = [4]\ninit = \"zeros\""),
    ("hidden = [4]", "hidden = [4]\ninit = \"normal\""),
    ("hidden = [4]", "hidden = [4]\ninit = \"normal\"\ninit_scale = 0.5"),
    ("hidden = [4]", "hidden = [4]\ninit = \"constant\""),
    ("hidden = [4]", "hidden = [4]\ninit = \"uniform\"\ninit_scale = 0.5"),
    ("hidden = [4]", "hidden = [4]\ninit = \"orthogonal\"\ninit_scale = 0.5"),
    ("hidden = [4]", "hidden = [4]\nloss = \"mse\""),
    ("hidden = [4]", "hidden = [4]\nloss = \"softmax-cross-entropy\""),
    ("batch = 16", "batch = 15"),
    ("batch = 16", "batch = \"full\""),
    ("batch = 16", "batch = 75"),
    ("batch = 16", "batch = 16\ndrop_last = true"),
    ("steps = 10", "steps = 11"),
    ("seeds = 2", "seeds = { from = 2, count = 2 }"),
    ("seeds = 2", "seeds = 2\ninit_seed = 7"),
    ("seeds = 2", "seeds = 2\norder_seed = 7"),
    ("seeds = 2", "seeds = 2\nlog_every = 2"),
    ("seeds = 2", "seeds = 2\nlog_examples = 7"),
    ("seeds = 2", "seeds = 2\nprecision = \"f64\""),
    ("seeds = 2", "seeds = 2\ndivergence_factor = 20"),
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"train_loss\", below = 0.1 }"),
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"train_loss\", below = 0.2 }"),
    ("seeds = 2", "seeds = 2\ntarget = { metric = \"test_loss\", below = 0.2 }"),
    ("seeds = 2", "seeds = 2\nlog_every = 2\ntarget = { metric = \"test_loss\", below = 0.2, stop = true }"),
    ("\"sgd\"", "\"momentum\""),
    ("\"sgd\"", "\"momentum\"\nmomentum = 0.8"),
    ("\"sgd\"", "\"adam\""),
    ("\"sgd\"", "\"adam\"\nepsilon_placement = \"inside\""),
    ("[0.1, 0.01]", "[0.2, 0.02]"),
    ("\"sgd\"", "\"sgd\"\nweight_decay = 0.1"),
    ("\"sgd\"", "\"sgd\"\ndecoupled_weight_decay = 0.1"),
    ("\"sgd\"", "\"sgd\"\nclip_norm = 1"),
    ("\"sgd\"", "\"sgd\"\nclip_value = 1"),
    ("\"sgd\"", "\"sgd\"\nsam = 0.1"),
    ("\"sgd\"", "\"sgd\"\nwarmup = 3"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"one-cycle\""),
    ("hidden = [4]", "hidden = [4]\nparameterisation = \"mean-field\""),
    ("hidden = [4]", "hidden = [4]\ngain = 2"),
    ("batch = 16", "batch = 16\nreplacement = true"),
    ("\"sgd\"", "\"sgd\"\nlr_scale = [1, 0.5]"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"step\"\nstep_size = 3"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"step\"\nstep_size = 3\ngamma = 0.3"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"cosine\"\nmin_factor = 0.2"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"polynomial\"\npower = 3"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"one-cycle\"\npct_start = 0.5"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"one-cycle\"\ndiv_factor = 5"),
    ("\"sgd\"", "\"sgd\"\nschedule = \"one-cycle\"\nfinal_div_factor = 5"),
];

/// Keys that change no number, or only in specs of another kind, which are looked at elsewhere: regression's targets and
/// losses, and weights from files.
const ELSEWHERE: [&str; 11] = [
    "kind",
    "label",
    "only",
    "convention",
    "target_scale",
    "outliers",
    "outlier_size",
    "test_loss",
    "delta",
    "epochs",
    "init",
];

#[test]
fn no_key_is_forgotten_in_keys_of_trials() {
    for section in
        SECTIONS.iter().filter(|section| ["problem", "network", "train", "optimizer"].contains(&section.name))
    {
        for key in (section.keys)(&Registry::builtin()) {
            let is_changed = CHANGES.iter().any(|(_, new)| new.contains(&format!("{} = ", key.name)));
            assert!(is_changed || ELSEWHERE.contains(&key.name), "{}.{} changes keys or not", section.name, key.name);
        }
    }
}

#[test]
fn what_changes_a_number_changes_every_key() {
    let mut seen: HashSet<String> = keys(SMALL).into_iter().collect();
    for (old, new) in CHANGES {
        for key in keys(&edited(old, new)) {
            assert!(seen.insert(key), "{new}");
        }
    }
}

#[test]
fn a_file_counts_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let text = edited(
        "kind = \"moons\"\nsamples = 100\nnoise = 0.2",
        "kind = \"csv\"\npath = \"PATH\"\ntarget = \"species\"\ntask = \"classification\"",
    );
    let keys = |path: &str| {
        let spec = Spec::parse("a.toml", &text.replace("PATH", path), folder.path(), &[]).unwrap();
        plan(&spec).unwrap().trials.keys().to_vec()
    };
    let iris = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("data/iris.csv")).unwrap();
    fs::write(folder.path().join("flowers.csv"), &iris).unwrap();
    fs::write(folder.path().join("changed.csv"), iris.replacen("5.1", "5.2", 1)).unwrap();
    // A file of the name of a shipped data set takes its place only if the path says so.
    fs::write(folder.path().join("iris.csv"), iris.replacen("5.1", "5.3", 1)).unwrap();
    assert_eq!(keys("flowers.csv"), keys("iris.csv"));
    let all: HashSet<_> = ["iris.csv", "changed.csv", "./iris.csv"].into_iter().flat_map(keys).collect();
    assert_eq!(all.len(), 12);
}

#[test]
fn the_order_of_tables_changes_nothing_but_the_order() {
    let sgd = "[[optimizer]]\nkind = \"sgd\"\nlr = { log_uniform = [1e-3, 1], samples = 5 }\n";
    let adam = "[[optimizer]]\nkind = \"adam\"\nlr = { log = [1e-3, 1], points = 4 }\n";
    let head = edited("[[optimizer]]\nkind = \"sgd\"\nlr = [0.1, 0.01]\n", "");
    let one = keys(&format!("{head}{sgd}{adam}"));
    let other = keys(&format!("{head}{adam}{sgd}"));
    assert_eq!([&one[10..], &one[..10]].concat(), other);
}

#[test]
fn trials_come_by_table_grid_and_seed() {
    let optimizers = "kind = \"momentum\"\nlr = [0.1, 0.2]\nmomentum = [0.5, 0.9]\n\
                      [[optimizer]]\nkind = \"adam\"\nepsilon_placement = [\"inside\", \"outside\"]\n\
                      [[optimizer]]\nkind = \"momentum\"\nlr = [0.2, 0.3]\nmomentum = 0.5";
    let plan = plan(&parse(&edited("kind = \"sgd\"\nlr = [0.1, 0.01]", optimizers)).unwrap()).unwrap();
    let row = |trial: Trial| (trial.optimizer.name, trial.hyperparameters[..2].to_vec(), trial.order_seed);
    let rows: Vec<_> = plan.trials.iter().step_by(2).map(row).collect();
    let expected = [
        ("momentum", vec![0.1, 0.5], 0),
        ("momentum", vec![0.1, 0.9], 0),
        ("momentum", vec![0.2, 0.5], 0),
        ("momentum", vec![0.2, 0.9], 0),
        ("adam", vec![0.001, 0.9], 0),
        ("adam", vec![0.001, 0.9], 0),
        ("momentum", vec![0.3, 0.5], 0),
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        plan.hyperparameter_names(),
        ["label", "lr", "momentum", "beta1", "beta2", "eps", "epsilon_placement", "bias_correction"]
    );
    let settings = plan.settings(&plan.trials.get(8));
    assert_eq!(settings[1], Some(Setting::Number(0.001)));
    assert_eq!(settings[2], None);
    assert_eq!(settings[6], Some(Setting::Choice("inside".to_owned())));

    let populations: Vec<_> = plan.populations().collect();
    let names: Vec<&str> = populations.iter().map(|population| population.optimizer.name).collect();
    assert_eq!(names, ["momentum", "adam"]);
    assert_eq!((populations[0].trials, populations[1].trials), (10, plan.trials.len() - 10));
    let all: Vec<u32> = (0..plan.trials.len() as u32).collect();
    assert_eq!(plan.lists(&all)[0].1, [0, 2, 4, 6, 12, 1, 3, 5, 7, 13]);
}

/// The hyperparameters of the first trial of an optimizer's table.
fn settings(optimizer: &str) -> (Vec<f64>, Vec<String>) {
    let plan = plan(&parse(&edited("kind = \"sgd\"\nlr = [0.1, 0.01]", optimizer)).unwrap()).unwrap();
    (plan.trials.get(0).hyperparameters, plan.hyperparameter_names())
}

#[test]
fn conventions_are_presets() {
    // lr, β1, β2, ε, where ε stands, bias correction, sign.
    let paper = [1e-3, 0.9, 0.999, 1e-8, 0.0, 0.0, 0.0];
    let notes = [1e-3, 0.9, 0.99, 1e-8, 1.0, 1.0, 0.0];
    assert_eq!(settings("kind = \"adam\"").0, paper);
    assert_eq!(settings("kind = \"adam\"\nconvention = \"paper\"").0, paper);
    assert_eq!(settings("kind = \"adam\"\nconvention = \"notes\"").0, notes);
    let own = settings("kind = \"adam\"\nconvention = \"notes\"\nbias_correction = true\nbeta2 = 0.5").0;
    assert_eq!(own, [1e-3, 0.9, 0.5, 1e-8, 1.0, 0.0, 0.0]);
    for optimizer in ALL.iter().filter(|optimizer| !optimizer.notes.is_empty()) {
        let (values, names) = settings(&format!("kind = \"{}\"\nconvention = \"notes\"", optimizer.name));
        let at = optimizer.hyperparameters.iter().position(|h| h.name == "epsilon_placement").unwrap();
        assert_eq!((values[at], names.contains(&"convention".to_owned())), (1.0, false), "{optimizer:?}");
    }
}

#[test]
fn what_goes_without_saying_is_said_when_it_differs() {
    let plan_of =
        |optimizer: &str| plan(&parse(&edited("kind = \"sgd\"\nlr = [0.1, 0.01]", optimizer)).unwrap()).unwrap();
    let plain = plan_of("kind = \"momentum\"");
    let spelled = plan_of("kind = \"momentum\"\nform = \"pytorch\"");
    assert_eq!(plain.hyperparameter_names(), ["lr", "momentum"]);
    assert_eq!(spelled.hyperparameter_names(), ["lr", "momentum"]);
    assert_eq!(plain.trials.keys()[0], spelled.trials.keys()[0]);
    assert!(!plain.describe(&plain.trials.get(0)).contains("\nform = "));
    let both = plan_of("kind = \"momentum\"\nform = [\"pytorch\", \"keras\"]");
    assert_eq!(both.hyperparameter_names(), ["lr", "momentum", "form"]);
    assert_eq!(both.trials.keys()[0], plain.trials.keys()[0]);
    assert!(both.describe(&both.trials.get(2)).contains("form = \"keras\"\n"));
    assert_eq!(both.settings(&both.trials.get(2))[2], Some(Setting::Choice("keras".to_owned())));
}

#[test]
fn parameters_of_functions_go_without_saying() {
    let leaky = |rest: &str| keys(&edited("hidden = [4]", &format!("hidden = [4]\nactivation = \"leaky-relu\"{rest}")));
    assert_eq!(leaky(""), leaky("\nnegative_slope = 0.01"));
    assert_ne!(leaky(""), leaky("\nnegative_slope = 0.02"));
    let regression =
        SMALL.replacen("kind = \"moons\"\nsamples = 100\nnoise = 0.2", "kind = \"friedman1\"\nsamples = 100", 1);
    let text = regression.replacen("hidden = [4]", "hidden = [4]\nloss = \"huber\"\ndelta = 0.5", 1);
    let spec = parse(&text).unwrap();
    assert_eq!(parse(&spec.canonical()).unwrap(), spec);
    let plan = plan(&spec).unwrap();
    assert!(plan.describe(&plan.trials.get(0)).contains("network.loss = \"huber\"\nnetwork.delta = 0.5\n"));
    let Model::Network(shape) = &plan.conditions[0].model else { panic!("it is for networks") };
    assert_eq!(shape.architecture().loss.setting(), Some(0.5));
}

#[test]
fn options_are_axes_that_go_without_saying() {
    let plan_of =
        |optimizer: &str| plan(&parse(&edited("kind = \"sgd\"\nlr = [0.1, 0.01]", optimizer)).unwrap()).unwrap();
    let keys = |plan: &Plan| plan.trials.keys().to_vec();
    let plain = plan_of("kind = \"adam\"");
    let spelled = plan_of("kind = \"adam\"\nweight_decay = 0\nclip_norm = inf\nschedule = \"constant\"\nwarmup = 0");
    assert_eq!((keys(&plain), plain.hyperparameter_names()), (keys(&spelled), spelled.hyperparameter_names()));
    // What a schedule does not read makes no trials: constant once, cosine twice, for each decay and seed.
    let many = "kind = \"adam\"\nweight_decay = [0, 0.1]\nschedule = [\"constant\", \"cosine\"]\nmin_factor = [0, 0.5]";
    let many = plan_of(many);
    assert_eq!(many.trials.len(), 2 * 3 * 2);
    assert_eq!(many.trials.keys()[0], plain.trials.keys()[0]);
    let names = many.hyperparameter_names();
    assert_eq!(names[names.len() - 3..], ["weight_decay", "schedule", "min_factor"]);
    let last = &many.trials.get(11);
    let settings = many.settings(last);
    let expected = [Setting::Number(0.1), Setting::Choice("cosine".to_owned()), Setting::Number(0.5)];
    assert_eq!(settings[settings.len() - 3..], expected.map(Some));
    let description = many.describe(last);
    assert!(description.contains("\nweight_decay = 0.1\nschedule = \"cosine\"\nmin_factor = 0.5\n"), "{description}");
    // Optimizers with a decay of their own have one column with the others.
    let both = plan_of("kind = \"adamw\"\n[[optimizer]]\nkind = \"sgd\"\nweight_decay = 0.3");
    let column = both.hyperparameter_names().iter().position(|name| name == "weight_decay").unwrap();
    let decay = |trial: &Trial| both.settings(trial)[column].clone();
    assert_eq!(decay(&both.trials.get(0)), Some(Setting::Number(0.01)));
    assert_eq!(decay(&both.trials.get(both.trials.len() - 1)), Some(Setting::Number(0.3)));
    for text in ["schedule = \"step\"\nstep_size = 3", "warmup = [0, 2]", "clip_value = { log = [0.1, 1], points = 3 }"]
    {
        let spec = parse(&edited("lr = [0.1, 0.01]", text)).unwrap();
        assert_eq!(parse(&spec.canonical()).unwrap(), spec);
    }
}

#[test]
fn the_digits_are_planned_as_meant() {
    let digits = shipped::find("digits").unwrap();
    let spec = parse(digits.text).unwrap();
    let data = Splits::load(&spec).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (1079, 359, 359));
    assert_eq!(data.train.inputs, 64);
    assert!(data.train.features.to_f64().iter().all(|x| (0.0..=1.0).contains(x)));
    let Targets::Classes { labels, classes } = &data.test.targets else { panic!("digits are classes") };
    assert_eq!(classes.concat(), "0123456789");
    assert!(labels.iter().all(|&label| label < 10));
    let plan = plan(&spec).unwrap();
    let first = &plan.conditions[0];
    let Model::Network(shape) = &first.model else { panic!("digits are for networks") };
    assert_eq!((first.problem.as_str(), shape.loss.name), ("digits", "softmax-cross-entropy"));
    assert_eq!((shape.layers.as_slice(), shape.parameters), (&[64, 32, 10][..], 2410));
    assert_eq!((first.schedule.steps_per_epoch, first.schedule.steps), (17, 425));
    assert_eq!(first.schedule.logged, (0..=25).map(|epoch| 17 * epoch).collect::<Vec<_>>());
    assert_eq!(first.flops_per_trial(), 25 * 1079 * 2 * (2 * 64 * 32 + 3 * 32 * 10));
    assert_eq!(plan.trials.len(), 3 * 13 * 5);
}

/// The rows of a plan: the keys and settings of its trials.
fn rows(text: &str) -> Vec<(Key, Vec<Option<Setting>>)> {
    let plan = plan(&parse(text).unwrap()).unwrap();
    plan.trials.iter().map(|trial| (plan.trials.key(&trial), plan.settings(&trial))).collect()
}

#[test]
fn a_swept_parameter_of_the_problem_is_a_column_and_changes_no_key() {
    let swept = edited("noise = 0.2", "noise = { linear = [0.1, 0.3], points = 3 }\nlabel_noise = [0, 0.2]");
    let planned = plan(&parse(&swept).unwrap()).unwrap();
    assert_eq!(planned.hyperparameter_names(), ["noise", "label_noise", "lr"]);
    assert_eq!((planned.conditions.len(), planned.populations().count(), planned.trials.len()), (6, 6, 24));
    let mut expected = Vec::new();
    for noise in [0.1, 0.2, 0.3] {
        for label_noise in [0.0, 0.2] {
            let one = edited("noise = 0.2", &format!("noise = {noise}\nlabel_noise = {label_noise}"));
            for (key, settings) in rows(&one) {
                let number = |x| Some(Setting::Number(x));
                expected.push((key, [vec![number(noise), number(label_noise)], settings].concat()));
            }
        }
    }
    assert_eq!(rows(&swept), expected);
}

#[test]
fn outliers_that_are_not_there_have_no_size() {
    const MOONS: &str = "kind = \"moons\"\nsamples = 100\nnoise = 0.2";
    let text = |rest: &str| edited(MOONS, &format!("kind = \"linear\"\nsamples = 100\n{rest}"));
    assert_eq!(keys(&text("outliers = 0\noutlier_size = [3, 4]")), keys(&text("")));
    let swept = keys(&text("outliers = [0, 0.1]\noutlier_size = [3, 4]"));
    let none = keys(&text(""));
    let some = [3, 4].map(|size| keys(&text(&format!("outliers = 0.1\noutlier_size = {size}")))).concat();
    // Trials without outliers are there once.
    assert_eq!(swept, [none, some].concat());
}

#[test]
fn trials_can_have_examples_of_their_own() {
    let own = edited("noise = 0.2", "noise = 0.2\nseed = \"trial\"");
    let plan = plan(&parse(&own).unwrap()).unwrap();
    let seeds = |of: fn(Trial) -> u64| plan.trials.iter().map(of).collect::<Vec<_>>();
    assert_eq!(seeds(|trial| trial.init_seed), [0, 1, 0, 1]);
    assert_eq!(seeds(|trial| trial.instance), [0, 1, 0, 1]);
    assert_eq!([0, 1].map(|at| plan.conditions[0].instance(at).seed), [0, 1]);
    // They are the trials of specs with one seed for everything.
    let of_seed = |seed: u64| {
        let one = edited("noise = 0.2", &format!("noise = 0.2\nseed = {seed}"));
        keys(&one.replace("seeds = 2", &format!("seeds = [{seed}]")))
    };
    let (zero, one) = (of_seed(0), of_seed(1));
    assert_eq!(keys(&own), [&zero[0], &one[0], &zero[1], &one[1]].map(String::clone));
}

#[test]
fn a_batch_of_at_most_so_many_fits_every_split() {
    let planned = |batch: &str, samples: usize| {
        let text = edited("samples = 100", &format!("samples = {samples}"));
        let spec = parse(&text.replace("batch = 16\n", batch)).unwrap();
        // The canonical text is that of the same plan.
        assert_eq!(parse(&spec.canonical()).unwrap(), spec);
        let plan = plan(&spec).unwrap();
        (plan.conditions[0].schedule.batch, plan.conditions[0].schedule.steps_per_epoch, plan.trials.keys().to_vec())
    };
    // Of 100 examples 75 are for training, of 40 are 30.
    assert_eq!(planned("", 100), planned("batch = 32\n", 100));
    assert_eq!(planned("", 100), planned("batch = { at_most = 32 }\n", 100));
    assert_eq!(planned("", 100).0, 32);
    assert_eq!(planned("", 40), planned("batch = \"full\"\n", 40));
    assert_eq!((planned("", 40).0, planned("", 40).1), (30, 1));
    assert_eq!(planned("batch = { at_most = 30 }\n", 40), planned("batch = 30\n", 40));
    // What is drawn anew has a size.
    let drawn = |batch: &str| planned(&format!("{batch}replacement = true\n"), 40);
    assert_eq!(drawn(""), drawn("batch = 30\n"));
}

#[test]
fn starts_are_shared_among_all_threads() {
    let text = "name = \"starts\"\nproblem = { kind = \"landscape\", function = \"beale\", start = { grid = [[-1, 1], [-1, 1]], points = 60 } }\ntrain = { steps = 2 }\noptimizer = [{ kind = \"sgd\", lr = 0.001 }]\n";
    let (files, data, plan) = Plan::read(&parse(text).unwrap(), Memory::of_machine()).unwrap();
    let blocks = |threads: usize| {
        let estimate = Estimate::measure(&plan, (&files, &data), Isa::best(), threads).unwrap();
        3600_usize.div_ceil(estimate.paths[0].1)
    };
    // Of whole registers.
    assert!(blocks(1) < 16 && (16..=32).contains(&blocks(32)), "{} and {}", blocks(1), blocks(32));
}
