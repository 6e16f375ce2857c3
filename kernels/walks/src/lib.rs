//! Many steps down a landscape in one call.
//!
//! Where a gradient and its update are a dozen operations on a point of the plane, it takes longer to load and store what
//! they work on than to do them. A kernel that does both keeps the points and the state of their optimizer in registers
//! from step to step. That pays for rules without a division; for the others, one after the other is as fast.

#![forbid(unsafe_code)]

use std::marker::PhantomData;
use std::ops::Range;

use pulp::{Simd, WithSimd};
use thalweg_landscapes::{
    BEALE, Beale, Coordinates, Function, Landscape, Partials, RASTRIGIN, ROSENBROCK, Rastrigin, Rosenbrock,
};
use thalweg_numerics::math::Elementary;
use thalweg_numerics::table::{Family, Table};
use thalweg_numerics::{Isa, Real, Vector, has_many_registers};
use thalweg_optimizers::{MAX_COEFFICIENTS, MAX_STATE, MOMENTUM, Momentum, Optimizer, Rule, SGD, Sgd};

/// Coordinates of a point.
const PLANE: usize = 2;

/// The fewest and the most steps between looks at whether points are still finite: as many as there were before, as most
/// that are lost are lost early.
const STRETCH: [u64; 2] = [16, 128];

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

/// The kernels, each for a landscape that workloads descend and an optimizer without a division. The numbers are those of
/// groups that step together where there are few registers, and where there are many: a step is a long chain of
/// operations, and those of other groups fill the gaps, until there is no room for their points (measured on Zen 4, Rastrigin's on Zen 5).
static KERNELS: &[(&Landscape, &Optimizer, Table<Kernel>)] = &[
    (&BEALE, &SGD, of::<Beale, Sgd, 5, 4>()),
    (&BEALE, &MOMENTUM, by_momentum::<Beale, 5, 4>()),
    (&RASTRIGIN, &MOMENTUM, by_momentum::<Rastrigin, 3, 4>()),
    (&ROSENBROCK, &SGD, of::<Rosenbrock, Sgd, 4, 4>()),
    (&ROSENBROCK, &MOMENTUM, by_momentum::<Rosenbrock, 3, 4>()),
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
const fn of<F: Function, R: Rule, const FEW: usize, const MANY: usize>() -> Table<Kernel> {
    Table { f32: walk::<F, R, f32, FEW, MANY>, f64: walk::<F, R, f64, FEW, MANY> }
}

/// The kernel of a function and momentum in either of its forms.
const fn by_momentum<F: Function, const FEW: usize, const MANY: usize>() -> Table<Kernel> {
    Table { f32: walk_by_momentum::<F, f32, FEW, MANY>, f64: walk_by_momentum::<F, f64, FEW, MANY> }
}

fn walk_by_momentum<F: Function, T: Elementary, const FEW: usize, const MANY: usize>(isa: Isa, walk: Walk<'_, T>) {
    let mut groups = walk.coefficients.chunks_exact(Momentum::<false>::COEFFICIENTS * isa.lanes::<T>());
    if groups.all(Momentum::is_whole) {
        self::walk::<F, Momentum<true>, T, FEW, MANY>(isa, walk);
    } else {
        self::walk::<F, Momentum<false>, T, FEW, MANY>(isa, walk);
    }
}

fn walk<F: Function, R: Rule, T: Elementary, const FEW: usize, const MANY: usize>(isa: Isa, walk: Walk<'_, T>) {
    struct Op<'a, F, R, T, const FEW: usize, const MANY: usize>(Walk<'a, T>, PhantomData<(F, R)>);
    impl<F: Function, R: Rule, T: Elementary, const FEW: usize, const MANY: usize> WithSimd for Op<'_, F, R, T, FEW, MANY> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            if S::IS_SCALAR {
                return;
            }
            if has_many_registers::<S>() {
                blocks::<F, R, S, T, MANY>(simd, self.0);
            } else {
                blocks::<F, R, S, T, FEW>(simd, self.0);
            }
        }
    }
    isa.dispatch(Op::<F, R, T, FEW, MANY>(walk, PhantomData));
}

/// A block, `U` groups at a time.
#[inline(always)]
fn blocks<F: Function, R: Rule, S: Simd, T: Elementary, const U: usize>(simd: S, walk: Walk<'_, T>) {
    let mut block = Block::<S, T> {
        simd,
        x: T::as_registers_mut::<S>(walk.x).0.as_chunks_mut::<PLANE>().0,
        state: T::as_registers_mut::<S>(walk.state).0.as_chunks_mut::<PLANE>().0,
        coefficients: T::as_registers::<S>(walk.coefficients).0,
        survived: T::as_registers_mut::<S>(walk.survived).0,
    };
    block.survived.fill(T::splat(simd, T::default()));
    std::hint::black_box(&mut Aligned([0; 32]));
    for first in (0..block.x.len()).step_by(U) {
        let mut done = 0;
        while done < walk.steps {
            let steps = done.clamp(STRETCH[0], STRETCH[1]).min(walk.steps - done);
            block.stretch::<F, R, U>(first, steps);
            done += steps;
        }
    }
}

