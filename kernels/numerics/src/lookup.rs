//! Choosing lane by lane among eight or four numbers that a register holds: pulp has no such operation.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use std::any::Any;

use bytemuck::Pod;
use pulp::Simd;

/// The number of a table that the lowest three bits of each lane of `index` name. It moves bits and computes nothing,
/// so it is exact. Each instruction set that has a permutation by a variable uses its own; scalar code, and register widths
/// that only tests use, look up one lane after the other.
pub trait Lookup: Sized {
    /// `table[index & 7]`, lane by lane, for registers of this type.
    fn lookup<S: Simd, R: Pod>(simd: S, table: [Self; 8], index: R) -> R;
}

/// One lane after another.
#[inline(always)]
fn lane_by_lane<T: Pod, R: Pod>(table: [T; 8], index: R, low_bits: impl Fn(T) -> usize) -> R {
    let mut register = index;
    for lane in bytemuck::cast_slice_mut::<R, T>(std::slice::from_mut(&mut register)) {
        *lane = table[low_bits(*lane) & 7];
    }
    register
}

/// The table, repeated to fill a register.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn repeated<T: Pod, R: Pod>(table: [T; 8]) -> R {
    let mut register = R::zeroed();
    for part in bytemuck::cast_slice_mut::<R, T>(std::slice::from_mut(&mut register)).chunks_exact_mut(8) {
        part.copy_from_slice(&table);
    }
    register
}

/// What permutes the 16 bytes of a register of NEON.
#[cfg(target_arch = "aarch64")]
mod neon {
    use pulp::aarch64::Neon;
    use pulp::{u8x16, u32x4};

    /// Byte b of lane i is byte b of number `index[i]` of the table.
    #[inline(always)]
    pub fn lookup_f32(simd: Neon, table: [f32; 8], index: u32x4) -> u8x16 {
        let neon = simd.neon;
        let three_bits = neon.vandq_u32(bytemuck::cast(index), neon.vdupq_n_u32(7));
        // Four times the index, in each byte, and the number of the byte: no byte carries into the next.
        let bytes = neon.vmlaq_n_u32(neon.vdupq_n_u32(0x0302_0100), three_bits, 0x0404_0404);
        bytemuck::cast(neon.vqtbl2q_u8(bytemuck::cast(table), bytemuck::cast(bytes)))
    }

    /// The same for numbers of eight bytes.
    #[inline(always)]
    pub fn lookup_f64(simd: Neon, table: [f64; 8], index: u32x4) -> u8x16 {
        let neon = simd.neon;
        let index = bytemuck::cast(index);
        // The low half of each lane, in both of its halves.
        let three_bits = neon.vandq_u32(neon.vtrn1q_u32(index, index), neon.vdupq_n_u32(7));
        let first = bytemuck::cast(u32x4(0x0302_0100, 0x0706_0504, 0x0302_0100, 0x0706_0504));
        let bytes = neon.vmlaq_n_u32(first, three_bits, 0x0808_0808);
        bytemuck::cast(neon.vqtbl4q_u8(bytemuck::cast(table), bytemuck::cast(bytes)))
    }

    /// The same for four numbers of eight bytes, with twice the index in the high half of each lane.
    #[inline(always)]
    pub fn lookup_four(simd: Neon, table: [f64; 4], index: u32x4) -> u8x16 {
        let neon = simd.neon;
        let index = bytemuck::cast(index);
        let twice = neon.vandq_u32(neon.vtrn2q_u32(index, index), neon.vdupq_n_u32(6));
        let first = bytemuck::cast(u32x4(0x0302_0100, 0x0706_0504, 0x0302_0100, 0x0706_0504));
        let bytes = neon.vmlaq_n_u32(first, twice, 0x0404_0404);
        bytemuck::cast(neon.vqtbl2q_u8(bytemuck::cast(table), bytemuck::cast(bytes)))
    }
}

