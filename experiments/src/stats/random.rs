//! Whole numbers at random, the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A generator that is a function of a text.
pub(super) fn from_text(text: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(*blake3::hash(text.as_bytes()).as_bytes())
}

/// A number from 0 up to, not including, `bound`, all equally likely (Lemire 2019, doi:10.1145/3230636).
pub(super) fn below(rng: &mut ChaCha8Rng, bound: u32) -> u32 {
    // The high half of a 32 × 32 bit product is in range; the products whose low half is under 2³² mod bound are the surplus ones.
    let surplus = bound.wrapping_neg() % bound;
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(bound);
        if product as u32 >= surplus {
            return (product >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_in_range_and_even() {
        let mut rng = from_text("draws");
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[below(&mut rng, 7) as usize] += 1;
        }
        // Five standard deviations of a binomial count of 70,000 draws at 1/7.
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 463), "{counts:?}");
    }

    #[test]
    fn the_stream_is_fixed() {
        let mut rng = from_text("moons sgd lr=0.1");
        let draws: Vec<u32> = (0..8).map(|_| below(&mut rng, 10)).collect();
        assert_eq!(draws, [4, 3, 4, 4, 6, 7, 1, 7]);
    }
}
