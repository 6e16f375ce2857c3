//! Choosing lane by lane among four numbers in f64: on AVX2, whose registers hold four, that takes one permutation, and
//! a choice among eight three operations more.

use std::any::Any;

use bytemuck::Pod;
use pulp::Simd;

/// `table[i & 3]`, lane by lane, with 2 i in the upper half of each lane of `index`. It moves bits and computes nothing, so
/// it is exact; instruction sets without a permutation by a variable look up one lane after the other.
#[inline(always)]
pub fn lookup_four<S: Simd, R: Pod>(simd: S, table: [f64; 4], index: R) -> R {
    // The type of the token is known at compile time, and so is the branch that is taken.
    #[cfg(target_arch = "x86_64")]
    {
        let simd: &dyn Any = &simd;
        if let Some(v4) = simd.downcast_ref::<pulp::x86::V4>() {
            let [a, b, c, d] = table;
            let index = v4.avx512f._mm512_srli_epi64::<33>(bytemuck::cast(index));
            let found = v4.avx512f._mm512_permutexvar_pd(index, bytemuck::cast([a, b, c, d, a, b, c, d]));
            return bytemuck::cast(found);
        }
        if let Some(v3) = simd.downcast_ref::<pulp::x86::V3>() {
            // The permutation moves halves: those of number i are at 2 i and one further.
            let first = v3.avx2._mm256_shuffle_epi32::<0b11_11_01_01>(bytemuck::cast(index));
            let halves = v3.avx2._mm256_or_si256(first, bytemuck::cast([0_u32, 1, 0, 1, 0, 1, 0, 1]));
            let table: pulp::f32x8 = bytemuck::cast(table);
            return bytemuck::cast(v3.avx2._mm256_permutevar8x32_ps(bytemuck::cast(table), halves));
        }
    }
    let mut register = index;
    for lane in bytemuck::cast_slice_mut::<R, f64>(std::slice::from_mut(&mut register)) {
        *lane = table[(lane.to_bits() >> 33 & 3) as usize];
    }
    register
}
