//! Charts of records that are made up.

use super::*;
use thalweg_report::figure::{Layer, Scale};

fn machine() -> Machine {
    Machine {
        cpu: "AMD EPYC 7543 32-Core Processor".to_owned(),
        architecture: "x86_64".to_owned(),
        cores: 2,
        isa: "v3".to_owned(),
        caches_kib: vec![32, 512, 32768],
    }
}

/// A benchmark that does so much work in so many nanoseconds.
fn row(benchmark: &str, (work, time_ns): (u64, f64)) -> Row {
    let is_ours = Name::of(benchmark).runner == OURS;
    let is_product = benchmark.starts_with("product");
    Row {
        benchmark: benchmark.to_owned(),
        bench: Name::of(benchmark).family().to_owned(),
        started: String::new(),
        time_ns,
        low_ns: 0.99 * time_ns,
        high_ns: 1.02 * time_ns,
        fast_ns: time_ns,
        samples: 20,
        iterations: 1000,
        work,
        unit: if is_product { "FLOPs" } else { "elements" }.to_owned(),
        work_per_ns: work as f64 / time_ns,
        bytes: is_ours.then_some(work / 4),
        bound: is_ours.then(|| if is_product { "multiply-add" } else { "load/store" }.to_owned()),
        share: is_ours.then_some(work as f64 / time_ns / 100.0),
        checksum: None,
        precision: "f32".to_owned(),
        isa: "v3".to_owned(),
        peak_gflops_f32: Some(100.0),
        peak_gflops_f64: Some(50.0),
        peak_gbs_l1: Some(200.0),
        peak_gbs_l2: Some(100.0),
        peak_gbs_l3: Some(50.0),
        peak_gbs_memory: Some(10.0),
        clock_ghz: Some(3.0),
        cpu: "AMD EPYC 7543 32-Core Processor".to_owned(),
        rustc: "rustc 1.95.0".to_owned(),
        crates: String::new(),
        revision: String::new(),
        changes: None,
    }
}

/// A build that was measured on this day of November.
fn build(day: usize, rows: &[Row]) -> Build {
    let revision = format!("{day:040}");
    let dated =
        |row: &Row| Row { revision: revision.clone(), started: format!("2026-11-{day:02}T00:00:00Z"), ..row.clone() };
    Build { rows: rows.iter().map(dated).collect(), revision: revision.clone(), changes: None }
}

/// Eight days, from the fifth of which on our product takes four fifths of its time.
fn builds() -> Vec<Build> {
    let day = |day: usize| {
        let factor = if day < 5 { 1.0 } else { 0.8 };
        // Alternating, so that there is some noise.
        let noise = if day.is_multiple_of(2) { 1.002 } else { 1.0 };
        build(
            day,
            &[
                row("product/forward/thalweg/8x8x8", (1024, 16.0 * factor * noise)),
                row("product/forward/thalweg/16x16x16", (8192, 100.0 * factor * noise)),
                row("product/forward/thalweg/16x2x16", (1024, 20.0 * factor * noise)),
                row("product/forward/faer/8x8x8", (1024, 64.0 * noise)),
                row("product/forward/faer/16x16x16", (8192, 256.0 * noise)),
                row("math/thalweg/exp-f32", (2048, 512.0 * noise)),
            ],
        )
    };
    (1..=8).map(day).collect()
}

const ALL: Shown<'_> = Shown { filter: "", isa: None, build: None, measure: Measure::Throughput };

fn picture<'a>(charts: &'a Charts, name: &str) -> &'a Picture {
    charts.pictures.iter().find(|(own, _)| own == name).map(|(_, picture)| picture).unwrap()
}

/// Where the upright lines of changes are.
fn changes(layers: &[Layer]) -> Vec<f64> {
    let upright = |layer: &Layer| if let Layer::Hint(_, points) = layer { Some(points[0].0) } else { None };
    layers.iter().filter_map(upright).collect()
}

#[test]
fn a_history_has_a_panel_for_each_benchmark_and_its_changes() {
    let charts = charts(&machine(), &builds(), ALL).unwrap();
    let history = picture(&charts, "history");
    let headings: Vec<&str> = history.panels.iter().map(|panel| panel.heading.as_str()).collect();
    assert_eq!(
        headings,
        ["product, forward: 8×8×8", "product, forward: 16×16×16", "product, forward: 16×2×16", "math: exp"]
    );
    // The fifth record begins at 4, and only ours changed there.
    let found: Vec<Vec<f64>> = history.panels.iter().map(|panel| changes(&panel.layers)).collect();
    assert_eq!(found, [vec![4.0], vec![4.0], vec![4.0], vec![]]);
    let line = |layer: &Layer| if let Layer::Line(_, points) = layer { Some(points.clone()) } else { None };
    let lines: Vec<_> = history.panels[0].layers.iter().filter_map(line).collect();
    assert_eq!((lines.len(), lines[0].len(), lines[0][0]), (2, 8, (0.5, 64.0)));
    let Layer::Band(_, band) = &history.panels[0].layers[0] else { panic!("bands are below lines") };
    assert_eq!(band[0], (0.5, 1024.0 / (1.02 * 16.0), 1024.0 / (0.99 * 16.0)));
    assert_eq!(history.x_label, "revision (2026-11-01 to 2026-11-08)");
}

