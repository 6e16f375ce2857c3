//! Axes with values beyond their ends.

use thalweg_kernels::optimizer::{Domain, Hyperparameter};

use super::axis::{Axis, twelve_digits};

impl Axis {
    /// Its values, ascending, with so many more below the smallest and above the largest, or as many as there are.
    ///
    /// Each is as far from the last as that is from the one before: by difference on linear axes and those of integers, and by
    /// the ratio of their distances from the next bound of the hyperparameter on others, so that learning rates tend to 0 and
    /// decays to 1. Where there is no bound ahead, the ratio is that of the values themselves if they are positive. They are
    /// rounded to 12 significant digits, as all points of axes are. There are none beyond a bound that is taken already, nor
    /// of an axis of one value, of choices, or of random numbers.
    pub fn outward(&self, hyperparameter: &Hyperparameter, [below, above]: [usize; 2]) -> Vec<f64> {
        let mut values = self.values(hyperparameter.name);
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        if matches!(self, Self::Choices(_) | Self::Sample { .. }) {
            return values;
        }
        let is_even = matches!(self, Self::Linear { .. } | Self::Integers { .. });
        for (count, is_last) in [(below, false), (above, true)] {
            for _ in 0..count {
                let Some(next) = beyond(&values, hyperparameter, is_even, is_last) else { break };
                let place = if is_last { values.len() } else { 0 };
                values.insert(place, next);
            }
        }
        values
    }
}

/// The next value beyond an end of ascending values.
fn beyond(values: &[f64], hyperparameter: &Hyperparameter, is_even: bool, is_last: bool) -> Option<f64> {
    let Domain::Number { low, high } = hyperparameter.domain else { return None };
    let (end, neighbour) = match values {
        [.., neighbour, end] if is_last => (*end, *neighbour),
        [end, neighbour, ..] if !is_last => (*end, *neighbour),
        _ => return None,
    };
    let (bound, _) = if is_last { high } else { low };
    let even = end + (end - neighbour);
    let next = if is_even {
        even
    } else if bound.is_finite() {
        bound + (end - bound) / (neighbour - bound) * (end - bound)
    } else if neighbour > 0.0 && end > 0.0 {
        end / neighbour * end
    } else {
        even
    };
    let next = match hyperparameter.is_whole {
        true if is_last => next.round().max(end + 1.0),
        true => next.round().min(end - 1.0),
        false => twelve_digits(next),
    };
    let is_beyond = if is_last { next > end } else { next < end };
    let is_allowed = (next > low.0 || (low.1 && next == low.0)) && (next < high.0 || (high.1 && next == high.0));
    (is_beyond && is_allowed && next.is_finite()).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Hyperparameter = Hyperparameter::lr(0.1);
    const DECAY: Hyperparameter = Hyperparameter::decay("momentum", "μ", "", 0.9);

    #[test]
    fn values_go_on_by_ratio_towards_the_bound_ahead() {
        let rates = Axis::Log { low: 1e-2, high: 1.0, points: 3 };
        assert_eq!(rates.outward(&RATE, [2, 1]), [1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0]);
        let decays = Axis::Values(vec![0.99, 0.9, 0.0]);
        assert_eq!(decays.outward(&DECAY, [3, 2]), [0.0, 0.9, 0.99, 0.999, 0.9999]);
        assert_eq!(rates.outward(&RATE, [0, 0]), rates.values("lr"));
    }

    #[test]
    fn even_axes_stay_even_and_nothing_leaves_the_domain() {
        let decays = Axis::Linear { low: 0.5, high: 0.9, points: 3 };
        assert_eq!(decays.outward(&DECAY, [9, 9]), [0.1, 0.3, 0.5, 0.7, 0.9]);
        let whole = Hyperparameter::non_negative("ns_steps", "", "", 5.0).whole();
        assert_eq!(Axis::Integers { low: 2.0, high: 4.0 }.outward(&whole, [9, 1]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(Axis::Values(vec![2.0, 3.0]).outward(&whole, [0, 2]), [2.0, 3.0, 5.0, 8.0]);
    }

    #[test]
    fn what_is_no_row_of_numbers_does_not_go_on() {
        assert_eq!(Axis::Values(vec![0.1]).outward(&RATE, [3, 3]), [0.1]);
        let choice = Hyperparameter::choice("nesterov", "", &["true", "false"]);
        assert_eq!(Axis::Choices(vec![1, 0]).outward(&choice, [1, 1]), [0.0, 1.0]);
        assert_eq!(Axis::Values(vec![1e-300, 1.0]).outward(&RATE, [9, 0]), [1e-300, 1.0]);
        assert_eq!(Axis::Values(vec![1.0, 1e300]).outward(&RATE, [0, 9]), [1.0, 1e300]);
    }
}
