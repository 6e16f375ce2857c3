//! Registers with operators, so that a formula reads as it does on paper.

use std::ops::{Add, Div, Mul, Neg, Sub};

use pulp::Simd;

use crate::Real;
use crate::lookup::lookup_four;

/// `U` registers of `T` that go through the same formula together.
///
/// Each operation is applied to all `U` of them before the next one, which overlaps their latencies: a formula is a
/// chain of dependent operations, and a core can work on several chains at once. A lane's bits do not depend on `U`.
#[derive(Clone, Copy, Debug)]
pub struct Vector<S: Simd, T: Real, const U: usize = 1> {
    simd: S,
    registers: [T::Reg<S>; U],
}

/// The outcome of comparing two [`Vector`]s.
#[derive(Clone, Copy, Debug)]
pub struct Mask<S: Simd, T: Real, const U: usize = 1> {
    simd: S,
    registers: [T::MaskReg<S>; U],
}

impl<S: Simd, T: Real> Vector<S, T> {
    /// Wraps one register.
    #[inline(always)]
    pub fn new(simd: S, register: T::Reg<S>) -> Self {
        Self { simd, registers: [register] }
    }

    /// The register.
    #[inline(always)]
    pub fn register(self) -> T::Reg<S> {
        self.registers[0]
    }
}

impl<S: Simd, T: Real> Vector<S, T> {
    /// Register `at` of a slice that was [seen as registers](Real::as_registers); after the whole ones, the rest.
    #[inline(always)]
    pub fn read(simd: S, whole: &[T::Reg<S>], rest: &[T], at: usize) -> Self {
        Self::new(simd, if at < whole.len() { whole[at] } else { T::load_part(simd, rest) })
    }

    /// Writes what [`Self::read`] reads.
    #[inline(always)]
    pub fn write(self, whole: &mut [T::Reg<S>], rest: &mut [T], at: usize) {
        if at < whole.len() {
            whole[at] = self.register();
        } else {
            T::store_part(self.simd, rest, self.register());
        }
    }
}

impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
    /// Wraps `U` registers.
    #[inline(always)]
    pub fn from_registers(simd: S, registers: [T::Reg<S>; U]) -> Self {
        Self { simd, registers }
    }

    /// The first `U` registers of a slice.
    ///
    /// # Panics
    ///
    /// If the slice has fewer.
    #[inline(always)]
    pub fn load(simd: S, slice: &[T::Reg<S>]) -> Self {
        let mut registers = [slice[0]; U];
        registers.copy_from_slice(&slice[..U]);
        Self { simd, registers }
    }

    /// Writes the registers to the front of a slice.
    ///
    /// # Panics
    ///
    /// If the slice has fewer.
    #[inline(always)]
    pub fn store(self, slice: &mut [T::Reg<S>]) {
        slice[..U].copy_from_slice(&self.registers);
    }

    /// The registers.
    #[inline(always)]
    pub fn registers(self) -> [T::Reg<S>; U] {
        self.registers
    }

    /// `x` in every lane.
    #[inline(always)]
    pub fn splat(simd: S, x: T) -> Self {
        Self { simd, registers: [T::splat(simd, x); U] }
    }

    /// `x`, rounded to `T`, in every lane: a constant of a formula.
    #[inline(always)]
    pub fn constant(simd: S, x: f64) -> Self {
        Self::splat(simd, T::from_f64(x))
    }

    /// Another vector of the same kind with `x`, rounded to `T`, in every lane.
    #[inline(always)]
    pub fn like(self, x: f64) -> Self {
        Self::constant(self.simd, x)
    }

    /// Another vector of the same kind with the number of this bit pattern in every lane.
    #[inline(always)]
    pub fn like_pattern(self, bits: u64) -> Self {
        Self::splat(self.simd, T::from_pattern(bits))
    }

    /// The token that proves that the instruction set can run.
    #[inline(always)]
    pub fn simd(self) -> S {
        self.simd
    }

    /// self · b + c, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn mul_add(self, b: Self, c: Self) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::mul_add(self.simd, self.registers[u], b.registers[u], c.registers[u]);
        }
        out
    }

    /// c - self · b, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn neg_mul_add(self, b: Self, c: Self) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::neg_mul_add(self.simd, self.registers[u], b.registers[u], c.registers[u]);
        }
        out
    }

    /// `self` where the mask is set, else `other`.
    #[inline(always)]
    #[must_use]
    pub fn select(mask: Mask<S, T, U>, yes: Self, no: Self) -> Self {
        let mut out = yes;
        for u in 0..U {
            out.registers[u] = T::select(yes.simd, mask.registers[u], yes.registers[u], no.registers[u]);
        }
        out
    }

    /// The larger of the two; NaN where either is NaN.
    #[inline(always)]
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        // Written as comparisons: x86's maximum returns its second operand where either is NaN.
        let larger = Self::select(self.less(other), other, self);
        Self::select(other.equal(other), larger, other)
    }

    /// max(0, self); NaN where it is NaN.
    #[inline(always)]
    #[must_use]
    pub fn rectified(self) -> Self {
        let zero = self.like(0.0);
        // The sum makes +0 of -0 and changes nothing else.
        zero.greater(self) + zero
    }

    /// `self` where `value` > 0 or NaN, else 0: what becomes of the gradient of a [rectified](Self::rectified) `value`.
    #[inline(always)]
    #[must_use]
    pub fn where_positive(self, value: Self) -> Self {
        let zero = self.like(0.0);
        // Without the sum the compiler takes the selection for a masked store on AVX2, and that is ten times slower.
        Self::select(value.less_equal(zero), zero, self) + zero
    }

    /// -1, 0 or 1 by its sign; NaN where it is NaN.
    #[inline(always)]
    #[must_use]
    pub fn sign(self) -> Self {
        let one = self.and(self.like(-0.0)).or(self.like(1.0));
        let sign = Self::select(self.equal(self.like(0.0)), self, one);
        Self::select(self.equal(self), sign, self)
    }

    /// The bits of each 32-bit half moved up by `count` < 32: on f64 no bit crosses from the low half to the high.
    #[inline(always)]
    #[must_use]
    pub fn shift_left_halves(self, count: u32) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::shift_left_halves(self.simd, self.registers[u], count);
        }
        out
    }

    /// The bits of each 32-bit half moved down by `count` < 32.
    #[inline(always)]
    #[must_use]
    pub fn shift_right_halves(self, count: u32) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::shift_right_halves(self.simd, self.registers[u], count);
        }
        out
    }
}

impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
    /// The number of the table, rounded to `T`, that the lowest three bits of each lane name.
    #[inline(always)]
    #[must_use]
    pub fn lookup(self, table: &[f64; 8]) -> Self {
        let mut numbers = [T::default(); 8];
        for (number, entry) in numbers.iter_mut().zip(table) {
            *number = T::from_f64(*entry);
        }
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::lookup(self.simd, numbers, self.registers[u]);
        }
        out
    }
}

impl<S: Simd, const U: usize> Vector<S, f64, U> {
    /// The number of the table that the second and third bit of the upper half of each lane name; its first bit is 0.
    #[inline(always)]
    #[must_use]
    pub fn lookup_four(self, table: &[f64; 4]) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = lookup_four(self.simd, *table, self.registers[u]);
        }
        out
    }
}

/// Operations on one vector, lane by lane.
macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {
        impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
            $($(#[$doc])*
            #[inline(always)]
            #[must_use]
            pub fn $name(self) -> Self {
                let mut out = self;
                for u in 0..U {
                    out.registers[u] = T::$op(self.simd, self.registers[u]);
                }
                out
            })*
        }
    };
}

unary! {
    /// The IEEE 754 square root.
    sqrt = sqrt_lanes;
    /// The absolute value.
    abs = abs_lanes;
}

/// Operations on two vectors, lane by lane.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {
        impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
            $($(#[$doc])*
            #[inline(always)]
            #[must_use]
            pub fn $name(self, other: Self) -> Self {
                let mut out = self;
                for u in 0..U {
                    out.registers[u] = T::$op(self.simd, self.registers[u], other.registers[u]);
                }
                out
            })*
        }
    };
}

binary! {
    /// self where self < other, else other; so other where either is NaN.
    lesser = lesser;
    /// self where self > other, else other; so other where either is NaN.
    greater = greater;
    /// & on bit patterns.
    and = and;
    /// | on bit patterns.
    or = or;
    /// ^ on bit patterns.
    xor = xor;
    /// + on bit patterns as integers, wrapping.
    add_bits = add_bits;
    /// - on bit patterns as integers, wrapping.
    sub_bits = sub_bits;
}

/// Comparisons of two vectors; false where either is NaN.
macro_rules! compare {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl<S: Simd, T: Real, const U: usize> Vector<S, T, U> {
            $($(#[$doc])*
            #[inline(always)]
            pub fn $name(self, other: Self) -> Mask<S, T, U> {
                let mut out = Mask { simd: self.simd, registers: [T::$name(self.simd, self.registers[0], other.registers[0]); U] };
                for u in 1..U {
                    out.registers[u] = T::$name(self.simd, self.registers[u], other.registers[u]);
                }
                out
            })*
        }
    };
}

compare! {
    /// self < other
    less;
    /// self ≤ other
    less_equal;
    /// self = other
    equal;
}

impl<S: Simd, T: Real, const U: usize> Mask<S, T, U> {
    /// Set where both are set.
    #[inline(always)]
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut out = self;
        for u in 0..U {
            out.registers[u] = T::and_masks(self.simd, self.registers[u], other.registers[u]);
        }
        out
    }
}

macro_rules! operator {
    ($($trait:ident $name:ident;)*) => {
        $(impl<S: Simd, T: Real, const U: usize> $trait for Vector<S, T, U> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                let mut out = self;
                for u in 0..U {
                    out.registers[u] = <T as Real>::$name(self.simd, self.registers[u], other.registers[u]);
                }
                out
            }
        })*
    };
}

operator! { Add add; Sub sub; Mul mul; Div div; }

impl<S: Simd, T: Real, const U: usize> Neg for Vector<S, T, U> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.xor(self.like(-0.0))
    }
}
