//! The functions of an f64 in double-double arithmetic: right to about 2^-90 of their value, a thousand times faster
//! than arbitrary precision. The last test here holds them against that.

use std::ops::{Add, Mul, Neg, Sub};
use std::sync::LazyLock;

pub use super::derivatives::gelu_derivative;

/// The unevaluated sum of two numbers, the second at most half a last place of the first.
#[derive(Clone, Copy, Debug)]
pub struct Double {
    pub high: f64,
    pub low: f64,
}

/// value · 2^exponent: also for numbers that no f64 could hold.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    pub value: Double,
    pub exponent: i32,
}

pub const fn double(high: f64, low: f64) -> Double {
    Double { high, low }
}

/// a + b exactly, for |a| ≥ |b|.
fn fast_two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    double(high, b - (high - a))
}

/// a + b exactly.
pub fn two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let other = high - a;
    double(high, (a - (high - other)) + (b - other))
}

/// a · b exactly.
pub fn two_product(a: f64, b: f64) -> Double {
    let high = a * b;
    double(high, a.mul_add(b, -high))
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (s, t) = (two_sum(self.high, other.high), two_sum(self.low, other.low));
        let s = fast_two_sum(s.high, s.low + t.high);
        fast_two_sum(s.high, s.low + t.low)
    }
}

impl Neg for Double {
    type Output = Self;
    fn neg(self) -> Self {
        double(-self.high, -self.low)
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Double {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let p = two_product(self.high, other.high);
        fast_two_sum(p.high, p.low + (self.high * other.low + self.low * other.high))
    }
}

impl Double {
    pub fn times(self, power_of_two: f64) -> Self {
        double(self.high * power_of_two, self.low * power_of_two)
    }

