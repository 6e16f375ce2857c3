//! The error in f64 over a stratified sample.

pub use super::double_double::{Double, Exact};
use super::{CASES, Case};

const CHUNK: u64 = 1 << 12;

/// 64 bits that depend on `i` alone (splitmix64).
pub fn random(i: u64) -> u64 {
    let z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The i-th point of the sample. The strata: the domain, the smaller numbers of it, exponents of moderate size, every
/// pattern, and the seams where the argument reduction goes from one integer to the next.
pub fn sample(case: &Case, i: u64) -> f64 {
    let (low, high) = case.domain;
    let bits = random(i);
    let unit = (bits >> 11) as f64 / 2f64.powi(53);
    let signed = |x: f64| if low < 0.0 { x } else { x.abs() };
    let x = match i % 8 {
        0 | 1 => low + (high - low) * unit,
        2 | 3 => signed((unit - 0.5) * 6.0),
        4 => signed(f64::from_bits((bits & !(0x7ff << 52)) | ((1023 - 30 + (random(bits) % 40)) << 52))),
        5 => signed((unit - 0.5) * 80.0),
        6 => {
            let seam = (random(bits) % 64) as f64 * case.seam;
            let step = 1.0 + (unit - 0.5) * 2f64.powi(-((bits & 31) as i32));
            if low < 0.0 { (if bits & 32 == 0 { seam } else { -seam }) * step } else { step }
        }
        _ => signed(f64::from_bits(bits)),
    };
    if x.abs() <= case.limit && x.is_finite() && x > case.above { x } else { unit }
}

fn scaled(x: f64, exponent: i32) -> f64 {
    libm::ldexp(x, exponent)
}

/// |got - exact| in units of the last place of the exact value's nearest f64. Beyond the largest finite number the
/// units go on as if there were one exponent more, and infinity stands for that power of two.
pub fn error(got: f64, exact: &Exact) -> f64 {
    let Exact { value, exponent } = *exact;
    if got.is_nan() {
        return f64::INFINITY;
    }
    if value.high == 0.0 {
        return if got == 0.0 { 0.0 } else { f64::INFINITY };
    }
    let magnitude = libm::ilogb(value.high) + exponent;
    if magnitude >= 1024 && got.is_infinite() {
        return 0.0;
    }
    let last_place = magnitude.clamp(-1022, 1023) - 52;
    let got = if got.is_infinite() { scaled(got.signum(), 1024 - exponent) } else { scaled(got, -exponent) };
    scaled(((got - value.high) - value.low).abs(), exponent - last_place)
}

/// The largest error over `count` points of the sample or a few more, and where it is.
fn largest(case: &Case, count: u64) -> (f64, f64) {
    let points = |chunk: u64| (chunk * CHUNK..(chunk + 1) * CHUNK).map(|i| sample(case, i)).collect();
    super::largest(case.f64, count.div_ceil(CHUNK), points, |x, y| error(y, &(case.exact)(x)))
}

fn many_points(name: &str) {
    let case = Case::named(name);
    let (error, at) = largest(case, 100_000_000);
    println!("{name} f64: {error:.4} ULP at {at:e}, documented {}", case.largest_f64);
    assert!(error <= case.largest_f64, "{name}({at:e}) is wrong by {error} ULP");
    // The documentation must not exaggerate either.
    assert!(error > case.largest_f64 - 0.02, "{name} is better than documented: {error} ULP");
}

macro_rules! many_points {
    ($($test:ident $name:literal;)*) => {
        $(#[test]
        #[ignore = "minutes: 10^8 points in double-double arithmetic"]
        fn $test() {
            many_points($name);
        })*
    };
}

many_points! {
    exp_of_many_points "exp";
    expm1_of_many_points "expm1";
    ln_of_many_points "ln";
    log1p_of_many_points "log1p";
    tanh_of_many_points "tanh";
    sigmoid_of_many_points "sigmoid";
    softplus_of_many_points "softplus";
    erf_of_many_points "erf";
    gelu_derivative_of_many_points "gelu_derivative";
    sin_of_many_points "sin";
    cos_of_many_points "cos";
}

#[test]
fn some_points() {
    for case in &CASES {
        let (error, at) = largest(case, 100_000);
        println!("{}: {error:.3} at {at:e}", case.name);
        assert!(error <= case.largest_f64, "{}({at:e}) is wrong by {error} ULP", case.name);
        assert!(error > 0.5 * case.largest_f64, "{}: the sample of errors reaches {error} ULP only", case.name);
    }
}

#[test]
fn the_error_is_counted_in_the_last_place_of_the_nearest_number() {
    let exact = |high, low, exponent| Exact { value: Double { high, low }, exponent };
    assert_eq!(error(1.0, &exact(1.0, 0.0, 0)), 0.0);
    assert_eq!(error(1.0, &exact(1.0, 2f64.powi(-54), 0)), 0.25);
    assert_eq!(error(4.0 + 2f64.powi(-50), &exact(1.0, 2f64.powi(-54), 2)), 0.75);
    assert_eq!(error(0.0, &exact(1.0, 0.0, -1074)), 1.0);
    assert_eq!(error(f64::from_bits(3), &exact(1.0, 0.0, -1074)), 2.0);
    assert_eq!(error(0.0, &exact(1.0, 0.0, -1076)), 0.25);
    assert_eq!(error(f64::INFINITY, &exact(1.0, 0.0, 1030)), 0.0);
    assert_eq!(error(f64::MAX, &exact(1.0, 0.0, 1024)), 1.0);
    assert_eq!(error(f64::INFINITY, &exact(1.0, 0.0, 1023)), 2f64.powi(52));
    assert_eq!(error(f64::NAN, &exact(1.0, 0.0, 0)), f64::INFINITY);
}
