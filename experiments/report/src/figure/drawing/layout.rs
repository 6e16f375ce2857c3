//! Where the parts of a chart stand: measured, so that no text is cut off and the whole is as wide as was asked for. What
//! is drawn in gives way.

use super::super::appearance::{Appearance, LABEL, Legend};
use super::super::axis::Axis;
use super::super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::geometry::Frame;
use super::legend::Key;
use super::text;

pub(super) const MARGIN: f64 = 9.0;
/// Size of the title, of all text but titles and names of axes, and of the line below the title.
pub(super) const TITLE: f64 = 14.0;
pub(super) const SMALL: f64 = 11.0;
/// Length of a tick.
pub(super) const TICK: f64 = 4.0;
/// From one line of the title, of what stands below it, of a heading or of a name of an axis to the next.
pub(super) const TITLE_LINE: f64 = 18.0;
pub(super) const SUBTITLE_LINE: f64 = 15.0;
pub(super) const HEADING_LINE: f64 = 14.0;
pub(super) const LABEL_LINE: f64 = 15.0;

/// Width of the colour bar, and its most height.
const BAR: (f64, f64) = (13.0, 230.0);
/// From the panels to what is beside them.
const BESIDE_GAP: f64 = 16.0;

/// How much wider than measured text may be: a reader of the SVG may have none of its fonts.
pub(super) const SLACK: f64 = 1.06;

/// Widths of the panels in one column, in two and so on, that the heights of panels are meant for; more columns are as
/// narrow as the last.
const PANEL_WIDTHS: [f64; 4] = [480.0, 300.0, 230.0, 190.0];
/// The least width and height of what is drawn in.
const LEAST: (f64, f64) = (40.0, 60.0);
/// Room between columns: half of the labels at both ends of their axes.
const COLUMN_GAP: f64 = 26.0;
const PANEL_GAP: f64 = 10.0;
/// From the lowest panel down to the baselines of its ticks' labels.
pub(super) const X_TICKS: f64 = 16.0;
/// Room between the numbers of an axis, at least.
const LABEL_GAP: f64 = 6.0;
/// The largest part of the width that a legend may have beside the panels, unless it is asked to be there.
const MOST_BESIDE: f64 = 0.31;

/// How the labels of ticks are written, so that they keep apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TickLabels {
    /// Every one of so many.
    Every(usize),
    /// All, upwards.
    Upright,
}

/// The places, in units of the layout.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub size: (f64, f64),
    /// The lines of the title, and of what stands below it.
    pub title: Vec<String>,
    pub subtitle: Vec<String>,
    /// A frame per panel.
    pub frames: Vec<Frame>,
    /// The lines above each panel, and those of the name of its ordinate.
    pub headings: Vec<Vec<String>>,
    pub y_labels: Vec<Vec<String>>,
    /// The name of the abscissa, and the baseline of its first line.
    pub x_label: (Vec<String>, f64),
    pub x_ticks: TickLabels,
    pub color_bar: Option<Frame>,
    /// The lines of its name.
    pub bar_label: Vec<String>,
    pub key: Key,
}

