//! Every optimizer that sees more than one number, on every instruction set and width, in both precisions: against the
//! papers' formulas, against optax and PyTorch, lane by lane, and to the bit between instruction sets.

use std::ops::Range;

use serde_json::Value;
use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::reference::Trial as Alone;
use thalweg_kernels::optimizer::{
    ALL, Block, Domain, Frame, Hyperparameter, Layer, Optimizer, Oracle, Room, Sample, Settings, state_arrays,
};

use thalweg_kernels::product::{self, Products};

use crate::compare::{Precision, assert_same};
use crate::given::{Trial, value_of};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;
use crate::reference;

/// This many trials fill two groups of every width.
const TRIALS: usize = 32;
const STEPS: usize = 12;
/// What alarms hold before: anything finite must stay as it is.
const CALM: f64 = 0.375;

/// `[step][parameter]`, after each update, and the alarm at the end.
struct Run<T> {
    weights: Vec<Vec<T>>,
    alarm: T,
}

/// The gradient is given, and nobody asks for another.
struct Silent;

impl<T> Oracle<T> for Silent {
    fn batch(&self) -> Sample {
        Sample::All
    }

    fn gradient(&mut self, _: Sample, _: &[T], _: &mut [T]) {
        panic!("no method asks for gradients here")
    }

    fn hessian_product(&mut self, _: Sample, _: &[T], _: &[T], _: &mut [T]) {
        panic!("no method asks for products here")
    }
}

/// Those that are no rules.
fn methods() -> impl Iterator<Item = &'static Optimizer> {
    ALL.iter().copied().filter(|optimizer| !optimizer.is_rule())
}

/// Layers of these rows and columns, with biases or without.
fn layers(shapes: &[(usize, usize, bool)]) -> Vec<Layer> {
    let mut end = 0;
    let mut take = |count: usize| -> Range<usize> {
        end += count;
        end - count..end
    };
    let place = |(rows, columns, biased): &(usize, usize, bool)| {
        let weights = take(rows * columns);
        Layer { weights, rows: *rows, columns: *columns, bias: take(if *biased { *rows } else { 0 }) }
    };
    shapes.iter().map(place).collect()
}

/// Shapes of networks: wide and tall layers, with and without biases, single rows and columns.
fn shapes() -> Vec<Vec<Layer>> {
    let all: [&[(usize, usize, bool)]; 4] = [
        &[(1, 1, false)],
        &[(5, 2, true), (5, 5, true), (1, 5, true)],
        &[(3, 7, false), (4, 3, false)],
        &[(4, 1, true), (3, 4, true)],
    ];
    all.iter().map(|shapes| layers(shapes)).collect()
}

fn parameters(layers: &[Layer]) -> usize {
    layers.last().map_or(0, |layer| layer.bias.end)
}

/// Trains the trials, in blocks of `groups` groups of `lanes`.
fn run<T: Precision>(
    optimizer: &Optimizer,
    isa: Isa,
    [groups, lanes]: [usize; 2],
    layers: &[Layer],
    trials: &[Trial],
) -> Vec<Run<T>> {
    let mut room = Room::default();
    let mut multiply = if lanes == 1 { product::dense(isa) } else { product::population(isa) };
    trials
        .chunks_exact(groups * lanes)
        .flat_map(|block| run_block(optimizer, Frame { isa, groups, lanes, layers }, block, &mut room, &mut *multiply))
        .collect()
}

