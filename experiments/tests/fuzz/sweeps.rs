//! Sweeps that are run, and continued from folders in which a file has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use thalweg::drawing::drawer;
use thalweg::memory::Memory;
use thalweg::random::Stream;
use thalweg::spec::{Spec, Study};
use thalweg::sweep::run::{Progress, Reuse, Settings, run};
use thalweg::sweep::{Condition, Plan, Population};
use thalweg_kernels::Isa;

use crate::data::{TABLES, idx};
use crate::mutation::{mutated, pick};
use crate::specs::shipped_text;
use crate::{look_at, random, scratch, try_all};

/// The problem of a spec whose data lie beside it.
const PROBLEMS: [&str; 4] = [
    "kind = \"csv\"\npath = \"data.csv\"\ntarget = \"class\"\ntask = \"classification\"",
    "kind = \"csv\"\npath = \"data.csv\"\ntarget = \"class\"\ntask = \"regression\"\nscale = \"minmax\"",
    "kind = \"idx\"\nimages = \"images\"\nlabels = \"labels\"\nseed = \"trial\"",
    "kind = \"xor\"\nsamples = 12\nlabel_noise = [0, 0.2]",
];

const REST: &str = "
[network]
hidden = [3]

[train]
batch = 2
steps = 6
seeds = 2
log_every = 2

[[optimizer]]
kind = \"momentum\"
lr = [0.1, 1.0]

[record]
weights = \"final\"
observe = [\"norms\", \"layers\", { kind = \"sharpness\", every = 2, count = 2 }]

[[figure]]
kind = \"sensitivity\"
metric = \"final_train_loss\"

[[figure]]
kind = \"curves\"
metric = \"train_loss\"

[[figure]]
kind = \"curves\"
y = \"layers.grad_norm\"
colour = \"layer\"

[[figure]]
kind = \"density\"
metric = \"final_train_loss\"
";

const LANDSCAPE: &str = "name = \"fuzz\"
[problem]
kind = \"landscape\"
function = \"beale\"
start = { grid = [[-2, 2], [-1, 3]], points = 3 }

[train]
steps = 8
log_every = 2

[[optimizer]]
kind = \"adam\"
lr = { log = [0.01, 1], points = 3 }

[record]
trajectory = true
observe = [\"effective-lr\", \"batch-sharpness\"]
surface = { grid = [[-2, 2], [-1, 3]], points = 9 }

[[figure]]
kind = \"trajectories\"

[[figure]]
kind = \"basins\"
";

/// Steps times parameters times trials, and examples, of a sweep that takes little time.
const WORK: u128 = 2_000_000;
const EXAMPLES: u64 = 2_000;

/// Says nothing, and asks to stop after a few trials.
struct Stopper<'a>(&'a AtomicBool);

impl Progress for Stopper<'_> {
    fn begin(&self, _: usize, _: usize) {}
    fn advance(&self, _: usize) {
        self.0.store(true, Ordering::Relaxed);
    }
    fn notice(&self, _: &str) {}
    fn end(&self) {}
}

/// A spec with the files that it names, of which some are changed a little; what is there already is replaced.
fn write(random: &mut Stream, folder: &Path) -> PathBuf {
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    let table = *pick(random, &TABLES);
    let (images, labels) = (idx(random, &[6, 2]), idx(random, &[6]));
    let text = match random.below(8) {
        0 => shipped_text(random).to_owned(),
        1..=3 => LANDSCAPE.to_owned(),
        _ => format!("name = \"fuzz\"\n[problem]\n{}\n{REST}", pick(random, &PROBLEMS)),
    };
    // Where everything is changed, nothing is read to its end.
    let changes = random.below(3);
    let mut perhaps = |is_changed: bool, bytes: &[u8]| if is_changed { mutated(random, bytes) } else { bytes.to_vec() };
    write("data.csv", &perhaps(changes == 0, table.as_bytes()));
    write("images", &perhaps(changes == 0, &images));
    write("labels", &perhaps(changes == 0, &labels));
    let text = perhaps(changes > 0, text.as_bytes());
    write("spec.toml", String::from_utf8_lossy(&text).as_bytes());
    folder.join("spec.toml")
}

/// The spec in a folder, if it is one and takes little time.
fn read(folder: &Path) -> Option<(Spec, Plan)> {
    let text = fs::read_to_string(folder.join("spec.toml")).unwrap();
    let spec = match Study::parse("spec.toml", &text, folder, &[]) {
        Ok(Study::Sweep(spec)) => *spec,
        Ok(Study::Drawing(_)) => return None,
        Err(error) => {
            look_at(error);
            return None;
        }
    };
    let (_, _, plan) = match Plan::read(&spec, Memory::limited(50_000_000)) {
        Ok(all) => all,
        Err(error) => {
            look_at(error);
            return None;
        }
    };
    is_small(&plan).then_some((spec, plan))
}

