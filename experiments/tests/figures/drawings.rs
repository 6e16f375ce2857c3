//! Studies without trials of their own: their text, their tables and their figures.

use std::fs;
use std::path::Path;

use miette::Diagnostic;
use thalweg::drawing::{DrawError, make};
use thalweg::record::manifest::Manifest;
use thalweg::record::{Runs, write_runs};
use thalweg::spec::{Drawing, InputError, Study};
use thalweg_kernels::Isa;

use crate::synthetic;

const FUNCTIONS: &str = r#"name = "functions"

[functions]
activations = ["sigmoid", "relu"]
losses = ["bce"]
x = { linear = [-4, 4], points = 81 }

[[figure]]
kind = "function"
metric = "value-and-derivative"
functions = ["sigmoid", "relu"]
name = "activations"

[[figure]]
kind = "function"
metric = "value"
functions = ["bce"]
"#;

fn parse(text: &str) -> Result<Drawing, InputError> {
    match Study::parse("study.toml", text, Path::new("."), &[])? {
        Study::Drawing(drawing) => Ok(*drawing),
        Study::Sweep(spec) => panic!("{} is no drawing", spec.name),
    }
}

/// Makes a drawing in the folder of its name in `beside`; with `FIGURES=folder` in the environment, its figures stay
/// there to be looked at.
fn made(drawing: &Drawing, beside: &Path) -> Result<(), DrawError> {
    let out = beside.join(&drawing.name);
    make(drawing, &out, &out, Isa::best(), true)?;
    if let Some(kept) = std::env::var_os("FIGURES") {
        for entry in fs::read_dir(out.join("figures")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), Path::new(&kept).join(entry.file_name())).unwrap();
        }
    }
    Ok(())
}

#[test]
fn functions_are_written_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    made(&parse(FUNCTIONS).unwrap(), folder.path()).unwrap();
    let out = folder.path().join("functions");
    let table = fs::read_to_string(out.join("functions.csv")).unwrap();
    assert_eq!(table.lines().count(), 1 + 4 * 81);
    for line in ["sigmoid,,0.0,0.5,0.25", "relu,,-4.0,0.0,0.0", "relu,,4.0,4.0,1.0", "bce,0,0.0,0.6931471805599453,0.5"]
    {
        assert!(table.lines().any(|found| found == line), "{line} in {table}");
    }
    // L(z, y = 1) = ln(1 + e⁻ᶻ), at −4.
    assert!(table.contains("bce,1,-4.0,4.0181499279178"));
    let manifest = fs::read_to_string(out.join("manifest.toml")).unwrap();
    for file in ["functions.csv", "figures/activations.svg", "figures/function-value.svg"] {
        assert!(out.join(file).exists() && manifest.contains(file), "{file}");
    }
    let text = fs::read_to_string(out.join("figures/function-value.svg")).unwrap();
    assert!(
        text.contains("binary cross-entropy, y = 0")
            && text.contains("binary cross-entropy, y = 1")
            && !text.contains("sigmoid")
    );
    assert_eq!(pin(&out.join("figures/activations.svg")), "53343806156edda0");
}

/// The first digits of a file's hash.
fn pin(path: &Path) -> String {
    blake3::hash(&fs::read(path).unwrap()).to_hex()[..16].to_owned()
}

#[test]
fn mistakes_are_named_with_their_place() {
    let cases = [
        ("\"relu\"]\nlosses", "\"rleu\"]\nlosses", "`functions.activations.1`: expected one of"),
        ("[\"bce\"]\nx", "[\"softmax-cross-entropy\"]\nx", "`functions.losses.0`: expected one of"),
        ("points = 81", "points = 1", "6:34: `functions.x.points`"),
        ("[-4, 4]", "[4, -4]", "expected the lower bound first"),
        ("[functions]", "members = [\"a\"]\n[functions]", "has one source, and `members` is one already"),
        (
            "kind = \"function\"\nmetric = \"value\"\nfunctions = [\"bce\"]",
            "kind = \"curves\"\nmetric = \"train_loss\"",
            "figures of functions",
        ),
        ("functions = [\"bce\"]", "function = [\"bce\"]", "unknown key `figure.1.function`"),
        ("name = \"activations\"", "name = \"a/b\"", "as it names a file"),
        ("name = \"activations\"", "y_range = [1]", "a range [low, high]"),
    ];
    for (old, new, expected) in cases {
        let old = old.trim_start_matches("x = ");
        assert!(FUNCTIONS.contains(old), "{old}");
        let error = parse(&FUNCTIONS.replacen(old, new, 1)).unwrap_err().to_string();
        assert!(error.contains(expected), "expected {expected:?} in {error}");
    }
    let members =
        "name = \"a\"\nmembers = [\"a\"]\n[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\n";
    for (members, expected) in [
        (members.to_owned(), "`members.0`: a study is no member of itself"),
        (members.replace("[\"a\"]", "[\"b\", \"b\"]"), "`members.1`: \"b\" is a member already"),
        (members.replace("[\"a\"]", "[]"), "expected at least one study"),
        (members.replace("members = [\"a\"]", "bench = \"../x.csv\""), "a CSV file under bench/"),
        (
            format!("{}select = [{{ optimizer = \"adma\" }}]\n", members.replace("[\"a\"]", "[\"b\"]")),
            "`figure.0.select.0.optimizer`: there is no optimizer `adma`",
        ),
    ] {
        let error = parse(&members).unwrap_err().to_string();
        assert!(error.contains(expected), "expected {expected:?} in {error}");
    }
}

