//! Every optimizer, on every instruction set and width, in both precisions: against the papers' formulas, against
//! PyTorch, lane by lane, and to the bit between instruction sets.

use serde_json::Value;
use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::reference::Trial as Alone;
use thalweg_kernels::optimizer::{ALL, Domain, Hyperparameter, Layer, Optimizer, Update, state_arrays};

use crate::compare::{Precision, assert_same};
use crate::given::{Trial, value_of};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;
use crate::reference;

/// This many trials fill two groups of every width.
const TRIALS: usize = 32;
/// Counts around the four parameters that go through a rule together.
const PARAMETERS: [usize; 5] = [1, 3, 4, 5, 9];
const STEPS: usize = 30;
/// What alarms hold before: anything finite must stay as it is.
const CALM: f64 = 0.375;

/// How a trial went.
struct Run<T> {
    /// `[step][parameter]`, after each update.
    weights: Vec<Vec<T>>,
    alarm: T,
}

/// Those that see one parameter at a time.
fn rules() -> impl Iterator<Item = &'static Optimizer> {
    ALL.iter().copied().filter(|optimizer| optimizer.is_rule())
}

/// Trains the trials, in blocks of `groups` groups.
fn run<T: Precision>(optimizer: &Optimizer, isa: Isa, groups: usize, trials: &[Trial]) -> Vec<Run<T>> {
    let lanes = isa.lanes::<T>();
    trials.chunks_exact(groups * lanes).flat_map(|block| run_block(optimizer, isa, groups, block)).collect()
}

