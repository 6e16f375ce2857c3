//! The keys of specs as they are listed: readers allow these and no others, and what is said to hold without them holds.

use std::collections::BTreeSet;
use std::path::Path;

use miette::Diagnostic;
use toml::{Table, Value};

use thalweg::figure;
use thalweg::registry::Registry;
use thalweg::spec::{FIGURE_KEYS, InputError, KINDS, Key, SECTIONS, SHARED, Study, Without};
use thalweg::train::{COURSES, OPTIONS};
use thalweg_kernels::optimizer;

/// A spec of what is needed and nothing else.
const LEAST: &str = r#"
name = "least"
problem = { kind = "moons", samples = 100 }
network = { hidden = [4] }
train = { steps = 10 }
optimizer = [{ kind = "adam" }]
record = {}
engine = {}
figure = [{ kind = "curves", metric = "train_loss" }]
"#;

const LANDSCAPE: &str = r#"
name = "landscape"
problem = { kind = "landscape", function = "rosenbrock", start = { grid = [[-1, 1], [-1, 1]], points = 3 } }
train = { steps = 10 }
optimizer = [{ kind = "sgd" }]
record = { surface = { grid = [[-1, 1], [-1, 1]], points = 3 } }
"#;

const FUNCTIONS: &str = r#"
name = "functions"
functions = { losses = "all", x = { linear = [-4, 4], points = 9 } }
figure = [{ kind = "function", metric = "value" }]
"#;

/// A table of a spec: the section that it is of, the spec, what is set in it first, and where the table is.
type Example = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

const EXAMPLES: &[Example] = &[
    ("spec", LEAST, &[], ""),
    ("problem", LEAST, &[], "problem"),
    ("problem.scale", LEAST, &[("problem.scale", "{ divide = 2.0 }")], "problem.scale"),
    ("problem.imbalance", LEAST, &[("problem.imbalance", "{ shares = [1, 0.5] }")], "problem.imbalance"),
    ("problem.start", LANDSCAPE, &[], "problem.start"),
    ("problem.start", LANDSCAPE, &[("problem.start", "{ sample = [[-1, 1], [-1, 1]], count = 3 }")], "problem.start"),
    ("network", LEAST, &[], "network"),
    ("network.init", LEAST, &[("network.init", "{ file = \"a\" }")], "network.init"),
    ("train", LEAST, &[], "train"),
    ("train.batch", LEAST, &[("train.batch", "{ at_most = 8 }")], "train.batch"),
    ("train.seeds", LEAST, &[("train.seeds", "{ from = 3, count = 4 }")], "train.seeds"),
    ("train.target", LEAST, &[("train.target", "{ metric = \"train_loss\", below = 0.1 }")], "train.target"),
    ("optimizer", LEAST, &[], "optimizer.0"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ values = [0.1] }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ linear = [0.1, 1], points = 2 }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ log = [0.1, 1], points = 2 }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ integers = [1, 2] }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ uniform = [0.1, 1], samples = 2 }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ log_uniform = [0.1, 1], samples = 2 }")], "optimizer.0.lr"),
    ("axis", LEAST, &[("optimizer.0.lr", "{ one_minus_log_uniform = [0.1, 0.9], samples = 2 }")], "optimizer.0.lr"),
    ("record", LEAST, &[], "record"),
    ("record.observe", LEAST, &[("record.observe", "[{ kind = \"norms\" }]")], "record.observe.0"),
    ("record.surface", LANDSCAPE, &[], "record.surface"),
    (
        "record.perturb",
        LEAST,
        &[("train.batch", "\"full\""), ("record.perturb", "{ layer = 1, unit = 0, from = 0, by = 0.1 }")],
        "record.perturb",
    ),
    ("figure", LEAST, &[], "figure.0"),
    ("figure", FUNCTIONS, &[], "figure.0"),
    (
        "figure",
        LEAST,
        &[("record", "{ data = true, weights = \"final\" }"), ("figure", "[{ kind = \"boundary\" }]")],
        "figure.0",
    ),
    ("engine", LEAST, &[], "engine"),
    ("style", LEAST, &[("style", "{}")], "style"),
    ("style", FUNCTIONS, &[("style", "{}")], "style"),
    ("sweep", LEAST, &[("sweep", "{ skip = [] }")], "sweep"),
    ("sweep.draw", LEAST, &[("sweep", "{ draw = { halton = 2 } }")], "sweep.draw"),
    ("drawing", FUNCTIONS, &[], ""),
    ("functions", FUNCTIONS, &[], "functions"),
];