    /// self / other by two steps of long division, and what is left as a third.
    pub fn over(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self - other * double(first, 0.0);
        let second = rest.high / other.high;
        let rest = rest - other * double(second, 0.0);
        fast_two_sum(first, second) + double(rest.high / other.high, 0.0)
    }
}

pub const ONE: Double = double(1.0, 0.0);
/// 1/2!, 1/3!, …
const INVERSE_FACTORIALS: [Double; 5] = [
    double(0.5, 0.0),
    double(0.166_666_666_666_666_66, 9.251_858_538_542_97e-18),
    double(0.041_666_666_666_666_664, 2.312_964_634_635_742_7e-18),
    double(0.008_333_333_333_333_333, 1.156_482_317_317_871_4e-19),
    double(0.001_388_888_888_888_889, -5.300_543_954_373_577e-20),
];

/// e^r - 1 for |r| < 0.75, to 2^-90 of its value: the series at r/1024, doubled ten times by
/// e^2s - 1 = (e^s - 1)(e^s + 1).
pub fn exp_minus_one(r: Double) -> Double {
    let s = r.times(1.0 / 1024.0);
    // 1/7! + s/8! + …: f64 will do, its product with s^6 is below 2^-60 of the sum.
    let tail = 1.0 / 5040.0 + s.high * (1.0 / 40_320.0 + s.high * (1.0 / 362_880.0));
    let mut sum = double(tail, 0.0);
    for c in INVERSE_FACTORIALS.iter().rev() {
        sum = *c + s * sum;
    }
    let mut e = s + s * s * sum;
    for _ in 0..10 {
        e = e * (e + double(2.0, 0.0));
    }
    e
}

/// x = n ln 2 + r.
pub fn reduce(x: f64) -> (Double, i32) {
    // The first 33 bits of ln 2, whose product with n is exact, and the rest to 2^-139.
    const HIGH: f64 = 0.693_147_180_369_123_8;
    const LOW: Double = double(1.908_214_929_270_587_7e-10, 1.161_222_722_936_253_2e-26);
    let n = (x * std::f64::consts::LOG2_E).round_ties_even();
    (two_sum(x, -n * HIGH) - LOW * double(n, 0.0), n as i32)
}

pub fn exp(x: f64) -> Exact {
    // Beyond ±2000 it is out of every format's range anyway.
    let (r, n) = reduce(x.clamp(-2000.0, 2000.0));
    Exact { value: ONE + exp_minus_one(r), exponent: n }
}

pub fn expm1(x: f64) -> Exact {
    if x.abs() < 2f64.powi(-100) {
        return Exact { value: double(x, 0.0), exponent: 0 };
    }
    let (r, n) = reduce(x.clamp(-2000.0, 2000.0));
    let e = exp_minus_one(r);
    match n {
        0 => Exact { value: e, exponent: 0 },
        // 2^n - 1 loses nothing that a double-double would hold.
        ..=120 => {
            let power = 2f64.powi(n.max(-200));
            Exact { value: e.times(power) + two_sum(power, -1.0), exponent: 0 }
        }
        _ => Exact { value: ONE + e, exponent: n },
    }
}

/// e^x as one double-double, for x ≤ 0: zero where it is too small to matter beside 1.
fn small_exp(x: f64) -> Double {
    let e = exp(x.max(-700.0));
    e.value.times(2f64.powi(e.exponent))
}

pub fn tanh(x: f64) -> Exact {
    let a = x.abs();
    let t = if a < 2f64.powi(-100) {
        double(a, 0.0)
    } else if a < 0.35 {
        let e = exp_minus_one(double(2.0 * a, 0.0));
        e.over(e + double(2.0, 0.0))
    } else {
        let e = small_exp(-2.0 * a);
        (ONE - e).over(ONE + e)
    };
    Exact { value: if x < 0.0 { -t } else { t }, exponent: 0 }
}

pub fn sigmoid(x: f64) -> Exact {
    let denominator = ONE + small_exp(-x.abs());
    if x < 0.0 {
        let e = exp(x);
        Exact { value: e.value.over(denominator), exponent: e.exponent }
    } else {
        Exact { value: ONE.over(denominator), exponent: 0 }
    }
}

/// y + ln(1 + d) for a tiny d.
fn corrected(y: f64, d: Double) -> Double {
    double(y, 0.0) + (d - (d * d).times(0.5))
}

pub fn ln(x: f64) -> Exact {
    // One step of Newton's method, ln x = y + ln(x e^-y), from the f64 logarithm y.
    let y = libm::log(x);
    let d = if y.abs() < 0.7 {
        // x e^-y - 1 = (x - 1) + x (e^-y - 1), without cancellation beyond the one that x - 1 has.
        two_sum(x, -1.0) + double(x, 0.0) * exp_minus_one(double(-y, 0.0))
    } else {
        let e = exp(-y);
        let (fraction, exponent) = libm::frexp(x);
        (e.value * double(fraction, 0.0)).times(2f64.powi(e.exponent + exponent)) - ONE
    };
    Exact { value: corrected(y, d), exponent: 0 }
}

pub fn log1p(x: f64) -> Exact {
    // As for ln, with 1 + x a double-double from the start.
    let y = libm::log1p(x);
    if x.abs() < 2f64.powi(-100) || !y.is_finite() {
        return Exact { value: double(y, 0.0), exponent: 0 };
    }
    let whole = two_sum(1.0, x);
    let d = if y.abs() < 0.7 {
        double(x, 0.0) + whole * exp_minus_one(double(-y, 0.0))
    } else {
        let e = exp(-y);
        let (_, exponent) = libm::frexp(x);
        // In two factors, since 2^-1024 is beyond the range of powi.
        let whole = whole.times(2f64.powi(1 - exponent)).times(0.5);
        (e.value * whole).times(2f64.powi(e.exponent + exponent)) - ONE
    };
    Exact { value: corrected(y, d), exponent: 0 }
}

/// 1 / (2k + 1)
pub static INVERSE_ODDS: LazyLock<Vec<Double>> =
    LazyLock::new(|| (0..400).map(|k| ONE.over(double(f64::from(2 * k + 1), 0.0))).collect());

pub fn erf(x: f64) -> Exact {
    const TWO_OVER_ROOT_PI: Double = double(std::f64::consts::FRAC_2_SQRT_PI, 1.533_545_961_316_588e-17);
    let a = x.abs();
    if a < 2f64.powi(-100) {
        // Scaled, since otherwise the low part of a subnormal product would be lost.
        return Exact { value: TWO_OVER_ROOT_PI * double(x, 0.0).times(2f64.powi(200)), exponent: -200 };
    }
    // 2/√π e^-x² (x + 2x³/3 + 4x⁵/15 + …), all terms of which are positive.
    let square = two_product(a, a);
    let value = if a > 9.0 {
        ONE
    } else {
        let twice = square.times(2.0);
        let (mut term, mut sum) = (ONE, ONE);
        for inverse in &INVERSE_ODDS[1..] {
            term = term * twice * *inverse;
            sum = sum + term;
            if term.high < sum.high * 2f64.powi(-108) {
                break;
            }
        }
        let (r, n) = reduce(-square.high);
        let decay = (ONE + exp_minus_one(r - double(square.low, 0.0))).times(2f64.powi(n));
        TWO_OVER_ROOT_PI * double(a, 0.0) * decay * sum
    };
    Exact { value: if x < 0.0 { -value } else { value }, exponent: 0 }
}

pub fn softplus(x: f64) -> Exact {
    let e = exp(-x.abs());
    if e.exponent < -70 && x < 0.0 {
        // ln(1 + e) = e (1 - e/2 + …)
        let half = small_exp(x).times(0.5);
        return Exact { value: e.value * (ONE - half), exponent: e.exponent };
    }
    let e = small_exp(-x.abs());
    let y = libm::log1p(e.high);
    // (1 + e) e^-y - 1
    let d = e + (ONE + e) * exp_minus_one(double(-y, 0.0));
    Exact { value: double(x.max(0.0), 0.0) + corrected(y, d), exponent: 0 }
}

/// π to 2^-160.
const PI: [f64; 3] = [std::f64::consts::PI, 1.224_646_799_147_353_2e-16, -2.994_769_809_718_339_7e-33];

/// sin(x - n π) for a difference up to π/2, by its series.
fn sin_reduced(x: f64, n: f64) -> Double {
    let multiple = |part: f64| two_product(n, part);
    let r = double(x, 0.0) - multiple(PI[0]) - multiple(PI[1]) - multiple(PI[2]);
    let square = r * r;
    let (mut term, mut sum) = (r, r);
    for k in 1..18 {
        term = -(term * square).over(double(f64::from(2 * k * (2 * k + 1)), 0.0));
        sum = sum + term;
    }
    sum
}

pub fn sin(x: f64) -> Exact {
    let n = (x / PI[0]).round_ties_even();
    let value = sin_reduced(x, n);
    Exact { value: if n % 2.0 == 0.0 { value } else { -value }, exponent: 0 }
}

pub fn cos(x: f64) -> Exact {
    let n = (x / PI[0]).floor();
    let value = sin_reduced(x, n + 0.5);
    Exact { value: if n % 2.0 == 0.0 { -value } else { value }, exponent: 0 }
}

mod arbitrary_precision {
    use astro_float::{BigFloat, Consts, RoundingMode};