#[test]
fn a_history_of_many_benchmarks_is_one_of_groups() {
    let many = |day: usize| {
        let time = if day < 5 { 100.0 } else { 125.0 };
        let rows: Vec<Row> =
            (0..20).map(|at| row(&format!("math/thalweg/f{at}"), (2048, time + f64::from(at)))).collect();
        build(day, &rows)
    };
    let builds: Vec<Build> = (1..=8).map(many).collect();
    let all = charts(&machine(), &builds, ALL).unwrap();
    let history = picture(&all, "history");
    assert_eq!((history.panels.len(), history.panels[0].heading.as_str()), (1, "math (20)"));
    assert_eq!(changes(&history.panels[0].layers), [4.0]);
    let times = charts(&machine(), &builds, Shown { measure: Measure::Time, ..ALL }).unwrap();
    let level = |picture: &Picture| {
        let line = |layer: &Layer| if let Layer::Line(_, points) = layer { Some(points[7].1) } else { None };
        picture.panels[0].layers.iter().find_map(line).unwrap()
    };
    // The geometric mean of (125 + at) / (100 + at), and its inverse.
    let mean =
        libm::exp((0..20).map(|at| libm::log((125.0 + f64::from(at)) / (100.0 + f64::from(at)))).sum::<f64>() / 20.0);
    assert!((level(picture(&times, "history")) - mean).abs() < 1e-12);
    assert!((level(history) * mean - 1.0).abs() < 1e-12);
}

#[test]
fn one_record_is_points_and_a_note() {
    let builds = [builds().remove(0)];
    let charts = charts(&machine(), &builds, ALL).unwrap();
    let history = picture(&charts, "history");
    assert!(history.notes.iter().any(|note| note.text.contains("one record")), "{:?}", history.notes);
    assert!(matches!(&history.panels[0].layers[0], Layer::Thin(_, ends) if ends.len() == 2));
}

#[test]
fn throughput_stands_over_the_mean_side_below_the_peak() {
    let charts = charts(&machine(), &builds(), ALL).unwrap();
    let throughput = picture(&charts, "throughput");
    let [panel] = &throughput.panels[..] else { panic!("one group has sizes") };
    let Layer::Guide(peak) = &panel.layers[0] else { panic!("the peak is below all") };
    assert!(peak.iter().all(|point| point.1 == 100.0));
    let (Layer::Line(_, squares), Layer::Points(_, points)) = (&panel.layers[1], &panel.layers[2]) else { panic!() };
    assert_eq!((squares.len(), points.len()), (2, 3));
    assert!((squares[0].0 - 8.0).abs() < 1e-12 && (points[0].0 - 8.0).abs() < 1e-12);
    assert_eq!(throughput.x.scale(), Scale::Log);
    let legend: Vec<&str> = throughput.legend.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(legend, ["Thalweg", "faer"]);
}

#[test]
fn the_roof_is_the_lower_of_peak_and_bandwidth() {
    let charts = charts(&machine(), &builds(), ALL).unwrap();
    let roofline = picture(&charts, "roofline");
    let guides: Vec<_> = roofline.panels[0]
        .layers
        .iter()
        .filter_map(|layer| if let Layer::Guide(points) = layer { Some(points.clone()) } else { None })
        .collect();
    // Four slopes that end at the peak, and the peak.
    let corners: Vec<f64> = guides[..4].iter().map(|slope| slope[1].0).collect();
    assert_eq!(corners, [0.5, 1.0, 2.0, 10.0]);
    for (slope, bandwidth) in guides.iter().zip([200.0, 100.0, 50.0, 10.0]) {
        assert!((slope[0].1 / slope[0].0 - bandwidth).abs() < 1e-9 && slope[1].1 == 100.0);
    }
    assert_eq!((guides.len(), guides[4][0]), (5, (0.5, 100.0)));
    let points = |layer: &Layer| if let Layer::Points(_, points) = layer { Some(points.clone()) } else { None };
    let points = roofline.panels[0].layers.iter().find_map(points).unwrap();
    // Ours alone, four operations a byte.
    assert_eq!((points.len(), points[0].0), (3, 4.0));
}

