//! Choosing lane by lane among eight numbers that a register holds: pulp has no such operation.

use std::any::Any;

use bytemuck::{Pod, Zeroable};
use pulp::Simd;

/// The number of a table that the lowest three bits of each lane of `index` name. It moves bits and computes nothing,
/// so it is exact; instruction sets without a permutation by a variable look up one lane after the other.
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
#[inline(always)]
fn repeated<T: Pod, R: Zeroable + Pod>(table: [T; 8]) -> R {
    let mut register = R::zeroed();
    for part in bytemuck::cast_slice_mut::<R, T>(std::slice::from_mut(&mut register)).chunks_exact_mut(8) {
        part.copy_from_slice(&table);
    }
    register
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
        lane_by_lane(table, index, |lane| lane.to_bits() as usize)
    }
}

impl Lookup for f64 {
    #[inline(always)]
    fn lookup<S: Simd, R: Pod>(simd: S, table: [Self; 8], index: R) -> R {
        #[cfg(target_arch = "x86_64")]
        if let Some(v4) = (&simd as &dyn Any).downcast_ref::<pulp::x86::V4>() {
            let found = v4.avx512f._mm512_permutexvar_pd(bytemuck::cast(index), repeated(table));
            return bytemuck::cast(found);
        }
        lane_by_lane(table, index, |lane| lane.to_bits() as usize)
    }
}
