//! Tables, arrays and weights that specs name.

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use thalweg::data::{IdxFile, parse_csv};
use thalweg::dataset::Task;
use thalweg::network::{Architecture, tensors};
use thalweg::random::Stream;
use thalweg::record::Precision;
use thalweg_kernels::{activation::Activation, loss};

use crate::mutation::{below, mutated, mutated_text, pick};
use crate::{look_at, try_all};

pub const TABLES: [&str; 4] = [
    "x,y,class\n1,2,a\n3,4,b\n-1,0.5,a\n2,2,b\n1e-3,7,a\n0,0,b\n5,4,a\n3,3,b\n",
    "\u{feff}\"x\",\"class\"\r\n\"1\", 2.5 \r\n\r\n3,1e-3\r\n4,1\r\n5,2.5\r\n",
    "a,b,c,class\n1,1,1,0\n2,2,2,1\n3,3,3,2\n4,4,4,0\n5,5,5,1\n6,6,6,2\n",
    "class,x\n0,1\n1,1\n0,1\n1,1\n",
];

#[test]
fn csv() {
    try_all("csv", 1, |random| {
        let table = *pick(random, &TABLES);
        let text = mutated_text(random, table);
        for task in [Task::Classification, Task::Regression] {
            match parse_csv("fuzz.csv", &text, "class", task) {
                Err(error) => look_at(error),
                Ok(data) => {
                    assert_eq!(data.features.len(), data.len() * data.inputs);
                    assert!(data.features.iter().all(|x| x.is_finite()));
                }
            }
        }
    });
}

/// An IDX file, perhaps compressed, and perhaps in several members.
pub fn idx(random: &mut Stream, sizes: &[u32]) -> Vec<u8> {
    let (code, bytes) = *pick(random, &[(8, 1), (8, 1), (9, 1), (11, 2), (12, 4), (13, 4), (14, 8)]);
    let count = sizes.iter().product::<u32>() as usize * bytes;
    let size_bytes = sizes.iter().flat_map(|size| size.to_be_bytes()).collect::<Vec<u8>>();
    let mut element = |at: usize| if at % bytes == bytes - 1 { random.below(3) as u8 } else { 0 };
    let elements: Vec<u8> = (0..count).map(&mut element).collect();
    let plain = [&[0, 0, code, sizes.len() as u8], size_bytes.as_slice(), &elements].concat();
    match random.below(3) {
        0 => plain,
        1 => gzip(&plain),
        _ => {
            let (first, second) = plain.split_at(below(random, plain.len() + 1));
            [gzip(first), gzip(second)].concat()
        }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes everything")
}

#[test]
fn arrays() {
    try_all("arrays", 1, |random| {
        let whole = idx(random, &[4, 2, 3]);
        let bytes = mutated(random, &whole);
        let file = IdxFile::open(Cursor::new(bytes));
        // A header may tell of more than there is.
        let small = file.and_then(|file| {
            let count: usize = file.sizes().iter().product();
            if count < 1 << 24 { file.read(&mut [&mut blake3::Hasher::new()]) } else { Err("large".to_owned()) }
        });
        match small {
            Ok(elements) => assert_eq!(elements.numbers.len(), elements.sizes.iter().product::<usize>()),
            Err(message) => assert!(!message.is_empty() && message.len() < 4_000, "{message}"),
        }
    });
}

#[test]
fn weights() {
    let activation = *Activation::named("tanh").expect("it is in the list");
    let architecture = Architecture::new(&[2, 3, 1], true, &activation, loss::ALL[0]);
    let parameters: Vec<f64> = (0..architecture.parameters()).map(|at| at as f64 / 8.0).collect();
    try_all("weights", 1, |random| {
        let [written, read] = [(); 2].map(|()| *pick(random, &[Precision::F32, Precision::F64]));
        let bytes = mutated(random, &tensors::to_bytes(&architecture, written, &parameters));
        match tensors::from_bytes(&architecture, read, &bytes) {
            Ok(found) => assert_eq!(found.len(), parameters.len()),
            Err((message, _)) => assert!(!message.is_empty()),
        }
    });
}
