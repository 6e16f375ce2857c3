//! The shape of a sweep's networks.

use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::{self, Loss};

use super::Initial;
use crate::data::Features;
use crate::dataset::Task;
use crate::dataset::{Dataset, Targets};
use crate::network::{Architecture, Parameterisation};
use crate::spec::{self, InputError, Spec, suiting};

/// The most parameters of a network.
pub const MAX_PARAMETERS: u64 = 1_000_000_000;

/// The most outputs of a network.
pub const MAX_OUTPUTS: usize = 65_536;

/// The shape of a sweep's networks; the same for all trials of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Units of each layer, inputs first, outputs last.
    pub layers: Vec<usize>,
    /// Whether units have biases.
    pub bias: bool,
    /// The function of hidden units.
    pub activation: Activation,
    /// How the size of a layer enters what it computes.
    pub parameterisation: Parameterisation,
    /// A factor on the products of hidden layers.
    pub gain: f64,
    /// Where weights and biases start.
    pub init: Initial,
    /// What training minimises.
    pub loss: Loss,
    /// What networks are judged by on validation and test examples.
    pub test_loss: Loss,
    /// Weights and biases.
    pub parameters: u64,
}

impl Shape {
    /// The shape of a spec's networks for this data: the inputs are its features, the outputs what the loss needs.
    ///
    /// # Errors
    ///
    /// If the loss is not one for this number of classes, or there are too many outputs or parameters, or a file
    /// of weights is not one of such a network.
    pub fn new(spec: &Spec, network: &spec::Network, data: &Dataset<Features>) -> Result<Self, InputError> {
        let classes = data.targets.classes().unwrap_or(0);
        let loss = network.loss.unwrap_or_else(|| *suiting(spec.problem.task(), classes));
        let test_loss = network.test_loss.unwrap_or(loss);
        if test_loss.task != loss.task {
            let message = format!("{} and {} are of networks with other outputs", test_loss.name, loss.name);
            return Err(spec.error("network.test_loss", message));
        }
        let outputs = match (&data.targets, loss.task) {
            (Targets::Values { outputs, .. }, _) => *outputs,
            (Targets::Classes { .. }, loss::Task::Binary) if classes == 2 => 1,
            (Targets::Classes { .. }, loss::Task::Binary) => {
                let message = format!("binary cross-entropy is for two classes, but there are {classes}");
                return Err(spec.error("network.loss", message).with_help("use \"softmax-cross-entropy\""));
            }
            (Targets::Classes { .. }, _) => classes,
        };
        if outputs > MAX_OUTPUTS {
            let error = spec.error("problem.target", format!("{outputs} classes are more than {MAX_OUTPUTS}"));
            return Err(if spec.problem.task() == Task::Classification {
                error.with_help("is it a number to predict? then task = \"regression\"")
            } else {
                error
            });
        }
        let mut layers = vec![data.inputs];
        layers.extend(&network.hidden);
        layers.push(outputs);
        let parameters = count_parameters(&layers, network.bias);
        match parameters.filter(|&parameters| parameters <= MAX_PARAMETERS) {
            Some(parameters) => {
                let &spec::Network { bias, activation, parameterisation, gain, .. } = network;
                let init = Initial::load(spec, &network.init, &Architecture::new(&layers, bias, &activation, &loss))?;
                Ok(Self { layers, bias, activation, parameterisation, gain, init, loss, test_loss, parameters })
            }
            None => {
                let count = parameters.map_or_else(|| "more than 2⁶⁴".to_owned(), |count| count.to_string());
                Err(spec.error("network.hidden", format!("{count} parameters are more than {MAX_PARAMETERS}")))
            }
        }
    }

    /// The networks, and where their parameters stand.
    pub fn architecture(&self) -> Architecture {
        Architecture::new(&self.layers, self.bias, &self.activation, &self.loss)
            .parameterised(self.parameterisation, self.gain)
            .judged_by(&self.test_loss)
    }

    /// The initial weights and biases, if they come from a file.
    pub fn loaded(&self) -> Option<&[f64]> {
        if let Initial::Loaded { parameters, .. } = &self.init { Some(parameters) } else { None }
    }

    /// Units of the last layer.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1]
    }

    /// Floating-point operations of the matrix products for one example of a step.
    pub fn flops_per_example(&self) -> u64 {
        let products = |layer: usize| if layer == 0 { 2 } else { 3 };
        let flops = |(layer, pair): (usize, &[usize])| 2 * products(layer) * (pair[0] * pair[1]) as u64;
        self.layers.windows(2).enumerate().map(flops).sum()
    }
}

fn count_parameters(layers: &[usize], bias: bool) -> Option<u64> {
    layers.windows(2).try_fold(0_u64, |sum, pair| {
        let inputs = (pair[0] as u64).checked_add(u64::from(bias))?;
        sum.checked_add(inputs.checked_mul(pair[1] as u64)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_operations_of_a_small_network() {
        let layers = vec![64, 32, 10];
        let parameters = count_parameters(&layers, true).unwrap();
        assert_eq!(parameters, 64 * 32 + 32 + 32 * 10 + 10);
        assert_eq!(count_parameters(&layers, false), Some(64 * 32 + 32 * 10));
        assert_eq!(count_parameters(&[usize::MAX, 2], true), None);
        let activation = *Activation::named("relu").unwrap();
        let init = Initial::Drawn(crate::network::Initializer::Zeros);
        let (parameterisation, gain) = (Parameterisation::Ntk, 2.0);
        let loss = *loss::ALL[0];
        let shape =
            Shape { layers, bias: true, activation, parameterisation, gain, init, loss, test_loss: loss, parameters };
        assert_eq!(shape.flops_per_example(), 2 * (2 * 64 * 32 + 3 * 32 * 10));
    }
}
