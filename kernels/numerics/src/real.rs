//! f32 and f64 behind one trait, on scalars and on registers.

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use pulp::{MemMask, Simd};

use crate::lookup::Lookup;
use crate::table::{Family, Table};

/// x86's minimum of registers is `a < b ? a : b` and its maximum `a > b ? a : b`, to the bit.
const MINIMUM_IS_LESSER: bool = cfg!(target_arch = "x86_64");

/// A floating-point type that kernels are written for: `f32` or `f64`.
///
/// pulp names every operation once per type (`add_f32s`, `add_f64s`); this trait names it once. The operations on
/// registers are used through [`crate::Vector`], which gives them their operators.
pub trait Real:
    Copy
    + Debug
    + Display
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + bytemuck::Pod
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// 1.5 · 2^(bits of the mantissa): adding it to a small number rounds that to an integer (ties to even) and leaves
    /// the integer in the low bits of the sum.
    const ROUND: f64;

    /// A register of it.
    type Reg<S: Simd>: Copy + Debug + Send + Sync + bytemuck::Pod;
    /// The mask that a comparison of two registers gives.
    type MaskReg<S: Simd>: Copy + Debug + Send + Sync;
    /// An unsigned integer of the same size.
    type Bits: Copy + Debug + PartialEq;

    /// The member for this type.
    fn member<F: Family>(table: &Table<F>) -> F::Member<Self>;
    /// Rounds to the nearest value of this type, ties to even.
    fn from_f64(x: f64) -> Self;
    /// Converts without loss.
    fn to_f64(self) -> f64;
    /// The number of this bit pattern; for `f32` of the pattern's low half.
    fn from_pattern(bits: u64) -> Self;
    /// Whether it is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Whether its sign bit is set.
    fn is_sign_negative(self) -> bool;
    /// The IEEE 754 square root.
    fn sqrt(self) -> Self;
    /// self · b + c, rounded once.
    fn fused_mul_add(self, b: Self, c: Self) -> Self;

    /// How many of them a register holds.
    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Reg<S>>() / size_of::<Self>()
    }
    /// A slice as whole registers, and the rest that does not fill one.
    fn as_registers<S: Simd>(slice: &[Self]) -> (&[Self::Reg<S>], &[Self]);
    /// A mutable slice as whole registers, and the rest that does not fill one.
    fn as_registers_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Reg<S>], &mut [Self]);
    /// Loads fewer numbers than a register holds; the other lanes are zero.
    fn load_part<S: Simd>(simd: S, slice: &[Self]) -> Self::Reg<S>;
    /// Stores the first lanes, as many as the slice holds.
    fn store_part<S: Simd>(simd: S, slice: &mut [Self], a: Self::Reg<S>);

    /// `x` in every lane.
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Reg<S>;
    /// a + b
    fn add<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a - b
    fn sub<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a · b
    fn mul<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a / b
    fn div<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a where a < b, else b; so b where either is NaN.
    #[inline(always)]
    fn lesser<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
        if MINIMUM_IS_LESSER && !S::IS_SCALAR {
            return Self::minimum(simd, a, b);
        }
        Self::select(simd, Self::less(simd, a, b), a, b)
    }
    /// a where a > b, else b; so b where either is NaN.
    #[inline(always)]
    fn greater<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
        if MINIMUM_IS_LESSER && !S::IS_SCALAR {
            return Self::maximum(simd, a, b);
        }
        Self::select(simd, Self::less(simd, b, a), a, b)
    }
    /// The hardware's minimum: what it gives for NaN and zeros of two signs differs between instruction sets.
    fn minimum<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// The hardware's maximum: what it gives for NaN and zeros of two signs differs between instruction sets.
    fn maximum<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a & b on bit patterns
    fn and<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a | b on bit patterns
    fn or<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a ^ b on bit patterns
    fn xor<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a + b on bit patterns as integers, wrapping
    fn add_bits<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a - b on bit patterns as integers, wrapping
    fn sub_bits<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
    /// a · b + c, rounded once
    fn mul_add<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>, c: Self::Reg<S>) -> Self::Reg<S>;
    /// c - a · b, rounded once
    fn neg_mul_add<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>, c: Self::Reg<S>) -> Self::Reg<S>;
    /// The IEEE 754 square root.
    fn sqrt_lanes<S: Simd>(simd: S, a: Self::Reg<S>) -> Self::Reg<S>;
    /// The absolute value.
    fn abs_lanes<S: Simd>(simd: S, a: Self::Reg<S>) -> Self::Reg<S>;
    /// The bits of each 32-bit half moved up by `count` < 32: on f64 a bit never crosses from the low half to the high.
    fn shift_left_halves<S: Simd>(simd: S, a: Self::Reg<S>, count: u32) -> Self::Reg<S>;
    /// The bits of each 32-bit half moved down by `count` < 32.
    fn shift_right_halves<S: Simd>(simd: S, a: Self::Reg<S>, count: u32) -> Self::Reg<S>;
    /// a < b; false where either is NaN
    fn less<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::MaskReg<S>;
    /// a ≤ b; false where either is NaN
    fn less_equal<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::MaskReg<S>;
    /// a = b; false where either is NaN
    fn equal<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::MaskReg<S>;
    /// a & b on masks
    fn and_masks<S: Simd>(simd: S, a: Self::MaskReg<S>, b: Self::MaskReg<S>) -> Self::MaskReg<S>;
    /// The number of the table that the lowest three bits of each lane name.
    fn lookup<S: Simd>(simd: S, table: [Self; 8], index: Self::Reg<S>) -> Self::Reg<S>;
    /// `a` where the mask is set, else `b`
    fn select<S: Simd>(simd: S, mask: Self::MaskReg<S>, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S>;
}

