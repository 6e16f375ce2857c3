//! Tables of observers: what they hold, that they survive whatever happens on the way, and that figures are drawn of them.

use std::fs;
use std::path::Path;

use thalweg::observe::{ALL, Observer, Records};
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse, RunError};

use crate::{plan, run_into, run_until, settings};

/// Trials some of which diverge, every observer, and each at steps of its own.
const ALL_OF_THEM: &str = r#"name = "observed"
problem = { kind = "moons", samples = 40 }
network = { hidden = [4], activation = "relu" }
train = { batch = 10, steps = 30, seeds = 40, log_every = 5 }
optimizer = [{ kind = "sgd", lr = [0.1, 1e20] }]
"#;

fn parse(text: &str) -> Spec {
    Spec::parse("observed.toml", text, Path::new(""), &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The spec with every observer, those after the first at every second step.
fn all() -> Spec {
    let items: Vec<String> =
        ALL.iter().zip(1..).map(|(own, at)| format!("{{ kind = {:?}, every = {} }}", own.name, at.min(2))).collect();
    parse(&format!("{ALL_OF_THEM}record = {{ observe = [{}] }}\n", items.join(", ")))
}

fn made(spec: &Spec, out: &Path) {
    assert_eq!(run_into(spec, out, 2, Reuse::Everything).unwrap(), Finished::Complete);
}

fn header(out: &Path, table: &str) -> String {
    fs::read_to_string(out.join(table)).unwrap().lines().next().unwrap().to_owned()
}

/// The cells of a table from its column `step` on, row by row, each after the trial's key.
fn rows(out: &Path, table: &str) -> Vec<Vec<String>> {
    let text = fs::read_to_string(out.join(table)).unwrap();
    let at = header(out, table).split(',').position(|name| name == "step").unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        std::iter::once(cells[0]).chain(cells[at..].iter().copied()).map(str::to_owned).collect()
    };
    text.lines().skip(1).map(row).collect()
}

/// The table of an observer, as a file.
fn table(observer: &Observer) -> String {
    format!("{}.csv", observer.table().unwrap_or("curves"))
}

#[test]
fn tables_have_the_columns_that_observers_declare() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (all(), folder.path());
    made(&spec, out);
    let curves = "step,train_loss,validation_loss,test_loss,train_accuracy,validation_accuracy,test_accuracy,grad_norm,update_norm";
    assert_eq!(header(out, "curves.csv"), format!("key,problem,optimizer,lr,{curves},batch_sharpness"));
    for observer in ALL.iter().filter(|observer| observer.records != Records::Curves) {
        let names = observer.index().map(|index| index.name).into_iter();
        let names: Vec<&str> = names.chain(observer.columns.iter().map(|column| column.name)).collect();
        let expected = format!("key,problem,optimizer,lr,step,{}", names.join(","));
        assert_eq!(header(out, &table(observer)), expected, "{observer:?}");
    }
    // Numbers of f32 trials are no longer than they are.
    let longest = rows(out, "sharpness.csv").iter().map(|row| row[3].len()).max();
    assert!(longest.is_some_and(|longest| longest <= 12), "{longest:?}");
}

#[test]
fn rows_are_at_their_steps_and_end_where_the_curve_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (all(), folder.path());
    made(&spec, out);
    let curves = rows(out, "curves.csv");
    let ends = |key: &str| curves.iter().filter(|row| row[0] == key).map(|row| row[1].parse::<u64>().unwrap()).max();
    let keys: Vec<String> = plan(&spec).unwrap().trials.keys().iter().map(ToString::to_string).collect();
    assert_eq!(keys.len(), 80);
    let mut diverged = 0;
    for observer in ALL.iter().filter(|observer| observer.records != Records::Curves) {
        let rows = rows(out, &table(observer));
        for key in &keys {
            let own: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == *key).collect();
            let mut steps: Vec<u64> = own.iter().map(|row| row[1].parse().unwrap()).collect();
            if observer.index().is_some() {
                let counts: Vec<&str> = own.iter().map(|row| row[2].as_str()).collect();
                let each = if observer.name == "layers" { &["1", "2"][..] } else { &["1"] };
                assert!(counts.chunks(each.len()).all(|of_step| of_step == each), "{observer:?}: {counts:?}");
            }
            steps.dedup();
            let last = ends(key).unwrap();
            diverged += usize::from(last < 30);
            let wanted: Vec<u64> = [0, 10, 20, 30].into_iter().filter(|step| *step <= last).collect();
            if observer.name == "effective-lr" {
                // There is none before the first update, and none of a network that does not move.
                assert!(steps.iter().all(|step| wanted[1..].contains(step)), "{steps:?} of {key}");
            } else {
                assert_eq!(steps, wanted, "{observer:?} of {key}");
            }
        }
    }
    assert!(diverged > 0);
    // In columns of curves, what is not looked at is empty.
    let batch_sharpness = |row: &&Vec<String>| !row[10].is_empty();
    let steps: Vec<&str> =
        curves.iter().filter(|row| row[0] == keys[0]).filter(batch_sharpness).map(|row| &*row[1]).collect();
    assert_eq!(steps, ["0", "10", "20", "30"]);
}