impl Layout {
    pub(super) fn of(picture: &Picture, look: &Appearance) -> Self {
        let width = look.units();
        let legend = place_of_legend(picture, look);
        // As many lines as the name of an ordinate has depends on how high its panel is, and that on how many it has.
        let first = Columns::of(picture, legend, width, (1, 1));
        let (y_labels, bar_label) = (first.y_labels(picture), first.bar_label(picture));
        let lines = y_labels.iter().map(Vec::len).max().unwrap_or(0);
        let columns = Columns::of(picture, legend, width, (lines.max(1), bar_label.len()));
        let text_width = (width - 2.0 * MARGIN) / SLACK;
        let title = text::balanced(&picture.title, TITLE, text_width);
        let subtitle = text::wrap(&picture.subtitle(), SMALL, text_width);
        let headings: Vec<Vec<String>> =
            picture.panels.iter().map(|panel| text::wrap(&panel.heading, SMALL, columns.panel / SLACK)).collect();

        let top = MARGIN + title.len() as f64 * TITLE_LINE + subtitle.len() as f64 * SUBTITLE_LINE;
        let mut key = Key::default();
        let frames = columns.frames(picture, &headings, top);
        let bottom = frames.iter().map(|frame| frame.bottom).fold(top, f64::max);
        let x_ticks = tick_labels(&picture.x, columns.panel);
        let mut end =
            bottom + if picture.x.ticks().iter().any(|tick| tick.label.is_some()) { X_TICKS + 4.0 } else { 4.0 };
        if x_ticks == TickLabels::Upright {
            end += widest_label(&picture.x) - SMALL + 4.0;
        }
        let span = columns.span(picture);
        let x_lines = text::balanced(&picture.x_label, LABEL, (width - 2.0 * MARGIN).min(span + 80.0) / SLACK);
        let x_label = (x_lines, end + 0.95 * LABEL);
        end += x_label.0.len() as f64 * LABEL_LINE + 2.0;

        let beside = width - MARGIN - columns.beside + BESIDE_GAP;
        let first_top = frames.first().map_or(top, |frame| frame.top);
        let color_bar = picture.color_bar.as_ref().map(|_| {
            let height = frames.first().map_or(BAR.1, Frame::height).min(BAR.1);
            Frame { left: beside, top: first_top, right: beside + BAR.0, bottom: first_top + height }
        });
        let beside_top = color_bar.map_or(first_top, |bar| bar.bottom + BESIDE_GAP);
        let room = width - 2.0 * MARGIN;
        match legend {
            Some(Legend::Beside) => {
                let limit = columns.beside - BESIDE_GAP;
                let below = key.column(&entries(picture, true, true), (beside, beside_top), limit);
                end = end.max(below + 2.0);
            }
            Some(Legend::Inside) => {
                let is_inside = frames.first().is_some_and(|frame| key.inside(picture, frame));
                end = key.rows(&entries(picture, !is_inside, false), (MARGIN, end + 4.0), room);
                end = key.flow(&entries(picture, false, true), (MARGIN, end), room);
            }
            Some(Legend::Direct) => {
                let rows = picture.rows();
                let last = frames.len().checked_sub(rows).and_then(|at| Some((at, frames.get(at)?)));
                let rest = match last {
                    Some((at, frame)) => key.direct(picture, &picture.panels[at], frame),
                    None => entries(picture, true, false),
                };
                end = key.rows(&rest, (MARGIN, end + 4.0), room);
                end = key.flow(&entries(picture, false, true), (MARGIN, end), room);
            }
            Some(Legend::Below) => {
                end = key.rows(&entries(picture, true, false), (MARGIN, end + 4.0), room);
                end = key.flow(&entries(picture, false, true), (MARGIN, end), room);
            }
            None => {}
        }
        let end = color_bar.map_or(end, |bar| end.max(bar.bottom));
        let size = (width, (end + MARGIN).ceil());
        Self { size, title, subtitle, frames, headings, y_labels, x_label, x_ticks, color_bar, bar_label, key }
    }
}

/// The lines of the legend, those of the notes, or both; not what stands below the title.
pub(super) fn entries(picture: &Picture, of_lines: bool, others: bool) -> Vec<Entry> {
    let lines = picture.legend.iter().filter(|_| of_lines);
    let notes = picture.notes.iter().filter(|note| others && !matches!(note.symbol, Symbol::Shared));
    lines.chain(notes).cloned().collect()
}

/// Where the legend stands, if there is one.
fn place_of_legend(picture: &Picture, look: &Appearance) -> Option<Legend> {
    let all = entries(picture, true, true);
    if all.is_empty() {
        return None;
    }
    let widest = all.iter().map(Key::width).fold(0.0, f64::max);
    let is_narrow = widest <= MOST_BESIDE * look.units();
    let fitting = if is_narrow { Legend::Beside } else { Legend::Below };
    // What is beside the panels would be over the ends of lines.
    let wanted = look.legend.filter(|legend| *legend != Legend::Direct || picture.color_bar.is_none());
    Some(wanted.unwrap_or(fitting))
}

/// What stands from left to right.
#[derive(Clone, Copy, Debug)]
struct Columns {
    left: f64,
    /// The width of a panel, and the distance from one to the next.
    panel: f64,
    gap: f64,
    /// The room on the right of the panels.
    beside: f64,
}

impl Columns {
    fn of(picture: &Picture, legend: Option<Legend>, width: f64, (label_lines, bar_lines): (usize, usize)) -> Self {
        let has_label = picture.panels.iter().any(|panel| !panel.y_label.is_empty());
        let label = if has_label { LABEL_LINE * label_lines as f64 + 3.0 } else { 0.0 };
        let left = MARGIN + label + ordinate_width(picture) + TICK + 4.0;
        let has_own = (picture.rows()..picture.panels.len()).any(|panel| picture.has_ordinate(panel));
        let gap = COLUMN_GAP + if has_own { ordinate_width(picture) } else { 0.0 };
        // The last tick's label may stick out, centred as it is.
        let last = picture.x.ticks().last().filter(|tick| picture.x.place(tick.value) > 0.9);
        let overhang = last.and_then(|tick| tick.label.as_deref()).map_or(0.0, small_width) / 2.0;
        let key = match legend {
            Some(Legend::Beside) => {
                let widest = entries(picture, true, true).iter().map(Key::width).fold(0.0, f64::max);
                widest.min(0.42 * width)
            }
            Some(Legend::Direct) => picture.legend.iter().map(Key::text_width).fold(0.0, f64::max).min(0.42 * width),
            _ => 0.0,
        };
        let besides = key.max(bar_width(picture, bar_lines));
        let beside = if besides > 0.0 { BESIDE_GAP + besides } else { overhang };
        let columns = picture.columns as f64;
        let panel = ((width - MARGIN - beside - left - gap * (columns - 1.0)) / columns).max(LEAST.0);
        Self { left, panel, gap, beside }
    }

