//! Sweeps with several conditions: their rows are those of the sweeps under each of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use thalweg::record::read_runs;
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse};
use thalweg_kernels::Isa;

use crate::{run_into, run_until, settings};

/// Data sets of a generator and of a file, networks of several shapes, and numbers of either precision.
const SWEEP: &str = r#"name = "conditions"

[[problem]]
kind = "moons"
samples = 48
noise = [0.1, 0.3]

[[problem]]
kind = "csv"
path = "lines.csv"
target = "class"
task = "classification"
seed = "trial"

[network]
hidden = { values = [[3], [2, 2]] }
activation = ["tanh", "relu"]

[train]
batch = [8, "full"]
steps = 4
seeds = 3
precision = ["f32", "f64"]

[[optimizer]]
kind = "sgd"
lr = [0.1, 1.0]

[[optimizer]]
kind = "adam"

[record]
curves = "all"

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
panel = "activation"
select = [{ batch = 8, precision = "f64", hidden = 3, noise = 0.1 }, { hidden = 3, batch = 8, precision = "f64" }]

# A panel for what is selected alone.
[[figure]]
kind = "density"
metric = "final_train_loss"
panel = "precision"
select = [{ precision = "f32", hidden = 3, batch = 8, activation = "tanh" }]

[[figure]]
kind = "curves"
metric = "train_loss"
panel = "problem"

[[figure]]
kind = "rank"
metric = "final_train_loss"
"#;

fn write_data(folder: &Path) {
    let row = |i: u32| format!("{},{},{}\n", i % 7, (i * i) % 11, ["a", "b"][(i % 2) as usize]);
    fs::write(folder.join("lines.csv"), format!("x,y,class\n{}", (0..40).map(row).collect::<String>())).unwrap();
}

fn rows(folder: &Path, table: &str) -> Vec<String> {
    let text = fs::read_to_string(folder.join(table)).unwrap();
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn threads_and_instruction_sets_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let spec = Spec::parse("s.toml", SWEEP, folder.path(), &[]).unwrap();
    let out = |name: String| folder.path().join(name);
    let first = out("1".to_owned());
    assert_eq!(run_into(&spec, &first, 1, Reuse::Everything).unwrap(), Finished::Complete);
    let files = ["runs.csv", "curves.csv", "summary.csv", "spec.toml", "manifest.toml"];
    let bytes = |folder: &Path| files.map(|file| fs::read(folder.join(file)).unwrap());
    for threads in [2, 3, 5] {
        let other = out(threads.to_string());
        run_into(&spec, &other, threads, Reuse::Everything).unwrap();
        assert_eq!(bytes(&other), bytes(&first), "{threads} threads");
    }
    for isa in Isa::available() {
        let other = out(isa.name().to_owned());
        let settings = thalweg::sweep::run::Settings { isa, ..settings(&other, 2, Reuse::Everything) };
        run_until(&spec, &settings, usize::MAX).0.unwrap();
        assert_eq!(bytes(&other), bytes(&first), "{}", isa.name());
    }
    // The same again finds everything there, figures of each problem among it.
    assert_eq!(run_into(&spec, &first, 1, Reuse::Everything).unwrap(), Finished::AlreadyComplete);
    let figures = [
        "sensitivity-final_train_loss-activation-moons.svg",
        "sensitivity-final_train_loss-activation-lines.svg",
        "density-final_train_loss-precision-moons.svg",
        "curves-train_loss-problem.svg",
        "rank-final_train_loss.svg",
    ];
    for figure in figures {
        assert!(first.join("figures").join(figure).exists(), "{figure}");
    }
}

#[test]
fn a_stopped_sweep_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let spec = Spec::parse("s.toml", SWEEP, folder.path(), &[]).unwrap();
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    run_into(&spec, &whole, 2, Reuse::Everything).unwrap();
    let mut stops = 0;
    while let Finished::Stopped { .. } = run_until(&spec, &settings(&parts, 2, Reuse::Everything), 40).0.unwrap() {
        stops += 1;
    }
    assert!(stops > 2, "{stops}");
    for table in ["runs.csv", "curves.csv", "summary.csv"] {
        assert_eq!(rows(&parts, table), rows(&whole, table), "{table}");
    }
}