/// Problems of the kinds that are no generators, with what is needed.
const PROBLEMS: &[(&str, &str)] = &[
    ("csv", "{ kind = \"csv\", path = \"iris.csv\", target = \"species\", task = \"classification\" }"),
    ("gaussian", "{ kind = \"gaussian\", samples = 30, inputs = 4 }"),
    ("uniform", "{ kind = \"uniform\", samples = 30, inputs = 4 }"),
    ("teacher", "{ kind = \"teacher\", samples = 30, inputs = 4, hidden = [3] }"),
    ("idx", "{ kind = \"idx\", images = \"a\", labels = \"b\" }"),
    (
        "landscape",
        "{ kind = \"landscape\", function = \"rosenbrock\", start = { sample = [[-1, 1], [-1, 1]], count = 3 } }",
    ),
];

/// What has to be set for a key to be allowed.
const CONTEXTS: &[(&str, &[(&str, &str)])] = &[
    ("problem.target_scale", &[("problem.kind", "\"linear\"")]),
    ("problem.outliers", &[("problem.kind", "\"linear\"")]),
    ("problem.outlier_size", &[("problem.kind", "\"linear\""), ("problem.outliers", "0.1")]),
    ("network.init_scale", &[("network.init", "\"normal\"")]),
    ("network.negative_slope", &[("network.activation", "\"leaky-relu\"")]),
    ("network.alpha", &[("network.activation", "\"elu\"")]),
    ("network.delta", &[("problem.kind", "\"linear\""), ("network.loss", "\"huber\"")]),
];

fn value(text: &str) -> Value {
    format!("value = {text}").parse::<Table>().unwrap_or_else(|error| panic!("{text}: {error}"))["value"].clone()
}

/// The table at a path.
fn at<'a>(table: &'a mut Table, path: &str) -> &'a mut Table {
    let mut segments = path.split('.').filter(|segment| !segment.is_empty()).peekable();
    let mut table = table;
    while let Some(segment) = segments.next() {
        let value = table.get_mut(segment).unwrap_or_else(|| panic!("no {segment} of {path}"));
        table = match (value, segments.peek().and_then(|next| next.parse::<usize>().ok())) {
            (Value::Array(items), Some(index)) => {
                segments.next();
                items[index].as_table_mut().unwrap()
            }
            (Value::Table(table), _) => table,
            (other, _) => panic!("{path}: {other}"),
        };
    }
    table
}

fn set(table: &mut Table, path: &str, text: &str) {
    let (before, key) = path.rsplit_once('.').unwrap_or(("", path));
    at(table, before).insert(key.to_owned(), value(text));
}

fn with(text: &str, changes: &[(&str, &str)]) -> Table {
    let mut table: Table = text.parse().unwrap();
    changes.iter().for_each(|(path, text)| set(&mut table, path, text));
    table
}

fn parse(table: &Table) -> Result<Study, InputError> {
    Study::parse("a.toml", &table.to_string(), Path::new("."), &[])
}

fn canonical(table: &Table) -> String {
    parse(table).unwrap_or_else(|error| panic!("{error}\n{table}")).canonical()
}

/// The keys that a reader allows, by the help of its error about one that it does not.
fn allowed(mut table: Table, path: &str) -> BTreeSet<String> {
    at(&mut table, path).insert("qqq".to_owned(), Value::Boolean(true));
    let error = parse(&table).unwrap_err();
    assert!(error.message().contains("qqq"), "{error}");
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    let names = help.split_once("valid: ").unwrap_or_else(|| panic!("{error}: {help}")).1;
    names.split(", ").map(str::to_owned).collect()
}

fn names(keys: &[Key]) -> BTreeSet<String> {
    keys.iter().map(|key| key.name.to_owned()).collect()
}

#[test]
fn readers_allow_the_keys_that_are_listed_and_no_others() {
    for section in SECTIONS {
        let examples = EXAMPLES.iter().filter(|(name, ..)| *name == section.name);
        let examples = examples.map(|(_, text, changes, path)| (with(text, changes), *path));
        let mut found: BTreeSet<String> = examples.flat_map(|(table, path)| allowed(table, path)).collect();
        match section.name {
            "problem" => ["samples", "noise"].iter().for_each(|own| assert!(found.remove(*own), "{own}")),
            "optimizer" => {
                let adam = optimizer::ALL.iter().find(|optimizer| optimizer.name == "adam").unwrap();
                adam.hyperparameters.iter().for_each(|own| assert!(found.remove(own.name), "{}", own.name));
                // It comes before the others are known.
                assert!(found.insert("kind".to_owned()));
            }
            "figure" => {
                for kind in figure::KINDS {
                    let figure = format!("[{{ kind = \"{}\" }}]", kind.name);
                    found.extend(allowed(with(LEAST, &[("figure", &figure)]), "figure.0"));
                }
            }
            _ => {}
        }
        assert_eq!(found, names(&(section.keys)(&Registry::builtin())), "{}", section.name);
    }
    assert!(EXAMPLES.iter().all(|(name, ..)| SECTIONS.iter().any(|section| section.name == *name)));
}

