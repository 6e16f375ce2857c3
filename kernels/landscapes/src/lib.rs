//! Landscapes: analytic functions of a few coordinates whose minimum an optimizer is to find; one file each.
//!
//! Starting points are the lanes: a register holds the same coordinate of several trials.

#![forbid(unsafe_code)]

mod rotation;

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Origin, Real, Vector, parts};

pub use beale::{BEALE, Beale};
pub use rastrigin::{RASTRIGIN, Rastrigin};
pub use rosenbrock::{ROSENBROCK, Rosenbrock};
pub use rotation::Rotation;

/// How many coordinates a landscape has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimensions {
    /// Exactly this many.
    Exactly(usize),
    /// This many or more.
    AtLeast(usize),
    /// As many as its spectrum has eigenvalues.
    Spectrum,
}

/// A function f of a point x, written once for every precision, instruction set and width.
pub trait Function: 'static {
    /// Whether every point has two coordinates.
    const IS_PLANE: bool = false;

    /// f(x).
    fn value<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>) -> Vector<S, T>;
    /// ∂f/∂xᵢ for every i, set in the partials.
    fn gradient<S: Simd, T: Elementary>(x: Coordinates<'_, S, T>, partials: Partials<'_, S, T>);
    /// f(x) and its gradient in plain f64, for a spectrum where there is one: what tests and benches compare with.
    fn reference(x: &[f64], spectrum: &[f64]) -> (f64, Vec<f64>);
}

/// A point, one register per coordinate.
#[derive(Clone, Copy, Debug)]
pub struct Coordinates<'a, S: Simd, T: Real> {
    /// The token of the instruction set.
    pub simd: S,
    /// One register per coordinate.
    pub x: &'a [T::Reg<S>],
    /// The eigenvalues, for a landscape that has a spectrum; empty for the others.
    pub spectrum: &'a [T],
}

impl<S: Simd, T: Real> Coordinates<'_, S, T> {
    /// How many there are.
    #[inline(always)]
    pub fn count(self) -> usize {
        self.x.len()
    }

    /// Coordinate `i`.
    #[inline(always)]
    pub fn get(self, i: usize) -> Vector<S, T> {
        Vector::new(self.simd, self.x[i])
    }

    /// Coordinates `i` and `i + 1`: what takes a long chain of operations is done to both at once, which overlaps them.
    #[inline(always)]
    pub fn pair(self, i: usize) -> Vector<S, T, 2> {
        Vector::from_registers(self.simd, [self.x[i], self.x[i + 1]])
    }

    /// Eigenvalue `i`, in every lane.
    #[inline(always)]
    pub fn eigenvalue(self, i: usize) -> Vector<S, T> {
        Vector::splat(self.simd, self.spectrum[i])
    }

    /// The same number in every lane.
    #[inline(always)]
    pub fn constant(self, x: f64) -> Vector<S, T> {
        Vector::constant(self.simd, x)
    }
}

/// The partial derivatives at a point, on their way out.
#[derive(Debug)]
pub struct Partials<'a, S: Simd, T: Real>(pub &'a mut [T::Reg<S>]);

impl<S: Simd, T: Real> Partials<'_, S, T> {
    /// Sets the one with respect to coordinate `i`.
    #[inline(always)]
    pub fn set(&mut self, i: usize, partial: Vector<S, T>) {
        self.0[i] = partial.register();
    }

    /// Sets those at `i` and `i + 1`.
    #[inline(always)]
    pub fn set_pair(&mut self, i: usize, partials: Vector<S, T, 2>) {
        [self.0[i], self.0[i + 1]] = partials.registers();
    }

    /// What was set at `i` before.
    #[inline(always)]
    pub fn get(&self, x: Coordinates<'_, S, T>, i: usize) -> Vector<S, T> {
        Vector::new(x.simd, self.0[i])
    }
}

type Reference = fn(&[f64], &[f64]) -> (f64, Vec<f64>);

