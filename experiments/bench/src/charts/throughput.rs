//! Throughput by the size of matrices, beside that of other libraries and the peak.

use thalweg_report::figure::{Axis, Entry, Layer, MOST_LINES, Marker, Panel, Picture, Scale, Style, Symbol, style};

use super::name::{runner_rank, runner_words, variant_words};
use super::{Kernel, largest, remark};

/// Who computes, and what of a workload is no size.
type Series<'a> = (&'a str, &'a str);

/// A point: the geometric mean of the sides, the throughput, and whether all sides are alike.
type Measured = (f64, f64, bool);

/// A group, the points of its series by their numbers, and the measured peak.
type Group = (String, Vec<(usize, Measured)>, Option<f64>);

/// The throughput of every group whose benchmarks have sizes; none if there is no such group.
pub(super) fn picture(kernels: &[Kernel<'_>]) -> Option<Picture> {
    let mut series: Vec<Series<'_>> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for kernel in kernels.iter().filter(|kernel| kernel.counts_flops()) {
        let Some((sides, rest)) = kernel.name.sides() else { continue };
        let own = (kernel.name.runner, rest);
        let known = series.iter().position(|known| *known == own);
        let at = known.unwrap_or_else(|| {
            series.push(own);
            series.len() - 1
        });
        let logarithms = sides.iter().map(|side| libm::log(side.max(1.0))).sum::<f64>();
        let size = libm::exp(logarithms / sides.len() as f64);
        let is_square = sides.iter().all(|side| *side == sides[0]);
        let (point, heading) = ((at, (size, kernel.work_per_ns, is_square)), kernel.name.group_words());
        match groups.iter_mut().find(|(known, ..)| *known == heading) {
            Some((_, points, peak)) => {
                points.push(point);
                *peak = largest(peak.iter().copied().chain(kernel.peak()));
            }
            None => groups.push((heading, vec![point], kernel.peak())),
        }
    }
    if groups.is_empty() || series.len() > MOST_LINES {
        return None;
    }
    let sizes = groups.iter().flat_map(|(_, points, _)| points).map(|(_, (size, ..))| *size);
    let x = Axis::around(Scale::Log, sizes)?;
    let values = groups.iter().flat_map(|(_, points, peak)| points.iter().map(|(_, point)| point.1).chain(*peak));
    let y = Axis::around(Scale::Log, values)?;
    let has_peak = groups.iter().any(|(.., peak)| peak.is_some());
    let looks: Vec<Style> = series.iter().map(|series| look(*series)).collect();
    let panel = |(heading, points, peak): &Group| {
        let mut layers: Vec<Layer> =
            peak.iter().map(|peak| Layer::Guide(vec![(x.low(), *peak), (x.high(), *peak)])).collect();
        for (at, look) in looks.iter().enumerate() {
            let own = points.iter().filter(|(series, _)| *series == at).map(|(_, point)| *point);
            let mut own: Vec<Measured> = own.collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0));
            let place = |&(size, value, _): &Measured| (size, value);
            layers.push(Layer::Line(*look, own.iter().filter(|point| point.2).map(place).collect()));
            layers.push(Layer::Points(*look, own.iter().map(place).collect()));
        }
        let (y, y_label) = (y.clone(), "GFLOP/s".to_owned());
        Panel { heading: heading.clone(), height: 240.0, y, y_label, layers, symbols: Vec::new() }
    };
    let panels: Vec<Panel> = groups.iter().map(panel).collect();
    let entry = |(at, (runner, rest)): (usize, &Series<'_>)| Entry {
        symbol: Symbol::Line(looks[at]),
        text: format!("{}{}", runner_words(runner), variant_words(rest)),
    };
    let mut legend: Vec<((usize, &str), Entry)> =
        series.iter().enumerate().map(|own| ((runner_rank(own.1.0), own.1.1), entry(own))).collect();
    legend.sort_by_key(|(order, _)| *order);
    let mut notes = vec![remark("lines join equal sides"), remark("other points: shapes of layers")];
    if has_peak {
        notes.push(Entry { symbol: Symbol::Guide, text: "peak of the core, measured".to_owned() });
    }
    Some(Picture {
        title: "Throughput by size".to_owned(),
        x,
        x_label: "geometric mean of the sides".to_owned(),
        columns: panels.len().min(2),
        panels,
        color_bar: None,
        legend: legend.into_iter().map(|(_, entry)| entry).collect(),
        notes,
    })
}

/// The look of a runner, with other dashes where it has something besides a size.
fn look((runner, rest): Series<'_>) -> Style {
    let own = style(runner_rank(runner));
    if rest.is_empty() { own } else { Style { dash: &[2.0, 2.0], marker: Marker::Diamond, ..own } }
}
