//! Columns of `runs.csv` that are computed from how a trial went, for sweeps that ask for them.

use super::{Outcome, Split};

/// A number that is computed from a trial's losses once it is over.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name in specs and in `runs.csv`.
    pub name: &'static str,
    /// What it is, as a clause.
    pub summary: &'static str,
    /// Its value for a trial of this many steps, all of which are logged.
    pub value: fn(&Outcome, u64) -> Option<f64>,
}

/// All of them.
pub static COLUMNS: &[Column] = &[Column {
    name: "boundary_measure",
    summary: "how a trial converges, Σ Lₜ/L₀, or, below zero, how it does not, -Σ L₀/Lₜ (Sohl-Dickstein, arXiv 2402.06184)",
    value: boundary_measure,
}];

impl Column {
    /// The column called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        COLUMNS.iter().find(|column| column.name == name)
    }
}

/// Names are unique.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The most that a loss counts as, in initial losses.
const CAP: f64 = 1e6;
/// How many losses at the end decide whether a trial converges.
const LAST: usize = 20;

/// The measure of the boundary of trainability (Sohl-Dickstein, arXiv 2402.06184).
///
/// Of the training losses that the updates see, those after 0 to `steps` - 1 of them, each is divided by the first and
/// counts as 10⁶ at most; after a trial became non-finite, all do. If the last 20 are below 1 on average, the trial
/// converges, and the measure is their sum: the smaller, the faster. If not, it is the sum of their reciprocals with a
/// minus: the closer to zero, the faster it diverges. Sums are in f64, in the order of the steps.
fn boundary_measure(outcome: &Outcome, steps: u64) -> Option<f64> {
    let mut losses = outcome.points.iter().filter_map(|point| point.loss[Split::Train as usize]);
    let first = losses.next()?;
    let capped = |loss: f64| {
        let share = loss / first;
        if share < CAP { share } else { CAP }
    };
    let shares: Vec<f64> =
        std::iter::once(first).chain(losses).map(capped).chain(std::iter::repeat(CAP)).take(steps as usize).collect();
    let last = &shares[shares.len().saturating_sub(LAST)..];
    let converges = last.iter().sum::<f64>() < last.len() as f64;
    Some(if converges { shares.iter().sum() } else { -shares.iter().map(|share| 1.0 / share).sum::<f64>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Point, Positions};
    use thalweg_record::record::Status;

    fn measure(losses: &[f64], steps: u64) -> Option<f64> {
        let point = |(step, loss): (usize, &f64)| Point {
            step: step as u64,
            loss: [Some(*loss), None, None],
            ..Point::default()
        };
        let outcome = Outcome {
            status: Status::Ok,
            steps,
            diverged_at: None,
            steps_to_target: None,
            points: losses.iter().enumerate().map(point).collect(),
            positions: Positions::default(),
            observed: Vec::new(),
        };
        boundary_measure(&outcome, steps)
    }

    fn assert_measure(losses: &[f64], steps: u64, expected: f64) {
        let found = measure(losses, steps).unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }

    #[test]
    fn what_converges_has_the_sum_of_its_losses() {
        // No update sees the loss after the last one.
        assert_measure(&[4.0, 2.0, 1.0, 100.0], 3, 1.75);
    }

    #[test]
    fn what_does_not_has_that_of_their_reciprocals() {
        assert_measure(&[2.0, 4.0, 8.0], 3, -1.75);
        // Non-finite after the second: two capped losses follow.
        assert_measure(&[2.0, 4.0], 4, -1.5 - 2e-6);
        assert_measure(&[1.0, 1e9, 1.0, 1.0], 4, -3.0 - 1e-6);
    }

    #[test]
    fn the_last_twenty_decide() {
        let losses: Vec<f64> = (0..40).map(|step| if step < 20 { 10.0 } else { 9.0 }).collect();
        assert_measure(&losses, 40, 20.0 + 18.0);
        assert_eq!(measure(&[], 3), None);
    }
}
