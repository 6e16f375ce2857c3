//! Lines of medians over seeds: their bands, their legend, and what becomes of them where trials diverged.

use super::axis::{Axis, Scale};
use super::picture::{Edge, Entry, Layer, Symbol};
use super::style::Style;
use super::{Chart, FigureError};
use thalweg_record::stats::{Band, Configuration, Statistic};

/// A line of the chart.
pub(super) struct Series {
    pub style: Style,
    pub label: String,
    pub points: Vec<SeedPoint>,
}

/// A metric over seeds at one place.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeedPoint {
    pub x: f64,
    pub band: Band,
    /// Whether at least half of the trials diverged, or the middle did.
    pub lost: bool,
}

/// Where the worst outcomes lie: losses diverge upwards, accuracies fall to 0.
pub(super) fn worst_edge(worst: f64) -> Edge {
    if worst > 0.0 { Edge::Top } else { Edge::Bottom }
}

/// An ordinate that holds the medians and quartiles of all lines.
///
/// Losses and norms stand on a log axis, unless one is negative; accuracies on a linear one. Where every median is
/// lost, there is still an axis.
pub(super) fn ordinate(chart: &Chart, series: &[Series], worst: f64) -> Result<Axis, FigureError> {
    ordinate_with(chart, series, worst, &[])
}

/// The same, which holds these values as well.
pub(super) fn ordinate_with(chart: &Chart, series: &[Series], worst: f64, more: &[f64]) -> Result<Axis, FigureError> {
    let shown = series.iter().flat_map(|line| &line.points).filter(|point| !point.lost);
    // What is below 0 by a standard deviation alone takes no place on a log axis.
    let is_wide = chart.options.statistic != Statistic::Median;
    let low = |band: &Band| if is_wide && band.low <= 0.0 && band.middle > 0.0 { band.middle } else { band.low };
    let values = shown.flat_map(|point| [point.band.middle, low(&point.band), point.band.high]);
    let values: Vec<f64> = values.chain(more.iter().copied()).collect();
    let is_log = worst > 0.0 && values.iter().all(|&value| value >= 0.0);
    let suggested = if is_log { Scale::Log } else { Scale::Linear };
    let scale = chart.options.y_scale.unwrap_or_else(|| scale_in(suggested, chart.options.y_range));
    if let Some(range) = chart.options.y_range {
        return axis_in("y", scale, range);
    }
    let fallback = if scale == Scale::Log { (0.1, 10.0) } else { (0.0, 1.0) };
    Ok(Axis::around(scale, values).unwrap_or_else(|| Axis::new(scale, fallback.0, fallback.1)))
}

/// The scale that values suggest, unless a range that was asked for has no place on it.
pub(super) fn scale_in(suggested: Scale, range: Option<(f64, f64)>) -> Scale {
    if range.is_some_and(|(low, _)| low <= 0.0) { Scale::Linear } else { suggested }
}

/// An axis over a range that was asked for.
pub(super) fn axis_in(axis: &'static str, scale: Scale, (low, high): (f64, f64)) -> Result<Axis, FigureError> {
    let is_finite = low.is_finite() && high.is_finite() && low < high;
    if !is_finite || (scale == Scale::Log && low <= 0.0) {
        let scale = if scale == Scale::Log { "a log" } else { "a linear" };
        return Err(FigureError::Range { axis, low, high, scale });
    }
    Ok(Axis::new(scale, low, high))
}

/// Bands below, lines above them, arrows on top.
pub(super) fn layers(series: &[Series], y: &Axis, edge: Edge) -> Vec<Layer> {
    let bands = series.iter().flat_map(bands);
    let lines = series.iter().flat_map(|line| lines(line, y, edge));
    let arrows = series.iter().map(|line| Layer::Beyond(line.style, edge, starts(line, |point| point.lost)));
    let off =
        series.iter().map(|line| Layer::Beyond(line.style, edge.opposite(), starts(line, |p| is_off(p, y, edge))));
    let arrows = arrows.chain(off);
    let mut layers: Vec<Layer> = bands.chain(lines).chain(arrows).collect();
    if series.iter().all(|line| line.points.iter().all(|point| point.lost)) {
        layers.push(Layer::Remark("every median diverged".to_owned()));
    }
    layers
}

