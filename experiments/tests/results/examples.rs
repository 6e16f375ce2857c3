//! `data.csv`: the examples of a sweep.

use std::fs;
use std::path::Path;

use thalweg::data::Splits;
use thalweg::dataset::Targets;
use thalweg::record::manifest::Manifest;
use thalweg::spec::Spec;
use thalweg::sweep::run::{Finished, Reuse};

use crate::command::thalweg;
use crate::{run_into, run_until, settings};

const SPEC: &str = r#"name = "examples"

[[problem]]
kind = "moons"
samples = 24
noise = [0.1, 0.3]
test_fraction = 0.25
seed = "trial"

[[problem]]
kind = "csv"
path = "iris.csv"
target = "species"
task = "classification"

[[problem]]
kind = "linear"
samples = 20
inputs = 3

[network]
hidden = [4]

[train]
batch = 8
steps = 10
seeds = 2

[[optimizer]]
kind = "sgd"
lr = 0.1

[record]
data = true
"#;

fn spec(set: &[&str]) -> Spec {
    let set: Vec<String> = set.iter().map(|&text| text.to_owned()).collect();
    Spec::parse("examples.toml", SPEC, Path::new("."), &set).unwrap_or_else(|error| panic!("{error}"))
}

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn examples_are_those_that_networks_see() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let spec = spec(&[]);
    run_into(&spec, &out, 1, Reuse::Everything).unwrap();
    let text = fs::read_to_string(out.join("data.csv")).unwrap();
    let header = "problem,noise,data_seed,split,example,x0,x1,x2,x3,target,class";
    assert_eq!(text.lines().next(), Some(header));
    let rows = rows(&text);
    // Two noises with two seeds each, and two tables.
    assert_eq!(rows.len(), 4 * 24 + 150 + 20);
    for at in 0..spec.conditions.len() {
        let own = spec.under(at);
        for number in 0..own.instances() {
            let problem = own.instance(number);
            let files = thalweg::data::DataFiles::read(&own, thalweg::memory::Memory::of_machine()).unwrap();
            let splits = Splits::of_instance(&own, &files, &problem).unwrap();
            let noise = own.conditions[0].levels[0].as_ref().map(|level| level.text()).unwrap_or_default();
            let is_own =
                |row: &&Vec<String>| row[0] == problem.name() && row[1] == noise && row[2] == problem.seed.to_string();
            for (name, split) in [("train", &splits.train), ("validation", &splits.validation), ("test", &splits.test)]
            {
                let of: Vec<&Vec<String>> = rows.iter().filter(is_own).filter(|row| row[3] == name).collect();
                assert_eq!(of.len(), split.len(), "{name} of {}", problem.name());
                let features = split.features.to_f64();
                for (example, row) in of.into_iter().enumerate() {
                    assert_eq!(row[4], example.to_string());
                    let cells: Vec<f64> =
                        row[5..9].iter().filter(|cell| !cell.is_empty()).map(|cell| cell.parse().unwrap()).collect();
                    let own = &features[example * split.inputs..][..split.inputs];
                    assert!(cells.iter().zip(own).all(|(cell, x)| *cell as f32 == *x as f32));
                    assert_eq!(cells.len(), split.inputs);
                    match &split.targets {
                        Targets::Classes { labels, classes } => {
                            assert_eq!(row[9], labels[example].to_string());
                            assert_eq!(row[10], classes[labels[example] as usize]);
                        }
                        Targets::Values { values, .. } => {
                            assert_eq!(row[9].parse::<f64>().unwrap() as f32, values[example] as f32);
                            assert_eq!(row[10], "");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn examples_are_a_result_like_others() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    run_into(&spec(&[]), &at("whole"), 1, Reuse::Everything).unwrap();
    let data = fs::read(at("whole/data.csv")).unwrap();
    let manifest = Manifest::read(&at("whole")).unwrap();
    assert_eq!(manifest.files.get("data.csv"), Some(&blake3::hash(&data).to_hex().to_string()));
    // Cut off, and on other threads.
    let stopped = run_until(&spec(&["engine.path=\"dense\""]), &settings(&at("cut"), 1, Reuse::Everything), 1).0;
    assert!(matches!(stopped.unwrap(), Finished::Stopped { .. }));
    run_into(&spec(&[]), &at("cut"), 2, Reuse::Everything).unwrap();
    assert_eq!(Manifest::read(&at("cut")).unwrap(), manifest);
    // Added to trials that are there, and lost.
    let out = at("added");
    run_into(&spec(&["record.data=false"]), &out, 1, Reuse::Everything).unwrap();
    assert!(!out.join("data.csv").exists());
    let (finished, notices) = run_until(&spec(&[]), &settings(&out, 1, Reuse::Everything), usize::MAX);
    assert_eq!((finished.unwrap(), notices), (Finished::Complete, vec!["8 of 8 trials reused".to_owned()]));
    assert!(fs::read(out.join("data.csv")).unwrap() == data);
    fs::remove_file(out.join("data.csv")).unwrap();
    run_into(&spec(&[]), &out, 1, Reuse::Everything).unwrap();
    assert!(fs::read(out.join("data.csv")).unwrap() == data);
    assert!(!spec(&["record.data=false"]).canonical().contains("data ="));
    assert!(spec(&[]).canonical().contains("\ndata = true\n"));
}

#[test]
fn the_command_writes_the_same_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("examples.toml"), SPEC).unwrap();
    let shown = thalweg(folder.path(), &["data", "examples.toml"]);
    assert!(shown.status.success());
    run_into(&spec(&[]), &folder.path().join("out"), 1, Reuse::Everything).unwrap();
    assert!(shown.stdout == fs::read(folder.path().join("out/data.csv")).unwrap());
    fs::create_dir(folder.path().join("there")).unwrap();
    for (out, path) in [("there", "there/data.csv"), ("own.csv", "own.csv")] {
        assert!(thalweg(folder.path(), &["data", "examples.toml", "--out", out]).status.success());
        assert!(fs::read(folder.path().join(path)).unwrap() == shown.stdout);
    }
    let refused = thalweg(folder.path(), &["data", "w6-beale"]);
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("`w6-beale` has no examples"), "{said}");
}