fn run_block<T: Precision>(optimizer: &Optimizer, isa: Isa, groups: usize, trials: &[Trial]) -> Vec<Run<T>> {
    let (lanes, parameters) = (isa.lanes::<T>(), trials[0].start.len());
    let layout = |numbers: &dyn Fn(&Trial) -> Vec<f64>| -> Vec<T> {
        let rounded = |trial: &Trial| numbers(trial).into_iter().map(T::from_f64).collect::<Vec<T>>();
        trials
            .chunks_exact(lanes)
            .flat_map(|group| interleave(&group.iter().map(rounded).collect::<Vec<_>>()))
            .collect()
    };
    let mut weights = layout(&|trial| trial.start.clone());
    let mut state = vec![T::default(); weights.len() * optimizer.state];
    optimizer.begin(&weights, &mut state);
    let mut alarm = vec![T::from_f64(CALM); trials.len()];
    let mut products = vec![vec![1.0; optimizer.products]; trials.len()];
    let mut runs: Vec<Run<T>> = alarm.iter().map(|alarm| Run { weights: vec![], alarm: *alarm }).collect();
    for step in 0..trials[0].gradients.len() {
        let mut fresh = Vec::new();
        for (trial, products) in trials.iter().zip(&mut products) {
            let mut coefficients = vec![T::default().to_f64(); optimizer.coefficients];
            optimizer.advance(&trial.hyperparameters, products, &mut coefficients);
            fresh.push(coefficients.into_iter().map(T::from_f64).collect::<Vec<T>>());
        }
        let update = Update {
            groups,
            weights: &mut weights,
            gradient: &layout(&|trial| trial.gradients[step].clone()),
            state: state_arrays(&mut state, parameters * trials.len()),
            range: 0..parameters,
            coefficients: &fresh.chunks_exact(lanes).flat_map(interleave).collect::<Vec<T>>(),
            alarm: &mut alarm,
        };
        let raised = optimizer.update(isa, update);
        assert_eq!(raised, alarm.iter().any(|alarm| !alarm.is_finite()));
        let separated = weights.chunks_exact(parameters * lanes).flat_map(|group| separate(group, lanes));
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
            Domain::Number { high: (1.0, _), .. } => [h.default, 0.5, 0.0, 0.98, 0.7][index % 5],
            Domain::Number { .. } if h.default == 0.0 => [0.0, 0.3][index / 2 % 2],
            Domain::Number { .. } => h.default * [1.0, 1e4][index / 2 % 2],
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
fn check_against_reference<T: Precision>(optimizer: &Optimizer, isa: Isa, parameters: usize, tolerance: f64) {
    let trials = trials::<T>(optimizer, parameters);
    for (trial, run) in trials.iter().zip(run::<T>(optimizer, isa, 1, &trials)) {
        assert!(run.alarm == T::from_f64(CALM));
        for p in 0..parameters {
            let layers = [Layer::vector(1)];
            let mut alone = Alone::new(optimizer, &trial.hyperparameters, &layers, &trial.start[p..=p]);
            let mut largest = 0.0_f64;
            for (step, got) in run.weights.iter().enumerate() {
                alone.step(&trial.gradients[step][p..=p]);
                let w = alone.weights[0];
                largest = largest.max(w.abs()).max(trial.start[p].abs());
                let error = (got[p].to_f64() - w).abs() / largest;
                let h = &trial.hyperparameters;
                assert!(error <= tolerance, "{optimizer:?} {h:?} {isa:?}: {error:e} after step {}", step + 1);
            }
        }
    }
}

#[test]
fn every_optimizer_agrees_with_its_reference() {
    for isa in Isa::available() {
        for optimizer in rules() {
            for parameters in PARAMETERS {
                // RAdam subtracts neighbours of 2000: ρ is good to 12 digits.
                check_against_reference::<f64>(optimizer, isa, parameters, 1e-12);
                check_against_reference::<f32>(optimizer, isa, parameters, 2e-5);
            }
        }
    }
}

/// PyTorch's optimizers, and optax's where PyTorch has none, on given gradients.
#[test]
fn every_optimizer_agrees_with_torch_or_optax() {
    let files = ["optimizer_torch.json", "optimizer_optax.json", "optimizer_schedulefree.json"].map(reference::read);
    for optimizer in rules() {
        let of = |file: &'static usize| -> Vec<&Value> {
            let runs = files[*file]["runs"].as_array().unwrap().iter();
            runs.filter(|run| run["optimizer"]["name"] == optimizer.name).collect()
        };
        let runs: Vec<_> =
            [0, 1, 2].iter().flat_map(|file| of(file).into_iter().map(move |run| (*file, run))).collect();
        assert!(!runs.is_empty(), "no numbers of others for {optimizer:?}");
        for (file, run_of_others) in runs {
            let start = reference::numbers(&files[file]["w0"]);
            let gradients: Vec<_> =
                files[file]["gradients"].as_array().unwrap().iter().map(reference::numbers).collect();
            let settings = &run_of_others["optimizer"];
            for setting in settings.as_object().unwrap().keys().filter(|key| *key != "name") {
                assert!(optimizer.hyperparameters.iter().any(|h| h.name == setting), "{optimizer:?} has no {setting}");
            }
            let hyperparameters = optimizer.hyperparameters.iter().map(|h| value_of(h, settings)).collect();
            let trial = Trial { hyperparameters, start, gradients };
            for isa in Isa::available() {
                for run in run::<f64>(optimizer, isa, 1, &vec![trial.clone(); TRIALS]) {
                    let logged = reference::numbers(&files[file]["logged_steps"]);
                    for (step, want) in logged.iter().zip(run_of_others["w"].as_array().unwrap()) {
                        let got = &run.weights[*step as usize - 1];
                        for (p, want) in reference::numbers(want).iter().enumerate() {
                            let largest = run.weights.iter().fold(1.0, |a: f64, w| a.max(w[p].abs()));
                            let error = (got[p] - want).abs() / largest;
                            // The package computes y without x, which rounds otherwise.
                            let tolerance = if file == 2 { 1e-12 } else { 1e-14 };
                            assert!(
                                error <= tolerance,
                                "{optimizer:?} {isa:?}: {error:e} after step {step}, {settings}"
                            );
                        }
                    }
                }
            }
        }
    }
}

/// Neither the instruction set nor the number of groups in a block may change a bit.
fn has_the_same_bits_everywhere<T: Precision>() {
    for optimizer in rules() {
        for parameters in PARAMETERS {
            let mut trials = trials::<T>(optimizer, parameters);
            // Numbers of every exponent, NaN and infinities too.
            let mut numbers = Numbers::new(11);
            for trial in &mut trials[TRIALS - 5..] {
                trial.gradients[3].fill_with(|| T::from_pattern(numbers.bits()).to_f64());
            }
            let want = run::<T>(optimizer, Isa::available()[0], 1, &trials);
            for isa in Isa::available() {
                for groups in [1, 2] {
                    for (got, want) in run::<T>(optimizer, isa, groups, &trials).iter().zip(&want) {
                        let what = || format!("{optimizer:?} of {parameters} parameters, {isa:?}, {groups} groups");
                        assert_same(&got.weights.concat(), &want.weights.concat(), what);
                        assert_same(&[got.alarm], &[want.alarm], what);
                    }
                }
            }
        }
    }
}

#[test]
fn every_optimizer_has_the_same_bits_everywhere_in_f32() {
    has_the_same_bits_everywhere::<f32>();
}

#[test]
fn every_optimizer_has_the_same_bits_everywhere_in_f64() {
    has_the_same_bits_everywhere::<f64>();
}

/// A trial alone, vectorised along its parameters, has the bits that it has in a block.
fn single_is_as_in_a_block<T: Precision>() {
    for optimizer in rules() {
        for parameters in [1, 7, 37] {
            let trials = trials::<T>(optimizer, parameters);
            let want = &run::<T>(optimizer, Isa::available()[0], 1, &trials)[9];
            let trial = &trials[9];
            for isa in Isa::available() {
                let mut weights: Vec<T> = trial.start.iter().map(|w| T::from_f64(*w)).collect();
                let mut state = vec![T::default(); parameters * optimizer.state];
                optimizer.begin(&weights, &mut state);
                let (mut products, mut fresh) = (vec![1.0; optimizer.products], vec![0.0; optimizer.coefficients]);
                let mut alarm = T::from_f64(CALM);
                for (step, gradient) in trial.gradients.iter().enumerate() {
                    optimizer.advance(&trial.hyperparameters, &mut products, &mut fresh);
                    // In two parts, like layers with learning rates of their own.
                    for range in [0..parameters / 3, parameters / 3..parameters] {
                        let single = Update {
                            groups: 1,
                            weights: &mut weights,
                            gradient: &gradient.iter().map(|g| T::from_f64(*g)).collect::<Vec<T>>(),
                            state: state_arrays(&mut state, parameters),
                            range,
                            coefficients: &fresh.iter().map(|c| T::from_f64(*c)).collect::<Vec<T>>(),
                            alarm: std::slice::from_mut(&mut alarm),
                        };
                        let raised = optimizer.update(isa, single);
                        assert_eq!(raised, !alarm.is_finite());
                    }
                    assert_same(&weights, &want.weights[step], || format!("{optimizer:?} {isa:?}, {parameters}"));
                }
                assert!(alarm == T::from_f64(CALM));
            }
        }
    }
}

#[test]
fn every_optimizer_has_the_bits_of_a_block_alone() {
    single_is_as_in_a_block::<f32>();
    single_is_as_in_a_block::<f64>();
}

/// A quadratic with its minimum at 1, from 0: w ← w - … takes every optimizer there at a learning rate that suits it.
#[test]
fn every_optimizer_reaches_the_minimum_of_a_quadratic() {
    let curvatures = [0.5, 1.0, 3.0];
    for optimizer in rules() {
        // Adadelta's steps grow from √ε, Adagrad's shrink as 1/√t, and those of a sign stay as they are.
        let (lr, tolerance) = match optimizer.name {
            "adadelta" => (1.0, 1e-2),
            "adagrad" => (0.5, 1e-6),
            "lion" => (1e-3, 4e-3),
            "sgd" | "momentum" | "nesterov" => (0.05, 1e-6),
            _ => (1e-2, 2e-2),
        };
        let mut hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(|h| h.default).collect();
        hyperparameters[0] = lr;
        let mut weights = [0.0; 3];
        let mut state = vec![0.0; 3 * optimizer.state];
        optimizer.begin(&weights, &mut state);
        let (mut products, mut fresh, mut alarm) =
            (vec![1.0; optimizer.products], vec![0.0; optimizer.coefficients], 0.0);
        for _ in 0..5000 {
            optimizer.advance(&hyperparameters, &mut products, &mut fresh);
            let gradient: [f64; 3] = std::array::from_fn(|at| curvatures[at] * (weights[at] - 1.0));
            let (weights, state, coefficients) = (&mut weights, state_arrays(&mut state, 3), &fresh);
            let (gradient, range, alarm) = (&gradient, 0..3, std::slice::from_mut(&mut alarm));
            let step = Update { groups: 1, weights, gradient, state, range, coefficients, alarm };
            assert!(!optimizer.update(Isa::best(), step));
        }
        assert!(alarm == 0.0 && weights.iter().all(|w| (w - 1.0).abs() <= tolerance), "{optimizer:?}: {weights:?}");
    }
}

/// Every hyperparameter at the ends of its domain: numbers come out as they do, and nothing panics.
#[test]
fn the_ends_of_every_domain_are_survived() {
    for optimizer in rules() {
        let base = trials::<f64>(optimizer, 4)[1].clone();
        for (at, h) in optimizer.hyperparameters.iter().enumerate() {
            let ends = match h.domain {
                Domain::Choice(names) => [0.0, (names.len() - 1) as f64],
                Domain::Number { low, high } => {
                    let low = if low.1 { low.0 } else { low.0.next_up() };
                    [low, if high.1 { high.0 } else { high.0.next_down() }]
                }
            };
            for end in ends {
                let mut trial = base.clone();
                trial.hyperparameters[at] = end;
                for isa in Isa::available() {
                    let run = &run::<f64>(optimizer, isa, 1, &vec![trial.clone(); TRIALS])[0];
                    assert_eq!(run.weights.len(), STEPS, "{optimizer:?}: {} = {end}", h.name);
                    assert_eq!(
                        run.alarm.is_nan(),
                        run.weights.iter().flatten().any(|w| !w.is_finite()),
                        "{optimizer:?}: {} = {end}",
                        h.name
                    );
                }
            }
        }
    }
}

/// Trials that differ in one hyperparameter take different paths, each as it would among neighbours like itself.
#[test]
fn every_hyperparameter_is_its_lanes_own() {
    for isa in Isa::available() {
        for optimizer in rules() {
            let base = Trial {
                // Where ε stands makes no difference to weights of order 1 if it is too small.
                hyperparameters: optimizer
                    .hyperparameters
                    .iter()
                    .map(|h| h.default.max(if h.name == "eps" { 1e-3 } else { 0.0 }))
                    .collect(),
                ..trials::<f64>(optimizer, 5)[1].clone()
            };
            // With a learning rate that does not change, its power makes no difference to an average.
            let own = optimizer.hyperparameters.iter().enumerate().filter(|(_, h)| h.name != "lr_power");
            for (at, h) in own {
                let mut trials = vec![base.clone(); TRIALS];
                for (index, trial) in trials.iter_mut().enumerate() {
                    trial.hyperparameters[at] = match h.domain {
                        Domain::Choice(names) => (index % names.len()) as f64,
                        // Such that RAdam rectifies.
                        Domain::Number { .. } if h.name == "beta2" => 0.9 + 0.003 * index as f64,
                        Domain::Number { .. } => 0.02 * (1.0 + index as f64),
                    };
                }
                let mixed = run::<f64>(optimizer, isa, 2, &trials);
                for (index, trial) in trials.iter().enumerate() {
                    let alone = &run::<f64>(optimizer, isa, 1, &vec![trial.clone(); TRIALS])[0];
                    let what = || format!("{optimizer:?} {isa:?}: {} of trial {index}", h.name);
                    assert_same(&mixed[index].weights.concat(), &alone.weights.concat(), what);
                    // Signs are often the same.
                    let next = &mixed[(index + if optimizer.name == "lion" { TRIALS / 2 } else { 1 }) % TRIALS];
                    assert_ne!(mixed[index].weights, next.weights, "{}", what());
                }
            }
        }
    }
}

#[test]
fn a_weight_that_is_not_finite_alarms_its_lane_and_no_other() {
    let mut numbers = Numbers::new(12);
    for isa in Isa::available() {
        for optimizer in rules() {
            for parameters in PARAMETERS {
                for p in 0..parameters {
                    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                        let mut trials = trials::<f32>(optimizer, parameters);
                        trials.iter_mut().for_each(|trial| trial.gradients.truncate(2));
                        let culprit = numbers.below(TRIALS);
                        trials[culprit].gradients[1][p] = bad;
                        for (trial, run) in run::<f32>(optimizer, isa, 2, &trials).iter().enumerate() {
                            let what = format!("{optimizer:?} {isa:?}: {bad} for {p} of trial {culprit}, at {trial}");
                            assert_eq!(run.alarm.is_nan(), trial == culprit, "{what}");
                            assert!(trial == culprit || run.alarm == CALM as f32, "{what}");
                        }
                    }
                }
            }
        }
    }
}

