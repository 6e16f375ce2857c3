//! Products of the Hessian of networks with directions: against differences of gradients and what JAX computes, and to the
//! bit however they are computed.

use serde_json::Value;
use thalweg::network::{Architecture, Batches, Examples, Initializer, Network, PARAMETERISATIONS, Parameterisation};
use thalweg::train::{Lane, Layout, Objective, Sample, Team, TrainingPath};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Isa, Real, activation, loss};

use crate::networks::{architecture, examples, full_batch, outputs, random_weights};
use crate::reference::{numbers, read};

/// Trials of a test: they fill whole registers of every width.
const TRIALS: usize = 16;

/// How a product is computed.
#[derive(Clone, Debug)]
struct Way {
    isa: Isa,
    path: TrainingPath,
    team: Team,
}

impl Way {
    fn population(isa: Isa) -> Self {
        Self { isa, path: TrainingPath::Population, team: Team::alone() }
    }

    fn dense(isa: Isa, team: Team) -> Self {
        Self { isa, path: TrainingPath::Dense, team }
    }

    /// The gradients and the products of [`TRIALS`] trials, whose numbers are `[parameter][trial]`, as are the results.
    fn compute<T: Elementary>(
        &self,
        network: &Network<T>,
        sample: Sample,
        [weights, direction]: [&[T]; 2],
    ) -> [Vec<T>; 2] {
        let lanes = Layout { isa: self.isa, path: self.path, groups: 1 }.lanes::<T>();
        let layout = Layout { isa: self.isa, path: self.path, groups: TRIALS / lanes };
        let mut scratch = network.scratch(layout, &self.team);
        let seeds = (0..TRIALS as u64).map(|trial| Lane { order_seed: trial % 3, ..Lane::default() });
        let [mut gradient, mut product] = [0, 1].map(|_| vec![T::default(); weights.len()]);
        network.start(&mut scratch, &seeds.collect::<Vec<_>>(), &mut gradient);
        let [weights, direction] = [weights, direction].map(|numbers| grouped(numbers, lanes));
        let mut alarm = vec![T::default(); TRIALS];
        network.gradient_of(&mut scratch, sample, &weights, &mut gradient, &mut alarm);
        network.hessian_product(&mut scratch, sample, &weights, &direction, &mut product);
        [gradient, product].map(|numbers| ungrouped(&numbers, lanes))
    }

    fn product<T: Elementary>(&self, network: &Network<T>, sample: Sample, point: [&[T]; 2]) -> Vec<T> {
        let [_, product] = self.compute(network, sample, point);
        product
    }
}

/// `[parameter][trial]` as `[group][parameter][lane]`.
fn grouped<T: Copy>(numbers: &[T], lanes: usize) -> Vec<T> {
    let group = |first: usize| numbers.chunks_exact(TRIALS).flat_map(move |row| row[first..first + lanes].to_vec());
    (0..TRIALS).step_by(lanes).flat_map(group).collect()
}

/// `[group][parameter][lane]` as `[parameter][trial]`.
fn ungrouped<T: Copy>(numbers: &[T], lanes: usize) -> Vec<T> {
    let parameters = numbers.len() / TRIALS;
    let at = |parameter: usize, trial: usize| (trial / lanes * parameters + parameter) * lanes + trial % lanes;
    (0..parameters).flat_map(|p| (0..TRIALS).map(move |trial| numbers[at(p, trial)])).collect()
}

/// The largest size of each trial's numbers.
fn largest<T: Real>(numbers: &[T]) -> Vec<f64> {
    let of = |trial: usize| numbers.iter().skip(trial).step_by(TRIALS).map(|x| x.to_f64().abs());
    (0..TRIALS).map(|trial| of(trial).fold(0.0, f64::max)).collect()
}

/// The largest difference of each trial's numbers, as a share of the trial's largest number or of 1e-3.
fn difference<A: Real, B: Real>(got: &[A], want: &[B]) -> f64 {
    let sizes = largest(want);
    let errors = got.iter().zip(want).map(|(got, want)| (got.to_f64() - want.to_f64()).abs());
    errors.enumerate().fold(0.0, |most, (at, error)| {
        let share = error / sizes[at % TRIALS].max(1e-3);
        if share.is_nan() { f64::INFINITY } else { share.max(most) }
    })
}

/// Fails where two products differ in a bit.
#[track_caller]
fn assert_same<T: Real>(got: &[T], want: &[T], what: impl Fn() -> String) {
    let same = |(a, b): (&T, &T)| a.to_f64().to_bits() == b.to_f64().to_bits();
    assert!(got.len() == want.len() && got.iter().zip(want).all(same), "{}", what());
}

