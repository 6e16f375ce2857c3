//! The gradient of networks: against finite differences of the loss, and which examples it is of.

use thalweg::network::{Architecture, Batches, Examples, Initializer, Network, Orders};
use thalweg::train::{Evaluation, Layout, Objective, Split, Team, TrainingPath};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Isa, activation, loss};

use crate::networks::{architecture, examples, full_batch, gradient, outputs, random_weights};

/// The step of finite differences.
const H: f64 = 1e-5;

/// The smallest |z| of the hidden units of any lane: how far ReLU and its like are from their kink.
fn margin(architecture: &Architecture, inputs: &[f64], weights: &[f64], lanes: usize) -> f64 {
    let mut margin = f64::INFINITY;
    for lane in 0..lanes {
        let weight = |at: usize| weights[at * lanes + lane];
        for row in inputs.chunks_exact(architecture.inputs()) {
            let mut values = row.to_vec();
            for layer in &architecture.layers()[..architecture.layers().len() - 1] {
                let z = |unit: usize| {
                    let row = layer.weights.start + unit * layer.inputs;
                    let sum: f64 = values.iter().enumerate().map(|(k, x)| weight(row + k) * x).sum();
                    sum + if layer.bias.is_empty() { 0.0 } else { weight(layer.bias.start + unit) }
                };
                let z: Vec<f64> = (0..layer.outputs).map(z).collect();
                margin = z.iter().fold(margin, |margin, z| margin.min(z.abs()));
                values = z.iter().map(|z| architecture.activation.reference(*z).0).collect();
            }
        }
    }
    margin
}

/// The mean training loss of every lane.
fn losses(network: &Network<f64>, isa: Isa, weights: &[f64]) -> Vec<f64> {
    losses_on(network, isa, Split::Train, weights)
}

/// The mean loss of every lane on a split.
fn losses_on(network: &Network<f64>, isa: Isa, split: Split, weights: &[f64]) -> Vec<f64> {
    let mut evaluation = Evaluation::default();
    let mut scratch = network.scratch(Layout { isa, path: TrainingPath::Population, groups: 1 }, &Team::alone());
    network.evaluate(&mut scratch, 1, split, weights, &mut evaluation);
    evaluation.loss
}

/// Fails where an element of the gradient is off by more than 1e-7 of the largest.
fn check_against_differences(architecture: &Architecture, count: usize, isa: Isa, chunk: Option<usize>) {
    let (lanes, parameters) = (isa.lanes::<f64>(), architecture.parameters());
    let examples = examples::<f64>(architecture, count, 1);
    let draws = (0..).map(|seed| random_weights::<f64>(parameters, lanes, seed));
    let smooth = !architecture.activation.name.ends_with("relu");
    let far = |weights: &Vec<f64>| smooth || margin(architecture, &examples.inputs, weights, lanes) > 100.0 * H;
    let weights = draws.take(1000).find(far).expect("weights that keep every unit away from zero");
    let network = full_batch(architecture.clone(), examples, Examples::default(), chunk);
    let (gradient, alarm) = gradient(&network, isa, &vec![0; lanes], 0, &weights);
    assert!(alarm.iter().all(|alarm| *alarm == 0.0));
    let largest = |lane: usize| gradient.iter().skip(lane).step_by(lanes).fold(0.0, |a: f64, g| a.max(g.abs()));
    for parameter in 0..parameters {
        let at = |shift: f64| {
            let mut weights = weights.clone();
            weights[parameter * lanes..][..lanes].iter_mut().for_each(|w| *w += shift);
            losses(&network, isa, &weights)
        };
        for (lane, (above, below)) in at(H).iter().zip(at(-H)).enumerate() {
            let error = (gradient[parameter * lanes + lane] - (above - below) / (2.0 * H)).abs();
            assert!(error <= 1e-7 * largest(lane), "{architecture:?} {isa:?}: {error:e} at {parameter}");
        }
    }
}

#[test]
fn gradients_are_slopes_of_the_loss() {
    for activation in activation::ALL {
        for loss in loss::ALL {
            for hidden in [&[][..], &[4], &[5, 4]] {
                for bias in [true, false] {
                    let units = [&[3], hidden, &[outputs(loss)]].concat();
                    let architecture = Architecture::new(&units, bias, activation, loss);
                    check_against_differences(&architecture, 7, Isa::best(), None);
                }
            }
        }
    }
}

/// 1100 examples are three pieces, and many chunks of any size.
#[test]
fn gradients_of_large_batches_are_slopes_of_the_loss() {
    for isa in Isa::available() {
        for chunk in [None, Some(100), Some(512)] {
            check_against_differences(&architecture(&[2, 3, 2], true, "tanh", "mse"), 1100, isa, chunk);
        }
    }
}

/// The rows of examples, in this order.
fn rows<T: Elementary>(from: &Examples<T>, architecture: &Architecture, order: &[u32]) -> Examples<T> {
    let pick = |values: &[T], width: usize| -> Vec<T> {
        order.iter().flat_map(|row| values[*row as usize * width..][..width].to_vec()).collect()
    };
    let width = architecture.loss.target_width(architecture.outputs());
    Examples {
        inputs: pick(&from.inputs, architecture.inputs()).into(),
        targets: pick(&from.targets, width),
        count: order.len(),
    }
}