#[test]
fn a_sweep_that_is_stopped_has_the_rows_of_one_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, [whole, parts]) = (all(), ["whole", "parts"].map(|name| folder.path().join(name)));
    made(&spec, &whole);
    for _ in 0..100 {
        let (finished, _) = run_until(&spec, &settings(&parts, 2, Reuse::Everything), 1);
        if finished.unwrap() == Finished::Complete {
            break;
        }
    }
    for name in ["manifest.toml", "runs.csv", "curves.csv", "layers.csv", "effective_lr.csv", "sharpness.csv"] {
        assert_eq!(fs::read(whole.join(name)).unwrap(), fs::read(parts.join(name)).unwrap(), "{name}");
    }
}

#[test]
fn rows_are_taken_over_where_the_same_is_observed() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let with = |seeds: u64, observe: &str| {
        let text = ALL_OF_THEM.replace("seeds = 40", &format!("seeds = {seeds}"));
        parse(&format!("{text}record = {{ observe = [{observe}] }}\n"))
    };
    made(&with(10, "\"norms\", \"layers\""), out);
    // More trials.
    let (finished, notices) = run_until(&with(15, "\"norms\", \"layers\""), &settings(out, 2, Reuse::Everything), 1000);
    assert_eq!(finished.unwrap(), Finished::Complete);
    assert!(notices.iter().any(|notice| notice == "20 of 30 trials reused"), "{notices:?}");
    let expected = tempfile::tempdir().unwrap();
    made(&with(15, "\"norms\", \"layers\""), expected.path());
    for name in ["runs.csv", "curves.csv", "layers.csv"] {
        assert_eq!(fs::read(out.join(name)).unwrap(), fs::read(expected.path().join(name)).unwrap(), "{name}");
    }
    // Other tables, other columns, other steps.
    let other = ["\"norms\"", "\"norms\", \"layers\", \"sharpness\"", "\"norms\", { kind = \"layers\", every = 2 }"];
    for observe in other {
        let error = run_into(&with(15, observe), out, 2, Reuse::Everything).unwrap_err();
        let RunError::Occupied { differences, .. } = error else { panic!("{observe}: {error:?}") };
        let are_observers = differences.iter().all(|difference| difference.to_string().contains("record.observe"));
        assert!(!differences.is_empty() && are_observers, "{differences:?}");
    }
    // Of one in progress as well.
    let begun = tempfile::tempdir().unwrap();
    let (finished, _) = run_until(&with(40, "\"norms\""), &settings(begun.path(), 2, Reuse::Everything), 1);
    assert!(matches!(finished.unwrap(), Finished::Stopped { .. }));
    let error = run_into(&with(40, "\"layers\""), begun.path(), 2, Reuse::Everything).unwrap_err();
    assert!(matches!(error, RunError::Occupied { .. }), "{error:?}");
    // What is replaced is gone.
    assert_eq!(run_into(&with(15, "\"norms\""), out, 2, Reuse::Nothing).unwrap(), Finished::Complete);
    assert!(!out.join("layers.csv").exists());
}

