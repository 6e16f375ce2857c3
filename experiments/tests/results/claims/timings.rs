//! Of times that were measured once, on the machine that the prose names.

use std::path::PathBuf;

use thalweg::record::short;

use super::rows::{Rows, digits, results};

/// A count with commas between thousands.
fn grouped(count: &str) -> String {
    let places = count.len();
    let mut text = String::new();
    for (at, digit) in count.chars().enumerate() {
        if at > 0 && (places - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Nanoseconds in the unit that suits the largest of a row.
fn unit(largest: f64) -> (f64, &'static str) {
    if largest >= 1e6 { (1e6, "ms") } else { (1e3, "µs") }
}

pub(super) fn loop_vs_matrix() -> Vec<String> {
    let table = Rows::read("bench/loop-vs-matrix.csv");
    let time = |network: &str, examples: &str, variant: &str| {
        table.of("examples", examples).of("variant", &format!("{network}: {variant}")).one("median_ns")
    };
    let networks = ["3-4-1", "64-128-64-10"];
    let mut all = Vec::new();
    for network in networks {
        for examples in ["1", "8", "64", "1024", "16384"] {
            let times =
                ["loop", "loop over the kernels", "matrix form"].map(|variant| time(network, examples, variant));
            let (scale, unit) = unit(times[0]);
            let cells = times.map(|time| format!("{} {unit}", digits(time / scale, 3))).join(" | ");
            let [slow, kernels] = [times[0], times[1]].map(|time| digits(time / times[2], 2));
            all.push(format!("| {network} | {} | {cells} | {slow} | {kernels} |", grouped(examples)));
        }
    }
    let each = |network: &str, at: &str, variant: &str| time(network, at, variant) / at.parse::<f64>().unwrap();
    let [small, large] = networks.map(|network| each(network, "1024", "matrix form"));
    let gained = networks.map(|network| time(network, "16384", "loop") / time(network, "16384", "matrix form"));
    let fastest =
        table.numbers("min_ns").into_iter().zip(table.numbers("median_ns")).map(|(min, median)| 1.0 - min / median);
    let registers = time(networks[1], "16384", "loop") / time(networks[1], "16384", "loop over the kernels");
    all.extend([
        format!("{small:.0} ns and {large:.0} ns:"),
        format!("{:.0} times for the tiny network and {:.0} times for the other one.", gained[0], gained[1]),
        format!("The fastest of them are within {:.0} % of the median;", (100.0 * fastest.fold(0.0, f64::max)).ceil()),
        format!("Of these {:.0} times, {registers:.1} come from the wide registers of the kernels", gained[1]),
        format!("the other {:.0} are the matrix form's.", gained[1] / registers),
    ]);
    all
}

/// Bytes in the unit of thousands that suits them.
fn bytes(count: f64) -> String {
    let (scale, unit) = [(1e6, "MB"), (1e3, "kB")].into_iter().find(|(scale, _)| count >= *scale).unwrap_or((1.0, "B"));
    format!("{} {unit}", digits(count / scale, 3))
}

/// How many times as long the dense form of the loss takes as the sparse one.
fn ratio(rows: &Rows) -> f64 {
    rows.of("labels", "dense").one("median_ns") / rows.of("labels", "sparse").one("median_ns")
}

pub(super) fn sparse_cross_entropy() -> Vec<String> {
    let table = Rows::read("bench/sparse-cross-entropy.csv");
    let mut all = Vec::new();
    for classes in ["10", "100", "1000", "10000", "100000"] {
        let rows = table.of("classes", classes);
        let time = |labels: &str| {
            let rows = rows.of("labels", labels);
            let (scale, unit) = unit(rows.one("median_ns"));
            let [median, least, most] =
                ["median_ns", "min_ns", "max_ns"].map(|column| digits(rows.one(column) / scale, 3));
            format!("{median} {unit} ({least} to {most})")
        };
        let size = |labels: &str| bytes(rows.of("labels", labels).one("bytes"));
        all.push(format!(
            "| {} | {} | {} | {:.2} | {} | {} |",
            grouped(classes),
            time("sparse"),
            time("dense"),
            ratio(&rows),
            size("sparse"),
            size("dense")
        ));
    }
    let dearer = |rows: &Rows| {
        let encoded = rows.of("labels", "dense (encoded per batch)").one("median_ns");
        100.0 * (encoded / rows.of("labels", "dense").one("median_ns") - 1.0)
    };
    let many = table.from("classes", 32.0).by("classes");
    all.push(format!(
        "costs {:.0} % more time at 10 classes, and at most {:.0} % from 32 on.",
        dearer(&table.of("classes", "10")),
        many.iter().map(|(_, rows)| dearer(rows)).fold(0.0, f64::max)
    ));
    all.push(format!("{} times is all:", saved()));
    all
}

/// How many times as long the dense form takes, with the fewest classes to the most.
fn saved() -> String {
    let table = Rows::read("bench/sparse-cross-entropy.csv");
    let ratios = table.by("classes").into_iter().map(|(_, rows)| ratio(&rows));
    format!("{:.1} to {:.1}", ratios.clone().fold(f64::INFINITY, f64::min), ratios.fold(0.0, f64::max))
}

pub(super) fn overview() -> Vec<String> {
    let folders = results().read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| folder.read_dir().unwrap()).map(|entry| entry.unwrap().path());
    let tables: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|ending| ending == "csv")).collect();
    let columns = |path: &PathBuf| csv::Reader::from_path(path).unwrap().headers().unwrap().len();
    let columns: usize = tables.iter().map(columns).sum();
    let columns = format!("{},{:03}", columns / 1000, columns % 1000);
    vec![
        format!("confirmed; in time by {} |", saved()),
        format!("read all {} tables here, {columns} columns", tables.len()),
    ]
}

/// The rows of Thalweg and its peers, as the benches wrote them.
pub(super) fn peers() -> Vec<String> {
    let table = Rows::read("bench/peers.csv");
    let text = |cell: &&str| cell.parse().map_or_else(|_| (*cell).to_owned(), short);
    table.cells().map(|row| format!("| {} |", row[1..].iter().map(text).collect::<Vec<_>>().join(" | "))).collect()
}
