//! The parameters of a network as a [safetensors](https://github.com/huggingface/safetensors) file.
//!
//! Layer n, counted from 0, has the tensors `layers.n.weight` of shape (outputs, inputs), row by row, and, if units
//! have biases, `layers.n.bias` of shape (outputs): what PyTorch's `Linear` holds. They are the parameters that are
//! trained: the factors of a [`Parameterisation`](super::Parameterisation) are not in them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use safetensors::{Dtype, SafeTensors, View};

use super::Architecture;
use thalweg_record::nearest;
use thalweg_record::record::Precision;

/// The most bytes of a file's description of its tensors: for metadata, and for each tensor.
const METADATA: u64 = 1 << 20;
const DESCRIPTION: u64 = 1 << 10;

/// A tensor of a network.
struct Tensor {
    name: String,
    shape: Vec<usize>,
    /// Its place among the parameters.
    range: Range<usize>,
}

fn tensors(architecture: &Architecture) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (index, layer) in architecture.layers().iter().enumerate() {
        let name = |what: &str| format!("layers.{index}.{what}");
        let shape = vec![layer.outputs, layer.inputs];
        tensors.push(Tensor { name: name("weight"), shape, range: layer.weights.clone() });
        if !layer.bias.is_empty() {
            tensors.push(Tensor { name: name("bias"), shape: vec![layer.outputs], range: layer.bias.clone() });
        }
    }
    tensors
}

fn dtype(precision: Precision) -> Dtype {
    match precision {
        Precision::F32 => Dtype::F32,
        Precision::F64 => Dtype::F64,
    }
}

/// A tensor on its way to a file.
struct Source<'a> {
    shape: Vec<usize>,
    precision: Precision,
    numbers: &'a [f64],
}

impl View for Source<'_> {
    fn dtype(&self) -> Dtype {
        dtype(self.precision)
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(match self.precision {
            Precision::F32 => self.numbers.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect(),
            Precision::F64 => self.numbers.iter().flat_map(|x| x.to_le_bytes()).collect(),
        })
    }

    fn data_len(&self) -> usize {
        self.numbers.len() * bytes_of(self.precision)
    }
}

fn bytes_of(precision: Precision) -> usize {
    match precision {
        Precision::F32 => 4,
        Precision::F64 => 8,
    }
}

/// The file of a network's parameters, which are numbers of the precision. The same parameters give the same bytes:
/// tensors stand in the order of their names, and the metadata are `format = "pt"`, by which loaders know PyTorch's
/// layout.
///
/// # Panics
///
/// If these are not the parameters of the architecture.
#[track_caller]
pub fn to_bytes(architecture: &Architecture, precision: Precision, parameters: &[f64]) -> Vec<u8> {
    assert_eq!(parameters.len(), architecture.parameters(), "a network has its parameters");
    let source = |Tensor { name, shape, range }| (name, Source { shape, precision, numbers: &parameters[range] });
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize(tensors(architecture).into_iter().map(source), Some(metadata))
        .expect("tensors have as many numbers as their shapes say")
}

/// The most bytes that the file of a network may have, whichever of the two precisions it is in.
pub fn most_bytes(architecture: &Architecture) -> u64 {
    METADATA + DESCRIPTION * tensors(architecture).len() as u64 + 8 * architecture.parameters() as u64
}

/// What is wrong with a file, and advice, if there is any.
pub type Mismatch = (String, Option<String>);

