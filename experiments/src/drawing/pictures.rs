//! The figures of a folder as pictures, for pages that hold them.

use std::path::Path;

use super::{DrawError, KeptNetworks, Known, Rows, TABLES, chart, table_of, tables_of};
use crate::figure::{Chart, Picture, Tables};
use crate::record::Sheet;
use crate::spec::{Drawing, DrawingSource, Figure, Spec};
use crate::sweep::FigureFailure;

/// A figure with its problem, which is empty if it shows all of them.
pub type Pictured = (Chart, String, Picture);

/// The figures that a spec asks for, from the tables in `folder`, each that can be made; and why others are missing.
pub fn pictures(spec: &Spec, folder: &Path, steps_per_epoch: Option<u64>) -> (Vec<Pictured>, Vec<DrawError>) {
    let (mut failures, mut unread): (Vec<DrawError>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut rows = Rows::default();
    for table in TABLES {
        let wanted = spec.figures.iter().filter(|figure| tables_of(figure).contains(&table));
        if wanted.clone().next().is_some()
            && let Err(error) = rows.read(folder, table, wanted)
        {
            failures.push(error.into());
            unread.push(table);
        }
    }
    let known = Known::read(spec, folder, steps_per_epoch, &mut failures);
    let is_made = |figure: &&Figure| {
        known.suffices(&figure.options) && !tables_of(figure).iter().any(|table| unread.contains(table))
    };
    let figures: Vec<Figure> = spec.figures.iter().filter(is_made).map(|figure| known.add_to(figure)).collect();
    let kept = KeptNetworks::new(spec, folder);
    let tables = Tables { kept: Some(&kept), ..rows.tables() };
    let pictures = compose_all(&figures, &tables, folder, &mut failures);
    (pictures, failures)
}

/// The figures of a study that draws, whose folder is `home`, each that can be made; and why others are missing.
pub fn pictures_of_drawing(drawing: &Drawing, home: &Path) -> (Vec<Pictured>, Vec<DrawError>) {
    let beside = home.parent().unwrap_or(Path::new(""));
    let (mut failures, mut figures) = (Vec::new(), drawing.figures.clone());
    let needs_curves = figures.iter().any(|figure| figure.kind.name == "curves");
    let (mut rows, mut from) = (Rows::default(), home.to_owned());
    match &drawing.source {
        DrawingSource::Members(members) => match super::members::read(drawing, members, beside, needs_curves) {
            Ok((runs, curves)) => rows = Rows { runs, curves, ..rows },
            Err(error) => return (Vec::new(), vec![error]),
        },
        DrawingSource::Bench(file) => {
            from = beside.join("bench");
            figures.iter_mut().for_each(|figure| figure.options.table = Some(file.clone()));
        }
        DrawingSource::Functions(_) => {}
    }
    let pictures = compose_all(&figures, &rows.tables(), &from, &mut failures);
    (pictures, failures)
}

fn compose_all(figures: &[Figure], tables: &Tables<'_>, from: &Path, failures: &mut Vec<DrawError>) -> Vec<Pictured> {
    let mut pictures = Vec::new();
    for figure in figures {
        let chart = chart(figure);
        let sheet = table_of(figure).map(|table| Sheet::open(&from.join(table))).transpose();
        let composed = sheet.map_err(Into::into).and_then(|sheet| {
            let pictures = chart.pictures(&Tables { sheet: sheet.as_ref(), ..*tables })?;
            Ok(pictures.into_iter().map(|(problem, picture)| (problem.to_owned(), picture)).collect::<Vec<_>>())
        });
        match composed {
            Ok(own) => pictures.extend(own.into_iter().map(|(problem, picture)| (chart.clone(), problem, picture))),
            Err(source) => {
                failures.push(DrawError::Figure(Box::new(FigureFailure { name: chart.name(), source })));
            }
        }
    }
    pictures
}
