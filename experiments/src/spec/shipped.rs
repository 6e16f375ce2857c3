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
    Shipped { name: "digits", text: include_str!("../../specs/digits.toml") },
    Shipped { name: "moons-lr-momentum", text: include_str!("../../specs/moons-lr-momentum.toml") },
    Shipped { name: "loop-vs-matrix", text: include_str!("../../specs/loop-vs-matrix.toml") },
    Shipped { name: "sparse-cross-entropy", text: include_str!("../../specs/sparse-cross-entropy.toml") },
    Shipped { name: "w1", text: include_str!("../../specs/w1.toml") },
    Shipped { name: "w2", text: include_str!("../../specs/w2.toml") },
    Shipped { name: "w3", text: include_str!("../../specs/w3.toml") },
    Shipped { name: "w4", text: include_str!("../../specs/w4.toml") },
    Shipped { name: "w5", text: include_str!("../../specs/w5.toml") },
    Shipped { name: "w6-rosenbrock", text: include_str!("../../specs/w6-rosenbrock.toml") },
    Shipped { name: "w6-beale", text: include_str!("../../specs/w6-beale.toml") },
    Shipped { name: "w6-rastrigin", text: include_str!("../../specs/w6-rastrigin.toml") },
];

/// The shipped spec of this name.
pub fn find(name: &str) -> Option<Shipped> {
    ALL.iter().copied().find(|shipped| shipped.name == name)
}
