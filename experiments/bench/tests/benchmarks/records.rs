//! `record` and `compare` on folders like criterion's.

use std::fs;
use std::path::{Path, PathBuf};

use thalweg_benchmarks::compare::{Sides, compare};
use thalweg_benchmarks::{
    BenchError, Benchmark, Bound, Format, Machine, NOTES, Notes, Peaks, Source, Store, Verdict, record,
};

const IDS: [&str; 2] = ["loss/value/thalweg/bce-f32", "loss/value/reference/bce-f32"];

fn machine(cores: usize) -> Machine {
    Machine {
        cpu: "AMD EPYC 7543 32-Core Processor".to_owned(),
        architecture: "x86_64".to_owned(),
        cores,
        isa: "v3".to_owned(),
        caches_kib: vec![32, 512, 32768],
    }
}

/// A run of a bench: its notes, and the times of its benchmarks in nanoseconds.
fn run(criterion: &Path, revision: &str, started: &str, times: [f64; 2]) -> Notes {
    let mut benchmarks = Vec::new();
    for (id, time) in IDS.into_iter().zip(times) {
        let folder = criterion.join(id.replacen("loss/value", "loss_value", 1)).join("new");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("benchmark.json"), format!(r#"{{"group_id":"loss/value","full_id":"{id}"}}"#)).unwrap();
        let (mut counts, mut sums) = (vec![], vec![]);
        for sample in 1..=20_u32 {
            let count = f64::from(10 * sample);
            counts.push(count);
            sums.push(count * time * (1.0 + 1e-4 * f64::from(sample % 5)));
        }
        let sample = format!(r#"{{"sampling_mode":"Linear","iters":{counts:?},"times":{sums:?}}}"#);
        fs::write(folder.join("sample.json"), sample).unwrap();
        let is_ours = id.contains("thalweg");
        benchmarks.push(Benchmark {
            id: id.to_owned(),
            runner: if is_ours { "thalweg" } else { "reference" }.to_owned(),
            precision: "f32".to_owned(),
            work: 2048,
            unit: "elements".to_owned(),
            bytes: is_ours.then_some(16_384),
            bound: is_ours.then(|| Bound { by: "load/store".to_owned(), time_ns: 100.0 }),
            checksum: is_ours.then(|| "0123456789abcdef".to_owned()),
            times: None,
        });
    }
    let crates = [("faer", "0.24.4"), ("pulp", "0.22.3")].map(|(name, version)| (name.to_owned(), version.to_owned()));
    let notes = Notes {
        bench: "loss".to_owned(),
        started: started.to_owned(),
        source: Source {
            revision: Some(revision.to_owned()),
            changes: None,
            rustc: Some("rustc 1.95.0".to_owned()),
            crates: crates.into(),
        },
        machine: machine(2),
        isa: "v3".to_owned(),
        peaks: Some(Peaks {
            gflops_f32: 103.0,
            gflops_f64: 51.5,
            loads_gbs: [195.0, 102.0, 65.0, 18.0],
            clock_ghz: 3.2,
        }),
        benchmarks,
    };
    notes.write(criterion).unwrap();
    notes
}

/// A folder for criterion's output, and a store beside it.
fn places(folder: &Path) -> (PathBuf, Store) {
    (folder.join("criterion"), Store { folder: folder.join("bench") })
}

const OLD: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const NEW: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Three rounds of each of two revisions, the second slower by 3 % in our benchmark.
fn two_builds(criterion: &Path, store: &Store) {
    for (revision, day, slower) in [(OLD, 10, 1.0), (NEW, 11, 1.03)] {
        for (round, noise) in [0.0, 0.001, -0.001].into_iter().enumerate() {
            let started = format!("2026-11-{day}T0{round}:00:00Z");
            run(criterion, revision, &started, [500.0 * slower * (1.0 + noise), 9000.0 * (1.0 - noise)]);
            record(criterion, store).unwrap();
        }
    }
}

#[test]
fn a_run_becomes_rows_once() {
    let folder = tempfile::tempdir().unwrap();
    let (criterion, store) = places(folder.path());
    run(&criterion, OLD, "2026-11-10T08:00:00Z", [500.0, 9000.0]);
    let first = record(&criterion, &store).unwrap();
    let home = store.folder.join(machine(2).alias());
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].added, first[0].known), (2, 0));
    assert_eq!(first[0].path, home.join("2026-11-10-aaaaaaaaaaaa.csv"));
    let text = fs::read_to_string(&first[0].path).unwrap();
    assert_eq!(
        text,
        "benchmark,bench,started,time_ns,low_ns,high_ns,fast_ns,samples,iterations,work,unit,work_per_ns,bytes,bound,share,checksum,\
         precision,isa,peak_gflops_f32,peak_gflops_f64,peak_gbs_l1,peak_gbs_l2,peak_gbs_l3,peak_gbs_memory,\
         clock_ghz,cpu,rustc,crates,revision,changes\n\
         loss/value/thalweg/bce-f32,loss,2026-11-10T08:00:00Z,500.1,500.05,500.15,500.0,20,2100,2048,elements,4.09518,16384,load/store,\
         0.19996,0123456789abcdef,f32,v3,103.0,51.5,195.0,102.0,65.0,18.0,3.2,AMD EPYC 7543 32-Core Processor,rustc 1.95.0,faer 0.24.4; pulp 0.22.3,\
         aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n\
         loss/value/reference/bce-f32,loss,2026-11-10T08:00:00Z,9001.8,9000.9,9002.7,9000.0,20,2100,2048,elements,0.22751,,,,,f32,v3,\
         103.0,51.5,195.0,102.0,65.0,18.0,3.2,AMD EPYC 7543 32-Core Processor,rustc 1.95.0,faer 0.24.4; pulp 0.22.3,\
         aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n"
    );
    let again = record(&criterion, &store).unwrap();
    assert_eq!((again[0].added, again[0].known), (0, 2));
    assert_eq!(fs::read_to_string(&first[0].path).unwrap(), text);
    run(&criterion, OLD, "2026-11-10T09:00:00Z", [501.0, 9000.0]);
    assert_eq!(record(&criterion, &store).unwrap()[0].added, 2);
    assert!(fs::read_to_string(&first[0].path).unwrap().starts_with(&text));
    // The folder may be called anything.
    fs::rename(&home, store.folder.join("laptop")).unwrap();
    assert_eq!(record(&criterion, &store).unwrap()[0].path, store.folder.join("laptop/2026-11-10-aaaaaaaaaaaa.csv"));
}

