//! How much memory examples take.

use crate::dataset::Targets;
use crate::dataset::{Dataset, Generated};
use crate::spec::{RandomTargets, Source};

/// The size of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Examples.
    pub examples: u64,
    /// Features of an example.
    pub inputs: u64,
    /// Numbers to predict; none where it is a class.
    pub outputs: Option<u64>,
    /// Bytes of what the examples are made from.
    pub made_from: u64,
    /// Whether features are drawn, or read, where they are needed, and never all in f64.
    pub is_drawn: bool,
}

impl Size {
    /// The size of the examples that a source makes, before they are made; nothing for files and landscapes.
    pub fn of(source: &Source) -> Self {
        match source {
            Source::Generated(generated) => Self::of_generated(generated),
            Source::Gaussian(cloud) | Source::Uniform(cloud) => {
                let outputs = match cloud.targets {
                    RandomTargets::Classes(_) => None,
                    RandomTargets::Outputs(outputs) => Some(outputs as u64),
                };
                Self {
                    examples: cloud.samples as u64,
                    inputs: cloud.inputs as u64,
                    outputs,
                    made_from: 0,
                    is_drawn: true,
                }
            }
            Source::Teacher(teacher) => {
                let widths = [&[teacher.inputs], teacher.hidden.as_slice(), &[teacher.outputs]].concat();
                let product = |pair: &[usize]| (pair[0] as u64).saturating_mul(8 * pair[1] as u64);
                let made_from = widths.windows(2).map(product).fold(0, u64::saturating_add);
                let (examples, inputs) = (teacher.samples as u64, teacher.inputs as u64);
                Self { examples, inputs, outputs: Some(teacher.outputs as u64), made_from, is_drawn: false }
            }
            Source::Csv { .. } | Source::Idx(_) | Source::Landscape(_) => Self::default(),
        }
    }

    fn of_generated(generated: &Generated) -> Self {
        /// A few examples show how wide they are.
        const FEW: f64 = 1_000.0;
        let count = generated.value("samples").unwrap_or(0.0);
        let classes = generated.generator.classes.and_then(|name| generated.value(name)).unwrap_or(0.0);
        let (inputs, outputs) = match generated.value("inputs") {
            Some(inputs) if classes > 0.0 => (inputs as u64, None),
            Some(inputs) => (inputs as u64, Some(1)),
            None => {
                let mut few = generated.clone();
                few.set("samples", count.min(FEW.max(classes)));
                let few = Self::of_dataset(&few.dataset(0));
                (few.inputs, few.outputs)
            }
        };
        Self { examples: count as u64, inputs, outputs, made_from: 8 * classes as u64 * inputs, is_drawn: false }
    }

    /// The size of these examples.
    pub fn of_dataset<F>(data: &Dataset<F>) -> Self {
        let outputs = match &data.targets {
            Targets::Classes { .. } => None,
            Targets::Values { outputs, .. } => Some(*outputs as u64),
        };
        Self { examples: data.len() as u64, inputs: data.inputs as u64, outputs, made_from: 0, is_drawn: false }
    }

    /// The bytes of the examples, with features of so many bytes.
    pub fn bytes(&self, feature: u64) -> u64 {
        let each = self.inputs.saturating_mul(feature).saturating_add(self.outputs.map_or(4, |outputs| 8 * outputs));
        each.saturating_mul(self.examples)
    }

    /// The bytes that are needed to make or read the examples and to split them: their features as they are made, or in
    /// place of these twice as they are rounded; the targets twice; and an order.
    pub fn loading(&self, feature: u64) -> u64 {
        let made = if self.is_drawn { self.bytes(feature) } else { self.bytes(8).max(2 * self.bytes(feature)) };
        let targets = self.bytes(0);
        made.saturating_add(targets).saturating_add(4 * self.examples).saturating_add(self.made_from)
    }
}
