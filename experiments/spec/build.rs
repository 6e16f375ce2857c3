//! Packs the data sets that come with the program: tables of digits are a fifth of their size then.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=../data");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no folder"))?);
    for entry in fs::read_dir("../data")? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "csv") {
            pack(&path, &out)?;
        }
    }
    Ok(())
}

/// Writes a file, compressed, into a folder.
fn pack(path: &Path, out: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let packed = fs::File::create(out.join(format!("{name}.gz")))?;
    let mut packed = GzEncoder::new(packed, Compression::best());
    io::copy(&mut fs::File::open(path)?, &mut packed)?;
    packed.finish().map(drop)
}