#[test]
fn shares_are_sorted_by_family() {
    let charts = charts(&machine(), &builds(), ALL).unwrap();
    let shares = picture(&charts, "shares-product");
    let bar = |layer: &Layer| if let Layer::Bar(_, x, y) = layer { Some((x.1, (y.0 + y.1) / 2.0)) } else { None };
    let bars: Vec<(f64, f64)> = shares.panels[0].layers.iter().filter_map(bar).collect();
    assert!(bars.is_sorted_by(|a, b| a.0 > b.0 && a.1 > b.1), "{bars:?}");
    let labels: Vec<&str> = shares.panels[0].y.ticks().iter().filter_map(|tick| tick.label.as_deref()).collect();
    assert_eq!(labels, ["16×2×16", "8×8×8", "16×16×16"]);
    assert_eq!(shares.legend.iter().map(|entry| &*entry.text).collect::<Vec<_>>(), ["multiply-add units"]);
    assert_eq!(picture(&charts, "shares-math").panels[0].height, 15.0);
}

#[test]
fn the_parts_of_a_step_fill_a_bar() {
    let part = |part: &str, time| row(&format!("step/{part}/thalweg/w1"), (64, time));
    let rows = [part("update", 20.0), part("forward", 50.0), part("weight-gradient", 30.0), part("whole", 125.0)];
    let charts = charts(&machine(), &[build(1, &rows)], ALL).unwrap();
    let step = picture(&charts, "step");
    let bar = |layer: &Layer| if let Layer::Bar(_, x, _) = layer { Some(*x) } else { None };
    let bars: Vec<(f64, f64)> = step.panels[0].layers.iter().filter_map(bar).collect();
    for (bar, expected) in bars.iter().zip([(0.0, 0.5), (0.5, 0.8), (0.8, 1.0)]) {
        assert!((bar.0 - expected.0).abs() < 1e-12 && (bar.1 - expected.1).abs() < 1e-12, "{bars:?}");
    }
    assert_eq!((bars.len(), step.legend.len()), (3, 3));
    assert_eq!(step.panels[0].y.ticks()[0].label.as_deref(), Some("W1 (80 %)"));
}

#[test]
fn groups_of_other_runners_have_a_history_where_none_is_ours() {
    let rows: Vec<Row> = (0..20).map(|at| row(&format!("math/sleef-u10/f{at}"), (2048, 100.0))).collect();
    let two = charts(&machine(), &[build(1, &rows), build(2, &rows)], ALL).unwrap();
    assert_eq!(picture(&two, "history").panels.len(), 1);
    // Relative to itself, a single record says nothing.
    let one = charts(&machine(), &[build(1, &rows)], ALL).unwrap();
    assert!(one.missing.iter().any(|reason| reason.starts_with("history: one record")), "{:?}", one.missing);
}

#[test]
fn what_is_shown_can_be_chosen() {
    let mut builds = builds();
    let of_v4 = Row { isa: "v4".to_owned(), ..builds[2].rows[5].clone() };
    builds[2].rows.push(of_v4);
    // A table that was edited.
    builds[3].rows[0].time_ns = f64::NAN;
    let titles = |shown| charts(&machine(), &builds, shown).map(|charts| charts.pictures.len());
    assert_eq!(titles(ALL).unwrap(), 5);
    let math = charts(&machine(), &builds, Shown { filter: "exp", ..ALL }).unwrap();
    assert_eq!((math.pictures.len(), math.missing.len()), (2, 3), "{:?}", math.missing);
    let v4 = charts(&machine(), &builds, Shown { isa: Some("v4"), ..ALL }).unwrap();
    assert_eq!(v4.build, builds[2].name());
    let third =
        charts(&machine(), &builds, Shown { build: Some(&builds[2].name()[..12]), filter: "faer", ..ALL }).unwrap();
    assert_eq!((third.build, third.table.rows.len()), (builds[2].name(), 2));
    for (shown, part) in [
        (Shown { filter: "nothing", ..ALL }, "holds `nothing`"),
        (Shown { isa: Some("scalar"), ..ALL }, "was measured on scalar"),
        (Shown { build: Some("zzz"), ..ALL }, "no build called `zzz`"),
    ] {
        let error = charts(&machine(), &builds, shown).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    assert!(charts(&machine(), &[], ALL).is_err());
}

#[test]
fn names_in_code_are_not_in_figures() {
    let charts = charts(&machine(), &builds(), ALL).unwrap();
    for (name, picture) in &charts.pictures {
        let entries = picture.legend.iter().chain(&picture.notes).map(|entry| entry.text.clone());
        let headings = picture.panels.iter().flat_map(|panel| [panel.heading.clone(), panel.y_label.clone()]);
        for text in entries.chain(headings).chain([picture.title.clone(), picture.x_label.clone()]) {
            assert!(!["_", "-f32", "thalweg/"].iter().any(|code| text.contains(code)), "{name}: {text}");
        }
    }
}