#[test]
fn what_is_not_there_is_named_with_the_way_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "name = \"a\"\nmembers = [\"digits\"]\n[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\n";
    let error = made(&parse(text).unwrap(), folder.path()).unwrap_err();
    assert!(error.to_string().contains("digits/runs.csv, which is not there"), "{error}");
    assert_eq!(error.help().unwrap().to_string(), "`thalweg reproduce digits` makes it");
    assert!(!folder.path().join("a").exists(), "nothing is written where nothing can be drawn");
    let unknown = FUNCTIONS.replacen("functions = [\"bce\"]", "functions = [\"bec\"]", 1);
    let error = parse(&unknown).unwrap_err();
    assert!(error.to_string().contains("`figure.1.functions.0`: the study has no function `bec`"), "{error}");
    assert!(error.help().unwrap().to_string().contains("did you mean `bce`?"));
    let bench = "name = \"b\"\nbench = \"b.csv\"\n[[figure]]\nkind = \"timing\"\nmetric = \"time\"\nx = \"n\"\nseries = \"v\"\n";
    made(&parse(bench).unwrap(), folder.path()).unwrap_err();
    assert!(!folder.path().join("b").exists());
}

#[test]
fn members_are_what_their_studies_computed() {
    let text = "name = \"a\"\nmembers = [\"m\"]\n[[figure]]\nkind = \"sensitivity\"\nmetric = \"final_train_loss\"\n";
    let drawing = parse(text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let member = folder.path().join("m");
    fs::create_dir_all(&member).unwrap();
    let (mut runs, _) = synthetic::sweep(2);
    write_runs(&member.join("runs.csv"), &runs).unwrap();
    fs::write(member.join("spec.toml"), "").unwrap();
    Manifest::of(&member, 1, &["runs.csv".to_owned()]).unwrap().write(&member).unwrap();
    made(&drawing, folder.path()).unwrap();
    let whole = fs::read_to_string(folder.path().join("a/manifest.toml")).unwrap();

    let refused = |runs: &Runs, expected: &str| {
        write_runs(&member.join("runs.csv"), runs).unwrap();
        let error = made(&drawing, folder.path()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.help().unwrap().to_string(), "`thalweg reproduce m` makes it anew");
    };
    let last = runs.rows.pop().unwrap();
    refused(&runs, "m/runs.csv, which is not the one that its manifest names");
    // Tables of a user's own have no manifest.
    fs::remove_file(member.join("manifest.toml")).unwrap();
    runs.rows.extend([last.clone(), last.clone()]);
    refused(&runs, &format!("which holds the trial {} twice", last.key));
    runs.rows.clear();
    refused(&runs, "m/runs.csv, which holds no trials");
    assert_eq!(fs::read_to_string(folder.path().join("a/manifest.toml")).unwrap(), whole);
}

#[test]
fn a_drawing_keeps_what_can_be_drawn() {
    let members = "name = \"a\"\nmembers = [\"m\"]\n";
    let figure = |metric: &str| format!("[[figure]]\nkind = \"sensitivity\"\nmetric = \"{metric}\"\n");
    let text = format!("{members}{}{}", figure("final_test_loss"), figure("final_train_loss"));
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("m")).unwrap();
    write_runs(&folder.path().join("m/runs.csv"), &synthetic::sweep(2).0).unwrap();
    let error = made(&parse(&text).unwrap(), folder.path()).unwrap_err();
    assert!(matches!(&error, DrawError::Undrawn { failures } if failures.len() == 1), "{error}");
    let manifest = fs::read_to_string(folder.path().join("a/manifest.toml")).unwrap();
    assert!(manifest.contains("sensitivity-final_train_loss.svg") && manifest.contains("comparison.csv"));
}
