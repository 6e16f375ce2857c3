//! Files of weights that do not fit, and what is said about them.

use std::fs;
use std::path::Path;

use miette::Diagnostic;
use safetensors::{Dtype, tensor::TensorView};
use thalweg::spec::Spec;

use super::files::SMALL;
use super::{parse, reference};

/// A file with one byte string per tensor.
fn file(tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) -> Vec<u8> {
    let view = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.to_vec(), bytes).unwrap()));
    safetensors::serialize(view, None).unwrap()
}

fn zeros(count: usize) -> Vec<u8> {
    vec![0; 4 * count]
}

fn said(folder: &Path, overrides: &[&str]) -> String {
    let text = SMALL.replace("hidden = [4]", "hidden = [4]\ninit = { file = \"w.safetensors\" }");
    let error = crate::plan(&parse(&text, folder, overrides)).unwrap_err();
    format!("{error} {}", error.help().map(|help| help.to_string()).unwrap_or_default())
}

/// The network of [`SMALL`], 2-4-1, in F32.
const GOOD: [(&str, &[usize]); 4] =
    [("layers.0.weight", &[4, 2]), ("layers.0.bias", &[4]), ("layers.1.weight", &[1, 4]), ("layers.1.bias", &[1])];

/// The good tensors, except for one that has another name, type or shape, or is missing if it has no name.
fn with(at: usize, name: &'static str, dtype: Dtype, shape: &'static [usize]) -> Vec<u8> {
    let mut tensors: Vec<_> =
        GOOD.iter().map(|(name, shape)| (*name, Dtype::F32, *shape, zeros(shape.iter().product()))).collect();
    let bytes = vec![0; shape.iter().product::<usize>() * dtype.bitsize() / 8];
    tensors[at] = (name, dtype, shape, bytes);
    tensors.retain(|(name, ..)| !name.is_empty());
    file(&tensors)
}

#[test]
fn what_is_wrong_with_a_file_of_weights_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = said(folder.path(), &[]);
    assert!(missing.contains("small.toml:10:17: `network.init.file`: cannot read"), "{missing}");
    assert!(missing.contains("w.safetensors") && missing.contains("paths start from the folder of the spec"));
    let good = with(0, "layers.0.weight", Dtype::F32, &[4, 2]);
    let mut header_cut = good[..30].to_vec();
    header_cut[0] = 200;
    let mut nan = good.clone();
    let last = nan.len() - 4;
    nan[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    let cases: Vec<(Vec<u8>, &[&str])> = vec![
        (Vec::new(), &["w.safetensors: not a safetensors file, or a part of one"]),
        (b"PK\x03\x04 a zip of pickles, as torch.save writes it".to_vec(), &["not a safetensors file"]),
        (header_cut, &["not a safetensors file"]),
        (good[..good.len() - 1].to_vec(), &["not a safetensors file, or a part of one"]),
        (
            with(0, "layer.0.weight", Dtype::F32, &[4, 2]),
            &[
                "no tensor `layers.0.weight`, of shape [4, 2]",
                "did you mean `layer.0.weight`?",
                "the file has layer.0.w",
            ],
        ),
        (with(3, "", Dtype::F32, &[1]), &["no tensor `layers.1.bias`, of shape [1]"]),
        (
            with(0, "layers.0.weight", Dtype::F32, &[4, 3]),
            &["10:17", "w.safetensors: tensor `layers.0.weight` has the shape [4, 3], expected [4, 2]"],
        ),
        (with(0, "layers.0.weight", Dtype::F32, &[2, 4]), &["has the shape [2, 4]", "is it transposed?"]),
        (with(1, "layers.0.bias", Dtype::F32, &[4, 1]), &["has the shape [4, 1], expected [4]"]),
        (with(2, "layers.1.weight", Dtype::F64, &[1, 4]), &["is F64, of which f32 would lose digits", "\"f64\""]),
        (with(2, "layers.1.weight", Dtype::BF16, &[1, 4]), &["`layers.1.weight` is BF16, expected F32 or F64"]),
        (nan, &["tensor `layers.1.weight`: number 3 is NaN"]),
    ];
    for (bytes, expected) in cases {
        fs::write(folder.path().join("w.safetensors"), bytes).unwrap();
        let said = said(folder.path(), &[]);
        for text in expected {
            assert!(said.contains(text), "expected {text:?} in {said:?}");
        }
    }
    fs::write(folder.path().join("w.safetensors"), &good).unwrap();
    let extra = said(folder.path(), &["network.bias=false"]);
    assert!(extra.contains("unexpected tensor `layers.0.bias`"), "{extra}");
    assert!(extra.contains("the network has layers.0.weight, layers.1.weight"), "{extra}");
    let other = said(folder.path(), &["network.hidden=[4, 4]"]);
    assert!(other.contains("`layers.1.weight` has the shape [1, 4], expected [4, 4]"), "{other}");
}

