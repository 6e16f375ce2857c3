//! The derivatives of the activation functions against the true ones: the largest error relative to the derivative itself is
//! the one that their documentation states.

use thalweg_kernels::activation::{ALL, Activation, DerivativeError};
use thalweg_kernels::math::Elementary;
use thalweg_kernels::{Isa, Real};

use super::derivatives::{gelu_derivative, gelu_tanh_derivative, silu_derivative, softsign_derivative};
use super::double_double::{self, Exact, double};
use super::{f32_error, f64_error, largest_by};

/// g'(z), right to 2^-80 of itself or, beside a root, of its change in a last place of z.
fn exact(name: &str, z: f64) -> Exact {
    let plain = |high| Exact { value: double(high, 0.0), exponent: 0 };
    match name {
        "identity" => plain(1.0),
        "relu" => plain(f64::from(u8::from(z > 0.0))),
        "leaky-relu" => plain(if z > 0.0 { 1.0 } else { 0.01 }),
        "elu" if z > 0.0 => plain(1.0),
        "elu" => double_double::exp(z),
        "softplus" => double_double::sigmoid(z),
        "silu" => silu_derivative(z),
        "softsign" => softsign_derivative(z),
        "gelu" => gelu_derivative(z),
        "gelu-tanh" => gelu_tanh_derivative(z),
        _ => panic!("no derivative of {name}"),
    }
}

/// Rounded to f64.
fn scaled(Exact { value, exponent }: Exact) -> f64 {
    libm::ldexp(value.high, exponent)
}

/// g'(z) by the kernels.
fn slopes<T: Elementary>(activation: &Activation, z: &mut [T]) {
    let (isa, mut values, mut slopes) = (Isa::best(), z.to_vec(), vec![T::from_f64(1.0); z.len()]);
    activation.forward(isa, &mut values);
    activation.backward(isa, activation.needed(z, &values), &mut slopes);
    z.copy_from_slice(&slopes);
}

/// Every finite number of f32 whose pattern is a multiple of `stride`, in chunks.
fn patterns(stride: u64) -> (u64, impl Fn(u64) -> Vec<f32> + Sync) {
    const CHUNK: u64 = 1 << 16;
    let of = move |chunk: u64| {
        let patterns = (0..CHUNK).map(|i| (chunk * CHUNK + i) * stride);
        patterns.filter_map(|bits| u32::try_from(bits).ok()).map(f32::from_bits).filter(|z| z.is_finite()).collect()
    };
    ((1_u64 << 32).div_ceil(CHUNK * stride), of)
}

/// At least `count` points of f64: where functions do more than saturate, around zero, every exponent, and around the roots
/// of derivatives.
fn points(count: u64) -> (u64, impl Fn(u64) -> Vec<f64> + Sync) {
    const CHUNK: u64 = 1 << 12;
    const ROOTS: [f64; 3] = [-0.751_791_524_693_564_5, -0.752_461_422_071_016_3, -1.278_464_542_761_073_7];
    let point = |i: u64| {
        let bits = f64_error::random(i);
        let unit = (bits >> 11) as f64 / 2f64.powi(53);
        match i % 8 {
            0 | 1 => 10.0 * unit - 40.0 * f64::from(u8::from(bits & 1 == 0)) * unit,
            2 | 3 => 6.0 * (unit - 0.5),
            4 => 800.0 * (unit - 0.95),
            5 => f64::from_bits((bits & !(0x7ff << 52)) | ((1023 - 30 + (f64_error::random(bits) % 40)) << 52)),
            6 => ROOTS[(bits % 3) as usize] * (1.0 + (unit - 0.5) * 2f64.powi(-((bits >> 2 & 31) as i32))),
            _ => f64::from_bits(bits & !(1 << 62)),
        }
    };
    (count.div_ceil(CHUNK), move |chunk| (chunk * CHUNK..(chunk + 1) * CHUNK).map(point).collect())
}

/// The largest errors in ULP, in f32 over the patterns of a stride and in f64 over that many points.
fn ulps(activation: &Activation, stride: u64, count: u64) -> [f64; 2] {
    let plain = |z: f32| {
        let z = f64::from(z);
        // Beside a root, the difference in plain f64 leaves too little.
        if (-1.4..-0.7).contains(&z) { scaled(exact(activation.name, z)) } else { activation.reference(z).1 }
    };
    let (chunks, of) = patterns(stride);
    let f32 = largest_by(&|z| slopes(activation, z), chunks, of, |z, slope| f32_error::error(slope, plain(z)));
    let (chunks, of) = points(count);
    let error = |z, slope| f64_error::error(slope, &exact(activation.name, z));
    let f64 = largest_by(&|z| slopes(activation, z), chunks, of, error);
    println!("{activation:?}: {:.3} ULP at {:e} in f32, {:.3} ULP at {:e} in f64", f32.0, f32.1, f64.0, f64.1);
    [f32.0, f64.0]
}