/// Adam's variants, without its recursion: m = (1 - β1) Σ β1^(t-i) gᵢ, c = (1 - β2) Σ β2^(t-i) gᵢ².
#[test]
fn adam_has_its_variants() {
    let adam = Optimizer::named("adam").unwrap();
    let index = |name: &str| adam.hyperparameters.iter().position(|h| h.name == name).unwrap();
    let choice = |name: &str, value: f64| match adam.hyperparameters[index(name)].domain {
        Domain::Choice(names) => names[value as usize],
        Domain::Number { .. } => panic!("{name} is a choice"),
    };
    let (lr, beta1, beta2, eps) = (0.02, 0.8, 0.95, 0.3);
    for (placement, correction) in [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)] {
        let mut trial = trials::<f64>(adam, 5)[0].clone();
        let settings = [("lr", lr), ("beta1", beta1), ("beta2", beta2), ("eps", eps)];
        for (name, value) in
            settings.into_iter().chain([("epsilon_placement", placement), ("bias_correction", correction)])
        {
            trial.hyperparameters[index(name)] = value;
        }
        let trials = vec![trial.clone(); TRIALS];
        let runs: Vec<_> = Isa::available().into_iter().map(|isa| (isa, run::<f64>(adam, isa, 1, &trials))).collect();
        for p in 0..5 {
            let mut want = trial.start[p];
            let g = |i: usize| trial.gradients[i][p];
            for t in 1..=STEPS {
                let mean = |beta: f64, term: &dyn Fn(usize) -> f64| {
                    let sum: f64 = (0..t).map(|i| beta.powi((t - 1 - i) as i32) * term(i)).sum();
                    let corrected = choice("bias_correction", correction) == "true";
                    sum * (1.0 - beta) / if corrected { 1.0 - beta.powi(t as i32) } else { 1.0 }
                };
                let (m, c) = (mean(beta1, &g), mean(beta2, &|i| g(i) * g(i)));
                let inside = choice("epsilon_placement", placement) == "inside";
                want -= lr * m / if inside { (c + eps).sqrt() } else { c.sqrt() + eps };
                for (isa, runs) in &runs {
                    let got = runs[0].weights[t - 1][p];
                    assert!((got - want).abs() <= 1e-13, "{placement} {correction} {isa:?}: {got} {want} at {t}");
                }
            }
        }
    }
}

#[test]
fn metadata_is_sound() {
    for optimizer in rules() {
        assert_eq!(Optimizer::named(optimizer.name).unwrap().name, optimizer.name);
        assert_eq!(ALL.iter().filter(|other| other.name == optimizer.name).count(), 1);
        assert_eq!(optimizer.hyperparameters[0].name, "lr");
        for h in optimizer.hyperparameters {
            assert_eq!(optimizer.hyperparameters.iter().filter(|other| other.name == h.name).count(), 1);
            let inside = match h.domain {
                Domain::Number { low: (low, closed), high: (high, closed_above) } => {
                    let above = if closed { h.default >= low } else { h.default > low };
                    above && if closed_above { h.default <= high } else { h.default < high }
                }
                Domain::Choice(names) => h.default == 0.0 && !names.is_empty(),
            };
            assert!(inside, "{optimizer:?} {}: {}", h.name, h.default);
        }
    }
}
