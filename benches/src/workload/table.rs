//! Tables and figures: rows of trials as CSV, read again, and drawn.

use std::collections::HashSet;
use std::fs;

use tempfile::TempDir;
use thalweg::figure::{Appearance, Chart, Layer, Picture, Tables, pdf, png, svg};
use thalweg::record::{Runs, Setting, Trials, read_runs, write_run, write_run_header};
use thalweg_kernels::Isa;

use super::{Runner, Workload, study};
use crate::answer::Answer;

/// The name of the table.
const FILE: &str = "runs.csv";

/// All of them, of the trials of two moons.
pub fn all(isa: Isa) -> Vec<Box<dyn Workload>> {
    let (runs, csv) = study::trials(isa);
    let drawings = Form::ALL.map(|form| -> Box<dyn Workload> { Box::new(Drawing::new(form, &runs)) });
    let written = Box::new(Written { runs, csv: csv.clone(), bytes: Vec::new() });
    let tables: [Box<dyn Workload>; 2] = [written, Box::new(Read::new(csv))];
    tables.into_iter().chain(drawings).collect()
}

/// `runs.csv` into memory. An element is a byte.
struct Written {
    runs: Runs,
    csv: Vec<u8>,
    bytes: Vec<u8>,
}

impl Workload for Written {
    fn name(&self) -> String {
        "write-runs".to_owned()
    }

    fn work(&self) -> u64 {
        self.csv.len() as u64
    }

    fn unit(&self) -> &'static str {
        "bytes"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.bytes.clear();
        let mut writer = csv::Writer::from_writer(&mut self.bytes);
        write_run_header(&mut writer, &self.runs.hyperparameters, &self.runs.extra).expect("memory takes all");
        for run in &self.runs.rows {
            write_run(&mut writer, run, self.runs.precision).expect("memory takes all");
        }
        writer.flush().expect("memory takes all");
    }

    fn answer(&self, to: &mut Answer) {
        to.add_bytes(&self.bytes);
    }

    /// The bytes are those that the sweep wrote.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        assert!(self.bytes == self.csv, "{FILE} is written otherwise");
    }
}

/// `runs.csv` from a file. An element is a byte.
struct Read {
    folder: TempDir,
    csv: Vec<u8>,
    runs: Option<Runs>,
}

impl Read {
    fn new(csv: Vec<u8>) -> Self {
        let folder = TempDir::new().expect("there is room for a table");
        fs::write(folder.path().join(FILE), &csv).expect("there is room for a table");
        Self { folder, csv, runs: None }
    }
}

impl Workload for Read {
    fn name(&self) -> String {
        "read-runs".to_owned()
    }

    fn work(&self) -> u64 {
        self.csv.len() as u64
    }

    fn unit(&self) -> &'static str {
        "bytes"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.runs = Some(read_runs(&self.folder.path().join(FILE)).unwrap_or_else(|error| panic!("{error}")));
    }

    fn answer(&self, to: &mut Answer) {
        to.add(
            &self.runs.iter().flat_map(|runs| &runs.rows).filter_map(|run| run.final_train_loss).collect::<Vec<_>>(),
        );
    }

    /// Every row is there, with the final loss that its line ends in.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        let runs = self.runs.as_ref().expect("it was read");
        let mut table = csv::Reader::from_reader(self.csv.as_slice());
        let column = table.headers().expect("a header").iter().position(|name| name == "final_train_loss");
        let cells = table.records().map(|record| {
            let record = record.expect("a row");
            record[column.expect("there is such a column")].parse::<f64>().ok()
        });
        assert!(cells.eq(runs.rows.iter().map(|run| run.final_train_loss)), "{FILE} is read otherwise");
    }
}

/// What a figure is made into.
#[derive(Clone, Copy)]
enum Form {
    Picture,
    Svg,
    Png,
    Pdf,
}

impl Form {
    const ALL: [Self; 4] = [Self::Picture, Self::Svg, Self::Png, Self::Pdf];
}

/// The final loss by learning rate, from trials to a picture, and from there to a file in memory. An element is a figure.
struct Drawing {
    form: Form,
    trials: Trials,
    /// How many learning rates there are.
    rates: usize,
    chart: Chart,
    picture: Picture,
    bytes: Vec<u8>,
}

impl Drawing {
    fn new(form: Form, runs: &Runs) -> Self {
        let trials = Trials::from(runs);
        let chart = Chart::new("sensitivity", None).expect("there is such a kind");
        let picture = composed(&chart, &trials);
        let rates: HashSet<String> = runs.rows.iter().flat_map(|run| &run.settings[0]).map(Setting::cell).collect();
        Self { form, trials, rates: rates.len(), chart, picture, bytes: Vec::new() }
    }
}

fn composed(chart: &Chart, trials: &Trials) -> Picture {
    let mut pictures = chart.pictures(&Tables::new(trials, &[])).unwrap_or_else(|error| panic!("{error}"));
    pictures.remove(0).1
}

impl Workload for Drawing {
    fn name(&self) -> String {
        match self.form {
            Form::Picture => "compose",
            Form::Svg => "draw-svg",
            Form::Png => "draw-png",
            Form::Pdf => "draw-pdf",
        }
        .to_owned()
    }

    fn work(&self) -> u64 {
        1
    }

    fn unit(&self) -> &'static str {
        "figures"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        let look = Appearance::default();
        let drawn = match self.form {
            Form::Picture => {
                self.picture = composed(&self.chart, &self.trials);
                return;
            }
            Form::Svg => svg(&self.picture, &look, "figure").map(String::into_bytes),
            Form::Png => {
                let mut bytes = Vec::new();
                png(&self.picture, &Appearance { scale: 1.0, ..look }, &mut bytes).map(|()| bytes)
            }
            Form::Pdf => pdf(&self.picture, &look),
        };
        self.bytes = drawn.unwrap_or_else(|error| panic!("{error}"));
    }

    fn answer(&self, to: &mut Answer) {
        match self.form {
            Form::Picture => to.add_bytes(format!("{:?}", self.picture).as_bytes()),
            Form::Svg | Form::Png | Form::Pdf => to.add_bytes(&self.bytes),
        }
    }

    /// The file is of its kind and names what it shows; the picture has a point per learning rate.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        let begins = |with: &[u8]| assert!(self.bytes.starts_with(with), "a file of another kind");
        match self.form {
            Form::Picture => {
                let layers = self.picture.panels.iter().flat_map(|panel| &panel.layers);
                let line = layers.filter_map(|layer| match layer {
                    Layer::Line(_, points) => Some(points.len()),
                    _ => None,
                });
                assert_eq!(line.max(), Some(self.rates), "points of the line");
            }
            Form::Svg => {
                let text = std::str::from_utf8(&self.bytes).expect("SVG is text");
                assert!(text.starts_with("<svg") && text.contains("learning rate α"), "no axis");
            }
            Form::Png => begins(b"\x89PNG\r\n\x1a\n"),
            Form::Pdf => begins(b"%PDF-"),
        }
    }
}