/// The parameters in a file, which must have the tensors of the architecture, all of them and no others, in F64 or F32.
/// F32 becomes f64 exactly; F64 for networks in f32 is refused, as numbers would be lost.
///
/// # Errors
///
/// If it is not a safetensors file, or a tensor is missing, is not known, has another shape or type, or holds a number
/// that is not finite.
pub fn from_bytes(architecture: &Architecture, precision: Precision, bytes: &[u8]) -> Result<Vec<f64>, Mismatch> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| (format!("not a safetensors file, or a part of one: {error}"), None))?;
    let tensors = tensors(architecture);
    let mut present = file.names();
    present.sort_unstable();
    let mut parameters = vec![0.0; architecture.parameters()];
    for tensor in &tensors {
        let numbers = read(&file, &present, tensor, precision)?;
        parameters[tensor.range.clone()].copy_from_slice(&numbers);
    }
    if let Some(name) = present.iter().find(|name| tensors.iter().all(|tensor| tensor.name != **name)) {
        let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        let help = format!("the network has {}", few(&names));
        return Err((format!("unexpected tensor `{name}`: the network has no such parameters"), Some(help)));
    }
    Ok(parameters)
}

/// The units of each layer of the network in a file, inputs first, by the shapes of its weights.
///
/// # Errors
///
/// If it is not a safetensors file, or its weights are not those of layers one after another.
pub fn units(bytes: &[u8]) -> Result<Vec<usize>, Mismatch> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| (format!("not a safetensors file, or a part of one: {error}"), None))?;
    let mut units = Vec::new();
    while let Ok(view) = file.tensor(&format!("layers.{}.weight", units.len().saturating_sub(1))) {
        match (view.shape(), units.last()) {
            (&[outputs, inputs], None) if inputs > 0 && outputs > 0 => units.extend([inputs, outputs]),
            (&[outputs, inputs], Some(last)) if inputs == *last && outputs > 0 => units.push(outputs),
            (shape, _) => {
                let name = format!("layers.{}.weight", units.len().saturating_sub(1));
                return Err((
                    format!("tensor `{name}` has the shape {shape:?}, which does not follow the one before"),
                    None,
                ));
            }
        }
    }
    if units.is_empty() { Err(("no tensor `layers.0.weight`".to_owned(), None)) } else { Ok(units) }
}

/// The numbers of one tensor.
fn read(file: &SafeTensors<'_>, present: &[&str], tensor: &Tensor, precision: Precision) -> Result<Vec<f64>, Mismatch> {
    let Tensor { name, shape, .. } = tensor;
    let Ok(view) = file.tensor(name) else {
        let near = nearest(name, present.iter().copied()).map(|near| format!("did you mean `{near}`? "));
        let help = format!("{}the file has {}", near.unwrap_or_default(), few(present));
        return Err((format!("no tensor `{name}`, of shape {shape:?}"), Some(help)));
    };
    if view.shape() != shape {
        let found = view.shape();
        let transposed = shape.len() == 2 && found.iter().rev().eq(shape);
        let help = transposed.then(|| "a weight has one row per output: is it transposed?".to_owned());
        return Err((format!("tensor `{name}` has the shape {found:?}, expected {shape:?}"), help));
    }
    let numbers: Vec<f64> = match (view.dtype(), precision) {
        (Dtype::F32, _) => view.data().as_chunks().0.iter().map(|x| f64::from(f32::from_le_bytes(*x))).collect(),
        (Dtype::F64, Precision::F64) => view.data().as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect(),
        (Dtype::F64, Precision::F32) => {
            let help = "set train.precision = \"f64\", or write the file in F32".to_owned();
            return Err((format!("tensor `{name}` is F64, of which f32 would lose digits"), Some(help)));
        }
        (other, _) => return Err((format!("tensor `{name}` is {other:?}, expected F32 or F64"), None)),
    };
    match numbers.iter().position(|number| !number.is_finite()) {
        Some(at) => Err((format!("tensor `{name}`: number {at} is {}", numbers[at]), None)),
        None => Ok(numbers),
    }
}

/// Some names as a list.
fn few(names: &[&str]) -> String {
    const FEW: usize = 24;
    match names.len() {
        0 => "no tensors".to_owned(),
        count if count > FEW => format!("{}, … ({count} in all)", names[..FEW].join(", ")),
        _ => names.join(", "),
    }
}
