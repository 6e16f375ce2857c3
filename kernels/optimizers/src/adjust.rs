//! What happens to a gradient before the rule sees it: clipping and weight decay.
//!
//! It is a pass of its own, so that a rule costs the same without it, and there is one kernel for all rules.

use std::ops::Range;

use pulp::{Simd, WithSimd};
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real};

use crate::norms::clip;

/// Clipping and weight decay of some parameters of a block, trial by trial:
///
/// ```text
/// g' = f clip(g, -l, l) + λ w      (no term where λ = 0)
/// w  = k w
/// ```
///
/// with the limit l, the factor f = [`clipping_factor`], the coupled decay λ, and k = 1 - α λ' of a decay λ' that is
/// decoupled from the gradient. With l = ∞, f = 1, λ = 0 and k = 1 nothing changes a bit. NaN stays NaN. Nothing is fused.
///
/// Clipping is that of Pascanu, Mikolov and Bengio, arXiv:1211.5063, as in PyTorch's `clip_grad_norm_` and
/// `clip_grad_value_`; decoupled decay that of Loshchilov and Hutter, arXiv:1711.05101.
pub struct Adjustment<'a, T> {
    /// `[group][parameter][lane]`
    pub weights: &'a mut [T],
    /// `[group][parameter][lane]`
    pub gradient: &'a [T],
    /// g', `[group][parameter][lane]`
    pub adjusted: &'a mut [T],
    /// The parameters of each trial that are meant.
    pub range: Range<usize>,
    /// Lanes of a group.
    pub lanes: usize,
    /// l, `[group][lane]`
    pub limit: &'a [T],
    /// f, `[group][lane]`
    pub factor: &'a [T],
    /// λ, `[group][lane]`
    pub decay: &'a [T],
    /// k, `[group][lane]`
    pub shrink: &'a [T],
}

/// What a gradient is multiplied by so that its norm is at most `limit`: limit / (norm + 10⁻⁶), or 1 where that is more.
/// NaN for a norm that is NaN.
pub fn clipping_factor(norm: f64, limit: f64) -> f64 {
    let factor = limit / (norm + 1e-6);
    // An infinite limit over an infinite norm is no reason to doubt the gradient.
    if factor >= 1.0 || (limit.is_infinite() && !norm.is_nan()) { 1.0 } else { factor }
}

impl<T: Real> Adjustment<'_, T> {
    /// Clips and decays. The operations are written for single numbers: the compiler makes registers of them, which
    /// changes nothing as none is fused.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn apply(self, isa: Isa) {
        let size = self.weights.len();
        assert!(self.gradient.len() == size && self.adjusted.len() == size);
        let trials = self.limit.len();
        assert!([self.factor, self.decay, self.shrink].iter().all(|of_lanes| of_lanes.len() == trials));
        assert!(trials.is_multiple_of(self.lanes) && size.is_multiple_of(trials));
        assert!(self.range.start <= self.range.end && self.range.end <= size / trials);
        APPLY.get::<T>()(isa, self);
    }
}

/// Behind pointers, so that this kernel is compiled here and not in every crate that is generic over the precision.
static APPLY: Table<ApplyKernel> = Table { f32: apply, f64: apply };

#[derive(Clone, Copy)]
struct ApplyKernel;
impl Family for ApplyKernel {
    type Member<T: Real> = fn(Isa, Adjustment<'_, T>);
}

fn apply<T: Real>(isa: Isa, adjustment: Adjustment<'_, T>) {
    isa.dispatch(Apply(adjustment));
}

struct Apply<'a, T>(Adjustment<'a, T>);

impl<T: Real> WithSimd for Apply<'_, T> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Adjustment { weights, gradient, adjusted, range, lanes, limit, factor, decay, shrink } = self.0;
        let parameters = weights.len() / limit.len();
        for (group, first) in (0..limit.len()).step_by(lanes).enumerate() {
            let all = (group * parameters + range.start) * lanes..(group * parameters + range.end) * lanes;
            let (weights, gradient) = (&mut weights[all.clone()], &gradient[all.clone()]);
            let adjusted = &mut adjusted[all];
            if lanes == 1 {
                let c = [limit[group], factor[group], decay[group], shrink[group]];
                for ((w, g), adjusted) in weights.iter_mut().zip(gradient).zip(adjusted) {
                    (*adjusted, *w) = adjust(*g, *w, c);
                }
                continue;
            }
            let of_group = first..first + lanes;
            let (limit, factor) = (&limit[of_group.clone()], &factor[of_group.clone()]);
            let (decay, shrink) = (&decay[of_group.clone()], &shrink[of_group]);
            let rows = weights.chunks_exact_mut(lanes).zip(gradient.chunks_exact(lanes));
            for ((weights, gradient), adjusted) in rows.zip(adjusted.chunks_exact_mut(lanes)) {
                for lane in 0..lanes {
                    let c = [limit[lane], factor[lane], decay[lane], shrink[lane]];
                    (adjusted[lane], weights[lane]) = adjust(gradient[lane], weights[lane], c);
                }
            }
        }
    }
}

/// The new gradient and weight.
#[inline(always)]
fn adjust<T: Real>(g: T, w: T, [limit, factor, decay, shrink]: [T; 4]) -> (T, T) {
    let clipped = clip(g, limit) * factor;
    // A sum with 0 w would turn -0 into 0.
    let adjusted = if decay == T::default() { clipped } else { clipped + decay * w };
    (adjusted, w * shrink)
}
