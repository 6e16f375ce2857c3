//! What a sweep needs of the memory, said before it is needed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use thalweg::memory::Memory;
use thalweg::spec::Spec;
use thalweg::sweep::Plan;
use thalweg_kernels::Isa;

/// Sweeps whose memory goes to weights, to examples, to curves and to trajectories.
const SPECS: [(&str, &str); 4] = [
    (
        "weights",
        "[problem]\nkind = \"moons\"\nsamples = 64\n[network]\nhidden = [1024, 512]\n[train]\nbatch = 16\nsteps = 3\n\
         seeds = 16\nlog_every = 0\n[engine]\npath = \"population\"\nlanes = 16\n",
    ),
    (
        "examples",
        "[problem]\nkind = \"moons\"\nsamples = 1000000\n[network]\nhidden = [4]\n[train]\nbatch = 16\nsteps = 2000\n\
         seeds = 2\nlog_every = 0\n",
    ),
    (
        "curves",
        "[problem]\nkind = \"moons\"\nsamples = 10\n[network]\nhidden = [2]\n[train]\nbatch = 2\nsteps = 20000\n\
         seeds = 16\nlog_every = 1\n",
    ),
    (
        "trajectories",
        "[problem]\nkind = \"landscape\"\nfunction = \"rosenbrock\"\n\
         start = { grid = [[-2, 2], [-2, 2]], points = 16 }\n[train]\nsteps = 2000\nlog_every = 1\n\
         [record]\ntrajectory = true\n",
    ),
];

fn parse(name: &str, text: &str) -> Spec {
    let text = format!("name = \"{name}\"\n{text}[[optimizer]]\nkind = \"adam\"\nlr = 0.01\n");
    Spec::parse("memory.toml", &text, Path::new("."), &[]).unwrap()
}

/// The most memory that the command had until it ended, as far as looking at it every millisecond tells.
#[cfg(target_os = "linux")]
fn peak(folder: &Path, arguments: &[&str]) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thalweg"));
    let mut child = command.args(arguments).current_dir(folder).spawn().unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(1024 * kib.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(child.wait().unwrap().success());
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn estimates_hold_within_a_quarter() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in SPECS {
        let spec = parse(name, text);
        let (_, _, plan) = Plan::read(&spec, Memory::unlimited()).unwrap();
        let estimate = plan.memory(Isa::best(), 2) as f64;
        fs::write(folder.path().join("spec.toml"), spec.canonical()).unwrap();
        // How many rows wait for the disk depends on what else the machine does: a busy one may need several runs to show
        // the most that there can be.
        let peak_of = |run: u32| {
            let out = format!("{name}-{run}");
            peak(folder.path(), &["run", "spec.toml", "--out", &out, "--threads", "2", "--quiet"]) as f64
        };
        let mut peak = peak_of(0);
        for run in 1..5 {
            if estimate / peak <= 1.25 {
                break;
            }
            peak = peak.max(peak_of(run));
        }
        assert!((estimate / peak - 1.0).abs() <= 0.25, "{name}: {:.1} MB for {:.1} MB", estimate / 1e6, peak / 1e6);
    }
}

/// Sources of 20,000 examples of 500 features; the files are those of [`write_files`].
#[cfg(target_os = "linux")]
const SOURCES: [(&str, &str); 6] = [
    ("drawn", "kind = \"uniform\"\nsamples = 20000\ninputs = 500\nclasses = 3\nscale = \"none\"\n"),
    ("scaled", "kind = \"gaussian\"\nsamples = 20000\ninputs = 500\noutputs = 1\nscale = \"minmax\"\n"),
    ("made", "kind = \"linear\"\nsamples = 20000\ninputs = 500\n"),
    ("table", "kind = \"csv\"\npath = \"table.csv\"\ntarget = \"y\"\ntask = \"classification\"\n"),
    ("images", "kind = \"idx\"\nimages = \"images\"\nlabels = \"labels\"\nscale = \"standard\"\n"),
    ("numbers", "kind = \"idx\"\nimages = \"numbers\"\nlabels = \"labels\"\nscale = \"minmax\"\n"),
];