/// What is known of a landscape besides its formula.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its name in specs.
    pub name: &'static str,
    /// Its name in text and titles.
    pub title: &'static str,
    /// f(x)
    pub formula: &'static str,
    /// Where it was published.
    pub source: &'static str,
    /// How many coordinates it has.
    pub dimensions: Dimensions,
    /// Where it is usually searched and drawn: an interval for each coordinate, or one for all of them.
    pub domain: &'static [(f64, f64)],
    /// What is to be found.
    pub optimum: Optimum,
}

/// What is to be found on a landscape, in a number of dimensions.
#[derive(Clone, Copy, Debug)]
pub enum Optimum {
    /// The smallest value on the domain, and every point of it that has this value.
    Minimum {
        /// The value.
        value: fn(usize) -> f64,
        /// The points.
        at: fn(usize) -> Vec<Vec<f64>>,
    },
    /// A point without slope from which it goes up in one direction and down in another; there is no smallest value.
    Saddle {
        /// The value there.
        value: f64,
        /// The point.
        at: fn(usize) -> Vec<f64>,
    },
}

impl Facts {
    /// Where coordinate `i` is usually searched and drawn.
    pub fn bounds(&self, i: usize) -> (f64, f64) {
        self.domain[i.min(self.domain.len() - 1)]
    }

    /// The smallest value on the domain, if there is one.
    pub fn minimum(&self, dimensions: usize) -> Option<f64> {
        match self.optimum {
            Optimum::Minimum { value, .. } => Some(value(dimensions)),
            Optimum::Saddle { .. } => None,
        }
    }

    /// Every point of the domain that has the smallest value.
    pub fn minima(&self, dimensions: usize) -> Vec<Vec<f64>> {
        match self.optimum {
            Optimum::Minimum { at, .. } => at(dimensions),
            Optimum::Saddle { .. } => Vec::new(),
        }
    }
}

/// A landscape, as objectives, specs, the command and the docs know it.
#[derive(Clone, Copy)]
pub struct Landscape {
    /// Its name, formula, domain and optimum.
    pub facts: Facts,
    /// Where it comes from, if it is not built in.
    pub origin: Option<Origin>,
    reference: Reference,
    value: Table<Kernel>,
    gradient: Table<Kernel>,
}

parts! {
    /// Every landscape.
    ALL: Landscape = [
        ackley::ACKLEY,
        beale::BEALE,
        booth::BOOTH,
        gramacy_lee::GRAMACY_LEE,
        griewank::GRIEWANK,
        himmelblau::HIMMELBLAU,
        levy::LEVY,
        matyas::MATYAS,
        mccormick::MCCORMICK,
        quadratic::QUADRATIC,
        rastrigin::RASTRIGIN,
        rosenbrock::ROSENBROCK,
        saddle::SADDLE,
        shubert::SHUBERT,
        six_hump_camel::SIX_HUMP_CAMEL,
        sphere::SPHERE,
        styblinski_tang::STYBLINSKI_TANG,
        three_hump_camel::THREE_HUMP_CAMEL,
    ]
}

/// The points of a block of trials.
#[derive(Clone, Copy, Debug)]
pub struct Points<'a, T> {
    /// `[group][coordinate][lane]`, with as many lanes as a register has.
    pub x: &'a [T],
    /// Coordinates of a point.
    pub dimensions: usize,
    /// The eigenvalues, for a landscape that has a spectrum; empty for the others.
    pub spectrum: &'a [T],
}

impl Landscape {
    /// The landscape of a function.
    pub const fn new<F: Function>(facts: Facts) -> Self {
        Self {
            facts,
            origin: None,
            reference: F::reference,
            value: Table { f32: value::<F, f32>, f64: value::<F, f64> },
            gradient: Table { f32: gradient::<F, f32>, f64: gradient::<F, f64> },
        }
    }

