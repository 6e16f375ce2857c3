//! Named streams of random numbers.
//!
//! Every purpose (`init`, `data`, `noise`, `split`, `order`, …) has its own stream per seed, so that no draw depends on
//! what else was drawn. A stream is ChaCha8, whose output is fixed on every machine; the uniform, the normal and the
//! shuffle are our own, as those of `rand` may change between versions. Golden tests below fix the bits.

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// A stream of random numbers for one purpose and one seed.
///
/// ```
/// use thalweg_engine::random::Stream;
///
/// let mut order = Stream::new("order", 7);
/// let mut again = Stream::new("order", 7);
/// assert_eq!(order.next_u64(), again.next_u64());
/// assert_ne!(order.next_u64(), Stream::new("init", 7).next_u64());
/// ```
#[derive(Debug)]
pub struct Stream {
    generator: ChaCha8Rng,
    /// The second of a pair of normals, for the next call.
    spare: Option<f64>,
}

impl Stream {
    /// The stream of a purpose: ChaCha8 with the key `blake3::derive_key("thalweg <purpose>", seed as little endian)`.
    pub fn new(purpose: &str, seed: u64) -> Self {
        let key = blake3::derive_key(&format!("thalweg {purpose}"), &seed.to_le_bytes());
        Self { generator: ChaCha8Rng::from_seed(key), spare: None }
    }

    /// The stream of the same key with ChaCha's stream number `number`, from its start: one per epoch, for example.
    ///
    /// What was drawn from `self` before does not matter. Number 0 is the stream of [`Stream::new`] itself.
    pub fn substream(&self, number: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(self.generator.get_seed());
        generator.set_stream(number);
        Self { generator, spare: None }
    }

    /// The same stream after so many draws of 64 bits from its start, whatever was drawn from `self` before.
    pub fn at(&self, draws: u64) -> Self {
        let mut stream = self.substream(self.generator.get_stream());
        // Positions are in words of 32 bits.
        stream.generator.set_word_pos(2 * u128::from(draws));
        stream
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number in [0, 1): a multiple of 2⁻⁵³, all equally likely.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next_u64() >> 11) as f64 * STEP
    }

    /// An integer in 0..n, all equally likely.
    ///
    /// The high half of a 128-bit product, with the few low halves rejected that would favour some results (Lemire,
    /// arXiv:1805.10941).
    ///
    /// # Panics
    ///
    /// If `n` is zero.
    #[track_caller]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "no integer is below zero");
        let unfair = n.wrapping_neg() % n; // 2⁶⁴ mod n
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product as u64 >= unfair {
                return (product >> 64) as u64;
            }
        }
    }

    /// A number from the standard normal distribution: Marsaglia's polar method, with `libm`'s logarithm, which is the
    /// same on every machine.
    pub fn normal(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        loop {
            if let Some([u, v, square]) = self.attempt() {
                let factor = libm::sqrt(-2.0 * libm::log(square) / square);
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }

    /// An attempt of the polar method, of two draws: a point of the unit disc and the square of its distance from the
    /// centre, if the attempt has found one.
    fn attempt(&mut self) -> Option<[f64; 3]> {
        let u = 2.0 * self.uniform() - 1.0;
        let v = 2.0 * self.uniform() - 1.0;
        let square = u * u + v * v;
        (square > 0.0 && square < 1.0).then_some([u, v, square])
    }

    /// Puts `items` into a random order, all equally likely: Fisher and Yates, from the last item down.
    pub fn shuffle(&mut self, items: &mut [u32]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u64 + 1) as usize;
            items.swap(last, other);
        }
    }
}

/// The normal numbers of a stream, from any of them on: how many draws a number takes is random, so the stream is looked
/// through once, without computing them, on all threads of the pool.
#[derive(Debug)]
pub struct Normals {
    stream: Stream,
    /// How many of the attempts before each multiple of [`MARK`] gave a pair of numbers.
    pairs: Vec<u64>,
}

/// Attempts between two marks.
const MARK: u64 = 256;

impl Normals {
    /// The first `count` normal numbers from the start of a stream.
    pub fn new(stream: Stream, count: u64) -> Self {
        let (wanted, mut pairs) = (count.div_ceil(2), vec![0]);
        let mut found = 0;
        while found < wanted {
            // A share of π/4 of the attempts succeeds; what is missing then takes another round.
            let marks = (wanted - found).div_ceil(MARK) * 13 / 10 + 1;
            let first = pairs.len() as u64 - 1;
            let of_mark = |mark: u64| {
                let mut stream = stream.at(2 * MARK * mark);
                (0..MARK).filter(|_| stream.attempt().is_some()).count() as u64
            };
            let counts: Vec<u64> = (first..first + marks).into_par_iter().map(of_mark).collect();
            pairs.extend(counts.into_iter().map(|count| {
                found += count;
                found
            }));
        }
        Self { stream, pairs }
    }