/// The smallest |z| at which the derivative of a function that saturates is off by more than a thousandth of itself, and the
/// smallest at which it is 0.
fn losses<T: Real + Elementary>(activation: &Activation, chunks: u64, of: impl Fn(u64) -> Vec<T> + Sync) -> [f64; 2] {
    // 1 - tanh² and σ (1 - σ) without the differences.
    let truth = |z: f64| {
        let e = libm::exp(if activation.name == "tanh" { -2.0 * z.abs() } else { -z.abs() });
        let slope = e / ((1.0 + e) * (1.0 + e));
        if activation.name == "tanh" { 4.0 * slope } else { slope }
    };
    let nearest = |share: f64| {
        let error = |z: T, slope: T| {
            let (z, true_slope) = (z.to_f64(), truth(z.to_f64()));
            let normal = true_slope > 1.2e-38;
            if normal && (slope.to_f64() - true_slope).abs() >= share * true_slope { 1.0 / z.abs() } else { 0.0 }
        };
        1.0 / largest_by(&|z| slopes(activation, z), chunks, &of, error).0
    };
    [nearest(0.001), nearest(1.0)]
}

/// What is found over few inputs must not contradict what is documented, and what is found over many must not be better.
fn check(activation: &Activation, stride: u64, count: u64, complete: bool) {
    match activation.derivative_error {
        DerivativeError::Ulps { f32, f64 } => {
            for (found, stated) in ulps(activation, stride, count).into_iter().zip([f32, f64]) {
                assert!(
                    found <= stated,
                    "the derivative of {activation:?} is wrong by {found} ULP, documented {stated}"
                );
                let least = if complete { stated - 0.1 } else { 0.5 * stated };
                assert!(found >= least, "the derivative of {activation:?} is wrong by {found} ULP only");
            }
        }
        DerivativeError::Saturating { thousandth, whole, .. } => {
            let ((chunks, of), (f64_chunks, f64_of)) = (patterns(stride), points(count));
            let found = [losses::<f32>(activation, chunks, of), losses::<f64>(activation, f64_chunks, f64_of)];
            println!("{activation:?}: from {found:?}");
            for (at, found) in found.into_iter().enumerate() {
                for (found, stated) in found.into_iter().zip([thousandth[at], whole[at]]) {
                    assert!(
                        found >= stated,
                        "the derivative of {activation:?} is lost from {found}, documented {stated}"
                    );
                    let most = if complete { 0.15 } else { 0.6 };
                    assert!(found <= stated + most, "the derivative of {activation:?} is lost from {found} only");
                }
            }
        }
    }
}

#[test]
fn derivatives_at_some_numbers() {
    for activation in ALL {
        check(activation, 4099, 100_000, false);
    }
}

macro_rules! every_number {
    ($($test:ident $name:literal;)*) => {
        $(#[test]
        #[ignore = "minutes: all 2^32 patterns, and 10^7 points in double-double arithmetic"]
        fn $test() {
            check(Activation::named($name).unwrap(), 1, 10_000_000, true);
        })*
    };
}

every_number! {
    identity_at_every_number "identity";
    relu_at_every_number "relu";
    sigmoid_at_every_number "sigmoid";
    tanh_at_every_number "tanh";
    leaky_relu_at_every_number "leaky-relu";
    elu_at_every_number "elu";
    gelu_at_every_number "gelu";
    gelu_tanh_at_every_number "gelu-tanh";
    silu_at_every_number "silu";
    softplus_at_every_number "softplus";
    softsign_at_every_number "softsign";
}

/// The documentation of a function has the sentence of its metadata, and so the numbers that the tests above hold.
#[test]
fn the_documentation_states_the_errors() {
    for activation in ALL {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/functions/src/activation/");
        let source = std::fs::read_to_string(format!("{folder}{}.rs", activation.name.replace('-', "_"))).unwrap();
        let lines = source.lines().filter_map(|line| line.strip_prefix("///")).map(str::trim);
        let text = lines.collect::<Vec<_>>().join(" ").to_lowercase();
        let sentence = activation.derivative_error.to_string().to_lowercase();
        assert!(text.contains(&sentence), "the documentation of {activation:?} does not say that {sentence}");
    }
}
