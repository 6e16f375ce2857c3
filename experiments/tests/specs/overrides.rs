//! `--set KEY=VALUE`.

use thalweg::spec::{Axis, Length, Seeds};

use crate::{SMALL, edited, parse, parse_with};

#[test]
fn overrides_change_add_and_replace() {
    let overrides = [
        "train.epochs=3",
        "train.seeds=[5, 6]",
        "optimizer.0.lr={ log = [1e-3, 1], points = 4 }",
        "network.activation=tanh",
        "network.hidden.0 = 9",
        "engine.lanes=16",
        "title = \"two words\"",
    ];
    let spec = parse_with(SMALL, &overrides).unwrap();
    assert_eq!(spec.train.length, Length::Epochs(3));
    assert_eq!(spec.train.seeds, Seeds::List(vec![5, 6]));
    assert_eq!(spec.optimizers[0].axes, [Axis::Log { low: 1e-3, high: 1.0, points: 4 }]);
    let network = spec.network.unwrap();
    assert_eq!((network.activation.name, network.hidden.as_slice()), ("tanh", &[9][..]));
    assert_eq!((spec.engine.lanes, spec.title.as_str()), (Some(16), "two words"));
}

#[test]
fn the_last_override_of_a_key_counts() {
    let spec = parse_with(SMALL, &["train.steps=3", "train.steps=4"]).unwrap();
    assert_eq!(spec, parse(&edited("steps = 10", "steps = 4")).unwrap());
}

#[test]
fn errors_point_at_the_override() {
    let cases = [
        ("train.steps=ten", "--set:1:13: `train.steps`: expected an integer from 1 to 1000000000, found \"ten\""),
        ("train.stpes=3", "--set:1:1: unknown key `train.stpes`"),
        ("train.steps", "--set:1:1: expected KEY=VALUE"),
        ("train.steps=", "--set:1:13: not valid TOML"),
        ("train..steps=3", "--set:1:1: `train..steps`: train a part of the key is empty"),
        ("optimizer.1.lr=3", "--set:1:1: `optimizer.1.lr`: optimizer has 1 items, numbered from 0, and no item \"1\""),
        ("name.first=3", "--set:1:1: `name.first`: name is \"small\", not a table"),
        ("optimizer.0.lr=[1, -1]", "--set:1:16: `optimizer.0.lr.1`: expected a number above 0, found -1"),
        ("network.hidden=[1", "--set:1:16: not valid TOML"),
    ];
    for (text, expected) in cases {
        let error = parse_with(SMALL, &["train.seeds=1", text]).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: expected {expected:?}, found {error:?}");
    }
    let error = parse_with("name = 1\n", &[]).unwrap_err().to_string();
    assert!(error.starts_with("small.toml:1:8"), "{error}");
}
