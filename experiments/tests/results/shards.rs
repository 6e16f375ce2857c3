//! Sweeps in shards: whoever computes which chunks, how often and in which folder, the merged results are those of one machine,
//! and what is wrong is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rayon::prelude::*;
use thalweg::memory::Memory;
use thalweg::spec::Spec;
use thalweg::sweep::shards::{Means, Proof, Sample, verify};
use thalweg_kernels::Isa;

use super::command::{fails, succeeds, thalweg};
use super::content::{Content, contents};

/// A sweep of 400 trials, so many that it has chunks, with curves of all of them, an observer and files of weights.
const SPEC: &str = r#"
name = "chunked"

[problem]
kind = "moons"
samples = 40
noise = 0.2

[network]
hidden = [3]
activation = "tanh"

[train]
batch = 10
steps = 6
seeds = 20
log_every = 3

[[optimizer]]
kind = "sgd"
lr = { log = [1e-2, 1e30], points = 10 }

[[optimizer]]
kind = "adam"
lr = { log = [1e-3, 1e0], points = 10 }

[record]
curves = "all"
observe = ["layers"]
weights = "final"
weights_of = "first-seed"

[[figure]]
kind = "sensitivity"
metric = "final_train_loss"
"#;

/// A sweep of 100,000 trials.
const FORGED: &str = r#"
name = "forged"

[problem]
kind = "moons"
samples = 16

[network]
hidden = [2]

[train]
batch = "full"
steps = 1
seeds = 2500

[[optimizer]]
kind = "sgd"
lr = { log = [1e-3, 1e0], points = 40 }

[record]
curves = "none"
"#;

/// What makes it another sweep.
const OTHER: &str = "train.divergence_factor=1e30";

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    /// The sweep, and its results by one process.
    fn new() -> Self {
        let own = Self::of(SPEC);
        own.succeeds("run chunked.toml --out local --quiet --threads 2");
        own
    }

    /// A sweep of this spec, not computed yet.
    fn of(spec: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("chunked.toml"), spec).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn succeeds(&self, line: &str) -> String {
        succeeds(self.folder.path(), &line.split(' ').collect::<Vec<_>>())
    }

    fn fails(&self, line: &str, code: i32, words: &[&str]) {
        let (found, error) = fails(self.folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert_eq!(found, Some(code), "{line}: {error}");
        words.iter().for_each(|word| assert!(error.contains(word), "{line}: {error}"));
    }

    /// Whether results are those of one machine.
    fn assert_local(&self, results: &str) {
        let (local, other) = (files(&self.path("local")), files(&self.path(results)));
        assert_eq!(local.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
        local.iter().for_each(|(name, bytes)| assert!(other[name] == *bytes, "{name}"));
    }
}

/// The files of results by name, but for chunks and what differs from run to run.
fn files(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(of) = folders.pop() {
        for entry in fs::read_dir(of).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
            match name.as_str() {
                "chunks" | "provenance" | "provenance.json" | "read.sql" => {}
                _ if path.is_dir() => folders.push(path),
                _ => drop(found.insert(name, fs::read(&path).unwrap())),
            }
        }
    }
    found
}

