//! The roofline (Williams, Waterman and Patterson, 2009): what a kernel computes in a second over what it computes with a byte,
//! below the peak of the core and the bandwidths of the levels of its memory.

use thalweg_report::figure::{Axis, Entry, Label, Layer, Panel, Picture, Scale, Symbol, style};

use super::{Kernel, largest, remark};
use crate::Row;

/// What a row says of the core, in bytes per nanosecond.
type Bandwidth = fn(&Row) -> Option<f64>;

/// The levels of the memory hierarchy, and their columns.
const LEVELS: [(&str, Bandwidth); 4] = [
    ("L1", |row| row.peak_gbs_l1),
    ("L2", |row| row.peak_gbs_l2),
    ("L3", |row| row.peak_gbs_l3),
    ("memory", |row| row.peak_gbs_memory),
];

/// The precisions, each of which has a peak of its own.
const PRECISIONS: [&str; 2] = ["f32", "f64"];

/// A roof over the kernels of a precision: its peak in GFLOP/s, and bandwidths in GB/s.
struct Roof {
    peak: f64,
    bandwidths: Vec<(&'static str, f64)>,
}

/// A panel for each precision of which a kernel of ours has operations, bytes and a peak; none if there is none.
pub(super) fn picture(kernels: &[Kernel<'_>]) -> Option<Picture> {
    let placed: Vec<(&Kernel<'_>, f64)> =
        kernels.iter().filter_map(|kernel| Some((kernel, intensity(kernel)?))).collect();
    let roofs: Vec<(&str, Roof)> =
        PRECISIONS.into_iter().filter_map(|precision| Some((precision, roof(&placed, precision)?))).collect();
    let mut groups: Vec<String> = Vec::new();
    for (kernel, _) in &placed {
        let group = kernel.name.group_words();
        groups.extend((!groups.contains(&group)).then_some(group));
    }
    let ridge = |roof: &Roof| roof.bandwidths.iter().map(|(_, bandwidth)| roof.peak / bandwidth).collect::<Vec<_>>();
    let intensities = placed.iter().map(|(_, intensity)| *intensity);
    let x = Axis::around(Scale::Log, intensities.chain(roofs.iter().flat_map(|(_, roof)| ridge(roof))))?;
    let throughputs = || placed.iter().map(|(kernel, _)| kernel.work_per_ns);
    let y =
        Axis::around(Scale::Log, throughputs().chain(roofs.iter().flat_map(|(_, roof)| [roof.peak, 2.0 * roof.peak])))?;
    let panels: Vec<Panel> = roofs
        .iter()
        .map(|(precision, roof)| {
            let own = placed.iter().filter(|(kernel, _)| kernel.row.precision == *precision);
            let mut layers = roof.layers(&x, &y);
            for (at, group) in groups.iter().enumerate() {
                let own = own.clone().filter(|(kernel, _)| kernel.name.group_words() == *group);
                layers.push(Layer::Points(style(at), own.map(|(kernel, x)| (*x, kernel.work_per_ns)).collect()));
            }
            layers.push(Layer::Labels(roof.labels(&x, &y)));
            let heading = if roofs.len() > 1 { (*precision).to_owned() } else { String::new() };
            Panel { heading, height: 340.0, y: y.clone(), y_label: "GFLOP/s".to_owned(), layers, symbols: Vec::new() }
        })
        .collect();
    let entry = |(at, group): (usize, &String)| Entry { symbol: Symbol::Marker(style(at)), text: group.clone() };
    (!panels.is_empty()).then(|| Picture {
        title: "Roofline".to_owned(),
        x,
        x_label: "FLOP per byte, each read or written once".to_owned(),
        panels,
        columns: 1,
        color_bar: None,
        legend: groups.iter().enumerate().map(entry).collect(),
        notes: vec![
            Entry { symbol: Symbol::Guide, text: "peak and bandwidths of the core, measured".to_owned() },
            remark("only kernels whose operations are counted"),
        ],
    })
}

/// Operations per byte of a kernel of ours that has a throughput in operations.
fn intensity(kernel: &Kernel<'_>) -> Option<f64> {
    let bytes = kernel.row.bytes.filter(|bytes| *bytes > 0)?;
    (kernel.is_ours() && kernel.counts_flops() && kernel.row.work > 0).then(|| kernel.row.work as f64 / bytes as f64)
}

/// The best of what was measured in the runs of kernels.
fn roof(placed: &[(&Kernel<'_>, f64)], precision: &str) -> Option<Roof> {
    let own = || placed.iter().map(|(kernel, _)| *kernel).filter(|kernel| kernel.row.precision == precision);
    let peak = largest(own().filter_map(Kernel::peak)).filter(|peak| *peak > 0.0)?;
    let bandwidth = |of: Bandwidth| largest(own().filter_map(|kernel| of(kernel.row)));
    let bandwidths = LEVELS.into_iter().filter_map(|(name, of)| Some((name, bandwidth(of).filter(|own| *own > 0.0)?)));
    Some(Roof { peak, bandwidths: bandwidths.collect() })
}

impl Roof {
    fn layers(&self, x: &Axis, y: &Axis) -> Vec<Layer> {
        let slope = |&(_, bandwidth): &(&str, f64)| {
            let start = x.low().max(y.low() / bandwidth);
            Layer::Guide(vec![(start, start * bandwidth), (self.peak / bandwidth, self.peak)])
        };
        let highest = self.bandwidths.iter().map(|(_, bandwidth)| *bandwidth).fold(0.0, f64::max);
        let start = if highest > 0.0 { (self.peak / highest).max(x.low()) } else { x.low() };
        let level = Layer::Guide(vec![(start, self.peak), (x.high(), self.peak)]);
        self.bandwidths.iter().map(slope).chain([level]).collect()
    }

    /// Names on the lines: of the slopes near their lower ends, one after the other where they are close.
    fn labels(&self, x: &Axis, y: &Axis) -> Vec<Label> {
        let slope = |&(name, bandwidth): &(&str, f64)| {
            let (low, high) = (x.place(x.low().max(y.low() / bandwidth)), x.place(self.peak / bandwidth));
            let at = x.value_at(low + (0.18 * (high - low) + 0.04).min(0.6 * (high - low)));
            Label { text: name.to_owned(), at: (at, at * bandwidth), shift: (0.0, 0.0), on_paper: true }
        };
        let peak =
            Label { text: "peak".to_owned(), at: (x.value_at(0.95), self.peak), shift: (0.0, -9.0), on_paper: false };
        self.bandwidths.iter().map(slope).chain([peak]).collect()
    }
}
