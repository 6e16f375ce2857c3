//! The instruction sets that this machine can run.

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_kernels::{Isa, Real};

#[test]
fn every_available_isa_is_found_by_its_name() {
    for isa in Isa::available() {
        assert_eq!(Isa::named(isa.name()), Ok(isa));
        assert!(isa.lanes::<f32>() >= isa.lanes::<f64>());
    }
}

#[test]
fn the_lanes_of_an_isa_are_those_of_its_registers() {
    struct Lanes<T>(PhantomData<T>);
    impl<T: Real> WithSimd for Lanes<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            T::lanes::<S>()
        }
    }
    for isa in Isa::available() {
        assert_eq!(isa.lanes::<f32>(), isa.dispatch(Lanes::<f32>(PhantomData)), "{isa:?}");
        assert_eq!(isa.lanes::<f64>(), isa.dispatch(Lanes::<f64>(PhantomData)), "{isa:?}");
    }
}

#[test]
fn an_unknown_name_is_an_error_that_lists_the_usable_ones() {
    let error = Isa::named("avx9").unwrap_err();
    assert!(error.to_string().contains("`avx9`") && error.to_string().contains("scalar"), "{error}");
}

/// A machine that is meant to prove an instruction set must not skip it silently.
#[test]
fn the_required_isa_is_here() {
    let Ok(required) = std::env::var("REQUIRE_ISA") else { return };
    assert!(Isa::named(&required).is_ok(), "{required} cannot run here");
}
