//! A page of results: one HTML file that asks no server for anything.
//!
//! It holds what was run, the sentences that the numbers allow, tables that sort and filter, and every figure, over which the
//! page's script lays what names the trials behind a point. Style and script are our own, and in files of their own
//! (`templates/`); nothing of others is embedded. Without the script, and in print, all is there but the list of settings.

mod comparison;
mod data;
mod gallery;
mod targets;

use askama::Template;

use crate::figure::{Appearance, Chart, FigureError, Picture, svg};
use crate::findings::{Criterion, Finding, findings};
use crate::table::{self, Format};
use data::Data;
pub use gallery::{Card, gallery};
use targets::{Shown, Targets};
use thalweg_record::record::{Curve, Trials};
use thalweg_record::stats::configurations;

/// What a page says of a study.
#[derive(Debug)]
pub struct Study<'a> {
    /// Its name.
    pub name: String,
    /// What it is, in a line.
    pub title: String,
    /// What is known of how it was run, as names and values.
    pub facts: Vec<(String, String)>,
    /// Its spec.
    pub spec: String,
    /// The command that runs a trial again, before its key.
    pub command: String,
    /// Its trials; none for a study that draws something else.
    pub trials: &'a Trials,
    /// The rows of its curves, those that there is room for.
    pub curves: &'a [Curve],
    /// Its figures: each with its problem, which is empty for a figure of all, and its picture.
    pub figures: Vec<(Chart, String, Picture)>,
}

/// A study as the template shows it.
struct Section {
    id: usize,
    name: String,
    title: String,
    facts: Vec<(String, String)>,
    spec: String,
    findings: Vec<Finding>,
    tables: Vec<String>,
    figures: Vec<(String, String)>,
    omissions: String,
    has_trials: bool,
    data: String,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    title: &'a str,
    version: &'static str,
    style: &'static str,
    script: &'static str,
    comparison: Option<String>,
    sections: Vec<Section>,
}

/// The style and the script of every page.
const STYLE: &str = include_str!("../../templates/page.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// A page of some studies, with a comparison of their methods if there are several. The same studies make the same text.
///
/// # Errors
/// If a figure cannot be drawn.
pub fn report(studies: &[Study<'_>]) -> Result<String, FigureError> {
    let sections = studies.iter().enumerate().map(|(id, study)| section(id, study)).collect::<Result<Vec<_>, _>>()?;
    let title = match studies {
        [one] => format!("{}: {}", one.name, one.title),
        several => several.iter().map(|study| study.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    let comparison = comparison::table(studies).map(|table| table.text(Format::Html));
    let version = env!("CARGO_PKG_VERSION");
    let page = Page { title: &title, version, style: STYLE, script: SCRIPT, comparison, sections };
    page.render().map_err(|error| FigureError::Draw(error.to_string()))
}

fn section(id: usize, study: &Study<'_>) -> Result<Section, FigureError> {
    let all = configurations(study.trials);
    let criterion = Criterion::of(&all, None);
    let (mut data, numbers) = match criterion {
        Some(criterion) => {
            let (data, numbers) = Data::of(&all, criterion, study.curves, study.command.clone());
            (Some(data), numbers)
        }
        None => (None, Vec::new()),
    };
    let mut figures = Vec::new();
    for (number, (chart, problem, picture)) in study.figures.iter().enumerate() {
        let name = format!("study-{id}-figure-{number}");
        figures.push((picture.title.clone(), svg(picture, &Appearance::default(), &name)?));
        if let Some(data) = &mut data {
            let shown = Shown { chart, problem, all: &all, numbers: &numbers };
            let metric = data.number(chart.metric());
            data.figures.push(Targets::of(picture, metric, &shown));
        }
    }
    let tables = criterion.into_iter().flat_map(|criterion| {
        [Some(table::best(&all, criterion)), table::ranks(&all, criterion)].into_iter().flatten()
    });
    Ok(Section {
        id,
        name: study.name.clone(),
        title: study.title.clone(),
        facts: study.facts.clone(),
        spec: study.spec.clone(),
        findings: criterion.map_or_else(Vec::new, |criterion| findings(&all, criterion)),
        tables: tables.map(|table| table.text(Format::Html)).collect(),
        figures,
        omissions: data.as_ref().map_or_else(String::new, Data::omissions),
        has_trials: data.is_some(),
        data: data.map_or_else(|| "null".to_owned(), |data| data.json()),
    })
}
