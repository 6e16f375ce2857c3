//! Where the weights of a sweep's networks start.

use std::sync::Arc;

use crate::data::InputFile;
use crate::input;
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
        /// The file.
        file: InputFile,
    },
}

impl Initial {
    /// The file, if there is one.
    pub(super) fn file(&self) -> Option<&InputFile> {
        if let Self::Loaded { file, .. } = self { Some(file) } else { None }
    }

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
        let read = |(file, _)| input::read(file, tensors::most_bytes(architecture));
        let bytes = input::open(&full).and_then(read).map_err(|cause| {
            error(format!("cannot read {}: {cause}", full.display()))
                .with_help("paths start from the folder of the spec")
        })?;
        let parameters =
            tensors::from_bytes(architecture, spec.train.precision, &bytes).map_err(|(message, help)| {
                let error = error(format!("{path}: {message}"));
                if let Some(help) = help { error.with_help(help) } else { error }
            })?;
        let file = InputFile { name: path.clone(), hash: blake3::hash(&bytes) };
        Ok(Self::Loaded { parameters: parameters.into(), file })
    }
}