/// (g(w + h v) - g(w - h v)) / 2h.
fn slope(network: &Network<f64>, [weights, direction]: [&[f64]; 2], h: f64) -> Vec<f64> {
    let way = Way::population(Isa::best());
    let [above, below] = [h, -h].map(|h| {
        let moved: Vec<f64> = weights.iter().zip(direction).map(|(w, v)| w + h * v).collect();
        let [gradient, _] = way.compute(network, Sample::All, [&moved, direction]);
        gradient
    });
    above.iter().zip(below).map(|(above, below)| (above - below) / (2.0 * h)).collect()
}

/// Fails where a product is off by more than 1e-7 of the largest number of its trial. The truth are central differences, at a
/// point where those of two steps agree: there is no kink nearby.
fn check_against_differences(architecture: &Architecture) {
    const H: f64 = 1e-5;
    let parameters = architecture.parameters();
    let network = full_batch(architecture.clone(), examples::<f64>(architecture, 7, 1), Examples::default(), None);
    for seed in 0..1000 {
        let [weights, direction] = [2 * seed, 2 * seed + 1].map(|seed| random_weights::<f64>(parameters, TRIALS, seed));
        let [near, far] = [H, 2.0 * H].map(|h| slope(&network, [&weights, &direction], h));
        if difference(&near, &far) > 1e-7 {
            continue;
        }
        let got = Way::population(Isa::best()).product(&network, Sample::All, [&weights, &direction]);
        let error = difference(&got, &near);
        assert!(error <= 1e-7, "{architecture:?}: off by {error:e}");
        return;
    }
    panic!("{architecture:?} has a kink wherever one looks");
}

#[test]
fn products_are_slopes_of_the_gradient() {
    for activation in activation::ALL {
        for loss in loss::ALL {
            for hidden in [&[][..], &[4], &[5, 4]] {
                for (bias, parameterisation) in [
                    (true, Parameterisation::Standard),
                    (false, Parameterisation::Standard),
                    (true, Parameterisation::Ntk),
                    (false, Parameterisation::MeanField),
                ] {
                    let units = [&[3], hidden, &[outputs(loss)]].concat();
                    let architecture = Architecture::new(&units, bias, activation, loss);
                    check_against_differences(&architecture.parameterised(parameterisation, 1.25));
                }
            }
        }
    }
}

/// The shapes that fused kernels are for, and one whose chunks are as long as chains.
#[test]
fn products_of_narrow_and_deep_networks_are_slopes_of_the_gradient() {
    for activation in activation::ALL {
        for units in [&[1, 3, 1][..], &[2, 16, 1], &[2, 4, 4, 1], &[2, 3, 2, 3, 2, 1]] {
            check_against_differences(&architecture(units, true, activation.name, "bce"));
        }
    }
}

/// The architecture of a case of JAX's.
fn architecture_of(case: &Value) -> Architecture {
    let units: Vec<usize> = numbers(&case["units"]).into_iter().map(|count| count as usize).collect();
    let name = |key: &str| case[key].as_str().unwrap();
    let known = PARAMETERISATIONS.iter().find(|(known, ..)| *known == name("parameterisation"));
    architecture(&units, case["bias"].as_bool().unwrap(), name("activation"), name("loss"))
        .parameterised(known.unwrap().2, case["gain"].as_f64().unwrap())
}

/// The points are such that no unit and no residual is at a kink.
#[test]
fn gradients_and_products_agree_with_jax() {
    let file = read("hessians_jax.json");
    let cases = file["cases"].as_array().unwrap();
    for named in activation::ALL.iter().map(|activation| activation.name).chain(loss::ALL.iter().map(|loss| loss.name))
    {
        assert!(cases.iter().any(|case| case["activation"] == named || case["loss"] == named), "JAX has no {named}");
    }
    for case in cases {
        let architecture = architecture_of(case);
        let [inputs, targets] = ["inputs", "targets"].map(|key| numbers(&case[key]));
        let count = inputs.len() / architecture.inputs();
        let network = full_batch(architecture, Examples::new(&inputs, &targets, count), Examples::default(), None);
        let of_trials = |key: &str| -> Vec<f64> { numbers(&case[key]).into_iter().flat_map(|x| [x; TRIALS]).collect() };
        let (weights, direction) = (of_trials("weights"), of_trials("direction"));
        for isa in Isa::available() {
            let got = Way::population(isa).compute(&network, Sample::All, [&weights, &direction]);
            for (got, key) in got.iter().zip(["gradient", "product"]) {
                let error = difference(got, &of_trials(key));
                assert!(error <= 1e-13, "{key} of {:?} on {isa:?} is off by {error:e}", network.architecture());
            }
        }
    }
}

