//! Finding out what there is to write: `new`, `show` and `list`, and studies where nothing is yet.

use std::fs;
use std::path::Path;

use thalweg::dataset::{GENERATORS, SHIPPED};
use thalweg::figure;
use thalweg::registry::Registry;
use thalweg::spec::{KINDS, SECTIONS, Source, Study, shipped};
use thalweg::train::COURSES;
use thalweg_kernels::{activation, landscape, loss, optimizer};

use crate::command::{fails, folder, succeeds, thalweg};

fn parse(text: &str) -> Study {
    Study::parse("a.toml", text, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_new_spec_runs_as_it_is_and_replaces_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = thalweg(folder.path(), &["new", "my.toml"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("`thalweg run my.toml`"), "{said}");
    let text = fs::read_to_string(folder.path().join("my.toml")).unwrap();
    assert!(text.contains("name = \"my\"") && !text.contains("first"), "{text}");
    let Study::Sweep(spec) = parse(&text) else { panic!("it trains") };
    assert_eq!((spec.network.unwrap().hidden.len(), spec.optimizers.len(), spec.figures.len()), (1, 2, 1));
    assert!(spec.optimizers.iter().all(|grid| grid.axes[0].count() > 1));
    succeeds(folder.path(), &["run", "my.toml", "--quiet", "--set", "train.seeds=2"]);
    assert!(folder.path().join("results/my/figures/sensitivity-final_validation_loss.svg").is_file());
    let (code, error) = fails(folder.path(), &["new", "my.toml", "--from", "digits"]);
    assert!(code == Some(65) && error.contains("my.toml is there already"), "{error}");
    assert_eq!(fs::read_to_string(folder.path().join("my.toml")).unwrap(), text);
}

#[test]
fn what_specs_cannot_be_called_is_not_their_name() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["a b.toml", "-.toml", "\".toml"] {
        succeeds(folder.path(), &["new", "--", file]);
        assert_eq!(parse(&fs::read_to_string(folder.path().join(file)).unwrap()).name(), "first");
    }
    let (code, error) = fails(folder.path(), &["new", "no/where.toml"]);
    assert!(code == Some(74) && error.contains("cannot write to no/where.toml"), "{error}");
    // The name of a study means the study.
    let output = thalweg(folder.path(), &["new", "digits"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("`thalweg run ./digits`"));
}

#[test]
fn shipped_studies_are_shown_and_copied_as_they_are() {
    let folder = folder();
    for (at, study) in shipped::ALL.iter().enumerate() {
        assert_eq!(succeeds(folder.path(), &["show", study.name]), study.text);
        if at % 10 == 0 {
            assert_eq!(succeeds(folder.path(), &["show", study.name, "--canonical"]), parse(study.text).canonical());
            let file = format!("{at}.toml");
            succeeds(folder.path(), &["new", &file, "--from", study.name]);
            assert_eq!(fs::read_to_string(folder.path().join(file)).unwrap(), study.text);
        }
    }
    let small = fs::read_to_string(folder.path().join("small.toml")).unwrap();
    assert_eq!(succeeds(folder.path(), &["show", "small.toml"]), small);
    // What cannot be run can be looked at.
    fs::write(folder.path().join("wrong.toml"), "naem = 1").unwrap();
    assert_eq!(succeeds(folder.path(), &["show", "wrong.toml"]), "naem = 1");
    for (arguments, part) in [
        (&["show", "digit"][..], "did you mean `digits`?"),
        (&["show", "wrong.toml", "--canonical"], "did you mean `name`?"),
        (&["new", "a.toml", "--from", "digit"], "did you mean `digits`?"),
    ] {
        let (code, error) = fails(folder.path(), arguments);
        assert!(code == Some(65) && error.contains(part), "{arguments:?}: {error}");
    }
    assert!(!folder.path().join("a.toml").exists());
}

/// A text as if its lines were as long as they may be.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a line begins with a name, below a title.
fn has_entry(list: &str, name: &str) -> bool {
    let is_own =
        |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ' ']));
    list.lines().filter_map(|line| line.strip_prefix("  ")).any(is_own)
}

#[test]
fn everything_is_found_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<&str> = (optimizer::ALL.iter().map(|optimizer| optimizer.name))
        .chain(GENERATORS.iter().map(|generator| generator.name))
        .chain(KINDS.iter().map(|kind| kind.name))
        .chain(activation::ALL.iter().map(|activation| activation.name))
        .chain(loss::ALL.iter().map(|loss| loss.name))
        .chain(landscape::ALL.iter().map(|landscape| landscape.facts.name))
        .chain(COURSES.iter().map(|course| course.name))
        .chain(figure::KINDS.iter().map(|kind| kind.name))
        .chain(SECTIONS.iter().map(|section| section.name))
        .chain(SHIPPED.iter().map(|data| data.name))
        .chain(shipped::ALL.iter().map(|study| study.name))
        .collect();
    let list = succeeds(folder.path(), &[&["list"], &names[..]].concat());
    let all = succeeds(folder.path(), &["list"]);
    for name in names {
        assert!(has_entry(&list, name) && has_entry(&all, name), "{name}");
    }
    // A hat over a letter takes no column.
    let columns = |line: &&str| line.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).count();
    let wide = all.lines().find(|line| columns(line) > 80);
    assert!(wide.is_none_or(|line| !line.trim().contains(' ')), "{wide:?}");
    let all = unwrapped(&all);
    for section in SECTIONS {
        let at = all.find(&unwrapped(&format!("{}: {}", section.name, section.summary))).expect(section.name);
        for key in (section.keys)(&Registry::builtin()) {
            let row = unwrapped(&format!("{} {}", key.name, key.describe(&Registry::builtin())));
            assert!(all[at..].contains(&row), "{} of {}", key.name, section.name);
        }
    }
}

