//! What a comparison found, as text, Markdown and JSON.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use thalweg_report::findings::{counted, number};
use thalweg_report::table::{self, Cell, Column, Table};

use crate::{Estimate, LEVEL, Verdict};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The build.
    pub name: String,
    /// When its newest run began; of a revision that was built for the comparison, when it was committed.
    pub date: String,
    /// Runs of its benches.
    pub rounds: usize,
}

/// What was found of a benchmark. Changes are shares of the baseline's time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The benchmark.
    pub benchmark: String,
    /// What may be said.
    pub verdict: Verdict,
    /// The medians of the runs' times, the baseline's first.
    pub times_ns: [f64; 2],
    /// The change.
    pub change: f64,
    /// Its interval at 95 %.
    pub interval: Option<[f64; 2]>,
    /// The smallest change that would have been called four times in five.
    pub detectable: Option<f64>,
    /// Runs of each side.
    pub rounds: [usize; 2],
    /// In how many of the rounds in which both ran the candidate was slower by more than the threshold.
    pub slower_rounds: Option<usize>,
    /// Instructions of an iteration, where they were counted.
    pub instructions: Option<[u64; 2]>,
}

/// What was found of all.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// What was there before.
    pub baseline: Side,
    /// What is judged.
    pub candidate: Side,
    /// The logarithm of the change that is none.
    #[serde(serialize_with = "as_share")]
    pub threshold: f64,
    /// The benchmarks whose answers changed.
    pub answers: Vec<String>,
    /// Benchmarks that the baseline alone has.
    pub only_baseline: usize,
    /// Those that the candidate alone has.
    pub only_candidate: usize,
    /// What else is to be known.
    pub remarks: Vec<String>,
    /// One per benchmark that both have, by name.
    pub findings: Vec<Finding>,
}

/// How a comparison is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a page or a comment.
    Markdown,
    /// For programs.
    Json,
}

fn as_share<S: serde::Serializer>(threshold: &f64, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(share(*threshold))
}

/// A change as a share, to six decimals; exactly what it was called with where it is a threshold.
fn share(logarithm: f64) -> f64 {
    (libm::expm1(logarithm) * 1e6).round() / 1e6
}

/// The benchmarks of both sides whose answers differ.
pub(crate) fn changed_answers(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let differs = |(id, checksum): &(&String, &String)| old.get(*id).is_some_and(|before| before != *checksum);
    new.iter().filter(differs).map(|(id, _)| id.clone()).collect()
}

impl Finding {
    pub(crate) fn new(benchmark: String, times_ns: [f64; 2], estimate: Estimate, verdict: Verdict) -> Self {
        Self {
            benchmark,
            verdict,
            times_ns,
            change: share(estimate.change),
            interval: estimate.interval.map(|interval| [share(interval.low), share(interval.high)]),
            detectable: estimate.detectable.map(share),
            rounds: [0; 2],
            slower_rounds: None,
            instructions: None,
        }
    }
}

impl Comparison {
    /// The benchmarks of a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }

    /// The comparison in this form; it ends with a line break.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen.
    pub fn text(&self, format: Format) -> Result<String, serde_json::Error> {
        Ok(match format {
            Format::Text => self.plain(),
            Format::Markdown => self.markdown(),
            Format::Json => serde_json::to_string_pretty(self)? + "\n",
        })
    }

    /// What is said before the table, a line each.
    fn heading(&self) -> Vec<String> {
        let side = |role: &str, side: &Side| {
            format!("{role}: {}, {}, {}", side.name, day(&side.date), counted(side.rounds, "round"))
        };
        let mut lines = vec![side("baseline", &self.baseline), side("candidate", &self.candidate)];
        if !self.answers.is_empty() {
            lines.push(format!("ANSWERS CHANGED, whatever the times say: {}", self.answers.join(", ")));
        }
        lines.extend(self.remarks.iter().cloned());
        lines
    }

