//! Means over the examples of a split.

use thalweg_kernels::Real;

/// The mean loss and the share of correct answers of every lane of a block.
///
/// Both are added in f64 in the order of the examples and divided by their number at the end.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Mean loss per lane.
    pub loss: Vec<f64>,
    /// Share of correct answers per lane.
    pub accuracy: Vec<f64>,
}

impl Evaluation {
    /// Starts anew, for this many lanes.
    pub fn reset(&mut self, lanes: usize) {
        for sums in [&mut self.loss, &mut self.accuracy] {
            sums.clear();
            sums.resize(lanes, 0.0);
        }
    }

    /// Adds losses and hits, both `[example][lane]`, of the lanes `first .. first + lanes`.
    pub fn add<T: Real>(&mut self, first: usize, lanes: usize, losses: &[T], correct: &[T]) {
        for (sums, terms) in [(&mut self.loss, losses), (&mut self.accuracy, correct)] {
            let sums = &mut sums[first..first + lanes];
            for row in terms.chunks_exact(lanes) {
                sums.iter_mut().zip(row).for_each(|(sum, term)| *sum += term.to_f64());
            }
        }
    }

    /// Divides the sums by the number of examples.
    pub fn finish(&mut self, examples: usize) {
        for sums in [&mut self.loss, &mut self.accuracy] {
            sums.iter_mut().for_each(|sum| *sum /= examples as f64);
        }
    }
}
