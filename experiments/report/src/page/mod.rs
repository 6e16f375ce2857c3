//! A page of results: one HTML file that asks no server for anything.
//!
//! It holds what was run, the sentences that the numbers allow, tables that sort and filter, and every figure, over which the
//! page's script lays what names the trials behind a point. Style and script are our own, and in files of their own
//! (`templates/`); nothing of others is embedded. Without the script, and in print, all is there but the list of settings.

mod comparison;
mod data;
mod gallery;
mod pictures;
mod targets;

use askama::Template;

use crate::figure::{Appearance, Chart, FigureError, Picture, Selection, svg};
use crate::findings::{Criterion, Finding, findings};
use crate::table::{self, Format, Table};
use data::Data;
pub use gallery::{Card, gallery, gallery_in_markdown};
pub use pictures::{Pictures, pictures};
use targets::{Index, Targets};
use thalweg_record::record::{Curve, Trials};
use thalweg_record::stats::{Configuration, configurations};

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
    /// The default settings of optimizers.
    pub defaults: &'a [Selection],
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
    let index = Index::of(&all);
    let targets: Vec<Targets> = study.figures.iter().map(|(_, _, picture)| Targets::of(picture, &index)).collect();
    let shown = targets.iter().flat_map(Targets::places);
    let data = criterion.map(|criterion| {
        let (mut data, numbers) = Data::of(&all, criterion, study.curves, study.command.clone(), shown);
        for (targets, (chart, ..)) in targets.iter().zip(&study.figures) {
            data.figures.push(targets.renumbered(&numbers, data.number(chart.metric())));
        }
        data
    });
    let mut figures = Vec::new();
    for (number, (_, _, picture)) in study.figures.iter().enumerate() {
        let name = format!("study-{id}-figure-{number}");
        figures.push((picture.title.clone(), svg(picture, &Appearance::default(), &name)?));
    }
    let tables = criterion.map_or_else(Vec::new, |criterion| tables(&all, criterion, study.defaults));
    Ok(Section {
        id,
        name: study.name.clone(),
        title: study.title.clone(),
        facts: study.facts.clone(),
        spec: study.spec.clone(),
        findings: criterion.map_or_else(Vec::new, |criterion| findings(&all, criterion, study.defaults)),
        tables: tables.iter().map(|table| table.text(Format::Html)).collect(),
        figures,
        omissions: data.as_ref().map_or_else(String::new, Data::omissions),
        has_trials: data.is_some(),
        data: data.map_or_else(|| "null".to_owned(), |data| data.json()),
    })
}

/// The tables of a study, those that there are.
fn tables(all: &[Configuration<'_>], criterion: Criterion, defaults: &[Selection]) -> Vec<Table> {
    let has_rivals = all.iter().any(|one| one.series() != all[0].series());
    let tables = [
        Some(table::best(all, criterion)),
        table::ranks(all, criterion),
        table::tunability(all, criterion, defaults).ok(),
        table::regimes(all, criterion, defaults).ok(),
        table::budget(all, criterion).ok().filter(|_| has_rivals),
    ];
    tables.into_iter().flatten().collect()
}