#[test]
fn one_thing_is_shown_with_all_that_is_known_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = |names: &[&str]| succeeds(folder.path(), &[&["list"], names].concat());
    for optimizer in optimizer::ALL {
        let shown = list(&[optimizer.name]);
        let words = unwrapped(&shown);
        let has = |text: &str| words.contains(&unwrapped(text));
        assert!(has(optimizer.formula) && has(optimizer.paper), "{shown}");
        assert!(optimizer.hyperparameters.iter().all(|own| shown.contains(&format!("\n    {}", own.name))), "{shown}");
    }
    // A table comes with those inside it, and without the others.
    let train = list(&["train"]);
    assert!(has_entry(&train, "train.target") && !has_entry(&train, "record"), "{train}");
    assert!(train.contains("[default: { at_most = 32 }]") && train.contains("[default: 10]"), "{train}");
    // A key is found where it is.
    assert_eq!(list(&["train.batch"]).matches("at_most").count(), list(&["at_most"]).matches("at_most").count() + 2);
    let rates = list(&["lr"]);
    assert!(has_entry(&rates, "adam") && has_entry(&rates, "sgd") && !rates.contains("beta1"), "{rates}");
    let shown = list(&["record", "keys"]);
    assert!(shown.matches("  record: ").count() == 2 && shown.contains("\n\n"), "{shown}");
    for (name, near) in
        [("admn", "`adam`"), ("trian", "`train`"), ("activatons", "`activations`"), ("bacth", "`batch`")]
    {
        let (code, error) = fails(folder.path(), &["list", "adam", name]);
        assert!(code == Some(65) && error.contains(&format!("did you mean {near}?")), "{error}");
        assert_eq!(thalweg(folder.path(), &["list", "adam", name]).stdout, b"");
    }
    let (_, error) = fails(folder.path(), &["list", "qqqqqq"]);
    assert!(error.contains("`thalweg list` shows everything"), "{error}");
}

#[test]
fn shells_and_the_manual_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let commands = ["new", "run", "plan", "status", "look", "findings", "table", "report", "plot", "reproduce", "list"];
    let page = succeeds(folder.path(), &["man"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = succeeds(folder.path(), &["completions", shell]);
        assert!(commands.iter().all(|command| script.contains(command) && page.contains(command)), "{shell}");
        assert!(script.contains("overcommit"), "{shell}");
    }
    assert!(page.contains(".TH thalweg"), "{page}");
    assert!(succeeds(folder.path(), &["man", "run"]).contains("overcommit"));
    let (_, error) = fails(folder.path(), &["man", "rnu"]);
    assert!(error.contains("did you mean `run`?"), "{error}");
}

#[test]
fn data_sets_are_described_by_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let list = succeeds(folder.path(), &["list", "data"]);
    for data in &SHIPPED {
        let text = std::str::from_utf8(data.bytes()).unwrap();
        assert!(list.contains(&format!("  {}: {} examples\n", data.name, text.lines().count() - 1)), "{list}");
        let source = data.source();
        assert!(source.contains(", ") && unwrapped(&list).contains(&unwrapped(&source)), "{}: {source:?}", data.name);
    }
    for part in
        ["species: 3 classes, setosa, versicolor, virginica", "progression: numbers from 25 to 346", "sepal_width_cm"]
    {
        assert!(unwrapped(&list).contains(part), "{part}: {list}");
    }
    // Studies predict the column that is said to be the target.
    let mut seen = 0;
    for study in shipped::ALL {
        let Study::Sweep(spec) = parse(study.text) else { continue };
        if let Source::Csv { path, target, .. } = &spec.problem.source {
            let own = succeeds(folder.path(), &["list", path]);
            assert!(unwrapped(&own).contains(&format!("target {target}: ")), "{own}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn studies_are_reproduced_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let output = thalweg(folder.path(), &["reproduce", "loop-vs-matrix", "adam-sign", "sparse-cross-entropy"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    for (number, study) in ["adam-sign", "loop-vs-matrix", "sparse-cross-entropy"].iter().enumerate() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results").join(study).join("manifest.toml");
        let own = folder.path().join("results").join(study).join("manifest.toml");
        assert_eq!(fs::read(own).unwrap(), fs::read(committed).unwrap(), "{study}");
        assert!(said.contains(&format!("study {} of 3, {study}: written to ", number + 1)), "{said}");
    }
    // Timings of one's own stay.
    let timings = folder.path().join("results/bench/loop-vs-matrix.csv");
    let own = fs::read_to_string(&timings).unwrap().lines().take(20).collect::<Vec<_>>().join("\n") + "\n";
    fs::write(&timings, &own).unwrap();
    succeeds(folder.path(), &["reproduce", "loop-vs-matrix", "--quiet"]);
    assert_eq!(fs::read_to_string(&timings).unwrap(), own);
}