/// The gradient of a batch has the bits of a full batch of its rows, whichever orders the neighbours see.
fn a_batch_is_its_rows_in_their_order<T: Elementary>(drop_last: bool, steps: &[(u64, u64, std::ops::Range<usize>)]) {
    for loss in loss::ALL {
        let architecture = Architecture::new(&[4, 6, outputs(loss)], true, activation::ALL[1], loss);
        let all = examples::<T>(&architecture, 700, 2);
        let batches = Batches { examples: 700, size: 600, drop_last, shuffled: true, replacement: false };
        let splits = [all.clone(), Examples::default(), Examples::default()];
        let network = Network::new(architecture.clone(), Initializer::Zeros, splits, batches, Some(37));
        for isa in Isa::available() {
            let lanes = isa.lanes::<T>();
            let weights = random_weights::<T>(architecture.parameters(), lanes, 3);
            for mixed in [true, false] {
                let seeds: Vec<u64> = (0..lanes as u64).map(|lane| if mixed { lane % 3 } else { 1 }).collect();
                for (step, epoch, range) in steps {
                    let (got, _) = gradient(&network, isa, &seeds, *step, &weights);
                    for seed in 0..3 {
                        let order = Orders::new(700, false).of_epoch(seed, *epoch);
                        let batch = rows(&all, &architecture, &order[range.clone()]);
                        let alone = full_batch(architecture.clone(), batch, Examples::default(), None);
                        let (want, _) = gradient(&alone, isa, &vec![0; lanes], 0, &weights);
                        for at in (0..want.len()).filter(|at| seeds[at % lanes] == seed) {
                            let (got, want) = (got[at].to_f64(), want[at].to_f64());
                            assert_eq!(got.to_bits(), want.to_bits(), "{loss:?} {isa:?} {mixed} step {step} at {at}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_is_its_rows_in_their_order_in_f32() {
    a_batch_is_its_rows_in_their_order::<f32>(false, &[(0, 0, 0..600), (1, 0, 600..700), (2, 1, 0..600)]);
}

#[test]
fn a_batch_is_its_rows_in_their_order_in_f64() {
    a_batch_is_its_rows_in_their_order::<f64>(true, &[(0, 0, 0..600), (1, 1, 0..600), (2, 2, 0..600)]);
}

#[test]
fn a_weight_that_is_not_finite_alarms_its_lane_and_no_other() {
    for activation in activation::ALL {
        for loss in loss::ALL {
            let architecture = Architecture::new(&[3, 4, outputs(loss)], true, activation, loss);
            let examples = examples::<f32>(&architecture, 5, 4);
            let network = full_batch(architecture.clone(), examples, Examples::default(), None);
            for isa in Isa::available() {
                let lanes = isa.lanes::<f32>();
                for (culprit, parameter) in (0..architecture.parameters()).map(|p| (p * 5 % lanes, p)) {
                    let mut weights = random_weights::<f32>(architecture.parameters(), lanes, 5);
                    weights[parameter * lanes + culprit] = f32::NAN;
                    let (_, alarm) = gradient(&network, isa, &vec![0; lanes], 0, &weights);
                    for (lane, alarm) in alarm.iter().enumerate() {
                        assert_eq!(alarm.is_nan(), lane == culprit, "{activation:?} {loss:?} {isa:?} {parameter}");
                    }
                }
            }
        }
    }
}

/// An evaluation over the first examples of each split is one of splits that end there, whatever the chunks and
/// batches.
#[test]
fn an_evaluation_of_some_examples_is_one_of_the_first() {
    for loss in loss::ALL {
        let architecture = Architecture::new(&[4, 6, outputs(loss)], true, activation::ALL[1], loss);
        let all = examples::<f64>(&architecture, 100, 2);
        let first = rows(&all, &architecture, &(0..41).collect::<Vec<u32>>());
        let some = full_batch(architecture.clone(), all.clone(), all, Some(16)).evaluated_on(41);
        let short = full_batch(architecture.clone(), first.clone(), first, Some(16));
        for isa in Isa::available() {
            let weights = random_weights::<f64>(architecture.parameters(), isa.lanes::<f64>(), 3);
            for split in [Split::Train, Split::Test] {
                let [got, want] = [&some, &short].map(|network| losses_on(network, isa, split, &weights));
                assert_eq!(got, want, "{loss:?} {isa:?} {split:?}");
            }
            let [got, want] = [&some, &short].map(|network| losses_with_gradient(network, isa, &weights));
            assert_eq!(got, want, "{loss:?} {isa:?} with the gradient");
        }
    }
}

/// The mean training loss of every lane, from where the gradient is computed too.
fn losses_with_gradient(network: &Network<f64>, isa: Isa, weights: &[f64]) -> Vec<f64> {
    let mut evaluation = Evaluation::default();
    let mut scratch = network.scratch(Layout { isa, path: TrainingPath::Population, groups: 1 }, &Team::alone());
    let (mut gradient, mut alarm) = (weights.to_vec(), vec![0.0; isa.lanes::<f64>()]);
    network.evaluate_with_gradient(&mut scratch, 1, weights, &mut gradient, &mut alarm, &mut evaluation);
    evaluation.loss
}
