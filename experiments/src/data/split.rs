//! Splitting examples into those for training, for validation and for testing.

use crate::random::Stream;

/// Which examples belong to which split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices {
    /// For training.
    pub train: Vec<u32>,
    /// For validation.
    pub validation: Vec<u32>,
    /// For testing.
    pub test: Vec<u32>,
}

impl Indices {
    /// How many there are in all.
    pub fn len(&self) -> usize {
        self.train.len() + self.validation.len() + self.test.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Splits `count` examples at random (stream `split`), without regard to their classes.
///
/// The test split gets `count` × `test_fraction` examples, rounded to the nearest integer and halves up, the validation
/// split likewise, the training split the rest. A fraction of 0 means that there is no such split.
///
/// # Errors
///
/// If a split that was asked for, or the training split, would be empty: the key that is to blame, and why.
pub fn split(
    count: usize,
    test_fraction: f64,
    validation_fraction: f64,
    seed: u64,
) -> Result<Indices, (&'static str, String)> {
    let mut sizes = [0; 2];
    let fractions = [("test_fraction", test_fraction), ("validation_fraction", validation_fraction)];
    for (size, (key, fraction)) in sizes.iter_mut().zip(fractions) {
        *size = (fraction * count as f64 + 0.5).floor() as usize;
        if *size == 0 && fraction > 0.0 {
            return Err((key, format!("{fraction} of {count} examples is less than one")));
        }
    }
    let [test, validation] = sizes;
    if test + validation >= count {
        let message =
            format!("{test} of {count} examples for testing and {validation} for validation leave none to train on");
        return Err((if test > 0 { "test_fraction" } else { "validation_fraction" }, message));
    }
    let mut order: Vec<u32> = (0..count as u32).collect();
    Stream::new("split", seed).shuffle(&mut order);
    let train = order.split_off(test + validation);
    let validation = order.split_off(test);
    Ok(Indices { train, validation, test: order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_are_disjoint_and_complete() {
        for (count, test, validation) in [(1797, 0.2, 0.2), (10, 0.25, 0.0), (3, 0.34, 0.34), (1, 0.0, 0.0)] {
            let indices = split(count, test, validation, 5).unwrap();
            let mut all = [indices.train.as_slice(), &indices.validation, &indices.test].concat();
            all.sort_unstable();
            assert!(all.iter().copied().eq(0..count as u32), "{count} {test} {validation}");
        }
    }

    #[test]
    fn sizes_are_rounded_halves_up() {
        let sizes = |count, test, validation| {
            let indices = split(count, test, validation, 0).unwrap();
            (indices.train.len(), indices.validation.len(), indices.test.len())
        };
        assert_eq!(sizes(1797, 0.2, 0.2), (1079, 359, 359));
        assert_eq!(sizes(10, 0.25, 0.0), (7, 0, 3));
        assert_eq!(sizes(10, 0.0, 0.24), (8, 2, 0));
    }

    #[test]
    fn an_empty_split_is_an_error() {
        assert_eq!(split(4, 0.1, 0.0, 0).unwrap_err().0, "test_fraction");
        assert_eq!(split(4, 0.0, 0.1, 0).unwrap_err().0, "validation_fraction");
        assert_eq!(split(2, 0.5, 0.4, 0).unwrap_err().0, "test_fraction");
        assert!(split(0, 0.0, 0.0, 0).is_err());
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(split(100, 0.2, 0.1, 1), split(100, 0.2, 0.1, 1));
        assert_ne!(split(100, 0.2, 0.1, 1), split(100, 0.2, 0.1, 2));
    }
}
