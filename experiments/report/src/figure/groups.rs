//! Configurations by the values of columns: which lines, colours, panels and rows a figure has.
//!
//! A column is an axis of the sweep, `problem` or `optimizer`, which stands for what tells optimizers apart.

use super::axis::{Axis, Scale};
use super::labels;
use super::options::Options;
use super::picture::{Entry, Symbol};
use super::style::{MOST_LINES, Style, combined, method_style, style, styles};
use super::ticks::Tick;
use super::words;
use super::{Chart, FigureError};
use thalweg_record::record::{LABEL, Trials};
use thalweg_record::stats::{Configuration, Metric, choose_best, choose_best_of, configurations};

/// What a configuration has in a column.
pub(super) fn value(configuration: &Configuration<'_>, column: &str) -> Option<String> {
    match column {
        "problem" => Some(configuration.problem().to_owned()),
        "optimizer" => Some(configuration.series().to_owned()),
        _ => configuration.setting(column).map(|setting| words::text(&setting)),
    }
}

/// The values of a column: numbers ascending, then names in plan order.
pub(super) fn values(configurations: &[Configuration<'_>], column: &str) -> Vec<String> {
    let mut values: Vec<(f64, String)> = Vec::new();
    for configuration in configurations {
        let Some(value) = value(configuration, column) else { continue };
        if !values.iter().any(|(_, known)| *known == value) {
            values.push((configuration.number(column).unwrap_or(f64::INFINITY), value));
        }
    }
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    values.into_iter().map(|(_, value)| value).collect()
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

/// The lines of a figure, where columns tell them apart.
pub(super) struct Lines<'a> {
    /// The column with one line per value, and that with one colour per value.
    columns: [Option<&'a str>; 2],
    /// The values of both, over all trials, so that lines look alike in all panels.
    values: [Vec<String>; 2],
    /// Whether there are several optimizers.
    have_optimizers: bool,
}

impl<'a> Lines<'a> {
    /// Those of a chart; none where the kind chooses.
    pub fn of(chart: &'a Chart, runs: &Trials) -> Option<Self> {
        let columns = [chart.options.series.as_deref(), chart.options.color.as_deref()];
        if columns == [None, None] {
            return None;
        }
        let all = configurations(runs);
        let shown: Vec<Configuration<'_>> = all.into_iter().filter(|one| chart.options.selects(one)).collect();
        let values = columns.map(|column| column.map_or_else(Vec::new, |column| values(&shown, column)));
        let have_optimizers = self::values(&shown, "optimizer").len() > 1;
        Some(Self { columns, values, have_optimizers })
    }

    /// Whether two configurations are of one line; those without a value in a column are of none.
    pub fn are_alike(&self, one: &Configuration<'_>, other: &Configuration<'_>) -> bool {
        self.columns.iter().flatten().all(|column| value(one, column) == value(other, column))
    }

    /// Whether a configuration is of a line.
    pub fn have(&self, configuration: &Configuration<'_>) -> bool {
        self.columns.iter().flatten().all(|column| value(configuration, column).is_some())
    }

    /// The look of a configuration's line.
    pub fn style(&self, configuration: &Configuration<'_>) -> Style {
        let [series, color] = [0, 1].map(|which| {
            let own = value(configuration, self.columns[which]?);
            self.values[which].iter().position(|value| Some(value) == own.as_ref())
        });
        let is_of_methods = |which: usize| matches!(self.columns[which], Some("optimizer" | LABEL));
        let of_methods = |which: usize| -> Vec<Style> {
            let names: Vec<&str> = self.values[which].iter().map(String::as_str).collect();
            styles(&names)
        };
        match (series, color) {
            (Some(series), Some(color)) if is_of_methods(1) => {
                Style { color: method_style(&self.values[1][color]).color, ..combined(series, color) }
            }
            (Some(series), Some(color)) => combined(series, color),
            (Some(index), None) if is_of_methods(0) => of_methods(0)[index],
            (None, Some(index)) if is_of_methods(1) => of_methods(1)[index],
            (Some(index), None) | (None, Some(index)) => style(index),
            (None, None) => style(0),
        }
    }

    /// The name of a configuration's line.
    pub fn label(&self, configuration: &Configuration<'_>) -> String {
        let part = |column: &&str| value(configuration, column).map(|value| words::named(column, &value));
        self.columns.iter().flatten().filter_map(part).collect::<Vec<_>>().join(", ")
    }

    /// A legend's lines on what else differs between the configurations that lines are of, after `what` is done over it.
    pub fn besides(&self, shown: &[Configuration<'_>], x: &str, what: &str) -> Vec<Entry> {
        let Some(first) = shown.first() else { return Vec::new() };
        let is_free = |name: &&str| *name != x && *name != LABEL && !self.columns.contains(&Some(name));
        // Of one optimizer: others may have no such setting.
        let mut firsts: Vec<&Configuration<'_>> = Vec::new();
        for one in shown {
            if !firsts.iter().any(|first| first.series() == one.series()) {
                firsts.push(one);
            }
        }
        let of_one = |name: &str| {
            let Some(at) = first.hyperparameters().iter().position(|known| known == name) else { return false };
            let is_alike = |one: &&Configuration<'_>, other: &Configuration<'_>| one.series() == other.series();
            let first = |one| firsts.iter().find(|first| is_alike(first, one));
            shown.iter().any(|one| first(one).is_some_and(|first| !one.agrees_with(first, at)))
        };
        let differs = |name: &&str| match *name {
            "optimizer" => firsts.len() > 1,
            name => of_one(name),
        };
        let names = ["optimizer"].into_iter().chain(first.hyperparameters().iter().map(String::as_str));
        labels::listed(what, names.filter(is_free).filter(differs).map(words::column))
    }
}

/// The configurations of a figure with one for each line: the selected ones, or the best of each optimizer or line by a
/// metric.
pub(super) fn chosen<'a>(
    chart: &Chart,
    all: &[Configuration<'a>],
    lines: Option<&Lines<'_>>,
    by: Metric,
) -> Vec<Configuration<'a>> {
    let selected = || all.iter().filter(|configuration| chart.options.selects(configuration)).copied();
    match lines {
        Some(lines) => {
            let own: Vec<Configuration<'a>> = selected().filter(|one| lines.have(one)).collect();
            choose_best_of(&own, by, |one, other| lines.are_alike(one, other))
        }
        None if !chart.options.selects_configurations() => choose_best(&selected().collect::<Vec<_>>(), by),
        None => selected().collect(),
    }
}

/// Whether a figure shows the best of several configurations: none of them was chosen by who drew it.
pub(super) fn are_best(chart: &Chart) -> bool {
    let Options { series, color, .. } = chart.options();
    !chart.options.selects_configurations() || series.is_some() || color.is_some()
}

/// The look and the name of each line of these configurations; `names` are the settings that are named, or none if a line
/// is of several configurations that columns tell from others.
pub(super) fn looks(
    lines: Option<&Lines<'_>>,
    shown: &[Configuration<'_>],
    names: impl Fn(&Configuration<'_>) -> Option<Vec<String>>,
) -> Vec<(Style, String)> {
    let methods: Vec<&str> = shown.iter().map(Configuration::series).collect();
    let styles = styles(&methods);
    let look = |(index, one): (usize, &Configuration<'_>)| {
        let names = names(one);
        let settings: Vec<&str> = names.iter().flatten().map(String::as_str).collect();
        let Some(lines) = lines else { return (styles[index], labels::label(one, &settings)) };
        let optimizer = ["optimizer"].into_iter().filter(|_| lines.have_optimizers && names.is_some());
        let parts = optimizer.chain(settings).filter(|name| !lines.columns.contains(&Some(name)));
        let parts = parts.filter_map(|name| value(one, name).map(|value| words::named(name, &value)));
        (lines.style(one), [lines.label(one)].into_iter().chain(parts).collect::<Vec<_>>().join(", "))
    };
    shown.iter().enumerate().map(look).collect()
}

/// The legend of lines.
pub(super) fn legend(looks: Vec<(Style, String)>) -> Vec<Entry> {
    looks.into_iter().map(|(style, text)| Entry { symbol: Symbol::Line(style), text }).collect()
}

/// Checks that a reader can tell so many lines apart.
pub(super) fn check_count(kind: &'static str, found: usize) -> Result<(), FigureError> {
    if found > MOST_LINES { Err(FigureError::TooManyLines { kind, found, most: MOST_LINES }) } else { Ok(()) }
}

/// A column from left to right: numbers, or names side by side.
pub(super) struct Abscissa<'a> {
    pub name: &'a str,
    /// The names; none if all values are numbers.
    pub names: Option<Vec<String>>,
}

impl<'a> Abscissa<'a> {
    /// That of the column in these configurations.
    pub fn of(all: &[Configuration<'_>], name: &'a str) -> Self {
        let has_names = all.iter().any(|one| one.number(name).is_none() && value(one, name).is_some());
        Self { name, names: has_names.then(|| values(all, name)) }
    }

    /// Where a configuration is, if it has a value.
    pub fn place(&self, configuration: &Configuration<'_>) -> Option<f64> {
        let Some(names) = &self.names else { return configuration.number(self.name) };
        let own = value(configuration, self.name)?;
        names.iter().position(|name| *name == own).map(|at| at as f64 + 0.5)
    }

    /// The axis of names.
    pub fn axis(&self) -> Option<Axis> {
        let names = self.names.as_ref()?;
        let tick =
            |(at, name): (usize, &String)| Tick { value: at as f64 + 0.5, label: Some(words::value(self.name, name)) };
        Some(Axis::named(names.len(), names.iter().enumerate().map(tick)))
    }

    /// How its values are spread.
    pub fn scale(&self, suggested: Scale) -> Scale {
        if self.names.is_some() { Scale::Linear } else { suggested }
    }
}
