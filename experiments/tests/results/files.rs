//! The files that a sweep depends on: read once, hashed, and never more of them than there is memory for.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use flate2::{Compression, write::GzEncoder};
use thalweg::data::{DataFiles, Splits};
use thalweg::drawing::drawer;
use thalweg::memory::Memory;
use thalweg::spec::{InputError, Spec};
use thalweg::sweep::Plan;
use thalweg::sweep::run::{Progress, Reuse, Settings, run};
use thalweg_kernels::Isa;

const SPEC: &str = r#"
name = "files"

[problem]
kind = "csv"
path = "data.csv"
target = "y"
task = "classification"
label_noise = [0, 0.1, 0.2]
seed = "trial"

[network]
hidden = [3]

[train]
batch = 4
steps = 5
seeds = 2

[[optimizer]]
kind = "sgd"
lr = 0.1
"#;

/// A table of two classes with this many features.
fn table(features: usize, shift: usize) -> String {
    let header: Vec<String> = (0..features).map(|at| format!("x{at}")).collect();
    let row = |row: usize| {
        let cells: Vec<String> = (0..features).map(|at| ((row * 7 + at * 3 + shift) % 11).to_string()).collect();
        format!("{},{}\n", cells.join(","), row % 2)
    };
    format!("{},y\n", header.join(",")) + &(0..24).map(row).collect::<String>()
}

/// Writes a file when the training begins.
struct Meddler {
    path: PathBuf,
    text: String,
}

impl Progress for Meddler {
    fn begin(&self, _: usize, _: usize) {
        fs::write(&self.path, &self.text).unwrap();
    }
    fn advance(&self, _: usize) {}
    fn notice(&self, _: &str) {}
    fn end(&self) {}
}

#[test]
fn data_that_change_while_several_instances_run_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    let runs = |text: String, name: &str| {
        fs::write(&path, table(3, 0)).unwrap();
        let spec = Spec::parse("files.toml", SPEC, folder.path(), &[]).unwrap();
        let out = folder.path().join(name);
        let memory = Memory::of_machine();
        let settings = Settings {
            out: out.clone(),
            threads: 1,
            isa: Isa::best(),
            reuse: Reuse::Everything,
            figures: Some(drawer(false)),
            memory,
        };
        run(&spec, &settings, &Meddler { path: path.clone(), text }, &AtomicBool::new(false)).unwrap();
        fs::read_to_string(out.join("runs.csv")).unwrap()
    };
    let undisturbed = runs(table(3, 0), "undisturbed");
    assert_eq!(undisturbed.lines().count(), 1 + 6);
    for (name, text) in [("values", table(3, 1)), ("shape", table(5, 0)), ("nothing", String::new())] {
        assert_eq!(runs(text, name), undisturbed, "{name}");
    }
}

fn spec(folder: &Path, text: &str) -> Spec {
    Spec::parse("files.toml", text, folder, &[]).unwrap()
}

fn error(spec: &Spec, memory: Memory) -> String {
    DataFiles::read(spec, memory).unwrap_err().to_string()
}

fn idx(sizes: &[u32], elements: &[u8]) -> Vec<u8> {
    let sizes_bytes: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
    [&[0, 0, 8, sizes.len() as u8], sizes_bytes.as_slice(), elements].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// [`SPEC`] on `images` and `labels`.
fn idx_spec(folder: &Path) -> Spec {
    let csv = "kind = \"csv\"\npath = \"data.csv\"\ntarget = \"y\"\ntask = \"classification\"\n";
    spec(folder, &SPEC.replace(csv, "kind = \"idx\"\nimages = \"images\"\nlabels = \"labels\"\n"))
}

#[test]
fn every_file_is_known_by_its_name_and_hash() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let inputs = |spec: &Spec| {
        let plan = Plan::read(spec, Memory::unlimited()).unwrap().2;
        plan.inputs.into_iter().map(|input| (input.name, input.hash)).collect::<Vec<_>>()
    };
    write("data.csv", table(3, 0).as_bytes());
    let csv = blake3::hash(table(3, 0).as_bytes());
    assert_eq!(inputs(&spec(folder.path(), SPEC)), [("data.csv".to_owned(), csv)]);
    assert_eq!(inputs(&spec(folder.path(), &SPEC.replace("data.csv", "./data.csv")))[0].1, csv);
    let shipped = SPEC.replace("data.csv", "iris.csv").replace("\"y\"", "\"species\"");
    assert_eq!(inputs(&spec(folder.path(), &shipped)), []);
    let (images, labels) = (idx(&[24, 1], &[1; 24]), idx(&[24], &[0, 1].repeat(12)));
    // Of a compressed file the content counts.
    write("images", &gzip(&images));
    write("labels", &labels);
    let expected = [("images".to_owned(), blake3::hash(&images)), ("labels".to_owned(), blake3::hash(&labels))];
    assert_eq!(inputs(&idx_spec(folder.path())), expected);
}

