//! A network that PyTorch saved, trained from its file as PyTorch trained it: a whole run, from spec to weights.

use std::fs;

use serde_json::Value;
use thalweg::data::split;
use thalweg::network::{Architecture, Orders, tensors};
use thalweg::record::{Precision, read_runs};
use thalweg::sweep::run::Reuse;
use thalweg_kernels::{activation::Activation, loss::Loss};

use super::{parse, reference};
use crate::run_into;

const SPEC: &str = r#"
name = "loaded"
[problem]
kind = "csv"
path = "iris.csv"
target = "species"
task = "classification"
scale = "standard"
test_fraction = 0
[network]
hidden = [8]
activation = "tanh"
init = { file = "iris_initial.safetensors" }
[train]
batch = 32
steps = 200
seeds = [0]
log_every = 0
precision = "f64"
[record]
weights = "both"
"#;

/// The rows of iris in the order of each epoch.
fn orders() -> Vec<Vec<u32>> {
    let rows = split(150, 0.0, 0.0, 0).unwrap().train;
    let orders = Orders::new(rows.len(), false);
    (0..50).map(|epoch| orders.of_epoch(0, epoch).iter().map(|&at| rows[at as usize]).collect()).collect()
}

fn json(name: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(reference().join(name)).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        _ => vec![value.as_f64().unwrap()],
    }
}

/// Each layer's weights, then its biases.
fn parameters(layers: &Value) -> Vec<f64> {
    let layers = layers.as_array().unwrap();
    layers.iter().flat_map(|layer| [numbers(&layer["weight"]), numbers(&layer["bias"])].concat()).collect()
}

#[test]
#[ignore = "writes a reference file"]
fn write_the_orders() {
    let lines: Vec<String> =
        orders().iter().map(|order| format!(" {}", serde_json::to_string(order).unwrap())).collect();
    fs::write(reference().join("iris_orders.json"), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
}

/// A change of the initial weights by one unit in the last place moves the final ones by less than 1e-14
/// (`ulp_sensitivity` in the file).
#[test]
fn a_loaded_network_trains_as_torch_does() {
    let file = json("iris_loaded_torch.json");
    let known: Vec<Vec<u32>> = serde_json::from_value(json("iris_orders.json")).unwrap();
    assert_eq!(known, orders(), "torch was given other batches");
    let (tanh, loss) = (Activation::named("tanh").unwrap(), Loss::named("softmax-cross-entropy").unwrap());
    let architecture = Architecture::new(&[4, 8, 3], true, tanh, loss);
    let initial = fs::read(reference().join("iris_initial.safetensors")).unwrap();
    let initial = tensors::from_bytes(&architecture, Precision::F64, &initial).unwrap();
    let mut tested = Vec::new();
    for run in file["runs"].as_array().unwrap() {
        let settings = run["optimizer"].as_object().unwrap();
        let name = settings["name"].as_str().unwrap();
        let grid: String =
            settings.iter().filter(|(key, _)| *key != "name").map(|(k, v)| format!("{k} = {v}\n")).collect();
        let text = format!("{SPEC}[[optimizer]]\nkind = \"{name}\"\n{grid}");
        let drop_last = format!("train.drop_last = {}", run["drop_last"]).replace(' ', "");
        for path in ["population", "dense"] {
            let spec = parse(&text, &reference(), &[&drop_last, &format!("engine.path={path}")]);
            let out = tempfile::tempdir().unwrap();
            run_into(&spec, out.path(), 1, Reuse::Everything).unwrap();
            let row = &read_runs(&out.path().join("runs.csv")).unwrap().rows[0];
            let read = |end: &str| {
                let bytes = fs::read(out.path().join(format!("weights/{}-{end}.safetensors", row.key))).unwrap();
                tensors::from_bytes(&architecture, Precision::F64, &bytes).unwrap()
            };
            assert_eq!(read("initial"), initial);
            let what = format!("{name}, {drop_last}, {path}");
            for (got, want) in read("final").iter().zip(parameters(&run["layers"])) {
                assert!((got / want - 1.0).abs() <= 1e-10, "{what}: {got}, not {want}");
            }
            let (got, want) = (row.final_train_loss.unwrap(), run["final_loss"].as_f64().unwrap());
            assert!((got / want - 1.0).abs() <= 1e-10, "{what}: loss {got}, not {want}");
        }
        tested.push((name.to_owned(), run["drop_last"].as_bool().unwrap()));
    }
    for name in ["momentum", "adam"] {
        for drop_last in [false, true] {
            assert!(tested.contains(&(name.to_owned(), drop_last)), "torch has no run of {name}, {drop_last}");
        }
    }
}
