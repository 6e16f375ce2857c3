//! Pictures of records: histories, throughput by size, the roofline, and shares of what bounds kernels.
//!
//! They are drawn from the rows of records alone, and by whoever draws figures ([`thalweg_report::figure`]).

mod changes;
mod history;
mod level;
mod name;
mod roofline;
mod shares;
mod step;
mod table;
mod throughput;

use std::collections::BTreeMap;

use thalweg_report::figure::{Entry, Picture, Symbol};
use thalweg_report::table::Table;

use crate::estimate::middle;
use crate::{BenchError, Build, Machine, Row};
use name::{Name, OURS};

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// What the ids of benchmarks have to hold.
    pub filter: &'a str,
    /// The instruction set; the machine's fastest one if none is named and there are rows of it, else that of the newest row.
    pub isa: Option<&'a str>,
    /// The build of all that is no history, by the beginning of its name or its revision; the newest if none is named.
    pub build: Option<&'a str>,
    /// What histories show.
    pub measure: Measure,
}

/// What a history shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Work in a time.
    #[default]
    Throughput,
    /// The time of a run.
    Time,
}

/// The pictures of a machine's records.
#[derive(Clone, Debug)]
pub struct Charts {
    /// The build that all but the histories are of.
    pub build: String,
    /// What was measured of it.
    pub table: Table,
    /// What is known of the machine and the build, as names and values.
    pub facts: Vec<(String, String)>,
    /// Pictures, with the names of their files.
    pub pictures: Vec<(String, Picture)>,
    /// What there is no picture of, and why.
    pub missing: Vec<String>,
}

/// The pictures of the builds that were measured on a machine, the oldest first.
///
/// # Errors
/// If no build has the name that is asked for, or no benchmark is left.
pub fn charts(machine: &Machine, builds: &[Build], shown: Shown<'_>) -> Result<Charts, BenchError> {
    let rows = || builds.iter().flat_map(|build| &build.rows).filter(|row| is_shown(row, shown.filter));
    let has = |isa: &str| rows().any(|row| row.isa == isa);
    let newest = || rows().max_by(|a, b| a.started.cmp(&b.started)).map(|row| row.isa.as_str());
    let isa = shown.isa.or(has(&machine.isa).then_some(machine.isa.as_str())).or_else(newest).unwrap_or_default();
    if !has(isa) {
        return Err(nothing(builds, shown));
    }
    let records = records(builds, isa, shown.filter);
    let build = match shown.build {
        Some(name) => crate::store::named(builds, name)?,
        None => builds
            .iter()
            .rev()
            .find(|build| of(build, isa, shown.filter).next().is_some())
            .ok_or_else(|| nothing(builds, shown))?,
    };
    let rows: Vec<Kernel<'_>> = kernels(of(build, isa, shown.filter));
    let name = build.name();
    let mut charts = Charts {
        table: table::kernels(&rows),
        facts: table::facts(machine, &rows, (&name, isa, records.len())),
        build: name,
        pictures: vec![],
        missing: vec![],
    };
    charts.add("history", history::picture(&records, shown.measure), "one record of many benchmarks is none");
    charts.add("throughput", throughput::picture(&rows), "no benchmark has a size in its id");
    charts.add("roofline", roofline::picture(&rows), "no kernel has floating-point operations, bytes and peaks");
    charts.add("step", step::picture(&rows), "no benchmark times the parts of a training step");
    let shares = shares::pictures(&rows);
    if shares.is_empty() {
        charts.missing.push("shares: no kernel has a bound".to_owned());
    }
    charts.pictures.extend(shares);
    let whose = format!("{}, {}", machine.cpu, charts.build);
    for (name, picture) in &mut charts.pictures {
        let whose = if name == "history" { machine.cpu.clone() } else { whose.clone() };
        picture.notes.insert(0, shared(format!("{whose}, {isa}")));
    }
    Ok(charts)
}

impl Charts {
    fn add(&mut self, name: &str, picture: Option<Picture>, why_not: &str) {
        match picture {
            Some(picture) => self.pictures.push((name.to_owned(), picture)),
            None => self.missing.push(format!("{name}: {why_not}")),
        }
    }
}