fn run_block<T: Precision>(
    optimizer: &Optimizer,
    frame: Frame<'_>,
    trials: &[Trial],
    room: &mut Room,
    multiply: &mut dyn Products<T>,
) -> Vec<Run<T>> {
    let layout = |numbers: &dyn Fn(&Trial) -> Vec<f64>| -> Vec<T> {
        let rounded = |trial: &Trial| numbers(trial).into_iter().map(T::from_f64).collect::<Vec<T>>();
        let groups = trials.chunks_exact(frame.lanes);
        groups.flat_map(|group| interleave(&group.iter().map(rounded).collect::<Vec<_>>())).collect()
    };
    let mut weights = layout(&|trial| trial.start.clone());
    let size = weights.len();
    let mut arrays = vec![T::from_f64(f64::NAN); size * (optimizer.state + optimizer.scratch)];
    optimizer.begin(&weights, &mut arrays);
    let mut alarm = vec![T::from_f64(CALM); trials.len()];
    let mut products = vec![1.0; trials.len() * optimizer.products];
    let values: Vec<f64> = trials.iter().flat_map(|trial| trial.hyperparameters.clone()).collect();
    let rates = vec![1.0; trials.len() * frame.layers.len()];
    let settings = Settings::new(&values, optimizer.hyperparameters.len(), &rates, frame.layers.len());
    let mut runs: Vec<Run<T>> = alarm.iter().map(|alarm| Run { weights: vec![], alarm: *alarm }).collect();
    for step in 0..trials[0].gradients.len() {
        let block = Block {
            frame,
            step: step as u64 + 1,
            weights: &mut weights,
            gradient: &layout(&|trial| trial.gradients[step].clone()),
            arrays: state_arrays(&mut arrays, size),
            settings,
            products: &mut products,
            multiply: &mut *multiply,
            alarm: &mut alarm,
            oracle: &mut Silent,
        };
        optimizer.step(block, room);
        let separated = weights.chunks_exact(size / frame.groups).flat_map(|group| separate(group, frame.lanes));
        runs.iter_mut().zip(separated).for_each(|(run, weights)| run.weights.push(weights));
    }
    runs.iter_mut().zip(alarm).for_each(|(run, alarm)| run.alarm = alarm);
    runs
}

/// Trials that differ in every hyperparameter: numbers across their domains, and every choice.
fn trials<T: Precision>(optimizer: &Optimizer, parameters: usize) -> Vec<Trial> {
    let mut numbers = Numbers::new(parameters as u64);
    let round = |x: f64| T::from_f64(x).to_f64();
    let trial = |index: usize| {
        let value = |(at, h): (usize, &Hyperparameter)| match h.domain {
            Domain::Choice(names) => ((index >> (at % 3)) % names.len()) as f64,
            Domain::Number { .. } if h.name == "lr" => 0.01 * (1.0 + index as f64 / 8.0),
            Domain::Number { .. } if h.name == "ns_steps" => [h.default, 3.0, 0.0][index % 3],
            Domain::Number { high: (1.0, _), .. } => [h.default, 0.5, 0.0, 0.98, 0.7][index % 5],
            Domain::Number { .. } if h.default == 0.0 => [0.0, 0.3][index / 2 % 2],
            Domain::Number { .. } => h.default * [1.0, 1e2][index / 2 % 2],
        };
        let mut numbers_of = |size: f64| (0..parameters).map(|_| round(size * numbers.normal())).collect::<Vec<f64>>();
        Trial {
            hyperparameters: optimizer.hyperparameters.iter().enumerate().map(value).collect(),
            start: numbers_of(1.0),
            gradients: (0..STEPS).map(|step| numbers_of([1.0, 1e-3, 10.0][step % 3])).collect(),
        }
    };
    (0..TRIALS).map(trial).collect()
}

