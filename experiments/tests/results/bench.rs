//! `thalweg bench` as a user meets it; what it finds is tested where it is computed, in `thalweg-benchmarks`.

use std::fs;
use std::path::Path;

use thalweg_benchmarks::{Benchmark, Machine, Notes, Source};
use thalweg_kernels::Isa;

use crate::command::{fails, succeeds, thalweg};

/// What a bench of one benchmark leaves in criterion's folder on this machine.
fn run(folder: &Path, revision: &str, started: &str, time: f64) {
    let criterion = folder.join("criterion");
    let benchmark = Benchmark {
        id: "math/thalweg/exp-f32".to_owned(),
        runner: "thalweg".to_owned(),
        precision: "f32".to_owned(),
        work: 2048,
        unit: "elements".to_owned(),
        bytes: None,
        bound: None,
        checksum: None,
        times: None,
    };
    let new = criterion.join("math/thalweg/exp-f32/new");
    fs::create_dir_all(&new).unwrap();
    fs::write(new.join("benchmark.json"), format!(r#"{{"full_id":"{}"}}"#, benchmark.id)).unwrap();
    fs::write(new.join("sample.json"), format!(r#"{{"iters":[1.0,1.0],"times":[{time:?},{time:?}]}}"#)).unwrap();
    let isa = Isa::best().name();
    let notes = Notes {
        bench: "math".to_owned(),
        started: started.to_owned(),
        source: Source { revision: Some(revision.repeat(10)), ..Source::default() },
        machine: Machine::here(isa),
        isa: isa.to_owned(),
        peaks: None,
        benchmarks: vec![benchmark],
    };
    notes.write(&criterion).unwrap();
}

const RECORD: [&str; 6] = ["bench", "record", "--criterion", "criterion", "--records", "records"];
const COMPARE: [&str; 4] = ["bench", "compare", "--records", "records"];

#[test]
fn a_slower_build_ends_with_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let compare = |more: &[&str]| thalweg(folder.path(), &[&COMPARE, more].concat());
    for (revision, times) in [("aaaa", [500.0, 501.0]), ("bbbb", [530.0, 531.0])] {
        for (round, time) in times.into_iter().enumerate() {
            run(
                folder.path(),
                revision,
                &format!("2026-11-0{}T0{round}:00:00Z", 1 + revision.contains('b') as u8),
                time,
            );
            succeeds(folder.path(), &RECORD);
        }
    }
    let output = compare(&[]);
    let [said, errors] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("math/thalweg/exp-f32") && said.contains("regressed"), "{said}");
    assert!(errors.contains("1 of 1 benchmarks became slower"), "{errors}");
    let back = compare(&["bbbb", "aaaa", "--format", "json"]);
    assert!(back.status.success());
    let json: serde_json::Value = serde_json::from_slice(&back.stdout).unwrap();
    assert_eq!(json["findings"][0]["verdict"], "improved");
    let lenient = succeeds(folder.path(), &[&COMPARE[..], &["--threshold", "10", "--format", "markdown"]].concat());
    assert!(lenient.contains("| unchanged |") && lenient.contains("beyond ±10 %"), "{lenient}");
}

#[test]
fn what_a_user_may_have_forgotten_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let says = |arguments: &[&str], expected: &str| {
        let (code, error) = fails(folder.path(), arguments);
        assert!(code == Some(1) && error.contains(expected), "{arguments:?}: {error}");
    };
    says(&RECORD, "`cargo bench` makes it");
    says(&COMPARE, "records has no records of this machine");
    fs::create_dir_all(folder.path().join("criterion")).unwrap();
    says(&RECORD, "criterion is not from Thalweg's benches");
    run(folder.path(), "aaaa", "2026-11-01T00:00:00Z", 500.0);
    succeeds(folder.path(), &RECORD);
    says(&COMPARE, "nothing to compare aaaaaaaaaaaa with");
    says(&[&COMPARE[..], &["cccc"]].concat(), "no build called `cccc` was recorded on this machine");
    says(&["bench", "ab", "main"], "git");
    for (arguments, expected) in
        [(&["bench", "compare", "--threshold=-1"][..], "a number from 0 to 100 is needed"), (&["bench", "ab"], "<REV>")]
    {
        let (code, error) = fails(folder.path(), arguments);
        assert!(code == Some(2) && error.contains(expected), "{arguments:?}: {error}");
    }
}
