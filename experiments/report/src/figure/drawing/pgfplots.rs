//! A picture as a file of pgfplots with its numbers in a table beside it.
//!
//! Each panel is an `axis` of the size that it has elsewhere, with its lines, bands and markers as plots of columns of
//! the table. All else is drawn by TikZ where it is elsewhere, so that text stands at its place with LaTeX's fonts.

use super::super::appearance::{Appearance, Theme};
use super::super::axis::{Axis, Scale};
use super::super::picture::{Layer, Panel, Picture};
use super::super::style::{Marker, Style, Tint};
use super::geometry::{self, Point};
use super::layout::{Layout, SMALL, TICK, TickLabels};
use super::paint::{self, BAND_OPACITY, BORDER, LINE, MARKER, POINT, THIN};
use super::scene::{Image, Item, Scene, Shape, Stroke};
use super::svg::number;
use super::tikz::{Tikz, latex};

/// The classes of what lies below the lines of a panel; and of what an `axis` draws itself.
const BELOW: [&str; 11] =
    ["cell", "cells", "tones", "hatching", "level", "light", "border", "guide", "stroke", "bar", "disc"];
const OF_AXIS: [&str; 8] = ["grid", "frame", "tick", "tick-label", "line", "thin", "hint", "band"];

/// The files of a picture: LaTeX, the table, and images.
pub(super) struct Files<'a> {
    pub tex: String,
    pub table: String,
    pub images: Vec<&'a Image>,
}

/// Writes a picture that was drawn as `scene`; its files are called `name`.
pub(super) fn write<'a>(
    picture: &Picture,
    layout: &Layout,
    scene: &'a Scene,
    name: &str,
    look: &Appearance,
) -> Files<'a> {
    let mut tikz = Tikz { look, text: String::new(), colors: Vec::new(), name, images: 0 };
    let mut table = Table::default();
    if look.theme != Theme::Transparent {
        let paper = tikz.color(Tint::Paper);
        let corner = format!("({},{})", number(scene.width), number(scene.height));
        tikz.line(format!("\\fill[fill={paper}] (0,0) rectangle {corner};"));
    }
    let parts = Parts::of(scene);
    parts.outside.iter().for_each(|shape| tikz.shape(shape));
    // A group of shapes that is empty is none: places without a panel have no part.
    let panels = picture.panels.iter().enumerate().filter(|(_, panel)| !panel.is_free());
    for ((at, panel), (below, above)) in panels.zip(&parts.panels) {
        below.iter().for_each(|shape| tikz.shape(shape));
        Plots { picture, layout, at, panel }.write(&mut tikz, &mut table);
        above.iter().for_each(|shape| tikz.shape(shape));
    }
    parts.legend.iter().for_each(|shape| tikz.shape(shape));
    let images = scene.items.iter().filter_map(|item| match item {
        Item::Shape(_, Shape::Image(image)) => Some(image),
        _ => None,
    });
    Files { tex: document(&tikz, scene, name), table: table.text(), images: images.collect() }
}

fn document(tikz: &Tikz<'_>, scene: &Scene, name: &str) -> String {
    let mut tex = format!(
        "% {name}, with its numbers in {name}.dat. With the package standalone, \\input takes it into another document.\n\
         \\documentclass[border=0pt]{{standalone}}\n\\usepackage[T1]{{fontenc}}\n\\usepackage[utf8]{{inputenc}}\n\
         \\usepackage{{pgfplots}}\n\\pgfplotsset{{compat=1.18}}\n"
    );
    for (color, digits) in &tikz.colors {
        tex.push_str(&format!("\\definecolor{{{color}}}{{HTML}}{{{digits}}}\n"));
    }
    let unit = tikz.length(1.0);
    tex.push_str(&format!(
        "\\begin{{document}}\n\\sffamily\n\\begin{{tikzpicture}}[x={unit}, y=-{unit}, line join=round]\n\
         \\useasboundingbox (0,0) rectangle ({},{});\n",
        number(scene.width),
        number(scene.height)
    ));
    tex.push_str(&tikz.text);
    tex.push_str("\\end{tikzpicture}\n\\end{document}\n");
    tex
}

/// The shapes of a drawing by where they belong: below and above the lines of each panel, in the legend, or outside.
#[derive(Default)]
struct Parts<'a> {
    panels: Vec<(Vec<&'a Shape>, Vec<&'a Shape>)>,
    legend: Vec<&'a Shape>,
    outside: Vec<&'a Shape>,
}

