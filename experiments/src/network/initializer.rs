//! Initial weights.

use crate::network::Architecture;
use crate::random::Stream;

/// A distribution of initial weights. Biases start at zero.
///
/// Sources: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998; Glorot and Bengio, Understanding the difficulty of
/// training deep feedforward neural networks, 2010; He, Zhang, Ren and Sun, arXiv:1502.01852.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// All weights zero.
    Zeros,
    /// Normal with this standard deviation.
    Normal(f64),
    /// Normal with variance `gain` / fan.
    ScaledNormal {
        /// 1 for LeCun and Glorot, 2 for He.
        gain: f64,
        /// What the variance is scaled by.
        fan: Fan,
    },
    /// Uniform on ±√(3 · `gain` / fan), which has the same variance.
    ScaledUniform {
        /// 1 for LeCun and Glorot, 2 for He.
        gain: f64,
        /// What the variance is scaled by.
        fan: Fan,
    },
}

/// What an initializer divides the variance by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// The layer's inputs.
    In,
    /// The mean of its inputs and outputs.
    Average,
}

/// Every initializer, with its name in specs and its formula; `normal` takes its standard deviation from `init_scale`.
pub static ALL: &[(&str, &str, Initializer)] = &[
    ("zeros", "0", Initializer::Zeros),
    ("normal", "N(0, init_scale²)", Initializer::Normal(1.0)),
    ("lecun-normal", "N(0, 1/fan_in)", Initializer::ScaledNormal { gain: 1.0, fan: Fan::In }),
    ("lecun-uniform", "U(±√(3/fan_in))", Initializer::ScaledUniform { gain: 1.0, fan: Fan::In }),
    ("glorot-normal", "N(0, 2/(fan_in + fan_out))", Initializer::ScaledNormal { gain: 1.0, fan: Fan::Average }),
    ("glorot-uniform", "U(±√(6/(fan_in + fan_out)))", Initializer::ScaledUniform { gain: 1.0, fan: Fan::Average }),
    ("he-normal", "N(0, 2/fan_in)", Initializer::ScaledNormal { gain: 2.0, fan: Fan::In }),
    ("he-uniform", "U(±√(6/fan_in))", Initializer::ScaledUniform { gain: 2.0, fan: Fan::In }),
];

impl Initializer {
    /// Its name in specs.
    pub fn name(self) -> &'static str {
        let own = |other: Self| match self {
            Self::Normal(_) => matches!(other, Self::Normal(_)),
            _ => self == other,
        };
        ALL.iter().find(|(.., other)| own(*other)).map_or("", |(name, ..)| name)
    }

    /// Draws the parameters of one trial from the stream `init` of its seed, layer by layer, each layer's weights in
    /// the order `[output][input]`, and hands them over one by one.
    pub fn draw(self, architecture: &Architecture, seed: u64, mut set: impl FnMut(usize, f64)) {
        let mut stream = Stream::new("init", seed);
        for layer in architecture.layers() {
            let variance = |gain: f64, fan: Fan| match fan {
                Fan::In => gain / layer.inputs as f64,
                Fan::Average => 2.0 * gain / (layer.inputs + layer.outputs) as f64,
            };
            for parameter in layer.weights.clone() {
                let weight = match self {
                    Self::Zeros => 0.0,
                    Self::Normal(scale) => scale * stream.normal(),
                    Self::ScaledNormal { gain, fan } => variance(gain, fan).sqrt() * stream.normal(),
                    Self::ScaledUniform { gain, fan } => {
                        (3.0 * variance(gain, fan)).sqrt() * (2.0 * stream.uniform() - 1.0)
                    }
                };
                set(parameter, weight);
            }
            layer.bias.clone().for_each(|parameter| set(parameter, 0.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use thalweg_kernels::{activation, loss};

    use super::*;

    /// Mean and variance of 60,000 weights against what the name promises: five standard errors.
    #[test]
    fn every_initializer_has_its_variance() {
        let (inputs, outputs) = (300, 200);
        let tanh = activation::Activation::named("tanh").unwrap();
        let architecture = Architecture::new(&[inputs, outputs], true, tanh, loss::Loss::named("mse").unwrap());
        for &(name, _, initializer) in ALL {
            assert_eq!(initializer.name(), name);
            let initializer = if name == "normal" { Initializer::Normal(0.5) } else { initializer };
            let mut weights = vec![f64::NAN; architecture.parameters()];
            initializer.draw(&architecture, 3, |at, w| weights[at] = w);
            let (weights, biases) = weights.split_at(inputs * outputs);
            assert!(biases.iter().all(|b| *b == 0.0));
            let n = weights.len() as f64;
            let mean = weights.iter().sum::<f64>() / n;
            let variance = weights.iter().map(|w| w * w).sum::<f64>() / n;
            let expected = match name.split_once('-') {
                None if name == "zeros" => 0.0,
                None => 0.25,
                Some(("lecun", _)) => 1.0 / 300.0,
                Some(("glorot", _)) => 2.0 / 500.0,
                Some(_) => 2.0 / 300.0,
            };
            assert!(mean.abs() <= 5.0 * (expected / n).sqrt(), "{name}: mean {mean}");
            assert!((variance - expected).abs() <= 5.0 * expected * (2.0 / n).sqrt(), "{name}: variance {variance}");
            if name.ends_with("uniform") {
                let largest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
                assert!(largest <= (3.0 * expected).sqrt(), "{name}: {largest}");
            }
        }
    }

    #[test]
    fn weights_depend_on_the_seed_alone() {
        let mse = loss::Loss::named("mse").unwrap();
        let architecture = Architecture::new(&[3, 4, 1], true, activation::Activation::named("tanh").unwrap(), mse);
        let draw = |seed| {
            let mut weights = vec![0.0; architecture.parameters()];
            Initializer::Normal(1.0).draw(&architecture, seed, |at, w| weights[at] = w);
            weights
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
