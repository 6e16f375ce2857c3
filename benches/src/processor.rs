//! What a core can do at most.

use std::hint::black_box;
use std::time::{Duration, Instant};

use pulp::{Simd, WithSimd};
use thalweg_benchmarks::Machine;
use thalweg_kernels::{Buffer, Isa, Real, Vector};

use crate::workload::Demands;

/// A level of the memory hierarchy.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// `"L1"`, `"L2"`, `"L3"` or `"memory"`.
    pub name: &'static str,
    /// How many bytes it holds.
    pub size: usize,
    /// Bytes per second that can be read from it.
    pub load: f64,
    /// Bytes per second that can be written to it.
    pub store: f64,
}

/// Operations per second on numbers of one type.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Multiply-adds.
    pub multiplications: f64,
    /// Divisions.
    pub divisions: f64,
    /// Square roots.
    pub roots: f64,
}

/// What one core can do at most, on the instruction set that it was measured on.
#[derive(Clone, Debug)]
pub struct Core {
    /// Cycles per second.
    pub clock: f64,
    /// Of f32.
    pub singles: Rates,
    /// Of f64.
    pub doubles: Rates,
    /// The levels of the memory hierarchy, the nearest first.
    pub levels: [Level; 4],
}

impl Core {
    /// Measures this core, which takes a second.
    pub fn measure(isa: Isa) -> Self {
        let [l1, l2, l3] = cache_sizes();
        let level = |name, size, used| {
            let mut numbers = Buffer::<f32>::zeroed(used / size_of::<f32>());
            // Memory that was never written is one page of zeros.
            numbers.fill(1.0);
            let bytes = used as f64;
            let load = bytes
                / seconds(|| {
                    black_box(isa.dispatch(Load(black_box(&numbers))));
                });
            let store = bytes / seconds(|| isa.dispatch(Store(black_box(&mut numbers))));
            Level { name, size, load, store }
        };
        let levels = [
            level("L1", l1, l1 / 2),
            level("L2", l2, (l2 / 2).max(2 * l1)),
            level("L3", l3, (l3 / 4).max(2 * l2)),
            level("memory", usize::MAX, 4 * l3),
        ];
        Self { clock: clock(), singles: rates::<f32>(isa), doubles: rates::<f64>(isa), levels }
    }

    /// The better of two measurements in everything but the clock, of which it is the mean.
    #[must_use]
    pub fn best(&self, other: &Self) -> Self {
        let rates = |a: Rates, b: Rates| Rates {
            multiplications: a.multiplications.max(b.multiplications),
            divisions: a.divisions.max(b.divisions),
            roots: a.roots.max(b.roots),
        };
        let level = |(a, b): (&Level, &Level)| Level { load: a.load.max(b.load), store: a.store.max(b.store), ..*a };
        Self {
            clock: f64::midpoint(self.clock, other.clock),
            singles: rates(self.singles, other.singles),
            doubles: rates(self.doubles, other.doubles),
            levels: std::array::from_fn(|at| level((&self.levels[at], &other.levels[at]))),
        }
    }

    /// What bounds a run of these demands that multiplies, divides and takes roots so many times, and how many seconds it
    /// would take at that bound. In the first-level cache, loads and stores have separate paths; beyond it they share one.
    pub fn bound(&self, demands: &Demands, [multiplications, divisions, roots]: [u64; 3]) -> (&'static str, f64) {
        let rates = if demands.number == size_of::<f32>() { self.singles } else { self.doubles };
        let bytes = |numbers: u64| (numbers as usize * demands.number) as f64;
        let (loaded, stored) = (bytes(demands.loaded), bytes(demands.stored));
        let level = |level: &&Level| bytes(demands.held) <= level.size as f64;
        let level = self.levels.iter().find(level).expect("memory holds everything");
        let (load, store) = (loaded / level.load, stored / level.store);
        let traffic = if level.name == "L1" { load.max(store) } else { load + store };
        let divider = divisions as f64 / rates.divisions + roots as f64 / rates.roots;
        let traffic_name = match level.name {
            "L1" => "load/store",
            "L2" => "L2 bandwidth",
            "L3" => "L3 bandwidth",
            _ => "memory bandwidth",
        };
        let all = [
            ("multiply-add", multiplications as f64 / rates.multiplications),
            ("division", divider),
            (traffic_name, traffic),
        ];
        all.into_iter().fold(("", 0.0), |most, one| if one.1 > most.1 { one } else { most })
    }
}

