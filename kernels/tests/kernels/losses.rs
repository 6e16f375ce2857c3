//! Every loss, on every instruction set and width, in both precisions: value and gradient against the f64 twin, PyTorch
//! and finite differences; accuracy and alarm at the edges; and to the bit between instruction sets.

use std::sync::LazyLock;

use thalweg_kernels::Isa;
use thalweg_kernels::loss::{ALL, Gradient, Loss, Task, Value};
use thalweg_kernels::product::Input;

use crate::compare::{Precision, assert_same};
use crate::lanes::{interleave, separate};
use crate::numbers::Numbers;
use crate::reference;

/// This many trials fill whole registers of every width.
const TRIALS: usize = 16;
/// What alarms hold before: anything finite must stay as it is.
const CALM: f64 = 0.375;

/// Outputs and targets of some examples.
struct Case {
    loss: &'static Loss,
    units: usize,
    scale: f64,
    /// Per trial `[example][unit]`.
    outputs: Vec<Vec<f64>>,
    /// Per trial, or once for all of them.
    targets: Vec<Vec<f64>>,
}

/// What kernels make of a case, per trial.
struct Results<T> {
    gradient: Vec<Vec<T>>,
    losses: Vec<Vec<T>>,
    correct: Vec<Vec<T>>,
    alarm: Vec<T>,
}

/// Other values of Huber's δ.
static SETTINGS: LazyLock<[Loss; 2]> =
    LazyLock::new(|| [0.25, 3.0].map(|delta| Loss::named("huber").unwrap().with(delta)));

/// Every loss with its default, and some with other values.
fn all() -> impl Iterator<Item = &'static Loss> {
    ALL.iter().copied().chain(SETTINGS.iter())
}

/// How many outputs a loss is tested with.
fn units(loss: &Loss) -> &'static [usize] {
    match loss.task {
        Task::Regression => &[1, 2, 5],
        Task::Binary => &[1],
        Task::Multiclass | Task::Distribution => &[2, 3, 10],
    }
}

/// The target of an example.
fn random_target(loss: &Loss, units: usize, numbers: &mut Numbers) -> Vec<f64> {
    match loss.task {
        Task::Regression => (0..units).map(|_| numbers.normal()).collect(),
        Task::Binary => vec![numbers.below(2) as f64],
        Task::Multiclass => vec![numbers.below(units) as f64],
        Task::Distribution if numbers.below(2) == 0 => one_hot(numbers.below(units), units),
        Task::Distribution => {
            let shares: Vec<f64> = (0..units).map(|_| numbers.uniform()).collect();
            let sum: f64 = shares.iter().sum();
            shares.iter().map(|share| share / sum).collect()
        }
    }
}

fn one_hot(label: usize, units: usize) -> Vec<f64> {
    (0..units).map(|i| f64::from(u8::from(i == label))).collect()
}

impl Case {
    /// A case of one example or more, with outputs from `draw`, rounded to `T`, and targets of their own for each
    /// trial.
    fn new<T: Precision>(
        loss: &'static Loss,
        units: usize,
        examples: usize,
        numbers: &mut Numbers,
        mut draw: impl FnMut(&mut Numbers) -> f64,
    ) -> Self {
        let round = |x: f64| T::from_f64(x).to_f64();
        let outputs = (0..TRIALS).map(|_| (0..examples * units).map(|_| round(draw(numbers))).collect()).collect();
        let mut target = || random_target(loss, units, numbers).into_iter().map(round).collect::<Vec<_>>();
        let targets = (0..TRIALS).map(|_| (0..examples).flat_map(|_| target()).collect()).collect();
        Self { loss, units, scale: round(1.0 / examples as f64), outputs, targets }
    }

    /// Cases of every loss, with as many units as it may have and outputs of several sizes.
    fn all<T: Precision>() -> Vec<Self> {
        let mut numbers = Numbers::new(5);
        let mut cases = Vec::new();
        for loss in all() {
            for units in units(loss) {
                for (examples, size) in [(1, 1.0), (7, 0.01), (7, 1.0), (7, 8.0), (3, 40.0)] {
                    cases.push(Self::new::<T>(loss, *units, examples, &mut numbers, |n| size * n.normal()));
                }
            }
        }
        cases
    }

