//! Files that Python's safetensors wrote, and files of ours that it has read.

use std::fs;

use thalweg::network::{Architecture, tensors};
use thalweg::record::Precision;
use thalweg::spec::Named;
use thalweg_kernels::{activation::Activation, loss::Loss};

use super::reference;

const PRECISIONS: [Precision; 2] = [Precision::F32, Precision::F64];

/// The network 3-4-2 of the reference files.
fn architecture() -> Architecture {
    Architecture::new(&[3, 4, 2], true, Activation::named("relu").unwrap(), Loss::named("mse").unwrap())
}

/// Its parameters: -1/7, 2/7, -3/7, …, in f64, rounded to the precision.
fn parameters(precision: Precision) -> Vec<f64> {
    let exact = (1..=26).map(|k| f64::from(if k % 2 == 0 { k } else { -k }) / 7.0);
    match precision {
        Precision::F32 => exact.map(|x| f64::from(x as f32)).collect(),
        Precision::F64 => exact.collect(),
    }
}

#[test]
fn what_python_wrote_is_read() {
    for precision in PRECISIONS {
        let file = fs::read(reference().join(format!("tensors_python_{}.safetensors", precision.name()))).unwrap();
        assert_eq!(tensors::from_bytes(&architecture(), precision, &file).unwrap(), parameters(precision));
    }
    // F32 becomes f64 as it is.
    let file = fs::read(reference().join("tensors_python_f32.safetensors")).unwrap();
    let read = tensors::from_bytes(&architecture(), Precision::F64, &file).unwrap();
    assert_eq!(read, parameters(Precision::F32));
}

/// `tensors_python.py --check` has read these files, and found the same numbers.
#[test]
fn what_python_has_read_is_what_is_written() {
    for precision in PRECISIONS {
        let path = reference().join(format!("tensors_thalweg_{}.safetensors", precision.name()));
        let bytes = tensors::to_bytes(&architecture(), precision, &parameters(precision));
        assert_eq!(fs::read(path).unwrap(), bytes, "{precision:?}");
        assert_eq!(tensors::from_bytes(&architecture(), precision, &bytes).unwrap(), parameters(precision));
    }
}

/// Writes the files anew, for Python to check.
#[test]
#[ignore = "writes reference files"]
fn write_the_tensors() {
    for precision in PRECISIONS {
        let path = reference().join(format!("tensors_thalweg_{}.safetensors", precision.name()));
        fs::write(path, tensors::to_bytes(&architecture(), precision, &parameters(precision))).unwrap();
    }
}
