//! A large map of a column over two others: its sign tells on which side of a boundary a trial is, its rank on that
//! side gives the colour (Sohl-Dickstein 2024, arXiv 2402.06184).

use std::collections::HashSet;

use super::axis::Axis;
use super::cells::{Cells, Fill, borders, scale_of};
use super::colors::sides;
use super::comparison::remark;
use super::picture::{ColorBar, Layer, Panel, Picture};
use super::style::Tint;
use super::ticks::Tick;
use super::whose::Whose;
use super::words;
use super::{Chart, Data, FigureError, Input, Kind};
use thalweg_record::record::{Key, RecordError, Sheet};
use thalweg_record::stats::Mask;

/// The kind, as specs and the command know it.
pub const KIND: Kind = Kind {
    name: "image",
    summary: "a `column` over two others, by rank above 0 (converged) and up to 0 (diverged), with the box-counting dimension of the boundary",
    metrics: || vec!["rank"],
    keys: &["x", "y", "column", "table"],
    required: 3,
    input: Input::Table,
    table: Some("runs.csv"),
    compose,
    times: None,
};

const SIDE: f64 = 480.0;

/// The values of a column on a grid.
struct Map {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Row by row from the smallest y; NaN where the cell is empty.
    values: Vec<f64>,
    /// The trial of each cell, where these are few enough to be named, and the table has keys.
    keys: Vec<Option<Key>>,
}

/// The most cells whose trials are named.
const MOST_NAMED: usize = 1 << 18;

/// The column of keys.
const KEY: &str = "key";

fn compose(chart: &Chart, data: &Data<'_>) -> Result<Picture, FigureError> {
    let nothing = |reason: String| FigureError::NoData { kind: KIND.name, reason };
    let options = &chart.options;
    let (Some(sheet), Some(x), Some(y), Some(column)) = (data.sheet, &options.x, &options.y, &options.column) else {
        return Err(nothing("it needs a table, and its columns `x`, `y` and `column`".to_owned()));
    };
    let map = Map::read(sheet, [x, y, column])?;
    Ok(picture(chart, &map, [x, y, column]))
}

impl Map {
    /// Reads a map in two passes, one for the values of its axes and one for those of its cells, so that only the cells
    /// of a picture of millions are in memory.
    fn read(sheet: &Sheet, [x, y, column]: [&str; 3]) -> Result<Self, FigureError> {
        let mut sides = [(); 2].map(|()| HashSet::new());
        let mut rows = 0_usize;
        // Zeros of both signs are equal.
        let bits = |cell: Option<f64>| (cell.unwrap_or(f64::NAN) + 0.0).to_bits();
        sheet.visit(&[x, y], |mut cells| {
            rows += 1;
            for (column, side) in sides.iter_mut().enumerate() {
                side.insert(bits(cells.number(column)?));
            }
            Ok::<(), RecordError>(())
        })?;
        let nothing = |found: &str| FigureError::NoData {
            kind: KIND.name,
            reason: format!("{rows} rows are in {found}: `{x}` and `{y}` are no grid with one row per cell"),
        };
        let [across, up] = sides.map(|side| {
            let mut values: Vec<f64> = side.into_iter().map(f64::from_bits).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        });
        let mut map = Self::new(across, up, rows).map_err(|found| nothing(&found))?;
        let mut taken = vec![false; rows];
        sheet.visit(&[x, y, column], |mut cells| {
            let [x, y, value] =
                [cells.number(0)?, cells.number(1)?, cells.number(2)?].map(|cell| cell.unwrap_or(f64::NAN));
            let cell = map.place(x, y);
            // A file that has changed since may have other cells.
            if taken.get_mut(cell).is_none_or(|taken| std::mem::replace(taken, true)) {
                return Err(nothing(&format!("{} × {} cells, one of them twice", map.x.len(), map.y.len())));
            }
            map.values[cell] = value;
            Ok(())
        })?;
        if rows <= MOST_NAMED && sheet.columns().iter().any(|name| name == KEY) {
            map.keys = vec![None; rows];
            sheet.visit(&[x, y, KEY], |mut cells| {
                let [x, y] = [cells.number(0)?, cells.number(1)?].map(|cell| cell.unwrap_or(f64::NAN));
                let cell = map.place(x, y);
                let key = Key::parse(cells.text(2).as_bytes());
                map.keys.get_mut(cell).into_iter().for_each(|own| *own = key);
                Ok::<(), RecordError>(())
            })?;
        }
        Ok(map)
    }

    /// A map of `rows` cells without values, or how many cells there would be.
    fn new(x: Vec<f64>, y: Vec<f64>, rows: usize) -> Result<Self, String> {
        let cells = x.len().checked_mul(y.len());
        let is_finite = |values: &[f64]| values.len() > 1 && values.iter().all(|value| value.is_finite());
        if cells != Some(rows) || !is_finite(&x) || !is_finite(&y) {
            return Err(format!("{} × {} cells", x.len(), y.len()));
        }
        Ok(Self { x, y, values: vec![f64::NAN; rows], keys: Vec::new() })
    }

