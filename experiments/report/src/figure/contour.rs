//! Lines of equal value on a grid, and the choice of their levels.

use std::collections::BTreeMap;

use super::axis::{Axis, Scale, between, share};
use thalweg_record::record::Surface;
use thalweg_record::stats::quantile;

/// The most levels of constant ratio.
const MOST_LEVELS: usize = 13;

/// Values whose upper tenth is this many times the lower one ask for levels of constant ratio.
const STEEP: f64 = 30.0;

/// Levels above a base, ascending.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Levels {
    /// What the levels are counted from: 0, or the lowest value of the grid if that is not near 0.
    pub base: f64,
    /// Each level's height above the base.
    pub heights: Vec<f64>,
}

impl Levels {
    /// Round levels: evenly spaced, or of constant ratio where the surface is steep. None if it is flat, or nowhere
    /// finite.
    pub(super) fn of(surface: &Surface) -> Option<Self> {
        let mut heights: Vec<f64> = surface.values.iter().copied().filter(|value| value.is_finite()).collect();
        heights.sort_by(f64::total_cmp);
        let (&low, &high) = (heights.first()?, heights.last()?);
        let base = if low >= 0.0 && low <= 0.01 * high { 0.0 } else { low };
        // Two numbers may be further apart than the largest one.
        heights.iter_mut().for_each(|value| *value = (*value - base).min(f64::MAX));
        let [lowest, tenth, ninetieth] = [0.02, 0.1, 0.9].map(|share| quantile(&heights, share));
        let top = (high - base).min(f64::MAX);
        let is_steep = tenth? > 0.0 && ninetieth? / tenth? > STEEP;
        let heights = if is_steep { steep(lowest?.max(top * 1e-12), top) } else { even(top) };
        (!heights.is_empty()).then_some(Self { base, heights })
    }

    /// The band that a value lies in: how many levels are below it.
    pub(super) fn band(&self, value: f64) -> usize {
        self.heights.partition_point(|height| *height <= value - self.base)
    }
}

/// Levels of nearly constant ratio between two heights, denser the fewer decades there are.
fn steep(low: f64, high: f64) -> Vec<f64> {
    let decades = libm::floor(libm::log10(low)) as i32..=libm::floor(libm::log10(high)) as i32;
    let series = |digits: &[u32], stride: i32| -> Vec<f64> {
        let exponents = decades.clone().filter(|exponent| exponent.rem_euclid(stride) == 0);
        let all = exponents.flat_map(|exponent| digits.iter().map(move |digit| format!("{digit}e{exponent}")));
        let values = all.map(|text| text.parse().expect("this is a decimal"));
        values.filter(|height| low < *height && *height < high).collect()
    };
    let choices: [(&[u32], i32); 5] = [(&[1, 2, 5], 1), (&[1, 3], 1), (&[1], 1), (&[1], 2), (&[1], 4)];
    let candidates = choices.into_iter().map(|(digits, stride)| series(digits, stride));
    candidates.into_iter().find(|heights| heights.len() <= MOST_LEVELS).unwrap_or_default()
}

/// Evenly spaced levels below a height.
fn even(high: f64) -> Vec<f64> {
    if high <= 0.0 {
        return Vec::new();
    }
    let axis = Axis::new(Scale::Linear, 0.0, high);
    let ticks: Vec<f64> = axis.ticks().iter().map(|tick| tick.value).collect();
    // Ticks are as dense as their labels allow; lines may be denser.
    let half = ticks.get(1).map_or(high, |tick| *tick) / 2.0;
    let halves = ticks.iter().flat_map(|tick| [*tick, tick + half]);
    halves.filter(|height| 0.0 < *height && *height < high).collect()
}

/// A side of a cell of the grid: from point (i, j) along the first coordinate, or along the second.
type Side = (usize, usize, bool);

