//! Initial weights.

use thalweg_kernels::orthogonal::orthonormal_columns;

use crate::network::Architecture;
use crate::random::Stream;

/// A distribution of initial weights. Biases start at zero.
///
/// Sources: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 4.6; Glorot and Bengio, Understanding the
/// difficulty of training deep feedforward neural networks, 2010, equations 12 and 16; He, Zhang, Ren and Sun,
/// arXiv:1502.01852, section 2.2; Saxe, McClelland and Ganguli, arXiv:1312.6120, section 3 (orthogonal).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Initializer {
    /// All weights zero.
    Zeros,
    /// All weights this number: the units of a layer then stay equal for ever.
    Constant(f64),
    /// Normal with this standard deviation.
    Normal(f64),
    /// Uniform between minus and plus this; the variance is a third of its square.
    Uniform(f64),
    /// This gain times a random matrix with orthonormal columns, or orthonormal rows if it has more columns than rows,
    /// as PyTorch's `orthogonal_` has it. Weights have variance gain² / max(inputs, outputs).
    ///
    /// The matrix is the factor Q of a matrix of standard normal numbers, drawn row by row and at least as high as
    /// wide; the result is transposed if need be. See [`thalweg_kernels::orthogonal`].
    Orthogonal(f64),
    /// `scale` times a normal number with variance `gain` / fan.
    ScaledNormal {
        /// 1 for LeCun and Glorot, 2 for He.
        gain: f64,
        /// What the variance is scaled by.
        fan: Fan,
        /// A factor of all weights.
        scale: f64,
    },
    /// `scale` times a uniform number from ±√(3 · `gain` / fan), which has the same variance.
    ScaledUniform {
        /// 1 for LeCun and Glorot, 2 for He.
        gain: f64,
        /// What the variance is scaled by.
        fan: Fan,
        /// A factor of all weights.
        scale: f64,
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

/// Every initializer, with its name in specs and its formula with its source; formulas with `init_scale` take it from
/// the spec, and of all others but zeros it is a factor.
pub static ALL: &[(&str, &str, Initializer)] = &[
    ("zeros", "0", Initializer::Zeros),
    ("constant", "init_scale", Initializer::Constant(1.0)),
    ("normal", "N(0, init_scale²)", Initializer::Normal(1.0)),
    ("uniform", "U(±init_scale), of variance init_scale²/3", Initializer::Uniform(1.0)),
    (
        "orthogonal",
        "init_scale · Q with orthonormal rows or columns, of variance init_scale²/max(fan_in, fan_out) (Saxe et al. 2014)",
        Initializer::Orthogonal(1.0),
    ),
    (
        "lecun-normal",
        "N(0, 1/fan_in) (LeCun et al. 1998)",
        Initializer::ScaledNormal { gain: 1.0, fan: Fan::In, scale: 1.0 },
    ),
    (
        "lecun-uniform",
        "U(±√(3/fan_in)), of variance 1/fan_in (LeCun et al. 1998)",
        Initializer::ScaledUniform { gain: 1.0, fan: Fan::In, scale: 1.0 },
    ),
    (
        "glorot-normal",
        "N(0, 2/(fan_in + fan_out)) (Glorot and Bengio 2010)",
        Initializer::ScaledNormal { gain: 1.0, fan: Fan::Average, scale: 1.0 },
    ),
    (
        "glorot-uniform",
        "U(±√(6/(fan_in + fan_out))), of variance 2/(fan_in + fan_out) (Glorot and Bengio 2010)",
        Initializer::ScaledUniform { gain: 1.0, fan: Fan::Average, scale: 1.0 },
    ),
    ("he-normal", "N(0, 2/fan_in) (He et al. 2015)", Initializer::ScaledNormal { gain: 2.0, fan: Fan::In, scale: 1.0 }),
    (
        "he-uniform",
        "U(±√(6/fan_in)), of variance 2/fan_in (He et al. 2015)",
        Initializer::ScaledUniform { gain: 2.0, fan: Fan::In, scale: 1.0 },
    ),
];

impl Initializer {
    /// Its name in specs.
    pub fn name(self) -> &'static str {
        // The list has those with a scale at a scale of 1.
        let listed = self.with_scale(1.0).unwrap_or(self);
        ALL.iter().find(|(.., other)| *other == listed).map_or("", |(name, ..)| name)
    }

    /// Its `init_scale`, if it has one.
    pub fn scale(self) -> Option<f64> {
        match self {
            Self::Constant(scale) | Self::Normal(scale) | Self::Uniform(scale) | Self::Orthogonal(scale) => Some(scale),
            Self::ScaledNormal { scale, .. } | Self::ScaledUniform { scale, .. } => Some(scale),
            Self::Zeros => None,
        }
    }

    /// Its `init_scale`, where that does not go without saying: a factor of 1 of what has a scale of its own does.
    pub fn stated_scale(self) -> Option<f64> {
        let goes_without_saying = matches!(self, Self::ScaledNormal { .. } | Self::ScaledUniform { .. });
        self.scale().filter(|scale| !goes_without_saying || *scale != 1.0)
    }

    /// The same with another `init_scale`, if it has one.
    #[must_use]
    pub fn with_scale(self, scale: f64) -> Option<Self> {
        match self {
            Self::Constant(_) => Some(Self::Constant(scale)),
            Self::Normal(_) => Some(Self::Normal(scale)),
            Self::Uniform(_) => Some(Self::Uniform(scale)),
            Self::Orthogonal(_) => Some(Self::Orthogonal(scale)),
            Self::ScaledNormal { gain, fan, .. } => Some(Self::ScaledNormal { gain, fan, scale }),
            Self::ScaledUniform { gain, fan, .. } => Some(Self::ScaledUniform { gain, fan, scale }),
            Self::Zeros => None,
        }
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
            let mut even = |largest: f64| largest * (2.0 * stream.uniform() - 1.0);
            let weights = layer.weights.clone();
            match self {
                Self::Zeros => weights.for_each(|at| set(at, 0.0)),
                Self::Constant(value) => weights.for_each(|at| set(at, value)),
                Self::Uniform(largest) => weights.for_each(|at| set(at, even(largest))),
                Self::ScaledUniform { gain, fan, scale } => {
                    let largest = scale * (3.0 * variance(gain, fan)).sqrt();
                    weights.for_each(|at| set(at, even(largest)));
                }
                Self::Normal(deviation) => weights.for_each(|at| set(at, deviation * stream.normal())),
                Self::ScaledNormal { gain, fan, scale } => {
                    let deviation = scale * variance(gain, fan).sqrt();
                    weights.for_each(|at| set(at, deviation * stream.normal()));
                }
                Self::Orthogonal(gain) => {
                    let matrix = orthonormal(&mut stream, layer.outputs, layer.inputs);
                    weights.zip(matrix).for_each(|(at, q)| set(at, gain * q));
                }
            }
            layer.bias.clone().for_each(|parameter| set(parameter, 0.0));
        }
    }
}

