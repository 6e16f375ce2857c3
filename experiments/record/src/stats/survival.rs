//! How many trials have reached their target by a step, where some were not followed for long enough.

/// The normal distribution's 0.975 quantile.
const Z: f64 = 1.959963984540054;

/// The estimate from a step on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reached {
    /// The step.
    pub step: f64,
    /// The share that has reached the target by then.
    pub share: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The estimate of Kaplan and Meier (1958) of the share of trials that have reached a target, at each step at which one does.
///
/// `trials` are (step, whether the target was reached there): one that did not reach it counts up to its last step as one that
/// still might, and not at all afterwards. With S the share that has not, d of n that might reach it at a step make S ← S (1 −
/// d / n). The interval is Greenwood's on the scale of log(−log S) (Kalbfleisch and Prentice 1980), so that it lies within 0
/// and 1; where S is 0, it is a point.
pub fn kaplan_meier(trials: &[(f64, bool)]) -> Vec<Reached> {
    let mut steps: Vec<f64> = trials.iter().filter(|(_, reached)| *reached).map(|(step, _)| *step).collect();
    super::quantile::ascend(&mut steps);
    steps.dedup();
    let (mut left, mut variance) = (1.0, 0.0);
    let at = |step: f64| {
        let able = trials.iter().filter(|(last, _)| *last >= step).count() as f64;
        let now = trials.iter().filter(|(at, reached)| *reached && *at == step).count() as f64;
        left *= 1.0 - now / able;
        variance += now / (able * (able - now));
        let log = libm::log(left);
        let reach = Z * libm::sqrt(variance) / log.abs();
        let end = |sign: f64| 1.0 - libm::exp(-libm::exp(libm::log(-log) + sign * reach));
        let (low, high) = if left > 0.0 { (end(-1.0), end(1.0)) } else { (1.0, 1.0) };
        Reached { step, share: 1.0 - left, low, high }
    };
    steps.into_iter().map(at).collect()
}
