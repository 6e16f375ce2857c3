//! The elementary functions of SLEEF in f32, a register at a time.
#![expect(unsafe_code, reason = "a C library")]
#![expect(improper_ctypes_definitions, reason = "it takes registers, as C compilers pass them")]

use std::arch::x86_64::{__m256, __m512};

use thalweg_kernels::Isa;

/// Those with an error of at most 1 ULP, or of 3.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// At most 1 ULP.
    U10,
    /// At most 3.5 ULP.
    U35,
}

type Untyped = unsafe extern "C" fn();
type OnV3 = unsafe extern "C" fn(__m256) -> __m256;
type OnV4 = unsafe extern "C" fn(__m512) -> __m512;

macro_rules! functions {
    ($($name:literal $class:ident $v3:ident $v4:ident;)*) => {
        // Declared without their types: types of registers are not allowed here.
        #[link(name = "sleef")]
        unsafe extern "C" {
            $(fn $v3();
            fn $v4();)*
        }

        /// The functions and their classes.
        const FUNCTIONS: &[(&str, Class, Function)] = &[
            $((
                $name,
                Class::$class,
                // SAFETY: these are their types.
                unsafe {
                    Function {
                        v3: std::mem::transmute::<Untyped, OnV3>($v3),
                        v4: std::mem::transmute::<Untyped, OnV4>($v4),
                    }
                },
            ),)*
        ];
    };
}

functions! {
    "exp" U10 Sleef_expf8_u10avx2 Sleef_expf16_u10avx512f;
    "expm1" U10 Sleef_expm1f8_u10avx2 Sleef_expm1f16_u10avx512f;
    "ln" U10 Sleef_logf8_u10avx2 Sleef_logf16_u10avx512f;
    "ln" U35 Sleef_logf8_u35avx2 Sleef_logf16_u35avx512f;
    "log1p" U10 Sleef_log1pf8_u10avx2 Sleef_log1pf16_u10avx512f;
    "tanh" U10 Sleef_tanhf8_u10avx2 Sleef_tanhf16_u10avx512f;
    "tanh" U35 Sleef_tanhf8_u35avx2 Sleef_tanhf16_u35avx512f;
    "erf" U10 Sleef_erff8_u10avx2 Sleef_erff16_u10avx512f;
    "sin" U10 Sleef_sinf8_u10avx2 Sleef_sinf16_u10avx512f;
    "sin" U35 Sleef_sinf8_u35avx2 Sleef_sinf16_u35avx512f;
    "cos" U10 Sleef_cosf8_u10avx2 Sleef_cosf16_u10avx512f;
    "cos" U35 Sleef_cosf8_u35avx2 Sleef_cosf16_u35avx512f;
}

/// The function of this name and class, if SLEEF has it.
pub fn function(name: &str, class: Class) -> Option<Function> {
    FUNCTIONS.iter().find(|function| function.0 == name && function.1 == class).map(|function| function.2)
}

/// A function on registers of either size.
#[derive(Clone, Copy)]
pub struct Function {
    v3: OnV3,
    v4: OnV4,
}

impl Function {
    /// Replaces each element by its function, on the instruction set that ours would use.
    ///
    /// # Panics
    ///
    /// If that is neither v3 nor v4, or the elements do not fill registers.
    pub fn in_place(self, isa: Isa, xs: &mut [f32]) {
        assert!(xs.len().is_multiple_of(isa.lanes::<f32>()));
        match isa.name() {
            // SAFETY: an instruction set is proof that this machine can run it.
            "v3" => unsafe { on_v3(self.v3, xs) },
            // SAFETY: as above.
            "v4" => unsafe { on_v4(self.v4, xs) },
            other => panic!("SLEEF is not called on {other}"),
        }
    }
}

/// # Safety
///
/// This machine has AVX2 and FMA.
#[target_feature(enable = "avx2,fma")]
unsafe fn on_v3(function: OnV3, xs: &mut [f32]) {
    for register in xs.chunks_exact_mut(8) {
        let register: *mut __m256 = register.as_mut_ptr().cast();
        // SAFETY: there are as many numbers as a register holds.
        unsafe { register.write_unaligned(function(register.read_unaligned())) };
    }
}

/// # Safety
///
/// This machine has AVX-512.
#[target_feature(enable = "avx512f")]
unsafe fn on_v4(function: OnV4, xs: &mut [f32]) {
    for register in xs.chunks_exact_mut(16) {
        let register: *mut __m512 = register.as_mut_ptr().cast();
        // SAFETY: as above.
        unsafe { register.write_unaligned(function(register.read_unaligned())) };
    }
}
