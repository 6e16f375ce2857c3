//! Names in words: what specs, tables and the program call something, as a reader of a figure calls it.

use thalweg_record::record::{LABEL, Setting};
use thalweg_record::stats::Regime;

use super::labels::subscript;
use super::options::PROBLEM;
use super::ticks::value_label;

/// Methods by their names in specs.
const METHODS: &[(&str, &str)] = &[
    ("adabelief", "AdaBelief"),
    ("adadelta", "Adadelta"),
    ("adagrad", "AdaGrad"),
    ("adam", "Adam"),
    ("adamax", "AdaMax"),
    ("adamw", "AdamW"),
    ("amsgrad", "AMSGrad"),
    ("lamb", "LAMB"),
    ("lion", "Lion"),
    ("momentum", "momentum"),
    ("muon", "Muon"),
    ("nadam", "NAdam"),
    ("nesterov", "Nesterov"),
    ("optimistic", "optimistic gradient"),
    ("radam", "RAdam"),
    ("rmsprop", "RMSProp"),
    ("schedule-free-adamw", "schedule-free AdamW"),
    ("schedule-free-sgd", "schedule-free SGD"),
    ("sgd", "SGD"),
    ("yogi", "Yogi"),
];

/// Problems by the names of their generators, landscapes and tables.
const PROBLEMS: &[(&str, &str)] = &[
    ("ackley", "Ackley"),
    ("beale", "Beale"),
    ("blobs", "blobs"),
    ("breast-cancer", "breast cancer"),
    ("checkerboard", "checkerboard"),
    ("circles", "two circles"),
    ("diabetes", "diabetes"),
    ("digits", "digits"),
    ("friedman1", "Friedman #1"),
    ("himmelblau", "Himmelblau"),
    ("iris", "iris"),
    ("levy", "Lévy"),
    ("linear", "linear regression"),
    ("moons", "two moons"),
    ("quadratic", "quadratic"),
    ("rastrigin", "Rastrigin"),
    ("rosenbrock", "Rosenbrock"),
    ("saddle", "saddle"),
    ("shubert", "Shubert"),
    ("sinusoid", "sinusoid"),
    ("spirals", "two spirals"),
    ("styblinski-tang", "Styblinski–Tang"),
    ("wine", "wine"),
    ("xor", "XOR"),
];

/// Columns: what an axis is called, and what a legend writes before a value.
const COLUMNS: &[(&str, &str, &str)] = &[
    (PROBLEM, "problem", ""),
    ("optimizer", "method", ""),
    (LABEL, "method", ""),
    ("lr", "learning rate α", "α"),
    ("momentum", "momentum μ", "μ"),
    ("beta1", "β₁", "β₁"),
    ("beta2", "β₂", "β₂"),
    ("spectrum", "curvature λ", "λ"),
    ("alpha", "decay γ", "γ"),
    ("rho", "decay ρ", "ρ"),
    ("sam", "radius ρ of SAM", "ρ"),
    ("eps", "ε", "ε"),
    ("eps_root", "ε inside the root", "ε inside the root"),
    ("epsilon_placement", "place of ε", "ε"),
    ("momentum_sign", "sign of the momentum", "sign of the momentum"),
    ("momentum_decay", "decay of the momentum", "decay of the momentum"),
    ("bias_correction", "bias correction", "bias correction"),
    ("weight_decay", "weight decay", "weight decay"),
    ("decoupled_weight_decay", "decoupled weight decay", "decoupled weight decay"),
    ("initial_accumulator_value", "first value of the accumulator", "first accumulator"),
    ("lr_power", "power of the learning rate", "power of α"),
    ("clip_norm", "largest norm of the gradient", "clipped at the norm"),
    ("clip_value", "largest entry of the gradient", "clipped at"),
    ("init_offset", "mean of the initial weights", "initial mean"),
    ("init_seed", "seed of the weights", "seed"),
    ("order_seed", "seed of the order", "seed of the order"),
    ("hidden", "hidden layers", "hidden layers"),
    ("batch", "batch size", "batch size"),
    ("grad_norm", "norm of the gradient", "norm of the gradient"),
    ("effective_lr", "effective learning rate", "effective learning rate"),
    ("final_value", "value at the end", "value at the end"),
    ("boundary_measure", "speed of convergence or divergence", "speed"),
    ("r", "scale of the gradient", "r"),
];

/// Values of choices, functions among them.
const VALUES: &[(&str, &str)] = &[
    ("bce", "binary cross-entropy"),
    ("elu", "ELU"),
    ("gelu", "GELU"),
    ("gelu-tanh", "GELU (tanh)"),
    ("huber", "Huber"),
    ("leaky-relu", "leaky ReLU"),
    ("mae", "absolute error"),
    ("mse", "squared error"),
    ("relu", "ReLU"),
    ("silu", "SiLU"),
    ("softmax-cross-entropy", "cross-entropy"),
];