impl<'a> Parts<'a> {
    fn of(scene: &'a Scene) -> Self {
        let mut parts = Self::default();
        let mut groups: Vec<&str> = Vec::new();
        for item in &scene.items {
            match item {
                Item::Open(group) => {
                    groups.push(group.class);
                    if group.class == "panel" {
                        parts.panels.push(Default::default());
                    }
                }
                Item::Close => drop(groups.pop()),
                Item::Shape(class, shape) => match (groups.first(), parts.panels.last_mut()) {
                    (Some(&"panel"), Some((below, above))) => {
                        let is_series = groups.contains(&"series");
                        if BELOW.contains(class) {
                            below.push(shape);
                        } else if !(OF_AXIS.contains(class) || is_series && *class == "marker") {
                            above.push(shape);
                        }
                    }
                    (Some(&"abscissa"), _) if *class == "tick-label" => {}
                    (Some(&"legend"), _) => parts.legend.push(shape),
                    _ => parts.outside.push(shape),
                },
            }
        }
        parts
    }
}

/// The columns of the table, which may be of different lengths.
#[derive(Default)]
struct Table(Vec<(String, Vec<f64>)>);

impl Table {
    /// Adds points as two columns; the options that plot them.
    fn add(&mut self, what: &str, points: &[(f64, f64)]) -> String {
        let [x, y] = ["x", "y"].map(|axis| format!("{what}-{axis}"));
        let options = format!("x={{{x}}}, y={{{y}}}");
        self.0.push((x, points.iter().map(|point| point.0).collect()));
        self.0.push((y, points.iter().map(|point| point.1).collect()));
        options
    }

    fn text(&self) -> String {
        let rows = self.0.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
        let mut text = self.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" ") + "\n";
        for row in 0..rows {
            let cell = |values: &Vec<f64>| match values.get(row) {
                Some(value) if value.is_finite() => format!("{value:e}"),
                _ => "nan".to_owned(),
            };
            text += &self.0.iter().map(|(_, values)| cell(values)).collect::<Vec<_>>().join(" ");
            text.push('\n');
        }
        text
    }
}

/// A panel as an `axis`.
struct Plots<'a> {
    picture: &'a Picture,
    layout: &'a Layout,
    at: usize,
    panel: &'a Panel,
}