    /// The heights of panels, in proportion to their width; rows with a name each keep theirs, and so do those with text at
    /// places of its own.
    fn height(&self, picture: &Picture, panel: &Panel) -> f64 {
        let meant = PANEL_WIDTHS[picture.columns.min(PANEL_WIDTHS.len()) - 1];
        let has_rows = !panel.symbols.is_empty() || (!panel.y.is_free() && !panel.y.ticks().is_empty());
        let has_text = panel.layers.iter().any(|layer| matches!(layer, Layer::Labels(labels) if !labels.is_empty()));
        if has_rows || has_text { panel.height } else { (panel.height * self.panel / meant).max(LEAST.1) }
    }

    fn span(&self, picture: &Picture) -> f64 {
        self.panel * picture.columns as f64 + self.gap * (picture.columns as f64 - 1.0)
    }

    fn frames(&self, picture: &Picture, headings: &[Vec<String>], top: f64) -> Vec<Frame> {
        let mut frames = Vec::new();
        let rows = picture.rows();
        for (column, panels) in picture.panels.chunks(rows).enumerate() {
            let left = self.left + column as f64 * (self.panel + self.gap);
            let mut y = top;
            for (row, panel) in panels.iter().enumerate() {
                // Panels of a row begin at one height.
                let lines = headings.iter().skip(row).step_by(rows).map(Vec::len).max().unwrap_or(0);
                y += if lines == 0 { 4.0 } else { lines as f64 * HEADING_LINE + 3.0 };
                let height = self.height(picture, panel);
                frames.push(Frame { left, top: y, right: left + self.panel, bottom: y + height });
                y += height + PANEL_GAP;
            }
        }
        frames
    }

    /// The name of the colour bar, in lines that are no longer than it is high.
    fn bar_label(&self, picture: &Picture) -> Vec<String> {
        let height = picture.panels.first().map_or(BAR.1, |panel| self.height(picture, panel).min(BAR.1));
        let Some(bar) = &picture.color_bar else { return Vec::new() };
        // A word is rather longer than broken.
        text::balanced(&bar.label, LABEL, (height / SLACK).max(text::widest_word(&bar.label, LABEL)))
    }

    /// The names of ordinates in lines that are no longer than their panels are high.
    fn y_labels(&self, picture: &Picture) -> Vec<Vec<String>> {
        let lines = |panel: &Panel| text::balanced(&panel.y_label, LABEL, self.height(picture, panel) / SLACK);
        picture.panels.iter().map(lines).collect()
    }
}

fn small_width(content: &str) -> f64 {
    text::width(content, SMALL)
}

/// The widest label of an axis.
fn widest_label(axis: &Axis) -> f64 {
    axis.ticks().iter().filter_map(|tick| tick.label.as_deref()).map(small_width).fold(0.0, f64::max)
}

/// The room that ordinates' labels and symbols need.
fn ordinate_width(picture: &Picture) -> f64 {
    let width = |panel: &Panel| {
        let symbols = if panel.symbols.is_empty() { 0.0 } else { super::legend::SYMBOL.0 };
        (SLACK * widest_label(&panel.y)).max(symbols)
    };
    picture.panels.iter().map(width).fold(0.0, f64::max)
}

/// The room that the colour bar, its ticks' labels and its name need, which runs upwards.
fn bar_width(picture: &Picture, lines: usize) -> f64 {
    picture.color_bar.as_ref().map_or(0.0, |bar| bar_label_at(&bar.axis, lines) + 0.4 * LABEL)
}

/// From the left edge of the colour bar to the last baseline of its name.
pub(super) fn bar_label_at(axis: &Axis, lines: usize) -> f64 {
    BAR.0 + TICK + 4.0 + SLACK * widest_label(axis) + 6.0 + LABEL + lines.saturating_sub(1) as f64 * LABEL_LINE
}

/// How the labels of an abscissa of this length keep apart.
fn tick_labels(axis: &Axis, length: f64) -> TickLabels {
    let named: Vec<(f64, f64)> = axis
        .ticks()
        .iter()
        .filter_map(|tick| Some((axis.place(tick.value) * length, small_width(tick.label.as_deref()?) / 2.0)))
        .collect();
    let fits = |every: usize| {
        let kept: Vec<_> = named.iter().step_by(every).collect();
        kept.windows(2).all(|pair| pair[0].0 + pair[0].1 + LABEL_GAP <= pair[1].0 - pair[1].1)
    };
    if !axis.is_free() && !fits(1) {
        return TickLabels::Upright;
    }
    TickLabels::Every((1..=named.len().max(1)).find(|every| fits(*every)).unwrap_or(1))
}
