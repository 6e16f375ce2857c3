//! Where gradient descent and momentum converge on a quadratic, in closed form.

use super::axis::between;
use super::options::Options;

/// The largest learning rate below which an optimizer converges on a quadratic whose largest eigenvalue is `largest`;
/// none where there is no closed form here.
///
/// - sgd: 2 / λ
/// - momentum (the heavy ball; Polyak 1964): 2 (1 + μ) / λ
/// - nesterov: 2 (1 + μ) / ((1 + 2μ) λ), from the roots of r² - (1 + μ) q r + μ q with q = 1 - αλ
pub(super) fn bound(optimizer: &str, momentum: f64, largest: f64) -> Option<f64> {
    match optimizer {
        "sgd" => Some(2.0 / largest),
        "momentum" => Some(2.0 * (1.0 + momentum) / largest),
        "nesterov" => Some(2.0 * (1.0 + momentum) / ((1.0 + 2.0 * momentum) * largest)),
        _ => None,
    }
}

/// The largest curvature at which steps of the learning rate `rate` are stable: [`bound`], solved for λ.
pub(super) fn edge(optimizer: &str, momentum: f64, rate: f64) -> Option<f64> {
    bound(optimizer, momentum, rate)
}

/// What [`edge`] is, as text.
pub(super) fn edge_text(optimizer: &str) -> &'static str {
    match optimizer {
        "sgd" => "2 / α",
        "nesterov" => "2 (1 + μ) / ((1 + 2μ) α)",
        _ => "2 (1 + μ) / α",
    }
}

/// What [`bound`] is, as text.
pub(super) fn bound_text(optimizer: &str) -> &'static str {
    match optimizer {
        "sgd" => "2 / λ",
        "nesterov" => "2 (1 + μ) / ((1 + 2μ) λ)",
        _ => "2 (1 + μ) / λ",
    }
}

/// The learning rate and the coefficient with which the heavy ball converges fastest, for the smallest and the largest
/// eigenvalue (Polyak 1964): 4 / (√L + √l)² and ((√L - √l) / (√L + √l))².
pub(super) fn fastest((smallest, largest): (f64, f64)) -> (f64, f64) {
    let (low, high) = (libm::sqrt(smallest), libm::sqrt(largest));
    let share = (high - low) / (high + low);
    (4.0 / ((high + low) * (high + low)), share * share)
}

/// A theory on the plane of learning rate and momentum, as points (x, y).
pub(super) struct Overlay {
    /// The line beyond which an optimizer diverges.
    pub bound: Vec<(f64, f64)>,
    /// Where the heavy ball converges fastest.
    pub fastest: Option<(f64, f64)>,
}

/// The bound of an optimizer on the plane of learning rate and momentum, and the fastest point of the heavy ball.
///
/// None if the axes are others, or if there is no theory.
pub(super) fn on_plane(options: &Options, optimizer: &str, x: (f64, f64), y: (f64, f64)) -> Option<Overlay> {
    const POINTS: u32 = 200;
    options.theory?;
    let spectrum = options.spectrum?;
    let names = (options.x.as_deref()?, options.y.as_deref()?);
    let (is_swapped, range) = match names {
        ("lr", "momentum") => (false, y),
        ("momentum", "lr") => (true, x),
        _ => return None,
    };
    let place = |(rate, momentum): (f64, f64)| if is_swapped { (momentum, rate) } else { (rate, momentum) };
    let at = |i: u32| {
        let momentum = between(range.0, range.1, (f64::from(i), f64::from(POINTS)));
        Some(place((bound(optimizer, momentum, spectrum.1)?, momentum)))
    };
    let line = (0..=POINTS).map(at).collect::<Option<Vec<_>>>()?;
    let fastest = (optimizer == "momentum" && spectrum.0 > 0.0).then(|| place(fastest(spectrum)));
    Some(Overlay { bound: line, fastest })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of the heavy ball or Nesterov's method on ½λw²; whether |w| fell.
    fn converges(optimizer: &str, rate: f64, momentum: f64, eigenvalue: f64) -> bool {
        let (mut w, mut v) = (1.0, 0.0);
        for _ in 0..4000 {
            let at = if optimizer == "nesterov" { w + momentum * v } else { w };
            v = momentum * v - rate * eigenvalue * at;
            w += v;
        }
        w.is_finite() && f64::abs(w) < 0.5
    }

    #[test]
    fn optimizers_diverge_beyond_their_bounds() {
        for (optimizer, momentum) in
            [("sgd", 0.0), ("momentum", 0.0), ("momentum", 0.5), ("momentum", 0.9), ("nesterov", 0.9)]
        {
            let bound = bound(optimizer, momentum, 4.0).unwrap();
            assert!(converges(optimizer, 0.995 * bound, momentum, 4.0), "{optimizer} {momentum}");
            assert!(!converges(optimizer, 1.005 * bound, momentum, 4.0), "{optimizer} {momentum}");
        }
        assert_eq!(bound("adam", 0.9, 1.0), None);
    }

    #[test]
    fn the_fastest_point_is_polyaks() {
        assert_eq!(fastest((1.0, 1.0)), (1.0, 0.0));
        let (rate, momentum) = fastest((1.0, 100.0));
        assert!((rate - 4.0 / 121.0).abs() < 1e-15 && (momentum - 81.0 / 121.0).abs() < 1e-15);
    }
}
