//! Many steps down a landscape in one call.
//!
//! Where a gradient and its update are a dozen operations on a point of the plane, it takes longer to load and store what
//! they work on than to do them. A kernel that does both keeps the points and the state of their optimizer in registers
//! from step to step. That pays for rules without a division; for the others, one after the other is as fast.

#![forbid(unsafe_code)]

use std::marker::PhantomData;

use pulp::{Simd, WithSimd};
use thalweg_landscapes::beale::{BEALE, Beale};
use thalweg_landscapes::rastrigin::{RASTRIGIN, Rastrigin};
use thalweg_landscapes::rosenbrock::{ROSENBROCK, Rosenbrock};
use thalweg_landscapes::{Coordinates, Function, Landscape, Partials};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real, Vector};
use thalweg_optimizers::momentum::{MOMENTUM, Momentum};
use thalweg_optimizers::sgd::{SGD, Sgd};
use thalweg_optimizers::{MAX_COEFFICIENTS, MAX_STATE, Optimizer, Rule};

/// Coordinates of a point.
const PLANE: usize = 2;

/// Groups that step together: a step is a long chain of operations, and those of the others fill the gaps.
const TOGETHER: usize = 4;

/// Steps of a block of trials, all with the same coefficients.
///
/// A point has two coordinates; as many trials as a register has lanes are a group.
pub struct Walk<'a, T> {
    /// How many steps, at most [`Walk::LONGEST`].
    pub steps: u64,
    /// `[group][coordinate][lane]`
    pub x: &'a mut [T],
    /// `[array][group][coordinate][lane]`
    pub state: &'a mut [T],
    /// `[group][coefficient][lane]`, from [`Optimizer::advance`].
    pub coefficients: &'a [T],
    /// `[group][lane]`: becomes the number of steps after which the point was finite. A point that is not finite does
    /// not become so again, as every rule subtracts from it.
    pub survived: &'a mut [T],
}

impl<T> Walk<'_, T> {
    /// The largest number of steps of a call: numbers of either precision can count them.
    pub const LONGEST: u64 = 1 << 24;
}

/// An optimizer's walk down a landscape, on an instruction set.
#[doc = include_str!("loops.md")]
#[derive(Clone, Copy)]
pub struct Walker {
    isa: Isa,
    optimizer: &'static Optimizer,
    kernel: &'static Table<Kernel>,
}

/// The kernels, each for a landscape that workloads descend and an optimizer without a division.
static KERNELS: &[(&Landscape, &Optimizer, Table<Kernel>)] = &[
    (&BEALE, &SGD, of::<Beale, Sgd>()),
    (&BEALE, &MOMENTUM, of::<Beale, Momentum>()),
    (&RASTRIGIN, &MOMENTUM, of::<Rastrigin, Momentum>()),
    (&ROSENBROCK, &SGD, of::<Rosenbrock, Sgd>()),
    (&ROSENBROCK, &MOMENTUM, of::<Rosenbrock, Momentum>()),
];

impl Walker {
    /// The walk of points with this number of coordinates, where there is a kernel for it. The scalar instruction set
    /// has none: without registers there is nothing to keep in them.
    pub fn new(isa: Isa, landscape: &Landscape, optimizer: &Optimizer, dimensions: usize) -> Option<Self> {
        let (_, optimizer, kernel) = KERNELS.iter().find(|(of, by, _)| *of == landscape && *by == optimizer)?;
        (dimensions == PLANE && !isa.is_scalar()).then_some(Self { isa, optimizer, kernel })
    }

    /// Goes down from every point of a block. Every number has the bits that it gets from a
    /// [gradient](Landscape::gradient) and an [update](Optimizer::update) per step.
    ///
    /// # Panics
    ///
    /// If there are more than [`Walk::LONGEST`] steps, or the slices do not fit each other.
    pub fn go<T: Elementary>(&self, walk: Walk<'_, T>) {
        assert!(walk.steps <= Walk::<T>::LONGEST);
        assert!(walk.x.len().is_multiple_of(PLANE * self.isa.lanes::<T>()));
        assert_eq!(walk.state.len(), walk.x.len() * self.optimizer.state);
        assert_eq!(walk.survived.len() * PLANE, walk.x.len());
        assert_eq!(walk.coefficients.len(), walk.survived.len() * self.optimizer.coefficients);
        self.kernel.get::<T>()(self.isa, walk);
    }
}

#[derive(Clone, Copy)]
struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Isa, Walk<'_, T>);
}