/// A layer as far as this place on the abscissa; none where nothing of it is left.
pub(super) fn until(layer: Layer, end: f64) -> Option<Layer> {
    let cut = |points: Vec<(f64, f64)>| -> Vec<_> { points.into_iter().take_while(|(x, _)| *x <= end).collect() };
    match layer {
        Layer::Band(style, points) => {
            Some(Layer::Band(style, points.into_iter().take_while(|(x, ..)| *x <= end).collect()))
        }
        Layer::Line(style, points) => Some(Layer::Line(style, cut(points))),
        Layer::Markers(style, points) => Some(Layer::Markers(style, cut(points))),
        Layer::Hint(_, points) if points.iter().any(|(x, _)| *x > end) => None,
        Layer::Beyond(style, edge, places) => {
            Some(Layer::Beyond(style, edge, places.into_iter().filter(|x| *x <= end).collect()))
        }
        layer => Some(layer),
    }
}

/// Where the stretches of points start for which `such` holds.
fn starts(line: &Series, such: impl Fn(&SeedPoint) -> bool) -> Vec<f64> {
    let points = &line.points;
    let first = |i: usize| such(&points[i]) && (i == 0 || !such(&points[i - 1]));
    (0..points.len()).filter(|&i| first(i)).map(|i| points[i].x).collect()
}

/// Whether the median is better than the axis shows: a loss of 0 has no place on a log axis.
fn is_off(point: &SeedPoint, y: &Axis, edge: Edge) -> bool {
    let place = y.place(point.band.middle);
    !point.lost && if edge == Edge::Top { place < 0.0 } else { place > 1.0 }
}

/// The stretches in which the median is not lost.
fn stretches(line: &Series) -> impl Iterator<Item = &[SeedPoint]> {
    line.points.chunk_by(|a, b| a.lost == b.lost).filter(|stretch| !stretch[0].lost)
}

fn bands(line: &Series) -> Vec<Layer> {
    let band = |stretch: &[SeedPoint]| match stretch {
        // A band without width would be invisible.
        [point] => Layer::Hint(line.style, vec![(point.x, point.band.low), (point.x, point.band.high)]),
        _ => Layer::Band(line.style, stretch.iter().map(|p| (p.x, p.band.low, p.band.high)).collect()),
    };
    stretches(line).map(band).collect()
}

fn lines(line: &Series, y: &Axis, edge: Edge) -> Vec<Layer> {
    let end = if edge == Edge::Top { y.high() } else { y.low() };
    let mut layers: Vec<Layer> = stretches(line)
        .map(|stretch| Layer::Line(line.style, stretch.iter().map(|point| (point.x, point.band.middle)).collect()))
        .collect();
    let departures = line.points.windows(2).filter(|pair| !pair[0].lost && pair[1].lost);
    layers.extend(
        departures.map(|pair| Layer::Hint(line.style, vec![(pair[0].x, pair[0].band.middle), (pair[1].x, end)])),
    );
    layers
}

/// What line, band and arrow mean.
pub(super) fn notes(
    series: &[Series],
    (seeds, statistic): ((usize, usize), Statistic),
    y: &Axis,
    edge: Edge,
) -> Vec<Entry> {
    let entry = |symbol, text: &str| Entry { symbol, text: text.to_owned() };
    let lost = format!("the {} diverged", statistic.label());
    let mut notes = match seeds {
        (1, 1) => vec![entry(Symbol::PlainLine, "one seed")],
        (fewest, most) => {
            let count = if fewest == most { most.to_string() } else { format!("{fewest} to {most}") };
            let middle = format!("{} over {count} seeds", statistic.label());
            vec![entry(Symbol::PlainLine, &middle), entry(Symbol::Band, statistic.band())]
        }
    };
    if series.iter().flat_map(|line| &line.points).any(|point| point.lost) {
        notes.push(entry(Symbol::Beyond(edge), if seeds == (1, 1) { "diverged" } else { &lost }));
    }
    if series.iter().flat_map(|line| &line.points).any(|point| is_off(point, y, edge)) {
        notes.push(entry(Symbol::Beyond(edge.opposite()), &format!("the {} is off the axis", statistic.label())));
    }
    notes
}

/// The smallest and the largest number of trials in a configuration.
pub(super) fn seed_counts<'a>(configurations: impl IntoIterator<Item = &'a Configuration<'a>>) -> (usize, usize) {
    let counts = configurations.into_iter().map(|configuration| configuration.runs().len());
    counts.fold((usize::MAX, 0), |(fewest, most), count| (fewest.min(count), most.max(count)))
}
