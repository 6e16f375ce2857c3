//! A quick check that no kernel has lost its speed: `cargo run --release -p thalweg-benches --bin inline_guard`.
//!
//! A helper of a kernel without `#[inline(always)]` turns intrinsics into function calls, which changes no result and
//! triggers no lint, but costs a factor of 15 and more. So each kernel's throughput on the fastest instruction set must
//! be a multiple of that on the scalar one, which has no intrinsics to lose. Exits with 1 and the names of the kernels
//! where it is not.
//!
//! On AVX2 the ratio is 14 to 140 for a healthy kernel; it was 0.1 to 2.1 with `#[inline(never)]` on one helper.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use thalweg_benches::workload::product::{Product, Sharing};
use thalweg_benches::workload::{Make, Runner, Workload, dense, families, matrices, product, sweep};
use thalweg_kernels::Isa;

/// Batches that are timed per kernel and instruction set; their median counts.
const REPEATS: usize = 9;
/// The least time of a batch.
const BATCH: Duration = Duration::from_millis(2);
/// The least multiple of the throughput on the scalar instruction set. Where a scalar fused multiply-add is an
/// instruction and not a call, the scalar form is faster, and four lanes gain less.
const FLOOR: f64 = if cfg!(target_arch = "x86_64") { 3.0 } else { 1.5 };
/// The same for kernels that fuse nothing: the compiler vectorises their scalar form, too.
const VECTORISED_FLOOR: f64 = 1.0;
/// The kernels that fuse nothing.
const FUSE_NOTHING: [(&str, &str); 11] = [
    ("activation/forward", "relu-f32"),
    ("activation/backward", "relu-f32"),
    ("activation/forward", "leaky-relu-f32"),
    ("activation/backward", "leaky-relu-f32"),
    ("activation/backward", "elu-f32"),
    ("activation/backward", "sigmoid-f32"),
    ("activation/forward", "softsign-f32"),
    ("activation/backward", "softsign-f32"),
    ("loss/curvature", "mse-f32"),
    ("loss/curvature", "mae-f32"),
    ("loss/curvature", "huber-f32"),
];

fn main() -> ExitCode {
    let (best, scalar) = (Isa::best(), *Isa::available().first().expect("the scalar instruction set is always there"));
    if best.is_scalar() {
        println!("SKIPPED: this machine has no instruction set but the scalar one");
        return ExitCode::SUCCESS;
    }
    println!("{:<44} {:>12} {:>12} {:>8}", "kernel (million elements a second)", best.name(), scalar.name(), "ratio");
    let mut slow = vec![];
    for mut kernel in kernels(best, scalar) {
        let (fast_rate, plain_rate) = rates(&mut kernel);
        let (name, ratio) = (format!("{}/{}", kernel.family, kernel.fast.name()), fast_rate / plain_rate);
        let verdict = if ratio < kernel.floor { "  TOO SLOW" } else { "" };
        println!("{name:<44} {:>12.3} {:>12.3} {ratio:>8.1}{verdict}", fast_rate / 1e6, plain_rate / 1e6);
        if ratio < kernel.floor {
            slow.push(format!("{name} ({ratio:.1} times, at least {})", kernel.floor));
        }
    }
    if slow.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("too slow, compared with {}: {}", scalar.name(), slow.join(", "));
    eprintln!("is an #[inline(always)] missing?");
    ExitCode::FAILURE
}

/// A gradient of one multiplication per coordinate is a copy: its speed is the memory's.
const COPIES: [&str; 3] = ["saddle", "sphere", "quadratic"];

/// A kernel on two instruction sets.
struct Kernel {
    family: String,
    floor: f64,
    fast: Box<dyn Workload>,
    plain: Box<dyn Workload>,
}

/// Every kernel on both instruction sets, but for the identity, which does nothing.
fn kernels(best: Isa, scalar: Isa) -> Vec<Kernel> {
    let mut kernels = vec![];
    let mut add = |family: &str, make: &Make<'_>| {
        let fast = make(best);
        let is_copy = |name: &str| name.rsplit_once('-').is_some_and(|(landscape, _)| COPIES.contains(&landscape));
        if family == "landscape/gradient" && is_copy(&fast.name()) {
            return;
        }
        let fuses_nothing = FUSE_NOTHING.contains(&(family, fast.name().as_str()));
        let floor = if fuses_nothing { VECTORISED_FLOOR } else { FLOOR };
        kernels.push(Kernel { family: family.to_owned(), floor, fast, plain: make(scalar) });
    };
    families::elementwise(|family, make| add(family, &*make));
    for sharing in [Sharing::Shared, Sharing::PerLane] {
        add("product/forward", &|isa| product::workload(Product::Forward, [16, 16, 64], sharing, isa));
        add("product/weight-gradient", &|isa| product::workload(Product::WeightGradient, [16, 16, 64], sharing, isa));
    }
    let sharing = Sharing::PerLane;
    add("product/input-gradient", &|isa| product::workload(Product::InputGradient, [16, 16, 64], sharing, isa));
    add("dense/forward", &|isa| dense::workload(Product::Forward, [64, 64, 128], isa));
    add("dense/weight-gradient", &|isa| dense::workload(Product::WeightGradient, [64, 64, 128], isa));
    add("dense/input-gradient", &|isa| dense::workload(Product::InputGradient, [64, 64, 128], isa));
    for (name, task) in matrices::TASKS {
        add(&format!("matrices/{name}"), &|isa| matrices::workload(task, [16, 16], isa));
    }
    add("sweep", &|isa| sweep::workload(isa.lanes::<f32>(), isa));
    kernels
}

/// Elements per second of both, measured in turns, so that a change of the machine's clock affects both.
fn rates(Kernel { fast, plain, .. }: &mut Kernel) -> (f64, f64) {
    let (fast, plain) = (&mut **fast, &mut **plain);
    let runs = [runs_of_a_batch(fast), runs_of_a_batch(plain)];
    let mut seconds = [vec![], vec![]];
    for _ in 0..REPEATS {
        seconds[0].push(batch(fast, runs[0]).as_secs_f64());
        seconds[1].push(batch(plain, runs[1]).as_secs_f64());
    }
    let median = |mut seconds: Vec<f64>| {
        seconds.sort_by(f64::total_cmp);
        seconds[REPEATS / 2]
    };
    let [fast_seconds, plain_seconds] = seconds.map(median);
    let rate = |workload: &dyn Workload, runs: u64, seconds: f64| (workload.work() * runs) as f64 / seconds;
    (rate(fast, runs[0], fast_seconds), rate(plain, runs[1], plain_seconds))
}

/// How many runs a batch takes; the first ones also warm the caches.
fn runs_of_a_batch(workload: &mut dyn Workload) -> u64 {
    let mut runs = 1;
    while batch(workload, runs) < BATCH {
        runs *= 2;
    }
    runs
}

fn batch(workload: &mut dyn Workload, runs: u64) -> Duration {
    let start = Instant::now();
    for _ in 0..runs {
        std::hint::black_box(&mut *workload).run(Runner::Thalweg);
    }
    start.elapsed()
}