/// The lines at which the surface, linear between its points, has this value (marching squares).
///
/// A line is closed if its last point is its first. Cells with a corner that is not finite have no line.
pub(super) fn lines(surface: &Surface, value: f64) -> Vec<Vec<(f64, f64)>> {
    let mut neighbours: BTreeMap<Side, Vec<Side>> = BTreeMap::new();
    for i in 1..surface.x0.len() {
        for j in 1..surface.x1.len() {
            for (a, b) in crossings(surface, (i - 1, j - 1), value) {
                neighbours.entry(a).or_default().push(b);
                neighbours.entry(b).or_default().push(a);
            }
        }
    }
    let mut lines = Vec::new();
    // Lines that end at the edge of the grid start there; what is left then is closed.
    let ends: Vec<Side> = neighbours.iter().filter(|(_, next)| next.len() == 1).map(|(side, _)| *side).collect();
    for side in ends {
        if neighbours.contains_key(&side) {
            lines.push(trace(surface, value, &mut neighbours, side));
        }
    }
    while let Some((&side, _)) = neighbours.first_key_value() {
        lines.push(trace(surface, value, &mut neighbours, side));
    }
    lines
}

/// Follows a line from a side, and takes it out of the map.
fn trace(surface: &Surface, value: f64, neighbours: &mut BTreeMap<Side, Vec<Side>>, start: Side) -> Vec<(f64, f64)> {
    let mut line = vec![place(surface, value, start)];
    let mut side = start;
    while let Some(next) = neighbours.get_mut(&side).and_then(Vec::pop) {
        if neighbours[&side].is_empty() {
            neighbours.remove(&side);
        }
        if let Some(back) = neighbours.get_mut(&next) {
            if let Some(at) = back.iter().position(|other| *other == side) {
                back.remove(at);
            }
            if back.is_empty() {
                neighbours.remove(&next);
            }
        }
        line.push(place(surface, value, next));
        side = next;
    }
    line
}

/// The pairs of sides that the line connects within the cell whose first corner is (i, j).
fn crossings(surface: &Surface, (i, j): (usize, usize), value: f64) -> Vec<(Side, Side)> {
    let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map(|(i, j)| at(surface, i, j));
    if corners.iter().any(|corner| !corner.is_finite()) {
        return Vec::new();
    }
    let above = corners.map(|corner| corner >= value);
    let sides = [(i, j, true), (i + 1, j, false), (i, j + 1, true), (i, j, false)];
    let crossed: Vec<Side> = (0..4).filter(|&k| above[k] != above[(k + 1) % 4]).map(|k| sides[k]).collect();
    match crossed[..] {
        [a, b] => vec![(a, b)],
        // A saddle: the value in the middle says which corners belong together.
        [a, b, c, d] if (corners.iter().sum::<f64>() / 4.0 >= value) == above[0] => vec![(a, b), (c, d)],
        [a, b, c, d] => vec![(d, a), (b, c)],
        _ => Vec::new(),
    }
}

fn at(surface: &Surface, i: usize, j: usize) -> f64 {
    surface.values[i * surface.x1.len() + j]
}

/// Where the line crosses a side.
fn place(surface: &Surface, value: f64, (i, j, along_first): Side) -> (f64, f64) {
    let (k, l) = if along_first { (i + 1, j) } else { (i, j + 1) };
    let (from, to) = (at(surface, i, j), at(surface, k, l));
    let share = share(from, to, value);
    let along = |a: f64, b: f64| between(a, b, (share, 1.0));
    (along(surface.x0[i], surface.x0[k]), along(surface.x1[j], surface.x1[l]))
}

/// The surface between its points (bilinear); none outside of the grid.
pub(super) fn height(surface: &Surface, (x0, x1): (f64, f64)) -> Option<f64> {
    let (i, s) = cell(&surface.x0, x0)?;
    let (j, t) = cell(&surface.x1, x1)?;
    let mix = |low: f64, high: f64, share: f64| if share == 0.0 { low } else { between(low, high, (share, 1.0)) };
    let along = |j: usize| mix(at(surface, i, j), at(surface, i + 1, j), s);
    Some(mix(along(j), along(j + 1), t))
}

