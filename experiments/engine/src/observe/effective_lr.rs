//! Effective learning rates.

use thalweg_kernels::Real;
use thalweg_record::stats::quantile;

use super::{Column, Cost, Look, Observe, Observer, Records, Rows};

/// Quantiles over the parameters of the effective learning rate -Δw/g: what an update multiplied the gradient by. A
/// parameter has none if its gradient is zero, or if its update is so small that what is left of it is mostly the
/// rounding of w.
///
/// For Adagrad and RMSProp this is α / (√c + ε), up to the rounding of w. An optimizer that carries on earlier
/// gradients at times moves against the present one: its rate is negative then.
pub static EFFECTIVE_LR: Observer = Observer::new::<EffectiveRates>(
    (
        "effective-lr",
        "quantiles over the weights of what an update multiplied the gradient by",
        "-Δw/g, of weights with a gradient and an update of at least a hundred units in the last place",
    ),
    &[],
    (Records::Table { name: "effective_lr", index: None }, &QUANTILES),
    ("nothing", |extent| Cost { bytes: 8 * extent.weights, ..Cost::ROW }),
);

/// The shares of the weights at which quantiles are taken.
const SHARES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

static QUANTILES: [Column; SHARES.len()] = {
    const fn of(name: &'static str, meaning: &'static str) -> Column {
        Column { name, unit: "w²/L", meaning }
    }
    [
        of("effective_lr_q05", "the quantile of 5 % of the effective learning rates"),
        of("effective_lr_q25", "the first quartile"),
        of("effective_lr_q50", "the median"),
        of("effective_lr_q75", "the third quartile"),
        of("effective_lr_q95", "the quantile of 95 %"),
    ]
};

struct EffectiveRates;

impl Observe for EffectiveRates {
    /// The rates of a trial.
    type Room<T: Real> = Vec<f64>;

    fn look<T: Real>(look: Look<'_, T>, rates: &mut Vec<f64>, rows: &mut Rows<'_, T>) {
        let (Some(gradient), Some(previous)) = (look.gradient, look.previous) else { return };
        // An update of a hundred units in the last place of w is known to half a percent.
        let precision = if size_of::<T>() == size_of::<f32>() { f64::from(f32::EPSILON) } else { f64::EPSILON };
        let seen = 100.0 * precision;
        for trial in look.running() {
            let [after, before, slope] = [look.weights, previous, gradient].map(|array| look.numbers(array, trial));
            rates.clear();
            let is_seen = |after: f64, before: f64| (after - before).abs() >= seen * after.abs().max(before.abs());
            let moved = after.zip(before).zip(slope).filter(|((a, b), slope)| *slope != 0.0 && is_seen(*a, *b));
            rates.extend(moved.map(|((after, before), slope)| (before - after) / slope).filter(|rate| !rate.is_nan()));
            rates.sort_unstable_by(f64::total_cmp);
            if !rates.is_empty() {
                rows.push(trial, 0, &SHARES.map(|share| quantile(rates, share)));
            }
        }
    }
}
