//! How near kernels come to what bounds them.

use thalweg_report::figure::{Axis, Entry, Layer, Panel, Picture, Scale, Style, Symbol, Tick, style};

use super::{Kernel, remark};

/// The height of a kernel's bar with the room around it, and how much of that the bar takes.
const ROW: f64 = 15.0;
const BAR: f64 = 0.66;

/// What can bound a kernel, in the order of its colours, neighbours of which differ in grey; what is none of these comes after.
const BOUNDS: [(&str, &str); 6] = [
    ("multiply-add", "multiply-add units"),
    ("load/store", "loads and stores"),
    ("memory bandwidth", "bandwidth of memory"),
    ("L3 bandwidth", "bandwidth of L3"),
    ("L2 bandwidth", "bandwidth of L2"),
    ("division", "divider"),
];

/// A picture for each family with a kernel of ours whose bound is known, with the names of their files.
pub(super) fn pictures(kernels: &[Kernel<'_>]) -> Vec<(String, Picture)> {
    let mut families: Vec<&str> = Vec::new();
    let bounded: Vec<(&Kernel<'_>, f64, &str)> = kernels
        .iter()
        .filter(|kernel| kernel.is_ours())
        .filter_map(|kernel| Some((kernel, kernel.share?, kernel.row.bound.as_deref()?)))
        .collect();
    for (kernel, ..) in &bounded {
        families.extend((!families.contains(&kernel.name.family())).then_some(kernel.name.family()));
    }
    let picture = |family: &str| {
        let mut own: Vec<_> = bounded.iter().copied().filter(|(kernel, ..)| kernel.name.family() == family).collect();
        own.sort_by(|a, b| b.1.total_cmp(&a.1));
        (format!("shares-{family}"), of_family(family, &own))
    };
    families.into_iter().map(picture).collect()
}

fn of_family(family: &str, sorted: &[(&Kernel<'_>, f64, &str)]) -> Picture {
    let mut bounds: Vec<&str> = BOUNDS.iter().map(|(name, _)| *name).collect();
    for (.., bound) in sorted {
        bounds.extend((!bounds.contains(bound)).then_some(*bound));
    }
    let look = |bound: &str| Style { dash: &[], ..style(bounds.iter().position(|known| *known == bound).unwrap_or(0)) };
    let count = sorted.len();
    let middle = |row: usize| (count - 1 - row) as f64 + 0.5;
    let bars = sorted.iter().enumerate().map(|(row, (_, share, bound))| {
        Layer::Bar(look(bound), (0.0, *share), (middle(row) - BAR / 2.0, middle(row) + BAR / 2.0))
    });
    let bound_line = Layer::Guide(vec![(1.0, 0.0), (1.0, count as f64)]);
    let is_one_group = sorted.iter().all(|(kernel, ..)| kernel.name.group == sorted[0].0.name.group);
    let label = |kernel: &Kernel<'_>| {
        let (group, workload) = (kernel.name.group_words(), kernel.name.workload_words());
        // The family is what the figure is of.
        let rest = group.split_once(", ").map_or("", |(_, rest)| rest);
        if is_one_group || rest.is_empty() { workload } else { format!("{rest}, {workload}") }
    };
    let ticks = sorted.iter().enumerate().rev();
    let y =
        Axis::named(count, ticks.map(|(row, (kernel, ..))| Tick { value: middle(row), label: Some(label(kernel)) }));
    let most = sorted.iter().map(|(_, share, _)| *share).fold(1.0, f64::max);
    let is_there = |name: &&str| sorted.iter().any(|(.., bound)| bound == name);
    let words =
        |name: &str| BOUNDS.iter().find(|(known, _)| *known == name).map_or(name, |(_, words)| words).to_owned();
    let legend = bounds.iter().filter(|name| is_there(name));
    let mut notes = vec![Entry { symbol: Symbol::Guide, text: "the bound, measured on the same core".to_owned() }];
    if !sorted.iter().any(|(kernel, ..)| kernel.counts_flops()) {
        notes.push(remark("only loads and stores are counted, no arithmetic"));
    }
    Picture {
        title: format!("Share of the bound: {}", family.replace('-', " ")),
        x: Axis::new(Scale::Linear, 0.0, 1.04 * most),
        x_label: "least time that the bound allows / time".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: ROW * count as f64,
            y,
            y_label: String::new(),
            layers: bars.chain([bound_line]).collect(),
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        legend: legend.map(|name| Entry { symbol: Symbol::Stroke(look(name).color, &[]), text: words(name) }).collect(),
        notes,
    }
}