/// The interval of ascending values that holds `x`, and how far into it that is.
fn cell(values: &[f64], x: f64) -> Option<(usize, f64)> {
    let last = values.len().checked_sub(2)?;
    let i = values.partition_point(|value| *value <= x).checked_sub(1)?.min(last);
    let share = share(values[i], values[i + 1], x);
    (share <= 1.0).then_some((i, share))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(n: usize, f: impl Fn(f64, f64) -> f64) -> Surface {
        let x: Vec<f64> = (0..n).map(|i| -2.0 + 4.0 * i as f64 / (n - 1) as f64).collect();
        let values = x.iter().flat_map(|&a| x.iter().map(move |&b| (a, b))).map(|(a, b)| f(a, b)).collect();
        Surface { x0: x.clone(), x1: x, values }
    }

    #[test]
    fn a_circle_is_one_closed_line() {
        let lines = lines(&surface(101, |a, b| a * a + b * b), 1.0);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        assert!(lines[0].iter().all(|(a, b)| (a * a + b * b - 1.0).abs() < 2e-3));
        let turns: f64 = lines[0].windows(2).map(|p| p[0].0 * p[1].1 - p[0].1 * p[1].0).sum();
        assert!((turns.abs() / 2.0 - std::f64::consts::PI).abs() < 5e-3, "it goes around once: {turns}");
    }

    #[test]
    fn lines_end_at_the_edges_and_at_what_is_not_finite() {
        let plane = surface(11, |a, _| a);
        assert_eq!(lines(&plane, 0.1).iter().map(Vec::len).collect::<Vec<_>>(), [11]);
        let saddle = lines(&surface(20, |a, b| a * b), 0.5);
        assert_eq!(saddle.len(), 2);
        assert!(lines(&plane, 5.0).is_empty());
        let holed = surface(11, |a, b| if b == 0.0 { f64::INFINITY } else { a });
        assert_eq!(lines(&holed, 0.1).iter().map(Vec::len).collect::<Vec<_>>(), [5, 5]);
        let lone = lines(&surface(2, |a, b| a * b), 0.0);
        assert_eq!(lone.len(), 2, "the two lines of a saddle do not cross");
    }

    #[test]
    fn levels_follow_the_shape() {
        let rosenbrock = surface(101, |a, b| (1.0 - a) * (1.0 - a) + 100.0 * (b - a * a) * (b - a * a));
        let levels = Levels::of(&rosenbrock).unwrap();
        assert_eq!(levels.base, 0.0);
        assert!(levels.heights.windows(2).all(|pair| pair[1] / pair[0] > 1.9), "{levels:?}");
        assert!((5..=MOST_LEVELS).contains(&levels.heights.len()), "{levels:?}");
        let bowl = Levels::of(&surface(101, |a, b| a * a + b * b - 1.0)).unwrap();
        assert_eq!((bowl.base, &bowl.heights[..3]), (-1.0, &[1.0, 2.0, 3.0][..]));
        assert_eq!([bowl.band(-1.0), bowl.band(1.5), bowl.band(f64::INFINITY)], [0, 2, 7]);
        assert_eq!(Levels::of(&surface(3, |_, _| 1.0)), None);
        assert_eq!(Levels::of(&surface(3, |_, _| f64::NAN)), None);
    }

    #[test]
    fn heights_are_linear_between_points() {
        let plane = surface(5, |a, b| 3.0 * a - b);
        for point in [(-2.0, -2.0), (0.3, 1.7), (2.0, 2.0), (-1.0, 0.25)] {
            assert!((height(&plane, point).unwrap() - (3.0 * point.0 - point.1)).abs() < 1e-12);
        }
        assert_eq!(height(&plane, (2.1, 0.0)), None);
        assert_eq!(height(&plane, (0.0, -2.1)), None);
    }
}
