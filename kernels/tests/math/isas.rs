//! Every instruction set and register width gives the same bits, for every length and at every index.

use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Isa, Real};

use super::CASES;

/// A number's pattern; one for all NaN, whose payload is outside the contract.
fn bits<T: Real>(x: T) -> u64 {
    let x = x.to_f64();
    if x.is_nan() { u64::MAX } else { x.to_bits() }
}

fn agree<T: Elementary>(name: &str, f: fn(Isa, &mut [T]), xs: &[T]) {
    let scalar = Isa::named("scalar").expect("the scalar instruction set is always there");
    let mut expected = xs.to_vec();
    f(scalar, &mut expected);
    for isa in Isa::available() {
        let lanes = isa.lanes::<T>();
        for length in [0, 1, lanes - 1, lanes, lanes + 1, 4 * lanes + 3, xs.len()] {
            // The first elements and the last: a value meets other lanes, another U and the tail.
            for start in [0, xs.len() - length] {
                let mut ys = xs[start..start + length].to_vec();
                f(isa, &mut ys);
                for (i, y) in ys.iter().enumerate() {
                    let (x, want) = (xs[start + i], expected[start + i]);
                    assert_eq!(bits(*y), bits(want), "{name}({x}) on {isa:?}, length {length}: {y}, scalar {want}");
                }
            }
        }
    }
}

const SPECIAL: [f64; 32] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    9.0,
    -9.0,
    9.03125,
    9.1,
    19.0,
    19.0625,
    20.0,
    -20.0,
    88.5,
    89.0,
    -87.4,
    -103.9,
    -104.5,
    -105.0,
    709.7,
    710.0,
    -745.1,
    -746.0,
    -1e9,
    1e9,
    1e-30,
    -1e-300,
    1e300,
    -1e-40,
    std::f64::consts::FRAC_1_SQRT_2,
];

/// Lanes of NaN and infinity stand among ordinary ones.
fn specials<T: Real>() -> Vec<T> {
    let mut all = vec![f64::NAN, f64::INFINITY, -f64::NAN, f64::NEG_INFINITY];
    for x in SPECIAL {
        all.extend([x, f64::NAN, -x, f64::INFINITY]);
    }
    all.into_iter().map(T::from_f64).collect()
}

#[test]
fn f32_on_every_isa() {
    let mut xs: Vec<f32> = specials();
    xs.extend((0..=u32::MAX).step_by(131_071).map(f32::from_bits));
    xs.extend((-20_000..20_000).map(|i| i as f32 * 0.005_3));
    for case in &CASES {
        agree(case.name, case.f32, &xs);
    }
}

#[test]
fn f64_on_every_isa() {
    let mut xs: Vec<f64> = specials();
    xs.extend((0..30_000u64).map(|i| f64::from_bits(i.wrapping_mul(0x9e37_79b9_7f4a_7c15))));
    xs.extend((-20_000..20_000).map(|i| f64::from(i) * 0.037_3));
    for case in &CASES {
        agree(case.name, case.f64, &xs);
    }
}

/// A register of ordinary numbers may take a shorter way than one with a special number among them.
fn neighbours<T: Elementary>(name: &str, f: fn(Isa, &mut [T])) {
    let ordinary: Vec<T> = (1..400).map(|i| T::from_f64(f64::from(i) * 0.17)).collect();
    for isa in Isa::available() {
        let mut expected = ordinary.clone();
        f(isa, &mut expected);
        for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0, 1e-40, 1e-310, 1e300] {
            for first in 0..3 {
                let mut xs = ordinary.clone();
                xs.iter_mut().skip(first).step_by(3).for_each(|x| *x = T::from_f64(special));
                f(isa, &mut xs);
                for (i, (x, want)) in xs.iter().zip(&expected).enumerate().filter(|(i, _)| i % 3 != first) {
                    assert_eq!(bits(*x), bits(*want), "{name} of number {i} beside {special} on {isa:?}");
                }
            }
        }
    }
}

#[test]
fn a_special_neighbour_changes_no_bit() {
    for case in &CASES {
        neighbours(case.name, case.f32);
        neighbours(case.name, case.f64);
    }
}
