//! The studies that come with the program, compiled in.

/// A spec that can be run by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All of them.
pub const ALL: &[Shipped] = &[
    Shipped { name: "digits", text: include_str!("../../../specs/digits.toml") },
    Shipped { name: "digits-epochs", text: include_str!("../../../specs/digits-epochs.toml") },
    Shipped { name: "fractal-small", text: include_str!("../../../specs/fractal-small.toml") },
    Shipped { name: "fractal-tanh", text: include_str!("../../../specs/fractal-tanh.toml") },
    Shipped { name: "fractal-relu", text: include_str!("../../../specs/fractal-relu.toml") },
    Shipped { name: "fractal-identity", text: include_str!("../../../specs/fractal-identity.toml") },
    Shipped { name: "fractal-minibatch", text: include_str!("../../../specs/fractal-minibatch.toml") },
    Shipped { name: "fractal-one", text: include_str!("../../../specs/fractal-one.toml") },
    Shipped { name: "fractal-offset", text: include_str!("../../../specs/fractal-offset.toml") },
    Shipped { name: "fractal-width-8", text: include_str!("../../../specs/fractal-width-8.toml") },
    Shipped { name: "moons-lr-momentum", text: include_str!("../../../specs/moons-lr-momentum.toml") },
    Shipped { name: "lr-curves", text: include_str!("../../../specs/lr-curves.toml") },
    Shipped { name: "lr-curves-moons", text: include_str!("../../../specs/lr-curves-moons.toml") },
    Shipped { name: "lr-momentum-moons", text: include_str!("../../../specs/lr-momentum-moons.toml") },
    Shipped { name: "basins", text: include_str!("../../../specs/basins.toml") },
    Shipped { name: "basins-himmelblau", text: include_str!("../../../specs/basins-himmelblau.toml") },
    Shipped { name: "basins-styblinski-tang", text: include_str!("../../../specs/basins-styblinski-tang.toml") },
    Shipped { name: "momentum-escape", text: include_str!("../../../specs/momentum-escape.toml") },
    Shipped { name: "lr-threshold", text: include_str!("../../../specs/lr-threshold.toml") },
    Shipped { name: "edge-of-stability", text: include_str!("../../../specs/edge-of-stability.toml") },
    Shipped { name: "sam", text: include_str!("../../../specs/sam.toml") },
    Shipped { name: "linear-optimum", text: include_str!("../../../specs/linear-optimum.toml") },
    Shipped { name: "lr-momentum", text: include_str!("../../../specs/lr-momentum.toml") },
    Shipped { name: "activations", text: include_str!("../../../specs/activations.toml") },
    Shipped { name: "cross-entropy", text: include_str!("../../../specs/cross-entropy.toml") },
    Shipped { name: "outliers", text: include_str!("../../../specs/outliers.toml") },
    Shipped { name: "rmsprop-decay", text: include_str!("../../../specs/rmsprop-decay.toml") },
    Shipped { name: "adam-beta2-epsilon", text: include_str!("../../../specs/adam-beta2-epsilon.toml") },
    Shipped { name: "adam-beta2-epsilon-moons", text: include_str!("../../../specs/adam-beta2-epsilon-moons.toml") },
    Shipped { name: "adagrad-decay", text: include_str!("../../../specs/adagrad-decay.toml") },
    Shipped { name: "adam-sign", text: include_str!("../../../specs/adam-sign.toml") },
    Shipped { name: "adam-sign-quadratic", text: include_str!("../../../specs/adam-sign-quadratic.toml") },
    Shipped { name: "example-network", text: include_str!("../../../specs/example-network.toml") },
    Shipped { name: "hops", text: include_str!("../../../specs/hops.toml") },
    Shipped { name: "hump", text: include_str!("../../../specs/hump.toml") },
    Shipped { name: "rings", text: include_str!("../../../specs/rings.toml") },
    Shipped { name: "one-weight", text: include_str!("../../../specs/one-weight.toml") },
    Shipped { name: "trajectories", text: include_str!("../../../specs/trajectories.toml") },
    Shipped { name: "trajectories-beale", text: include_str!("../../../specs/trajectories-beale.toml") },
    Shipped { name: "trajectories-himmelblau", text: include_str!("../../../specs/trajectories-himmelblau.toml") },
    Shipped { name: "trajectories-saddle", text: include_str!("../../../specs/trajectories-saddle.toml") },
    Shipped { name: "compare", text: include_str!("../../../specs/compare.toml") },
    Shipped { name: "loop-vs-matrix", text: include_str!("../../../specs/loop-vs-matrix.toml") },
    Shipped { name: "sparse-cross-entropy", text: include_str!("../../../specs/sparse-cross-entropy.toml") },
    Shipped { name: "w1", text: include_str!("../../../specs/w1.toml") },
    Shipped { name: "w2", text: include_str!("../../../specs/w2.toml") },
    Shipped { name: "w3", text: include_str!("../../../specs/w3.toml") },
    Shipped { name: "w4", text: include_str!("../../../specs/w4.toml") },
    Shipped { name: "w5", text: include_str!("../../../specs/w5.toml") },
    Shipped { name: "w6-rosenbrock", text: include_str!("../../../specs/w6-rosenbrock.toml") },
    Shipped { name: "w6-beale", text: include_str!("../../../specs/w6-beale.toml") },
    Shipped { name: "w6-rastrigin", text: include_str!("../../../specs/w6-rastrigin.toml") },
];

/// The shipped spec of this name.
pub fn find(name: &str) -> Option<Shipped> {
    ALL.iter().copied().find(|shipped| shipped.name == name)
}