    fn run<T: Precision>(&self, isa: Isa) -> Results<T> {
        let lanes = isa.lanes::<T>();
        let round = |values: &Vec<f64>| values.iter().map(|x| T::from_f64(*x)).collect::<Vec<T>>();
        let mut results = Results { gradient: vec![], losses: vec![], correct: vec![], alarm: vec![] };
        for first in (0..TRIALS).step_by(lanes) {
            let group = first..first + lanes;
            let outputs = interleave(&self.outputs[group.clone()].iter().map(round).collect::<Vec<_>>());
            let values = match &self.targets[..] {
                [shared] => round(shared),
                targets => interleave(&targets[group].iter().map(round).collect::<Vec<_>>()),
            };
            let targets = if self.targets.len() == 1 { Input::Shared(&values[..]) } else { Input::PerLane(&values) };
            let rows = outputs.len() / self.units;
            let (mut losses, mut correct) = (vec![T::from_f64(f64::NAN); rows], vec![T::from_f64(f64::NAN); rows]);
            let value =
                Value { outputs: &outputs, targets, units: self.units, losses: &mut losses, correct: &mut correct };
            self.loss.value(isa, value);
            let (mut gradient, mut alarm) = (outputs, vec![T::from_f64(CALM); lanes]);
            let scale = T::from_f64(self.scale);
            let chunk = Gradient { outputs: &mut gradient, targets, units: self.units, scale, alarm: &mut alarm };
            self.loss.gradient(isa, chunk);
            results.gradient.extend(separate(&gradient, lanes));
            results.losses.extend(separate(&losses, lanes));
            results.correct.extend(separate(&correct, lanes));
            results.alarm.extend(alarm);
        }
        results
    }

    /// Output and target of one example.
    fn example(&self, trial: usize, example: usize) -> (&[f64], &[f64]) {
        let width = self.loss.target_width(self.units);
        let targets = &self.targets[trial.min(self.targets.len() - 1)];
        (&self.outputs[trial][example * self.units..][..self.units], &targets[example * width..][..width])
    }

    fn examples(&self) -> usize {
        self.outputs[0].len() / self.units
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()))
}