/// Whether these are the registers of AVX2 in their full width. A fact that the compiler knows, so that nothing is compiled
/// where it does not hold.
pub const fn is_v3<S: Simd>() -> bool {
    cfg!(target_arch = "x86_64") && size_of::<S::f32s>() == 32 && S::REGISTER_COUNT == 16
}

/// Whether these are the registers of AVX-512: a fact that the compiler knows, as [`is_v3`].
pub const fn is_v4<S: Simd>() -> bool {
    cfg!(target_arch = "x86_64") && size_of::<S::f32s>() == 64 && S::REGISTER_COUNT == 32
}

/// Whether pulp's own loads and stores of parts of a register serve: in 0.22.3 those of V3_512b put its second half a whole
/// register further on.
const fn has_partial_moves<S: Simd>() -> bool {
    is_v3::<S>() || is_v4::<S>()
}

/// Whether loads and stores under a mask cost no more than whole ones. The mask comes from a comparison: pulp's own way is a
/// call for each number of lanes.
pub const fn has_masked_moves<S: Simd>() -> bool {
    is_v4::<S>()
}

/// Whether there are 32 registers, as AVX-512 and NEON have, and not 16: how many chains of operations go together, and how
/// large tiles are, depends on it.
pub const fn has_many_registers<S: Simd>() -> bool {
    S::REGISTER_COUNT >= 32
}

