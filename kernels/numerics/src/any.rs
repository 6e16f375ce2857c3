//! Questions about all lanes at once, for branches around what few numbers need.

use pulp::Simd;

use crate::{Real, Vector};

impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
    /// Whether the sign bit of any lane is set: for a branch around what few numbers need.
    #[inline(always)]
    pub fn any_sign(self) -> bool {
        let (simd, registers) = (self.simd(), self.registers());
        let mut all = registers[0];
        for u in 1..U {
            all = T::or(simd, all, registers[u]);
        }
        let lanes: &[T] = bytemuck::cast_slice(std::slice::from_ref(&all));
        lanes.iter().fold(false, |any, lane| any | lane.is_sign_negative())
    }

    /// Whether any lane is below `bound`, for lanes and a bound that have a sign: for a branch around what few numbers
    /// need. NaN may count or not.
    #[inline(always)]
    pub fn any_below(self, bound: f64) -> bool {
        let (simd, registers) = (self.simd(), self.registers());
        let mut least = registers[0];
        for u in 1..U {
            // The least stands second, so that NaN does not replace it.
            least = T::lesser(simd, registers[u], least);
        }
        Vector::<S, T>::constant(simd, bound).sub_bits(Vector::new(simd, least)).any_sign()
    }

    /// Whether any lane is not a number from `smallest` up to the largest: for a branch around what few numbers need. It may
    /// also say so of very large ones.
    #[inline(always)]
    pub fn any_not_normal_and_positive(self, smallest: f64) -> bool {
        let (simd, registers) = (self.simd(), self.registers());
        let (mut least, mut sum) = (registers[0], registers[0]);
        for u in 1..U {
            // The least stands second, so that NaN does not replace it.
            least = T::lesser(simd, registers[u], least);
            // Infinity and NaN stay in the sum.
            sum = <T as Real>::add(simd, sum, registers[u]);
        }
        let (least, sum) = (Vector::<S, T>::new(simd, least), Vector::<S, T>::new(simd, sum));
        let small = least.sub_bits(least.like(smallest)).or(least);
        // One less than the pattern of infinity is that of the largest number.
        let large = sum.like(f64::INFINITY).sub_bits(sum.like_pattern(1)).sub_bits(sum).or(sum);
        small.or(large).any_sign()
    }
}