/// What makes the compiler align the stack where it stands in memory. Nothing else does, as registers in memory are aligned
/// as their numbers are; where the stack happens to be amiss, half of what a step spills straddles two lines of the cache
/// (measured on Zen 4: a step of Beale then takes half as long again).
#[repr(align(64))]
struct Aligned(#[expect(dead_code, reason = "it is there to be in memory")] [u8; 32]);

/// The arrays of a [`Walk`].
struct Block<'a, S: Simd, T: Real> {
    simd: S,
    x: &'a mut [[T::Reg<S>; PLANE]],
    state: &'a mut [[T::Reg<S>; PLANE]],
    coefficients: &'a [T::Reg<S>],
    survived: &'a mut [T::Reg<S>],
}

impl<S: Simd, T: Elementary> Block<'_, S, T> {
    /// Some steps of up to `U` groups from `first` on.
    ///
    /// Nothing is counted on the way. Where points are lost, which each is once at most, the groups go again.
    #[inline(always)]
    fn stretch<F: Function, R: Rule, const U: usize>(&mut self, first: usize, steps: u64) {
        let (simd, groups) = (self.simd, self.x.len());
        // The last group goes again in the place of one that is missing.
        let mut together: [Group<S, T>; U] = [self.group::<R>(first); U];
        for at in 1..U {
            together[at] = self.group::<R>((first + at).min(groups - 1));
        }
        for _ in 0..steps {
            for at in 0..U {
                together[at].step::<F, R>(simd);
            }
        }
        let mut lost = Vector::<S, T>::splat(simd, T::default());
        for at in 0..U {
            let before = finite(simd, self.x[(first + at).min(groups - 1)]);
            lost = lost.or(finite(simd, together[at].x) - before);
        }
        if lost.any_sign() {
            return self.count::<F, R>(first..groups.min(first + U), steps);
        }
        for at in 0..U {
            if first + at < groups {
                let survived = Vector::<S, T>::new(simd, self.survived[first + at]);
                let finite = finite(simd, together[at].x);
                self.survived[first + at] = finite.mul_add(finite.like(steps as f64), survived).register();
                self.put::<R>(first + at, together[at]);
            }
        }
    }

    /// Some steps of some groups, counted.
    #[inline(always)]
    fn count<F: Function, R: Rule>(&mut self, groups: Range<usize>, steps: u64) {
        for group in groups {
            let mut walking = self.group::<R>(group);
            let mut survived = Vector::<S, T>::new(self.simd, self.survived[group]);
            for _ in 0..steps {
                walking.step::<F, R>(self.simd);
                survived = survived + finite(self.simd, walking.x);
            }
            self.survived[group] = survived.register();
            self.put::<R>(group, walking);
        }
    }

    #[inline(always)]
    fn put<R: Rule>(&mut self, group: usize, of_group: Group<S, T>) {
        let groups = self.x.len();
        self.x[group] = of_group.x;
        for i in 0..R::STATE {
            self.state[i * groups + group] = of_group.state[i];
        }
    }

    #[inline(always)]
    fn group<R: Rule>(&self, group: usize) -> Group<S, T> {
        let zero = T::splat(self.simd, T::default());
        let (state, coefficients) = ([[zero; PLANE]; MAX_STATE], [zero; MAX_COEFFICIENTS]);
        let mut of_group = Group { x: self.x[group], state, coefficients };
        for i in 0..R::STATE {
            of_group.state[i] = self.state[i * self.x.len() + group];
        }
        for i in 0..R::COEFFICIENTS {
            of_group.coefficients[i] = self.coefficients[group * R::COEFFICIENTS + i];
        }
        of_group
    }
}

/// The points of a group, and what belongs to them.
#[derive(Clone, Copy)]
struct Group<S: Simd, T: Real> {
    x: [T::Reg<S>; PLANE],
    state: [[T::Reg<S>; PLANE]; MAX_STATE],
    coefficients: [T::Reg<S>; MAX_COEFFICIENTS],
}

impl<S: Simd, T: Elementary> Group<S, T> {
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
    }
}

/// 1 where the point is finite, else 0.
#[inline(always)]
fn finite<S: Simd, T: Real>(simd: S, x: [T::Reg<S>; PLANE]) -> Vector<S, T> {
    let [x, y] = x.map(|register| Vector::<S, T>::new(simd, register));
    #[expect(clippy::eq_op, reason = "zero, or NaN where it is not finite")]
    let gone = (x - x) + (y - y);
    Vector::select(gone.equal(gone), x.like(1.0), x.like(0.0))
}

impl std::fmt::Debug for Walker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} on {:?}", self.optimizer, self.isa)
    }
}