/// Implements [`Real`] by the operations of pulp that carry the type in their names.
macro_rules! real {
    ($real:ident, $bits:ident, $round:expr, $reg:ident, $mask:ident,
     load $as:ident $as_mut:ident $splat:ident $load_part:ident $store_part:ident;
     mask $mask_between:ident $mask_load:ident $mask_store:ident;
     bits $to_bits:ident $from_bits:ident $add_bits:ident $sub_bits:ident;
     binary $($binary:ident = $pulp_binary:ident),*;
     ternary $($ternary:ident = $pulp_ternary:ident),*;
     unary $($unary:ident = $pulp_unary:ident),*;
     compare $($compare:ident = $pulp_compare:ident),*;
     masks $and_masks:ident $select:ident) => {
        impl Real for $real {
            const NAME: &'static str = stringify!($real);
            const ROUND: f64 = $round;
            type Reg<S: Simd> = S::$reg;
            type MaskReg<S: Simd> = S::$mask;
            type Bits = $bits;

            #[inline]
            fn member<F: Family>(table: &Table<F>) -> F::Member<Self> {
                table.$real
            }
            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $real
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn from_pattern(bits: u64) -> Self {
                $real::from_bits(bits as $bits)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $real::is_finite(self)
            }
            #[inline(always)]
            fn is_sign_negative(self) -> bool {
                $real::is_sign_negative(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $real::sqrt(self)
            }
            #[inline(always)]
            fn fused_mul_add(self, b: Self, c: Self) -> Self {
                $real::mul_add(self, b, c)
            }
            #[inline(always)]
            fn as_registers<S: Simd>(slice: &[Self]) -> (&[Self::Reg<S>], &[Self]) {
                S::$as(slice)
            }
            #[inline(always)]
            fn as_registers_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Reg<S>], &mut [Self]) {
                S::$as_mut(slice)
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, x: Self) -> Self::Reg<S> {
                simd.$splat(x)
            }
            #[inline(always)]
            fn load_part<S: Simd>(simd: S, slice: &[Self]) -> Self::Reg<S> {
                if const { has_masked_moves::<S>() } {
                    let mask = MemMask::new(simd.$mask_between(0, slice.len() as $bits).mask());
                    // SAFETY: the mask has the slice's lanes only.
                    return unsafe { simd.$mask_load(mask, slice.as_ptr()) };
                }
                if const { has_partial_moves::<S>() } {
                    return simd.$load_part(slice);
                }
                let mut register = Self::splat(simd, Self::default());
                bytemuck::cast_slice_mut(std::slice::from_mut(&mut register))[..slice.len()].copy_from_slice(slice);
                register
            }
            #[inline(always)]
            fn store_part<S: Simd>(simd: S, slice: &mut [Self], a: Self::Reg<S>) {
                if const { has_masked_moves::<S>() } {
                    let mask = MemMask::new(simd.$mask_between(0, slice.len() as $bits).mask());
                    // SAFETY: the mask has the slice's lanes only.
                    return unsafe { simd.$mask_store(mask, slice.as_mut_ptr(), a) };
                }
                if const { has_partial_moves::<S>() } {
                    return simd.$store_part(slice, a);
                }
                slice.copy_from_slice(&bytemuck::cast_slice(std::slice::from_ref(&a))[..slice.len()]);
            }
            $(#[inline(always)]
            fn $binary<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
                #[cfg(feature = "counting")]
                crate::count::note::<S>(stringify!($binary));
                simd.$pulp_binary(a, b)
            })*
            $(#[inline(always)]
            fn $ternary<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>, c: Self::Reg<S>) -> Self::Reg<S> {
                #[cfg(feature = "counting")]
                crate::count::note::<S>(stringify!($ternary));
                simd.$pulp_ternary(a, b, c)
            })*
            $(#[inline(always)]
            fn $unary<S: Simd>(simd: S, a: Self::Reg<S>) -> Self::Reg<S> {
                #[cfg(feature = "counting")]
                crate::count::note::<S>(stringify!($unary));
                simd.$pulp_unary(a)
            })*
            $(#[inline(always)]
            fn $compare<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::MaskReg<S> {
                #[cfg(feature = "counting")]
                crate::count::note::<S>(stringify!($compare));
                simd.$pulp_compare(a, b)
            })*
            #[inline(always)]
            fn add_bits<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
                simd.$from_bits(simd.$add_bits(simd.$to_bits(a), simd.$to_bits(b)))
            }
            #[inline(always)]
            fn sub_bits<S: Simd>(simd: S, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
                simd.$from_bits(simd.$sub_bits(simd.$to_bits(a), simd.$to_bits(b)))
            }
            #[inline(always)]
            fn shift_left_halves<S: Simd>(simd: S, a: Self::Reg<S>, count: u32) -> Self::Reg<S> {
                if size_of::<S::u32s>() == size_of::<Self::Reg<S>>() {
                    let halves: S::u32s = bytemuck::cast(a);
                    return bytemuck::cast(simd.wrapping_dyn_shl_u32s(halves, simd.splat_u32s(count)));
                }
                // The register of a scalar f64 has two halves, that of a scalar u32 only one.
                let mut a = a;
                for half in bytemuck::cast_slice_mut::<_, u32>(std::slice::from_mut(&mut a)) {
                    *half <<= count;
                }
                a
            }
            #[inline(always)]
            fn shift_right_halves<S: Simd>(simd: S, a: Self::Reg<S>, count: u32) -> Self::Reg<S> {
                if size_of::<S::u32s>() == size_of::<Self::Reg<S>>() {
                    let halves: S::u32s = bytemuck::cast(a);
                    return bytemuck::cast(simd.wrapping_dyn_shr_u32s(halves, simd.splat_u32s(count)));
                }
                // The register of a scalar f64 has two halves, that of a scalar u32 only one.
                let mut a = a;
                for half in bytemuck::cast_slice_mut::<_, u32>(std::slice::from_mut(&mut a)) {
                    *half >>= count;
                }
                a
            }
            #[inline(always)]
            fn lookup<S: Simd>(simd: S, table: [Self; 8], index: Self::Reg<S>) -> Self::Reg<S> {
                Lookup::lookup(simd, table, index)
            }
            #[inline(always)]
            fn and_masks<S: Simd>(simd: S, a: Self::MaskReg<S>, b: Self::MaskReg<S>) -> Self::MaskReg<S> {
                simd.$and_masks(a, b)
            }
            #[inline(always)]
            fn select<S: Simd>(simd: S, mask: Self::MaskReg<S>, a: Self::Reg<S>, b: Self::Reg<S>) -> Self::Reg<S> {
                #[cfg(feature = "counting")]
                crate::count::note::<S>("select");
                simd.$select(mask, a, b)
            }
        }
    };
}