/// Losses are right to a few epsilons of the loss or of the largest logit, whichever is larger, since they are
/// differences of logits; gradients to a few epsilons of the residual, which for classifiers is at most 1.
fn agrees_with_its_reference<T: Precision>() {
    for isa in Isa::available() {
        for case in Case::all::<T>() {
            let results = case.run::<T>(isa);
            for trial in 0..TRIALS {
                for e in 0..case.examples() {
                    let (z, y) = case.example(trial, e);
                    let what = format!("{:?} {isa:?} at {z:?}, {y:?}", case.loss);
                    let (loss, gradient) = case.loss.reference(z, y);
                    let error = (results.losses[trial][e].to_f64() - loss).abs();
                    assert!(error <= 6.0 * T::EPSILON * loss.abs().max(largest(z)), "{what}: loss off by {error:e}");
                    for (i, want) in gradient.iter().enumerate() {
                        let got = results.gradient[trial][e * case.units + i].to_f64();
                        let error = (got - case.scale * want).abs();
                        let size = if case.loss.task == Task::Regression { want.abs() } else { 1.0 };
                        assert!(error <= 6.0 * T::EPSILON * case.scale * size, "{what}: gradient off by {error:e}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_loss_agrees_with_its_reference_in_f32() {
    agrees_with_its_reference::<f32>();
}

#[test]
fn every_loss_agrees_with_its_reference_in_f64() {
    agrees_with_its_reference::<f64>();
}

/// The numbers reach ±1000, with targets that agree or disagree.
#[test]
fn every_loss_agrees_with_torch() {
    let file = reference::read("loss_torch.json");
    for loss in all() {
        let default = loss.parameter.map(|parameter| parameter.default);
        let setting = loss.setting().filter(|setting| Some(*setting) != default);
        let is_of = |case: &&serde_json::Value| case["loss"] == loss.name && case["setting"].as_f64() == setting;
        let cases = file["losses"].as_array().unwrap().iter().filter(is_of);
        let cases: Vec<_> = cases.collect();
        assert!(cases.len() >= 2, "no numbers of torch for {loss:?}");
        for file in cases {
            let [outputs, target, each, gradient] =
                ["outputs", "targets", "per_example", "gradient"].map(|key| reference::numbers(&file[key]));
            let (m, value) = (each.len(), file["value"].as_f64().unwrap());
            let units = outputs.len() / m;
            let (scale, outputs) = (1.0 / m as f64, vec![outputs; TRIALS]);
            let case = Case { loss, units, scale, outputs, targets: vec![target] };
            for isa in Isa::available() {
                let what = format!("{loss:?}, {}, {isa:?}", file["case"]);
                let results = case.run::<f64>(isa);
                for (losses, got) in results.losses.iter().zip(&results.gradient) {
                    for (e, want) in each.iter().enumerate() {
                        let size = want.abs().max(largest(case.example(0, e).0));
                        let error = (losses[e] - want).abs();
                        assert!(error <= f64::EPSILON * size, "{what}: example {e} is off by {error:e}");
                    }
                    let error = (losses.iter().sum::<f64>() / m as f64 - value).abs();
                    assert!(error <= 4.0 * f64::EPSILON * value, "{what}: the mean is off by {error:e}");
                    for (got, want) in got.iter().zip(&gradient) {
                        let regression = loss.task == Task::Regression;
                        let tolerance = if regression { 4.0 * f64::EPSILON * want.abs() } else { 1e-16 };
                        assert!((got - want).abs() <= tolerance, "{what}: gradient {got:e}, not {want:e}");
                    }
                }
            }
        }
    }
}

/// (L(z + h) - L(z - h)) / 2h with the kernel's own values, which the tests above compare with others.
#[test]
fn every_gradient_is_the_slope_of_its_loss() {
    const H: f64 = 1e-5;
    let mut numbers = Numbers::new(6);
    for isa in Isa::available() {
        for loss in all() {
            for units in units(loss) {
                let mut case = Case::new::<f64>(loss, *units, 4, &mut numbers, Numbers::normal);
                let gradient = case.run::<f64>(isa).gradient;
                for unit in 0..*units {
                    let mut losses_at = |shift: f64| {
                        let before = case.outputs.clone();
                        for outputs in &mut case.outputs {
                            outputs.chunks_exact_mut(*units).for_each(|z| z[unit] += shift);
                        }
                        let losses = case.run::<f64>(isa).losses;
                        case.outputs = before;
                        losses
                    };
                    let (above, below) = (losses_at(H), losses_at(-H));
                    for trial in 0..TRIALS {
                        for e in 0..4 {
                            let slope = (above[trial][e] - below[trial][e]) / (2.0 * H) / 4.0;
                            let whole = largest(&gradient[trial][e * units..][..*units]);
                            let error = (gradient[trial][e * units + unit] - slope).abs();
                            // Losses of order 1 are rounded, which the difference shows 1/H times as large.
                            let tolerance = 1e-7 * whole + 1e-11;
                            assert!(error <= tolerance, "{loss:?} {isa:?}: {error:e} of {whole:e}");
                        }
                    }
                }
            }
        }
    }
}

fn has_the_same_bits_everywhere<T: Precision>() {
    let mut numbers = Numbers::new(7);
    let mut cases = Case::all::<T>();
    for loss in all() {
        for units in units(loss) {
            // Any bit pattern: NaN, infinities and subnormal numbers among them.
            let any = |numbers: &mut Numbers| T::from_pattern(numbers.bits()).to_f64();
            cases.push(Case::new::<T>(loss, *units, 40, &mut numbers, any));
        }
    }
    for case in cases {
        let want = case.run::<T>(Isa::available()[0]);
        for isa in Isa::available() {
            let got = case.run::<T>(isa);
            let what = || format!("{:?} of {} units, {isa:?}", case.loss, case.units);
            for trial in 0..TRIALS {
                assert_same(&got.gradient[trial], &want.gradient[trial], what);
                assert_same(&got.losses[trial], &want.losses[trial], what);
                assert_same(&got.correct[trial], &want.correct[trial], what);
            }
            assert_same(&got.alarm, &want.alarm, what);
        }
    }
}

#[test]
fn every_loss_has_the_same_bits_everywhere_in_f32() {
    has_the_same_bits_everywhere::<f32>();
}

#[test]
fn every_loss_has_the_same_bits_everywhere_in_f64() {
    has_the_same_bits_everywhere::<f64>();
}

#[test]
fn shared_targets_are_the_same_as_equal_ones() {
    for isa in Isa::available() {
        for mut case in Case::all::<f32>() {
            case.targets.truncate(1);
            let shared = case.run::<f32>(isa);
            case.targets = vec![case.targets[0].clone(); TRIALS];
            let each = case.run::<f32>(isa);
            for trial in 0..TRIALS {
                let what = || format!("{:?} {isa:?}", case.loss);
                assert_same(&shared.gradient[trial], &each.gradient[trial], what);
                assert_same(&shared.losses[trial], &each.losses[trial], what);
                assert_same(&shared.correct[trial], &each.correct[trial], what);
            }
        }
    }
}

/// Whether an example counts as correct, by the definition: the first of the largest logits is the label's.
fn is_correct(loss: &Loss, z: &[f64], y: &[f64]) -> bool {
    if z.iter().any(|z| z.is_nan()) {
        return false;
    }
    match loss.task {
        Task::Regression => false,
        Task::Binary => (z[0] > 0.0) == (y[0] == 1.0),
        Task::Multiclass => {
            let largest = z.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            z.iter().position(|z| *z == largest) == Some(y[0] as usize)
        }
        Task::Distribution => {
            let first = |x: &[f64]| {
                let largest = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                x.iter().position(|x| *x == largest)
            };
            first(z) == first(y)
        }
    }
}

/// Logits of five values only, so that ties are frequent, and NaN now and then.
#[test]
fn ties_go_to_the_first_class_and_nan_is_wrong() {
    const LOGITS: [f64; 8] = [-1.0, -0.0, 0.0, 1.0, f64::INFINITY, f64::NEG_INFINITY, 1.0, f64::NAN];
    let mut numbers = Numbers::new(8);
    for isa in Isa::available() {
        for loss in all() {
            let (mut right, mut wrong) = (0, 0);
            for units in units(loss) {
                let case = Case::new::<f64>(loss, *units, 100, &mut numbers, |n| LOGITS[n.below(8)]);
                let results = case.run::<f64>(isa);
                for trial in 0..TRIALS {
                    for e in 0..100 {
                        let (z, y) = case.example(trial, e);
                        let want = is_correct(loss, z, y);
                        *(if want { &mut right } else { &mut wrong }) += 1;
                        let got = results.correct[trial][e];
                        assert_eq!(got.to_bits(), f64::from(u8::from(want)).to_bits(), "{loss:?} {isa:?} {z:?} {y:?}");
                        let nan = z.iter().any(|z| z.is_nan());
                        assert!(!nan || results.losses[trial][e].is_nan(), "{loss:?} {isa:?} {z:?}");
                    }
                }
            }
            assert!(wrong > 0 && (right > 0 || loss.task == Task::Regression));
        }
    }
}

/// One-hot dense labels cost memory and change nothing else.
fn dense_has_the_bits_of_sparse<T: Precision>() {
    let named = |name| ALL.iter().copied().find(|loss| loss.name == name).unwrap();
    let (sparse, dense) = (named("softmax-cross-entropy"), named("softmax-cross-entropy-dense"));
    let mut numbers = Numbers::new(11);
    for units in [2, 3, 10] {
        for any in [false, true] {
            let draw = |n: &mut Numbers| if any { T::from_pattern(n.bits()).to_f64() } else { 8.0 * n.normal() };
            let case = Case::new::<T>(sparse, units, 30, &mut numbers, draw);
            let hot = |labels: &Vec<f64>| labels.iter().flat_map(|label| one_hot(*label as usize, units)).collect();
            let targets = case.targets.iter().map(hot).collect();
            let twin = Case { loss: dense, units, scale: case.scale, outputs: case.outputs.clone(), targets };
            for isa in Isa::available() {
                let (want, got) = (case.run::<T>(isa), twin.run::<T>(isa));
                let what = || format!("{units} classes, {isa:?}");
                for trial in 0..TRIALS {
                    assert_same(&got.gradient[trial], &want.gradient[trial], what);
                    assert_same(&got.losses[trial], &want.losses[trial], what);
                    assert_same(&got.correct[trial], &want.correct[trial], what);
                }
                assert_same(&got.alarm, &want.alarm, what);
            }
        }
    }
}

#[test]
fn dense_cross_entropy_has_the_bits_of_the_sparse_one() {
    dense_has_the_bits_of_sparse::<f32>();
    dense_has_the_bits_of_sparse::<f64>();
}

/// The kinks: the absolute error has no slope at a residual of zero, and Huber's loss is smooth at its δ, 1 by default.
#[test]
fn slopes_at_the_kinks_are_as_documented() {
    let gradient = |name: &str, z: f64| {
        let loss = ALL.iter().copied().find(|loss| loss.name == name).unwrap();
        let (outputs, targets) = (vec![vec![z]; TRIALS], vec![vec![0.0]]);
        Case { loss, units: 1, scale: 1.0, outputs, targets }.run::<f64>(Isa::best()).gradient[0][0]
    };
    assert_eq!([0.0, -0.0, 1e-300, -1e-300].map(|z| gradient("mae", z)), [0.0, 0.0, 1.0, -1.0]);
    assert_eq!([0.0, 0.5, 1.0, -1.0, 7.0, -7.0].map(|z| gradient("huber", z)), [0.0, 0.5, 1.0, -1.0, 1.0, -1.0]);
}

#[test]
fn an_output_that_is_not_finite_alarms_its_lane_and_no_other() {
    let mut numbers = Numbers::new(9);
    for isa in Isa::available() {
        for loss in all() {
            for units in units(loss) {
                let mut case = Case::new::<f32>(loss, *units, 3, &mut numbers, Numbers::normal);
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    for at in 0..3 * units {
                        let trial = numbers.below(TRIALS);
                        let before = std::mem::replace(&mut case.outputs[trial][at], bad);
                        let alarm = case.run::<f32>(isa).alarm;
                        case.outputs[trial][at] = before;
                        let what = || format!("{loss:?} {isa:?}: {bad} at {at} of trial {trial}: {alarm:?}");
                        for (other, alarm) in alarm.iter().enumerate() {
                            assert_eq!(alarm.is_nan(), other == trial, "{}", what());
                            assert!(other == trial || *alarm == CALM as f32, "{}", what());
                        }
                    }
                }
            }
        }
    }
}

/// Outputs of every exponent up to the largest numbers: some losses overflow, and some do not.
fn alarms_exactly_where_a_loss_is_not_finite<T: Precision>() {
    let mut numbers = Numbers::new(10);
    for isa in Isa::available() {
        for loss in all() {
            for units in units(loss) {
                for _ in 0..20 {
                    let extreme = |numbers: &mut Numbers| match numbers.below(3) {
                        0 => T::LARGEST * (2.0 * numbers.uniform() - 1.0),
                        1 => {
                            Some(T::from_pattern(numbers.bits())).filter(|x| x.is_finite()).map_or(0.5, |x| x.to_f64())
                        }
                        _ => numbers.normal(),
                    };
                    let case = Case::new::<T>(loss, *units, 1, &mut numbers, extreme);
                    let results = case.run::<T>(isa);
                    for trial in 0..TRIALS {
                        let (loss, alarm) = (results.losses[trial][0], results.alarm[trial]);
                        let what = || format!("{:?} {isa:?}: {loss} of {:?}", case.loss, case.example(trial, 0));
                        assert_eq!(alarm.is_finite(), loss.is_finite(), "{}", what());
                        let finite = results.gradient[trial].iter().all(|g| g.is_finite());
                        assert!(finite || !alarm.is_finite(), "{}: gradient {:?}", what(), results.gradient[trial]);
                    }
                }
            }
        }
    }
}

#[test]
fn losses_alarm_exactly_where_they_are_not_finite_in_f32() {
    alarms_exactly_where_a_loss_is_not_finite::<f32>();
}

#[test]
fn losses_alarm_exactly_where_they_are_not_finite_in_f64() {
    alarms_exactly_where_a_loss_is_not_finite::<f64>();
}
