//! Parts from outside: specs, plans and sweeps have them as they have those that are built in.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use miette::Diagnostic;
use thalweg::Registry;
use thalweg::dataset::{Dataset, Generated, Generator, SAMPLES, Targets, Task};
use thalweg::figure::{Axis, Chart, Data, FigureError, Input, Kind, Picture, Scale};
use thalweg::kernels::activation::{Activation, DerivativeError, Function};
use thalweg::kernels::landscape::{self, Coordinates, Dimensions, Facts, Landscape, Optimum, Partials};
use thalweg::kernels::loss::{self, Loss, Target, Units, UnitsMut};
use thalweg::kernels::optimizer::{Hyperparameter, Optimizer, Sgd};
use thalweg::kernels::{Elementary, Isa, Origin, Simd, Vector, origin};
use thalweg::memory::Memory;
use thalweg::spec::{InputError, Spec};
use thalweg::sweep::{Plan, compute};

static STEEPEST: Optimizer =
    Optimizer::new::<Sgd>("steepest", "Steepest", "nowhere", "w -= α g", &[Hyperparameter::lr(0.1)]).from(origin!());

/// The same of another version.
static LATER: Optimizer =
    Optimizer::new::<Sgd>("steepest", "Steepest", "nowhere", "w -= α g", &[Hyperparameter::lr(0.1)])
        .from(Origin { version: "99.0.0", ..origin!() });

static ROOTLESS: Optimizer = Optimizer::new::<Sgd>("rootless", "", "", "", &[Hyperparameter::lr(0.1)]);
static STEPPER: Optimizer = Optimizer::new::<Sgd>(
    "stepper",
    "",
    "",
    "",
    &[Hyperparameter::lr(0.1), Hyperparameter::non_negative("steps", "n", "", 1.0)],
)
.from(origin!());
static TAKEN: Optimizer = Optimizer::new::<Sgd>("adam", "", "", "", &[Hyperparameter::lr(0.1)]).from(origin!());

static HALF: Activation =
    Activation::new::<Half>("half", "z / 2", "1 / 2", DerivativeError::Ulps { f32: 0.0, f64: 0.0 }).from(origin!());

struct Half;

impl Function for Half {
    #[inline(always)]
    fn value<S: Simd, T: Elementary, const U: usize>(z: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        z * z.like(0.5)
    }

    #[inline(always)]
    fn backward<S: Simd, T: Elementary, const U: usize>(
        _: Vector<S, T, U>,
        upstream: Vector<S, T, U>,
        _: Vector<S, T, U>,
    ) -> Vector<S, T, U> {
        upstream * upstream.like(0.5)
    }

    #[inline(always)]
    fn curvature<S: Simd, T: Elementary, const U: usize>(x: Vector<S, T, U>, _: Vector<S, T, U>) -> Vector<S, T, U> {
        x.like(0.0)
    }

    fn reference(z: f64, _: f64) -> (f64, f64, f64) {
        (0.5 * z, 0.5, 0.0)
    }
}

static HALVED: Loss =
    Loss::new::<Halved>("halved", "half the squared error", "½ Σ (z - y)²", "z - y", loss::Task::Regression)
        .from(origin!());

struct Halved;

impl loss::Function for Halved {
    #[inline(always)]
    fn curvature<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        mut tangent: UnitsMut<'_, S, T>,
        _: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) {
        for i in 0..z.count() {
            tangent.set(i, tangent.read().get(i) * scale);
        }
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(
        mut z: UnitsMut<'_, S, T>,
        target: Target<'_, S, T>,
        scale: Vector<S, T>,
        _: Vector<S, T>,
    ) -> Vector<S, T> {
        let mut sum = scale.like(0.0);
        for i in 0..z.read().count() {
            let residual = z.read().get(i) - target.get(i);
            sum = residual.mul_add(residual, sum);
            z.set(i, residual * scale);
        }
        sum
    }

    #[inline(always)]
    fn value<S: Simd, T: Elementary>(
        z: Units<'_, S, T>,
        target: Target<'_, S, T>,
        _: Vector<S, T>,
    ) -> (Vector<S, T>, Vector<S, T>) {
        let mut sum = z.constant(0.0);
        for i in 0..z.count() {
            let residual = z.get(i) - target.get(i);
            sum = residual.mul_add(residual, sum);
        }
        (sum * z.constant(0.5), z.constant(0.0))
    }

    fn reference(z: &[f64], y: &[f64], _: f64) -> (f64, Vec<f64>) {
        let residuals: Vec<f64> = z.iter().zip(y).map(|(z, y)| z - y).collect();
        (0.5 * residuals.iter().map(|r| r * r).sum::<f64>(), residuals)
    }
}

