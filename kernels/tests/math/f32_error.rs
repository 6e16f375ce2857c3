//! The error in f32: over every bit pattern, or quickly over some.

use super::{CASES, Case};

/// How many patterns a thread takes at a time.
const CHUNK: u64 = 1 << 16;

/// |got - exact| in units of the last place of the exact value's nearest f32. Beyond the largest finite number the
/// units go on as if there were one exponent more, and infinity stands for that power of two.
pub fn error(got: f32, exact: f64) -> f64 {
    let nearest = exact as f32;
    if nearest.is_nan() || got.is_nan() || exact.is_infinite() {
        let same = nearest.is_nan() == got.is_nan() && (got.is_nan() || got == nearest);
        return if same { 0.0 } else { f64::INFINITY };
    }
    if nearest == got {
        // Also where the exact value is beyond the range and infinity is its rounding.
        return if got.is_infinite() { 0.0 } else { (f64::from(got) - exact).abs() / last_place(nearest) };
    }
    let value = |x: f32| if x.is_infinite() { f64::from(x.signum()) * 2f64.powi(128) } else { f64::from(x) };
    let exact = if nearest.is_infinite() { value(nearest) } else { exact };
    (value(got) - exact).abs() / last_place(nearest)
}

fn last_place(x: f32) -> f64 {
    let exponent = (x.to_bits() >> 23 & 0xff).clamp(1, 254);
    f64::from_bits(u64::from(exponent + 1023 - 127 - 23) << 52)
}

/// The largest error over the patterns 0, `stride`, 2 · `stride`, … and where it is.
fn largest(case: &Case, stride: u64) -> (f64, f32) {
    let patterns = |chunk: u64| {
        let patterns = (0..CHUNK).map(|i| (chunk * CHUNK + i) * stride);
        patterns.filter_map(|bits| u32::try_from(bits).ok()).map(f32::from_bits).collect()
    };
    let chunks = (1_u64 << 32).div_ceil(CHUNK * stride);
    super::largest(case.f32, chunks, patterns, |x, y| error(y, (case.plain)(f64::from(x))))
}

fn every_pattern(name: &str) {
    let case = Case::named(name);
    let (error, at) = largest(case, 1);
    println!("{name} f32: {error:.4} ULP at {at:e}, documented {}", case.largest_f32);
    assert!(error <= case.largest_f32, "{name}({at:e}) is wrong by {error} ULP");
    // The documentation must not exaggerate either.
    assert!(error > case.largest_f32 - 0.02, "{name} is better than documented: {error} ULP");
}

macro_rules! every_pattern {
    ($($test:ident $name:literal;)*) => {
        $(#[test]
        #[ignore = "two minutes: all 2^32 patterns"]
        fn $test() {
            every_pattern($name);
        })*
    };
}

every_pattern! {
    exp_of_every_pattern "exp";
    expm1_of_every_pattern "expm1";
    ln_of_every_pattern "ln";
    log1p_of_every_pattern "log1p";
    tanh_of_every_pattern "tanh";
    sigmoid_of_every_pattern "sigmoid";
    softplus_of_every_pattern "softplus";
    erf_of_every_pattern "erf";
    gelu_derivative_of_every_pattern "gelu_derivative";
    sin_of_every_pattern "sin";
    cos_of_every_pattern "cos";
}

#[test]
fn some_patterns() {
    for case in &CASES {
        let (error, at) = largest(case, 4099);
        println!("{}: {error:.3}", case.name);
        assert!(error <= case.largest_f32, "{}({at:e}) is wrong by {error} ULP", case.name);
        assert!(error > 0.5 * case.largest_f32, "{}: the sample of errors reaches {error} ULP only", case.name);
    }
}

#[test]
fn the_error_is_counted_in_the_last_place_of_the_nearest_number() {
    assert_eq!(error(1.0, 1.0), 0.0);
    assert_eq!(error(1.0, 1.0 + 2f64.powi(-24)), 0.5);
    assert_eq!(error(1.0, 1.0 + 3.0 * 2f64.powi(-24)), 1.5);
    assert_eq!(error(1.0, 1.0 - 2f64.powi(-24)), 1.0);
    assert_eq!(error(0.0, 2f64.powi(-149)), 1.0);
    assert_eq!(error(f32::INFINITY, f64::from(f32::MAX)), 1.0);
    assert_eq!(error(f32::MAX, 1e300), 1.0);
    assert_eq!(error(f32::INFINITY, 1e300), 0.0);
    assert_eq!(error(f32::NAN, 1.0), f64::INFINITY);
    assert_eq!(error(1.0, f64::NAN), f64::INFINITY);
    assert_eq!(error(f32::MAX, f64::INFINITY), f64::INFINITY);
}