fn found(words: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == name).map(|(_, words)| *words)
}

/// A name that nobody has words for: its own letters, without what joins words in code.
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A method, by its name in specs; a label of a spec is in its author's words, unless it begins with such a name.
pub fn method(name: &str) -> String {
    let (first, rest) = name.split_at(name.find([' ', ',']).unwrap_or(name.len()));
    found(METHODS, first).map_or_else(|| spaced(name), |words| format!("{words}{rest}"))
}

/// A problem, by its name in tables.
pub fn problem(name: &str) -> String {
    found(PROBLEMS, name).map_or_else(|| spaced(name), str::to_owned)
}

/// Several problems, as [`problem`] has each, by their names with commas between.
pub(super) fn problems(names: &str) -> String {
    names.split(", ").map(problem).collect::<Vec<_>>().join(", ")
}

/// Where settings come from.
pub fn regime(regime: Regime) -> &'static str {
    match regime {
        Regime::Defaults => "defaults",
        Regime::OneForAll => "one setting for all problems",
        Regime::Tuned => "tuned on each problem",
    }
}

/// A column, as the name of an axis.
pub fn column(name: &str) -> String {
    if let Some((_, words, _)) = COLUMNS.iter().find(|(known, ..)| *known == name) {
        return (*words).to_owned();
    }
    if let Some(layer) = name.strip_prefix("lr_scale_").and_then(|layer| layer.parse::<usize>().ok()) {
        return format!("factor of the learning rate of layer {}", layer + 1);
    }
    match name.rsplit_once('x') {
        Some(("start_", index)) => format!("x{} at the start", subscript(index)),
        Some(("final_", index)) => format!("x{} at the end", subscript(index)),
        // A column of an observer, after its table.
        _ => spaced(name.rsplit_once('.').map_or(name, |(_, column)| column)),
    }
}

/// A setting, as a legend has it: `α = 0.1`, `ε outside the root`.
pub fn setting(column: &str, setting: &Setting) -> String {
    named(column, &text(setting))
}

/// A column and the text of its value ([`text`]), as a legend or a heading has them.
pub(super) fn named(name: &str, value: &str) -> String {
    match (name, value) {
        (PROBLEM, _) => problem(value),
        ("optimizer" | LABEL, _) => method(value),
        ("epsilon_placement", "outside") => "ε outside the root".to_owned(),
        ("epsilon_placement", "inside") => "ε inside the root".to_owned(),
        ("bias_correction", "true" | "on") => "with bias correction".to_owned(),
        ("bias_correction", "false" | "off") => "without bias correction".to_owned(),
        ("nesterov", "true") => "Nesterov's momentum".to_owned(),
        ("nesterov", "false") => "plain momentum".to_owned(),
        ("activation" | "loss", _) => value_text(value),
        _ => {
            let symbol = COLUMNS.iter().find(|(known, ..)| *known == name).map(|(_, _, symbol)| (*symbol).to_owned());
            format!("{} = {}", symbol.unwrap_or_else(|| column(name)), value_text(value))
        }
    }
}

/// A value in a legend, an axis or a heading.
pub(super) fn text(setting: &Setting) -> String {
    setting.number().map_or_else(|| setting.text(), value_label)
}

/// A function, or another choice, by its name in specs.
pub fn value_text(name: &str) -> String {
    found(VALUES, name).map_or_else(|| spaced(name), str::to_owned)
}

/// A value of a column alone, as at its place on an axis.
pub(super) fn value(column: &str, value: &str) -> String {
    match column {
        PROBLEM => problem(value),
        "optimizer" | LABEL => method(value),
        _ => value_text(value),
    }
}

/// The same beginning with a capital letter, unless it is a symbol.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if first.is_ascii_lowercase() => format!("{}{}", first.to_ascii_uppercase(), letters.as_str()),
        _ => text.to_owned(),
    }
}

/// A name as that of a file, valid on every system.
pub(super) fn slug(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!([method("rmsprop"), method("adam of its paper")], ["RMSProp", "Adam of its paper"]);
        assert_eq!(method("my_own"), "my own");
        assert_eq!([problem("moons"), problem("moons-16")], ["two moons", "moons-16"]);
        assert_eq!(column("lr_scale_0"), "factor of the learning rate of layer 1");
        assert_eq!(column("start_x10"), "x₁₀ at the start");
        assert_eq!(column("sharpness.largest_eigenvalue"), "largest eigenvalue");
        assert_eq!(setting("alpha", &Setting::Number(0.9)), "γ = 0.9");
        assert_eq!(setting("epsilon_placement", &Setting::Choice("outside".to_owned())), "ε outside the root");
        assert_eq!(capital("two moons"), "Two moons");
    }
}