#[test]
fn what_does_not_fit_the_memory_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let little = Memory::limited(2_000_000);
    // A bomb whose header is honest; a header that lies, with labels and without.
    let bomb = gzip(&idx(&[1_000, 1_000], &vec![7; 1_000_000]));
    assert!(bomb.len() < 3_000);
    write("images", &bomb);
    write("labels", &idx(&[1_000], &[0; 1_000]));
    let spec = idx_spec(folder.path());
    let needs = "`problem.images`: 1000 examples of 1000 numbers need about 5.0 MB of memory, but 2.0 MB are free";
    assert!(error(&spec, little).contains(needs), "{}", error(&spec, little));
    assert!(error(&spec, Memory::unlimited()).contains("at least two classes"));
    write("images", &idx(&[1_000_000_000, 2], &[]));
    assert!(error(&spec, little).contains("1000 labels for 1000000000 examples"));
    write("labels", &idx(&[1_000_000_000], &[]));
    assert!(error(&spec, little).contains("need about 22.0 GB of memory, but 2.0 MB are free"));
    // A table of text, and what is made.
    let csv = self::spec(folder.path(), SPEC);
    write("data.csv", ("x,y\n".to_owned() + &"1,2\n".repeat(100_000)).as_bytes());
    assert!(error(&csv, little).contains("`problem.path`: the 400004 bytes of data.csv need about 8.0 MB of memory"));
    let made = "kind = \"gaussian\"\nsamples = 1000\ninputs = 1000\nclasses = 2\n";
    let csv = "kind = \"csv\"\npath = \"data.csv\"\ntarget = \"y\"\ntask = \"classification\"\n";
    let made = self::spec(folder.path(), &SPEC.replace(csv, made));
    assert!(error(&made, little).contains("`problem`: 1000 examples of 1000 numbers need about 4.0 MB"));
}

#[test]
fn binary_files_are_told_by_their_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), SPEC);
    let said = |bytes: &[u8]| {
        fs::write(folder.path().join("data.csv"), bytes).unwrap();
        error(&spec, Memory::unlimited())
    };
    assert!(said(b"x,y\n1,\0\n").contains("data.csv is not UTF-8 text, see byte 6"));
    assert!(said(b"x,y\n1,\xff\n").contains("data.csv is not UTF-8 text, see byte 6"));
    assert!(said(&[0; 1_000_000]).contains("see byte 0"));
    // A character that the first block cuts is one.
    let long = format!("{}{}", "a".repeat((64 << 10) - 1), "β,y\n1,2\n");
    assert!(said(long.as_bytes()).contains("expected at least two classes"));
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_are_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for name in ["fifo", "/dev/zero"] {
        let csv = spec(folder.path(), &SPEC.replace("data.csv", name));
        assert!(error(&csv, Memory::unlimited()).contains("it is not a regular file"));
        let text = SPEC.replace("hidden = [3]", &format!("hidden = [3]\ninit = {{ file = \"{name}\" }}"));
        fs::write(folder.path().join("data.csv"), table(3, 0)).unwrap();
        let error = Plan::read(&spec(folder.path(), &text), Memory::unlimited()).map(drop).unwrap_err().to_string();
        assert!(error.contains("`network.init.file`: cannot read") && error.contains("not a regular file"), "{error}");
    }
    fs::rename(&fifo, folder.path().join("images")).unwrap();
    assert!(error(&idx_spec(folder.path()), Memory::unlimited()).contains("`problem.images`: cannot read"));
}

/// Members follow each other; a few may be empty.
#[test]
fn gzip_files_may_have_several_members() {
    let folder = tempfile::tempdir().unwrap();
    let images = idx(&[24, 1], &[5; 24]);
    fs::write(folder.path().join("labels"), idx(&[24], &[0, 1].repeat(12))).unwrap();
    let read = |empty: usize| -> Result<Splits, InputError> {
        let empty = gzip(b"").repeat(empty);
        let bytes = [gzip(&images[..5]), empty.clone(), gzip(&images[5..]), empty].concat();
        fs::write(folder.path().join("images"), bytes).unwrap();
        Splits::load(&idx_spec(folder.path()))
    };
    for few in [0, 1, 500] {
        assert_eq!(read(few).unwrap().inputs[0].hash, blake3::hash(&images));
    }
    let error = read(1_001).unwrap_err().to_string();
    assert!(error.contains("more than 1000 members of the gzip file are empty"), "{error}");
}
