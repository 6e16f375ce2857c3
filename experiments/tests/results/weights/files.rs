//! Files of weights among the results of a run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use thalweg::record::manifest::Manifest;
use thalweg::record::{Key, read_runs};
use thalweg::sweep::run::{Finished, Reuse};

use super::parse;
use crate::{run_into, run_until, settings};

/// Four trials, of which those with the enormous learning rate become infinite.
pub const SMALL: &str = r#"name = "small"

[problem]
kind = "moons"
samples = 60
noise = 0.2

[network]
hidden = [4]

[train]
batch = 16
steps = 20
seeds = 2

[[optimizer]]
kind = "sgd"
lr = [0.1, 1e30]
"#;

const BOTH: &str = "record.weights=\"both\"";

/// The files of weights in a folder of results.
pub fn files(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(out.join("weights")) else { return BTreeMap::new() };
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())
    };
    entries.map(file).collect()
}

/// Runs [`SMALL`] into a folder.
pub fn run(out: &Path, overrides: &[&str], threads: usize) -> BTreeMap<String, Vec<u8>> {
    run_into(&parse(SMALL, Path::new("."), overrides), out, threads, Reuse::Everything).unwrap();
    files(out)
}

#[test]
fn weights_are_files_with_the_same_bytes_on_every_path() {
    let folder = tempfile::tempdir().unwrap();
    for precision in ["train.precision=\"f32\"", "train.precision=\"f64\""] {
        let mut seen = Vec::new();
        for (at, engine) in
            ["engine.path=\"population\"", "engine.path=\"dense\"", "engine.lanes=24"].iter().enumerate()
        {
            let out = folder.path().join(format!("{}{at}", &precision[17..20]));
            let files = run(&out, &[BOTH, precision, engine], 1 + at);
            assert!(!out.join("parts").exists());
            let mut expected = Vec::new();
            for row in read_runs(&out.join("runs.csv")).unwrap().rows {
                expected.push(format!("{}-initial.safetensors", row.key));
                if row.final_train_loss.is_some() {
                    expected.push(format!("{}-final.safetensors", row.key));
                }
            }
            expected.sort_unstable();
            // Two trials have no end.
            assert_eq!((expected.len(), files.keys().cloned().collect::<Vec<_>>()), (6, expected));
            let manifest = Manifest::read(&out).unwrap();
            for (name, bytes) in &files {
                let hash = blake3::hash(bytes).to_hex().to_string();
                assert_eq!(manifest.files.get(&format!("weights/{name}")), Some(&hash), "{name}");
            }
            seen.push((files, manifest));
        }
        assert!(seen.iter().all(|other| *other == seen[0]), "{precision}");
    }
}

#[test]
fn fewer_trials_and_ends_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let all = run(&folder.path().join("all"), &[BOTH], 1);
    let plan = {
        let spec = parse(SMALL, Path::new("."), &[]);
        crate::plan(&spec).unwrap()
    };
    let keys: Vec<String> = plan.trials.keys().iter().map(Key::to_string).collect();
    // What is kept of a trial is no part of its key.
    assert!(all.contains_key(&format!("{}-final.safetensors", keys[1])));
    let wanted = format!("record.weights_of=[\"{}\"]", keys[1]);
    type File<'a> = (usize, &'a str);
    let cases: [(&str, &str, &[File<'_>]); 4] = [
        ("\"initial\"", "record.weights_of=\"first-seed\"", &[(0, "initial"), (2, "initial")]),
        ("\"final\"", "record.weights_of=\"first-seed\"", &[(0, "final")]),
        ("\"final\"", "record.weights_of=\"all\"", &[(0, "final"), (1, "final")]),
        ("\"both\"", &wanted, &[(1, "initial"), (1, "final")]),
    ];
    for (at, (weights, of, expected)) in cases.into_iter().enumerate() {
        let out = folder.path().join(at.to_string());
        let files = run(&out, &[&format!("record.weights={weights}"), of], 1);
        let name = |(trial, end): &File<'_>| format!("{}-{end}.safetensors", keys[*trial]);
        let expected: BTreeMap<_, _> = expected.iter().map(|item| (name(item), all[&name(item)].clone())).collect();
        assert!(files == expected, "{weights}, {of}: {:?}", files.keys());
        assert_eq!(fs::read(out.join("runs.csv")).unwrap(), fs::read(folder.path().join("all/runs.csv")).unwrap());
    }
    assert!(!folder.path().join("none/weights").exists());
}

#[test]
fn an_interrupted_run_ends_with_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, cut) = (folder.path().join("whole"), folder.path().join("cut"));
    let all = run(&whole, &[BOTH], 1);
    let spec = parse(SMALL, Path::new("."), &[BOTH, "engine.path=\"dense\""]);
    // What may have become of the files of a trial that is done, and of one that is not.
    let accidents: [fn(&Path); 4] = [
        |_| {},
        |file| fs::write(file, b"half").unwrap(),
        |file| fs::remove_file(file).unwrap(),
        |file| fs::write(file.with_file_name("t0123456789abcdef-final.safetensors"), b"stray").unwrap(),
    ];
    for accident in accidents {
        let stopped = run_until(&spec, &settings(&cut, 1, Reuse::Everything), 1).0.unwrap();
        assert!(matches!(stopped, Finished::Stopped { done: 1, .. }), "{stopped:?}");
        let rows = fs::read_dir(cut.join(".thalweg")).unwrap().map(|entry| entry.unwrap().path());
        let weights = rows.filter(|path| path.is_dir()).map(|path| path.join("weights")).next().unwrap();
        accident(&fs::read_dir(weights).unwrap().next().unwrap().unwrap().path());
        assert!(run(&cut, &[BOTH], 1) == all);
        assert_eq!(Manifest::read(&cut).unwrap(), Manifest::read(&whole).unwrap());
        assert!(!cut.join(".thalweg").exists());
        fs::remove_dir_all(&cut).unwrap();
    }
}