real!(f32, u32, 12_582_912.0, f32s, m32s,
    load as_simd_f32s as_mut_simd_f32s splat_f32s partial_load_f32s partial_store_f32s;
    mask mask_between_m32s mask_load_ptr_f32s mask_store_ptr_f32s;
    bits transmute_u32s_f32s transmute_f32s_u32s add_u32s sub_u32s;
    binary add = add_f32s, sub = sub_f32s, mul = mul_f32s, div = div_f32s, minimum = min_f32s,
        maximum = max_f32s, and = and_f32s, or = or_f32s, xor = xor_f32s;
    ternary mul_add = mul_add_f32s, neg_mul_add = negate_mul_add_f32s;
    unary sqrt_lanes = sqrt_f32s, abs_lanes = abs_f32s;
    compare less = less_than_f32s, less_equal = less_than_or_equal_f32s, equal = equal_f32s;
    masks and_m32s select_f32s);

real!(f64, u64, 6_755_399_441_055_744.0, f64s, m64s,
    load as_simd_f64s as_mut_simd_f64s splat_f64s partial_load_f64s partial_store_f64s;
    mask mask_between_m64s mask_load_ptr_f64s mask_store_ptr_f64s;
    bits transmute_u64s_f64s transmute_f64s_u64s add_u64s sub_u64s;
    binary add = add_f64s, sub = sub_f64s, mul = mul_f64s, div = div_f64s, minimum = min_f64s,
        maximum = max_f64s, and = and_f64s, or = or_f64s, xor = xor_f64s;
    ternary mul_add = mul_add_f64s, neg_mul_add = negate_mul_add_f64s;
    unary sqrt_lanes = sqrt_f64s, abs_lanes = abs_f64s;
    compare less = less_than_f64s, less_equal = less_than_or_equal_f64s, equal = equal_f64s;
    masks and_m64s select_f64s);
