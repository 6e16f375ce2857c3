//! Every kernel as a share of what bounds it:
//! `cargo bench --features counting --bench roofline [-- [FILTER] [--csv PATH]]`.
//!
//! Measures what the core can do before and after, and takes the better of both as the bound. The table is written to
//! `target/roofline.csv`, or to the path of `--csv`; both start from the root of the workspace. `FILTER` is a part of
//! the names of the kernels that are wanted.

use std::path::{Path, PathBuf};

use thalweg_benches::processor::Core;
use thalweg_benches::roofline::{Measurement, measure, print, write};
use thalweg_benches::workload::{Make, families};
use thalweg_kernels::{Isa, arch};

fn main() -> std::io::Result<()> {
    let (filter, path) = arguments();
    let isa = Isa::from_environment().unwrap_or_else(|error| panic!("{}: {error}", arch::VARIABLE));
    println!("instruction set: {}", isa.name());
    let before = Core::measure(isa);
    print("before", &before)?;
    let mut kernels: Vec<(String, Box<Make<'static>>)> = vec![];
    families::all(|family, make| kernels.push((family.to_owned(), make)));
    let wanted =
        |family: &str, make: &Make<'_>| filter.is_empty() || format!("{family}/{}", make(isa).name()).contains(&filter);
    kernels.retain(|(family, make)| wanted(family, make));
    let kernels: Vec<Measurement> = kernels.iter().filter_map(|(family, make)| measure(family, make, isa)).collect();
    let after = Core::measure(isa);
    print("after", &after)?;
    // Cargo runs benches in the folder of their package.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(path);
    write(&path, isa.name(), &before.best(&after), &kernels)?;
    println!("the table is in {}", path.display());
    Ok(())
}

/// The filter and the path of the CSV.
fn arguments() -> (String, PathBuf) {
    let (mut filter, mut path) = (String::new(), PathBuf::from("target/roofline.csv"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--csv" => path = arguments.next().expect("--csv is followed by a path").into(),
            other => other.clone_into(&mut filter),
        }
    }
    (filter, path)
}
