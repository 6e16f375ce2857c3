//! Panels in columns, the last of which has fewer.

use thalweg::figure::{Appearance, Axis, Layer, Panel, Picture, Scale, pgfplots, style, svg};

fn picture(panels: usize, columns: usize) -> Picture {
    let panel = |number: usize| Panel {
        heading: format!("panel {number}"),
        height: 200.0,
        y: Axis::new(Scale::Linear, 0.0, 1.0),
        y_label: "value".to_owned(),
        layers: vec![Layer::Line(style(0), vec![(300.0, 0.2), (700.0, 0.8)])],
        symbols: Vec::new(),
    };
    Picture {
        title: "Panels".to_owned(),
        x: Axis::new(Scale::Linear, 300.0, 700.0),
        x_label: "number".to_owned(),
        panels: (0..panels).map(panel).collect(),
        columns,
        color_bar: None,
        legend: Vec::new(),
        notes: Vec::new(),
    }
}

#[test]
fn every_column_has_numbers_below_it() {
    for (panels, columns) in [(1, 1), (3, 2), (4, 2), (5, 3), (6, 3)] {
        let picture = picture(panels, columns);
        let drawn = svg(&picture, &Appearance::default(), "columns").unwrap();
        assert_eq!(drawn.matches(">500<").count(), columns, "{panels} panels in {columns} columns");
        let files = pgfplots(&picture, &Appearance::default(), "columns").unwrap();
        let tex = String::from_utf8(files[0].1.clone()).unwrap();
        let labelled = tex.lines().filter(|line| line.contains("xticklabels") && line.contains("{500}")).count();
        assert_eq!(labelled, columns, "{panels} panels in {columns} columns: {tex}");
    }
}