#[cfg(target_os = "linux")]
fn write_files(folder: &Path) {
    let row = (0..500).map(|at| format!("0.{:03}", at * 7 % 1000)).collect::<Vec<_>>().join(",");
    let header = (0..500).map(|at| format!("x{at}")).collect::<Vec<_>>().join(",");
    let rows = (0..20_000).map(|example| format!("{},{row}\n", example % 3));
    fs::write(folder.join("table.csv"), format!("y,{header}\n{}", rows.collect::<String>())).unwrap();
    let header = |code: u8, sizes: &[u32]| {
        let sizes = sizes.iter().flat_map(|size| size.to_be_bytes());
        [0, 0, code, sizes.clone().count() as u8 / 4].into_iter().chain(sizes).collect::<Vec<u8>>()
    };
    let write = |name: &str, header: Vec<u8>, elements: Vec<u8>| {
        fs::write(folder.join(name), [header, elements].concat()).unwrap();
    };
    write("labels", header(8, &[20_000]), (0..20_000).map(|example: u32| (example % 3) as u8).collect());
    write("images", header(8, &[20_000, 500]), (0..10_000_000_u32).map(|at| (at * 7 % 251) as u8).collect());
    let numbers = (0..10_000_000_u32).flat_map(|at| (at as f64).to_be_bytes());
    write("numbers", header(14, &[20_000, 500]), numbers.collect());
}

/// Examples are never in memory in f64 and f32 at a time, nor is a file as text; and the estimate says so.
#[cfg(target_os = "linux")]
#[test]
fn examples_take_little_more_than_twice_their_size() {
    const DATA: f64 = 4.0 * 20_000.0 * 500.0;
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path());
    let small = "[problem]\nkind = \"moons\"\nsamples = 100\n";
    let training = "[network]\nhidden = [2]\n[train]\nbatch = 16\nsteps = 3\nseeds = 1\nlog_every = 0\n";
    let measure = |name: &str, text: &str| {
        let text = format!("name = \"{name}\"\n{text}{training}[[optimizer]]\nkind = \"sgd\"\nlr = 0.01\n");
        fs::write(folder.path().join("spec.toml"), &text).unwrap();
        let spec = Spec::parse("spec.toml", &text, folder.path(), &[]).unwrap();
        let (_, _, plan) = Plan::read(&spec, Memory::unlimited()).unwrap();
        let estimate = plan.memory(Isa::best(), 2) as f64;
        (
            estimate,
            peak(folder.path(), &["run", "spec.toml", "--out", &format!("{name}.out"), "--threads", "2", "--quiet"])
                as f64,
        )
    };
    let process = measure("small", small).1;
    for (name, source) in SOURCES {
        let (estimate, peak) = measure(name, &format!("[problem]\n{source}"));
        let more = (peak - process) / DATA;
        assert!(more <= 2.2, "{name}: {more:.2} times the data");
        assert!((estimate / peak - 1.0).abs() <= 0.25, "{name}: {:.1} MB for {:.1} MB", estimate / 1e6, peak / 1e6);
    }
}

#[test]
fn what_does_not_fit_is_refused_by_its_place() {
    let little = Memory::limited(1_000_000);
    for (name, text) in SPECS {
        let spec = parse(name, text);
        let (_, _, plan) = Plan::read(&spec, Memory::unlimited()).unwrap();
        let error = plan.check_memory(Isa::best(), 1, little).unwrap_err().to_string();
        let key = if name == "trajectories" { "`problem`" } else { "`network`" };
        assert!(error.contains(&format!("{key}: the sweep needs about")), "{error}");
        assert!(error.contains("of memory, but 1.0 MB are free"), "{error}");
        assert!(plan.check_memory(Isa::best(), 1, Memory::limited(1 << 30)).is_ok());
    }
    let (_, _, plan) =
        Plan::read(&parse("many", &SPECS[3].1.replace("points = 16", "points = 10000")), little).unwrap();
    let error = plan.check_memory(Isa::best(), 1, Memory::limited(1 << 30)).unwrap_err().to_string();
    assert!(error.contains("`train`: the list of 100000000 trials needs about"), "{error}");
}

/// `plan` says so before it trains a block to see how long that takes.
#[cfg(target_os = "linux")]
#[test]
fn a_plan_that_does_not_fit_trains_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = SPECS[1].1.replace("hidden = [4]", "hidden = [16384, 16384]").replace("1000000", "100");
    fs::write(folder.path().join("large.toml"), parse("large", &text).canonical()).unwrap();
    let line = format!("ulimit -v 1000000; '{}' plan large.toml --threads 1", env!("CARGO_BIN_EXE_thalweg"));
    let output = Command::new("bash").args(["-c", &line]).current_dir(folder.path()).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(65), "{error}");
    assert!(error.contains("the sweep needs about") && error.contains("--overcommit"), "{error}");
}
