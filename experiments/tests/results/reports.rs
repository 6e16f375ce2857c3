//! What is said of finished results: at the end of a run, as tables and sentences, in the terminal and as pages.

use std::fs;
use std::path::Path;

use crate::command::{fails, folder, succeeds, thalweg};

/// A folder with results in `a`.
fn results() -> tempfile::TempDir {
    let folder = folder();
    succeeds(folder.path(), &["run", "small.toml", "--out", "a", "--quiet"]);
    folder
}

fn says(said: &str, parts: &[&str]) {
    parts.iter().for_each(|part| assert!(said.contains(part), "{part}: {said}"));
}

#[test]
fn the_end_of_a_run_says_what_came_out() {
    let folder = folder();
    let output = thalweg(folder.path(), &["run", "small.toml", "--out", "a"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    says(
        &said,
        &["9 trials, 3 diverged (33 %)", "results are in a\n", "final training loss", "best at", "lr 0.1", "next: "],
    );
    says(&said, &["is not told apart from", "3 pairs; it takes 6 pairs"]);
    let again = thalweg(folder.path(), &["run", "small.toml", "--out", "b", "--quiet"]);
    assert!(again.stderr.is_empty());
}

#[test]
fn tables_are_written_in_four_languages() {
    let folder = results();
    let table = |arguments: &[&str]| succeeds(folder.path(), &[&["table", "a"], arguments].concat());
    says(&table(&[]), &["| method | best settings | median final training loss |", "| SGD | lr = 0.1 |", "Bold: "]);
    says(&table(&["--format", "csv"]), &["optimizer,settings,final_train_loss,ci_low,ci_high,in_sample,trials,"]);
    says(&table(&["--format", "latex"]), &["\\toprule", "\\bottomrule", "best settings"]);
    says(&table(&["--format", "html"]), &["<caption>", "<th scope=\"col\">method</th>"]);
    says(&table(&["--by", "lr,optimizer", "--format", "csv"]), &["lr,sgd,adam\n0.01,,", "1e30,inf,\n"]);
    says(
        &table(&["--by", "optimizer", "--metric", "best_train_loss"]),
        &["median best training loss", "| 95 % interval |", "| Adam | ", "lr = 0.01 |"],
    );
    // All digits are those of summary.csv.
    let summary = fs::read_to_string(folder.path().join("a/summary.csv")).unwrap();
    let median = table(&["--format", "csv"]).lines().nth(1).unwrap().split(',').nth(5).unwrap().to_owned();
    assert!(summary.contains(&format!(",{median},")), "{median} in {summary}");
}

#[test]
fn a_table_of_any_file_is_that_of_its_rows() {
    let folder = results();
    let table = |arguments: &[&str]| {
        let file = ["table", "a", "--file", "curves.csv", "--column", "train_loss", "--format", "csv"];
        succeeds(folder.path(), &[&file[..], arguments].concat())
    };
    // Three seeds, logged at every fifth of 20 steps; SGD at 1e30 runs away, and is no best setting.
    let by_step = table(&["--by", "step", "--tuned", "--select", "optimizer=sgd"]);
    says(&by_step, &["step,train_loss,low,high,rows\n0,"]);
    assert_eq!(by_step.lines().count(), 1 + 5);
    assert!(by_step.lines().skip(1).all(|line| line.ends_with(",3")), "{by_step}");
    let ends = table(&["--by", "step,optimizer", "--tuned", "--select", "step=15..", "--statistic", "mean"]);
    let firsts = |text: &str| text.lines().map(|line| line.split(',').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(firsts(&ends), ["step", "15", "20"]);
    // Ranges select settings of trials as well.
    let slow = ["table", "a", "--by", "lr", "--select", "lr=..0.05", "--format", "csv"];
    assert_eq!(firsts(&succeeds(folder.path(), &slow)), ["lr", "0.01"]);
    let trials = succeeds(
        folder.path(),
        &["table", "a", "--by", "optimizer", "--metric", "final_train_loss", "--format", "csv"],
    );
    let mark = table(&["--by", "optimizer", "--tuned", "--select", "step=20"]);
    for line in trials.lines().skip(1) {
        let start = line.split(',').take(2).collect::<Vec<_>>().join(",");
        assert!(mark.contains(&start), "{start} in {mark}");
    }
}

#[test]
fn what_tuning_is_worth_has_tables_on_any_sweep() {
    let folder = folder();
    let set = [
        "--set",
        "problem.kind=[\"moons\", \"circles\"]",
        "--set",
        "optimizer.0.lr=[0.001, 0.1]",
        "--set",
        "optimizer.1.lr=[0.001, 0.1]",
    ];
    succeeds(folder.path(), &[&["run", "small.toml", "--out", "two", "--quiet"], &set[..]].concat());
    let table =
        |arguments: &[&str]| succeeds(folder.path(), &[&["table", "two", "--format", "csv"], arguments].concat());
    let regimes = table(&["--regimes"]);
    says(
        &regimes,
        &["problem,optimizer,regime,settings,final_train_loss,ci_low,ci_high,optimism,trials,average_rank,"],
    );
    for regime in ["defaults", "one-for-all", "tuned"] {
        assert_eq!(regimes.matches(&format!(",{regime},")).count(), 4, "{regimes}");
    }
    let tunability = table(&["--tunability"]);
    says(&tunability, &["optimizer,one_for_all_factor,one_for_all_low,one_for_all_high,defaults_factor,", "\nadam,"]);
    says(&table(&["--budget"]), &["problem,optimizer,best_of_1,best_of_2,settles_at\n", "\nmoons,sgd,"]);
    // The medians of the regimes are those of the table that a figure would write.
    let figure = ["--set", "figure=[{ kind = \"regimes\", metric = \"final_train_loss\" }]"];
    succeeds(folder.path(), &[&["run", "small.toml", "--out", "drawn", "--quiet"], &set[..], &figure[..]].concat());
    let written = fs::read_to_string(folder.path().join("drawn/regimes.csv")).unwrap();
    for row in regimes.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let is_same = |other: &&str| {
            let other: Vec<&str> = other.split(',').collect();
            other[2..5] == cells[..3] && other[7] == cells[4]
        };
        assert!(written.lines().any(|other| is_same(&other)), "{row} in {written}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let folder = results();
    let fails = |arguments: &[&str]| fails(folder.path(), arguments).1;
    says(
        &fails(&["table", "a", "--by", "learning_rate"]),
        &["no axis `learning_rate`, did you mean `lr`?", "problem, optimizer, lr"],
    );
    says(
        &fails(&["table", "a", "--metric", "final_validation_loss"]),
        &["have no `final_validation_loss`; they have final_train_loss"],
    );
    says(&fails(&["table", "a", "--metric", "test_loss"]), &["did you mean `final_test_loss`?"]);
    says(&fails(&["table", "a", "--ranks"]), &["has no ranks"]);
    says(&fails(&["table", "a", "--budget"]), &["`small` has no such table", "tried with one setting alone"]);
    succeeds(folder.path(), &["run", "small.toml", "--set", "optimizer.1.lr=[0.01, 0.02]", "--out", "c", "--quiet"]);
    says(&fails(&["table", "c", "--regimes"]), &["there is one problem, and no method was tried", "list optimizers"]);
    says(&fails(&["table", "a", "--regimes", "--budget"]), &["cannot be used with"]);
    let curves = |more: &[&str]| fails(&[&["table", "a", "--file", "curves.csv"], more].concat());
    says(&curves(&["--column", "loss", "--by", "step"]), &["has no column `loss`", "train_loss"]);
    says(&curves(&["--column", "train_loss"]), &["--by"]);
    says(&curves(&["--by", "step"]), &["--column"]);
    says(
        &curves(&["--column", "train_loss", "--by", "step", "--select", "step=30.."]),
        &["no row of a/curves.csv is left", "--select"],
    );
    says(&curves(&["--column", "train_loss", "--by", "step", "--statistic", "mode"]), &["there are median, mean, iqm"]);
    says(&fails(&["table", "nowhere"]), &["nowhere holds no results"]);
    says(&fails(&["look", "a", "tz"]), &["no trial of a has a key that begins with `tz`"]);
    says(&fails(&["look", "a", "t"]), &["9 trials have a key that begins with `t`"]);
    says(&fails(&["run", "small.toml", "--only", "t0000000000000000"]), &["`small` has no trial with the key"]);
    says(&fails(&["run", "small.toml", "--only", "0"]), &["a key is a `t` and 16 hex digits"]);
    says(&fails(&["report", "nowhere"]), &["cannot read nowhere"]);
}

#[test]
fn a_look_shows_the_whole_and_one_trial_whose_command_runs_it_again() {
    let folder = results();
    let look = |arguments: &[&str]| succeeds(folder.path(), &[&["look", "a"], arguments].concat());
    says(&look(&[]), &["small: small", "best at", "median final training loss on two moons", "learning rate", "● SGD"]);
    let runs = fs::read_to_string(folder.path().join("a/runs.csv")).unwrap();
    let row = runs.lines().nth(1).unwrap();
    let key = row.split(',').next().unwrap();
    let said = look(&[&key[..9]]);
    says(&said, &[key, "final_train_loss", "● training loss"]);
    let command = said.lines().last().unwrap().strip_prefix("run it again: thalweg ").unwrap();
    let arguments: Vec<&str> = command.split(' ').chain(["--out", "one", "--quiet"]).collect();
    succeeds(folder.path(), &arguments);
    let one = fs::read_to_string(folder.path().join("one/runs.csv")).unwrap();
    assert_eq!(one.lines().skip(1).collect::<Vec<_>>(), [row]);
}

#[test]
fn findings_say_how_many_trials_there_are_and_who_is_not_told_apart() {
    let folder = results();
    let said = succeeds(folder.path(), &["findings", "a"]);
    says(
        &said,
        &[
            "9 trials of 3 configurations; 3 diverged (33 %).",
            "is not told apart from",
            "Diverged: 3 of 6 trials of SGD.",
        ],
    );
}

#[test]
fn pages_are_the_same_bytes_and_hold_all_they_need() {
    let folder = results();
    let page = |name: &str, folders: &[&str]| {
        succeeds(folder.path(), &[&["report"], folders, &["--out", name]].concat());
        fs::read_to_string(folder.path().join(name)).unwrap()
    };
    let one = page("one.html", &["a"]);
    assert_eq!(one, page("again.html", &["a"]));
    let key = fs::read_to_string(folder.path().join("a/runs.csv")).unwrap().lines().nth(1).unwrap()[..17].to_owned();
    says(
        &one,
        &["not told apart from", "thalweg run a/spec.toml --only ", &key, "BLAKE3 of manifest.toml", "[problem]"],
    );
    assert_eq!(one.matches("<figure ").count(), 2);
    for elsewhere in ["src=", "url(", "@import", "<link"] {
        assert!(!one.contains(elsewhere), "{elsewhere}");
    }
    succeeds(folder.path(), &["run", "small.toml", "--set", "train.steps=10", "--out", "b", "--quiet"]);
    let both = page("both.html", &["a", "b"]);
    says(&both, &["Comparison of 2 studies", "id=\"study-1\""]);
    // A folder of folders has a gallery, which links to what is beside it.
    succeeds(folder.path(), &["report", "."]);
    let gallery = fs::read_to_string(folder.path().join("index.html")).unwrap();
    says(&gallery, &["2 studies", "src=\"a/figures/curves-train_loss.svg\"", "href=\"b/\""]);
    // From elsewhere its links lead there as well.
    fs::create_dir(folder.path().join("pages")).unwrap();
    succeeds(folder.path(), &["report", ".", "--out", "pages/all.html"]);
    let gallery = fs::read_to_string(folder.path().join("pages/all.html")).unwrap();
    says(&gallery, &["src=\"../a/figures/curves-train_loss.svg\"", "href=\"../b/\""]);
    let markdown = succeeds(folder.path(), &["report", ".", "--markdown"]);
    says(&markdown, &["<img src=\"a/figures/curves-train_loss.svg\"", "[b](b/)<br>small (2 figures)"]);
    says(&fails(folder.path(), &["report", "a", "--markdown"]).1, &["a is a folder of results"]);
}

#[test]
fn the_page_of_the_digits_study_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let results = Path::new(env!("CARGO_MANIFEST_DIR")).join("../results/digits");
    let page = folder.path().join("digits.html");
    succeeds(folder.path(), &["report", results.to_str().unwrap(), "--out", page.to_str().unwrap()]);
    let bytes = fs::metadata(page).unwrap().len();
    assert!((100_000..3_000_000).contains(&bytes), "{bytes} bytes");
}
