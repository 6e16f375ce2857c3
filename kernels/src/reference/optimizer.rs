//! Update rules as their papers have them: one parameter, one step.

/// The memory of one parameter: two numbers, zero at first, and the number of steps done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// The first state array.
    pub first: f64,
    /// The second state array.
    pub second: f64,
    /// Steps done.
    pub step: i32,
}

/// The new value of `w` under the optimizer called `name`, or none where there is no such optimizer.
pub fn step(name: &str, hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> Option<f64> {
    memory.step += 1;
    let h = hyperparameters;
    match name {
        "sgd" => Some(w - h[0] * g),
        "momentum" => {
            memory.first = h[1] * memory.first + g;
            Some(w - h[0] * memory.first)
        }
        "adam" => Some(adam(h, w, g, memory)),
        _ => None,
    }
}

fn adam(h: &[f64], w: f64, g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps) = (h[0], h[1], h[2], h[3]);
    memory.first = beta1 * memory.first + (1.0 - beta1) * g;
    memory.second = beta2 * memory.second + (1.0 - beta2) * g * g;
    let corrected = |mean: f64, beta: f64| if h[5] == 0.0 { mean / (1.0 - beta.powi(memory.step)) } else { mean };
    let (mean, square) = (corrected(memory.first, beta1), corrected(memory.second, beta2));
    let denominator = if h[4] == 0.0 { square.sqrt() + eps } else { (square + eps).sqrt() };
    w - lr * mean / denominator
}
