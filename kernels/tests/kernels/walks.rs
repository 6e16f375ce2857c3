//! Walks down landscapes: to the bit what one gradient and one update per step give, on every instruction set and
//! width, in both precisions.

use thalweg_kernels::Isa;
use thalweg_kernels::landscape::{ALL as LANDSCAPES, Landscape, Points};
use thalweg_kernels::optimizer::{ALL as OPTIMIZERS, Hyperparameter, Optimizer, Update};
use thalweg_kernels::walk::{Walk, Walker};

use crate::compare::{Precision, assert_same};
use crate::numbers::Numbers;

/// Counts around those of groups that step together.
const GROUPS: [usize; 7] = [1, 2, 3, 4, 5, 6, 11];
/// More than a kernel does without a look at its points.
const STEPS: u64 = 200;

/// A block on its way, all its arrays as kernels take them.
#[derive(Clone)]
struct Block<T> {
    x: Vec<T>,
    state: Vec<T>,
    coefficients: Vec<T>,
    /// `[group][lane]`: how many steps a point stayed finite.
    survived: Vec<T>,
}

/// Points of the landscape's domain. From lane to lane learning rates go from tiny to so large that most points soon
/// diverge; some are not finite from the start.
fn block<T: Precision>(landscape: &Landscape, optimizer: &Optimizer, lanes: usize, groups: usize) -> Block<T> {
    let mut numbers = Numbers::new(groups as u64);
    let mut x: Vec<T> = (0..groups * 2 * lanes)
        .map(|at| {
            let (low, high) = landscape.facts.bounds(at / lanes % 2);
            T::from_f64(low + (high - low) * numbers.uniform())
        })
        .collect();
    x[0] = T::from_f64(f64::INFINITY);
    let mut coefficients = vec![T::default(); groups * optimizer.coefficients * lanes];
    for trial in 0..groups * lanes {
        let value = |h: &Hyperparameter| match h.name {
            "lr" => [1e-4, 1e-2, 0.3, 10.0, 1e-3, 1e30][trial * 5 % 6],
            "momentum" => [0.9, 0.0, 0.99][trial % 3],
            _ => (trial / 2 % 2) as f64,
        };
        let hyperparameters: Vec<f64> = optimizer.hyperparameters.iter().map(value).collect();
        let mut fresh = vec![0.0; optimizer.coefficients];
        optimizer.advance(&hyperparameters, &mut [], &mut fresh);
        for (i, coefficient) in fresh.iter().enumerate() {
            let group = trial / lanes * optimizer.coefficients;
            coefficients[(group + i) * lanes + trial % lanes] = T::from_f64(*coefficient);
        }
    }
    let (state, survived) = (vec![T::default(); x.len() * optimizer.state], vec![T::default(); groups * lanes]);
    Block { x, state, coefficients, survived }
}

/// One gradient and one update per step.
fn step_by_step<T: Precision>(landscape: &Landscape, optimizer: &Optimizer, isa: Isa, block: &mut Block<T>) {
    let lanes = isa.lanes::<T>();
    let Block { x, state, coefficients, survived } = block;
    let mut gradient = vec![T::default(); x.len()];
    let mut alarm = vec![T::default(); survived.len()];
    for step in 1..=STEPS {
        landscape.gradient(isa, Points { x, dimensions: 2, spectrum: &[] }, &mut gradient);
        let (groups, range) = (survived.len() / lanes, 0..2);
        let (weights, gradient, alarm) = (&mut *x, &gradient, &mut alarm);
        optimizer.update(isa, Update { groups, weights, gradient, state, range, coefficients, alarm });
        for (survived, _) in survived.iter_mut().zip(alarm).filter(|(_, alarm)| alarm.is_finite()) {
            *survived = T::from_f64(step as f64);
        }
    }
}

fn a_walk_is_its_steps<T: Precision>() {
    let (mut walks, mut lost, mut kept) = (0, 0, 0);
    for landscape in LANDSCAPES {
        for optimizer in OPTIMIZERS {
            let walkers = |isa| Walker::new(isa, landscape, optimizer, 2).map(|walker| (isa, walker));
            for (isa, walker) in Isa::available().into_iter().filter_map(walkers) {
                walks += 1;
                for groups in GROUPS {
                    let start = block::<T>(landscape, optimizer, isa.lanes::<T>(), groups);
                    let (mut expected, mut got) = (start.clone(), start);
                    step_by_step(landscape, optimizer, isa, &mut expected);
                    let Block { x, state, coefficients, survived } = &mut got;
                    // In two parts, the second of which begins where the first ended.
                    for steps in [STEPS / 4, STEPS - STEPS / 4] {
                        let before = survived.clone();
                        let walk = Walk { steps, x, state, coefficients, survived };
                        walker.go(walk);
                        survived.iter_mut().zip(before).for_each(|(survived, before)| *survived += before);
                    }
                    let what = |part| format!("{part} on {landscape:?} by {optimizer:?}, {groups} groups on {isa:?}");
                    assert_same(&got.x, &expected.x, || what("points"));
                    assert_same(&got.state, &expected.state, || what("state"));
                    assert_same(&got.survived, &expected.survived, || what("steps survived"));
                    kept += got.survived.iter().filter(|steps| steps.to_f64() == STEPS as f64).count();
                    lost += got.survived.iter().filter(|steps| (1.0..STEPS as f64).contains(&steps.to_f64())).count();
                    assert_eq!(got.survived[0], T::default());
                }
            }
        }
    }
    // Where there is no instruction set but the scalar one, nothing walks.
    let some = |count: usize| count > 5 * walks;
    assert!(Isa::best().is_scalar() || (walks > 0 && some(lost) && some(kept)), "{walks} {lost} {kept}");
}

#[test]
fn a_walk_is_its_steps_in_f32() {
    a_walk_is_its_steps::<f32>();
}

#[test]
fn a_walk_is_its_steps_in_f64() {
    a_walk_is_its_steps::<f64>();
}

#[test]
fn walks_are_in_the_plane() {
    for landscape in LANDSCAPES {
        for optimizer in OPTIMIZERS {
            for isa in Isa::available() {
                let walks = |dimensions| Walker::new(isa, landscape, optimizer, dimensions).is_some();
                assert!(!walks(1) && !walks(3), "{landscape:?} {optimizer:?}");
                assert!(optimizer.products == 0 || !walks(2), "{optimizer:?} has no constant coefficients");
                assert!(!isa.is_scalar() || !walks(2), "there is nothing to gain without registers");
            }
        }
    }
}