/// Fails where a run differs from the formulas by more than `tolerance` times its largest weight: far below one step.
fn check_against_reference<T: Precision>(optimizer: &Optimizer, isa: Isa, layers: &[Layer], tolerance: f64) {
    let trials = trials::<T>(optimizer, parameters(layers));
    for (trial, run) in trials.iter().zip(run::<T>(optimizer, isa, [1, isa.lanes::<T>()], layers, &trials)) {
        assert!(run.alarm == T::from_f64(CALM));
        let mut alone = Alone::new(optimizer, &trial.hyperparameters, layers, &trial.start);
        let mut largest = trial.start.iter().fold(0.0_f64, |largest, w| largest.max(w.abs()));
        for (step, (gradient, got)) in trial.gradients.iter().zip(&run.weights).enumerate() {
            alone.step(gradient);
            largest = alone.weights.iter().fold(largest, |largest, w| largest.max(w.abs()));
            for (got, want) in got.iter().zip(&alone.weights) {
                let (error, h) = ((got.to_f64() - want).abs() / largest, &trial.hyperparameters);
                assert!(error <= tolerance, "{optimizer:?} {h:?} {isa:?}: {error:e} after step {}", step + 1);
            }
        }
    }
}

#[test]
fn every_method_agrees_with_its_reference() {
    for isa in Isa::available() {
        for optimizer in methods() {
            for layers in shapes() {
                check_against_reference::<f64>(optimizer, isa, &layers, 1e-12);
                check_against_reference::<f32>(optimizer, isa, &layers, 1e-4);
            }
        }
    }
}

/// Neither the instruction set nor the number of groups in a block, nor being alone, may change a bit.
fn has_the_same_bits_everywhere<T: Precision>() {
    for optimizer in methods() {
        for layers in shapes() {
            let mut trials = trials::<T>(optimizer, parameters(&layers));
            // Numbers of every exponent, NaN and infinities too.
            let mut numbers = Numbers::new(11);
            for trial in &mut trials[TRIALS - 5..] {
                trial.gradients[3].fill_with(|| T::from_pattern(numbers.bits()).to_f64());
            }
            let first = Isa::available()[0];
            let want = run::<T>(optimizer, first, [1, first.lanes::<T>()], &layers, &trials);
            for isa in Isa::available() {
                for form in [[1, isa.lanes::<T>()], [2, isa.lanes::<T>()], [1, 1]] {
                    for (got, want) in run::<T>(optimizer, isa, form, &layers, &trials).iter().zip(&want) {
                        let what = || format!("{optimizer:?} of {} layers, {isa:?}, {form:?}", layers.len());
                        assert_same(&got.weights.concat(), &want.weights.concat(), what);
                        assert_same(&[got.alarm], &[want.alarm], what);
                    }
                }
            }
        }
    }
}

#[test]
fn every_method_has_the_same_bits_everywhere_in_f32() {
    has_the_same_bits_everywhere::<f32>();
}

#[test]
fn every_method_has_the_same_bits_everywhere_in_f64() {
    has_the_same_bits_everywhere::<f64>();
}

/// optax and PyTorch, on given gradients of two layers.
#[test]
fn every_method_agrees_with_others() {
    let file = reference::read("methods.json");
    let shape = |layer: &Value| {
        let [rows, columns] = ["rows", "columns"].map(|key| layer[key].as_u64().unwrap() as usize);
        (rows, columns, true)
    };
    let layers = layers(&file["layers"].as_array().unwrap().iter().map(shape).collect::<Vec<_>>());
    let gradients: Vec<_> = file["gradients"].as_array().unwrap().iter().map(reference::numbers).collect();
    for optimizer in methods() {
        let runs = file["runs"].as_array().unwrap().iter().filter(|run| run["optimizer"]["name"] == optimizer.name);
        let mut count = 0;
        for others in runs {
            let settings = &others["optimizer"];
            for setting in settings.as_object().unwrap().keys().filter(|key| *key != "name") {
                assert!(optimizer.hyperparameters.iter().any(|h| h.name == setting), "{optimizer:?} has no {setting}");
            }
            let hyperparameters = optimizer.hyperparameters.iter().map(|h| value_of(h, settings)).collect();
            let trial = Trial { hyperparameters, start: reference::numbers(&file["w0"]), gradients: gradients.clone() };
            for isa in Isa::available() {
                let form = [1, isa.lanes::<f64>()];
                let run = &run::<f64>(optimizer, isa, form, &layers, &vec![trial.clone(); TRIALS])[TRIALS - 1];
                let logged = reference::numbers(&file["logged_steps"]);
                for (step, want) in logged.iter().zip(others["w"].as_array().unwrap()) {
                    for (got, want) in run.weights[*step as usize - 1].iter().zip(reference::numbers(want)) {
                        let error = (got - want).abs() / want.abs().max(1.0);
                        assert!(error <= 1e-12, "{optimizer:?} {isa:?}: {error:e} after step {step}, {settings}");
                    }
                }
            }
            count += 1;
        }
        assert!(count > 0, "no numbers of others for {optimizer:?}");
    }
}

