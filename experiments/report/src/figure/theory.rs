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

/// The learning rate up to which the flattest direction is the slowest one at [`critical`] damping, for the smallest and the
/// largest eigenvalue.
///
/// - momentum: that of [`fastest`]
/// - nesterov: 4 / (3L + l) (Lessard, Recht and Packard 2016)
fn balanced(optimizer: &str, (smallest, largest): (f64, f64)) -> f64 {
    if optimizer == "nesterov" { 4.0 / (3.0 * largest + smallest) } else { fastest((smallest, largest)).0 }
}

/// A theory on the plane of learning rate and momentum, as points (x, y).
pub(super) struct Overlay {
    /// The line beyond which an optimizer diverges.
    pub bound: Vec<(f64, f64)>,
    /// Where the heavy ball converges fastest.
    pub fastest: Option<(f64, f64)>,
}

/// The momentum at which an optimizer is critically damped along an eigenvector whose eigenvalue is λ, with s = √(α λ); less
/// creeps, and more swings. None where there is no closed form here, or s exceeds 1.
///
/// - momentum: (1 - s)², where the roots of r² - (1 + μ - α λ) r + μ meet (Polyak 1964)
/// - nesterov: (1 - s) / (1 + s), where those of [`bound`] do
pub(super) fn critical(optimizer: &str, rate: f64, eigenvalue: f64) -> Option<f64> {
    let s = libm::sqrt(rate * eigenvalue);
    match optimizer {
        _ if s.is_nan() || s > 1.0 => None,
        "momentum" => Some((1.0 - s) * (1.0 - s)),
        "nesterov" => Some((1.0 - s) / (1.0 + s)),
        _ => None,
    }
}

/// What [`critical`] is, as text.
pub(super) fn critical_text(optimizer: &str) -> &'static str {
    if optimizer == "nesterov" { "(1 − √(αλ)) / (1 + √(αλ))" } else { "(1 − √(αλ))²" }
}

/// Points of a line over a plane.
const POINTS: u32 = 200;

/// The values from one end of a range to the other, at which a line has its points.
fn steps((low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    (0..=POINTS).map(move |i| between(low, high, (f64::from(i), f64::from(POINTS))))
}

/// Whether the learning rate is from bottom to top, and not from left to right; none if it is neither.
fn is_swapped(options: &Options) -> Option<bool> {
    match (options.x.as_deref()?, options.y.as_deref()?) {
        ("lr", _) => Some(false),
        (_, "lr") => Some(true),
        _ => None,
    }
}

/// Whether an axis is this column.
fn is_of(options: &Options, column: &str) -> bool {
    [&options.x, &options.y].into_iter().any(|own| own.as_deref() == Some(column))
}

/// The bound of an optimizer on the plane of the learning rate and momentum, or without momentum the curvature or any other
/// column, and the fastest point of the heavy ball.
///
/// None if the axes are others, or if there is no theory.
pub(super) fn on_plane(options: &Options, optimizer: &str, x: (f64, f64), y: (f64, f64)) -> Option<Overlay> {
    options.theory?;
    let (spectrum, is_swapped) = (options.spectrum?, is_swapped(options)?);
    if !is_of(options, "momentum") && optimizer != "sgd" {
        return None;
    }
    let is_of_curvature = is_of(options, "spectrum");
    let largest = |other: f64| if is_of_curvature { other } else { spectrum.1 };
    let place = |(rate, other): (f64, f64)| if is_swapped { (other, rate) } else { (rate, other) };
    let at = |other: f64| Some(place((bound(optimizer, other, largest(other))?, other)));
    let others = steps(if is_swapped { x } else { y }).filter(|other| !is_of_curvature || *other > 0.0);
    let line = others.map(at).collect::<Option<Vec<_>>>()?;
    let fastest = (optimizer == "momentum" && spectrum.0 > 0.0).then(|| place(fastest(spectrum)));
    Some(Overlay { bound: line, fastest })
}

/// The line of [`critical`] damping along the flattest direction on the plane of learning rate and momentum, as far as that
/// direction is the slowest one.
///
/// None if the axes are others, or if there is no theory.
pub(super) fn damping_on_plane(
    options: &Options,
    optimizer: &str,
    x: (f64, f64),
    y: (f64, f64),
) -> Option<Vec<(f64, f64)>> {
    options.theory?;
    let (spectrum, is_swapped) = (options.spectrum?, is_swapped(options)?);
    if !is_of(options, "momentum") || spectrum.0 <= 0.0 {
        return None;
    }
    let place = |(rate, momentum): (f64, f64)| if is_swapped { (momentum, rate) } else { (rate, momentum) };
    let (low, high) = if is_swapped { y } else { x };
    let rates = steps((low.max(0.0), high.min(balanced(optimizer, spectrum))));
    let line: Vec<_> = rates.filter_map(|rate| Some(place((rate, critical(optimizer, rate, spectrum.0)?)))).collect();
    (line.len() > 1).then_some(line)
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

    /// How fast |w| falls in a step, in the long run, from the spectral radius of two steps.
    fn radius(optimizer: &str, rate: f64, momentum: f64, eigenvalue: f64) -> f64 {
        let q = 1.0 - rate * eigenvalue;
        let (trace, determinant) = match optimizer {
            "nesterov" => ((1.0 + momentum) * q, momentum * q),
            _ => (q + momentum, momentum),
        };
        let discriminant = trace * trace - 4.0 * determinant;
        if discriminant < 0.0 { determinant.sqrt() } else { (trace.abs() + discriminant.sqrt()) / 2.0 }
    }

    #[test]
    fn damping_is_critical_where_an_eigenvector_shrinks_fastest() {
        for optimizer in ["momentum", "nesterov"] {
            for rate in [0.01, 0.1, 0.5] {
                let critical = critical(optimizer, rate, 1.5).unwrap();
                let at = |momentum: f64| radius(optimizer, rate, momentum, 1.5);
                assert!(at(critical) < at(critical - 0.01) && at(critical) < at(critical + 0.01), "{optimizer} {rate}");
            }
        }
        // Up to the rate of balance, no other direction is slower.
        let worst = |optimizer: &str, rate: f64, momentum: f64| {
            [1.0, 3.0, 10.0]
                .map(|eigenvalue| radius(optimizer, rate, momentum, eigenvalue))
                .into_iter()
                .fold(0.0, f64::max)
        };
        for optimizer in ["momentum", "nesterov"] {
            let rate = balanced(optimizer, (1.0, 10.0));
            let best = |rate: f64| worst(optimizer, rate, critical(optimizer, rate, 1.0).unwrap());
            assert!(best(rate) < best(0.98 * rate) && best(rate) < best(1.02 * rate), "{optimizer}");
        }
        assert_eq!([critical("sgd", 0.1, 1.0), critical("momentum", 4.0, 1.0)], [None; 2]);
        // The fastest point of the heavy ball lies on the line of the smallest eigenvalue.
        let (rate, momentum) = fastest((1.0, 100.0));
        assert!((critical("momentum", rate, 1.0).unwrap() - momentum).abs() < 1e-14);
    }

    #[test]
    fn the_fastest_point_is_polyaks() {
        assert_eq!(fastest((1.0, 1.0)), (1.0, 0.0));
        let (rate, momentum) = fastest((1.0, 100.0));
        assert!((rate - 4.0 / 121.0).abs() < 1e-15 && (momentum - 81.0 / 121.0).abs() < 1e-15);
    }
}
