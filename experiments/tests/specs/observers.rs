//! An observer from outside: the gradient noise scale, written against what everybody sees.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miette::Diagnostic;
use thalweg::Registry;
use thalweg::memory::Memory;
use thalweg::observe::{Column, Cost, Index, Look, NORMS, Observe, Observer, Records, Rows};
use thalweg::parameter::Parameter;
use thalweg::spec::{InputError, Observation, Spec};
use thalweg::sweep::{Plan, compute};
use thalweg_kernels::optimizer::{Hyperparameter, Optimizer, Sample, Sgd};
use thalweg_kernels::{Isa, Origin, Real, origin};

/// The simple noise scale tr(Σ) / ‖G‖² (McCandlish et al., arXiv:1812.06162, 2.2): G is the mean of the gradients on several
/// batches, and Σ the covariance of gradients of single examples, m times that of batches of m.
const OWN: Observer = Observer::new::<GradNoise>(
    ("grad-noise", "how much gradients of batches differ", "m tr(Cov g) / ‖E g‖²"),
    &[Parameter::count("batches", "how many batches are looked at", (2, 1_000), 4)],
    (
        Records::Table { name: "grad_noise", index: None },
        &[
            Column { name: "noise_scale", unit: "1", meaning: "the simple noise scale, in batches" },
            Column { name: "mean_norm", unit: "L/w", meaning: "the norm of the mean of the gradients" },
        ],
    ),
    ("a gradient on each of `batches` batches", |extent| Cost {
        gradients: extent.values[0] as u64,
        bytes: (extent.number + 16) * extent.weights,
        ..Cost::ROW
    }),
);

static GRAD_NOISE: Observer = OWN.from(origin!());

/// The same of another version.
static LATER: Observer = OWN.from(Origin { version: "99.0.0", ..origin!() });

struct GradNoise;

/// A gradient, and for each trial the sums of gradients and of their squares.
#[derive(Default)]
struct Sums<T> {
    gradient: Vec<T>,
    sums: Vec<Vec<f64>>,
    squares: Vec<f64>,
}

impl Observe for GradNoise {
    type Room<T: Real> = Sums<T>;

    fn look<T: Real>(look: Look<'_, T>, room: &mut Sums<T>, rows: &mut Rows<'_, T>) {
        let (batches, trials) = (look.values[0] as u64, look.trials.len());
        room.gradient.resize(look.weights.len(), T::default());
        room.sums.resize(trials, Vec::new());
        for sums in &mut room.sums {
            sums.clear();
            sums.resize(look.parameters(), 0.0);
        }
        room.squares.clear();
        room.squares.resize(trials, 0.0);
        for batch in 0..batches {
            look.oracle.gradient(Sample::Batch(look.step + batch), look.weights, &mut room.gradient);
            for trial in look.running() {
                for (sum, g) in room.sums[trial].iter_mut().zip(look.numbers(&room.gradient, trial)) {
                    *sum += g;
                    room.squares[trial] += g * g;
                }
            }
        }
        for trial in look.running() {
            let count = batches as f64;
            let mean: f64 = room.sums[trial].iter().map(|sum| (sum / count) * (sum / count)).sum();
            let covariance = (room.squares[trial] - count * mean) / (count - 1.0);
            rows.push(trial, 0, &[(mean != 0.0).then_some(covariance / mean), Some(mean.sqrt())]);
        }
    }
}

fn registry() -> Registry {
    Registry::builtin().with_observer(&GRAD_NOISE)
}

fn parse_with(registry: Registry, text: &str) -> Result<Spec, InputError> {
    Spec::parse_with(&Arc::new(registry), "own.toml", text, Path::new("."), &[])
}

/// One weight x on a landscape whose gradient is 2x and noise: what every coordinate adds to it is known.
const NOISY: &str = r#"name = "noisy"
problem = { kind = "landscape", function = "quadratic", spectrum = [2, 2, 2, 2], gradient_noise = 0.5, start = [3, 3, 3, 3] }
train = { steps = 4, log_every = 1, seeds = 3, precision = "f64" }
optimizer = [{ kind = "sgd", lr = [0.01, 0.02] }]
record = { observe = ["norms", { kind = "grad-noise", every = 2, batches = 1000 }] }
"#;

const NETWORKS: &str = r#"name = "networks"
problem = { kind = "moons", samples = 64 }
network = { hidden = [4] }
train = { batch = 16, steps = 9, log_every = 3, seeds = 2 }
optimizer = [{ kind = "sgd", lr = 0.1 }]
record = { observe = ["grad-noise"] }
"#;

fn tables(spec: &Spec, isa: Isa) -> Vec<(String, String)> {
    let computed = compute(spec, isa, 2, Memory::unlimited(), &AtomicBool::new(false)).unwrap();
    computed.tables.into_iter().map(|table| (table.name, String::from_utf8(table.bytes).unwrap())).collect()
}

