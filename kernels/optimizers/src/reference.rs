//! Update rules as their papers have them: one parameter, one step.

/// The memory of one parameter, and the number of steps done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Means and sums, zero at first.
    pub arrays: [f64; 3],
    /// NAdam's ∏ μᵢ.
    pub product: f64,
    /// Steps done.
    pub step: i32,
}

/// The new value of `w` under the optimizer called `name`, or none where there is no such optimizer.
pub fn step(name: &str, hyperparameters: &[f64], w: f64, g: f64, memory: &mut Memory) -> Option<f64> {
    memory.step += 1;
    let h = hyperparameters;
    let step = match name {
        "sgd" => h[0] * g,
        "momentum" | "nesterov" => momentum(name, h, g, memory),
        "adagrad" => {
            let [sum, ..] = &mut memory.arrays;
            *sum += g * g;
            h[0] * g / root(*sum + h[3], h[1], h[2])
        }
        "rmsprop" => rmsprop(h, g, memory),
        "adadelta" => {
            let ([square, steps, _], &[lr, rho, eps]) = (&mut memory.arrays, h) else { return None };
            *square = rho * *square + (1.0 - rho) * g * g;
            let step = (*steps + eps).sqrt() / (*square + eps).sqrt() * g;
            *steps = rho * *steps + (1.0 - rho) * step * step;
            lr * step
        }
        "adam" | "amsgrad" => adam(name, h, g, memory),
        "adamw" => h[0] * h[4] * w + adam(name, &[h[0], h[1], h[2], h[3], h[5], h[6]], g, memory),
        "adamax" => {
            let ([mean, largest, _], &[lr, beta1, beta2, eps, uncorrected]) = (&mut memory.arrays, h) else {
                return None;
            };
            *mean = beta1 * *mean + (1.0 - beta1) * g;
            *largest = f64::max(beta2 * *largest, g.abs() + eps);
            lr * corrected(*mean, beta1, memory.step, uncorrected) / *largest
        }
        "nadam" => nadam(h, g, memory),
        "radam" => radam(h, g, memory),
        "lion" => {
            let ([mean, ..], &[lr, beta1, beta2, decay]) = (&mut memory.arrays, h) else { return None };
            let direction = beta1 * *mean + (1.0 - beta1) * g;
            *mean = beta2 * *mean + (1.0 - beta2) * g;
            lr * (sign(direction) + decay * w)
        }
        "yogi" => yogi(h, g, memory),
        "adabelief" => adabelief(h, g, memory),
        _ => return None,
    };
    Some(w - step)
}

/// √(x + ε) or √x + ε.
fn root(x: f64, eps: f64, inside: f64) -> f64 {
    if inside == 0.0 { x.sqrt() + eps } else { (x + eps).sqrt() }
}

/// A running mean, corrected for its start at zero unless it is not to be.
fn corrected(mean: f64, beta: f64, step: i32, uncorrected: f64) -> f64 {
    if uncorrected == 0.0 { mean / (1.0 - beta.powi(step)) } else { mean }
}

fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

fn momentum(name: &str, h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, mu, keras) = (h[0], h[1], h[2] == 1.0);
    let velocity = &mut memory.arrays[0];
    *velocity = if keras { mu * *velocity - lr * g } else { mu * *velocity + g };
    match (name, keras) {
        ("momentum", false) => lr * *velocity,
        ("momentum", true) => -*velocity,
        (_, false) => lr * (g + mu * *velocity),
        (_, true) => lr * g - mu * *velocity,
    }
}

fn rmsprop(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let ([square, mean, velocity], decay) = (&mut memory.arrays, h[1]);
    *square = decay * *square + (1.0 - decay) * g * g;
    *mean = decay * *mean + (1.0 - decay) * g;
    let variance = if h[5] == 1.0 { (*square - *mean * *mean).max(0.0) } else { *square };
    *velocity = h[4] * *velocity + g / root(variance, h[2], h[3]);
    h[0] * *velocity
}

fn adam(name: &str, h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps) = (h[0], h[1], h[2], h[3]);
    let sign = if h.get(6) == Some(&1.0) { -1.0 } else { 1.0 };
    let ([mean, square, largest], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + sign * (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * g * g;
    *largest = largest.max(*square);
    let square = if name == "amsgrad" { *largest } else { *square };
    lr * corrected(*mean, beta1, step, h[5]) / root(corrected(square, beta2, step, h[5]), eps, h[4])
}

fn nadam(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps, decay, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
    let ([mean, square, _], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * g * g;
    let mu = |step: i32| beta1 * (1.0 - 0.5 * libm::pow(0.96, f64::from(step) * decay));
    let (now, next) = (mu(step), mu(step + 1));
    memory.product = now * if step == 1 { 1.0 } else { memory.product };
    let correction = |product: f64| if uncorrected == 0.0 { 1.0 - product } else { 1.0 };
    let direction = next * *mean / correction(memory.product * next) + (1.0 - now) * g / correction(memory.product);
    lr * direction / root(corrected(*square, beta2, step, uncorrected), eps, inside)
}

fn radam(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5]);
    let ([mean, square, _], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * g * g;
    let longest = 2.0 / (1.0 - beta2) - 1.0;
    let product = beta2.powi(step);
    let length = longest - 2.0 * f64::from(step) * product / (1.0 - product);
    let direction = lr * corrected(*mean, beta1, step, uncorrected);
    if length <= 5.0 {
        return direction;
    }
    let rectified = ((length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length)).sqrt();
    let correction = if uncorrected == 0.0 { (1.0 - product).sqrt() } else { 1.0 };
    direction * rectified * correction / root(*square, eps, inside)
}

fn yogi(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps, initial, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
    let ([mean, square, _], step) = (&mut memory.arrays, memory.step);
    if step == 1 {
        (*mean, *square) = (initial, initial);
    }
    *mean = beta1 * *mean + (1.0 - beta1) * g;
    *square -= (1.0 - beta2) * sign(*square - g * g) * g * g;
    let denominator = root(corrected(*square, beta2, step, uncorrected), eps, inside);
    lr * corrected(*mean, beta1, step, uncorrected) / denominator
}

fn adabelief(h: &[f64], g: f64, memory: &mut Memory) -> f64 {
    let (lr, beta1, beta2, eps, eps_root, inside, uncorrected) = (h[0], h[1], h[2], h[3], h[4], h[5], h[6]);
    let ([mean, square, _], step) = (&mut memory.arrays, memory.step);
    *mean = beta1 * *mean + (1.0 - beta1) * g;
    *square = beta2 * *square + (1.0 - beta2) * (g - *mean) * (g - *mean) + eps_root;
    let denominator = root(corrected(*square, beta2, step, uncorrected), eps, inside);
    lr * corrected(*mean, beta1, step, uncorrected) / denominator
}