    /// The stream just before its normal number `index`, of those that were asked for.
    pub fn at(&self, index: u64) -> Stream {
        let pair = index / 2;
        let mark = self.pairs.partition_point(|pairs| *pairs <= pair) - 1;
        let mut stream = self.stream.at(2 * MARK * mark as u64);
        let mut left = pair - self.pairs[mark];
        while left > 0 {
            left -= u64::from(stream.attempt().is_some());
        }
        if index % 2 == 1 {
            stream.normal();
        }
        stream
    }

    /// The bytes of the marks.
    pub fn bytes(&self) -> u64 {
        8 * self.pairs.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_entered_anywhere() {
        let fresh = Stream::new("order", 5).substream(2);
        let mut stream = Stream::new("order", 5).substream(2);
        for draw in 0..200 {
            assert_eq!(fresh.at(draw).next_u64(), stream.next_u64(), "draw {draw}");
        }
        let mut normals = Stream::new("features", 1);
        let entered = Normals::new(Stream::new("features", 1), 2_001);
        for index in 0..2_001 {
            assert_eq!(entered.at(index).normal().to_bits(), normals.normal().to_bits(), "number {index}");
        }
    }

    #[test]
    fn the_generator_is_chacha8() {
        // The first block of ChaCha8 with a zero key and a zero nonce (Strombergson,
        // draft-strombergson-chacha-test-vectors, TC1, 8 rounds).
        let mut generator = ChaCha8Rng::from_seed([0; 32]);
        let mut bytes = [0; 16];
        generator.fill_bytes(&mut bytes);
        let expected = [0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn first_draws_never_change() {
        let mut order = Stream::new("order", 7);
        let mut epoch = order.substream(1);
        let mut init = Stream::new("init", 1);
        let bits = [
            order.next_u64(),
            order.next_u64(),
            epoch.next_u64(),
            init.uniform().to_bits(),
            init.normal().to_bits(),
            init.normal().to_bits(),
        ];
        assert_eq!(
            bits,
            [
                0xc30f9360f055d9,
                0x14e7868be0fb477c,
                0x671a5c136490b966,
                0x3fcb3cd9f25ec69c,
                0x3fb6b230f9e12475,
                0xbfd6879431ccfaf2
            ]
        );
        let mut items: Vec<u32> = (0..10).collect();
        Stream::new("split", 3).shuffle(&mut items);
        assert_eq!(items, [2, 0, 4, 1, 6, 8, 5, 7, 3, 9]);
    }

    #[test]
    fn a_substream_does_not_depend_on_earlier_draws() {
        let fresh = Stream::new("order", 5);
        let mut used = Stream::new("order", 5);
        used.normal();
        assert_eq!(used.substream(3).normal().to_bits(), fresh.substream(3).normal().to_bits());
        assert_eq!(used.substream(0).next_u64(), Stream::new("order", 5).next_u64());
        assert_ne!(used.substream(1).next_u64(), used.substream(2).next_u64());
    }

    #[test]
    fn below_reaches_every_value_about_equally_often() {
        let mut stream = Stream::new("test", 0);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[stream.below(7) as usize] += 1;
        }
        // Five standard deviations of a binomial count are about 463.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 463), "{counts:?}");
        assert_eq!(stream.below(1), 0);
    }

    #[test]
    fn below_rejects_what_would_favour_some() {
        // With n = 3·2⁶², a plain product would map two of three results to twice as many draws as the third.
        let n = 3_u64 << 62;
        let mut stream = Stream::new("test", 1);
        let low = (0..30_000).filter(|_| stream.below(n) < n / 3).count();
        assert!(low.abs_diff(10_000) < 409, "{low} of 30000");
    }

    #[test]
    fn normals_have_the_moments_of_a_normal() {
        let mut stream = Stream::new("test", 2);
        let n = 200_000;
        let draws: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let moment = |power: i32| draws.iter().map(|x| x.powi(power)).sum::<f64>() / f64::from(n);
        assert!(moment(1).abs() < 0.012, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.016, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.11, "{}", moment(4));
    }

    #[test]
    fn a_shuffle_is_a_permutation_and_each_is_as_likely() {
        let mut counts = std::collections::BTreeMap::new();
        let mut stream = Stream::new("test", 3);
        for _ in 0..6_000 {
            let mut items = [0, 1, 2];
            stream.shuffle(&mut items);
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|&count| count.abs_diff(1_000) < 145), "{counts:?}");
        stream.shuffle(&mut []);
    }
}