#[test]
fn the_noise_of_gradients_is_what_was_added() {
    let spec = parse_with(registry(), NOISY).unwrap();
    let tables = tables(&spec, Isa::best());
    let (name, text) = &tables[2];
    assert_eq!(name, "grad_noise.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("key,problem,optimizer,lr,step,noise_scale,mean_norm"));
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    // Six trials, at the steps 0, 2 and 4.
    assert_eq!(rows.len(), 18);
    assert_eq!(rows.iter().map(|row| row[4]).collect::<Vec<_>>()[..6], ["0", "2", "4", "0", "2", "4"]);
    for row in rows.iter().filter(|row| row[4] == "0") {
        // Four coordinates, each with the gradient 2 · 3 and a variance of 1/4, which 1,000 draws know to a few percent.
        let [scale, norm] = [5, 6].map(|at| row[at].parse::<f64>().unwrap());
        assert!((scale - 4.0 * 0.25 / 144.0).abs() < 0.0015, "{scale}");
        assert!((norm - 12.0).abs() < 0.06, "{norm}");
    }
}

#[test]
fn it_is_a_part_as_those_that_are_built_in() {
    let spec = parse_with(registry(), NETWORKS).unwrap();
    assert_eq!(parse_with(registry(), &spec.canonical()).unwrap(), spec);
    assert!(spec.canonical().contains("observe = [{ kind = \"grad-noise\", every = 1, batches = 4 }]\n"));
    assert_eq!(spec.record.observe, [Observation::of(&GRAD_NOISE)]);
    let [first, .., last] = Isa::available()[..] else { return };
    assert_eq!(tables(&spec, first), tables(&spec, last));
    let error = parse_with(registry(), &NETWORKS.replace("grad-noise", "grad-nose")).unwrap_err();
    assert!(error.help().unwrap().to_string().contains("did you mean `grad-noise`"), "{error}");
    let error = parse_with(Registry::builtin(), NETWORKS).unwrap_err().to_string();
    assert!(error.contains("found \"grad-noise\""), "{error}");
}

#[test]
fn observers_change_no_key_and_no_row_of_others() {
    let plan = |registry: Registry, text: &str| {
        Plan::read(&parse_with(registry, text).unwrap(), Memory::unlimited()).map(|(_, _, plan)| plan).unwrap()
    };
    let plain = NETWORKS.replace("[\"grad-noise\"]", "[\"norms\"]");
    let both = NETWORKS.replace("[\"grad-noise\"]", "[\"norms\", \"grad-noise\"]");
    let keys = plan(registry(), &plain).trials.keys();
    for text in [NETWORKS, &both] {
        assert_eq!(plan(registry(), text).trials.keys(), keys);
        assert_eq!(plan(Registry::builtin().with_observer(&LATER), text).trials.keys(), keys);
    }
    let [plain, both] = [&plain, &both].map(|text| tables(&parse_with(registry(), text).unwrap(), Isa::best()));
    assert_eq!(plain[..], both[..2]);
    // Without norms, their columns are there and empty.
    let without = tables(&parse_with(registry(), NETWORKS).unwrap(), Isa::best());
    assert_eq!(without[0], both[0]);
    let rows = |text: &str| text.lines().skip(1).map(|line| line.ends_with(",,")).collect::<Vec<_>>();
    assert!(rows(&without[1].1).iter().all(|is_empty| *is_empty));
    // There is no update before the first.
    assert_eq!(rows(&both[1].1)[..4], [true, false, false, false]);
    assert_eq!(plan(registry(), NETWORKS).asked(), [2 * 4 * 4, 0]);
}

static NAMESAKE: Optimizer = Optimizer::new::<Sgd>(
    "namesake",
    "",
    "",
    "",
    &[Hyperparameter::lr(0.1), Hyperparameter::non_negative("mean_norm", "n", "", 0.0)],
)
.from(origin!());

#[test]
fn a_column_has_not_the_name_of_a_setting() {
    let text = NETWORKS.replace("kind = \"sgd\", lr = 0.1", "kind = \"namesake\", mean_norm = [0, 1]");
    let error = parse_with(registry().with_optimizer(&NAMESAKE), &text).unwrap_err().to_string();
    let message = "`record.observe.0`: its column `mean_norm` has the name of a setting of the trials";
    assert!(error.contains(message), "{error}");
}

#[test]
fn steps_are_counted_from_the_first_and_the_last_is_one() {
    let at = |every: u64, recorded: &[u64]| Observation { every, ..Observation::of(&NORMS) }.steps(recorded);
    let recorded = [0, 10, 20, 30, 40, 45];
    assert_eq!(at(1, &recorded), recorded);
    assert_eq!(at(2, &recorded), [0, 20, 40, 45]);
    assert_eq!(at(5, &recorded), [0, 45]);
    assert_eq!(at(1 << 32, &recorded), [0, 45]);
    assert_eq!(at(3, &[]), [0; 0]);
}

static TABLE: Observer = with("table", Records::Table { name: "layers", index: None }, "fresh");
static RUNS: Observer = with("runs-table", Records::Table { name: "runs", index: None }, "fresh");
static COLUMN: Observer = with("column", Records::Curves, "batch_sharpness");
static STEP: Observer =
    with("step", Records::Table { name: "fresh", index: Some(Index { name: "step", meaning: "" }) }, "fresh");
static NAMED: Observer = with("norms", Records::Curves, "fresh");

const fn with(name: &'static str, records: Records, column: &'static str) -> Observer {
    let columns: &'static [Column] = match column.as_bytes() {
        b"fresh" => &[Column { name: "fresh", unit: "1", meaning: "" }],
        _ => &[Column { name: "batch_sharpness", unit: "1", meaning: "" }],
    };
    Observer::new::<GradNoise>((name, "", ""), &[], (records, columns), ("", |_| Cost::ROW)).from(origin!())
}

#[test]
fn names_of_tables_and_columns_are_taken_once() {
    for (observer, message) in [
        (&TABLE, "the table `layers` of `table` is another one's"),
        (&RUNS, "the table `runs` of `runs-table` is another one's"),
        (&COLUMN, "the column `batch_sharpness` of `column` is there already"),
        (&STEP, "the column `step` of `step` is there already"),
        (&NAMED, "there is an observer `norms` already"),
    ] {
        let panic = std::panic::catch_unwind(|| Registry::builtin().with_observer(observer)).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some(message));
    }
}
