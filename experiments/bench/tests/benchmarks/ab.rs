//! Two revisions in turns, of a workspace whose bench makes its times up.

use std::fs;
use std::path::Path;
use std::process::Command;

use thalweg_benchmarks::ab::{SUITE, Settings, run};
use thalweg_benchmarks::{BenchError, Comparison, Verdict};

/// A bench that takes criterion's arguments and leaves what criterion leaves. Its times differ by half a percent from run to
/// run, all samples alike.
const BENCH: &str = r#"
use std::{env, fs};

const TIME: f64 = 1000.0;

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let ids = ["g/thalweg/a", "g/thalweg/b", "g/reference/a"];
    if arguments.iter().any(|argument| argument == "--list") {
        ids.iter().for_each(|id| println!("{id}: benchmark"));
        return;
    }
    let home = std::path::PathBuf::from(env::var("CRITERION_HOME").unwrap());
    let counter = home.with_file_name("counter");
    let runs: u64 = fs::read_to_string(&counter).map_or(0, |text| text.parse().unwrap());
    fs::write(&counter, (runs + 1).to_string()).unwrap();
    for (place, id) in ids.iter().enumerate().filter(|(_, id)| arguments[2].contains(*id)) {
        let random = (runs * 3 + place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11;
        let noise = 0.005 * random as f64 / (1_u64 << 53) as f64;
        let time = (if *id == "g/thalweg/a" { TIME } else { 500.0 }) * (1.0 + noise);
        let folder = home.join(id).join("new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("benchmark.json"), format!("{{\"full_id\":\"{id}\"}}")).unwrap();
        fs::write(folder.join("sample.json"), format!("{{\"iters\":[1.0,2.0],\"times\":[{time:?},{:?}]}}", 2.0 * time)).unwrap();
    }
}
"#;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    // The order of rounds follows from the revision's hash, in which dates are: with these it is the same every time.
    let dates = ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|date| (date, "2026-01-01T00:00:00Z"));
    let output = Command::new("git").current_dir(folder).envs(dates).args(identity).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A repository with a revision called `first`.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("benches/benches")).unwrap();
    fs::write(root.join("Cargo.toml"), "[workspace]\nmembers = [\"benches\"]\nresolver = \"3\"\n").unwrap();
    let manifest =
        "[package]\nname = \"thalweg-benches\"\nedition = \"2024\"\n[[bench]]\nname = \"g\"\nharness = false\n";
    fs::write(root.join("benches/Cargo.toml"), manifest).unwrap();
    fs::create_dir_all(root.join("benches/src")).unwrap();
    fs::write(root.join("benches/src/lib.rs"), "").unwrap();
    fs::write(root.join(".gitignore"), "target/\nCargo.lock\n").unwrap();
    bench(root, BENCH);
    git(root, &["init", "--quiet"]);
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "a"]);
    git(root, &["tag", "first"]);
    folder
}

fn bench(root: &Path, text: &str) {
    fs::write(root.join("benches/benches/g.rs"), text).unwrap();
}

fn against(root: &Path, revision: &str, bench: &str, filter: &str, rounds: usize) -> Result<Comparison, BenchError> {
    let settings = Settings {
        folder: root.join("benches"),
        revision: revision.to_owned(),
        bench: bench.to_owned(),
        filters: vec![filter.to_owned()],
        peers: false,
        rounds: Some(rounds),
        threshold: 0.01,
        seconds: 0.1,
        instructions: false,
    };
    run(&settings, || {}, &|_| {})
}

#[test]
fn an_edit_is_judged_against_a_revision() {
    let folder = repository();
    let root = folder.path();
    let same = against(root, "HEAD", "g", "", 9).unwrap();
    assert_eq!(same.count(Verdict::Unchanged), 2, "{same:?}");
    assert_eq!(same.baseline.name, same.candidate.name);

    bench(root, &BENCH.replace("1000.0", "1030.0"));
    let slower = against(root, "first", "g", "", 9).unwrap();
    let verdicts: Vec<_> = slower.findings.iter().map(|finding| (&*finding.benchmark, finding.verdict)).collect();
    assert_eq!(verdicts, [("g/thalweg/a", Verdict::Regressed), ("g/thalweg/b", Verdict::Unchanged)]);
    assert!(slower.candidate.name.starts_with(&slower.baseline.name) && slower.candidate.name.contains("-dirty-"));
    assert_eq!(slower.findings[0].slower_rounds, Some(9));
    // An interval of 95 % may miss the 3 %, but not by much.
    assert!(slower.findings[0].interval.is_some_and(|[low, high]| 0.025 < low && high < 0.035), "{slower:?}");

    let few = against(root, "first", "g", "thalweg/a", 3).unwrap();
    assert_eq!(few.count(Verdict::Inconclusive), 1);
    assert!(few.remarks[0].contains("--rounds 6 is the least"), "{:?}", few.remarks);

    // The other way round, once it is committed.
    git(root, &["commit", "--quiet", "--all", "-m", "b"]);
    bench(root, BENCH);
    assert_eq!(against(root, "HEAD", "g", "thalweg/a", 7).unwrap().count(Verdict::Improved), 1);
}

#[test]
fn what_cannot_be_measured_is_said() {
    let folder = repository();
    let root = folder.path();
    let text = |result: Result<Comparison, BenchError>| result.unwrap_err().to_string();
    assert_eq!(text(against(root, "second", "g", "", 6)), "git knows no revision `second`");
    let error = text(against(root, "first", "h", "", 6));
    assert!(error.ends_with("has no bench `h`"), "{error}");
    let older = against(root, "first", SUITE, "", 6).unwrap_err();
    assert!(matches!(&older, BenchError::NoBench { help, .. } if help.contains("older than the suite")), "{older:?}");
    let error = text(against(root, "first", "g", "tanh", 6));
    assert_eq!(error, "no benchmark of `g` that both sides have matches `tanh`");
    bench(root, "fn main() { panic!(\"a wrong answer\") }");
    let error = text(against(root, "first", "g", "", 6));
    assert!(error.starts_with("the bench `g` of ") && error.contains("a wrong answer"), "{error}");
    bench(root, "fn main() { nothing() }");
    git(root, &["commit", "--quiet", "--all", "-m", "b"]);
    let error = text(against(root, "HEAD", "g", "", 6));
    assert!(error.starts_with("the bench `g` of ") && error.ends_with("does not build"), "{error}");
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(
        against(nowhere.path(), "HEAD", "g", "", 6),
        Err(BenchError::Git { .. } | BenchError::Start { .. } | BenchError::NoGit(_))
    ));
}