#[test]
fn any_shards_in_any_folders_make_the_results_of_one_machine() {
    let sweep = Fixture::new();
    // Three shards, of which the last is computed twice, and another cut in between.
    for line in ["--out a --shard 0/3", "--out b --shard 1/3", "--out a --shard 2/3", "--out c --shard 1/2"] {
        sweep.succeeds(&format!("run chunked.toml {line} --quiet --threads 1"));
    }
    let said = sweep.succeeds("merge b c a --out merged --quiet --threads 2");
    assert_eq!(said, "");
    sweep.assert_local("merged");
    // A shard that was killed at once leaves an empty folder.
    fs::create_dir(sweep.path("empty")).unwrap();
    sweep.succeeds("merge empty b c a --out merged --quiet");
    sweep.assert_local("merged");
    // In a folder that all share, with other engines, a shard that is empty, and the results beside the chunks.
    for number in 0..20 {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_thalweg"))
            .args(["run", "chunked.toml", "--out", "shared", "--quiet", "--threads", "1", "--shard", "auto/20"])
            .current_dir(sweep.folder.path())
            .env("SGE_TASK_ID", (number + 1).to_string())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    sweep.succeeds("merge shared --quiet");
    sweep.assert_local("shared");
    assert!(sweep.succeeds("merge shared b").is_empty());
    let ids = ["local", "a", "shared"].map(|folder| thalweg(sweep.folder.path(), &["id", folder]));
    assert_eq!(ids[0].stdout, ids[2].stdout);
    assert_eq!(ids[1].status.code(), Some(75), "{ids:?}");
    let manifest = fs::read_to_string(sweep.path("local/manifest.toml")).unwrap();
    let id = String::from_utf8(ids[0].stdout.clone()).unwrap();
    assert!(manifest.contains(&format!("id = \"{}\"", id.trim())), "{manifest}");
    assert!(id.starts_with("thalweg1:") && id.trim().len() == 9 + 64);
}

#[test]
fn types_of_columns_are_what_they_hold() {
    let sweep = Fixture::new();
    sweep.succeeds("run chunked.toml --out a --chunks 0 --quiet");
    let text = fs::read_to_string(sweep.path("a/read.sql")).unwrap();
    let views: Vec<&str> = text.split("CREATE OR REPLACE VIEW ").skip(1).collect();
    assert!(["runs ", "curves ", "layers ", "weights "].iter().zip(&views).all(|(name, view)| view.starts_with(name)));
    for view in views.iter().take(3) {
        let columns = view.lines().filter_map(|line| line.trim().trim_end_matches(',').split_once("': '"));
        let columns: Vec<(&str, &str)> =
            columns.map(|(name, kind)| (name.trim_matches('\''), kind.trim_matches('\''))).collect();
        for ((name, kind), content) in columns.iter().zip(contents(columns.iter().map(|(name, _)| *name))) {
            let expected: &[&str] = match content {
                Content::Key | Content::Text => &["VARCHAR"],
                Content::Whole => &["UBIGINT"],
                Content::Real => &["DOUBLE"],
                Content::Setting => &["DOUBLE", "BIGINT", "VARCHAR"],
            };
            assert!(expected.contains(kind), "{name}: {kind}");
        }
        assert!(
            columns.contains(&("lr", "DOUBLE")) && columns.contains(&("bias_correction", "VARCHAR")),
            "{columns:?}"
        );
    }
}

#[test]
fn what_is_missing_or_damaged_is_named_and_computed_again() {
    let sweep = Fixture::new();
    sweep.succeeds("run chunked.toml --out a --shard 0/1 --quiet");
    let chunk = |name: &str| sweep.path("a/chunks").join(name);
    fs::remove_file(chunk("00000001.toml")).unwrap();
    let curves = fs::read(chunk("curves-00000003.csv.gz")).unwrap();
    fs::write(chunk("curves-00000003.csv.gz"), &curves[..curves.len() - 9]).unwrap();
    let weights = fs::read_dir(chunk("weights")).unwrap().next().unwrap().unwrap().path();
    fs::write(&weights, "x").unwrap();
    let words =
        ["curves-00000003.csv.gz cannot be read", "is missing or was changed", "of 7 chunks are missing", "--chunks"];
    sweep.fails("missing a", 75, &words);
    sweep.fails("merge a", 75, &words);
    assert!(!sweep.path("a/runs.csv").exists());
    let status = sweep.succeeds("status a");
    assert!(status.contains("in chunks") && status.contains("6, with 336 of 400 trials"), "{status}");
    let output = thalweg(sweep.folder.path(), &["missing", "a", "--shards", "1000", "--quiet"]);
    let chunks = String::from_utf8(output.stdout).unwrap();
    // That of the file of weights may be one of the others.
    assert!(chunks.contains('1') && chunks.contains('3'), "{chunks}");
    sweep.succeeds(&format!("run a/spec.toml --out a --quiet --chunks {}", chunks.trim()));
    assert!(sweep.succeeds("missing a").is_empty());
    sweep.succeeds("merge a --quiet");
    sweep.assert_local("a");
}

#[test]
fn one_process_goes_on_where_shards_were() {
    let sweep = Fixture::new();
    sweep.succeeds("run chunked.toml --out a --chunks 1,3-6 --quiet");
    let seal = sweep.path("a/chunks/00000005.toml");
    fs::write(&seal, fs::read_to_string(&seal).unwrap().replace("rows = ", "rows = 1")).unwrap();
    let output = thalweg(sweep.folder.path(), &["run", "chunked.toml", "--out", "a", "--threads", "1"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("00000005.toml"), "{said}");
    // Chunks 1, 3, 4 and 6, of which the last is shorter.
    assert!(said.contains("208 of 400 trials reused"), "{said}");
    sweep.assert_local("a");
    // And with none left to compute.
    sweep.succeeds("run chunked.toml --out b --shard 0/1 --quiet");
    let output = thalweg(sweep.folder.path(), &["run", "chunked.toml", "--out", "b"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("400 of 400 trials reused"), "{output:?}");
    sweep.assert_local("b");
    sweep.succeeds("run chunked.toml --out d --chunks 2 --quiet");
    sweep.fails(&format!("run chunked.toml --set {OTHER} --out d"), 65, &["another spec", "divergence_factor"]);
    sweep.succeeds("run chunked.toml --set title=\"other\" --out d --quiet");
    // --fresh computes all again, and other parts of a plan take what they have.
    let output = thalweg(sweep.folder.path(), &["run", "chunked.toml", "--out", "b", "--fresh"]);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("reused"), "{output:?}");
    sweep.assert_local("b");
    sweep.succeeds("run chunked.toml --out c --chunks 1 --quiet");
    let output = thalweg(sweep.folder.path(), &["run", "chunked.toml", "--out", "c", "--trials", "100..140"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("28 of 40 trials reused"), "{output:?}");
}

#[test]
fn chunks_that_differ_are_compared_and_nobody_wins() {
    let sweep = Fixture::new();
    sweep.succeeds("run chunked.toml --out a --shard 0/1 --quiet");
    forge(&sweep, "a", "b", &BTreeSet::from([128]));
    sweep.fails("merge a b --out c", 1, &["chunk 2, trial 128", "runs.csv", "differ", "process", "--referee"]);
    assert!(!sweep.path("c").exists());
    sweep.fails("merge b a --out c --referee", 1, &["this machine computes the same as a", "was wrong"]);
    sweep.fails("diff a b", 1, &["chunk 2, trial 128", "initial_train_loss"]);
    sweep.fails("run chunked.toml --out b --chunks 2 --fresh", 2, &["cannot be used with"]);
    sweep.fails("verify b --sample all --quiet", 1, &["1 of 400 trials differ", "trial 128", "initial_train_loss"]);
    assert_eq!(sweep.succeeds("diff a local").trim(), "equal, all trials of both");
}

/// Copies chunks, and changes a digit of the losses of these trials, as a forger would who makes all hashes anew.
fn forge(sweep: &Fixture, from: &str, to: &str, trials: &BTreeSet<usize>) {
    use std::io::{Read, Write};
    use thalweg::record::chunk::leaves;
    use thalweg::record::tree;
    let (from, to) = (sweep.path(from), sweep.path(to));
    for folder in ["chunks", "chunks/weights", "provenance"].iter().filter(|folder| from.join(folder).exists()) {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(from.join(folder)).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file())
        {
            fs::copy(entry.path(), to.join(folder).join(entry.file_name())).unwrap();
        }
    }
    fs::copy(from.join("spec.toml"), to.join("spec.toml")).unwrap();
    let mut first = 0;
    for chunk in 0.. {
        let path = to.join(format!("chunks/runs-{chunk:08}.csv.gz"));
        let Ok(file) = fs::File::open(&path) else { break };
        let mut text = String::new();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        let (header, rows) = text.split_once('\n').unwrap();
        let column = header.split(',').position(|name| name == "initial_train_loss").unwrap();
        let row = |(trial, row): (usize, &str)| {
            let mut cells: Vec<String> = row.split(',').map(str::to_owned).collect();
            if trials.contains(&trial) {
                let last = cells[column].pop().unwrap();
                cells[column].push(if last == '7' { '3' } else { '7' });
            }
            cells.join(",") + "\n"
        };
        let count = rows.lines().count();
        let rows: String = (first..).zip(rows.lines()).map(row).collect();
        first += count;
        let mut packed = flate2::write::GzEncoder::new(fs::File::create(&path).unwrap(), flate2::Compression::fast());
        packed.write_all(format!("{header}\n{rows}").as_bytes()).unwrap();
        packed.finish().unwrap();
        let root = tree::root(&leaves(&[rows.into_bytes()], count as u64).unwrap()[0]);
        let seal = to.join(format!("chunks/{chunk:08}.toml"));
        let text = fs::read_to_string(&seal).unwrap();
        let old = text.split("[tables.runs]").nth(1).unwrap().split('"').nth(1).unwrap().to_owned();
        fs::write(&seal, text.replace(&old, root.to_hex().as_str())).unwrap();
    }
}

#[test]
fn forged_rows_are_found() {
    let sweep = Fixture::of(FORGED);
    sweep.succeeds("run chunked.toml --out a --shard 0/1 --quiet");
    let trials = 100_000;
    // One of all is found by all, and not by many.
    forge(&sweep, "a", "one", &BTreeSet::from([71_828]));
    sweep.fails(
        "verify one --sample all --quiet",
        1,
        &["1 of 100000 trials differ", "trial 71828", "initial_train_loss"],
    );
    let said = sweep.succeeds("verify one --within 1% --seed 1 --quiet");
    assert!(said.starts_with("459 of 100000 trials agree: fewer than 1.00 % are wrong, with 99 %"), "{said}");
    // Of two in a hundred, 459 draws miss all once in ten thousand seeds.
    forge(&sweep, "a", "many", &(0..trials).filter(|trial| trial * 2_654_435_761 % 50 == 17).collect());
    let spec = Spec::parse("chunked.toml", FORGED, sweep.folder.path(), &[]).unwrap();
    let means = Means { isa: Isa::best(), threads: 1, memory: Memory::of_machine() };
    let finds = |seed: &u64| {
        let sample = Sample { trials: 459, seed: *seed };
        let found = verify(&spec, &sweep.path("many"), sample, means, (&(), &AtomicBool::new(false))).unwrap();
        assert_eq!(found.trials, 459);
        found.wrong > 0
    };
    let found = (1..=100_u64).into_par_iter().filter(finds).count();
    assert!(found >= 99, "{found} of 100");
}

#[test]
fn a_row_is_proved_without_the_result() {
    let sweep = Fixture::new();
    sweep.succeeds("run chunked.toml --out a --shard 0/1 --quiet");
    let id = sweep.succeeds("id local").trim().to_owned();
    assert_eq!(sweep.succeeds("id a").trim(), id);
    let runs = fs::read_to_string(sweep.path("local/runs.csv")).unwrap();
    for trial in [0, 63, 64, 399] {
        let row = runs.lines().nth(1 + trial).unwrap();
        let key = row.split(',').next().unwrap();
        let proof = sweep.succeeds(&format!("prove local {key}"));
        assert_eq!(sweep.succeeds(&format!("prove a {key}")), proof);
        assert!(proof.contains(row) && !proof.contains("[tables.curves]"), "{proof}");
        fs::write(sweep.path("proof.toml"), &proof).unwrap();
        sweep.succeeds(&format!("prove --check proof.toml {id}"));
        sweep.fails(&format!("prove --check proof.toml {}", id.replace(':', ":0")), 1, &["is no proof", &id]);
        let all = sweep.succeeds(&format!("prove local {key} --tables all"));
        assert!(["curves", "layers", "weights"].iter().all(|name| all.contains(&format!("[tables.{name}]"))), "{all}");
        assert!(Proof::check(all.as_bytes(), &id).is_ok());
        fs::write(sweep.path("proof.toml"), all.replacen(",moons,", ",moans,", 1)).unwrap();
        sweep.fails(&format!("prove --check proof.toml {id}"), 1, &["it leads to thalweg1:", "or was changed"]);
    }
    fs::write(sweep.path("proof.toml"), "trial = 1").unwrap();
    sweep.fails(&format!("prove --check proof.toml {id}"), 1, &["it cannot be read"]);
    sweep.fails("prove local t0000000000000000", 65, &["no trial of local has a key"]);
    sweep.fails("prove local x", 2, &["is no key"]);
    let key = runs.lines().nth(1).unwrap().split(',').next().unwrap();
    sweep.fails(&format!("prove local {key} --tables runs,curve"), 65, &["has no table curve", "runs, curves, layers"]);
    let said = sweep.succeeds("verify a --sample 30 --seed 1 --quiet");
    assert!(said.starts_with("30 of 400 trials agree: fewer than 14.2"), "{said}");
    assert_eq!(sweep.succeeds("verify local --within 1% --quiet").trim(), "all 400 trials agree");
}

#[test]
fn no_bit_of_a_proof_can_be_changed() {
    let sweep = Fixture::new();
    let id = sweep.succeeds("id local").trim().to_owned();
    let runs = fs::read_to_string(sweep.path("local/runs.csv")).unwrap();
    let key = runs.lines().nth(200).unwrap().split(',').next().unwrap();
    let proof = sweep.succeeds(&format!("prove local {key}")).into_bytes();
    assert_eq!(Proof::check(&proof, &id).unwrap().trial, 199);
    // Of a million trials it has eleven hashes more.
    assert!(proof.len() + 11 * 43 < 2000, "{} bytes", proof.len());
    for bit in 0..8 * proof.len() {
        let mut changed = proof.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let found = Proof::check(&changed, &id);
        assert!(found.is_err(), "bit {bit}: {}", String::from_utf8_lossy(&changed));
    }
    for longer in [&b" "[..], b"\n", b"# a comment\n"] {
        assert!(Proof::check(&[&proof, longer].concat(), &id).is_err());
        assert!(Proof::check(&[longer, &proof].concat(), &id).is_err());
    }
}

#[test]
fn chunks_can_be_carried_away() {
    let sweep = Fixture::new();
    fs::create_dir(sweep.path("bucket")).unwrap();
    let run =
        |arguments: &[&str]| thalweg(sweep.folder.path(), &[&["run", "chunked.toml", "--quiet"], arguments].concat());
    let carry = ["--after-chunk", "mkdir -p bucket/chunks && mv {} bucket/chunks/"];
    let first = run(&[&["--out", "a", "--chunks", "0,2-3"], &carry[..]].concat());
    assert!(first.status.success(), "{first:?}");
    assert!(sweep.path("bucket/chunks/00000002.toml").exists() && !sweep.path("a/chunks/00000002.toml").exists());
    let names: Vec<String> = fs::read_dir(sweep.path("bucket/chunks"))
        .unwrap()
        .map(|entry| format!("s3://bucket/{}\n", entry.unwrap().file_name().to_string_lossy()))
        .collect();
    fs::write(sweep.path("list"), names.concat()).unwrap();
    let rest = run(&[&["--out", "b", "--shard", "0/1", "--done-list", "list"], &carry[..]].concat());
    assert!(rest.status.success(), "{rest:?}");
    let failing = run(&["--out", "c", "--chunks", "1", "--after-chunk", "false {}"]);
    assert_eq!(failing.status.code(), Some(74), "{failing:?}");
    assert!(String::from_utf8_lossy(&failing.stderr).contains("failed"), "{failing:?}");
    // What could not be carried away is, once it can: it is not computed again.
    let (seal, carried) = (sweep.path("c/chunks/00000001.toml"), sweep.path("carried"));
    let written = fs::metadata(&seal).unwrap().modified().unwrap();
    fs::create_dir(&carried).unwrap();
    let again = run(&["--out", "c", "--chunks", "1", "--after-chunk", "cp {} carried/"]);
    assert!(again.status.success() && carried.join("00000001.toml").exists(), "{again:?}");
    assert!(carried.join("runs-00000001.csv.gz").exists());
    assert_eq!(fs::metadata(&seal).unwrap().modified().unwrap(), written);
    fs::copy(sweep.path("a/spec.toml"), sweep.path("bucket/spec.toml")).unwrap();
    sweep.succeeds("merge bucket --out merged --quiet");
    sweep.assert_local("merged");
}

#[test]
fn what_is_asked_wrongly_is_told() {
    let sweep = Fixture::new();
    sweep.fails("run chunked.toml --out a --shard 3/3", 2, &["there is no shard 3 of 3", "the first shard is 0"]);
    sweep.fails("run chunked.toml --out a --shard auto/3", 2, &["finds no number", "SLURM_ARRAY_TASK_ID"]);
    sweep.fails("run chunked.toml --out a --shard 3", 2, &["expected I/N"]);
    sweep.fails("run chunked.toml --out a --chunks 7", 2, &["there is no chunk 7: the sweep has 7"]);
    sweep.fails("run chunked.toml --out a --after-chunk true", 2, &["{}"]);
    sweep.fails("run chunked.toml --out a --done-list x", 2, &["required"]);
    sweep.fails("run chunked.toml --out a --shard 0/2 --done-list nowhere", 74, &["cannot read nowhere"]);
    sweep.fails("merge local", 65, &["local has no chunks"]);
    sweep.fails("merge nowhere", 65, &["holds no results"]);
    sweep.succeeds("run chunked.toml --out a --shard 0/2 --quiet");
    sweep.fails(
        &format!("run chunked.toml --set {OTHER} --out a --shard 1/2"),
        65,
        &["another spec", "divergence_factor"],
    );
    sweep.succeeds(&format!("run chunked.toml --set {OTHER} --out b --shard 1/2 --quiet"));
    sweep.fails("merge a b", 65, &["b has chunks of another sweep than a"]);
    sweep.fails("diff a b", 65, &["results of different sweeps"]);
    // A title is no part of what is trained.
    sweep.succeeds("run chunked.toml --set title=\"other\" --out a --shard 1/2 --quiet");
    sweep.succeeds("merge a --quiet");
    if cfg!(not(feature = "parquet")) {
        sweep.fails("export local --parquet", 2, &["does not write Parquet", "--features parquet"]);
    }
    let words = ["no chunk was finished within 1ns", "--stop-after has to be longer"];
    sweep.fails("run chunked.toml --out d --shard 0/1 --stop-after 1ns", 65, &words);
}
