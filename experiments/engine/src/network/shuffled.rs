//! Small training splits in the order of an epoch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use thalweg_kernels::Real;

use super::Examples;
use super::examples::pick_rows;

/// The most numbers of a split that is worth keeping: gathering short rows takes longer than reading them, again and again,
/// by all blocks, from where they stand in order.
const SMALL: usize = 1 << 14;
/// The most numbers that are kept.
const CACHED: usize = 1 << 20;

/// The rows of a small training split in the orders of epochs, made once and shared by the blocks that need them.
#[derive(Debug, Default)]
pub(super) struct Shuffled<T> {
    cache: Mutex<Cache<T>>,
}

/// By order seed and epoch.
type Cache<T> = HashMap<(u64, u64), Arc<Examples<T>>>;

impl<T: Real> Shuffled<T> {
    /// The rows of the split in the order of an epoch, if it is small.
    pub fn of_epoch(&self, split: &Examples<T>, seed: u64, epoch: u64, order: &[u32]) -> Option<Arc<Examples<T>>> {
        let numbers = split.inputs.len() + split.targets.len();
        if numbers > SMALL || split.count == 0 {
            return None;
        }
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if (cache.len() + 1) * numbers > CACHED {
            cache.clear();
        }
        let rows = cache.entry((seed, epoch)).or_insert_with(|| {
            let picked = |source: &[T]| {
                let mut out = vec![T::default(); source.len()];
                pick_rows(order, source, source.len() / split.count, &mut out);
                out
            };
            let (inputs, targets) = (Arc::new(picked(&split.inputs)), picked(&split.targets));
            Arc::new(Examples { inputs, targets, count: split.count })
        });
        Some(Arc::clone(rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_splits_stand_in_the_order_of_the_epoch_and_large_ones_are_left() {
        let split = Examples::<f32>::new(&[0.0, 1.0, 10.0, 11.0, 20.0, 21.0], &[5.0, 6.0, 7.0], 3);
        let shuffled = Shuffled::default();
        let rows = shuffled.of_epoch(&split, 1, 0, &[2, 0, 2]).unwrap();
        assert_eq!(*rows.inputs, [20.0, 21.0, 0.0, 1.0, 20.0, 21.0]);
        assert_eq!(rows.targets, [7.0, 5.0, 7.0]);
        // Another epoch has another order; one that is known is not made again.
        assert_eq!(shuffled.of_epoch(&split, 1, 1, &[0, 1, 2]).unwrap().targets, split.targets);
        assert!(Arc::ptr_eq(&rows, &shuffled.of_epoch(&split, 1, 0, &[2, 0, 2]).unwrap()));
        let large = Examples::<f32>::new(&vec![0.0; SMALL], &[0.0; 8], 8);
        assert!(shuffled.of_epoch(&large, 1, 0, &[0; 8]).is_none());
    }
}
