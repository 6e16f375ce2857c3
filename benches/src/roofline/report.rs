//! What a roofline measured, as a table and as CSV.

use std::io::{self, Write};
use std::path::Path;

use super::Measurement;
use crate::processor::Core;

/// Prints what the core can do.
///
/// # Errors
///
/// If standard output cannot be written to.
pub fn print(title: &str, core: &Core) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (name, rates) in [("f32", core.singles), ("f64", core.doubles)] {
        let [fma, division, root] = [2.0 * rates.multiplications, rates.divisions, rates.roots].map(|rate| rate / 1e9);
        writeln!(out, "{title}: {name} {fma:.1} GFLOP/s, {division:.2} divisions and {root:.2} roots a ns")?;
    }
    for level in &core.levels {
        let [load, store] = [level.load, level.store].map(|rate| rate / 1e9);
        writeln!(out, "{title}: {} loads {load:.1} GB/s, stores {store:.1} GB/s", level.name)?;
    }
    Ok(())
}

/// Writes one row per kernel: to standard output for people, and to `path` as CSV.
///
/// # Errors
///
/// If one of them cannot be written to.
pub fn write(path: &Path, isa: &str, core: &Core, kernels: &[Measurement]) -> io::Result<()> {
    let mut table = io::stdout().lock();
    writeln!(table, "{:<52} {:>10} {:>10} {:>7}  bound", "kernel", "work/ns", "bound/ns", "share")?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut csv = io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(
        csv,
        "kernel,isa,work,time_ns,work_per_ns,bound,bound_work_per_ns,share,multiplications,divisions,roots,other_operations,peak_gflops_f32,peak_gflops_f64"
    )?;
    let peaks = [core.singles, core.doubles].map(|rates| 2e-9 * rates.multiplications);
    for kernel in kernels {
        let count = kernel.operations;
        let (bound, least) = core.bound(&kernel.demands, [count.multiplications, count.divisions, count.roots]);
        let [time, least] = [kernel.seconds, least].map(|seconds| 1e9 * seconds);
        let (work, share) = (kernel.work as f64, least / time);
        let (rate, most) = (work / time, work / least);
        writeln!(table, "{:<52} {rate:>10.3} {most:>10.3} {:>6.1}%  {}", kernel.kernel, 100.0 * share, bound)?;
        writeln!(
            csv,
            "{},{isa},{},{time:.1},{rate:.4},{},{most:.4},{share:.4},{},{},{},{},{:.2},{:.2}",
            kernel.kernel,
            kernel.work,
            bound,
            count.multiplications,
            count.divisions,
            count.roots,
            count.others,
            peaks[0],
            peaks[1]
        )?;
    }
    csv.flush()
}
