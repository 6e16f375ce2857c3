//! Where examples come from: generators, files, splits and scaling.

use thalweg::data::{Scaling, parse_csv, split};
use thalweg::dataset::{Dataset, SHIPPED, Targets, Task, moons};
use thalweg::spec::Scale;

use super::{Runner, Workload};
use crate::answer::Answer;
use crate::inputs;

/// Points of the generated data set, and rows of those that are split and scaled.
const POINTS: usize = 10_000;
/// The standard deviation of the points' noise, and how many of them none is away from its moon.
const NOISE: f64 = 0.1;
const FARTHEST: f64 = 6.0;
/// The width of rows that are scaled: that of the digits.
const WIDTH: usize = 64;

/// All of them.
pub fn all() -> Vec<Box<dyn Workload>> {
    vec![
        Box::new(Moons(None)),
        Box::new(Digits::new()),
        Box::new(Split([const { Vec::new() }; 3])),
        Box::new(Scaled::new()),
    ]
}

/// Two moons of 10,000 points. An element is a point.
struct Moons(Option<Dataset>);

impl Workload for Moons {
    fn name(&self) -> String {
        "moons".to_owned()
    }

    fn work(&self) -> u64 {
        POINTS as u64
    }

    fn unit(&self) -> &'static str {
        "points"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.0 = Some(moons(POINTS, NOISE, 0));
    }

    fn answer(&self, to: &mut Answer) {
        to.add(self.0.as_ref().map_or(&[][..], |data| &data.features));
    }

    /// Half of the points are of each moon, and none is far from its half circle.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        let data = self.0.as_ref().expect("it was made");
        let Targets::Classes { labels, .. } = &data.targets else { panic!("moons are classes") };
        assert_eq!(labels.iter().filter(|label| **label == 1).count(), POINTS / 2);
        for (point, label) in data.features.chunks_exact(data.inputs).zip(labels) {
            let center = if *label == 0 { (0.0, 0.0) } else { (1.0, 0.5) };
            let radius = libm::hypot(point[0] - center.0, point[1] - center.1);
            assert!((radius - 1.0).abs() < FARTHEST * NOISE, "a point of moon {label} at {point:?}");
        }
    }
}

/// The table of digits, read from its text. An element is a byte.
struct Digits {
    text: String,
    read: Option<Dataset>,
}

impl Digits {
    fn new() -> Self {
        let shipped = SHIPPED.iter().find(|data| data.name == "digits.csv").expect("it is shipped");
        Self { text: String::from_utf8(shipped.bytes().to_vec()).expect("it is text"), read: None }
    }
}

impl Workload for Digits {
    fn name(&self) -> String {
        "read-digits".to_owned()
    }

    fn work(&self) -> u64 {
        self.text.len() as u64
    }

    fn unit(&self) -> &'static str {
        "bytes"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        let read = parse_csv("digits.csv", &self.text, "digit", Task::Classification);
        self.read = Some(read.unwrap_or_else(|error| panic!("{error}")));
    }

    fn answer(&self, to: &mut Answer) {
        to.add(self.read.as_ref().map_or(&[][..], |data| &data.features));
    }

    /// Every cell is the number that stands there.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        let read = self.read.as_ref().expect("it was read");
        let Targets::Classes { labels, .. } = &read.targets else { panic!("digits are classes") };
        let rows = self.text.lines().skip(1);
        for ((row, features), label) in rows.zip(read.features.chunks_exact(WIDTH)).zip(labels) {
            let cells: Vec<f64> = row.split(',').map(|cell| cell.parse().expect("a number")).collect();
            assert_eq!((&cells[..WIDTH], cells[WIDTH]), (features, f64::from(*label)));
        }
        assert_eq!(labels.len() + 1, self.text.lines().count());
    }
}

/// A split of 10,000 examples at random. An element is an example.
struct Split([Vec<u32>; 3]);

impl Workload for Split {
    fn name(&self) -> String {
        "split".to_owned()
    }

    fn work(&self) -> u64 {
        POINTS as u64
    }

    fn unit(&self) -> &'static str {
        "examples"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        let indices = split(POINTS, 0.2, 0.2, 0).unwrap_or_else(|(key, message)| panic!("{key}: {message}"));
        self.0 = [indices.train, indices.validation, indices.test];
    }

    fn answer(&self, to: &mut Answer) {
        self.0.iter().flatten().for_each(|index| to.add_bytes(&index.to_le_bytes()));
    }

    /// Every example is in one split.
    fn check(&mut self) {
        self.run(Runner::Thalweg);
        assert_eq!(self.0.each_ref().map(Vec::len), [6_000, 2_000, 2_000]);
        let mut all = self.0.concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..POINTS as u32));
    }
}

/// 10,000 rows of 64 columns, each brought to mean 0 and variance 1. An element is a number.
struct Scaled {
    values: Vec<f64>,
    scaled: Vec<f64>,
}

impl Scaled {
    fn new() -> Self {
        let mut stream = inputs::stream(11);
        let values = (0..POINTS * WIDTH).map(|_| stream.uniform()).collect();
        Self { values, scaled: vec![0.0; POINTS * WIDTH] }
    }
}

impl Workload for Scaled {
    fn name(&self) -> String {
        "standardise".to_owned()
    }

    fn work(&self) -> u64 {
        self.values.len() as u64
    }

    fn unit(&self) -> &'static str {
        "numbers"
    }

    fn runners(&self) -> Vec<Runner> {
        vec![Runner::Thalweg]
    }

    fn run(&mut self, _: Runner) {
        self.scaled.copy_from_slice(&self.values);
        Scaling::fit(Scale::Standard, &self.values, WIDTH).apply(&mut self.scaled);
    }

    fn answer(&self, to: &mut Answer) {
        to.add(&self.scaled);
    }

    fn check(&mut self) {
        self.run(Runner::Thalweg);
        for column in 0..WIDTH {
            let of_column = || self.scaled.iter().skip(column).step_by(WIDTH);
            let mean = of_column().sum::<f64>() / POINTS as f64;
            let variance = of_column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / POINTS as f64;
            assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "column {column}: {mean}, {variance}");
        }
    }
}
