//! The command as a user meets it: exit codes, what is written and what is not.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

pub(crate) const SPEC: &str = r#"
name = "small"

[problem]
kind = "moons"
samples = 60
noise = 0.2

[network]
hidden = [4]
activation = "tanh"

[train]
batch = 16
steps = 20
seeds = 3
log_every = 5

[[optimizer]]
kind = "sgd"
lr = [0.1, 1e30]

[[optimizer]]
kind = "adam"
lr = 0.01

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"

[[figure]]
kind = "curves"
metric = "train_loss"
"#;

pub(crate) fn thalweg(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thalweg"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("THALWEG_ISA")
        .output()
        .expect("the command starts")
}

pub(crate) fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = thalweg(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs what must fail; returns its exit code, and its error text on one line.
pub(crate) fn fails(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = thalweg(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!errors.contains("panicked"), "{arguments:?}: {errors}");
    let words = errors.replace('│', " ");
    (output.status.code(), words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A folder with the small spec.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SPEC).unwrap();
    folder
}

fn same(a: &Path, b: &Path) -> bool {
    ["runs.csv", "curves.csv", "summary.csv", "spec.toml", "manifest.toml", "figures/sensitivity-final_train_loss.svg"]
        .iter()
        .all(|file| fs::read(a.join(file)).unwrap() == fs::read(b.join(file)).unwrap())
}

#[test]
fn a_run_writes_its_results_and_says_nothing_on_standard_output() {
    let folder = folder();
    assert_eq!(succeeds(folder.path(), &["run", "small.toml", "--png"]), "");
    let results = folder.path().join("results/small");
    let runs = fs::read_to_string(results.join("runs.csv")).unwrap();
    assert_eq!(runs.lines().count(), 1 + 9);
    assert_eq!(runs.lines().filter(|line| line.contains(",diverged,")).count(), 3);
    for file in ["provenance.json", "figures/curves-train_loss.svg", "figures/curves-train_loss.png"] {
        assert!(results.join(file).is_file(), "{file}");
    }
    assert!(!results.join(".thalweg").exists());
}

#[test]
fn speed_settings_change_no_byte() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a", "--threads", "1"]);
    succeeds(folder.path(), &["run", "small.toml", "--out", "b", "--threads", "3", "--set", "engine.lanes=40"]);
    succeeds(folder.path(), &["run", "small.toml", "--out", "c", "--set", "engine.chunk=3"]);
    assert!(same(&folder.path().join("a"), &folder.path().join("b")));
    assert!(same(&folder.path().join("a"), &folder.path().join("c")));
}

#[test]
fn results_of_another_spec_are_refused_unless_they_are_to_be_replaced() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let before = fs::read(folder.path().join("a/runs.csv")).unwrap();
    let other = ["run", "small.toml", "--out", "a", "--set", "train.steps=10"];
    let (code, error) = fails(folder.path(), &other);
    assert!(code == Some(65) && error.contains("a holds the results of another spec"), "{error}");
    assert!(error.contains("`train.steps` was 20 and is 10") && !error.contains("`train.seeds`"), "{error}");
    assert_eq!(fs::read(folder.path().join("a/runs.csv")).unwrap(), before);
    succeeds(folder.path(), &[&other[..], &["--fresh"]].concat());
    assert_ne!(fs::read(folder.path().join("a/runs.csv")).unwrap(), before);
}