static GUTTER: Landscape = Landscape::new::<Gutter>(Facts {
    name: "gutter",
    title: "gutter",
    formula: "x₁²",
    source: "nowhere",
    dimensions: Dimensions::Exactly(2),
    domain: &[(-1.0, 1.0)],
    optimum: Optimum::Minimum { value: |_| 0.0, at: |_| vec![vec![0.0, 0.0]] },
})
.from(origin!());

struct Gutter;

impl landscape::Function for Gutter {
    #[inline(always)]
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T> {
        x.get(1) * x.get(1)
    }

    #[inline(always)]
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, mut partials: Partials<'_, S, T>) {
        partials.set(0, x.constant(0.0));
        partials.set(1, x.get(1) + x.get(1));
    }

    fn reference(x: &[f64], _: &[f64]) -> (f64, Vec<f64>) {
        (x[1] * x[1], vec![0.0, 2.0 * x[1]])
    }
}

static RAMP: Generator = Generator {
    name: "ramp",
    summary: "a straight line",
    task: Task::Regression,
    parameters: &[SAMPLES],
    classes: None,
    origin: Some(origin!()),
    generate: ramp,
};

fn ramp(values: &Generated, _: u64) -> Dataset {
    let features: Vec<f64> = (0..2 * values.count("samples")).map(|i| (i / 2) as f64).collect();
    let targets = features.iter().step_by(2).map(|x| 3.0 * x).collect();
    Dataset { features, targets: Targets::Values { values: targets, outputs: 1 }, inputs: 2 }
}

static BLANK: Kind = Kind {
    name: "blank",
    summary: "nothing",
    metrics: || vec!["nothing"],
    keys: &["x_range"],
    required: 0,
    input: Input::Problem,
    table: None,
    compose: blank,
    times: None,
};

fn blank(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    Ok(Picture {
        title: chart.title_or(|| format!("{} trials", data.runs.len())),
        x: Axis::new(Scale::Linear, 0.0, 1.0),
        x_label: String::new(),
        panels: Vec::new(),
        columns: 1,
        color_bar: None,
        legend: Vec::new(),
        notes: Vec::new(),
    })
}

fn registry() -> Registry {
    Registry::builtin()
        .with_optimizer(&STEEPEST)
        .with_activation(&HALF)
        .with_loss(&HALVED)
        .with_landscape(&GUTTER)
        .with_generator(&RAMP)
        .with_figure(&BLANK)
}

fn parse_with(registry: Registry, text: &str) -> Result<Spec, InputError> {
    Spec::parse_with(&Arc::new(registry), "own.toml", text, Path::new("."), &[])
}

const OWN: &str = r#"name = "own"
problem = { kind = "ramp", samples = 40 }
network = { hidden = [3], activation = "half", loss = "halved" }
train = { steps = 5, seeds = 2 }
optimizer = [{ kind = ["steepest", "sgd"], lr = 0.01 }]
figure = [{ kind = "blank", metric = "nothing" }]
"#;

const DOWN: &str = r#"name = "down"
problem = { kind = "landscape", function = "gutter", start = [0.5, 0.5] }
train = { steps = 5 }
optimizer = [{ kind = "steepest", lr = 0.25 }]
"#;

fn plan(spec: &Spec) -> Plan {
    Plan::read(spec, Memory::unlimited()).map(|(_, _, plan)| plan).unwrap()
}

fn descriptions(plan: &Plan) -> Vec<String> {
    plan.trials.iter().map(|trial| plan.describe(&trial)).collect()
}

