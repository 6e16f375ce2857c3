//! std's functions on f32 and f64 behind one trait: what a user's own scalar code would call.

use thalweg_kernels::math::Elementary;

/// A floating-point type with std's elementary functions.
pub trait Plain: Elementary {
    /// std's eˣ.
    fn std_exp(self) -> Self;
    /// std's eˣ - 1.
    fn std_expm1(self) -> Self;
    /// std's natural logarithm.
    fn std_ln(self) -> Self;
    /// std's ln(1 + x).
    fn std_log1p(self) -> Self;
    /// std's tanh.
    fn std_tanh(self) -> Self;
    /// 1 / (1 + e⁻ˣ) by std's exponential.
    fn std_sigmoid(self) -> Self;
    /// ln(1 + eˣ), stable, by std's functions.
    fn std_softplus(self) -> Self;
    /// The error function of the `libm` crate: std has none.
    fn libm_erf(self) -> Self;
    /// std's sine.
    fn std_sin(self) -> Self;
    /// std's cosine.
    fn std_cos(self) -> Self;
}

macro_rules! plain {
    ($real:ty, $erf:path) => {
        impl Plain for $real {
            #[inline]
            fn std_exp(self) -> Self {
                self.exp()
            }
            #[inline]
            fn std_expm1(self) -> Self {
                self.exp_m1()
            }
            #[inline]
            fn std_ln(self) -> Self {
                self.ln()
            }
            #[inline]
            fn std_log1p(self) -> Self {
                self.ln_1p()
            }
            #[inline]
            fn std_tanh(self) -> Self {
                self.tanh()
            }
            #[inline]
            fn std_sigmoid(self) -> Self {
                1.0 / (1.0 + (-self).exp())
            }
            #[inline]
            fn std_softplus(self) -> Self {
                self.max(0.0) + (-self.abs()).exp().ln_1p()
            }
            #[inline]
            fn libm_erf(self) -> Self {
                $erf(self)
            }
            #[inline]
            fn std_sin(self) -> Self {
                self.sin()
            }
            #[inline]
            fn std_cos(self) -> Self {
                self.cos()
            }
        }
    };
}
plain!(f32, libm::erff);
plain!(f64, libm::erf);
