//! Angles so large that π/2 in three parts is not enough to turn them back.

/// 2/π without its point, after 64 zeros: enough for the largest f64.
const TWO_OVER_PI: [u64; 21] = [
    0x0000_0000_0000_0000,
    0xa2f9_836e_4e44_1529,
    0xfc27_57d1_f534_ddc0,
    0xdb62_9599_3c43_9041,
    0xfe51_63ab_debb_c561,
    0xb724_6e3a_424d_d2e0,
    0x0649_2eea_09d1_921c,
    0xfe1d_eb1c_b129_a73e,
    0xe882_35f5_2ebb_4484,
    0xe99c_7026_b45f_7e41,
    0x3991_d639_8353_39f4,
    0x9c84_5f8b_bdf9_283b,
    0x1ff8_97ff_de05_980f,
    0xef2f_118b_5a0a_6d1f,
    0x6d36_7ecf_27cb_09b7,
    0x4f46_3f66_9e5f_ea2d,
    0x7527_bac7_ebe5_f17b,
    0x3d07_39f7_8a52_92ea,
    0x6bfb_5fb1_1f8d_5d08,
    0x5603_3046_fc7b_6bab,
    0xf0cf_bc20_9af4_361d,
];

/// π/2 · 2^127, rounded.
const HALF_PI: u128 = 0xc90f_daa2_2168_c234_c4c6_628b_80dc_1cd1;

/// An angle less the nearest multiple of a quarter turn.
#[derive(Clone, Copy, Debug)]
pub struct Turned {
    /// What is left, at most π/4 on either side, as a sum of two numbers.
    pub rest: [f64; 2],
    /// The multiple, modulo 4.
    pub quarters: u32,
}

/// Turns an angle ≥ 1 back. What is left is right to 2^-70 of itself: the f64 nearest to a multiple of π/2 is 2^-61 from it.
/// Infinity and NaN leave NaN.
///
/// In the manner of M. H. Payne and R. N. Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18(1),
/// 1983: of the product with 2/π, only the bits from 2 on down to 2^-137 are computed, in integers.
pub fn turn_back(angle: f64) -> Turned {
    if !angle.is_finite() {
        return Turned { rest: [f64::NAN; 2], quarters: 0 };
    }
    let (exponent, mantissa) = ((angle.to_bits() >> 52) as usize, angle.to_bits() & ((1 << 52) - 1) | 1 << 52);
    // The angle is mantissa · 2^(exponent - 1075), so that the first `exponent - 1077` bits of 2/π make multiples of four
    // quarter turns. The 192 bits behind them:
    let first = exponent + 64 - 1077;
    let word = |at: usize| match (TWO_OVER_PI[first / 64 + at], first % 64) {
        (high, 0) => high,
        (high, shift) => high << shift | TWO_OVER_PI[first / 64 + at + 1] >> (64 - shift),
    };
    let times = |word: u64, carry: u128| u128::from(mantissa) * u128::from(word) + (carry >> 64);
    let low = times(word(2), 0);
    let middle = times(word(1), low);
    let high = times(word(0), middle);
    // The product modulo 4 in units of 2^-190: the first two bits are whole quarters, the others the fraction.
    let (top, bottom) = ((high as u64 as u128) << 64 | middle as u64 as u128, low as u64);
    let quarters = ((top >> 125) as u32).div_ceil(2) % 4;
    let (fraction, rest) = (top << 2 | u128::from(bottom) >> 62, bottom << 2);
    // From a half on, it is what is missing to the next quarter.
    let negative = fraction >> 127 == 1;
    let (fraction, rest) = if negative { (!fraction, !rest) } else { (fraction, rest) };
    // At least one, as the fraction is below a half now.
    let zeros = fraction.leading_zeros();
    let fraction = fraction << zeros | u128::from(rest) << 64 >> (128 - zeros);
    let radians = high_product(fraction, HALF_PI);
    let sign = if negative { -1.0 } else { 1.0 };
    let unit = sign * power_of_two(-127 - zeros as i32);
    // Each has at most 53 bits.
    let (head, tail) =
        ((radians >> 75) as f64 * unit * power_of_two(75), (radians << 53 >> 75) as f64 * unit * power_of_two(22));
    let rounded = head + tail;
    Turned { rest: [rounded, tail - (rounded - head)], quarters }
}

/// The upper half of a product.
fn high_product(a: u128, b: u128) -> u128 {
    const LOW: u128 = u64::MAX as u128;
    let ([a1, a0], [b1, b0]) = ([a >> 64, a & LOW], [b >> 64, b & LOW]);
    let middle = a1 * b0 + ((a0 * b0) >> 64);
    let other = a0 * b1 + (middle & LOW);
    a1 * b1 + (middle >> 64) + (other >> 64)
}

/// 2^n for a normal number.
fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}
