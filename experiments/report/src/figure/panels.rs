//! Small multiples: a figure once for each value of a column, or of two, on common axes.

use super::axis::Axis;
use super::groups::{value, values};
use super::options::Options;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::words;
use super::{Chart, Data, FigureError};
use thalweg_record::stats::Configuration;

/// The most panels, besides those that a kind has anyway.
pub const MOST_PANELS: usize = 8;

/// The most panels in rows and columns.
const MOST_IN_GRID: usize = 24;

/// Heights of panels above these are cut to them, so that a page holds all of them.
const HEIGHTS: [f64; 3] = [240.0, 190.0, 150.0];

/// The columns whose values have panels: side by side where rows have values as well, else one above the other.
pub(super) struct Facets<'a> {
    panel: Option<&'a str>,
    row: Option<&'a str>,
}

/// Values of the columns of panels and of rows, where there are such.
type Place = [Option<String>; 2];

impl<'a> Facets<'a> {
    /// Those of a chart, if it has any.
    pub fn of(chart: &'a Chart) -> Option<Self> {
        let Options { panel, row, .. } = chart.options();
        (panel.is_some() || row.is_some()).then_some(Self { panel: panel.as_deref(), row: row.as_deref() })
    }

    /// The columns of panels and of rows.
    fn columns(&self) -> [Option<&'a str>; 2] {
        [self.panel, self.row]
    }

    /// The places of the panels, from top to bottom and then to the next column; and how many columns there are.
    fn places(&self, all: &[Configuration<'_>]) -> (Vec<Place>, usize) {
        let values = |column: Option<&str>| match column {
            Some(column) => values(all, column).into_iter().map(Some).collect(),
            None => vec![None],
        };
        let [panels, rows] = self.columns().map(values);
        let columns = if self.row.is_some() { panels.len() } else { 1 };
        let of = |panel: &Option<String>| rows.iter().map(|row| [panel.clone(), row.clone()]).collect::<Vec<_>>();
        (panels.iter().flat_map(of).collect(), columns)
    }

    fn is_at(&self, configuration: &Configuration<'_>, place: &Place) -> bool {
        let agrees = |(column, wanted): (Option<&str>, &Option<String>)| {
            column.is_none_or(|column| value(configuration, column) == *wanted)
        };
        self.columns().into_iter().zip(place).all(agrees)
    }

    fn heading(&self, place: &Place) -> String {
        let part = |(column, value): (Option<&str>, &Option<String>)| Some(words::named(column?, value.as_ref()?));
        self.columns().into_iter().zip(place).filter_map(part).collect::<Vec<_>>().join(", ")
    }

    /// The configurations of each panel.
    pub fn subsets<'b>(&self, all: &[Configuration<'b>]) -> Vec<Vec<Configuration<'b>>> {
        let own = |place: &Place| all.iter().filter(|one| self.is_at(one, place)).copied().collect();
        self.places(all).0.iter().map(own).collect()
    }
}

/// The figure of the configurations at each place.
pub(super) fn compose(chart: &Chart, data: &Data<'_>, facets: &Facets<'_>) -> Result<Picture, FigureError> {
    let kind = chart.kind;
    let is_selected = |configuration: &&Configuration<'_>| chart.options.selects(configuration);
    let selected: Vec<Configuration<'_>> = data.configurations.iter().filter(is_selected).copied().collect();
    let (mut places, columns) = facets.places(&selected);
    if columns == 1 {
        // Of a product, those that are there.
        places.retain(|place| selected.iter().any(|one| facets.is_at(one, place)));
    }
    if places.is_empty() {
        let names: Vec<String> = facets.columns().into_iter().flatten().map(|name| format!("`{name}`")).collect();
        let reason = format!("no trial has a value in {}", names.join(" and "));
        return Err(FigureError::NoData { kind: kind.name, reason });
    }
    let most = if columns == 1 { MOST_PANELS } else { MOST_IN_GRID };
    if places.len() > most {
        return Err(FigureError::TooManyPanels { kind: kind.name, found: places.len(), most });
    }
    // Settings that differ among all configurations have a place in labels, selected or not.
    let own = |place: &Place| data.configurations.iter().filter(|one| facets.is_at(one, place)).copied().collect();
    let subsets: Vec<Vec<Configuration<'_>>> = places.iter().map(own).collect();
    // All of them, where each has a panel.
    let problem = match data.problem {
        "" => values(&selected, "problem").join(", "),
        problem => problem.to_owned(),
    };
    let draw = |options: &Options| -> Result<Vec<Option<Picture>>, FigureError> {
        let chart = Chart { options: options.clone(), ..chart.clone() };
        let of = |configurations: &Vec<Configuration<'_>>| {
            if !configurations.iter().any(|one| chart.options.selects(one)) {
                return Ok(None);
            }
            (kind.compose)(&chart, &Data { problem: &problem, configurations, ..*data }).map(Some)
        };
        subsets.iter().map(of).collect()
    };
    // Once to see how far the axes reach, and once with all of them alike.
    let mut options = Options { panel: None, row: None, ..chart.options.clone() };
    let alone = draw(&options)?;
    let takes = |key: &str| kind.keys.contains(&key);
    if takes("x_range") && options.x_range.is_none() && alone.iter().flatten().all(|picture| picture.x.is_free()) {
        options.x_range = union(alone.iter().flatten().map(|picture| &picture.x));
    }
    options.colors = Axis::union(alone.iter().flatten().filter_map(|picture| Some(&picture.color_bar.as_ref()?.axis)));
    if takes("y_range") && options.y_range.is_none() {
        options.y_range = union(alone.iter().flatten().map(|picture| &picture.panels[0].y));
    }
    let headings: Vec<String> = places.iter().map(|place| facets.heading(place)).collect();
    let mut pictures = draw(&options)?;
    if facets.columns().contains(&Some("optimizer")) {
        // Panels of an optimizer are those of the place.
        pictures.iter_mut().flatten().for_each(|picture| picture.panels[0].heading.clear());
    }
    Ok(stack(pictures, &headings, columns))
}

