//! Special values: zeros with their signs, infinities, NaN, the ends of the range, saturation.

use thalweg_kernels::Isa;
use thalweg_kernels::math::{self, Elementary};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// f(x) on every instruction set, in a whole register and in the tail; all the same, bits included, but for NaN.
fn check<T: Elementary>(name: &str, f: fn(Isa, &mut [T]), table: &[(f64, f64)]) {
    for isa in Isa::available() {
        for &(x, expected) in table {
            let length = 5 * isa.lanes::<T>() + 1;
            let mut ys = vec![T::from_f64(x); length];
            f(isa, &mut ys);
            for y in ys {
                let y = y.to_f64();
                let same = if expected.is_nan() { y.is_nan() } else { y.to_bits() == expected.to_bits() };
                assert!(same, "{name}({x:e}) in {} on {isa:?} is {y}, not {expected:e}", T::NAME);
            }
        }
    }
}

/// What holds in both formats.
fn shared<T: Elementary>() {
    check::<T>("exp", math::exp, &[(NAN, NAN), (-NAN, NAN), (INF, INF), (-INF, 0.0), (0.0, 1.0), (-0.0, 1.0)]);
    check::<T>(
        "exp",
        math::exp,
        &[(1e30, INF), (-1e30, 0.0), (1e-30, 1.0), (-1e-30, 1.0), (710.0, INF), (-746.0, 0.0)],
    );
    check::<T>("ln", math::ln, &[(NAN, NAN), (-NAN, NAN), (INF, INF), (-INF, NAN), (0.0, -INF), (-0.0, -INF)]);
    check::<T>("ln", math::ln, &[(1.0, 0.0), (-1.0, NAN), (-1e-30, NAN), (-1e30, NAN)]);
    check::<T>("expm1", math::expm1, &[(NAN, NAN), (-NAN, NAN), (INF, INF), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0)]);
    check::<T>("expm1", math::expm1, &[(1e30, INF), (-1e30, -1.0), (710.0, INF), (-40.0, -1.0)]);
    check::<T>("log1p", math::log1p, &[(NAN, NAN), (-NAN, NAN), (INF, INF), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0)]);
    check::<T>("log1p", math::log1p, &[(-1.0, -INF), (-1.5, NAN), (-2.0, NAN), (-1e30, NAN)]);
    check::<T>("erf", math::erf, &[(NAN, NAN), (-NAN, NAN), (INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0)]);
    check::<T>("erf", math::erf, &[(6.0, 1.0), (-6.0, -1.0), (1e30, 1.0), (-1e30, -1.0)]);
    check::<T>("tanh", math::tanh, &[(NAN, NAN), (-NAN, NAN), (INF, 1.0), (-INF, -1.0), (0.0, 0.0), (-0.0, -0.0)]);
    check::<T>("tanh", math::tanh, &[(20.0, 1.0), (-20.0, -1.0), (1e30, 1.0), (-1e30, -1.0)]);
    check::<T>("sigmoid", math::sigmoid, &[(NAN, NAN), (-NAN, NAN), (INF, 1.0), (-INF, 0.0), (0.0, 0.5), (-0.0, 0.5)]);
    check::<T>("sigmoid", math::sigmoid, &[(40.0, 1.0), (1e30, 1.0), (-1e30, 0.0), (-746.0, 0.0)]);
    let ln2 = T::from_f64(std::f64::consts::LN_2).to_f64();
    check::<T>(
        "softplus",
        math::softplus,
        &[(NAN, NAN), (-NAN, NAN), (INF, INF), (-INF, 0.0), (0.0, ln2), (-0.0, ln2)],
    );
    check::<T>("softplus", math::softplus, &[(1000.0, 1000.0), (-1000.0, 0.0)]);
    check::<T>("sin", math::sin, &[(NAN, NAN), (-NAN, NAN), (INF, NAN), (-INF, NAN), (0.0, 0.0), (-0.0, -0.0)]);
    check::<T>("cos", math::cos, &[(NAN, NAN), (-NAN, NAN), (INF, NAN), (-INF, NAN), (0.0, 1.0), (-0.0, 1.0)]);
    let small = T::from_f64(1e-30).to_f64();
    for (name, f) in [("sin", math::sin as fn(Isa, &mut [T])), ("expm1", math::expm1), ("log1p", math::log1p)] {
        check::<T>(name, f, &[(small, small), (-small, -small)]);
    }
}