#[test]
fn lost_and_changed_weights_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, out) = (parse(SMALL, Path::new("."), &[BOTH]), folder.path().join("out"));
    let all = run(&out, &[BOTH], 1);
    for (at, name) in all.keys().enumerate() {
        let path = out.join("weights").join(name);
        let expected = if at % 2 == 0 {
            fs::remove_file(&path).unwrap();
            format!("weights/{name} is missing: made again")
        } else {
            let mut bytes = all[name].clone();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(&path, bytes).unwrap();
            format!("weights/{name} was changed: made again")
        };
        let (finished, notices) = run_until(&spec, &settings(&out, 1, Reuse::Everything), usize::MAX);
        assert_eq!(
            (finished.unwrap(), notices),
            (Finished::Complete, vec![expected, "3 of 4 trials reused".to_owned()])
        );
        assert!(files(&out) == all);
    }
}

#[test]
fn another_choice_of_weights_is_of_the_same_trials() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    assert_eq!(run(&out, &[BOTH], 1).len(), 6);
    let runs = fs::read(out.join("runs.csv")).unwrap();
    fs::write(out.join("weights/mine.safetensors"), b"mine").unwrap();
    let other = parse(SMALL, Path::new("."), &["record.weights=\"initial\""]);
    assert_eq!(run_into(&other, &out, 1, Reuse::Everything).unwrap(), Finished::Complete);
    let left = files(&out);
    assert_eq!(left.keys().filter(|name| name.ends_with("-initial.safetensors")).count(), 4);
    assert!(left.contains_key("mine.safetensors") && left.len() == 5, "{:?}", left.keys());
    assert_eq!(fs::read(out.join("runs.csv")).unwrap(), runs);
    assert_eq!(run(&out, &[BOTH], 1).len(), 7);
}

