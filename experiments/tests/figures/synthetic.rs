//! Rows as a sweep over learning rates leaves them, from formulas instead of training.

use thalweg::figure::{self, Appearance, FigureError, Format, Picture};
use thalweg::record::{Curve, Key, Precision, Run, Runs, Setting, Status};

/// The look of figures in tests: as SVG, and as PNG to be looked at.
pub fn look() -> Appearance {
    Appearance::default().with(Format::Png)
}

/// The picture as SVG in the default look.
pub fn svg(picture: &Picture) -> Result<String, FigureError> {
    figure::svg(picture, &Appearance::default(), "figure")
}

/// An optimizer of the synthetic sweep: losses are least at `best`, and trials diverge from about `edge` on.
struct Shape {
    optimizer: &'static str,
    momentum: Option<f64>,
    range: (f64, f64),
    best: f64,
    edge: f64,
    floor: f64,
}

const SHAPES: [Shape; 5] = [
    Shape { optimizer: "sgd", momentum: None, range: (-4.0, 1.0), best: -0.3, edge: 0.35, floor: 0.03 },
    Shape { optimizer: "momentum", momentum: Some(0.0), range: (-4.0, 1.0), best: -0.32, edge: 0.37, floor: 0.031 },
    Shape { optimizer: "momentum", momentum: Some(0.5), range: (-4.0, 1.0), best: -0.6, edge: 0.2, floor: 0.024 },
    Shape { optimizer: "momentum", momentum: Some(0.9), range: (-4.0, 1.0), best: -1.3, edge: -0.4, floor: 0.012 },
    Shape { optimizer: "adam", momentum: None, range: (-5.0, 0.0), best: -2.2, edge: -0.15, floor: 0.008 },
];

const POINTS: usize = 26;
const STEPS: u64 = 500;

/// Noise of about unit size that is a function of its arguments.
fn noise(parts: &[u64]) -> f64 {
    let bytes: Vec<u8> = parts.iter().flat_map(|part| part.to_le_bytes()).collect();
    let hash = blake3::hash(&bytes);
    let sum: u32 = hash.as_bytes()[..12].iter().map(|&byte| u32::from(byte)).sum();
    (f64::from(sum) - 1530.0) / 256.0
}

/// The key of a trial that is called so.
pub fn key(name: &str) -> String {
    Key::of(&blake3::hash(name.as_bytes())).to_string()
}

/// 5 optimizers or coefficients, 26 learning rates, `seeds` seeds.
pub fn sweep(seeds: u64) -> (Runs, Vec<Curve>) {
    let mut rows = Vec::new();
    let mut curves = Vec::new();
    for (which, shape) in (0u64..).zip(&SHAPES) {
        for point in 0..POINTS {
            let exponent = shape.range.0 + (shape.range.1 - shape.range.0) * point as f64 / (POINTS - 1) as f64;
            for seed in 0..seeds {
                let luck = noise(&[which, point as u64, seed]);
                trial(shape, exponent, (which * 100 + point as u64, seed), luck, &mut rows, &mut curves);
            }
        }
    }
    let hyperparameters = vec!["lr".to_owned(), "momentum".to_owned()];
    (Runs { hyperparameters, extra: vec![], rows, precision: Precision::F32 }, curves)
}

fn trial(shape: &Shape, exponent: f64, id: (u64, u64), luck: f64, rows: &mut Vec<Run>, curves: &mut Vec<Curve>) {
    let key = format!("t{:08x}{:08x}", id.0, id.1);
    let diverged = exponent + 0.12 * luck > shape.edge;
    let slowness = libm::exp(-3.0 * libm::pow(10.0, 0.8 * (exponent - shape.best)));
    let excess = 0.2 * libm::pow(10.0, 1.5 * (exponent - shape.edge));
    let last = (shape.floor + 0.66 * slowness + excess) * (1.0 + 0.15 * luck);
    let stop = if diverged { 40 + id.1 * 10 } else { STEPS };
    let loss_at = |step: u64| {
        let t = step as f64 / STEPS as f64;
        let wobble = 1.0 + 0.06 * noise(&[id.0, id.1, step]);
        match diverged {
            true => 0.69 * (1.0 + libm::pow(10.0, 0.02 * step as f64) * 0.01),
            false => (last + (0.69 - last) * libm::exp(-9.0 * t)) * wobble,
        }
    };
    let rounded = |value: f64| Some(Precision::F32.decimal(value));
    let accuracy = |loss: f64| rounded((256.0 * (1.0 - 0.72 * loss).clamp(0.4, 1.0)).round() / 256.0);
    for step in (0..=stop).step_by(10) {
        let loss = loss_at(step);
        curves.push(Curve {
            key: key.clone(),
            step,
            train_loss: rounded(loss),
            validation_loss: rounded(1.1 * loss),
            test_loss: None,
            train_accuracy: accuracy(loss),
            validation_accuracy: accuracy(1.1 * loss),
            test_accuracy: None,
            grad_norm: (step > 0).then_some(loss),
            update_norm: (step > 0).then_some(0.1 * loss),
        });
    }
    let finished = |value: f64| if diverged { None } else { rounded(value) };
    rows.push(Run {
        key,
        problem: "moons".into(),
        optimizer: shape.optimizer.into(),
        settings: vec![
            Some(Setting::Number(twelve_digits(libm::pow(10.0, exponent)))),
            shape.momentum.map(Setting::Number),
        ],
        init_seed: id.1,
        order_seed: id.1,
        status: if diverged { Status::Diverged } else { Status::Ok },
        steps: stop,
        gradients: stop,
        diverged_at: diverged.then_some(stop),
        initial_train_loss: rounded(loss_at(0)),
        final_train_loss: finished(last),
        best_train_loss: rounded(0.98 * last.min(loss_at(0))),
        best_step: Some(stop),
        final_validation_loss: finished(1.1 * last),
        final_test_loss: None,
        final_train_accuracy: if diverged { None } else { accuracy(last) },
        final_validation_accuracy: if diverged { None } else { accuracy(1.1 * last) },
        final_test_accuracy: None,
        steps_to_target: None,
        extra: vec![],
    });
}

fn twelve_digits(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap()
}