#[test]
fn special_values_in_f32() {
    shared::<f32>();
    let (tiny, small, max) =
        (f64::from(f32::from_bits(1)), f64::from(f32::from_bits(0x0012_3456)), f64::from(f32::MAX));
    check::<f32>("exp", math::exp, &[(89.0, INF), (-104.0, 0.0), (tiny, 1.0), (-103.5, tiny), (max, INF), (-max, 0.0)]);
    check::<f32>("ln", math::ln, &[(tiny, f64::from(-103.278_93_f32)), (-tiny, NAN), (max, f64::from(88.722_84_f32))]);
    check::<f32>("expm1", math::expm1, &[(tiny, tiny), (-small, -small), (max, INF), (-max, -1.0), (-18.0, -1.0)]);
    check::<f32>("log1p", math::log1p, &[(tiny, tiny), (-small, -small), (max, f64::from(88.722_84_f32))]);
    check::<f32>("erf", math::erf, &[(tiny, tiny), (-tiny, -tiny), (max, 1.0), (-max, -1.0), (3.92, 1.0)]);
    check::<f32>("tanh", math::tanh, &[(tiny, tiny), (-small, -small), (max, 1.0), (9.1, 1.0), (-9.1, -1.0)]);
    check::<f32>("sigmoid", math::sigmoid, &[(tiny, 0.5), (-103.5, tiny), (-104.5, 0.0), (18.0, 1.0), (max, 1.0)]);
    check::<f32>("softplus", math::softplus, &[(-103.5, tiny), (-104.5, 0.0), (max, max), (-max, 0.0), (18.0, 18.0)]);
}

#[test]
fn special_values_in_f64() {
    shared::<f64>();
    let (tiny, small) = (f64::from_bits(1), f64::from_bits(0x0003_1415_9265_3589));
    check::<f64>("exp", math::exp, &[(709.8, INF), (-745.1, tiny), (-745.2, 0.0), (tiny, 1.0), (f64::MAX, INF)]);
    check::<f64>("ln", math::ln, &[(tiny, -744.440_071_921_381_2), (-tiny, NAN), (f64::MAX, 709.782_712_893_384)]);
    check::<f64>("expm1", math::expm1, &[(tiny, tiny), (-small, -small), (f64::MAX, INF), (-f64::MAX, -1.0)]);
    check::<f64>("log1p", math::log1p, &[(tiny, tiny), (-small, -small), (f64::MAX, 709.782_712_893_384)]);
    check::<f64>("erf", math::erf, &[(tiny, tiny), (-tiny, -tiny), (f64::MAX, 1.0), (5.922, 1.0)]);
    check::<f64>("tanh", math::tanh, &[(tiny, tiny), (-small, -small), (f64::MAX, 1.0), (19.07, 1.0), (-19.07, -1.0)]);
    check::<f64>(
        "sigmoid",
        math::sigmoid,
        &[(tiny, 0.5), (-745.1, tiny), (-745.2, 0.0), (37.5, 1.0), (-f64::MAX, 0.0)],
    );
    check::<f64>("softplus", math::softplus, &[(-745.1, tiny), (-745.2, 0.0), (f64::MAX, f64::MAX), (40.0, 40.0)]);
}

/// NaN in one lane does not affect its neighbours, nor they it.
#[test]
fn nan_stays_in_its_lane() {
    for isa in Isa::available() {
        for case in &super::CASES {
            let mut xs: Vec<f32> = (0..67).map(|i| if i % 3 == 0 { f32::NAN } else { 0.75 }).collect();
            (case.f32)(isa, &mut xs);
            for (i, y) in xs.iter().enumerate() {
                assert_eq!(y.is_nan(), i % 3 == 0, "{} on {isa:?}, lane {i}: {y}", case.name);
            }
        }
    }
}