#[test]
fn what_is_reused_is_said() {
    let folder = folder();
    let run = |changes: &[&str]| {
        let set: Vec<&str> = changes.iter().flat_map(|change| ["--set", change]).collect();
        let output = thalweg(folder.path(), &[&["run", "small.toml", "--out", "a"], &set[..]].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    run(&[]);
    let runs = || fs::read(folder.path().join("a/runs.csv")).unwrap();
    let provenance = || fs::read(folder.path().join("a/provenance.json")).unwrap();
    let before = (runs(), provenance());
    // Neither a title nor a figure changes a number.
    for change in [
        "title=\"Another\"",
        "figure.0.metric=final_test_loss",
        "name=other",
        "style.theme=dark",
        "figure=[{ kind = \"ecdf\", metric = \"final_train_loss\" }]",
    ] {
        let said = run(&[change]);
        assert!(said.contains("all trials reused, and figures drawn"), "{change}: {said}");
        assert!((runs(), provenance()) == before, "{change}");
        assert!(run(&[change]).contains("complete already"), "{change}");
    }
    let figures = fs::read_dir(folder.path().join("a/figures")).unwrap();
    assert_eq!(figures.map(|figure| figure.unwrap().file_name()).collect::<Vec<_>>(), ["ecdf-final_train_loss.svg"]);
    assert!(run(&["train.seeds=5"]).contains("9 of 15 trials reused"));
    assert!(run(&["train.seeds=5", "optimizer.0.lr=[0.01, 0.1, 1e30]"]).contains("15 of 20 trials reused"));
}

#[test]
fn figures_are_drawn_again_from_the_tables() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    succeeds(folder.path(), &["run", "small.toml", "--out", "b"]);
    fs::remove_dir_all(folder.path().join("a/figures")).unwrap();
    succeeds(folder.path(), &["plot", "a"]);
    assert!(same(&folder.path().join("a"), &folder.path().join("b")));
    let (code, error) = fails(folder.path(), &["plot", "nowhere"]);
    assert!(code == Some(65) && error.contains("nowhere holds no results"), "{error}");
}

#[test]
fn what_is_wrong_is_said_and_nothing_is_written() {
    let folder = folder();
    fs::write(folder.path().join("text.csv"), "a,b,y\n1,2,x\n1,two,z\n").unwrap();
    fs::write(folder.path().join("ragged.csv"), "a,b,y\n1,2,x\n1,z\n").unwrap();
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    let csv = |file: &str| {
        let text = SPEC.replace(
            "kind = \"moons\"\nsamples = 60\nnoise = 0.2",
            &format!("kind = \"csv\"\npath = \"{file}\"\ntarget = \"y\"\ntask = \"classification\""),
        );
        let name = format!("{file}.toml");
        fs::write(folder.path().join(&name), text).unwrap();
        name
    };
    let (text, ragged, empty, missing) = (csv("text.csv"), csv("ragged.csv"), csv("empty.csv"), csv("missing.csv"));
    let set = |set: &'static str| vec!["run", "small.toml", "--set", set];
    let cases: [(Vec<&str>, i32, &[&str]); 12] = [
        (vec!["run", "smal.toml"], 65, &["no spec `smal.toml`"]),
        (vec!["run", "digit"], 65, &["did you mean `digits`?"]),
        (vec!["run"], 2, &["<SPEC>"]),
        (vec!["run", "small.toml", "--threads", "0"], 2, &["--threads"]),
        (set("train.bacth=3"), 65, &["train.bacth", "`batch`"]),
        (set("train.batch=-1"), 65, &["train.batch", "-1"]),
        (set("optimizer.0.lr=nan"), 65, &["optimizer.0.lr", "NaN"]),
        (set("optimizer.0.lr={ log = [1e-3, 1], points = 100000000000 }"), 65, &["100000000000"]),
        (vec!["run", &text], 65, &["text.csv:3", "\"b\"", "two"]),
        (vec!["run", &ragged], 65, &["ragged.csv:3"]),
        (vec!["run", &empty], 65, &["empty.csv"]),
        (vec!["run", &missing], 65, &["missing.csv"]),
    ];
    for (arguments, expected, parts) in cases {
        let (code, error) = fails(folder.path(), &arguments);
        assert_eq!(code, Some(expected), "{arguments:?}: {error}");
        parts.iter().for_each(|part| assert!(error.contains(part), "{arguments:?}: {error}"));
    }
    assert!(!folder.path().join("results").exists());
}

#[test]
fn an_unusable_instruction_set_is_an_error() {
    let folder = folder();
    // Those that only draw functions compute them as well.
    for study in ["small.toml", "activations"] {
        let output = on("avx9", folder.path(), &["run", study]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && error.contains("avx9") && error.contains("scalar"), "{error}");
        assert!(!folder.path().join("results").exists());
    }
}

fn on(isa: &str, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
    command.args(arguments).current_dir(folder).env("THALWEG_ISA", isa).output().unwrap()
}

#[test]
fn functions_are_the_same_on_every_instruction_set() {
    let folder = folder();
    succeeds(folder.path(), &["run", "activations", "--out", "fastest"]);
    assert!(on("scalar", folder.path(), &["run", "activations", "--out", "scalar"]).status.success());
    let table = |out: &str| fs::read(folder.path().join(out).join("functions.csv")).unwrap();
    assert!(table("fastest") == table("scalar"));
}

#[test]
fn reproducing_into_a_folder_and_checking_it_agree() {
    let folder = folder();
    succeeds(folder.path(), &["reproduce", "digits", "--quiet"]);
    assert_eq!(succeeds(folder.path(), &["reproduce", "digits", "--check"]), "");
    let (code, error) = fails(folder.path(), &["reproduce", "digits", "--check", "--out", "nowhere"]);
    assert!(code == Some(1) && error.contains("1 of 1 files differ"), "{error}");
    let runs = folder.path().join("results/digits/runs.csv");
    fs::write(&runs, fs::read_to_string(&runs).unwrap().replacen("0.9", "0.8", 1)).unwrap();
    let output = thalweg(folder.path(), &["reproduce", "digits", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("runs.csv differs"));
}

/// What is outside the contract may differ in its last digits, and in nothing else.
#[test]
fn what_is_outside_the_contract_is_checked_with_a_tolerance() {
    let folder = folder();
    succeeds(folder.path(), &["reproduce", "linear-optimum", "--quiet"]);
    let check = ["reproduce", "linear-optimum", "--check", "--quiet"];
    assert_eq!(succeeds(folder.path(), &check), "");
    let table = folder.path().join("results/linear-optimum/spectrum.csv");
    let text = fs::read_to_string(&table).unwrap();
    let (before, largest) = text.trim_end().rsplit_once(',').unwrap();
    let by = |factor: f64| format!("{before},{}\n", largest.parse::<f64>().unwrap() * factor);
    fs::write(&table, by(1.0 + 1e-12)).unwrap();
    assert_eq!(succeeds(folder.path(), &check), "");
    for wrong in [by(1.0 + 1e-6), format!("{text}25,6\n"), text.replace("eigenvalue_approx", "eigenvalue")] {
        fs::write(&table, wrong).unwrap();
        let output = thalweg(folder.path(), &check);
        assert_eq!(output.status.code(), Some(1));
        let differences = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(differences.ends_with("spectrum.csv differs\n") && differences.lines().count() == 1, "{differences}");
    }
    fs::remove_file(&table).unwrap();
    assert_eq!(thalweg(folder.path(), &check).status.code(), Some(1));
}

#[test]
fn a_plan_and_the_lists_are_shown() {
    let folder = folder();
    let plan = succeeds(folder.path(), &["plan", "small.toml"]);
    assert!(plan.contains("2-4-1, tanh, bce; 17 parameters in f32") && plan.contains("9"), "{plan}");
    assert_eq!(succeeds(folder.path(), &["plan", "small.toml", "--trials"]).lines().count(), 1 + 9);
    let list = succeeds(folder.path(), &["list"]);
    for name in ["digits", "moons", "momentum", "tanh", "softmax-cross-entropy", "he-normal", "sensitivity"] {
        assert!(list.contains(name), "{name}: {list}");
    }
    for generator in thalweg::dataset::GENERATORS {
        // Lines are as wide as a terminal: the summary may go on below.
        let at = list.find(&format!("  {}: ", generator.name)).expect(generator.name);
        let words: Vec<&str> = list[at..].split_whitespace().skip(1).collect();
        let summary: Vec<&str> = generator.summary.split_whitespace().collect();
        assert!(words.starts_with(&summary), "{}", generator.name);
        for parameter in generator.parameters {
            assert!(
                list[at..].contains(&format!("    {} ", parameter.name)),
                "{} of {}",
                parameter.name,
                generator.name
            );
        }
    }
    let kinds = thalweg::spec::KINDS.iter().map(|kind| kind.name);
    let options = thalweg::spec::SHARED.iter().map(|key| key.name);
    let starts = thalweg::network::INITIALIZERS.iter().map(|(name, ..)| *name);
    for name in kinds.chain(options).chain(starts).chain(thalweg::dataset::SHIPPED.iter().map(|data| data.name)) {
        assert!(list.contains(name), "{name}: {list}");
    }
}

#[test]
fn only_tables_of_the_manifest_are_drawn() {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    let (runs, manifest) = (folder.path().join("a/runs.csv"), folder.path().join("a/manifest.toml"));
    let (whole, listed) = (fs::read_to_string(&runs).unwrap(), fs::read(&manifest).unwrap());
    fs::write(&runs, whole.lines().take(6).map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let (code, error) = fails(folder.path(), &["plot", "a"]);
    assert!(code == Some(1) && error.contains("a is not as it was written: runs.csv was changed"), "{error}");
    succeeds(folder.path(), &["plot", "a", "--unchecked"]);
    assert_eq!(fs::read(&manifest).unwrap(), listed);
    // The same command mends it.
    succeeds(folder.path(), &["run", "small.toml", "--out", "a"]);
    assert_eq!((fs::read_to_string(&runs).unwrap(), fs::read(&manifest).unwrap()), (whole, listed));
    let spec = folder.path().join("a/spec.toml");
    fs::write(&spec, fs::read_to_string(&spec).unwrap().replace("hidden = [4]", "hidden = [5]")).unwrap();
    let (_, error) = fails(folder.path(), &["plot", "a"]);
    assert!(error.contains("spec.toml was changed"), "{error}");
}

#[test]
fn a_check_tells_of_files_that_no_manifest_names() {
    let folder = folder();
    succeeds(folder.path(), &["reproduce", "adam-sign", "--quiet"]);
    let results = folder.path().join("results/adam-sign");
    fs::write(results.join("README.md"), "notes").unwrap();
    succeeds(folder.path(), &["reproduce", "adam-sign", "--check", "--quiet"]);
    fs::write(results.join("surface.csv"), "left").unwrap();
    let output = thalweg(folder.path(), &["reproduce", "adam-sign", "--check", "--quiet"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("surface.csv is in no manifest"), "{said}");
}

#[test]
fn a_study_that_draws_touches_nothing_foreign_and_leaves_no_empty_folder() {
    let folder = folder();
    let of_others = "name = \"d\"\nmembers = [\"gone-a\", \"gone-b\"]\n[[figure]]\nkind = \"rank\"\nmetric = \"final_train_loss\"\n";
    fs::write(folder.path().join("d.toml"), of_others).unwrap();
    let (code, error) = fails(folder.path(), &["run", "d.toml"]);
    assert!(code == Some(65) && error.contains("which is not there"), "{error}");
    assert!(!folder.path().join("results").join("d").exists());
    let out = folder.path().join("own");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("functions.csv"), "my own").unwrap();
    let (code, error) = fails(folder.path(), &["run", "activations", "--out", "own"]);
    assert!(
        code == Some(65) && error.contains("files that are not Thalweg's") && error.contains("functions.csv"),
        "{error}"
    );
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
    fs::remove_file(out.join("functions.csv")).unwrap();
    // What a process that was killed had claimed and written is not foreign to the same command.
    fs::create_dir(out.join(".thalweg")).unwrap();
    fs::write(out.join(".thalweg/claim.toml"), "writes = [\"functions.csv\"]\n").unwrap();
    fs::write(out.join("functions.csv"), "half").unwrap();
    succeeds(folder.path(), &["run", "activations", "--out", "own"]);
    succeeds(folder.path(), &["run", "activations", "--out", "own"]);
    assert!(!out.join(".thalweg").exists());
}
