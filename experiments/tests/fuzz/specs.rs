//! Specs and overrides.

use std::path::Path;

use thalweg::memory::Memory;
use thalweg::random::Stream;
use thalweg::spec::{Study, shipped};
use thalweg::sweep::Plan;

use crate::mutation::{mutated_text, pick};
use crate::{look_at, try_all};

/// What plans may take.
const MEMORY: u64 = 50_000_000;

const OVERRIDES: [&str; 14] = [
    "train.steps=10",
    "optimizer.0.lr=[0.1, 0.2]",
    "optimizer.0.kind=adam",
    "problem.samples=50",
    "problem.kind=circles",
    "network.hidden=[3, 4]",
    "train.seeds={ from = 3, count = 2 }",
    "record.weights=both",
    "problem={ kind = \"gaussian\", samples = 20, inputs = 3, classes = 2 }",
    "figure.0.metric=final_train_loss",
    "train.epochs=2",
    "train.precision=f64",
    "record.observe=[\"norms\", { kind = \"sharpness\", every = 10, count = 2 }]",
    "figure.0={ kind = \"curves\", y = \"curves.grad_norm\", lines = [0.5], series = \"lr\" }",
];

/// A spec that is shipped.
pub fn shipped_text(random: &mut Stream) -> &'static str {
    pick(random, shipped::ALL).text
}

fn read(text: &str, set: &[String]) {
    match Study::parse("fuzz.toml", text, Path::new("."), set) {
        Err(error) => look_at(error),
        Ok(study) => {
            let canonical = study.canonical();
            let again = Study::parse("again.toml", &canonical, Path::new("."), &[]);
            let again = again.unwrap_or_else(|error| panic!("{error} in what is kept of\n{text}\n{canonical}"));
            assert_eq!(again.canonical(), canonical);
            let Study::Sweep(spec) = study else { return };
            if let Err(error) = Plan::read(&spec, Memory::limited(MEMORY)) {
                look_at(error);
            }
        }
    }
}

#[test]
fn specs() {
    try_all("specs", 1, |random| {
        let text = shipped_text(random);
        read(&mutated_text(random, text), &[]);
    });
}

#[test]
fn overrides() {
    try_all("overrides", 1, |random| {
        let text = shipped_text(random);
        let set: Vec<String> = (0..1 + random.below(3))
            .map(|_| {
                let one = *pick(random, &OVERRIDES);
                mutated_text(random, one)
            })
            .collect();
        read(text, &set);
    });
}
