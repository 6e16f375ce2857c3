//! What draws the figures of a sweep. It stands above the sweep, which knows this much of it.

use std::fmt::Debug;
use std::path::Path;

use super::{DrawError, Plan};
use crate::spec::{InputError, Spec};

/// What draws figures from the tables of a sweep.
pub trait Figures: Debug + Sync {
    /// Checks that the figures of a spec can be drawn, as far as that is known before any trial; `home` is the folder of
    /// the results. Returns warnings about those that will say nothing.
    ///
    /// # Errors
    ///
    /// The first figure that cannot, with its place in the spec.
    fn check(&self, spec: &Spec, plan: &Plan, home: &Path) -> Result<Vec<InputError>, InputError>;

    /// The names of their files, from the folder of the results.
    fn files(&self, spec: &Spec) -> Vec<String>;

    /// Draws them from the tables in `folder`, each that can be drawn.
    fn draw(&self, spec: &Spec, folder: &Path, steps_per_epoch: u64) -> Drawn;

    /// The steps of an epoch, if the manifest has to keep them so that figures can be drawn again.
    fn kept_steps_per_epoch(&self, spec: &Spec, steps_per_epoch: u64) -> Option<u64>;
}

/// What came of drawing figures.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The paths of the SVG files from their folder.
    pub files: Vec<String>,
    /// Why other figures are missing.
    pub failures: Vec<DrawError>,
}

impl Drawn {
    /// All failures as one, if there are any.
    ///
    /// # Errors
    ///
    /// [`DrawError::Undrawn`].
    pub fn complete(self) -> Result<(), DrawError> {
        let failures = self.failures;
        if failures.is_empty() { Ok(()) } else { Err(DrawError::Undrawn { failures }) }
    }
}
