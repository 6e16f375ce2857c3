//! IDX files as the problem of a spec.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::GzEncoder};
use thalweg::data::{Features, Splits};
use thalweg::dataset::{Dataset, Targets};
use thalweg::spec::{InputError, Spec};

use crate::{SMALL, plan};

/// Elements of each type, with their big-endian bytes: code, bytes, numbers.
fn every_type() -> Vec<(u8, Vec<u8>, Vec<f64>)> {
    fn bytes<const N: usize>(items: [[u8; N]; 6]) -> Vec<u8> {
        items.concat()
    }
    vec![
        (0x08, vec![0, 1, 127, 128, 254, 255], vec![0.0, 1.0, 127.0, 128.0, 254.0, 255.0]),
        (0x09, vec![0, 1, 127, 128, 254, 255], vec![0.0, 1.0, 127.0, -128.0, -2.0, -1.0]),
        (
            0x0b,
            bytes([0, 1, -2, 300, i16::MIN, i16::MAX].map(i16::to_be_bytes)),
            vec![0.0, 1.0, -2.0, 300.0, -32768.0, 32767.0],
        ),
        (
            0x0c,
            bytes([0, 1, -2, 70_000, i32::MIN, i32::MAX].map(i32::to_be_bytes)),
            vec![0.0, 1.0, -2.0, 70_000.0, -2_147_483_648.0, 2_147_483_647.0],
        ),
        (
            0x0d,
            bytes([0.0, 1.5, -2.25, 1e10, 0.1, f32::MIN_POSITIVE].map(f32::to_be_bytes)),
            vec![0.0, 1.5, -2.25, 1e10, f64::from(0.1_f32), f64::from(f32::MIN_POSITIVE)],
        ),
        (
            0x0e,
            bytes([0.0, 1.5, -2.25, 1e100, 0.1, f64::MIN_POSITIVE].map(f64::to_be_bytes)),
            vec![0.0, 1.5, -2.25, 1e100, 0.1, f64::MIN_POSITIVE],
        ),
    ]
}

/// A file of this type and these sizes.
fn idx(code: u8, sizes: &[u32], elements: &[u8]) -> Vec<u8> {
    let sizes_bytes: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
    [&[0, 0, code, sizes.len() as u8], sizes_bytes.as_slice(), elements].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// [`SMALL`] on `images` and `labels` in a folder, with more lines in its problem.
fn spec(folder: &Path, more: &str) -> Spec {
    let problem = format!("kind = \"idx\"\nimages = \"images\"\nlabels = \"labels\"\nscale = \"none\"\n{more}");
    let text = SMALL.replacen("kind = \"moons\"\nsamples = 100\nnoise = 0.2", &problem, 1);
    Spec::parse("small.toml", &text.replace("batch = 16", "batch = 1\nprecision = \"f64\""), folder, &[]).unwrap()
}

/// The examples of a data set, sorted: features, and the name of the class.
fn examples(data: &Dataset<Features>) -> Vec<(Vec<f64>, String)> {
    let Targets::Classes { labels, classes } = &data.targets else { panic!("labels are classes") };
    let features = data.features.to_f64();
    let example = |(row, label): (&[f64], &u32)| (row.to_vec(), classes[*label as usize].clone());
    let mut examples: Vec<_> = features.chunks_exact(data.inputs).zip(labels).map(example).collect();
    examples.sort_by(|a, b| a.partial_cmp(b).unwrap());
    examples
}

#[test]
fn every_type_of_element_reads_back_plain_and_compressed() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    let labels = idx(0x09, &[3], &[7, 255, 10]);
    let mut seen = Vec::new();
    for (code, bytes, numbers) in every_type() {
        let images = idx(code, &[3, 2, 1], &bytes);
        let mut expected: Vec<_> =
            numbers.chunks(2).map(<[f64]>::to_vec).zip(["7", "-1", "10"].map(str::to_owned)).collect();
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let mut keys = Vec::new();
        for (images, labels) in [(&images, &labels), (&gzip(&images), &labels), (&images, &gzip(&labels))] {
            write("images", images);
            write("labels", labels);
            let spec = spec(folder.path(), "test_fraction = 0");
            let data = Splits::load(&spec).unwrap();
            assert_eq!((data.train.inputs, data.test.len()), (2, 0));
            assert_eq!(examples(&data.train), expected, "type {code}");
            let Targets::Classes { classes, .. } = &data.train.targets else { panic!("labels are classes") };
            assert_eq!(*classes, ["-1", "7", "10"]);
            keys.push(plan(&spec).unwrap().trials.keys()[0]);
        }
        // Compression changes no number, and so no key.
        assert!(keys.iter().all(|key| *key == keys[0]));
        assert!(!seen.contains(&keys[0]));
        seen.push(keys[0]);
    }
}