#[test]
fn a_network_goes_on_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for more in [&[][..], &["network.parameterisation=\"ntk\"", "network.bias=false", "network.hidden=[4, 3]"]] {
        // Full batches, and an optimizer without memory: twenty steps are ten and ten.
        let set = |steps: &'static str| [&["train.batch=\"full\"", steps, BOTH, "train.log_every=0"], more].concat();
        let twenty = run(&at("twenty"), &set("train.steps=20"), 1);
        let ten = run(&at("ten"), &set("train.steps=10"), 1);
        let row = |name: &str| read_runs(&at(name).join("runs.csv")).unwrap().rows[0].clone();
        let end = |name: &str, end: &str| format!("{}-{end}.safetensors", row(name).key);
        fs::write(at("w.safetensors"), &ten[&end("ten", "final")]).unwrap();
        let text = SMALL.replace("hidden = [4]", "hidden = [4]\ninit = { file = \"w.safetensors\" }");
        let spec = parse(&text, folder.path(), &set("train.steps=10"));
        run_into(&spec, &at("rest"), 1, Reuse::Everything).unwrap();
        let rest = files(&at("rest"));
        assert!(rest[&end("rest", "initial")] == ten[&end("ten", "final")]);
        assert!(rest[&end("rest", "final")] == twenty[&end("twenty", "final")]);
        assert_eq!(row("rest").final_train_loss, row("twenty").final_train_loss);
        // The content enters the key, and neither its name nor a seed that draws nothing does.
        let plan = |spec| crate::plan(spec).unwrap();
        let key = |spec| plan(spec).trials.keys()[0];
        let before = key(&spec);
        let description = plan(&spec).describe(&plan(&spec).trials.get(0));
        let hash = blake3::hash(&fs::read(at("w.safetensors")).unwrap()).to_hex();
        assert!(description.contains(&format!("network.init_content = \"{hash}\"\n")), "{description}");
        let [input] = &plan(&spec).inputs[..] else { panic!("one file") };
        assert_eq!((input.name.as_str(), input.hash.to_hex()), ("w.safetensors", hash));
        assert!(!description.contains("init_seed") && !description.contains("w.safetensors"), "{description}");
        fs::rename(at("w.safetensors"), at("v.safetensors")).unwrap();
        let moved = parse(&text.replace("w.safetensors", "v.safetensors"), folder.path(), &set("train.steps=10"));
        assert_eq!(key(&moved), before);
        let twice = parse(&moved.canonical(), folder.path(), &[]);
        assert_eq!((twice == moved, key(&twice)), (true, before));
        fs::write(at("v.safetensors"), &ten[&end("ten", "initial")]).unwrap();
        assert_ne!(key(&moved), before);
        for name in ["twenty", "ten", "rest"] {
            fs::remove_dir_all(at(name)).unwrap();
        }
    }
}

/// The numbers of a tensor in F64.
fn numbers(file: &[u8], tensor: &str) -> Vec<f64> {
    let tensors = safetensors::SafeTensors::deserialize(file).unwrap();
    let bytes = tensors.tensor(tensor).unwrap().data().to_vec();
    bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

#[test]
fn an_offset_is_added_to_the_first_layer_and_losses_are_those_from_there() {
    const OFFSETS: [f64; 3] = [0.0, -0.75, 2.0];
    let folder = tempfile::tempdir().unwrap();
    let (initial, precision) = ("record.weights=\"initial\"", "train.precision=\"f64\"");
    for engine in ["engine.path=\"population\"", "engine.path=\"dense\""] {
        let out = folder.path().join(&engine[13..18]);
        let offsets = "network.init_offset=[0.0, -0.75, 2.0]";
        let files = run(&out, &[initial, precision, engine, "optimizer.0.lr=0.1", offsets], 1);
        let rows = read_runs(&out.join("runs.csv")).unwrap().rows;
        // By offset, then by seed.
        let file = |index: usize| &files[&format!("{}-initial.safetensors", rows[index].key)];
        for (index, row) in rows.iter().enumerate() {
            let (offset, drawn) = (OFFSETS[index / 2], file(index % 2));
            let shifted: Vec<f64> = numbers(drawn, "layers.0.weight").iter().map(|weight| weight + offset).collect();
            assert_eq!(numbers(file(index), "layers.0.weight"), shifted, "{engine} {index}");
            for same in ["layers.0.bias", "layers.1.weight", "layers.1.bias"] {
                assert_eq!(numbers(file(index), same), numbers(drawn, same), "{engine} {index} {same}");
            }
            let path = folder.path().join("start.safetensors");
            fs::write(&path, file(index)).unwrap();
            let init = format!("network.init={{ file = \"{}\" }}", path.display());
            let again = folder.path().join(format!("{}{index}", &engine[13..18]));
            run(&again, &[precision, engine, "optimizer.0.lr=0.1", &init], 1);
            let loaded = &read_runs(&again.join("runs.csv")).unwrap().rows[0];
            assert_eq!(row.initial_train_loss, loaded.initial_train_loss, "{engine} {index}");
        }
    }
}

#[test]
fn tables_that_do_not_stay_are_in_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let [with, without] = ["true", "false"].map(|stay| {
        let out = folder.path().join(stay);
        run(&out, &[&format!("record.tables={stay}")], 1);
        out
    });
    for table in ["runs.csv", "curves.csv", "summary.csv"] {
        assert!(with.join(table).exists() && !without.join(table).exists(), "{table}");
        assert!(Manifest::read(&without).unwrap().files.contains_key(table), "{table}");
    }
    assert_eq!(Manifest::read(&with).unwrap().files, Manifest::read(&without).unwrap().files);
    // It is complete nonetheless.
    let spec = parse(SMALL, Path::new("."), &["record.tables=false"]);
    assert_eq!(run_into(&spec, &without, 1, Reuse::Everything).unwrap(), Finished::AlreadyComplete);
}