    use super::super::CASES;
    use super::super::f64_error::sample;
    use super::Exact;

    const BITS: usize = 192;
    /// Enough for the smallest number beside 1.
    const WIDE: usize = 1400;
    const ROUNDING: RoundingMode = RoundingMode::ToEven;

    fn number(x: f64) -> BigFloat {
        BigFloat::from_f64(x, BITS)
    }

    fn exp(x: &BigFloat, constants: &mut Consts) -> BigFloat {
        x.exp(BITS, ROUNDING, constants)
    }

    /// 2/√π (x - x³/3 + x⁵/10 - …) with bits to spare for the cancellation of its terms, which are up to e^x².
    fn erf(x: &BigFloat, bits: usize, constants: &mut Consts) -> BigFloat {
        if x.abs() > number((bits as f64 / 3.0).sqrt()) {
            return if x.is_negative() { number(-1.0) } else { number(1.0) };
        }
        let square = x.mul(x, bits, ROUNDING);
        let (mut power, mut sum) = (x.clone(), x.clone());
        for k in 1..4 * bits as u32 {
            power = power.mul(&square, bits, ROUNDING).div(&number(-f64::from(k)), bits, ROUNDING);
            let term = power.div(&number(f64::from(2 * k + 1)), bits, ROUNDING);
            sum = sum.add(&term, bits, ROUNDING);
            if term.exponent() < sum.exponent().map(|e| e - bits as i32 / 2) {
                break;
            }
        }
        let root = constants.pi(bits, ROUNDING).sqrt(bits, ROUNDING);
        sum.mul(&number(2.0), bits, ROUNDING).div(&root, bits, ROUNDING)
    }

