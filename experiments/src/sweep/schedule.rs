//! When things happen in a trial: batches, steps, evaluations.

use crate::spec::{Batch, Curves, InputError, Length, LogEvery, MAX_STEPS, Spec};

/// The most evaluations of a trial.
pub const MAX_LOGGED: u64 = 1_000_000;

/// When things happen in a trial; the same for all trials of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Examples of the training split.
    pub train: usize,
    /// Examples of a batch; the last batch of an epoch has fewer if the training split is no multiple of this and the
    /// rest is not dropped.
    pub batch: usize,
    /// Steps of an epoch.
    pub steps_per_epoch: u64,
    /// Steps of a trial.
    pub steps: u64,
    /// Evaluations are at the multiples of this, and at both ends; 0 for the ends only.
    pub log_every: u64,
    /// The steps after which the splits are evaluated, from 0 (before the first step) to `steps`.
    pub logged: Vec<u64>,
    /// Those of them that become rows of `curves.csv`.
    pub recorded: Vec<u64>,
}

impl Schedule {
    /// The schedule of a spec for a training split of this size.
    ///
    /// # Errors
    ///
    /// If a batch is larger than the split, or there are too many steps or evaluations.
    pub fn new(spec: &Spec, train: usize) -> Result<Self, InputError> {
        // A landscape is one example.
        let train = if spec.network.is_some() { train } else { 1 };
        let batch = match spec.train.batch_for(train) {
            Batch::Full => train,
            Batch::Size(size) | Batch::AtMost(size) if size <= train => size,
            Batch::Size(size) | Batch::AtMost(size) => {
                let message = format!("a batch of {size} is larger than the training split of {train} examples");
                return Err(spec.error("train.batch", message).with_help("\"full\" is the whole split"));
            }
        };
        let batches = if spec.train.drop_last { train / batch } else { train.div_ceil(batch) };
        let steps_per_epoch = batches as u64;
        let steps = match spec.train.length {
            Length::Steps(steps) => steps,
            Length::Epochs(epochs) => {
                epochs.checked_mul(steps_per_epoch).filter(|&steps| steps <= MAX_STEPS).ok_or_else(|| {
                    let message = format!("{epochs} epochs of {steps_per_epoch} steps are more than {MAX_STEPS} steps");
                    spec.error("train.epochs", message)
                })?
            }
        };
        let log_every = match spec.train.log_every {
            LogEvery::Steps(every) => every,
            LogEvery::Epoch => steps_per_epoch,
        };
        // Beyond the last step there is nothing to log: equal meanings get equal numbers.
        let log_every = if log_every >= steps { 0 } else { log_every };
        if let Some(count) = steps.checked_div(log_every).filter(|&count| count > MAX_LOGGED) {
            let message = format!("{count} evaluations of each trial are more than {MAX_LOGGED}");
            return Err(spec.error("train.log_every", message));
        }
        let logged = logged(steps, log_every);
        let recorded = match spec.record.curves {
            Curves::All => logged.clone(),
            Curves::Thin => thin(&logged),
            Curves::None => Vec::new(),
        };
        Ok(Self { train, batch, steps_per_epoch, steps, log_every, logged, recorded })
    }

    /// Examples that a trial's steps see, counted as often as they are seen.
    pub fn examples(&self) -> u128 {
        let (batch, train) = (self.batch as u128, self.train as u128);
        let per_epoch = train.min(u128::from(self.steps_per_epoch) * batch);
        let (epochs, rest) = (self.steps / self.steps_per_epoch, self.steps % self.steps_per_epoch);
        // The smaller batch, if any, is the last of its epoch, and an unfinished epoch does not reach it.
        u128::from(epochs) * per_epoch + u128::from(rest) * batch
    }
}

fn logged(steps: u64, every: u64) -> Vec<u64> {
    let mut logged = vec![0];
    if let Some(count) = steps.checked_div(every) {
        logged.extend((1..=count).map(|index| index * every));
    }
    if logged.last() != Some(&steps) {
        logged.push(steps);
    }
    logged
}

/// About fifty of the logged steps: the first, and then those whose number is nearest to evenly spaced logarithms.
fn thin(logged: &[u64]) -> Vec<u64> {
    const POINTS: usize = 50;
    if logged.len() <= POINTS {
        return logged.to_vec();
    }
    let last = (logged.len() - 1) as f64;
    let gaps = POINTS - 2;
    let index = |point: usize| libm::round(libm::pow(last, point as f64 / gaps as f64)) as usize;
    let mut indices: Vec<usize> = std::iter::once(0).chain((0..gaps).map(index)).chain([logged.len() - 1]).collect();
    indices.dedup();
    indices.into_iter().map(|index| logged[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_logged() {
        assert_eq!(logged(10, 0), [0, 10]);
        assert_eq!(logged(10, 4), [0, 4, 8, 10]);
        assert_eq!(logged(10, 5), [0, 5, 10]);
    }

    #[test]
    fn thin_curves_are_log_spaced_and_keep_the_ends() {
        let all = logged(100_000, 10);
        let thin = thin(&all);
        assert!((35..=50).contains(&thin.len()), "{}", thin.len());
        assert_eq!((thin[0], thin[1], thin[thin.len() - 1]), (0, 10, 100_000));
        assert!(thin.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(super::thin(&logged(490, 10)).len(), 50);
    }

    #[test]
    fn examples_count_smaller_and_dropped_batches() {
        let schedule = |steps_per_epoch, steps| Schedule {
            train: 10,
            batch: 4,
            steps_per_epoch,
            steps,
            log_every: 0,
            logged: vec![],
            recorded: vec![],
        };
        assert_eq!(schedule(3, 3).examples(), 10);
        assert_eq!(schedule(3, 5).examples(), 18);
        assert_eq!(schedule(2, 5).examples(), 20);
    }
}
