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
        assert!(code == Some(65) && error.contains(expected), "{arguments:?}: {error}");
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

#[test]
fn a_report_is_figures_and_a_page() {
    let folder = tempfile::tempdir().unwrap();
    for (day, time) in [500.0, 502.0, 501.0, 501.0, 400.0, 401.0, 400.0, 402.0].into_iter().enumerate() {
        let revision = char::from(b'a' + day as u8).to_string().repeat(4);
        run(folder.path(), &revision, &format!("2026-11-0{}T00:00:00Z", day + 1), time);
        succeeds(folder.path(), &RECORD);
    }
    let report = ["bench", "report", "records"];
    succeeds(folder.path(), &[&report[..], &["--out", "once", "--format", "svg,tex", "--png"]].concat());
    succeeds(folder.path(), &[&report[..], &["--out", "again", "--set", "style.formats=[\"svg\"]"]].concat());
    let read =
        |path: &str| fs::read_to_string(folder.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let history = read("once/figures/history.svg");
    assert_eq!(history, read("again/figures/history.svg"));
    assert_eq!(read("once/report.html"), read("again/report.html"));
    for word in ["math: exp", "class=\"hint", "revision (2026-11-01 to 2026-11-08)", "10", "elements"] {
        assert!(history.contains(word), "{word}: {history}");
    }
    for file in ["history.png", "history.tex", "history.dat"] {
        assert!(folder.path().join("once/figures").join(file).is_file(), "{file}");
    }
    let page = read("once/report.html");
    assert!(page.contains("<h2>Figures</h2>") && page.contains("figure-history") && page.contains("billions a second"));
    // Without --out, beside the records of the machine; its folder is as good as the one that holds it.
    succeeds(folder.path(), &report);
    let machine = fs::read_dir(folder.path().join("records")).unwrap().next().unwrap().unwrap().path();
    assert!(machine.join("report.html").is_file() && machine.join("figures/history.svg").is_file());
    succeeds(folder.path(), &["bench", "report", machine.to_str().unwrap(), "--filter", "exp", "--measure", "time"]);
}

#[test]
fn a_report_of_nothing_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let says = |arguments: &[&str], code: i32, expected: &str| {
        let (found, error) = fails(folder.path(), &[&["bench", "report"], arguments].concat());
        // Long lines are broken.
        let error = error.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(found == Some(code) && error.contains(expected), "{arguments:?}: {error}");
    };
    says(&["records"], 65, "records has no records of this machine");
    run(folder.path(), "aaaa", "2026-11-01T00:00:00Z", 500.0);
    succeeds(folder.path(), &RECORD);
    let machine = fs::read_dir(folder.path().join("records")).unwrap().next().unwrap().unwrap().path();
    let own = machine.join("machine.toml");
    says(&["records", "--filter", "tanh"], 65, "no benchmark of the records holds `tanh`");
    says(&["records", "--filter", "tanh"], 65, "math/thalweg/exp-f32");
    says(&["records", "--build", "bbbb"], 65, "no build called `bbbb` was recorded");
    says(&["records", "--set", "style.them=dark"], 65, "did you mean `theme`?");
    says(&["records", "--set", "train.steps=1"], 65, "unknown key `train`");
    says(&["records", "--style", "none.toml"], 74, "cannot read none.toml");
    says(&["records", "--format", "gif"], 2, "expected one of svg, png, pdf, tex");
    // Another machine's records are drawn only by name.
    let text = fs::read_to_string(&own).unwrap();
    let fingerprint = format!("fingerprint = \"{}\"", Machine::here(Isa::best().name()).fingerprint());
    assert!(text.contains(&fingerprint));
    fs::write(&own, text.replace(&fingerprint, "fingerprint = \"0123456789abcdef\"")).unwrap();
    says(&["records"], 65, "there are records of");
    succeeds(folder.path(), &["bench", "report", machine.to_str().unwrap()]);
    for entry in fs::read_dir(&machine).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "csv") {
            fs::remove_file(path).unwrap();
        }
    }
    says(&[machine.to_str().unwrap()], 65, "has no records");
}
