//! Sines and cosines of angles that the double-double reference does not reach, against mpmath.

use serde_json::Value;
use thalweg_kernels::{Isa, Real};

use super::double_double::{Exact, double};
use super::{Case, f32_error, f64_error};

/// An angle with its sine and its cosine, each the sum of two numbers.
fn angles() -> Vec<[f64; 5]> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/angles_mpmath.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let row = |row: &Value| std::array::from_fn(|at| number(&row[at]));
    file["angle, sine, cosine"].as_array().unwrap().iter().map(row).collect()
}

/// For angles of both signs, in a register with small angles, whose bits do not change.
#[test]
fn large_angles_have_their_sines_and_cosines() {
    let angles = angles();
    assert!(angles.len() > 500);
    for (name, column, odd) in [("sin", 1, true), ("cos", 3, false)] {
        let case = Case::named(name);
        for isa in Isa::available() {
            let small = |at: usize| 0.37 * at as f64 - 50.0;
            for negative in [false, true] {
                let sign = |x: f64| if negative { -x } else { x };
                let mut got: Vec<f64> =
                    angles.iter().enumerate().flat_map(|(at, row)| [sign(row[0]), small(at)]).collect();
                (case.f64)(isa, &mut got);
                let mut alone: Vec<f64> = (0..angles.len()).map(small).collect();
                (case.f64)(isa, &mut alone);
                for ((pair, row), alone) in got.chunks(2).zip(&angles).zip(alone) {
                    let flip = if odd { sign(1.0) } else { 1.0 };
                    let value = double(flip * row[column], flip * row[column + 1]);
                    let error = f64_error::error(pair[0], &Exact { value, exponent: 0 });
                    assert!(error <= case.largest_f64, "{name}({:e}) is wrong by {error} ULP on {isa:?}", row[0]);
                    assert_eq!(pair[1].to_bits(), alone.to_bits(), "beside {:e} on {isa:?}", row[0]);
                }
            }
            // f32 by the angles that it has; the error over all of them is that of the other tests.
            for row in angles.iter().filter(|row| f64::from(row[0] as f32) == row[0]) {
                let mut got = [row[0] as f32; 3];
                (case.f32)(isa, &mut got);
                let error = f32_error::error(got[0], row[column]);
                assert!(error <= case.largest_f32, "{name}({:e}) is wrong by {error} ULP in f32 on {isa:?}", row[0]);
                assert!(got.iter().all(|y| y.to_f64() == got[0].to_f64()));
            }
        }
    }
}
