//! How the size of a layer enters what it computes.

/// The factor of a layer's product of weights and inputs: z = s · W x + b.
///
/// With n inputs of the layer (its fan-in) and the spec's `gain`, the scale s is
///
/// | | hidden layers | last layer |
/// |---|---|---|
/// | standard | gain | 1 |
/// | NTK | gain / √n | 1 / √n |
/// | mean-field | gain / √n | 1 / n |
///
/// The gradient follows: dW = s · dz xᵀ, dx = s · Wᵀ dz. With weights of unit variance the sizes of activations are
/// those of the standard form with W ~ N(0, 1/n), but a step of gradient descent differs. The bias is not scaled.
///
/// Sources: Jacot, Gabriel and Hongler, Neural tangent kernel, arXiv:1806.07572 (there with β b in place of b); Mei,
/// Montanari and Nguyen, A mean field view of the landscape of two-layer neural networks, arXiv:1804.06561, in the form
/// of Sohl-Dickstein, The boundary of neural network trainability is fractal, arXiv:2402.06184, whose network is that
/// of mean-field with a gain of √2: h = tanh(√2 · x W₀ / √n), out = h W₁ / n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parameterisation {
    /// Nothing but the gain.
    #[default]
    Standard,
    /// That of the neural tangent kernel.
    Ntk,
    /// That of mean-field limits.
    MeanField,
}

/// Every parameterisation, with its name in specs and its formula.
pub static ALL: &[(&str, &str, Parameterisation)] = &[
    ("standard", "z = gain · W x + b; the last layer without gain", Parameterisation::Standard),
    ("ntk", "z = gain/√fan_in · W x + b; the last layer without gain", Parameterisation::Ntk),
    ("mean-field", "z = gain/√fan_in · W x + b; the last layer z = 1/fan_in · W x + b", Parameterisation::MeanField),
];

impl Parameterisation {
    /// Its name in specs.
    pub fn name(self) -> &'static str {
        ALL.iter().find(|(.., other)| *other == self).map_or("", |(name, ..)| name)
    }

    /// The scale s of a layer with this many inputs.
    pub fn scale(self, inputs: usize, is_last: bool, gain: f64) -> f64 {
        let n = inputs as f64;
        match (self, is_last) {
            (Self::Standard, false) => gain,
            (Self::Standard, true) => 1.0,
            (Self::Ntk | Self::MeanField, false) => gain / n.sqrt(),
            (Self::Ntk, true) => 1.0 / n.sqrt(),
            (Self::MeanField, true) => 1.0 / n,
        }
    }
}
