//! Small plots in text, for terminals.

use crate::figure::{Axis, Scale};
use crate::findings::number;

/// Columns and rows of the plot itself.
const SIZE: (usize, usize) = (64, 16);

/// Columns of the numbers at its left.
const MARGIN: usize = 9;

/// What marks the points of one line after the other.
const MARKS: [char; 8] = ['●', '○', '▲', '△', '■', '□', '◆', '◇'];

/// A line of a plot: its name and its points.
pub type Line = (String, Vec<(f64, f64)>);

/// Draws lines as marks, on log axes where all values are positive and `is_log` says so; a legend stands below. Points without
/// a place are left out, and where two lines meet the first one is seen. Nothing if there is no point at all.
pub fn plot(lines: &[Line], (x_label, y_label): (&str, &str), is_log: [bool; 2]) -> Option<String> {
    let points = || lines.iter().flat_map(|(_, points)| points).copied();
    let x = axis(points().map(|point| point.0), is_log[0])?;
    let y = axis(points().map(|point| point.1), is_log[1])?;
    let mut cells = vec![vec![' '; SIZE.0]; SIZE.1];
    for (index, (_, points)) in lines.iter().enumerate().rev() {
        for (px, py) in points {
            let place = [place(&x, *px, SIZE.0), place(&y, *py, SIZE.1)];
            if let [Some(column), Some(row)] = place {
                cells[SIZE.1 - 1 - row][column] = MARKS[index % MARKS.len()];
            }
        }
    }
    let mut text = format!("{y_label}\n");
    let labels = y_labels(&y);
    for (row, line) in cells.iter().enumerate() {
        let label = labels.iter().find(|(at, _)| *at == row).map_or("", |(_, label)| label);
        let tick = if label.is_empty() { '│' } else { '┤' };
        text += format!("{label:>MARGIN$}{tick}{}", line.iter().collect::<String>()).trim_end();
        text.push('\n');
    }
    text += &format!("{:MARGIN$}└{}\n{}\n", "", "─".repeat(SIZE.0), x_line(&x));
    text += &format!("{:>1$}\n", x_label, MARGIN + 1 + SIZE.0);
    for (index, (name, _)) in lines.iter().enumerate() {
        text += &format!("{:MARGIN$} {} {name}\n", "", MARKS[index % MARKS.len()]);
    }
    Some(text)
}

fn axis(values: impl Iterator<Item = f64> + Clone, is_log: bool) -> Option<Axis> {
    let is_positive = values.clone().filter(|value| value.is_finite()).all(|value| value > 0.0);
    Axis::around(if is_log && is_positive { Scale::Log } else { Scale::Linear }, values)
}

/// The cell of a value among `count`; none if it has no place.
fn place(axis: &Axis, value: f64, count: usize) -> Option<usize> {
    let share = axis.place(value);
    (value.is_finite() && (0.0..=1.0).contains(&share)).then(|| ((share * count as f64) as usize).min(count - 1))
}

/// The rows, from above, that have a number.
fn y_labels(y: &Axis) -> Vec<(usize, String)> {
    let named = y.ticks().iter().filter(|tick| tick.label.is_some());
    let mut labels: Vec<(usize, String)> = Vec::new();
    for tick in named {
        let Some(row) = place(y, tick.value, SIZE.1) else { continue };
        let row = SIZE.1 - 1 - row;
        if labels.iter().all(|(other, _)| other.abs_diff(row) > 1) {
            labels.push((row, number(tick.value)));
        }
    }
    labels
}

/// The numbers below the plot, those that have room.
fn x_line(x: &Axis) -> String {
    let mut line: Vec<char> = vec![' '; MARGIN + 1 + SIZE.0 + 8];
    let mut end = 0;
    for tick in x.ticks().iter().filter(|tick| tick.label.is_some()) {
        let (Some(column), label) = (place(x, tick.value, SIZE.0), number(tick.value)) else { continue };
        let start = (MARGIN + 1 + column).saturating_sub(label.len() / 2);
        if start >= end && start + label.len() <= line.len() {
            label.chars().enumerate().for_each(|(at, character)| line[start + at] = character);
            end = start + label.len() + 2;
        }
    }
    line.into_iter().collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_stand_where_their_values_are() {
        let line = |name: &str, points: &[(f64, f64)]| (name.to_owned(), points.to_vec());
        let lines =
            [line("a", &[(0.001, 1.0), (1.0, 100.0)]), line("b", &[(1.0, 1.0), (0.5, f64::INFINITY), (0.5, f64::NAN)])];
        let text = plot(&lines, ("learning rate", "loss"), [true, true]).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!((rows[0], rows.len()), ("loss", 1 + SIZE.1 + 3 + 2));
        let place = |mark: char| {
            let found = rows.iter().take(SIZE.1 + 1).enumerate();
            found.filter_map(|(row, text)| Some((row, text.chars().position(|own| own == mark)?))).collect::<Vec<_>>()
        };
        let ([high, low], [other]) = (place('●')[..].try_into().unwrap(), place('○')[..].try_into().unwrap());
        let (high, low, other): ((usize, usize), (usize, usize), (usize, usize)) = (high, low, other);
        assert!(high.0 < low.0 && high.1 > low.1, "{text}");
        assert_eq!(other, (low.0, high.1), "{text}");
        assert!(rows.iter().all(|row| row.chars().count() <= 82), "{text}");
        assert_eq!(plot(&[line("none", &[(f64::NAN, 1.0)])], ("x", "y"), [true; 2]), None);
    }
}
