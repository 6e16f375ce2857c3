//! Where the weights of a sweep's networks start.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use crate::network::{Architecture, Initializer, tensors};
use crate::spec::{Init, InputError, Spec};

/// Where the weights of a sweep's networks start.
#[derive(Clone, Debug, PartialEq)]
pub enum Initial {
    /// Weights are drawn, from each trial's `init_seed`; biases start at zero.
    Drawn(Initializer),
    /// All networks start from the parameters in a file.
    Loaded {
        /// The parameters.
        parameters: Arc<[f64]>,
        /// The BLAKE3 hash of the file.
        content: blake3::Hash,
    },
}

impl Initial {
    /// What a spec asks for; reads its file, if there is one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not of such a network.
    pub(super) fn load(spec: &Spec, init: &Init, architecture: &Architecture) -> Result<Self, InputError> {
        let path = match init {
            Init::Drawn(initializer) => return Ok(Self::Drawn(*initializer)),
            Init::File(path) => path,
        };
        let error = |message: String| spec.error("network.init.file", message);
        let full = spec.folder().join(path);
        let bytes = read(&full, tensors::most_bytes(architecture)).map_err(|cause| {
            error(format!("cannot read {}: {cause}", full.display()))
                .with_help("paths start from the folder of the spec")
        })?;
        let parameters =
            tensors::from_bytes(architecture, spec.train.precision, &bytes).map_err(|(message, help)| {
                let error = error(format!("{path}: {message}"));
                if let Some(help) = help { error.with_help(help) } else { error }
            })?;
        Ok(Self::Loaded { parameters: parameters.into(), content: blake3::hash(&bytes) })
    }
}

/// The bytes of a file, which may have at most `most`.
fn read(path: &std::path::Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other("it is larger than the weights of the network"));
    }
    Ok(bytes)
}