fn nothing(builds: &[Build], shown: Shown<'_>) -> BenchError {
    let mut ids: Vec<&str> = builds.iter().flat_map(|build| &build.rows).map(|row| row.benchmark.as_str()).collect();
    ids.dedup();
    let mut isas: Vec<&str> = builds.iter().flat_map(|build| &build.rows).map(|row| row.isa.as_str()).collect();
    isas.sort_unstable();
    isas.dedup();
    BenchError::NothingShown {
        filter: shown.filter.to_owned(),
        isa: shown.isa.map(str::to_owned),
        some: ids.into_iter().take(5).collect::<Vec<_>>().join(", "),
        isas: isas.join(", "),
    }
}

/// Times that are none may stand in a table that was edited.
fn is_shown(row: &Row, filter: &str) -> bool {
    let is_time = |time: f64| time.is_finite() && time > 0.0;
    row.benchmark.contains(filter)
        && row.work > 0
        && [row.time_ns, row.low_ns, row.high_ns, row.work_per_ns].into_iter().all(is_time)
}

fn of<'a>(build: &'a Build, isa: &str, filter: &str) -> impl Iterator<Item = &'a Row> {
    build.rows.iter().filter(move |row| row.isa == isa && is_shown(row, filter))
}

/// What was measured of a build on a day.
struct Record<'a> {
    day: &'a str,
    /// The first digits of the revision, with a mark if there were changes beside it.
    revision: String,
    rows: Vec<&'a Row>,
}

/// The records, the oldest first.
fn records<'a>(builds: &'a [Build], isa: &str, filter: &str) -> Vec<Record<'a>> {
    let mut records: BTreeMap<(&str, String), Record<'a>> = BTreeMap::new();
    for build in builds {
        let mut days: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        of(build, isa, filter).for_each(|row| days.entry(day(row)).or_default().push(row));
        for (day, rows) in days {
            let began = rows.iter().map(|row| row.started.as_str()).min().unwrap_or_default();
            let name = build.name();
            let short = name.split_once('-').map_or(name.as_str(), |(revision, _)| revision);
            let short = short.get(..7).unwrap_or(short);
            let mark = if build.changes.is_some() { "*" } else { "" };
            records.insert((began, name.clone()), Record { day, revision: format!("{short}{mark}"), rows });
        }
    }
    records.into_values().collect()
}

fn day(row: &Row) -> &str {
    row.started.get(..10).unwrap_or(&row.started)
}

/// A benchmark of one build, by its newest run, with the medians of all runs.
struct Kernel<'a> {
    name: Name<'a>,
    row: &'a Row,
    /// The median throughput of its runs.
    work_per_ns: f64,
    /// The median share of its bound.
    share: Option<f64>,
}

/// The benchmarks of rows of a build, in the order of the rows.
fn kernels<'a>(rows: impl Iterator<Item = &'a Row>) -> Vec<Kernel<'a>> {
    let mut runs: Vec<Vec<&'a Row>> = Vec::new();
    for row in rows {
        match runs.iter_mut().find(|own| own[0].benchmark == row.benchmark) {
            Some(own) => own.push(row),
            None => runs.push(vec![row]),
        }
    }
    let kernel = |runs: &Vec<&'a Row>| {
        let row = *runs.iter().max_by(|a, b| a.started.cmp(&b.started))?;
        let shares: Vec<f64> = runs.iter().filter_map(|row| row.share).filter(|share| *share > 0.0).collect();
        let work_per_ns = middle(&runs.iter().map(|row| row.work_per_ns).collect::<Vec<_>>())?;
        Some(Kernel { name: Name::of(&row.benchmark), row, work_per_ns, share: middle(&shares) })
    };
    runs.iter().filter_map(kernel).collect()
}

impl Kernel<'_> {
    fn is_ours(&self) -> bool {
        self.name.runner == OURS
    }

    /// The measured peak of its precision.
    fn peak(&self) -> Option<f64> {
        if self.row.precision == "f64" { self.row.peak_gflops_f64 } else { self.row.peak_gflops_f32 }
    }

    fn counts_flops(&self) -> bool {
        self.row.unit == "FLOPs"
    }
}

/// The largest of numbers.
fn largest(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    numbers.filter(|number| number.is_finite()).reduce(f64::max)
}

fn shared(text: String) -> Entry {
    Entry { symbol: Symbol::Shared, text }
}

fn remark(text: impl Into<String>) -> Entry {
    Entry { symbol: Symbol::None, text: text.into() }
}

#[cfg(test)]
mod tests;