#[test]
fn every_row_is_that_of_a_sweep_with_one_condition() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let spec = Spec::parse("s.toml", SWEEP, folder.path(), &[]).unwrap();
    let all = folder.path().join("all");
    run_into(&spec, &all, 2, Reuse::Everything).unwrap();
    let number = |text: &str| text.split(',').next().unwrap().to_owned();
    // The last nine cells: those before are axes, of which a sweep with one condition has fewer.
    let measured = |row: &str| row.rsplitn(10, ',').take(9).map(|cell| format!("{cell},")).collect::<String>();
    let of_all: BTreeMap<String, String> =
        rows(&all, "curves.csv").into_iter().fold(BTreeMap::new(), |mut all, row| {
            all.entry(number(&row)).or_insert_with(String::new).push_str(&measured(&row));
            all
        });
    let runs = read_runs(&all.join("runs.csv")).unwrap();
    let mut seen = 0;
    let (mut hidden, mut of_problem) = (vec!["[3]", "[2, 2]"], SWEEP.split("[[problem]]").skip(1));
    let problems: Vec<String> = [
        of_problem.next().unwrap().replace("[0.1, 0.3]", "0.1"),
        SWEEP.split("[[problem]]").nth(1).unwrap().replace("[0.1, 0.3]", "0.3"),
        of_problem.next().unwrap().split("[network]").next().unwrap().to_owned(),
    ]
    .into();
    let rest = SWEEP.split("[network]").nth(1).unwrap().split("[[figure]]").next().unwrap();
    hidden.sort_unstable();
    for (problem, hidden) in problems.iter().flat_map(|problem| hidden.iter().map(move |hidden| (problem, hidden))) {
        for (activation, precision) in [("tanh", "f32"), ("tanh", "f64"), ("relu", "f32"), ("relu", "f64")] {
            for batch in ["8", "\"full\""] {
                let rest = rest
                    .replace("{ values = [[3], [2, 2]] }", hidden)
                    .replace("[\"tanh\", \"relu\"]", &format!("\"{activation}\""))
                    .replace("[8, \"full\"]", batch)
                    .replace("[\"f32\", \"f64\"]", &format!("\"{precision}\""));
                let text = format!("name = \"one\"\n[problem]{problem}[network]{rest}");
                let one = Spec::parse("one.toml", &text, folder.path(), &[]).unwrap();
                let out = folder.path().join("one");
                run_into(&one, &out, 1, Reuse::Nothing).unwrap();
                for own in read_runs(&out.join("runs.csv")).unwrap().rows {
                    let found = runs.rows.iter().find(|run| run.key == own.key).expect("the trial is there");
                    assert_eq!(
                        (found.final_train_loss, found.final_test_loss, found.status, &found.problem),
                        (own.final_train_loss, own.final_test_loss, own.status, &own.problem)
                    );
                    let curve: String = rows(&out, "curves.csv")
                        .iter()
                        .filter(|row| number(row) == own.key)
                        .map(|row| measured(row))
                        .collect();
                    assert_eq!(of_all[&own.key], curve);
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, runs.rows.len());
}

#[test]
fn what_names_trials_may_change_without_training_them_again() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let text = |change: fn(String) -> String| {
        let tables = SWEEP.split("[[figure]]").next().unwrap().to_owned();
        Spec::parse("s.toml", &change(tables), folder.path(), &[]).unwrap()
    };
    let before = text(|text| text.replace("[8, \"full\"]", "[8, 4]"));
    let after = text(|text| {
        let text = text.replace("[8, \"full\"]", "[8, 4, \"full\"]");
        text.replace("kind = \"moons\"", "kind = \"moons\"\nlabel = \"Moons, two\"")
    });
    let (reused, fresh) = (folder.path().join("reused"), folder.path().join("fresh"));
    run_into(&before, &reused, 1, Reuse::Everything).unwrap();
    let fewer = before.conditions.len() * 3 * 3;
    assert_eq!(rows(&reused, "runs.csv").len(), fewer);
    // It is not done before a third of the trials are trained.
    let stopped = run_until(&after, &settings(&reused, 2, Reuse::Everything), fewer / 4).0.unwrap();
    assert!(matches!(stopped, Finished::Stopped { done, .. } if done >= fewer), "{stopped:?}");
    run_into(&after, &reused, 2, Reuse::Everything).unwrap();
    run_into(&after, &fresh, 2, Reuse::Everything).unwrap();
    for table in ["runs.csv", "curves.csv", "summary.csv"] {
        let [reused, fresh] = [&reused, &fresh].map(|folder| fs::read_to_string(folder.join(table)).unwrap());
        assert!(reused == fresh, "{table}");
        assert!(fresh.contains("\"Moons, two\",sgd,0.1,[3],tanh,[8],"), "{table}");
    }
}

#[test]
fn a_summary_by_some_axes_pools_the_others() {
    let folder = tempfile::tempdir().unwrap();
    write_data(folder.path());
    let tables = SWEEP.split("[[figure]]").next().unwrap();
    let summary = |columns: &str| {
        let overrides = [format!("record.summary={columns}")];
        let spec = Spec::parse("s.toml", tables, folder.path(), &overrides)?;
        assert!(Spec::parse("s.toml", &spec.canonical(), folder.path(), &[]).unwrap() == spec);
        let out = folder.path().join("out");
        run_into(&spec, &out, 2, Reuse::Everything).unwrap();
        Ok::<_, thalweg::spec::InputError>(fs::read_to_string(out.join("summary.csv")).unwrap())
    };
    let by_batch = summary("[\"optimizer\", \"batch\"]").unwrap();
    assert!(
        by_batch.starts_with("problem,optimizer,batch,trials,diverged_share,final_train_loss_median,"),
        "{by_batch}"
    );
    // Of two noises, two networks, two activations and two precisions, with three seeds at two rates.
    let cells: Vec<Vec<&str>> = by_batch.lines().skip(1).map(|line| line.split(',').take(4).collect()).collect();
    assert_eq!(cells[0], ["moons", "sgd", "[8]", "96"]);
    assert!(cells.contains(&vec!["lines", "adam", "full", "24"]) && cells.len() == 8, "{by_batch}");
    // The trials are there already: only their summary is another.
    let by_activation = summary("[\"activation\"]").unwrap();
    assert!(by_activation.contains("\nmoons,,tanh,144,") && by_activation.lines().count() == 5, "{by_activation}");
    let error = summary("[\"activaton\"]").unwrap_err().to_string();
    assert!(error.contains("`record.summary.0`: no trial has a setting `activaton`"), "{error}");
}
