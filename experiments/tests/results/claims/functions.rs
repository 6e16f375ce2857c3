//! Of functions, of networks whose every unit is shown, and of the boundary of trainability.

use thalweg_report::findings::number;

use super::rows::{Rows, figure, two};

pub(super) fn activations() -> Vec<String> {
    let table = Rows::read("activations/functions.csv");
    let of = |name: &str| table.of("function", name);
    let most = |name: &str| of(name).most("derivative");
    let pairs = of("gelu").numbers("value").into_iter().zip(of("gelu-tanh").numbers("value"));
    let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    vec![
        format!("The sigmoid's derivative is at most {}, tanh's {}:", number(most("sigmoid")), number(most("tanh"))),
        format!("leaky ReLU keeps {} of it", number(of("leaky-relu").of("x", "-1").one("derivative"))),
        format!("their derivatives exceed 1 (to {:.3} and {:.3})", most("gelu"), most("silu")),
        format!("by at most {} here", two(apart)),
    ]
}

/// What changes with one weight, a row for each layer.
pub(super) fn units(file: &str) -> Vec<String> {
    let changes = |rows: &Rows| {
        let apart: Vec<f64> =
            rows.numbers("after").into_iter().zip(rows.numbers("before")).map(|(a, b)| (a - b).abs()).collect();
        let count = apart.iter().filter(|apart| **apart > 0.0).count();
        format!("{count} of {} | {}", apart.len(), two(apart.iter().copied().fold(0.0, f64::max)))
    };
    let row = |(layer, rows): (String, Rows)| {
        let outputs = changes(&rows.of("from", ""));
        let has_weights = rows.texts("from").iter().any(|from| !from.is_empty());
        let weights =
            if has_weights { changes(&rows.that("from", |from| !from.is_empty())) } else { "- | -".to_owned() };
        format!("| {layer} | {outputs} | {weights} |")
    };
    Rows::read(file).by("layer").into_iter().map(row).collect()
}

const BOUNDARIES: [&str; 7] = [
    "fractal-tanh",
    "fractal-width-8",
    "fractal-relu",
    "fractal-identity",
    "fractal-minibatch",
    "fractal-one",
    "fractal-offset",
];

/// The share that converged, and the dimension of the boundary, as the figure of a study says them: its tables stay out of the
/// repository.
fn boundary(study: &str) -> (String, f64) {
    let folder = super::rows::results().join(study).join("figures");
    let mut files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let svg = files.find(|path| path.extension().is_some_and(|extension| extension == "svg")).unwrap();
    let texts = figure(svg.to_str().unwrap());
    let share = texts.iter().find_map(|text| text.strip_suffix(" converged")).unwrap();
    let dimension = texts.iter().find_map(|text| text.strip_prefix("dimension of the boundary, by counting boxes: "));
    (share.to_owned(), dimension.unwrap().parse().unwrap())
}

pub(super) fn fractal() -> Vec<String> {
    let all = BOUNDARIES.map(boundary);
    let rows = BOUNDARIES
        .iter()
        .zip(&all)
        .map(|(study, (share, dimension))| format!("[{study}](../{study}) | {share} | {dimension:.3} |"));
    let dimensions = all.iter().map(|(_, dimension)| *dimension);
    let (low, high) = (dimensions.clone().fold(f64::INFINITY, f64::min), dimensions.fold(0.0, f64::max));
    let small = boundary("fractal-small").1;
    rows.chain([
        format!("The dimensions, {low:.2} to {high:.2},"),
        format!("in place of {:.3} for tanh", all[0].1),
        format!("in place of {:.3} for the constant", all[6].1),
        format!("in place of {small:.3} in the picture of 128 × 128"),
    ])
    .collect()
}