#[test]
fn kinds_of_problems_allow_their_keys_and_those_that_all_have() {
    for kind in KINDS {
        let table = with(LEAST, &[("problem", &format!("{{ kind = \"{}\" }}", kind.name))]);
        let shared = if kind.name == "landscape" { &[][..] } else { SHARED };
        let expected = &names(&[kind.keys, shared].concat()) | &BTreeSet::from(["kind".to_owned()]);
        assert_eq!(allowed(table, "problem"), expected, "{}", kind.name);
    }
}

/// Checks what is said to hold without each key of a table in a spec that has only what it needs.
fn check_absence(example: &Table, path: &str, keys: &[Key]) -> usize {
    let mut checked = 0;
    for key in keys {
        let full = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        let mut table = example.clone();
        let is_there = at(&mut table, path).contains_key(key.name);
        match key.without {
            Without::Error if is_there => {
                at(&mut table, path).remove(key.name);
                let error = parse(&table).unwrap_err().to_string();
                assert!(error.contains(&format!("missing key `{full}`")), "{full}: {error}");
            }
            Without::Value(_) | Without::Number(_) => {
                let Some(changes) = context(&full) else { continue };
                changes.iter().for_each(|(path, text)| set(&mut table, path, text));
                let without = canonical(&table);
                set(&mut table, &full, &key.default().unwrap());
                assert_eq!(canonical(&table), without, "{full}");
            }
            // The example has none of these, or is not complete without one of them.
            Without::Error | Without::Words(_) => assert!(parse(&table).is_ok(), "{full}"),
        }
        checked += 1;
    }
    checked
}

/// What has to be set for a key to be allowed; nothing if it is needed then.
fn context(key: &str) -> Option<Vec<(String, String)>> {
    if let Some((_, changes)) = CONTEXTS.iter().find(|(name, _)| *name == key) {
        return Some(changes.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect());
    }
    let Some(option) = key.strip_prefix("optimizer.0.") else { return Some(Vec::new()) };
    let reads = COURSES.iter().filter(|course| course.reads.contains(&option)).collect::<Vec<_>>();
    if reads.is_empty() {
        return Some(Vec::new());
    }
    let course = reads.into_iter().find(|course| !course.needs.contains(&option))?;
    let needs = course.needs.iter().map(|name| {
        let option = OPTIONS.iter().find(|option| option.name == *name).unwrap();
        (format!("optimizer.0.{name}"), format!("{:?}", option.default))
    });
    Some(needs.chain([("optimizer.0.schedule".to_owned(), format!("\"{}\"", course.name))]).collect())
}

#[test]
fn what_is_said_to_hold_without_a_key_holds() {
    let mut checked = 0;
    for (name, text, changes, path) in EXAMPLES {
        let section = SECTIONS.iter().find(|section| section.name == *name).unwrap();
        let (table, mut keys) = (with(text, changes), (section.keys)(&Registry::builtin()));
        if *name == "figure" {
            let own = table["figure"][0]["kind"].as_str().unwrap();
            let kind = figure::KINDS.iter().find(|kind| kind.name == own).unwrap();
            keys.retain(|key| ["kind", "metric", "title", "name"].contains(&key.name) || kind.keys.contains(&key.name));
        }
        checked += check_absence(&table, path, &keys);
    }
    for (name, problem) in PROBLEMS {
        let kind = KINDS.iter().find(|kind| kind.name == *name).unwrap();
        let mut table = with(LEAST, &[("problem", problem)]);
        if *name == "landscape" {
            table.retain(|key, _| !["network", "figure"].contains(&key));
        }
        checked += check_absence(&table, "problem", kind.keys);
    }
    assert_eq!(PROBLEMS.len(), KINDS.len());
    assert!(checked > 100, "{checked}");
    // No kind of figure that the examples have takes these; their absence is the kind's concern.
    let seen =
        ["curves", "function", "boundary"].map(|name| figure::KINDS.iter().find(|kind| kind.name == name).unwrap());
    for key in FIGURE_KEYS.iter().filter(|key| key.default().is_some()) {
        assert!(seen.iter().any(|kind| kind.keys.contains(&key.name)), "{}", key.name);
    }
}

#[test]
fn a_landscape_has_one_seed_and_networks_have_ten() {
    let seeds = |table: &Table| match parse(table).unwrap() {
        Study::Sweep(spec) => spec.train.seeds.iter().collect::<Vec<_>>(),
        Study::Drawing(_) => panic!("it trains"),
    };
    assert_eq!(seeds(&with(LANDSCAPE, &[])), [0]);
    assert_eq!(seeds(&with(LEAST, &[])), (0..10).collect::<Vec<_>>());
}
