//! What trials of the same initial seed begin with; computed once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::train::{Evaluation, Split};

/// Initial weights and their losses by initial seed. A sweep trains every configuration from the same few seeds, and
/// drawing weights and evaluating them takes as long as several steps of a short training.
#[derive(Debug)]
pub(super) struct Initials<T> {
    /// The most seeds that are kept.
    most: usize,
    cache: Mutex<HashMap<u64, Initial<T>>>,
}

#[derive(Debug)]
struct Initial<T> {
    weights: Arc<[T]>,
    /// Loss and accuracy per split, once they are known.
    ends: [Option<(f64, f64)>; 3],
}

/// The most bytes of initial weights that are kept.
pub const CACHED: usize = 64 << 20;

impl<T: Copy> Initials<T> {
    /// An empty cache for networks with this many parameters.
    pub fn new(parameters: usize) -> Self {
        // The 100 bytes are about what an entry takes besides its weights.
        Self { most: CACHED / (parameters * size_of::<T>() + 100), cache: Mutex::default() }
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<u64, Initial<T>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The initial weights of a seed; `draw` gives them if they are not here.
    pub fn weights(&self, seed: u64, draw: impl FnOnce() -> Vec<T>) -> Arc<[T]> {
        if let Some(initial) = self.locked().get(&seed) {
            return Arc::clone(&initial.weights);
        }
        let weights: Arc<[T]> = draw().into();
        let mut cache = self.locked();
        if cache.len() >= self.most {
            cache.clear();
        }
        if self.most > 0 {
            cache.insert(seed, Initial { weights: Arc::clone(&weights), ends: [None; 3] });
        }
        weights
    }

    /// Fills in the evaluation of a split before the first step, if it is known of all these seeds.
    pub fn recall(&self, seeds: &[u64], split: Split, evaluation: &mut Evaluation) -> bool {
        let cache = self.locked();
        let known = |seed: &u64| cache.get(seed).and_then(|initial| initial.ends[split as usize]);
        if seeds.is_empty() || seeds.iter().any(|seed| known(seed).is_none()) {
            return false;
        }
        evaluation.reset(seeds.len());
        let sums = evaluation.loss.iter_mut().zip(&mut evaluation.accuracy);
        for ((loss, accuracy), end) in sums.zip(seeds.iter().filter_map(known)) {
            (*loss, *accuracy) = end;
        }
        true
    }

    /// Keeps the evaluation of a split before the first step.
    pub fn keep(&self, seeds: &[u64], split: Split, evaluation: &Evaluation) {
        let mut cache = self.locked();
        for ((seed, loss), accuracy) in seeds.iter().zip(&evaluation.loss).zip(&evaluation.accuracy) {
            if let Some(initial) = cache.get_mut(seed) {
                initial.ends[split as usize] = Some((*loss, *accuracy));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_drawn_once_and_its_losses_are_known_for_the_split_that_was_evaluated() {
        let initials = Initials::<f32>::new(2);
        let evaluation = Evaluation { loss: vec![0.5, 0.7], accuracy: vec![1.0, 0.0] };
        let mut recalled = Evaluation::default();
        assert_eq!(*initials.weights(3, || vec![1.0, 2.0]), [1.0, 2.0]);
        assert_eq!(*initials.weights(3, || unreachable!("it is known")), [1.0, 2.0]);
        assert!(!initials.recall(&[3], Split::Train, &mut recalled));
        // The weights of seed 4 are not here, so nothing is kept for it.
        initials.keep(&[3, 4], Split::Train, &evaluation);
        assert!(!initials.recall(&[3], Split::Test, &mut recalled));
        assert!(!initials.recall(&[3, 4], Split::Train, &mut recalled));
        assert!(initials.recall(&[3, 3], Split::Train, &mut recalled));
        assert_eq!((recalled.loss, recalled.accuracy), (vec![0.5; 2], vec![1.0; 2]));
    }

    #[test]
    fn what_is_too_large_is_drawn_each_time() {
        let initials = Initials::<f64>::new(CACHED);
        assert_eq!(*initials.weights(0, || vec![1.0]), [1.0]);
        assert_eq!(*initials.weights(0, || vec![2.0]), [2.0]);
    }
}