    /// Φ(x) + x φ(x) with bits to spare for what cancels far on the left.
    fn gelu_derivative(x: &BigFloat, constants: &mut Consts) -> BigFloat {
        let bits = 3000;
        let (one, half) = (number(1.0), number(0.5));
        let scaled = x.div(&number(2.0).sqrt(bits, ROUNDING), bits, ROUNDING);
        let share = one.add(&erf(&scaled, bits, constants), bits, ROUNDING).mul(&half, bits, ROUNDING);
        let density = scaled.mul(&scaled, bits, ROUNDING).neg().exp(bits, ROUNDING, constants);
        let root = constants.pi(bits, ROUNDING).mul(&number(2.0), bits, ROUNDING).sqrt(bits, ROUNDING);
        share.add(&density.mul(x, bits, ROUNDING).div(&root, bits, ROUNDING), bits, ROUNDING)
    }

    fn function(name: &str, x: f64, constants: &mut Consts) -> BigFloat {
        let (x, one) = (number(x), number(1.0));
        match name {
            "exp" => exp(&x, constants),
            "expm1" => x.exp(WIDE, ROUNDING, constants).sub(&one, WIDE, ROUNDING),
            "ln" => x.ln(BITS, ROUNDING, constants),
            "log1p" => one.add(&x, WIDE, ROUNDING).ln(WIDE, ROUNDING, constants),
            "erf" => erf(&x, 512, constants),
            "tanh" => x.tanh(BITS, ROUNDING, constants),
            "sigmoid" => one.div(&one.add(&exp(&x.neg(), constants), BITS, ROUNDING), BITS, ROUNDING),
            "gelu_derivative" => gelu_derivative(&x, constants),
            "sin" => x.sin(BITS, ROUNDING, constants),
            "cos" => x.cos(BITS, ROUNDING, constants),
            "softplus" => {
                // ln(1 + e^x) with enough bits for the smallest e^x beside 1.
                let e = x.exp(WIDE, ROUNDING, constants);
                one.add(&e, WIDE, ROUNDING).ln(WIDE, ROUNDING, constants)
            }
            _ => panic!("no reference for {name}"),
        }
    }

    fn check(count: u64) {
        let mut constants = Consts::new().expect("there is memory for constants");
        for case in &CASES {
            let mut largest: f64 = 0.0;
            for i in 0..count {
                let x = sample(case, i);
                if case.name != "ln" && x.abs() > case.limit.min(2000.0) {
                    continue;
                }
                // Beyond, nothing is left of it on one side, and of its distance from 1 on the other.
                if case.name == "gelu_derivative" && x.abs() > 40.0 {
                    continue;
                }
                let Exact { value, exponent } = (case.exact)(x);
                if value.high == 0.0 {
                    assert!(x == 0.0 || (x == 1.0 && case.name == "ln"), "{}({x:e})", case.name);
                    continue;
                }
                let expected = function(case.name, x, &mut constants);
                let scale = number(2.0).powi(exponent.unsigned_abs() as usize, BITS, ROUNDING);
                let got = number(value.high).add(&number(value.low), BITS, ROUNDING);
                let got = if exponent < 0 { got.div(&scale, BITS, ROUNDING) } else { got.mul(&scale, BITS, ROUNDING) };
                let difference = got.sub(&expected, BITS, ROUNDING).div(&expected, BITS, ROUNDING).abs();
                let bits = difference.exponent().filter(|_| !difference.is_zero()).map_or(-999.0, f64::from);
                largest = if largest == 0.0 { bits } else { largest.max(bits) };
            }
            println!("{}: right to 2^{largest} of the value", case.name);
            assert!(largest <= -90.0, "{} is right to 2^{largest} only", case.name);
        }
    }

    #[test]
    fn double_double_agrees_with_arbitrary_precision() {
        check(500);
    }

    #[test]
    #[ignore = "minutes: arbitrary precision"]
    fn double_double_agrees_with_arbitrary_precision_at_many_points() {
        check(100_000);
    }
}
