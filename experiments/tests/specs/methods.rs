//! Optimizers to read specs with: these tests are about specs, not about what optimizers there are.

use thalweg_kernels::optimizer::{Domain, Hyperparameter, Method};

const LR: Hyperparameter = Hyperparameter {
    name: "lr",
    symbol: "η",
    summary: "learning rate",
    default: 0.01,
    domain: Domain::Number { low: (0.0, false), high: (f64::INFINITY, false) },
};

const fn share(name: &'static str, default: f64) -> Hyperparameter {
    let domain = Domain::Number { low: (0.0, true), high: (1.0, false) };
    Hyperparameter { name, symbol: "β", summary: "how much of the past is kept", default, domain }
}

const CONVENTION: Hyperparameter = Hyperparameter {
    name: "convention",
    symbol: "",
    summary: "where ε stands",
    default: 0.0,
    domain: Domain::Choice(&["paper", "outside"]),
};

/// Without a valid default.
const REQUIRED: Hyperparameter = Hyperparameter { name: "radius", default: f64::NAN, ..LR };

const fn method(name: &'static str, hyperparameters: &'static [Hyperparameter]) -> Method {
    Method { name, title: name, paper: "", formula: "", hyperparameters }
}

static SGD: Method = method("sgd", &[LR]);
static MOMENTUM: Method = method("momentum", &[LR, share("momentum", 0.9)]);
static ADAM: Method = method("adam", &[LR, share("beta1", 0.9), share("beta2", 0.999), CONVENTION]);
static TRUST: Method = method("trust", &[REQUIRED]);

pub static ALL: &[&Method] = &[&SGD, &MOMENTUM, &ADAM, &TRUST];