/// Every way to cut the file off, and every byte of its header changed: an error or a plan, but no panic.
#[test]
fn no_damage_is_fatal() {
    let folder = tempfile::tempdir().unwrap();
    let good = with(0, "layers.0.weight", Dtype::F32, &[4, 2]);
    let text = SMALL.replace("hidden = [4]", "hidden = [4]\ninit = { file = \"w.safetensors\" }");
    let spec = parse(&text, folder.path(), &[]);
    let try_bytes = |bytes: &[u8]| {
        fs::write(folder.path().join("w.safetensors"), bytes).unwrap();
        crate::plan(&spec).is_ok()
    };
    assert!(try_bytes(&good));
    for length in 0..good.len() {
        assert!(!try_bytes(&good[..length]), "{length} bytes");
    }
    for at in 0..good.len() {
        for flip in [1, 0x80] {
            let mut bytes = good.clone();
            bytes[at] ^= flip;
            try_bytes(&bytes);
        }
    }
}

#[test]
fn what_a_spec_may_not_ask_of_weights() {
    let cases: [(&[&str], &str); 12] = [
        (&["record.weights=\"last\""], "`record.weights`: expected one of none, initial, final, both, found \"last\""),
        (&["record.weigths=\"final\""], "unknown key `record.weigths`"),
        (&["record.weights_of=\"first-seed\""], "`record.weights_of`: no weights are kept: record.weights is \"none\""),
        (&["record.weights=\"final\"", "record.weights_of=\"frist-seed\""], "expected one of all, first-seed"),
        (&["record.weights=\"final\"", "record.weights_of=3"], "expected \"all\", \"first-seed\" or a list of keys"),
        (&["record.weights=\"final\"", "record.weights_of=[]"], "expected at least one key"),
        (&["record.weights=\"final\"", "record.weights_of=[\"3F\"]"], "expected a key: a `t` and 16 hex digits"),
        (
            &["record.weights=\"final\"", "record.weights_of=[\"t0123456789abcdef\"]"],
            "`record.weights_of.0`: no trial has the key t0123456789abcdef",
        ),
        (
            &["record.weights=\"both\"", "train.seeds=9000"],
            "`record.weights`: the trials would have more than 20000 files of weights",
        ),
        (
            &["record.weights=\"final\"", "train.seeds=9000", "network.hidden=[50000]"],
            "18000 files of weights would take 13.4 GiB, more than 8 GiB",
        ),
        (&["network.init={ file = \"\" }"], "`network.init.file`: expected the name of a safetensors file"),
        (&["network.init={ flie = \"a\" }"], "unknown key `network.init.flie`"),
    ];
    for (overrides, expected) in cases {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        let spec = Spec::parse("small.toml", SMALL, &reference(), &overrides);
        let error = spec.and_then(|spec| crate::plan(&spec).map(|_| ())).unwrap_err();
        assert!(error.to_string().contains(expected), "expected {expected:?} in {error}");
    }
    let seeded = ["network.init={ file = \"a\" }", "train.init_seed=1"].map(str::to_owned);
    let error = Spec::parse("small.toml", SMALL, &reference(), &seeded).unwrap_err();
    assert!(error.to_string().contains("`train.init_seed`: the initial weights come from a file"), "{error}");
}
