//! The timings that studies draw: `cargo run --release -p thalweg-benches --bin study_timings`.
//!
//! Writes one table per study to `results/bench/`, or to the folder that the command line names. Every variant checks
//! its answer before it is timed. The variants of one size are timed in turns, so that a change of the machine's clock
//! affects all of them; a time is the mean of a batch of at least 2 ms, and of 21 batches the fastest, the median and
//! the slowest are written.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use thalweg_benches::workload::labels;
use thalweg_benches::workload::pass::{self, NETS};
use thalweg_benches::workload::{Runner, Workload};
use thalweg_kernels::{Isa, arch};

/// Batches per variant and size.
const REPEATS: usize = 21;
/// The least time of a batch.
const BATCH: Duration = Duration::from_millis(2);
/// The examples of a pass.
const SIZES: [usize; 9] = [1, 4, 8, 16, 64, 256, 1024, 4096, 16384];
/// The classes of a loss.
const CLASSES: [usize; 9] = [10, 32, 100, 316, 1_000, 3_162, 10_000, 31_623, 100_000];

fn main() -> io::Result<()> {
    let isa = Isa::from_environment().map_err(|error| io::Error::other(format!("{}: {error}", arch::VARIABLE)))?;
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("results/bench"), PathBuf::from);
    eprintln!("instruction set: {}; tables go to {}", isa.name(), folder.display());
    fs::create_dir_all(&folder)?;
    loop_vs_matrix(&folder, isa)?;
    sparse_cross_entropy(&folder, isa)
}

/// One of several ways to do the same.
struct Variant {
    name: String,
    workload: Box<dyn Workload>,
    runner: Runner,
}

fn loop_vs_matrix(folder: &Path, isa: Isa) -> io::Result<()> {
    let mut table = "examples,variant,min_ns,median_ns,max_ns\n".to_owned();
    for net in NETS {
        for examples in SIZES {
            let variant = |name: &str, form, runner| Variant {
                name: format!("{}: {name}", net.name),
                workload: pass::workload(net, examples, form, isa),
                runner,
            };
            let mut variants = [
                variant("loop", pass::Form::Loop, Runner::Reference),
                variant("loop over the kernels", pass::Form::Loop, Runner::Thalweg),
                variant("matrix form", pass::Form::Matrix, Runner::Thalweg),
            ];
            let times = times(&mut variants);
            for (Variant { name, .. }, times) in variants.iter().zip(times) {
                row(&mut table, &format!("{examples},{name},{}", cells(times)));
            }
        }
    }
    fs::write(folder.join("loop-vs-matrix.csv"), table)
}

fn sparse_cross_entropy(folder: &Path, isa: Isa) -> io::Result<()> {
    let mut table = "classes,labels,min_ns,median_ns,max_ns,bytes\n".to_owned();
    for classes in CLASSES {
        let mut variants = labels::Form::ALL.map(|form| Variant {
            name: form.name().to_owned(),
            workload: labels::workload(form, classes, isa),
            runner: Runner::Thalweg,
        });
        for (form, times) in labels::Form::ALL.into_iter().zip(times(&mut variants)) {
            let bytes = form.bytes(classes).map_or_else(String::new, |bytes| bytes.to_string());
            row(&mut table, &format!("{classes},{},{},{bytes}", form.name(), cells(times)));
        }
    }
    fs::write(folder.join("sparse-cross-entropy.csv"), table)
}

fn row(table: &mut String, line: &str) {
    writeln!(table, "{line}").expect("writing to a string does not fail");
}

/// The fastest, the median and the slowest of the times of a run, in whole nanoseconds.
fn cells(mut seconds: Vec<f64>) -> String {
    seconds.sort_by(f64::total_cmp);
    let ns = |at: usize| format!("{:.0}", 1e9 * seconds[at]);
    [ns(0), ns(REPEATS / 2), ns(REPEATS - 1)].join(",")
}

/// Seconds per run of each variant, one for each batch; answers are checked first.
fn times(variants: &mut [Variant]) -> Vec<Vec<f64>> {
    let mut runs = vec![];
    for Variant { workload, runner, .. } in &mut *variants {
        workload.check();
        let mut count = 1;
        while batch(workload.as_mut(), *runner, count) < BATCH {
            count *= 2;
        }
        runs.push(count);
    }
    let mut seconds = vec![vec![]; variants.len()];
    for _ in 0..REPEATS {
        for ((Variant { workload, runner, .. }, runs), seconds) in variants.iter_mut().zip(&runs).zip(&mut seconds) {
            seconds.push(batch(workload.as_mut(), *runner, *runs).as_secs_f64() / *runs as f64);
        }
    }
    seconds
}

fn batch(workload: &mut dyn Workload, runner: Runner, runs: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..runs {
        std::hint::black_box(&mut *workload).run(runner);
    }
    start.elapsed()
}
