//! The example `wasi` writes the rows that the command does.

#[expect(dead_code, reason = "the example's `main` is not called")]
#[path = "../examples/wasi.rs"]
mod wasi;

use std::fs;
use std::process::Command;

const ONE_TRIAL: &str = r#"optimizer=[{ kind = "adam", lr = 0.003 }]"#;
const CURVES: &str = r#"figure=[{ kind = "curves", metric = "train_loss" }]"#;

/// Specs, and changes that make them small.
const SWEEPS: [(&str, &[&str]); 4] = [
    ("w1", &["train.seeds=1"]),
    ("digits", &["train.seeds=1", "train.epochs=2", ONE_TRIAL, CURVES]),
    // Several instances; and a landscape, which has columns of its own.
    ("moons-lr-momentum", &["train.seeds=2", "train.steps=20", "problem.noise=[0.1, 0.3]"]),
    ("trajectories-saddle", &[]),
];

#[test]
fn it_writes_the_rows_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    for (spec, changes) in SWEEPS {
        let arguments: Vec<&str> =
            [spec].into_iter().chain(changes.iter().flat_map(|change| ["--set", *change])).collect();
        let [out, own] = ["results", "own.csv"].map(|name| folder.path().join(name));
        let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
        let ran = command.arg("run").args(&arguments).args(["--quiet", "--fresh", "--out"]).arg(&out).output().unwrap();
        assert!(ran.status.success(), "{spec}: {}", String::from_utf8_lossy(&ran.stderr));
        let arguments = arguments.iter().copied().chain(["--out", own.to_str().unwrap()]).map(str::to_owned);
        wasi::run(arguments).unwrap();
        let [expected, found] = [out.join("runs.csv"), own].map(|path| fs::read_to_string(path).unwrap());
        assert!(expected.lines().count() > 1 && found == expected, "{spec}: {found}");
    }
}

#[test]
fn what_is_wrong_with_the_arguments_is_told() {
    for (arguments, expected) in [
        (&[][..], "usage"),
        (&["w1", "w2"], "`w2` is one spec too many"),
        (&["w1", "--set"], "--set needs a value"),
        (&["w1", "--threads"], "no option --threads"),
        (&["w11"], "no spec `w11`"),
        (&["activations"], "`activations` has no trials"),
        (&["w1", "--set", "train.seds=1"], "seds"),
        (&["w1", "--set", "train.seeds=1", "--out", "/nowhere/runs.csv"], "cannot write /nowhere/runs.csv"),
    ] {
        let error = wasi::run(arguments.iter().map(|argument| (*argument).to_owned())).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
