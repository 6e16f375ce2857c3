//! Where the parts of a chart stand: measured, so that no text is cut off and the legend hides nothing.

use super::super::picture::{Entry, Panel, Picture, Symbol};
use super::geometry::Frame;
use super::text;

pub(super) const MARGIN: f64 = 14.0;
/// Size of the title.
pub(super) const TITLE: f64 = 14.0;
/// Size of the axes' names.
pub(super) const LABEL: f64 = 12.0;
/// Size of all other text.
pub(super) const SMALL: f64 = 11.0;
/// Length of a tick.
pub(super) const TICK: f64 = 4.0;
/// From one line of the title or the legend to the next.
pub(super) const TITLE_LINE: f64 = 18.0;
pub(super) const LEGEND_LINE: f64 = 17.0;
/// Width of the drawing beside a legend's text, and of the room between them.
pub(super) const SYMBOL: (f64, f64) = (30.0, 7.0);

/// Size of the colour bar.
const BAR: (f64, f64) = (16.0, 190.0);
/// From the top of the colour bar's label to the bar, and from the bar to the legend.
const BAR_LABEL: f64 = 22.0;
const BAR_GAP: f64 = 18.0;

/// How much wider than measured text may be: a reader of the SVG may have none of its fonts, and DejaVu Sans is this
/// much wider.
const SLACK: f64 = 1.17;

/// Widths of the panels in one column, in two and so on; more columns are as narrow as the last.
const PANEL_WIDTHS: [f64; 4] = [480.0, 300.0, 230.0, 190.0];
/// Room between columns: half of the labels at both ends of their axes.
const COLUMN_GAP: f64 = 26.0;
const PANEL_GAP: f64 = 10.0;
const HEADING_LINE: f64 = 16.0;
const LEGEND_GAP: f64 = 18.0;
const NOTES_GAP: f64 = 8.0;
/// From the lowest panel down to the baselines of its ticks' labels and of the axis' name.
pub(super) const X_TICKS: f64 = 16.0;
pub(super) const X_LABEL: f64 = 34.0;
/// From the colour bar up to the baseline of its label.
pub(super) const BAR_BASELINE: f64 = 10.0;

/// The places, in CSS pixels.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub size: (u32, u32),
    /// The title's lines.
    pub title: Vec<String>,
    /// A frame per panel.
    pub frames: Vec<Frame>,
    /// The colour bar; its label's baseline is [`BAR_BASELINE`] above it.
    pub color_bar: Option<Frame>,
    /// The left edge of the legend, and the middles of its lines: those of the entries, then those of the notes.
    pub legend: (f64, Vec<f64>),
}

impl Layout {
    pub(super) fn of(picture: &Picture) -> Self {
        let label = if picture.panels.iter().any(|panel| !panel.y_label.is_empty()) { LABEL + 8.0 } else { 0.0 };
        let left = MARGIN + label + ordinate_width(picture) + TICK + 4.0;
        let panel_width = panel_width(picture);
        let has_own = (picture.rows()..picture.panels.len()).any(|panel| picture.has_ordinate(panel));
        let gap = COLUMN_GAP + if has_own { ordinate_width(picture) } else { 0.0 };
        let place = |column: usize| left + column as f64 * (panel_width + gap);
        let right = place(picture.columns - 1) + panel_width;
        // The last tick's label may stick out, centred as it is.
        let overhang = picture.x.ticks().last().and_then(|tick| tick.label.as_deref()).map_or(0.0, small_width) / 2.0;
        let entries: Vec<&Entry> = picture.legend.iter().chain(&picture.notes).collect();
        let legend_width = entries.iter().map(|entry| entry_width(entry)).fold(bar_width(picture), f64::max);
        let mut width = right + if legend_width == 0.0 { overhang } else { LEGEND_GAP + legend_width } + MARGIN;

        let title = text::wrap(&picture.title, TITLE, (width - left - MARGIN) / SLACK);
        // A word may be longer than the chart is wide.
        let title_width = title.iter().map(|line| text::width(line, TITLE)).fold(0.0, f64::max);
        width = width.max(left + SLACK * title_width + MARGIN);
        let mut frames = Vec::new();
        let mut y = 0.0;
        for (column, panels) in picture.panels.chunks(picture.rows()).enumerate() {
            y = MARGIN + title.len() as f64 * TITLE_LINE;
            let left = place(column);
            for panel in panels {
                y += if panel.heading.is_empty() { 4.0 } else { HEADING_LINE };
                frames.push(Frame { left, top: y, right: left + panel_width, bottom: y + panel.height });
                y += panel.height + PANEL_GAP;
            }
        }
        let panels_bottom = y - PANEL_GAP + X_LABEL + 4.0;

        let mut at = frames.first().map_or(y, |frame| frame.top);
        let bar_left = right + LEGEND_GAP;
        let color_bar = picture.color_bar.as_ref().map(|_| {
            let top = at + BAR_LABEL;
            at = top + BAR.1 + BAR_GAP;
            Frame { left: bar_left, top, right: bar_left + BAR.0, bottom: top + BAR.1 }
        });
        at += 0.5 * LEGEND_LINE;
        let mut lines = Vec::new();
        for i in 0..entries.len() {
            if i == picture.legend.len() && i > 0 {
                at += NOTES_GAP;
            }
            lines.push(at);
            at += LEGEND_LINE;
        }
        let height = panels_bottom.max(at - 0.5 * LEGEND_LINE) + MARGIN;
        let size = (width.ceil() as u32, height.ceil() as u32);
        Self { size, title, frames, color_bar, legend: (right + LEGEND_GAP, lines) }
    }
}

/// The width of all panels: no heading of several columns reaches into the next one.
fn panel_width(picture: &Picture) -> f64 {
    let width = PANEL_WIDTHS[picture.columns.min(PANEL_WIDTHS.len()) - 1];
    if picture.columns == 1 {
        return width;
    }
    picture.panels.iter().map(|panel| SLACK * small_width(&panel.heading)).fold(width, f64::max)
}

fn small_width(content: &str) -> f64 {
    text::width(content, SMALL)
}

/// The room that ordinates' labels and symbols need.
fn ordinate_width(picture: &Picture) -> f64 {
    let width = |panel: &Panel| {
        let labels =
            panel.y.ticks().iter().filter_map(|tick| tick.label.as_deref()).map(|label| SLACK * small_width(label));
        let symbols = if panel.symbols.is_empty() { 0.0 } else { SYMBOL.0 };
        labels.fold(symbols, f64::max)
    };
    picture.panels.iter().map(width).fold(0.0, f64::max)
}

/// The room that the colour bar, its ticks' labels and its own label need.
fn bar_width(picture: &Picture) -> f64 {
    picture.color_bar.as_ref().map_or(0.0, |bar| {
        let labels = bar.axis.ticks().iter().filter_map(|tick| tick.label.as_deref()).map(small_width);
        (BAR.0 + TICK + 4.0 + SLACK * labels.fold(0.0, f64::max)).max(SLACK * small_width(&bar.label))
    })
}

fn entry_width(entry: &Entry) -> f64 {
    indent(entry) + SLACK * small_width(&entry.text)
}

/// Where the text of a legend's line starts.
pub(super) fn indent(entry: &Entry) -> f64 {
    if matches!(entry.symbol, Symbol::None) { 0.0 } else { SYMBOL.0 + SYMBOL.1 }
}