    /// The cell of these values of the axes.
    fn place(&self, x: f64, y: f64) -> usize {
        let place = |values: &[f64], value: f64| values.partition_point(|other| *other < value);
        place(&self.y, y) * self.x.len() + place(&self.x, x)
    }

    /// For each cell its rank among the converged ones, or minus its rank among the others, from 0 to 1; the boundary
    /// is where 1 meets minus 1. Equal values have equal ranks.
    fn ranks(&self) -> impl Iterator<Item = f64> {
        let sorted = |kept: fn(f64) -> bool| {
            let mut values: Vec<f64> = self.values.iter().copied().filter(|value| kept(*value)).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        // A larger sum of losses is slower; a reciprocal sum that is larger in size took longer to diverge.
        let (converged, diverged) = (sorted(|value| value > 0.0), sorted(|value| value <= 0.0));
        let share = |values: &[f64], value: f64| {
            let below = values.partition_point(|other| *other < value);
            below as f64 / (values.len() - 1).max(1) as f64
        };
        self.values.iter().map(move |&value| {
            if value > 0.0 {
                share(&converged, value)
            } else if value.is_nan() {
                -0.0 // diverged at once, as far as is known
            } else {
                share(&diverged, value) - 1.0
            }
        })
    }
}

fn picture(chart: &Chart, map: &Map, [x, y, column]: [&String; 3]) -> Picture {
    let (x_scale, y_scale) = (scale_of(&map.x), scale_of(&map.y));
    let (across, up) = (borders(&map.x, x_scale), borders(&map.y, y_scale));
    let is_converged: Vec<bool> = map.values.iter().map(|value| *value > 0.0).collect();
    let fills = map.ranks().zip(&is_converged).map(|(rank, near)| Fill::Color(sides(*near, rank.abs())));
    let cells = Cells { x: across.clone(), y: up.clone(), fills: fills.collect() };
    let share = is_converged.iter().filter(|converged| **converged).count() as f64 / is_converged.len() as f64;
    let boundary = Mask::new(map.x.len(), is_converged).boundary().dimension();
    let mut notes = vec![
        remark(format!("{} × {} trials", map.x.len(), map.y.len())),
        remark(format!("{:.1} % converged", 100.0 * share)),
    ];
    if let Some(dimension) = boundary {
        notes.push(remark(format!("dimension of the boundary, by counting boxes: {:.3}", dimension.median)));
    }
    let owners = map.keys.iter().map(|key| key.map(Whose::Trial)).collect::<Vec<_>>();
    let owners = (!owners.is_empty()).then_some(Layer::CellOwners(owners));
    let [x_label, y_label] = [x, y].map(|name| words::column(name));
    Picture {
        title: chart.title_or(|| format!("{} by {x_label} and {y_label}", words::column(column))),
        x: Axis::new(x_scale, across[0], across[across.len() - 1]),
        x_label,
        panels: vec![Panel {
            heading: String::new(),
            height: SIDE,
            y: Axis::new(y_scale, up[0], up[up.len() - 1]),
            y_label,
            layers: std::iter::once(Layer::Cells(cells)).chain(owners).collect(),
            symbols: Vec::new(),
        }],
        columns: 1,
        color_bar: Some(color_bar()),
        legend: Vec::new(),
        notes,
    }
}

/// From fast convergence at the bottom over the boundary in the middle to fast divergence at the top.
fn color_bar() -> ColorBar {
    const STRIPES: usize = 60;
    let share = |i: usize| (i as f64 + 0.5) / STRIPES as f64;
    let converged = (0..STRIPES).map(|i| Tint::Value(sides(true, share(i))));
    let diverged = (0..STRIPES).map(|i| Tint::Value(sides(false, 1.0 - share(i))));
    let names = [(0.1, "converged fast"), (0.9, "slowly"), (1.1, "diverged slowly"), (1.9, "fast")];
    let ticks = names.map(|(value, name)| Tick { value, label: Some(name.to_owned()) });
    ColorBar {
        label: "by rank on either side".to_owned(),
        axis: Axis::named(2, ticks),
        colors: converged.chain(diverged).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_meet_at_the_boundary() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs.csv");
        let read = |rows: &str| {
            std::fs::write(&path, format!("a,b,measure\n{rows}")).unwrap();
            Map::read(&Sheet::open(&path).unwrap(), ["a", "b", "measure"])
        };
        let map = read("2,1,3\n1,1,5\n1,2,-0.5\n2,2,-9\n").unwrap();
        assert_eq!((&map.x, &map.y), (&vec![1.0, 2.0], &vec![1.0, 2.0]));
        assert_eq!(map.values, [5.0, 3.0, -0.5, -9.0]);
        assert_eq!(map.ranks().collect::<Vec<_>>(), [1.0, 0.0, 0.0, -1.0]);
        let failure = |rows: &str| read(rows).err().unwrap().to_string();
        assert!(failure("1,1,5\n2,1,3\n1,2,0\n").contains("3 rows are in 2 × 2 cells:"));
        assert!(failure("1,1,5\n2,1,3\n1,2,0\n1,2,1\n").contains("4 rows are in 2 × 2 cells, one of them twice"));
    }
}