#[test]
fn the_hessian_is_symmetric() {
    for (units, activation, loss) in [
        (&[4, 6, 5, 3][..], "tanh", "softmax-cross-entropy"),
        (&[2, 16, 1], "silu", "bce"),
        (&[3, 7, 2], "relu", "mse"),
        (&[3, 4, 4, 2], "gelu", "huber"),
    ] {
        let architecture = architecture(units, true, activation, loss).parameterised(Parameterisation::Ntk, 1.5);
        let network = full_batch(architecture.clone(), examples(&architecture, 30, 1), Examples::default(), None);
        let [weights, u, v] = [1, 2, 3].map(|seed| random_weights::<f64>(architecture.parameters(), TRIALS, seed));
        let [along_u, along_v] = [&u, &v]
            .map(|direction| Way::population(Isa::best()).product(&network, Sample::All, [&weights, direction]));
        for trial in 0..TRIALS {
            let dot =
                |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).skip(trial).step_by(TRIALS).map(|(a, b)| a * b).sum() };
            let (one, other, size) = (dot(&v, &along_u), dot(&u, &along_v), dot(&u, &along_u).abs());
            assert!((one - other).abs() <= 1e-12 * (one.abs() + size), "{architecture:?}: {one} and {other}");
            assert!(one != 0.0);
        }
    }
}

/// Shuffled batches of 560 of 1100 examples, of which a gradient and a product take two pieces, and all take three.
fn network<T: Elementary>(architecture: &Architecture, replacement: bool, chunk: Option<usize>) -> Network<T> {
    let batches = Batches { examples: 1100, size: 560, drop_last: false, shuffled: true, replacement };
    let splits = [examples(architecture, 1100, 1), Examples::default(), Examples::default()];
    Network::new(architecture.clone(), Initializer::Zeros, splits, batches, chunk)
}

fn nothing_changes_a_bit<T: Elementary>(units: &[usize], activation: &str, loss: &str) {
    let architecture = architecture(units, true, activation, loss).parameterised(Parameterisation::MeanField, 1.5);
    let [weights, direction] = [1, 2].map(|seed| random_weights::<T>(architecture.parameters(), TRIALS, seed));
    let point = [&weights[..], &direction];
    for sample in [Sample::All, Sample::Batch(0), Sample::Batch(3)] {
        let of = |chunk| network::<T>(&architecture, sample == Sample::Batch(3), chunk);
        let usual = of(None);
        let want = Way::population(Isa::best()).product(&usual, sample, point);
        assert!(want.iter().all(|x| x.is_finite()) && want.iter().any(|x| x.to_f64() != 0.0));
        // The scalar instruction set is slow, and so are examples one by one.
        let is_small = architecture.parameters() < 100;
        let isas = || Isa::available().into_iter().filter(|isa| is_small || !isa.is_scalar());
        let mut ways: Vec<Way> = isas().map(Way::population).collect();
        ways.extend(isas().map(|isa| Way::dense(isa, Team::alone())));
        ways.extend([2, 3, 5].map(|threads| Way::dense(Isa::best(), Team::eager(threads))));
        for way in ways {
            let got = way.product(&usual, sample, point);
            assert_same(&got, &want, || format!("{architecture:?} in {}, {sample:?}, {way:?}", T::NAME));
        }
        for chunk in [if is_small { 1 } else { 7 }, 3, 100, 512] {
            for way in [Way::population(Isa::best()), Way::dense(Isa::best(), Team::alone())] {
                let got = way.product(&of(Some(chunk)), sample, point);
                assert_same(&got, &want, || format!("{architecture:?} in {}, chunks of {chunk}, {way:?}", T::NAME));
            }
        }
    }
}

#[test]
fn nothing_changes_a_bit_of_a_product() {
    for (units, activation, loss) in [
        (&[2, 16, 1][..], "tanh", "bce"),
        (&[5, 7, 3], "relu", "softmax-cross-entropy"),
        (&[1, 1], "identity", "mse"),
        (&[33, 17, 20, 2], "gelu-tanh", "huber"),
        (&[2, 530, 2], "softplus", "softmax-cross-entropy-dense"),
    ] {
        nothing_changes_a_bit::<f32>(units, activation, loss);
        nothing_changes_a_bit::<f64>(units, activation, loss);
    }
}

/// Of every loss and every activation, cut into parts by as many threads.
#[test]
fn every_loss_and_every_activation_is_shared() {
    for loss in loss::ALL {
        for activation in activation::ALL {
            let outputs = if loss.task == loss::Task::Binary { 1 } else { 19 };
            let architecture = Architecture::new(&[7, 20, outputs], true, activation, loss);
            let network =
                full_batch(architecture.clone(), examples::<f32>(&architecture, 81, 1), Examples::default(), None);
            let [weights, direction] =
                [1, 2].map(|seed| random_weights::<f32>(architecture.parameters(), TRIALS, seed));
            let [want, got] = [Way::population(Isa::best()), Way::dense(Isa::best(), Team::eager(3))]
                .map(|way| way.product(&network, Sample::All, [&weights, &direction]));
            assert_same(&got, &want, || format!("{architecture:?}"));
        }
    }
}