/// Trials that differ in one hyperparameter take different paths, each as it would among neighbours like itself.
#[test]
fn every_hyperparameter_is_its_lanes_own() {
    let layers = layers(&[(5, 2, true), (4, 5, true), (1, 4, true)]);
    for isa in Isa::available() {
        for optimizer in methods() {
            let base = &trials::<f64>(optimizer, parameters(&layers))[1];
            for at in 0..optimizer.hyperparameters.len() {
                let mut other = base.clone();
                other.hyperparameters[at] = match optimizer.hyperparameters[at].domain {
                    Domain::Choice(names) => (base.hyperparameters[at] + 1.0) % names.len() as f64,
                    Domain::Number { .. } if optimizer.hyperparameters[at].name == "ns_steps" => 2.0,
                    Domain::Number { high, .. } => (base.hyperparameters[at] * 0.5 + 0.1).min(high.0),
                };
                let mixed: Vec<Trial> =
                    (0..TRIALS).map(|i| if i % 3 == 0 { other.clone() } else { base.clone() }).collect();
                let form = [1, isa.lanes::<f64>()];
                let mixed = run::<f64>(optimizer, isa, form, &layers, &mixed);
                let alone = [base, &other].map(|trial| {
                    run::<f64>(optimizer, isa, form, &layers, &vec![trial.clone(); TRIALS]).swap_remove(0).weights
                });
                let what = || format!("{optimizer:?}: {}", optimizer.hyperparameters[at].name);
                assert!(alone[0] != alone[1], "{} changes nothing", what());
                for (i, run) in mixed.iter().enumerate() {
                    assert_same(&run.weights.concat(), &alone[usize::from(i % 3 == 0)].concat(), what);
                }
            }
        }
    }
}

/// A matrix of one row has one singular value: five quintic steps take it from 1 to 0.6964364, whatever the gradient, so
/// that a step is one of normalised gradient descent.
#[test]
fn muon_normalises_the_gradient_of_a_single_output() {
    let optimizer = Optimizer::named("muon").unwrap();
    let layers = layers(&[(1, 9, false)]);
    let mut hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(|h| h.default).collect();
    let at = |name: &str| optimizer.hyperparameters.iter().position(|h| h.name == name).unwrap();
    (hyperparameters[at("lr")], hyperparameters[at("momentum")]) = (0.3, 0.0);
    let mut numbers = Numbers::new(5);
    let gradients: Vec<Vec<f64>> = (0..4).map(|_| (0..9).map(|_| 10.0 * numbers.normal()).collect()).collect();
    let trial = Trial { hyperparameters, start: vec![0.5; 9], gradients };
    for isa in Isa::available() {
        let run = &run::<f64>(optimizer, isa, [1, isa.lanes::<f64>()], &layers, &vec![trial.clone(); TRIALS])[3];
        let mut expected = trial.start.clone();
        for (gradient, weights) in trial.gradients.iter().zip(&run.weights) {
            let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
            expected.iter_mut().zip(gradient).for_each(|(w, g)| *w -= 0.3 * 0.6964364 * g / norm);
            for (got, want) in weights.iter().zip(&expected) {
                assert!((got - want).abs() < 1e-6, "{isa:?}: {got}, not {want}");
            }
        }
    }
}