#[test]
fn a_test_split_of_its_own_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("images", &idx(0x08, &[4, 1, 2], &[0, 1, 2, 3, 4, 5, 6, 7]));
    write("labels", &idx(0x08, &[4], &[0, 1, 0, 1]));
    write("test_images", &gzip(&idx(0x08, &[2, 1, 2], &[9, 8, 7, 6])));
    write("test_labels", &idx(0x08, &[2], &[3, 0]));
    let own = "test_images = \"test_images\"\ntest_labels = \"test_labels\"\n";
    let spec = spec(folder.path(), &format!("{own}validation_fraction = 0.25"));
    assert!(spec.problem.has_test());
    let data = Splits::load(&spec).unwrap();
    assert_eq!((data.train.len(), data.validation.len(), data.test.len()), (3, 1, 2));
    assert_eq!(data.test.features.to_f64(), [9.0, 8.0, 7.0, 6.0]);
    let classes = ["0", "1", "3"].map(str::to_owned).to_vec();
    assert_eq!(data.test.targets, Targets::Classes { labels: vec![2, 0], classes });
    // What is tested on is part of what a trial's numbers depend on.
    let key = |spec: &Spec| plan(spec).unwrap().trials.keys()[0];
    let before = key(&spec);
    write("test_images", &idx(0x08, &[2, 1, 2], &[9, 8, 7, 5]));
    assert_ne!(key(&spec), before);
    write("test_images", &idx(0x08, &[2, 2], &[9, 8, 7, 5]));
    let error = Splits::load(&spec).unwrap_err().to_string();
    assert!(error.contains("`problem.test_images`: examples of the sizes [2], but those to train on have [1, 2]"));
}

fn error(folder: &Path, images: &[u8], labels: &[u8]) -> InputError {
    fs::write(folder.join("images"), images).unwrap();
    fs::write(folder.join("labels"), labels).unwrap();
    Splits::load(&spec(folder, "")).unwrap_err()
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Splits::load(&spec(folder.path(), "")).unwrap_err().to_string();
    assert!(missing.contains("small.toml:5:10: `problem.images`: cannot read"), "{missing}");
    let (images, labels) = (idx(0x08, &[2, 2], &[1, 2, 3, 4]), idx(0x08, &[2], &[0, 1]));
    let with = |at: usize, byte: u8| {
        let mut images = images.clone();
        images[at] = byte;
        images
    };
    let nan = idx(0x0e, &[2, 1], &[1.0, f64::NAN].map(f64::to_be_bytes).concat());
    let huge = idx(0x08, &[u32::MAX, u32::MAX, u32::MAX], &[]);
    let cases: [(&[u8], &[u8], &str); 18] = [
        (
            &[],
            &labels,
            "5:10: `problem.images`: images: the file is truncated: 4 bytes of the header expected, 0 found",
        ),
        (&images[..1], &labels, "4 bytes of the header expected, 1 found"),
        (&images[..9], &labels, "8 bytes of the sizes expected, 5 found"),
        (&images[..15], &labels, "4 bytes of elements expected, 3 found"),
        (&[images.as_slice(), &[0]].concat(), &labels, "the file goes on after the 4 elements of its header"),
        (b"P5 28 28", &labels, "not an IDX file: it starts with the bytes [50, 35, 20, 32]"),
        (&with(2, 0x0a), &labels, "not an IDX file"),
        (&with(3, 0), &labels, "not an IDX file"),
        (&huge, &labels, "are more than 2000000000 elements"),
        (&gzip(&images)[..20], &labels, "`problem.images`: images: cannot be read"),
        (&[0x1f, 0x8b, 1, 2, 3], &labels, "`problem.images`: images: cannot be read"),
        (&nan, &labels, "element 1 is not a finite number"),
        (&idx(0x08, &[0, 2], &[]), &idx(0x08, &[0], &[]), "there are no examples in an array of the sizes [0, 2]"),
        (&images, &idx(0x08, &[3], &[0, 1, 1]), "6:10: `problem.labels`: labels: 3 labels for 2 examples"),
        (&images, &idx(0x08, &[2, 1], &[0, 1]), "expected an integer an example, found integers in an array of the"),
        (&images, &idx(0x0d, &[2], &[0; 8]), "expected an integer an example, found floating-point numbers"),
        (&images, &idx(0x08, &[2], &[5, 5]), "expected at least two classes, found only [5]"),
        (&images, &labels[..9], "`problem.labels`: labels: the file is truncated"),
    ];
    for (images, labels, expected) in cases {
        let said = error(folder.path(), images, labels).to_string();
        assert!(said.contains(expected), "expected {expected:?} in {said:?}");
    }
}