impl Lookup for f32 {
    #[inline(always)]
    fn lookup<S: Simd, R: Pod>(simd: S, table: [Self; 8], index: R) -> R {
        // The type of the token is known at compile time, and so is the branch that is taken.
        #[cfg(target_arch = "x86_64")]
        {
            let simd: &dyn Any = &simd;
            if let Some(v4) = simd.downcast_ref::<pulp::x86::V4>() {
                let found = v4.avx512f._mm512_permutexvar_ps(bytemuck::cast(index), repeated(table));
                return bytemuck::cast(found);
            }
            if let Some(v3) = simd.downcast_ref::<pulp::x86::V3>() {
                let found = v3.avx2._mm256_permutevar8x32_ps(repeated(table), bytemuck::cast(index));
                return bytemuck::cast(found);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(neon) = (&simd as &dyn Any).downcast_ref::<pulp::aarch64::Neon>() {
            return bytemuck::cast(neon::lookup_f32(*neon, table, bytemuck::cast(index)));
        }
        let _ = simd;
        lane_by_lane(table, index, |lane| lane.to_bits() as usize)
    }
}

impl Lookup for f64 {
    #[inline(always)]
    fn lookup<S: Simd, R: Pod>(simd: S, table: [Self; 8], index: R) -> R {
        #[cfg(target_arch = "x86_64")]
        {
            let simd: &dyn Any = &simd;
            if let Some(v4) = simd.downcast_ref::<pulp::x86::V4>() {
                let found = v4.avx512f._mm512_permutexvar_pd(bytemuck::cast(index), repeated(table));
                return bytemuck::cast(found);
            }
            if let Some(v3) = simd.downcast_ref::<pulp::x86::V3>() {
                return bytemuck::cast(lookup_v3(*v3, table, bytemuck::cast(index)));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(neon) = (&simd as &dyn Any).downcast_ref::<pulp::aarch64::Neon>() {
            return bytemuck::cast(neon::lookup_f64(*neon, table, bytemuck::cast(index)));
        }
        let _ = simd;
        lane_by_lane(table, index, |lane| lane.to_bits() as usize)
    }
}

/// AVX2 permutes no more than eight halves of four numbers: the lower four numbers of the table and the upper four, of which
/// the third bit of the index chooses.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn lookup_v3(simd: pulp::x86::V3, table: [f64; 8], index: pulp::u64x4) -> pulp::f64x4 {
    let (avx, avx2) = (simd.avx, simd.avx2);
    let index = bytemuck::cast(index);
    // The index of a number's lower half is twice the number's, that of its upper half one more.
    let halves = avx2._mm256_shuffle_epi32::<0b10_10_00_00>(avx2._mm256_add_epi32(index, index));
    let halves = avx2._mm256_or_si256(halves, bytemuck::cast(pulp::u64x4(1 << 32, 1 << 32, 1 << 32, 1 << 32)));
    let [low, high]: [pulp::f32x8; 2] = bytemuck::cast(table);
    let low = avx2._mm256_permutevar8x32_ps(bytemuck::cast(low), halves);
    let high = avx2._mm256_permutevar8x32_ps(bytemuck::cast(high), halves);
    let third_bit_as_sign = avx2._mm256_slli_epi64::<61>(index);
    bytemuck::cast(avx._mm256_blendv_pd(bytemuck::cast(low), bytemuck::cast(high), bytemuck::cast(third_bit_as_sign)))
}

/// `table[i & 3]`, lane by lane, with 2 i in the upper half of each lane of `index`. It moves bits and computes nothing, so
/// it is exact. On AVX2, whose registers hold four such numbers, it takes one permutation, and a choice among eight three
/// operations more.
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
    #[cfg(target_arch = "aarch64")]
    if let Some(neon) = (&simd as &dyn Any).downcast_ref::<pulp::aarch64::Neon>() {
        return bytemuck::cast(neon::lookup_four(*neon, table, bytemuck::cast(index)));
    }
    let _ = simd;
    let mut register = index;
    for lane in bytemuck::cast_slice_mut::<R, f64>(std::slice::from_mut(&mut register)) {
        *lane = table[(lane.to_bits() >> 33 & 3) as usize];
    }
    register
}