impl Plots<'_> {
    fn write(&self, tikz: &mut Tikz<'_>, table: &mut Table) {
        let options = self.options(tikz);
        tikz.line(format!("\\begin{{axis}}[{}]", options.join(",\n  ")));
        for (number, layer) in self.panel.layers.iter().enumerate() {
            self.plot(tikz, table, number + 1, layer);
        }
        tikz.line("\\end{axis}");
    }

    fn options(&self, tikz: &mut Tikz<'_>) -> Vec<String> {
        let frame = &self.layout.frames[self.at];
        let (ink, axis) = (tikz.color(Tint::Ink), tikz.color(Tint::Axis));
        let has_cells = self.panel.cells().next().is_some();
        let mut options = vec![
            format!("at={{({},{})}}, anchor=south west", tikz.length(frame.left), tikz.length(-frame.bottom)),
            format!("scale only axis, width={}, height={}", tikz.length(frame.width()), tikz.length(frame.height())),
            "enlargelimits=false, tick align=outside, xtick pos=bottom, ytick pos=left".to_owned(),
            format!("axis line style={{color={axis}, line width={}}}", tikz.length(BORDER)),
            format!("tick style={{color={axis}, line width={}}}", tikz.length(BORDER)),
            format!("major tick length={}, minor tick length=0pt", tikz.length(TICK)),
            format!("tick label style={{text={ink}, font={}}}", tikz.font(SMALL)),
            "unbounded coords=discard".to_owned(),
        ];
        if tikz.look.grid && !has_cells {
            let (grid, fine) = (tikz.color(Tint::Grid), tikz.color(Tint::FineGrid));
            let (coarse, thin) = (tikz.length(0.9), tikz.length(0.7));
            options.push("grid=both".to_owned());
            options.push(format!("major grid style={{color={grid}, line width={coarse}}}"));
            options.push(format!("minor grid style={{color={fine}, line width={thin}}}"));
        }
        let rows = self.picture.rows();
        let below = self.picture.panels.iter().skip(self.at + 1).take(rows - 1 - self.at % rows);
        let is_lowest = below.into_iter().all(Panel::is_free);
        let (every, is_upright) = match self.layout.x_ticks {
            TickLabels::Every(every) => (every, false),
            TickLabels::Upright => (1, true),
        };
        options.extend(ticks("x", &self.picture.x, is_lowest.then_some(every)));
        options.extend(ticks("y", &self.panel.y, self.picture.has_ordinate(self.at).then_some(1)));
        if is_upright {
            options.push("x tick label style={rotate=90, anchor=east}".to_owned());
        }
        options
    }

    fn place(&self, point: (f64, f64)) -> Point {
        paint::place(&self.picture.x, self.panel, &self.layout.frames[self.at], point)
    }

    /// Values whose places an axis has, those far off moved to where the drawing has them.
    fn near(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let near = |axis: &Axis, value: f64| match axis.place(value) {
            place if (0.0..=1.0).contains(&place) => value,
            place => axis.value_at(place),
        };
        (near(&self.picture.x, x), near(&self.panel.y, y))
    }

    /// Points without those that nobody can see.
    fn thin(&self, points: &[(f64, f64)]) -> Vec<(f64, f64)> {
        let places: Vec<Point> = points.iter().map(|point| self.place(*point)).collect();
        geometry::kept(&places).into_iter().map(|at| self.near(points[at])).collect()
    }

    fn plot(&self, tikz: &mut Tikz<'_>, table: &mut Table, layer_number: usize, layer: &Layer) {
        let what = format!("{}-{layer_number}", self.at + 1);
        let file = format!("{}.dat", tikz.name);
        let mut line = |tikz: &mut Tikz<'_>, style: &Style, points: &[(f64, f64)], dash, width| {
            let columns = table.add(&what, &self.thin(points));
            let options = tikz.stroke(&Stroke { color: style.color, width, dash });
            tikz.line(format!("\\addplot[{options}] table[{columns}] {{{file}}};"));
        };
        match layer {
            Layer::Line(style, points) => line(tikz, style, points, style.dash, LINE),
            Layer::Thin(style, points) => line(tikz, style, points, style.dash, THIN),
            Layer::Hint(style, points) => line(tikz, style, points, &[1.5, 2.5], THIN),
            Layer::Band(style, points) => {
                let low: Vec<_> = points.iter().map(|&(x, low, _)| (x, low)).collect();
                let high: Vec<_> = points.iter().map(|&(x, _, high)| (x, high)).collect();
                let mut outline = self.thin(&low);
                outline.extend(self.thin(&high).into_iter().rev());
                let (columns, color) = (table.add(&what, &outline), tikz.color(style.color));
                let fill = format!("draw=none, fill={color}, fill opacity={BAND_OPACITY}");
                tikz.line(format!("\\addplot[{fill}] table[{columns}] {{{file}}};"));
            }
            Layer::Markers(style, points) | Layer::Points(style, points) => {
                let size = if matches!(layer, Layer::Points(..)) { POINT } else { MARKER };
                let frame = &self.layout.frames[self.at];
                let seen = points.iter().copied().filter(|point| frame.holds(self.place(*point)));
                let columns = table.add(&what, &seen.collect::<Vec<_>>());
                let (mark, color) = (mark(style.marker), tikz.color(style.color));
                let turn = if style.marker == Marker::Wedge { ", rotate=180" } else { "" };
                let options = format!(
                    "only marks, mark={mark}, mark size={}, mark options={{solid, color={color}, fill={color}{turn}}}",
                    tikz.length(size / 2.0)
                );
                tikz.line(format!("\\addplot[{options}] table[{columns}] {{{file}}};"));
            }
            _ => {}
        }
    }
}

/// The range and the ticks of an axis, with every so many of their labels, or none.
fn ticks(letter: &str, axis: &Axis, every: Option<usize>) -> Vec<String> {
    let places = |named: bool| {
        let own = axis.ticks().iter().filter(|tick| tick.label.is_some() == named);
        own.map(|tick| format!("{:e}", tick.value)).collect::<Vec<_>>().join(", ")
    };
    let labels = axis.ticks().iter().filter_map(|tick| tick.label.as_deref()).enumerate();
    let label = |(at, label): (usize, &str)| match every {
        Some(every) if at % every == 0 => format!("{{{}}}", latex(label)),
        _ => "{}".to_owned(),
    };
    let labels: Vec<String> = labels.map(label).collect();
    let mode = if axis.scale() == Scale::Log { "log" } else { "normal" };
    let (low, high) = (axis.low(), axis.high());
    let minor = places(false);
    let mut options = vec![
        format!("{letter}mode={mode}, {letter}min={low:e}, {letter}max={high:e}"),
        if labels.is_empty() { format!("{letter}tick=\\empty") } else { format!("{letter}tick={{{}}}", places(true)) },
        format!("{letter}ticklabels={{{}}}", labels.join(", ")),
    ];
    options.extend((!minor.is_empty()).then(|| format!("minor {letter}tick={{{minor}}}")));
    options
}

/// The name of a marker.
fn mark(marker: Marker) -> &'static str {
    match marker {
        Marker::Circle => "*",
        Marker::Square => "square*",
        Marker::Triangle | Marker::Wedge => "triangle*",
        Marker::Diamond => "diamond*",
        Marker::Cross => "x",
        Marker::Plus => "+",
    }
}