#[test]
fn figures_are_drawn_again_from_the_tables() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path();
    let text = ALL_OF_THEM.replace("seeds = 40", "seeds = 3");
    let figures = [
        "y = \"layers.update_ratio\", colour = \"layer\", select = [{ lr = 0.1 }]",
        "y = \"sharpness.eigenvalue\", theory = \"edge\", lines = [1], panel = \"number\", select = [{ lr = 0.1 }]",
        "y = \"curves.batch_sharpness\", theory = \"edge\"",
    ];
    let figures: Vec<String> = figures.iter().map(|figure| format!("{{ kind = \"curves\", {figure} }}")).collect();
    let observe = "[\"norms\", \"layers\", \"batch-sharpness\", { kind = \"sharpness\", count = 2 }]";
    let spec = parse(&format!("{text}record = {{ observe = {observe} }}\nfigure = [{}]\n", figures.join(", ")));
    assert_eq!(parse(&spec.canonical()), spec);
    made(&spec, out);
    let names = ["layers-update_ratio-layer", "sharpness-eigenvalue-number", "curves-batch_sharpness"];
    let names = names.map(|name| out.join(format!("figures/curves-{name}.svg")));
    let drawn = names.each_ref().map(|name| fs::read(name).unwrap());
    names.iter().for_each(|name| fs::remove_file(name).unwrap());
    fs::remove_file(out.join("curves.csv")).unwrap();
    let again = thalweg::drawing::draw(&spec, out, None, &spec.style);
    // The last one is drawn from `curves.csv`.
    assert_eq!((again.files.len(), again.failures.len()), (2, 1), "{:?}", again.failures);
    assert!(again.failures[0].to_string().contains("curves-curves-batch_sharpness"), "{}", again.failures[0]);
    for (name, before) in names.iter().zip(&drawn).take(2) {
        assert!(fs::read(name).unwrap() == *before, "{}", name.display());
    }
}

/// Gradient descent on a quadratic: its Hessian is the same everywhere, and known.
#[test]
fn the_sharpness_of_a_quadratic_is_its_largest_eigenvalue() {
    let folder = tempfile::tempdir().unwrap();
    let spec = parse(
        r#"name = "quadratic"
problem = { kind = "landscape", function = "quadratic", spectrum = [1, 3, 10, 10, 0.5], rotation = 1, start = [1, 1, 1, 1, 1] }
train = { steps = 20, log_every = 10, precision = "f64" }
optimizer = [{ kind = "sgd", lr = 0.05 }]
record = { observe = [{ kind = "sharpness", count = 4 }, "batch-sharpness"] }
"#,
    );
    made(&spec, folder.path());
    let rows = rows(folder.path(), "sharpness.csv");
    assert_eq!(rows.len(), 3 * 4);
    for (row, want) in rows.iter().zip([10.0, 10.0, 3.0, 1.0].iter().cycle()) {
        let got: f64 = row[3].parse().unwrap();
        assert!((got - want).abs() < 1e-8, "{got}, not {want}");
    }
}

/// Progressive sharpening, and then the edge of stability at 2 / lr (Cohen et al., 2021): gradient descent on a network as small
/// as that of their tasks.
#[test]
fn gradient_descent_trains_at_the_edge_of_stability() {
    let folder = tempfile::tempdir().unwrap();
    let spec = parse(
        r#"name = "edge"
problem = { kind = "sinusoid", samples = 20, noise = 0, test_fraction = 0 }
network = { hidden = [16], activation = "tanh" }
train = { batch = "full", steps = 4000, log_every = 100, seeds = 1, precision = "f64" }
optimizer = [{ kind = "sgd", lr = [0.2, 0.22] }, { kind = "momentum", momentum = 0.5, lr = [0.28, 0.3] }]
record = { observe = ["sharpness"] }
"#,
    );
    made(&spec, folder.path());
    let rows = rows(folder.path(), "sharpness.csv");
    let edges = [2.0 / 0.2, 2.0 / 0.22, 2.0 * 1.5 / 0.28, 2.0 * 1.5 / 0.3];
    assert_eq!(rows.len(), edges.len() * 41);
    for (edge, of_trial) in edges.iter().zip(rows.chunks(41)) {
        let sharpness: Vec<f64> = of_trial.iter().map(|row| row[3].parse().unwrap()).collect();
        let later = &sharpness[20..];
        let mean = later.iter().sum::<f64>() / later.len() as f64;
        assert!(sharpness[0] < 0.75 * edge && (mean / edge - 1.0).abs() < 0.03, "{edge}: {sharpness:?}");
    }
}