    /// The same, from a package of its own.
    #[must_use]
    pub const fn from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// f(x) and its gradient in plain f64: what tests and benches compare with.
    pub fn reference(&self, x: &[f64], spectrum: &[f64]) -> (f64, Vec<f64>) {
        (self.reference)(x, spectrum)
    }

    /// The built-in landscape called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().copied().find(|landscape| landscape.facts.name == name)
    }

    /// f of every point; `values` is `[group][lane]`.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other or the landscape.
    pub fn value<T: Elementary>(&self, isa: Isa, points: Points<'_, T>, values: &mut [T]) {
        self.check(isa, points);
        assert_eq!(values.len() * points.dimensions, points.x.len());
        self.value.get::<T>()(isa, points, values);
    }

    /// ∂f/∂xᵢ of every point; `gradient` is `[group][coordinate][lane]`.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other or the landscape.
    pub fn gradient<T: Elementary>(&self, isa: Isa, points: Points<'_, T>, gradient: &mut [T]) {
        self.check(isa, points);
        assert_eq!(gradient.len(), points.x.len());
        self.gradient.get::<T>()(isa, points, gradient);
    }

    fn check<T: Elementary>(&self, isa: Isa, points: Points<'_, T>) {
        let fits = match self.facts.dimensions {
            Dimensions::Exactly(count) => points.dimensions == count && points.spectrum.is_empty(),
            Dimensions::AtLeast(count) => points.dimensions >= count && points.spectrum.is_empty(),
            Dimensions::Spectrum => points.dimensions == points.spectrum.len() && points.dimensions > 0,
        };
        assert!(fits, "{} in {} dimensions", self.facts.name, points.dimensions);
        assert!(points.x.len().is_multiple_of(points.dimensions * isa.lanes::<T>()));
    }
}

/// Names are unique.
impl PartialEq for Landscape {
    fn eq(&self, other: &Self) -> bool {
        self.facts.name == other.facts.name
    }
}

impl Eq for Landscape {}

impl std::fmt::Debug for Landscape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.facts.name)
    }
}

#[derive(Clone, Copy)]
struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Points<'_, T>, &mut [T]);
}

fn value<F: Function, T: Elementary>(isa: Isa, points: Points<'_, T>, values: &mut [T]) {
    struct Op<'a, F, T>(Points<'a, T>, &'a mut [T], PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Points { x, dimensions, spectrum } = self.0;
            let (x, _) = T::as_registers::<S>(x);
            let (values, _) = T::as_registers_mut::<S>(self.1);
            for (x, value) in x.chunks_exact(dimensions).zip(values) {
                *value = F::value(Coordinates { simd, x, spectrum }).register();
            }
        }
    }
    isa.dispatch(Op::<F, T>(points, values, PhantomData));
}

fn gradient<F: Function, T: Elementary>(isa: Isa, points: Points<'_, T>, gradient: &mut [T]) {
    struct Op<'a, F, T>(Points<'a, T>, &'a mut [T], PhantomData<F>);
    impl<F: Function, T: Elementary> WithSimd for Op<'_, F, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let Points { x, dimensions, spectrum } = self.0;
            let (x, _) = T::as_registers::<S>(x);
            let (gradient, _) = T::as_registers_mut::<S>(self.1);
            if F::IS_PLANE || (!S::IS_SCALAR && dimensions == 2) {
                // Two coordinates need no loops, if the compiler knows that there are two.
                for (x, partials) in x.as_chunks::<2>().0.iter().zip(gradient.as_chunks_mut::<2>().0) {
                    F::gradient(Coordinates { simd, x, spectrum }, Partials(partials));
                }
            }
            if !F::IS_PLANE && (S::IS_SCALAR || dimensions != 2) {
                for (x, partials) in x.chunks_exact(dimensions).zip(gradient.chunks_exact_mut(dimensions)) {
                    F::gradient(Coordinates { simd, x, spectrum }, Partials(partials));
                }
            }
        }
    }
    isa.dispatch(Op::<F, T>(points, gradient, PhantomData));
}
