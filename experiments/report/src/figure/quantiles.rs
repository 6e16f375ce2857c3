//! Quantiles over the weights of a number such as the effective learning rate, by step: a line and bands per
//! configuration.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::axis::{Axis, Scale};
use super::choice;
use super::comparison::remark;
use super::groups::{self, Lines};
use super::labels;
use super::picture::{Entry, Layer, Panel, Picture, Symbol};
use super::series;
use super::whose::of_lines;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Key, RecordError, Sheet};
use thalweg_record::stats::{Configuration, Metric, median};

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "quantiles",
    summary: "quantiles of `column` by step from a table `key,step,<column>_q05,…`, of each optimizer's best configuration or of selected ones",
    metrics: || vec!["quantiles"],
    keys: &[
        "column",
        "table",
        "series",
        "colour",
        "panel",
        "row",
        "select",
        "select_by",
        "x_scale",
        "y_scale",
        "x_range",
        "y_range",
    ],
    required: 1,
    input: Input::Problem,
    table: Some("effective_lr.csv"),
    compose,
    times: None,
};

/// The quantiles of a trial by step, in the order of the columns.
type Trial = BTreeMap<u64, Vec<f64>>;

/// The columns of the quantiles, by their shares in percent, ascending.
fn columns(sheet: &Sheet, column: &str) -> Vec<(f64, String)> {
    let share = |name: &String| {
        let digits = name.strip_prefix(column)?.strip_prefix("_q")?;
        Some((digits.parse::<f64>().ok()?, name.clone()))
    };
    let mut found: Vec<(f64, String)> = sheet.columns().iter().filter_map(share).collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let (Some(sheet), Some(column)) = (data.sheet, &chart.options.column) else {
        return Err(nothing("it needs a table and its `column`".to_owned()));
    };
    let quantiles = columns(sheet, column);
    if !quantiles.iter().any(|(share, _)| *share == 50.0) {
        return Err(nothing(format!("the table has no column `{column}_q50`; it has {}", sheet.columns().join(", "))));
    }
    let all = data.configurations;
    let by = choice::by(chart, Metric::FinalTrainLoss, all);
    let lines_of = Lines::of(chart, data.runs);
    let chosen = groups::chosen(chart, all, lines_of.as_ref(), by);
    let keys: HashSet<Key> = chosen.iter().flat_map(Configuration::runs).map(|run| run.key()).collect();
    let trials = read(sheet, &quantiles, &keys)?;
    let of = |configuration: &Configuration<'_>| -> Vec<&Trial> {
        configuration.runs().filter_map(|run| trials.get(&run.key())).collect()
    };
    let lines: Vec<_> =
        chosen.iter().map(|c| (c, over_trials(&of(c)))).filter(|(_, steps)| !steps.is_empty()).collect();
    if lines.is_empty() {
        return Err(nothing("no selected trial is in the table".to_owned()));
    }
    groups::check_count(KIND.name, lines.len())?;
    let shown: Vec<Configuration<'_>> = lines.iter().map(|(configuration, _)| **configuration).collect();
    let looks = groups::looks(lines_of.as_ref(), &shown, |one| Some(labels::telling(chart, all, one, &[])));
    let (looks, ends) = choice::marked(chart, all, lines_of.as_ref(), &shown, looks);
    let values = lines.iter().flat_map(|(_, steps)| steps.values().flatten()).copied();
    let steps = lines.iter().flat_map(|(_, steps)| steps.keys()).map(|step| *step as f64);
    let axis = |name, scale: Option<Scale>, default, range: Option<(f64, f64)>, values: Vec<f64>| {
        let scale = scale.unwrap_or_else(|| series::scale_in(default, range));
        match range {
            Some(range) => series::axis_in(name, scale, range),
            None => {
                Axis::around(scale, values).ok_or_else(|| nothing(format!("no value has a place on the {name} axis")))
            }
        }
    };
    let is_positive = values.clone().all(|value| value >= 0.0);
    let default = if is_positive { Scale::Log } else { Scale::Linear };
    let y = axis("y", chart.options.y_scale, default, chart.options.y_range, values.collect())?;
    let x = axis("x", chart.options.x_scale, Scale::Linear, chart.options.x_range, steps.collect())?;
    let middle = quantiles.iter().position(|(share, _)| *share == 50.0).unwrap_or(0);
    let mut layers = Vec::new();
    // Pairs of quantiles at the same distance from the median, the outer ones first.
    let pairs: Vec<(usize, usize)> = (0..middle)
        .filter_map(|low| Some((low, quantiles.iter().position(|(share, _)| *share == 100.0 - quantiles[low].0)?)))
        .collect();
    for (low, high) in &pairs {
        layers.extend(lines.iter().enumerate().map(|(i, (_, steps))| {
            Layer::Band(looks[i].0, steps.iter().map(|(step, q)| (*step as f64, q[*low], q[*high])).collect())
        }));
    }
    layers.extend(lines.iter().enumerate().map(|(i, (_, steps))| {
        Layer::Line(looks[i].0, steps.iter().map(|(step, q)| (*step as f64, q[middle])).collect())
    }));
    layers.extend(of_lines(looks.iter().map(|(style, _)| style), &shown));
    let mut notes = vec![Entry { symbol: Symbol::PlainLine, text: "median over weights".to_owned() }];
    for (low, high) in &pairs {
        let text = format!("{} % to {} %", quantiles[*low].0, quantiles[*high].0);
        notes.push(Entry { symbol: Symbol::Band, text });
    }
    notes.push(remark("each the median over trials"));
    notes.extend(labels::note(chart));
    if groups::are_best(chart) {
        notes.extend(choice::notes("settings with the best median of", by));
        notes.extend(ends);
    }
    Ok(Picture {
        title: chart.title_or(|| format!("{}: {} by step", words::problems(data.problem), words::column(column))),
        legend: groups::legend(looks),
        x,
        x_label: "steps of training".to_owned(),
        panels: vec![Panel {
            heading: String::new(),
            height: 320.0,
            y,
            y_label: words::column(column),
            layers,
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: None,
        notes,
    })
}

/// The trials of these keys.
fn read(sheet: &Sheet, quantiles: &[(f64, String)], keys: &HashSet<Key>) -> Result<HashMap<Key, Trial>, RecordError> {
    let names: Vec<&str> = ["key", "step"].into_iter().chain(quantiles.iter().map(|(_, name)| name.as_str())).collect();
    let mut trials: HashMap<Key, Trial> = HashMap::new();
    sheet.visit(&names, |mut cells| {
        let Some(key) = Key::parse(cells.text(0).as_bytes()).filter(|key| keys.contains(key)) else { return Ok(()) };
        let step = cells.number(1)?.unwrap_or(0.0) as u64;
        let values: Vec<Option<f64>> = (2..names.len()).map(|column| cells.number(column)).collect::<Result<_, _>>()?;
        if let Some(values) = values.into_iter().collect::<Option<Vec<f64>>>() {
            trials.entry(key).or_default().insert(step, values);
        }
        Ok::<_, RecordError>(())
    })?;
    Ok(trials)
}

/// The median over trials of each quantile, at the steps that all of them have.
fn over_trials(trials: &[&Trial]) -> Trial {
    let Some(first) = trials.first() else { return Trial::new() };
    let at = |step: &u64| -> Option<Vec<f64>> {
        let rows = trials.iter().map(|trial| trial.get(step)).collect::<Option<Vec<_>>>()?;
        (0..rows[0].len())
            .map(|column| {
                let mut values: Vec<f64> = rows.iter().map(|row| row[column]).filter(|value| !value.is_nan()).collect();
                values.sort_by(f64::total_cmp);
                median(&values)
            })
            .collect()
    };
    first.keys().filter_map(|step| Some((*step, at(step)?))).collect()
}