/// Seconds of a call: the best of several batches of calls.
pub(crate) fn seconds(mut call: impl FnMut()) -> f64 {
    const BATCHES: usize = 25;
    const BATCH: Duration = Duration::from_millis(1);
    /// Where a batch takes this long, a few will do: a pass over memory beyond a large cache.
    const LONG: Duration = Duration::from_millis(10);
    const FEW: usize = 4;
    let mut batch = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| call());
        start.elapsed()
    };
    let mut calls = 1;
    let mut first = batch(calls);
    while first < BATCH {
        calls *= 2;
        first = batch(calls);
    }
    let batches = if first < LONG { BATCHES } else { FEW };
    (0..batches).map(|_| batch(calls).as_secs_f64() / f64::from(calls)).fold(f64::INFINITY, f64::min)
}

/// Cycles per second, by a chain of rotations and exclusive ors, each of which waits for the one before: one cycle each on
/// every processor of today.
fn clock() -> f64 {
    const LENGTH: u64 = 100_000;
    let chain = || {
        let mut x = black_box(1_u64);
        for i in 0..LENGTH {
            x = x.rotate_left(7) ^ i;
        }
        black_box(x);
    };
    2.0 * LENGTH as f64 / seconds(chain)
}

/// The sizes of the data caches in bytes; common ones where the system does not tell.
fn cache_sizes() -> [usize; 3] {
    const COMMON: [u64; 3] = [32, 512, 16 << 10];
    let known = Machine::here(Isa::best().name()).caches_kib;
    std::array::from_fn(|level| (known.get(level).unwrap_or(&COMMON[level]) << 10) as usize)
}

fn rates<T: Real>(isa: Isa) -> Rates {
    /// Operations of a chain.
    const LENGTH: usize = 4096;
    let rate = |operation| {
        let time = seconds(|| {
            black_box(isa.dispatch(Chains { operation, length: LENGTH, x: black_box(T::from_f64(1.0)) }));
        });
        (LENGTH * CHAINS * isa.lanes::<T>()) as f64 / time
    };
    Rates {
        multiplications: rate(Operation::MultiplyAdd),
        divisions: rate(Operation::Divide),
        roots: rate(Operation::Root),
    }
}

/// Independent chains, enough to hide the latency of two units.
const CHAINS: usize = 12;

#[derive(Clone, Copy)]
enum Operation {
    MultiplyAdd,
    Divide,
    Root,
}

/// Chains of one operation on registers.
struct Chains<T> {
    operation: Operation,
    length: usize,
    x: T,
}

impl<T: Real> WithSimd for Chains<T> {
    type Output = T;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> T {
        let x = Vector::<S, T, CHAINS>::splat(simd, self.x);
        let mut chains = x;
        match self.operation {
            Operation::MultiplyAdd => (0..self.length).for_each(|_| chains = chains.mul_add(x, x)),
            Operation::Divide => (0..self.length).for_each(|_| chains = chains / x),
            Operation::Root => (0..self.length).for_each(|_| chains = chains.sqrt()),
        }
        let registers = chains.registers();
        let sum = registers.into_iter().map(|register| Vector::<S, T>::new(simd, register));
        let sum = sum.reduce(|a, b| a + b).expect("there are chains");
        let mut first = [T::default()];
        T::store_part(simd, &mut first, sum.register());
        first[0]
    }
}

/// Reads numbers from front to back.
struct Load<'a>(&'a [f32]);

impl WithSimd for Load<'_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> u64 {
        const TOGETHER: usize = 8;
        let (registers, _) = f32::as_registers::<S>(self.0);
        let mut all = Vector::<S, f32, TOGETHER>::splat(simd, 0.0);
        for eight in registers.chunks_exact(TOGETHER) {
            all = all.xor(Vector::load(simd, eight));
        }
        let registers = all.registers();
        let all = registers.into_iter().map(|register| Vector::<S, f32>::new(simd, register));
        let mut first = [0.0];
        f32::store_part(simd, &mut first, all.reduce(|a, b| a.xor(b)).expect("there are registers").register());
        u64::from(first[0].to_bits())
    }
}

/// Writes numbers from front to back.
struct Store<'a>(&'a mut [f32]);

impl WithSimd for Store<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let x = f32::splat(simd, black_box(1.0));
        let (registers, _) = f32::as_registers_mut::<S>(self.0);
        registers.fill(x);
    }
}