/// The kernel of a function and a rule.
const fn of<F: Function, R: Rule>() -> Table<Kernel> {
    Table { f32: walk::<F, R, f32>, f64: walk::<F, R, f64> }
}

fn walk<F: Function, R: Rule, T: Elementary>(isa: Isa, walk: Walk<'_, T>) {
    struct Op<'a, F, R, T>(Walk<'a, T>, PhantomData<(F, R)>);
    impl<F: Function, R: Rule, T: Elementary> WithSimd for Op<'_, F, R, T> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            if !S::IS_SCALAR {
                steps::<F, R, S, T>(simd, self.0);
            }
        }
    }
    isa.dispatch(Op::<F, R, T>(walk, PhantomData));
}

#[inline(always)]
fn steps<F: Function, R: Rule, S: Simd, T: Elementary>(simd: S, walk: Walk<'_, T>) {
    let Walk { steps, x, state, coefficients, survived } = walk;
    let x = T::as_registers_mut::<S>(x).0.as_chunks_mut::<PLANE>().0;
    let state = T::as_registers_mut::<S>(state).0.as_chunks_mut::<PLANE>().0;
    let coefficients = T::as_registers::<S>(coefficients).0;
    let survived = T::as_registers_mut::<S>(survived).0;
    let (groups, zero) = (x.len(), T::splat(simd, T::default()));
    for first in (0..groups).step_by(TOGETHER) {
        let mut together = [Group::<S, T>::new(zero); TOGETHER];
        for (at, walking) in together.iter_mut().enumerate() {
            // The last group goes again in the place of one that is missing.
            let group = (first + at).min(groups - 1);
            walking.x = x[group];
            for i in 0..R::STATE {
                walking.state[i] = state[i * groups + group];
            }
            for i in 0..R::COEFFICIENTS {
                walking.coefficients[i] = coefficients[group * R::COEFFICIENTS + i];
            }
        }
        for _ in 0..steps {
            for at in 0..TOGETHER {
                together[at].step::<F, R>(simd);
            }
        }
        for (group, walking) in (first..groups).zip(&together) {
            x[group] = walking.x;
            for i in 0..R::STATE {
                state[i * groups + group] = walking.state[i];
            }
            survived[group] = walking.survived;
        }
    }
}

/// The points of a group, and what belongs to them.
#[derive(Clone, Copy)]
struct Group<S: Simd, T: Real> {
    x: [T::Reg<S>; PLANE],
    state: [[T::Reg<S>; PLANE]; MAX_STATE],
    coefficients: [T::Reg<S>; MAX_COEFFICIENTS],
    survived: T::Reg<S>,
}

impl<S: Simd, T: Elementary> Group<S, T> {
    #[inline(always)]
    fn new(zero: T::Reg<S>) -> Self {
        Self {
            x: [zero; PLANE],
            state: [[zero; PLANE]; MAX_STATE],
            coefficients: [zero; MAX_COEFFICIENTS],
            survived: zero,
        }
    }

    #[inline(always)]
    fn step<F: Function, R: Rule>(&mut self, simd: S) {
        let mut slope = self.x;
        F::gradient(Coordinates::<S, T> { simd, x: &self.x, spectrum: &[] }, Partials(&mut slope));
        let mut state = [Vector::<S, T, PLANE>::splat(simd, T::default()); MAX_STATE];
        for i in 0..R::STATE {
            state[i] = Vector::from_registers(simd, self.state[i]);
        }
        let mut c = [Vector::<S, T, PLANE>::splat(simd, T::default()); MAX_COEFFICIENTS];
        for i in 0..R::COEFFICIENTS {
            c[i] = Vector::from_registers(simd, [self.coefficients[i]; PLANE]);
        }
        let x = Vector::from_registers(simd, self.x);
        self.x = R::update(x, Vector::from_registers(simd, slope), &mut state, &c).registers();
        for i in 0..R::STATE {
            self.state[i] = state[i].registers();
        }
        let [x, y] = self.x.map(|register| Vector::<S, T>::new(simd, register));
        #[expect(clippy::eq_op, reason = "zero, or NaN where it is not finite")]
        let gone = (x - x) + (y - y);
        let one = Vector::select(gone.equal(gone), x.like(1.0), x.like(0.0));
        self.survived = (Vector::new(simd, self.survived) + one).register();
    }
}

impl std::fmt::Debug for Walker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} on {:?}", self.optimizer, self.isa)
    }
}
