//! Whole workloads: a shipped spec at a size that takes a moment, from its plan to the rows of its tables in memory,
//! through the trainer that the command uses.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;

use thalweg::Registry;
use thalweg::memory::Memory;
use thalweg::observe;
use thalweg::record::{Run, Runs};
use thalweg::spec::{Spec, Study};
use thalweg::study::read_shipped;
use thalweg::sweep::{Computed, Plan, compute};
use thalweg_kernels::Isa;

use super::{Runner, Workload};
use crate::answer::Answer;

/// The workloads that Thalweg is compared with its peers on (`thalweg show w1`), and what is set smaller here, as by
/// `--set`.
pub const WORKLOADS: &[(&str, &[&str])] = &[
    ("w1", &["train.seeds=1"]),
    (
        "w2",
        &[
            "train.steps=50",
            "optimizer.0.lr={ log = [1e-4, 1e0], points = 4 }",
            "optimizer.0.momentum={ linear = [0.0, 0.99], points = 2 }",
        ],
    ),
    ("w3", &["train.epochs=1", "train.seeds=1", "optimizer.0.lr={ log = [1e-5, 1e-1], points = 8 }"]),
    ("w4", &["problem.samples=768"]),
    (
        "w5",
        &[
            "train.steps=100",
            "optimizer.0.lr_scale=[{ log = [1e-3, 1e6], points = 8 }, { log = [1e-3, 1e6], points = 8 }]",
        ],
    ),
    ("w6-beale", SOME_STARTS),
    ("w6-rastrigin", SOME_STARTS),
    ("w6-rosenbrock", SOME_STARTS),
];

const SOME_STARTS: &[&str] = &["problem.start={ grid = [[-2.0, 2.0], [-2.0, 2.0]], points = 32 }"];

/// W1 with curves, and what is looked at on the way: once at the start, in the middle and at the end, as what some
/// observers ask for takes longer than the training between.
const LOOKED_AT: &[&str] = &[
    "train.seeds=1",
    "optimizer.0.lr={ log = [1e-4, 1e0], points = 32 }",
    "train.log_every=50",
    "record.curves=\"all\"",
];

/// A shipped spec, smaller.
struct Whole {
    name: String,
    isa: Isa,
    spec: Box<Spec>,
    trials: u64,
    computed: Option<Computed>,
}

/// A shipped workload with these overrides. An element is a trial.
///
/// # Panics
///
/// If there is no such study, or it does not read so.
pub fn workload(study: &str, set: &[&str], isa: Isa) -> Box<dyn Workload> {
    Box::new(Whole::new(study.to_owned(), study, set.iter().map(|&text| text.to_owned()).collect(), isa))
}

/// W1 while each observer of networks looks on, after nobody does.
pub fn observed(isa: Isa) -> Vec<Box<dyn Workload>> {
    let looked_at = |name: &str, observe: String| -> Box<dyn Workload> {
        let set = LOOKED_AT.iter().map(|&text| text.to_owned()).chain([format!("record.observe=[{observe}]")]);
        Box::new(Whole::new(format!("w1-{name}"), "w1", set.collect(), isa))
    };
    let observers = observe::ALL.iter().map(|observer| looked_at(observer.name, format!("{:?}", observer.name)));
    [looked_at("nobody", String::new())].into_iter().chain(observers).collect()
}

/// Trials of Adam by learning rate, as who reads `runs.csv` sees them, and that file.
pub(super) fn trials(isa: Isa) -> (Runs, Vec<u8>) {
    let set = ["train.seeds=8", "train.steps=10", "optimizer.0.lr={ log = [1e-4, 1e0], points = 32 }"];
    let whole = Whole::new("w1".to_owned(), "w1", set.map(str::to_owned).to_vec(), isa);
    let Computed { runs, tables } = whole.computed(isa, 1);
    let table = tables.into_iter().find(|table| table.name == "runs.csv").expect("every sweep has one");
    (runs, table.bytes)
}

impl Whole {
    fn new(name: String, study: &str, set: Vec<String>, isa: Isa) -> Self {
        let registry = Arc::new(Registry::builtin());
        let read = read_shipped(&registry, study, &set).unwrap_or_else(|error| panic!("{study}: {error}"));
        let Study::Sweep(spec) = read else { panic!("{study} trains nothing") };
        let (_, _, plan) = Plan::read(&spec, Memory::unlimited()).unwrap_or_else(|error| panic!("{study}: {error}"));
        Self { name, isa, spec, trials: plan.trials.len() as u64, computed: None }
    }

    fn computed(&self, isa: Isa, threads: usize) -> Computed {
        compute(&self.spec, isa, threads, Memory::unlimited(), &AtomicBool::new(false)).expect("the spec has been read")
    }
}

impl Workload for Whole {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn work(&self) -> u64 {
        self.trials
    }

    fn unit(&self) -> &'static str {
        "trials"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.computed = Some(self.computed(self.isa, 1));
    }

    fn answer(&self, to: &mut Answer) {
        for table in self.computed.iter().flat_map(|computed| &computed.tables) {
            to.add_bytes(&table.bytes);
        }
    }

    /// The tables are, to the byte, those of the scalar instruction set, whose kernels are compared with formulas; and
    /// training lowers the best loss.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        let computed = self.computed.as_ref().expect("it was computed");
        let scalar = Isa::named("scalar").expect("every machine has it");
        // It takes far longer, so all cores take part.
        let threads = available_parallelism().map_or(1, NonZero::get);
        assert_eq!(computed.tables, self.computed(scalar, threads).tables, "{}: another instruction set", self.name);
        let falls = |run: &Run| run.final_train_loss < run.initial_train_loss;
        assert!(computed.runs.rows.iter().any(falls), "{}: nothing was learned", self.name);
        assert_eq!(computed.runs.rows.len() as u64, self.trials);
    }
}