/// All examples are one batch of an unshuffled split, and a batch is that of the loop.
#[test]
fn samples_are_what_training_sees() {
    let architecture = architecture(&[5, 7, 3], true, "tanh", "softmax-cross-entropy");
    let [weights, direction] = [1, 2].map(|seed| random_weights::<f32>(architecture.parameters(), TRIALS, seed));
    let point = [&weights[..], &direction];
    for replacement in [false, true] {
        let shuffled = network::<f32>(&architecture, replacement, None);
        let whole = full_batch(architecture.clone(), examples(&architecture, 1100, 1), Examples::default(), None);
        for way in [Way::population(Isa::best()), Way::dense(Isa::best(), Team::alone())] {
            let want = way.compute(&whole, Sample::Batch(5), point);
            let all = way.compute(&shuffled, Sample::All, point);
            all.iter().zip(&want).for_each(|(got, want)| assert_same(got, want, || format!("{way:?}")));
            let batch = way.compute(&shuffled, Sample::Batch(1), point);
            assert!(batch.iter().zip(&want).all(|(batch, all)| batch != all));
        }
    }
}

#[test]
fn f32_is_near_f64() {
    for activation in activation::ALL {
        for loss in loss::ALL {
            let architecture = Architecture::new(&[4, 6, 5, outputs(loss)], true, activation, loss);
            let [weights, direction] =
                [1, 2].map(|seed| random_weights::<f32>(architecture.parameters(), TRIALS, seed));
            let in_f64 = |numbers: &[f32]| numbers.iter().map(|x| f64::from(*x)).collect::<Vec<f64>>();
            let examples = examples::<f32>(&architecture, 20, 1);
            let exact =
                Examples { inputs: in_f64(&examples.inputs).into(), targets: in_f64(&examples.targets), count: 20 };
            let way = Way::population(Isa::best());
            let got = full_batch(architecture.clone(), examples, Examples::default(), None);
            let got = way.product(&got, Sample::All, [&weights, &direction]);
            let want = full_batch(architecture.clone(), exact, Examples::default(), None);
            let want = way.product(&want, Sample::All, [&in_f64(&weights), &in_f64(&direction)]);
            let error = difference(&got, &want);
            assert!(error <= 1e-4, "{architecture:?}: off by {error:e}");
        }
    }
}

/// A direction of zeros has a product of zeros, a multiple has the multiple, and what is not finite stays in its trial.
#[test]
fn products_are_linear_and_trials_apart() {
    for loss in loss::ALL {
        let architecture = Architecture::new(&[3, 4, outputs(loss)], true, activation::ALL[3], loss);
        let network = full_batch(architecture.clone(), examples(&architecture, 9, 1), Examples::default(), None);
        let parameters = architecture.parameters();
        let [weights, direction] = [1, 2].map(|seed| random_weights::<f64>(parameters, TRIALS, seed));
        let product =
            |direction: &[f64]| Way::population(Isa::best()).product(&network, Sample::All, [&weights, direction]);
        let usual = product(&direction);
        assert!(product(&vec![0.0; weights.len()]).iter().all(|x| *x == 0.0), "{loss:?}");
        let twice = product(&direction.iter().map(|v| -2.0 * v).collect::<Vec<_>>());
        assert!(twice.iter().zip(&usual).all(|(twice, x)| *twice == -2.0 * x), "{loss:?}");
        for parameter in 0..parameters {
            let (mut bad, trial) = (direction.clone(), parameter % TRIALS);
            bad[parameter * TRIALS + trial] = f64::NAN;
            let got = product(&bad);
            for (at, (got, usual)) in got.iter().zip(&usual).enumerate() {
                let is_apart = at % TRIALS != trial;
                assert!(!is_apart || got == usual, "{loss:?}: {parameter} of trial {trial} changes that of {at}");
            }
            assert!(got.iter().skip(trial).step_by(TRIALS).any(|x| x.is_nan()), "{loss:?}: {parameter} is lost");
        }
    }
}

#[test]
fn a_product_costs_as_many_gradients_as_its_multiply_adds() {
    let cost = |units: &[usize]| {
        let architecture = architecture(units, true, "tanh", "bce");
        full_batch(architecture.clone(), examples::<f32>(&architecture, 4, 1), Examples::default(), None).hessian_cost()
    };
    assert_eq!(cost(&[7, 1]), 1.5);
    // 3 · 32 + 8 · 16 of 2 · 32 + 3 · 16.
    assert_eq!(cost(&[2, 16, 1]), 2.0);
}
