//! 200 steps on iris, from the weights that PyTorch started from: the same path.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use thalweg::dataset::ShippedData;
use thalweg::network::{Architecture, Examples, Network};
use thalweg::train::{
    Engine, Evaluation, Job, Keep, Lane, Layout, Objective, Outcome, Sample, Split, Team, Timetable, TrainingPath,
    train,
};
use thalweg_kernels::Isa;
use thalweg_kernels::optimizer::Optimizer;

use crate::networks::{self, full_batch};
use crate::reference::{numbers, read};

/// Full-batch networks on consecutive batches, which come one after the other, and on all examples, which are
/// evaluated; from given weights.
struct InFileOrder {
    whole: Network<f64>,
    batches: Vec<Network<f64>>,
    start: Vec<f64>,
}

type Scratch = <Network<f64> as Objective<f64>>::Scratch;

impl InFileOrder {
    /// The network whose examples are those of a sample.
    fn of<'a>(
        &self,
        sample: Sample,
        (whole, batches): &'a mut (Scratch, Vec<Scratch>),
    ) -> (&Network<f64>, &'a mut Scratch) {
        let Sample::Batch(step) = sample else { return (&self.whole, whole) };
        let batch = step as usize % self.batches.len();
        (&self.batches[batch], &mut batches[batch])
    }
}

impl Objective<f64> for InFileOrder {
    type Scratch = (Scratch, Vec<Scratch>);

    fn parameters(&self) -> usize {
        self.whole.parameters()
    }

    fn scratch(&self, layout: Layout, team: &Team) -> Self::Scratch {
        (self.whole.scratch(layout, team), self.batches.iter().map(|batch| batch.scratch(layout, team)).collect())
    }

