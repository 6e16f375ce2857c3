//! Small multiples: a figure once for each value of a column, on common axes.

use super::axis::Axis;
use super::labels;
use super::options::Options;
use super::picture::{Entry, Panel, Picture, Symbol};
use super::{Chart, Data, FigureError};
use thalweg_record::stats::Configuration;

/// The most panels, besides those that a kind has anyway.
pub const MOST_PANELS: usize = 8;

/// Heights of panels above these are cut to them, so that a page holds all of them.
const HEIGHTS: [f64; 3] = [240.0, 190.0, 150.0];

/// What a configuration has in a column: a setting, its problem or its optimizer.
pub(super) fn value(configuration: &Configuration<'_>, column: &str) -> Option<String> {
    match column {
        "problem" => Some(configuration.problem().to_owned()),
        "optimizer" => Some(configuration.series().to_owned()),
        _ => configuration.setting(column).map(|setting| labels::text(&setting)),
    }
}

/// The values of a column, in plan order.
pub(super) fn values(configurations: &[Configuration<'_>], column: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in configurations.iter().filter_map(|configuration| value(configuration, column)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// The configurations with each of these values of a column.
pub(super) fn subsets<'a>(
    configurations: &[Configuration<'a>],
    column: &str,
    values: &[String],
) -> Vec<Vec<Configuration<'a>>> {
    let subset = |wanted: &String| {
        let is_own = |configuration: &&Configuration<'_>| value(configuration, column).as_ref() == Some(wanted);
        configurations.iter().filter(is_own).copied().collect()
    };
    values.iter().map(subset).collect()
}

/// The figure of the configurations with each value of the column, one above the other.
pub(super) fn compose(chart: &Chart, data: &Data<'_>, column: &str) -> Result<Picture, FigureError> {
    let kind = chart.kind;
    let is_selected = |configuration: &&Configuration<'_>| chart.options.selects(configuration);
    let selected: Vec<Configuration<'_>> = data.configurations.iter().filter(is_selected).copied().collect();
    let values = values(&selected, column);
    if values.is_empty() {
        let reason = format!("no trial has a value in `{column}`");
        return Err(FigureError::NoData { kind: kind.name, reason });
    }
    if values.len() > MOST_PANELS {
        return Err(FigureError::TooManyPanels { kind: kind.name, found: values.len(), most: MOST_PANELS });
    }
    // Settings that differ among all configurations have a place in labels, selected or not.
    let subsets = subsets(data.configurations, column, &values);
    // All of them, where each has a panel.
    let problem = if data.problem.is_empty() { values.join(", ") } else { data.problem.to_owned() };
    let draw = |options: &Options| -> Result<Vec<Picture>, FigureError> {
        let chart = Chart { options: options.clone(), ..chart.clone() };
        let of = |configurations: &Vec<Configuration<'_>>| {
            (kind.compose)(&chart, &Data { problem: &problem, configurations, ..*data })
        };
        subsets.iter().map(of).collect()
    };
    // Once to see how far the axes reach, and once with all of them alike.
    let mut options = Options { panel: None, ..chart.options.clone() };
    let alone = draw(&options)?;
    let takes = |key: &str| kind.keys.contains(&key);
    if takes("x_range") && options.x_range.is_none() {
        options.x_range = union(alone.iter().map(|picture| &picture.x));
    }
    if takes("y_range") && options.y_range.is_none() {
        options.y_range = union(alone.iter().map(|picture| &picture.panels[0].y));
    }
    Ok(stack(draw(&options)?, &values, column))
}

/// The range that holds all of these axes.
fn union<'a>(axes: impl Iterator<Item = &'a Axis>) -> Option<(f64, f64)> {
    axes.map(|axis| (axis.low(), axis.high())).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

fn stack(pictures: Vec<Picture>, values: &[String], column: &str) -> Picture {
    let most = HEIGHTS[pictures.len().clamp(2, HEIGHTS.len() + 1) - 2];
    let heading = |value: &String| match column {
        "problem" => value.clone(),
        _ => format!("{} = {value}", column.replace('_', " ")),
    };
    let legend = merged(pictures.iter().map(|picture| &picture.legend), values.iter().map(heading));
    let mut notes: Vec<Entry> = Vec::new();
    for note in pictures.iter().flat_map(|picture| &picture.notes) {
        if !notes.iter().any(|known| known.text == note.text) {
            notes.push(note.clone());
        }
    }
    let mut panels: Vec<Panel> = Vec::new();
    let mut common: Option<Picture> = None;
    for (mut picture, value) in pictures.into_iter().zip(values) {
        let first = &mut picture.panels[0];
        first.heading = heading(value);
        first.height = first.height.min(most);
        panels.append(&mut picture.panels);
        common.get_or_insert(picture);
    }
    let common = common.expect("there is a value");
    Picture { panels, legend, notes, ..common }
}

/// The entries of all legends: once where they are the same, else below the heading of their panel.
fn merged<'a>(legends: impl Iterator<Item = &'a Vec<Entry>>, headings: impl Iterator<Item = String>) -> Vec<Entry> {
    let legends: Vec<&Vec<Entry>> = legends.collect();
    let texts = |legend: &[Entry]| legend.iter().map(|entry| entry.text.clone()).collect::<Vec<_>>();
    if legends.windows(2).all(|pair| texts(pair[0]) == texts(pair[1])) {
        return legends[0].clone();
    }
    let titled = legends.into_iter().zip(headings);
    let with = |(legend, heading): (&Vec<Entry>, String)| {
        std::iter::once(Entry { symbol: Symbol::None, text: heading }).chain(legend.clone()).collect::<Vec<_>>()
    };
    titled.flat_map(with).collect()
}
