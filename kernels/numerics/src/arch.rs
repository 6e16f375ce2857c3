//! The instruction sets that kernels can run on, and the choice of one.

use std::fmt;
use std::sync::OnceLock;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use pulp::Simd;
use pulp::WithSimd;

/// The environment variable that forces an instruction set.
pub const VARIABLE: &str = "THALWEG_ISA";

/// An instruction set that this machine can run.
///
/// A value of this type is proof of that: it can only be had from [`Isa::best`], [`Isa::named`] or [`Isa::available`].
#[derive(Clone, Copy)]
pub struct Isa(Choice);

#[derive(Clone, Copy)]
enum Choice {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    V3(pulp::x86::V3),
    #[cfg(target_arch = "x86_64")]
    V4(pulp::x86::V4),
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
    #[cfg(all(feature = "widths", target_arch = "x86_64"))]
    V3x128(pulp::x86::V3),
    #[cfg(all(feature = "widths", target_arch = "x86_64"))]
    V3x512(pulp::x86::V3),
}

/// An instruction set was asked for that does not exist, or that this machine cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableIsa {
    /// The name that was asked for.
    pub name: String,
    /// The names that would have worked here.
    pub usable: Vec<&'static str>,
}

impl fmt::Display for UnusableIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the instruction set `{}` is unknown or cannot run on this machine (usable here: {})",
            self.name,
            self.usable.join(", ")
        )
    }
}

impl std::error::Error for UnusableIsa {}

impl Isa {
    /// Every instruction set that this machine can run, the portable one first, the fastest last. With the feature
    /// `widths`, other register widths of them come between.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "processors without an instruction set of ours have nothing to add")]
        let mut all = vec![Choice::Scalar];
        #[cfg(target_arch = "aarch64")]
        all.extend(pulp::aarch64::Neon::try_new().map(Choice::Neon));
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            #[cfg(feature = "widths")]
            all.extend([Choice::V3x128(v3), Choice::V3x512(v3)]);
            all.push(Choice::V3(v3));
            all.extend(pulp::x86::V4::try_new().map(Choice::V4));
        }
        all.into_iter().map(Self).collect()
    }

    /// The fastest instruction set of this machine.
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().expect("the scalar instruction set is always there"))
    }

    /// The instruction set called `name`.
    ///
    /// # Errors
    ///
    /// If there is none of that name, or this machine cannot run it.
    pub fn named(name: &str) -> Result<Self, UnusableIsa> {
        let available = Self::available();
        available.iter().copied().find(|isa| isa.name() == name).ok_or_else(|| UnusableIsa {
            name: name.to_owned(),
            usable: available.iter().map(|isa| isa.name()).collect(),
        })
    }

    /// The instruction set that `THALWEG_ISA` names, or the fastest one where the variable is not set.
    ///
    /// # Errors
    ///
    /// If the variable names an instruction set that does not exist or cannot run here.
    pub fn from_environment() -> Result<Self, UnusableIsa> {
        match std::env::var_os(VARIABLE) {
            None => Ok(Self::best()),
            Some(name) => Self::named(&name.to_string_lossy()),
        }
    }

    /// The name by which `THALWEG_ISA` knows it.
    pub fn name(self) -> &'static str {
        match self.0 {
            Choice::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Choice::V3(_) => "v3",
            #[cfg(target_arch = "x86_64")]
            Choice::V4(_) => "v4",
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(_) => "neon",
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x128(_) => "v3-128",
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x512(_) => "v3-512",
        }
    }

    /// Whether it has no SIMD at all, and serves correctness only: 50 to 100 times slower than AVX2.
    pub fn is_scalar(self) -> bool {
        matches!(self.0, Choice::Scalar)
    }

    /// How many numbers of type `T` one register holds.
    // Kernels ask for this at every call, so it is no dispatch; a test compares the two.
    #[inline]
    pub fn lanes<T: crate::Real>(self) -> usize {
        let bytes: Option<usize> = match self.0 {
            Choice::Scalar => None,
            #[cfg(target_arch = "x86_64")]
            Choice::V3(_) => Some(32),
            #[cfg(target_arch = "x86_64")]
            Choice::V4(_) => Some(64),
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(_) => Some(16),
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x128(_) => Some(16),
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x512(_) => Some(64),
        };
        bytes.map_or(1, |bytes| bytes / size_of::<T>())
    }

    /// Runs `op` compiled for this instruction set.
    ///
    /// Everything that `op` calls must be `#[inline(always)]`, or intrinsics become function calls.
    #[inline(always)]
    pub fn dispatch<Op: WithSimd>(self, op: Op) -> Op::Output {
        match self.0 {
            Choice::Scalar => op.with_simd(pulp::Scalar),
            #[cfg(target_arch = "x86_64")]
            Choice::V3(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Choice::V4(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "aarch64")]
            Choice::Neon(simd) => Simd::vectorize(simd, op),
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x128(simd) => Simd::vectorize(simd, AtWidth(pulp::x86::V3_128b(simd), op)),
            #[cfg(all(feature = "widths", target_arch = "x86_64"))]
            Choice::V3x512(simd) => Simd::vectorize(simd, AtWidth(pulp::x86::V3_512b(simd), op)),
        }
    }
}

/// Runs an operation with another register width of the instruction set it was dispatched to: pulp's own
/// `V3_128b.vectorize(op)` would hand `op` the full width.
#[cfg(all(feature = "widths", target_arch = "x86_64"))]
struct AtWidth<W, Op>(W, Op);

#[cfg(all(feature = "widths", target_arch = "x86_64"))]
impl<W: Simd, Op: WithSimd> WithSimd for AtWidth<W, Op> {
    type Output = Op::Output;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Self::Output {
        self.1.with_simd(self.0)
    }
}

impl fmt::Debug for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Isa {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Isa {}
