//! Small networks on random examples.

use thalweg::network::{Architecture, Batches, Examples, Initializer, Network};
use thalweg::random::Stream;
use thalweg::train::{Lane, Layout, Objective, Team, TrainingPath};
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::{Loss, Task};
use thalweg_kernels::math::Elementary;

/// How many outputs tests give a network with this loss.
pub fn outputs(loss: &Loss) -> usize {
    match loss.task {
        Task::Regression => 2,
        Task::Binary => 1,
        Task::Multiclass | Task::Distribution => 3,
    }
}

/// A network of `units` with the activation and loss of these names.
pub fn architecture(units: &[usize], bias: bool, activation: &str, loss: &str) -> Architecture {
    Architecture::new(units, bias, Activation::named(activation).unwrap(), Loss::named(loss).unwrap())
}

/// Normal inputs; normal targets, or classes that depend on the inputs with some luck.
pub fn examples<T: Elementary>(architecture: &Architecture, count: usize, seed: u64) -> Examples<T> {
    let mut stream = Stream::new("test examples", seed);
    let inputs: Vec<f64> = (0..count * architecture.inputs()).map(|_| stream.normal()).collect();
    let targets: Vec<f64> = match architecture.loss.task {
        Task::Regression => (0..count * architecture.outputs()).map(|_| stream.normal()).collect(),
        task => {
            // With one target per output, a class becomes one-hot.
            let hot = |class: f64| -> Vec<f64> {
                let count = architecture.outputs();
                if task == Task::Distribution {
                    (0..count).map(|i| f64::from(u8::from(i as f64 == class))).collect()
                } else {
                    vec![class]
                }
            };
            let classes = if task == Task::Binary { 2 } else { architecture.outputs() };
            let rows = inputs.chunks_exact(architecture.inputs());
            let score = |row: &[f64]| (row[0] + row[row.len() - 1] + 3.0).clamp(0.0, 5.9) / 6.0;
            rows.map(|row| (0.8 * score(row) + 0.2 * stream.uniform()) * classes as f64)
                .map(f64::floor)
                .flat_map(hot)
                .collect()
        }
    };
    Examples::new(&inputs, &targets, count)
}

/// A network that trains on all examples at a time.
pub fn full_batch<T: Elementary>(
    architecture: Architecture,
    train: Examples<T>,
    test: Examples<T>,
    chunk: Option<usize>,
) -> Network<T> {
    let batches =
        Batches { examples: train.count, size: train.count, drop_last: false, shuffled: false, replacement: false };
    Network::new(architecture, Initializer::Normal(0.5), [train, Examples::default(), test], batches, chunk)
}

/// Normal parameters for every lane of a register, `[parameter][lane]`.
pub fn random_weights<T: Elementary>(parameters: usize, lanes: usize, seed: u64) -> Vec<T> {
    let mut stream = Stream::new("test weights", seed);
    (0..parameters * lanes).map(|_| T::from_f64(0.7 * stream.normal())).collect()
}

/// The gradient of one register of trials at a step, and their alarms.
pub fn gradient<T: Elementary, O: Objective<T>>(
    objective: &O,
    isa: thalweg_kernels::Isa,
    order_seeds: &[u64],
    step: u64,
    weights: &[T],
) -> (Vec<T>, Vec<T>) {
    let lanes: Vec<Lane<'_>> = order_seeds
        .iter()
        .map(|seed| Lane { hyperparameters: &[], init_seed: 0, order_seed: *seed, ..Lane::default() })
        .collect();
    let mut scratch = objective.scratch(Layout { isa, path: TrainingPath::Population, groups: 1 }, &Team::alone());
    let mut gradient = vec![T::default(); weights.len()];
    objective.start(&mut scratch, &lanes, &mut gradient);
    let mut alarm = vec![T::default(); lanes.len()];
    objective.gradient(&mut scratch, step, weights, &mut gradient, &mut alarm);
    (gradient, alarm)
}