#[test]
fn a_part_of_a_bench_replaces_no_other_and_rounds_of_a_build_stay() {
    let folder = tempfile::tempdir().unwrap();
    let (criterion, store) = places(folder.path());
    run(&criterion, OLD, "2026-11-10T08:00:00Z", [500.0, 9000.0]);
    run(&criterion, OLD, "2026-11-10T09:00:00Z", [501.0, 9001.0]);
    let noted = |ours: [usize; 2]| {
        let all = Notes::read_all(&criterion).unwrap();
        let of = |revision: &str| {
            let own = all.iter().filter(|notes| notes.source.revision.as_deref() == Some(revision));
            own.map(|notes| notes.benchmarks.len()).sum::<usize>()
        };
        assert_eq!([OLD, NEW].map(of), ours);
    };
    noted([4, 0]);
    let mut part = run(&criterion, OLD, "2026-11-10T10:00:00Z", [480.0, 8000.0]);
    noted([6, 0]);
    part.benchmarks.remove(1);
    (part.source.revision, part.started) = (Some(NEW.to_owned()), "2026-11-11T10:00:00Z".to_owned());
    part.write(&criterion).unwrap();
    noted([3, 1]);
    let recorded = record(&criterion, &store).unwrap();
    assert_eq!(recorded.iter().map(|record| record.added).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn three_percent_are_found_between_records() {
    let folder = tempfile::tempdir().unwrap();
    let (criterion, store) = places(folder.path());
    two_builds(&criterion, &store);
    let comparison = compare(&store, &machine(2), Sides::default(), 0.01).unwrap();
    assert_eq!((comparison.count(Verdict::Regressed), comparison.count(Verdict::Unchanged)), (1, 1));
    assert_eq!(
        comparison.text(Format::Text).unwrap(),
        "\
baseline: aaaaaaaaaaaa, 2026-11-10, 3 rounds
candidate: bbbbbbbbbbbb, 2026-11-11, 3 rounds

benchmark                      before    after  change            interval  could be seen  verdict
loss/value/thalweg/bce-f32     500 ns   515 ns  +3.0 %    +2.8 % to +3.2 %         ±1.4 %  regressed
loss/value/reference/bce-f32  9.00 µs  9.00 µs  0.00 %  −0.23 % to +0.23 %         ±1.4 %  unchanged

1 regressed, 0 improved, 0 inconclusive, 1 unchanged, beyond ±1 %; the chance of any wrong call in this table is at most 5 %
"
    );
    let markdown = comparison.text(Format::Markdown).unwrap();
    assert!(markdown.contains("| loss/value/thalweg/bce-f32 | 500 ns | 515 ns | +3.0 % |"), "{markdown}");
    assert!(markdown.contains("\n|:--|--:|--:|--:|--:|--:|:--|\n"), "{markdown}");
    let json: serde_json::Value = serde_json::from_str(&comparison.text(Format::Json).unwrap()).unwrap();
    assert_eq!(json["threshold"], 0.01);
    assert_eq!((&json["findings"][1]["verdict"], &json["findings"][1]["change"]), (&"regressed".into(), &0.03.into()));
}

#[test]
fn sides_go_by_revision_and_by_table() {
    let folder = tempfile::tempdir().unwrap();
    let (criterion, store) = places(folder.path());
    two_builds(&criterion, &store);
    let of = |baseline, candidate| {
        let sides = Sides { baseline: Some(baseline), candidate };
        compare(&store, &machine(2), sides, 0.01).map(|comparison| comparison.count(Verdict::Improved))
    };
    assert_eq!(of("bbbb", Some("aaaa")).unwrap(), 1);
    let table = store.folder.join(machine(2).alias()).join("2026-11-11-bbbbbbbbbbbb.csv");
    assert_eq!(of(table.to_str().unwrap(), Some("aaaa")).unwrap(), 1);
    assert_eq!(of("aaaa", None).unwrap(), 0);
    assert!(matches!(of("aaaa", Some("aaaaaa")), Err(BenchError::Same(_))));
    assert!(matches!(of("cccc", None), Err(BenchError::NoBuild { .. })));
    let other = store.folder.join("other");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("machine.toml"), "fingerprint = \"0\"\n").unwrap();
    fs::copy(&table, other.join("a.csv")).unwrap();
    let error = of(table.to_str().unwrap(), other.join("a.csv").to_str()).unwrap_err();
    assert!(matches!(error, BenchError::OtherMachine { .. }), "{error}");
}

#[test]
fn what_is_missing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let (criterion, store) = places(folder.path());
    assert!(matches!(record(&criterion, &store), Err(BenchError::NoCriterion(_))));
    fs::create_dir_all(criterion.join("somebody/elses")).unwrap();
    assert!(matches!(record(&criterion, &store), Err(BenchError::Foreign(_))));
    let notes = run(&criterion, OLD, "2026-11-10T08:00:00Z", [500.0, 9000.0]);
    record(&criterion, &store).unwrap();
    let others = compare(&store, &machine(4), Sides::default(), 0.01).unwrap_err();
    assert!(others.to_string().contains("no records of this machine, amd-epyc-7543-32-4c-"), "{others}");
    assert!(matches!(compare(&store, &machine(2), Sides::default(), 0.01), Err(BenchError::OneBuild(_))));
    let sample = criterion.join("loss_value/thalweg/bce-f32/new/sample.json");
    fs::write(&sample, "{}").unwrap();
    assert!(matches!(notes.write(&criterion), Err(BenchError::NotCriterion { .. })));
    fs::write(&sample, r#"{"iters":[1.0],"times":[0.0]}"#).unwrap();
    assert!(matches!(notes.write(&criterion), Err(BenchError::NoTimes(_))));
    fs::remove_dir_all(criterion.join("loss_value/thalweg")).unwrap();
    assert!(matches!(notes.write(&criterion), Err(BenchError::NoSample { .. })));
    fs::write(criterion.join(NOTES).join("loss.json"), "{}").unwrap();
    assert!(matches!(record(&criterion, &store), Err(BenchError::NotNotes { .. })));
    let table = store.folder.join(machine(2).alias()).join("2026-11-10-aaaaaaaaaaaa.csv");
    fs::write(&table, "a,b\n1,2\n").unwrap();
    assert!(matches!(compare(&store, &machine(2), Sides::default(), 0.01), Err(BenchError::NotARecord { .. })));
}