/// The range that holds all of these axes.
fn union<'a>(axes: impl Iterator<Item = &'a Axis>) -> Option<(f64, f64)> {
    axes.map(|axis| (axis.low(), axis.high())).reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
}

fn stack(pictures: Vec<Option<Picture>>, headings: &[String], columns: usize) -> Picture {
    let rows = pictures.len() / columns;
    let most = HEIGHTS[rows.clamp(2, HEIGHTS.len() + 1) - 2];
    let there = || pictures.iter().flatten();
    let titled =
        pictures.iter().zip(headings).filter_map(|(picture, heading)| Some((&picture.as_ref()?.legend, heading)));
    let legend = merged(titled.collect());
    let notes =
        shared(pictures.iter().zip(headings).filter_map(|(p, heading)| Some((&p.as_ref()?.notes, heading))).collect());
    // Columns have equally many panels, whatever a kind has at one place.
    let longest = there().max_by_key(|picture| picture.panels.len()).expect("there is a value").clone();
    let blank = |panel: &Panel| {
        let layers = vec![Layer::Remark("no trials".to_owned())];
        Panel { layers, symbols: Vec::new(), heading: String::new(), ..panel.clone() }
    };
    // A picture that has its panels in columns keeps them, and all are below each other.
    let row = longest.columns;
    let size = longest.panels.len();
    let is_stack = columns == 1 && row > 1 && there().all(|own| own.columns == row && own.panels.len() == size);
    let mut panels: Vec<Panel> = Vec::new();
    for (picture, heading) in pictures.into_iter().zip(headings) {
        let mut own = picture.map_or_else(Vec::new, |picture| picture.panels);
        if columns > 1 {
            own.extend(longest.panels[own.len()..].iter().map(blank));
        }
        let first = &mut own[0];
        first.heading = match first.heading.as_str() {
            "" => heading.clone(),
            name => format!("{heading}, {name}"),
        };
        first.height = first.height.min(most);
        panels.append(&mut own);
    }
    if is_stack {
        let high = size.div_ceil(row);
        let place = |own: &[Panel], at: usize| own.get(at).cloned().unwrap_or_else(|| own[0].free());
        let of_column = |column: usize| {
            panels.chunks(size).flat_map(move |own| (column * high..(column + 1) * high).map(move |at| place(own, at)))
        };
        let turned = (0..row).flat_map(of_column).collect();
        return Picture { panels: turned, columns: row, legend, notes, ..longest };
    }
    Picture { panels, columns, legend, notes, ..longest }
}

/// In how many columns so many panels are: four in a row are too many for a column of a paper, and at most one place of the
/// last row stays free.
pub(super) fn columns_of(panels: usize) -> usize {
    if panels > 3 && panels % 3 == 1 { 2 } else { panels.min(3) }
}

/// Panels that are read like lines of text, in columns as [`super::Picture`] has them; and how many columns there are.
pub(super) fn arranged(panels: Vec<Panel>) -> (Vec<Panel>, usize) {
    let columns = columns_of(panels.len());
    let rows = panels.len().div_ceil(columns.max(1));
    // Only the last column can be shorter than the others, as only the last row can be.
    let places = (0..rows * columns).map(|at| (at % rows) * columns + at / rows);
    (places.filter_map(|place| panels.get(place).cloned()).collect(), columns)
}

/// The entries of all legends: once where they are the same, else below the heading of their panel.
fn merged(legends: Vec<(&Vec<Entry>, &String)>) -> Vec<Entry> {
    let texts = |legend: &[Entry]| legend.iter().map(|entry| entry.text.clone()).collect::<Vec<_>>();
    if legends.windows(2).all(|pair| texts(pair[0].0) == texts(pair[1].0)) {
        return legends[0].0.clone();
    }
    let with = |(legend, heading): (&Vec<Entry>, &String)| {
        std::iter::once(Entry { symbol: Symbol::None, text: heading.clone() }).chain(legend.clone()).collect::<Vec<_>>()
    };
    legends.into_iter().flat_map(with).collect()
}

/// The notes of all panels, each once: what symbols mean, what all panels say, and after the headings of panels what only they
/// say.
fn shared(notes: Vec<(&Vec<Entry>, &String)>) -> Vec<Entry> {
    let has = |notes: &[Entry], text: &str| notes.iter().any(|note| note.text == text);
    let is_of_all =
        |note: &Entry| !matches!(note.symbol, Symbol::None) || notes.iter().all(|(others, _)| has(others, &note.text));
    let (mut of_all, mut of_some): (Vec<Entry>, Vec<Entry>) = (Vec::new(), Vec::new());
    for (own, heading) in &notes {
        for note in own.iter().filter(|note| is_of_all(note)) {
            if !has(&of_all, &note.text) {
                of_all.push(note.clone());
            }
        }
        let rest: Vec<&str> = own.iter().filter(|note| !is_of_all(note)).map(|note| note.text.as_str()).collect();
        if !rest.is_empty() {
            of_some.push(Entry { symbol: Symbol::None, text: format!("{heading}: {}", rest.join(", ")) });
        }
    }
    of_all.extend(of_some);
    of_all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_but_the_last_has_a_panel() {
        for count in 1..=24 {
            let columns = columns_of(count);
            assert!(columns * count.div_ceil(columns) - count <= 1, "{count} in {columns}");
        }
    }
}