    fn start(&self, (whole, batches): &mut Self::Scratch, lanes: &[Lane<'_>], weights: &mut [f64]) {
        self.whole.start(whole, lanes, weights);
        self.batches.iter().zip(batches).for_each(|(batch, scratch)| batch.start(scratch, lanes, weights));
        // Blocks are of one group here.
        weights.chunks_exact_mut(lanes.len()).zip(&self.start).for_each(|(row, weight)| row.fill(*weight));
    }

    fn gradient_of(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[f64],
        gradient: &mut [f64],
        alarm: &mut [f64],
    ) {
        let (network, scratch) = self.of(sample, scratch);
        network.gradient_of(scratch, Sample::All, weights, gradient, alarm);
    }

    fn hessian_product(
        &self,
        scratch: &mut Self::Scratch,
        sample: Sample,
        weights: &[f64],
        direction: &[f64],
        product: &mut [f64],
    ) {
        let (network, scratch) = self.of(sample, scratch);
        network.hessian_product(scratch, Sample::All, weights, direction, product);
    }

    fn evaluate(
        &self,
        scratch: &mut Self::Scratch,
        step: u64,
        split: Split,
        weights: &[f64],
        evaluation: &mut Evaluation,
    ) {
        self.whole.evaluate(&mut scratch.0, step, split, weights, evaluation);
    }

    fn has(&self, split: Split) -> bool {
        self.whole.has(split)
    }

    fn classifies(&self) -> bool {
        self.whole.classifies()
    }
}

/// Each layer's weights, then its biases, as networks store them.
fn parameters(layers: &Value) -> Vec<f64> {
    let layers = layers.as_array().unwrap();
    layers.iter().flat_map(|layer| [numbers(&layer["weight"]), numbers(&layer["bias"])].concat()).collect()
}

/// The rows of iris in the order of the file, standardized as the reference was.
fn iris(file: &Value) -> (Vec<f64>, Vec<f64>) {
    let (mean, std) = (numbers(&file["feature_mean"]), numbers(&file["feature_std"]));
    let names: Vec<&str> = file["classes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let text = std::str::from_utf8(ShippedData::find("iris.csv").unwrap().bytes()).unwrap();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        inputs.extend((0..4).map(|k| (cells[k].parse::<f64>().unwrap() - mean[k]) / std[k]));
        targets.push(names.iter().position(|name| *name == cells[4]).unwrap() as f64);
    }
    (inputs, targets)
}

fn objective(file: &Value, batch: usize, chunk: Option<usize>) -> InFileOrder {
    let units: Vec<usize> = numbers(&file["sizes"]).iter().map(|units| *units as usize).collect();
    let (activation, loss) = (file["activation"].as_str().unwrap(), file["loss"].as_str().unwrap());
    let architecture: Architecture = networks::architecture(&units, true, activation, loss);
    let (inputs, targets) = iris(file);
    let network = |inputs: &[f64], targets: &[f64]| {
        let examples = Examples::new(inputs, targets, targets.len());
        full_batch(architecture.clone(), examples, Examples::default(), chunk)
    };
    let batches = inputs.chunks(4 * batch).zip(targets.chunks(batch));
    InFileOrder {
        whole: network(&inputs, &targets),
        batches: batches.map(|(inputs, targets)| network(inputs, targets)).collect(),
        start: parameters(&file["initial_layers"]),
    }
}

/// The logged losses and the final weights.
fn run(
    objective: &InFileOrder,
    optimizer: &'static Optimizer,
    settings: &Value,
    logged: &[u64],
    isa: Isa,
) -> [Vec<f64>; 2] {
    let value = |h: &thalweg_kernels::optimizer::Hyperparameter| {
        settings.get(h.name).map_or(h.default, |value| value.as_f64().unwrap())
    };
    let hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(value).collect();
    let lane = Lane { hyperparameters: &hyperparameters, keep: Keep::End, ..Lane::default() };
    let steps = *logged.last().unwrap();
    let schedule = Timetable { steps, logged: logged.to_vec(), divergence_factor: 10.0, target: None };
    let outcomes = Mutex::new(Vec::<Outcome>::new());
    let engine = Engine { isa, threads: 1, path: TrainingPath::Population, lanes: None };
    let jobs = [Job { optimizer, lanes: vec![lane] }];
    let stop = AtomicBool::new(false);
    train(objective, &jobs, &schedule, &[], engine, &stop, |_, _, done| {
        outcomes.lock().unwrap().extend_from_slice(done)
    })
    .unwrap();
    let outcome = &outcomes.into_inner().unwrap()[0];
    let losses = outcome.points.iter().map(|point| point.loss[0].unwrap()).collect();
    [losses, outcome.end().unwrap().to_vec()]
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let norm = |terms: &mut dyn Iterator<Item = f64>| terms.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// A change of the initial weights by one unit in the last place moves the final ones by 4e-16 (`ulp_sensitivity` in
/// the file), so that nothing amplifies the rounding of the steps.
#[test]
fn training_follows_torch() {
    let file = read("iris_torch.json");
    let logged: Vec<u64> = numbers(&file["logged_steps"]).iter().map(|step| *step as u64).collect();
    let mut tested = Vec::new();
    for reference in file["runs"].as_array().unwrap() {
        let settings = &reference["optimizer"];
        let optimizer = Optimizer::named(settings["name"].as_str().unwrap()).unwrap();
        let batch = reference["batch"].as_u64().unwrap_or(150) as usize;
        tested.push((optimizer.name, batch));
        let final_weights = parameters(&reference["layers"]);
        for chunk in [None, Some(7), Some(512)] {
            let objective = objective(&file, batch, chunk);
            for isa in Isa::available() {
                let [losses, weights] = run(&objective, optimizer, settings, &logged, isa);
                let what = format!("{optimizer:?}, batch {batch}, {isa:?}, chunk {chunk:?}");
                let distance = distance(&weights, &final_weights);
                assert!(distance <= 1e-13, "{what}: weights are off by {distance:e}");
                for (got, want) in losses.iter().zip(numbers(&reference["loss"])) {
                    let error = (got / want - 1.0).abs();
                    assert!(error <= 1e-12, "{what}: loss {got}, not {want}");
                }
            }
        }
    }
    for name in ["sgd", "momentum", "adam"] {
        for batch in [150, 32] {
            assert!(tested.contains(&(name, batch)), "torch has no run of {name} with batches of {batch}");
        }
    }
}