fn is_small(plan: &Plan) -> bool {
    let of = |population: Population| {
        let condition = &plan.conditions[population.condition];
        let Condition { schedule, model, .. } = condition;
        let each = u128::from(schedule.steps) * u128::from(model.parameters());
        each * schedule.batch as u128 * population.trials as u128 * u128::from(condition.instances())
    };
    let examples = plan.conditions.iter().map(|condition| condition.extent.examples.iter().sum::<u64>());
    examples.sum::<u64>() <= EXAMPLES && plan.populations().map(of).sum::<u128>() <= WORK
}

fn settings(out: &Path) -> Settings {
    let (out, memory) = (out.to_owned(), Memory::limited(200_000_000));
    Settings { out, threads: 1, isa: Isa::best(), reuse: Reuse::Everything, figures: Some(drawer(false)), memory }
}

/// All files in a folder and in those within it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

#[test]
fn sweeps() {
    let folder = scratch();
    try_all("sweeps", 2, |random| {
        write(random, folder.path());
        let Some((spec, _)) = read(folder.path()) else { return };
        let out = folder.path().join("out");
        let never = AtomicBool::new(false);
        if let Err(error) = run(&spec, &settings(&out), &Stopper(&AtomicBool::new(false)), &never) {
            assert!(!format!("{:?}", miette::Report::new(error)).is_empty());
        }
        fs::remove_dir_all(&out).ok();
    });
}

/// The bytes of all files of some results, but for what differs from run to run.
fn results(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = files(folder);
    all.retain(|file| !file.ends_with("provenance.json"));
    all.into_iter().map(|file| (file.strip_prefix(folder).unwrap().to_owned(), fs::read(file).unwrap())).collect()
}

/// A sweep is stopped, one or two of its files change, and it is continued to the bytes of one that nothing happened to.
#[test]
fn pieces() {
    let folder = scratch();
    let text = format!("name = \"fuzz\"\n[problem]\n{}\n{REST}", PROBLEMS[3]);
    let specs = [text.as_str(), LANDSCAPE].map(|text| Spec::parse("fuzz.toml", text, folder.path(), &[]).unwrap());
    let out = folder.path().join("out");
    let expected = specs.each_ref().map(|spec| {
        let never = AtomicBool::new(false);
        run(spec, &settings(&out), &Stopper(&AtomicBool::new(false)), &never).unwrap();
        let expected = results(&out);
        fs::remove_dir_all(&out).unwrap();
        expected
    });
    try_all("pieces", 2, |random| {
        let which = random.below(2) as usize;
        let spec = &specs[which];
        let stop = AtomicBool::new(false);
        run(spec, &settings(&out), &Stopper(&stop), &stop).unwrap();
        let all = files(&out);
        for _ in 0..1 + random.below(2) {
            let file = pick(random, &all);
            let bytes = mutated(random, &fs::read(file).unwrap_or_default());
            fs::write(file, bytes).ok();
        }
        let never = AtomicBool::new(false);
        run(spec, &settings(&out), &Stopper(&AtomicBool::new(false)), &never).unwrap();
        assert!(results(&out) == expected[which]);
        fs::remove_dir_all(&out).unwrap();
    });
}

/// Writes folders with inputs for the command, of which each takes little time.
#[test]
#[ignore = "writes inputs for fuzz.sh"]
fn write_inputs() {
    let folder = PathBuf::from(std::env::var("THALWEG_FUZZ_FOLDER").expect("a folder for the inputs"));
    let wanted = std::env::var("THALWEG_FUZZ").map_or(200, |cases| cases.parse().expect("THALWEG_FUZZ is a number"));
    let mut written = 0;
    for number in 0.. {
        if written == wanted {
            break;
        }
        let case = folder.join(format!("{number:06}"));
        fs::create_dir_all(&case).unwrap();
        write(&mut random("inputs", number), &case);
        // What is wrong takes no time either.
        let text = fs::read_to_string(case.join("spec.toml")).unwrap();
        let is_slow = match Study::parse("spec.toml", &text, &case, &[]) {
            Ok(Study::Sweep(spec)) => {
                let plan = Plan::read(&spec, Memory::limited(50_000_000));
                plan.is_ok_and(|(_, _, plan)| !is_small(&plan))
            }
            _ => false,
        };
        if is_slow {
            fs::remove_dir_all(&case).unwrap();
        } else {
            written += 1;
        }
    }
}