#[test]
fn parts_from_outside_are_trained() {
    for isa in Isa::available() {
        let rows = |text: &str| {
            let spec = parse_with(registry(), text).unwrap();
            compute(&spec, isa, 1, Memory::unlimited(), &AtomicBool::new(false)).unwrap().runs.rows
        };
        let own = rows(OWN);
        assert_eq!(own.len(), 4);
        // The rule is that of gradient descent.
        let (steepest, plain) = own.split_at(2);
        for (one, other) in steepest.iter().zip(plain) {
            assert_eq!((one.optimizer.as_str(), other.optimizer.as_str()), ("steepest", "sgd"));
            assert_eq!(one.final_train_loss, other.final_train_loss);
            assert!(one.final_train_loss < one.initial_train_loss);
        }
        // 0.5 (1 - 2 · 0.25)⁵ squared, as f32 is written.
        assert_eq!(rows(DOWN)[0].final_train_loss.map(|loss| loss as f32), Some(2.0_f32.powi(-12)));
    }
}

#[test]
fn specs_with_them_are_read_back_with_them_and_without_them_are_errors() {
    for text in [OWN, DOWN] {
        let spec = parse_with(registry(), text).unwrap();
        assert_eq!(parse_with(registry(), &spec.canonical()).unwrap(), spec);
    }
    let error = parse_with(registry(), &OWN.replace("\"steepest\"", "\"steeepst\"")).unwrap_err();
    assert!(error.to_string().contains("steepest, found"), "{error}");
    assert!(error.help().unwrap().to_string().contains("did you mean `steepest`"));
    // Each of them alone, in a spec of built-in parts.
    let builtin = [("ramp", "friedman1"), ("half", "relu"), ("halved", "mse"), ("steepest", "adam"), ("blank", "ecdf")];
    for (part, _) in builtin {
        let of_others = builtin.iter().filter(|(own, _)| *own != part);
        let text = of_others.fold(OWN.to_owned(), |text, (own, builtin)| {
            text.replace(&format!("\"{own}\""), &format!("\"{builtin}\""))
        });
        let error = parse_with(Registry::builtin(), &text).unwrap_err().to_string();
        assert!(error.contains(&format!("found {part:?}")), "{part}: {error}");
    }
}

#[test]
fn keys_name_the_package_and_version_of_a_part() {
    let package = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let own = descriptions(&plan(&parse_with(registry(), OWN).unwrap()));
    for key in ["problem.origin", "network.activation.origin", "network.loss.origin", "optimizer.origin"] {
        assert!(own[0].contains(&format!("{key} = {package:?}\n")), "{key}: {}", own[0]);
    }
    let down = descriptions(&plan(&parse_with(registry(), DOWN).unwrap()));
    assert!(down[0].contains(&format!("problem.function.origin = {package:?}\n")), "{}", down[0]);
    // The trials of a built-in optimizer among them name no package of one.
    assert!(!own[2].contains("optimizer.origin"), "{}", own[2]);
    let later = Registry::builtin().with_optimizer(&LATER).with_landscape(&GUTTER);
    let later = plan(&parse_with(later, DOWN).unwrap());
    assert_ne!(later.trials.keys(), plan(&parse_with(registry(), DOWN).unwrap()).trials.keys());
}

#[test]
#[should_panic(expected = "there is an optimizer `adam` already")]
fn a_name_cannot_be_taken_twice() {
    let _ = Registry::builtin().with_optimizer(&TAKEN);
}

#[test]
fn no_setting_has_the_name_of_a_column_of_every_table() {
    let registry = Registry::builtin();
    let own = registry.optimizers().iter().flat_map(|optimizer| optimizer.hyperparameters);
    for hyperparameter in own.chain(&thalweg::train::OPTIONS) {
        assert!(!thalweg::record::is_run_column(hyperparameter.name), "{}", hyperparameter.name);
    }
}

#[test]
#[should_panic(expected = "the hyperparameter `steps` of `stepper` has the name of a column")]
fn a_setting_cannot_have_the_name_of_a_column() {
    let _ = Registry::builtin().with_optimizer(&STEPPER);
}

#[test]
#[should_panic(expected = "`rootless` does not say where it comes from")]
fn a_part_says_where_it_comes_from() {
    let _ = Registry::builtin().with_optimizer(&ROOTLESS);
}

#[test]
fn the_guide_shows_the_example_as_it_is() {
    let (page, example) =
        (include_str!("../../guide/parts.md"), include_str!("../../examples/own-optimizer/src/main.rs"));
    let shown = &example[example.find("use std").unwrap()..];
    assert!(page.contains(&format!("```rust\n{shown}```\n")));
}
