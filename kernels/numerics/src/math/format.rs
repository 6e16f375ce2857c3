//! What the formulas know about the bits of a floating-point format, and polynomials.

use pulp::Simd;

use crate::{Real, Vector};

/// The bits of a format, seen through the 32-bit half that holds its exponent: pulp shifts no 64-bit lanes.
///
/// Adding [`SPLIT`](Self::SPLIT) to a small number leaves its integer part in that half, [`FRACTION`](Self::FRACTION)
/// bits above the half's bottom; [`WHOLE`](Self::WHOLE) masks what lies below, which rounds down.
pub trait Format: Real {
    /// Where the exponent starts in its half.
    const EXPONENT: u32;
    /// The pattern of 1.
    const ONE: u64;
    /// 1.5 · 2^k for the k that leaves [`FRACTION`](Self::FRACTION) bits of fraction in the half.
    const SPLIT: f64;
    /// The bits of fraction that are kept in the half.
    const FRACTION: u32;
    /// Every bit of weight 1 and more of a number to which [`SPLIT`](Self::SPLIT) was added.
    const WHOLE: u64;
    /// ln 2 with so few bits that its product with an exponent is exact.
    const LN2_HIGH: f64;
    /// ln 2 - [`LN2_HIGH`](Self::LN2_HIGH).
    const LN2_LOW: f64;

    /// The integer nearest to x · `factor`, and a pattern with that integer at the bottom of the half.
    fn nearest<S: Simd, const U: usize>(x: Vector<S, Self, U>, factor: f64)
    -> (Vector<S, Self, U>, Vector<S, Self, U>);
}

impl Format for f32 {
    const EXPONENT: u32 = 23;
    const ONE: u64 = 0x3f80_0000;
    const SPLIT: f64 = 49_152.0;
    const FRACTION: u32 = 8;
    const WHOLE: u64 = 0xffff_ff00;
    const LN2_HIGH: f64 = 0.693_145_751_953_125;
    const LN2_LOW: f64 = 1.428_606_820_309_417_3e-6;

    #[inline(always)]
    fn nearest<S: Simd, const U: usize>(x: Vector<S, f32, U>, factor: f64) -> (Vector<S, f32, U>, Vector<S, f32, U>) {
        let magic = x.like(f32::ROUND);
        let t = x.mul_add(x.like(factor), magic);
        (t - magic, t)
    }
}

impl Format for f64 {
    const EXPONENT: u32 = 20;
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const SPLIT: f64 = 1_572_864.0;
    const FRACTION: u32 = 0;
    const WHOLE: u64 = 0xffff_ffff_0000_0000;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

    #[inline(always)]
    fn nearest<S: Simd, const U: usize>(x: Vector<S, f64, U>, factor: f64) -> (Vector<S, f64, U>, Vector<S, f64, U>) {
        // f64::ROUND would leave the integer in the half without the exponent.
        let t = x.mul_add(x.like(factor), x.like(f64::SPLIT + 0.5)).and(x.like_pattern(f64::WHOLE));
        (t - x.like(f64::SPLIT), t)
    }
}

/// c₀ + c₁u + c₂u² + …, in fused multiply-adds: Horner's rule in u² on the pairs c₀ + c₁u, c₂ + c₃u, …, which halves
/// the chain of dependent operations for one multiplication more.
#[inline(always)]
pub fn polynomial<S: Simd, T: Real, const U: usize>(u: Vector<S, T, U>, coefficients: &[f64]) -> Vector<S, T, U> {
    let square = u * u;
    let (pairs, single) = coefficients.as_chunks::<2>();
    let mut sum = single.first().map(|c| u.like(*c));
    for [even, odd] in pairs.iter().rev() {
        let pair = u.mul_add(u.like(*odd), u.like(*even));
        sum = Some(match sum {
            Some(sum) => sum.mul_add(square, pair),
            None => pair,
        });
    }
    sum.expect("a polynomial has a coefficient")
}

/// The same by Horner's rule in u: a longer chain and no square, which pays where enough registers go together to overlap
/// the chains.
#[inline(always)]
pub fn horner<S: Simd, T: Real, const U: usize>(u: Vector<S, T, U>, coefficients: &[f64]) -> Vector<S, T, U> {
    let (last, others) = coefficients.split_last().expect("a polynomial has a coefficient");
    let mut sum = u.like(*last);
    for c in others.iter().rev() {
        sum = sum.mul_add(u, u.like(*c));
    }
    sum
}