/// A random matrix, `[row][column]`, with orthonormal columns, or rows if there are more columns.
fn orthonormal(stream: &mut Stream, rows: usize, columns: usize) -> Vec<f64> {
    let (high, wide) = (rows.max(columns), rows.min(columns));
    let normals: Vec<f64> = (0..high * wide).map(|_| stream.normal()).collect();
    let q = orthonormal_columns(&normals, high, wide);
    if rows >= columns {
        return q;
    }
    (0..rows * columns).map(|at| q[at % columns * rows + at / columns]).collect()
}

#[cfg(test)]
mod tests {
    use thalweg_kernels::{activation, loss};

    use super::*;

    fn architecture(units: &[usize]) -> Architecture {
        let tanh = activation::Activation::named("tanh").unwrap();
        Architecture::new(units, true, tanh, loss::Loss::named("mse").unwrap())
    }

    /// Mean and variance of 60,000 weights against what the name promises: five standard errors.
    #[test]
    fn every_initializer_has_its_variance() {
        let (inputs, outputs) = (300, 200);
        let architecture = architecture(&[inputs, outputs]);
        for &(name, _, initializer) in ALL {
            let initializer = initializer.with_scale(0.5).unwrap_or(initializer);
            assert_eq!(initializer.name(), name);
            let mut weights = vec![f64::NAN; architecture.parameters()];
            initializer.draw(&architecture, 3, |at, w| weights[at] = w);
            let (weights, biases) = weights.split_at(inputs * outputs);
            assert!(biases.iter().all(|b| *b == 0.0));
            let n = weights.len() as f64;
            let mean = weights.iter().sum::<f64>() / n;
            let variance = weights.iter().map(|w| (w - mean) * (w - mean)).sum::<f64>() / n;
            let (centre, expected) = match name.split_once('-').map_or(name, |(source, _)| source) {
                "zeros" => (0.0, 0.0),
                "constant" => (0.5, 0.0),
                "normal" => (0.0, 0.25),
                "uniform" => (0.0, 0.25 / 3.0),
                "orthogonal" => (0.0, 0.25 / 300.0),
                "lecun" => (0.0, 0.25 / 300.0),
                "glorot" => (0.0, 0.25 * 2.0 / 500.0),
                _ => (0.0, 0.25 * 2.0 / 300.0),
            };
            assert!((mean - centre).abs() <= 5.0 * (expected / n).sqrt(), "{name}: mean {mean}");
            assert!((variance - expected).abs() <= 5.0 * expected * (2.0 / n).sqrt(), "{name}: variance {variance}");
            if name.ends_with("uniform") {
                let largest = weights.iter().fold(0.0, |a: f64, w| a.max(w.abs()));
                assert!(largest <= (3.0 * expected).sqrt(), "{name}: {largest}");
            }
        }
    }

    /// Rows or columns, whichever are fewer, are orthonormal to 1e-12 up to the gain.
    #[test]
    fn orthogonal_weights_are_orthogonal() {
        for (rows, columns) in [(40, 40), (64, 17), (17, 64), (1, 9), (9, 1), (1, 1)] {
            let gain = 1.5;
            let mut weights = vec![0.0; rows * columns + rows];
            Initializer::Orthogonal(gain).draw(&architecture(&[columns, rows]), 5, |at, w| weights[at] = w);
            // A vector of the fewer ones, element by element.
            let (count, length) = (rows.min(columns), rows.max(columns));
            let element = |vector: usize, at: usize| {
                if rows >= columns { weights[at * columns + vector] } else { weights[vector * columns + at] }
            };
            for (a, b) in (0..count).flat_map(|a| (0..count).map(move |b| (a, b))) {
                let product: f64 = (0..length).map(|at| element(a, at) * element(b, at)).sum();
                let expected = if a == b { gain * gain } else { 0.0 };
                assert!((product - expected).abs() < 1e-12, "{rows} × {columns}: {product} of {a} and {b}");
            }
        }
    }

    #[test]
    fn weights_depend_on_the_seed_alone() {
        let architecture = architecture(&[3, 4, 1]);
        for &(name, _, initializer) in ALL {
            let draw = |seed| {
                let mut weights = vec![0.0; architecture.parameters()];
                initializer.draw(&architecture, seed, |at, w| weights[at] = w);
                weights
            };
            assert_eq!(draw(1), draw(1), "{name}");
            let is_random = !matches!(initializer, Initializer::Zeros | Initializer::Constant(_));
            assert_eq!(draw(1) != draw(2), is_random, "{name}");
        }
    }
}
