//! A saturated unit whose derivative is tiny moves as PyTorch's does: Adam divides by a gradient's size.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use thalweg::network::{Batches, Examples, Initializer, Network};
use thalweg::train::{Engine, Job, Keep, Lane, Outcome, Timetable, TrainingPath, train};
use thalweg_kernels::Isa;
use thalweg_kernels::math::Elementary;
use thalweg_kernels::optimizer::Optimizer;

use crate::networks;
use crate::reference::{numbers, read};

/// Both weights of y = v elu(w x), from `weight` on, at the steps of the reference.
fn path<T: Elementary>(weight: f64, eps: f64, isa: Isa, path: TrainingPath) -> Vec<f64> {
    let examples = Examples::<T>::new(&[1.0], &[1.0], 1);
    let batches = Batches { examples: 1, size: 1, drop_last: false, shuffled: false, replacement: false };
    let none = || Examples::default();
    let architecture = networks::architecture(&[1, 1, 1], false, "elu", "mse");
    let network = Network::new(architecture, Initializer::Constant(weight), [examples, none(), none()], batches, None);
    let optimizer = Optimizer::named("adam").unwrap();
    let setting = |name| match name {
        "lr" => Some(0.1),
        "eps" => Some(eps),
        _ => None,
    };
    let hyperparameters: Vec<f64> =
        optimizer.hyperparameters.iter().map(|h| setting(h.name).unwrap_or(h.default)).collect();
    let lane = Lane { hyperparameters: &hyperparameters, keep: Keep::All, ..Lane::default() };
    let logged = (0..=100).step_by(10).collect();
    let schedule = Timetable { steps: 100, logged, divergence_factor: f64::INFINITY, target: None };
    let (weights, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let engine = Engine { isa, threads: 1, path, lanes: None };
    let keep = |_: usize, _: usize, done: &[Outcome]| {
        weights.lock().unwrap().extend(done[0].positions.iter().flat_map(|(_, weights)| weights.to_vec()));
    };
    train(&network, &[Job { optimizer, lanes: vec![lane] }], &schedule, &[], engine, &stop, keep).unwrap();
    weights.into_inner().unwrap()
}

#[test]
fn a_saturated_elu_moves_as_it_does_in_torch() {
    for reference in read("saturated_torch.json")["runs"].as_array().unwrap() {
        let (weight, eps) = (reference["weight"].as_f64().unwrap(), reference["eps"].as_f64().unwrap());
        let want = numbers(&reference["path"]);
        for isa in Isa::available() {
            for by in [TrainingPath::Population, TrainingPath::Dense] {
                let f32 = (eps >= 1e-8).then(|| (path::<f32>(weight, eps, isa, by), 1e-5));
                let f64 = (path::<f64>(weight, eps, isa, by), 1e-12);
                for (got, tolerance) in f32.into_iter().chain([f64]) {
                    assert_eq!(got.len(), want.len());
                    for (got, want) in got.iter().zip(&want) {
                        let error = (got / want - 1.0).abs();
                        assert!(error <= tolerance, "from {weight} on {isa:?}, {by:?}: {got}, not {want}");
                    }
                }
            }
        }
    }
}
