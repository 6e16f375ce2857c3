//! One step of some parameters of a block, which the threads of a team share where a block is one trial.

use thalweg_kernels::optimizer::{Adjustment, Optimizer, Update};
use thalweg_kernels::{Isa, Real};

use super::team::{Cut, place, share};
use super::{Layout, Team, TrainingPath};

/// Nanoseconds that eight parameters take in each array, about: most of it is memory.
const EIGHT: usize = 3;

/// The threads that share updates, and what each has of its own.
pub(super) struct Steps<T> {
    isa: Isa,
    team: Team,
    alarms: Vec<T>,
}

impl<T: Real> Steps<T> {
    /// For blocks of this layout: on the population path, nobody shares.
    pub fn new(layout: Layout, team: &Team) -> Self {
        let team = if layout.path == TrainingPath::Dense { team.clone() } else { Team::alone() };
        Self { isa: layout.isa, alarms: vec![T::default(); team.threads()], team }
    }

    fn parts(&self, parameters: usize, arrays: usize) -> usize {
        self.team.parts(parameters, parameters / 8 * EIGHT * arrays)
    }

    /// [`Optimizer::update`].
    pub fn update(&mut self, optimizer: &Optimizer, step: Update<'_, T>) -> bool {
        let isa = self.isa;
        let parts = self.parts(step.range.len(), 2 + optimizer.state);
        if parts == 1 {
            return optimizer.update(isa, step);
        }
        let Update { weights, gradient, state, range, coefficients, alarm, .. } = step;
        let alarms = &mut self.alarms[..parts];
        alarms.fill(T::default());
        let state = state.map(|array| array.get_mut(range.clone()).unwrap_or_default());
        let elements = Elements { weights: &mut weights[range.clone()], gradient: &gradient[range], others: state };
        share(parts, (&mut *alarms, elements), &|(alarm, elements)| {
            let Elements { weights, gradient, others: state } = elements;
            let range = 0..weights.len();
            optimizer.update(isa, Update { groups: 1, weights, gradient, state, range, coefficients, alarm });
        });
        // Zeros, or a NaN among them.
        alarm[0] = alarms.iter().fold(alarm[0], |sum, alarm| sum + *alarm);
        !alarm[0].is_finite()
    }

    /// [`Adjustment::apply`].
    pub fn adjust(&self, adjustment: Adjustment<'_, T>) {
        let isa = self.isa;
        let parts = self.parts(adjustment.range.len(), 3);
        if parts == 1 {
            return adjustment.apply(isa);
        }
        let Adjustment { weights, gradient, adjusted, range, lanes, limit, factor, decay, shrink } = adjustment;
        let others = [&mut adjusted[range.clone()]];
        let elements = Elements { weights: &mut weights[range.clone()], gradient: &gradient[range], others };
        share(parts, elements, &|Elements { weights, gradient, others: [adjusted] }| {
            let range = 0..weights.len();
            Adjustment { weights, gradient, adjusted, range, lanes, limit, factor, decay, shrink }.apply(isa);
        });
    }
}

/// The same parameters in several arrays of one trial.
struct Elements<'a, T, const N: usize> {
    weights: &'a mut [T],
    gradient: &'a [T],
    /// As long, or empty.
    others: [&'a mut [T]; N],
}

impl<T: Send + Sync, const N: usize> Cut for Elements<'_, T, N> {
    fn cut(self, sides: [usize; 2]) -> [Self; 2] {
        let at = place(self.weights.len(), sides);
        let (weights, other_weights) = self.weights.split_at_mut(at);
        let (gradient, other_gradient) = self.gradient.split_at(at);
        let [mut others, mut rest] = [(); 2].map(|()| std::array::from_fn(|_| <&mut [T]>::default()));
        for (array, (one, other)) in self.others.into_iter().zip(others.iter_mut().zip(&mut rest)) {
            let at = at.min(array.len());
            (*one, *other) = array.split_at_mut(at);
        }
        [Self { weights, gradient, others }, Self { weights: other_weights, gradient: other_gradient, others: rest }]
    }
}