    /// For a terminal.
    fn plain(&self) -> String {
        let table = self.table();
        let row = |cells: &[Cell]| cells.iter().map(|cell| cell.text.clone()).collect();
        let header = table.columns.iter().map(|column| column.heading.clone()).collect();
        let rows: Vec<Vec<String>> = std::iter::once(header).chain(table.rows.iter().map(|cells| row(cells))).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
        let pad = |row: &Vec<String>| {
            let cells = row.iter().zip(&table.columns).zip(&widths).map(|((cell, column), width)| {
                if column.is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let lines = self.heading().into_iter().chain([String::new()]).chain(rows.iter().map(pad));
        let lines: Vec<String> = lines.chain([String::new(), table.title]).collect();
        lines.join("\n") + "\n"
    }

    /// For a page or a comment.
    fn markdown(&self) -> String {
        let heading: String = self.heading().iter().map(|line| format!("- {line}\n")).collect();
        heading + "\n" + &self.table().text(table::Format::Markdown)
    }

    /// A row for every benchmark: verdicts that matter first, then the largest changes.
    fn table(&self) -> Table {
        let counts = self.findings.iter().any(|finding| finding.instructions.is_some());
        let mut order: Vec<&Finding> = self.findings.iter().collect();
        let rank = |finding: &Finding| Verdict::ALL.iter().position(|verdict| *verdict == finding.verdict);
        order.sort_by(|a, b| rank(a).cmp(&rank(b)).then(b.change.abs().total_cmp(&a.change.abs())));
        let mut columns = vec![Column::text("benchmark", "benchmark")];
        columns
            .extend(["before", "after", "change", "interval", "could be seen"].map(|name| Column::number(name, name)));
        columns.extend(counts.then(|| Column::number("instructions", "instructions")));
        columns.push(Column::text("verdict", "verdict"));
        let rows = order.iter().map(|finding| finding.cells(counts)).collect();
        Table { title: self.summary(), columns, rows, notes: vec![] }
    }

    fn summary(&self) -> String {
        let counts = Verdict::ALL.map(|verdict| format!("{} {}", self.count(verdict), verdict.name())).join(", ");
        let mut text = format!(
            "{counts}, beyond ±{} %; the chance of any wrong call in this table is at most {} %",
            number(100.0 * share(self.threshold)),
            number(100.0 * LEVEL)
        );
        for (count, role) in [(self.only_baseline, "baseline"), (self.only_candidate, "candidate")] {
            if count > 0 {
                let _ = write!(text, "; {} only in the {role}", counted(count, "benchmark"));
            }
        }
        text
    }
}

impl Finding {
    fn cells(&self, counts: bool) -> Vec<Cell> {
        let [before, after] = self.times_ns.map(duration);
        let interval = self.interval.map(|[low, high]| format!("{} to {}", percent(low), percent(high)));
        let detectable = self.detectable.map(|least| format!("±{} %", decimals(100.0 * least)));
        let nothing = || "–".to_owned();
        let mut cells = vec![
            self.benchmark.clone(),
            before,
            after,
            percent(self.change),
            interval.unwrap_or_else(nothing),
            detectable.unwrap_or_else(nothing),
        ];
        if counts {
            let change = |[old, new]: [u64; 2]| percent(new as f64 / old as f64 - 1.0);
            cells.push(self.instructions.map_or_else(nothing, change));
        }
        cells.push(self.verdict.name().to_owned());
        cells.into_iter().map(Cell::of).collect()
    }
}

/// A share as a percentage with its sign.
fn percent(share: f64) -> String {
    let text = decimals(100.0 * share.abs());
    let sign = if text.chars().all(|digit| "0.".contains(digit)) {
        ""
    } else if share < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{text} %")
}

/// Two decimals below 1, one below 100, none beyond.
fn decimals(number: f64) -> String {
    let places = if number < 0.995 { 2 } else { usize::from(number < 99.95) };
    format!("{number:.places$}")
}

/// A time in the unit that suits it.
fn duration(nanoseconds: f64) -> String {
    let (number, unit) = match nanoseconds {
        time if time < 1e3 => (time, "ns"),
        time if time < 1e6 => (time / 1e3, "µs"),
        time if time < 1e9 => (time / 1e6, "ms"),
        time => (time / 1e9, "s"),
    };
    let places = if number < 10.0 { 2 } else { usize::from(number < 100.0) };
    format!("{number:.places$} {unit}")
}

fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}
