//! Tables in CSV files: a header, numeric columns, and one column to predict.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};

use crate::dataset::Task;
use crate::dataset::{Dataset, Targets};
use crate::spec::{InputError, shortened, suggestion};

/// A file that is being read.
pub(super) struct File<'a> {
    pub name: &'a str,
    pub text: &'a str,
    pub header: StringRecord,
    pub target: usize,
}

/// Reads a table.
///
/// The column `target` is what to predict, all others are features. Classes are the different labels, in the order of
/// their values if all are numbers (`1` and `1.0` are then the same), else alphabetically.
///
/// # Errors
///
/// The first thing in the file that is not right, with its line and the name of the column: no header or no rows, a
/// column name that is empty or occurs twice, no such target, nothing but the target, a row of another length, a
/// feature (or a target of a regression) that is not a finite number, an empty label, fewer than two classes.
pub fn parse(name: &str, text: &str, target: &str, task: Task) -> Result<Dataset, InputError> {
    let text = without_mark(text);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(name, text, &error))?.clone();
    check_header(name, text, &header)?;
    let missing = |(message, help): (String, String)| {
        InputError::new(name, text, 0..first_line(text).len(), message).with_help(help)
    };
    let file = File { name, text, target: position(&header, target).map_err(missing)?, header };
    let mut features = Vec::new();
    let mut targets = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(name, text, &error))?;
        targets.push(file.read_row(&record, &mut features)?);
    }
    if targets.is_empty() {
        return Err(file.error_at(text.len(), "the table has no rows"));
    }
    let targets = match task {
        Task::Classification => file.classes(&targets)?,
        Task::Regression => file.values(&targets)?,
    };
    Ok(Dataset { features, targets, inputs: file.header.len() - 1 })
}

/// Checks that the file has a header with this column; else what is wrong, and advice.
pub(super) fn check_target(text: &str, target: &str) -> Result<(), (String, String)> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(without_mark(text).as_bytes());
    match reader.headers() {
        // An empty or broken file is an error of the file, not of the name.
        Ok(header) if !header.is_empty() => position(header, target).map(|_| ()),
        _ => Ok(()),
    }
}

/// A label or value to predict, and the byte at which its row starts.
pub(super) type Cell = (String, usize);

impl File<'_> {
    fn read_row(&self, record: &StringRecord, features: &mut Vec<f64>) -> Result<Cell, InputError> {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        if record.len() != self.header.len() {
            let message = format!("expected {} cells as in the header, found {}", self.header.len(), record.len());
            return Err(self.error_at(start, message));
        }
        for (index, cell) in record.iter().enumerate() {
            if index != self.target {
                features.push(self.number(index, cell, start)?);
            }
        }
        Ok((record[self.target].trim().to_owned(), start))
    }

    fn number(&self, column: usize, cell: &str, start: usize) -> Result<f64, InputError> {
        finite(cell).ok_or_else(|| {
            let (column, cell) = (shortened(&self.header[column]), shortened(cell));
            self.error_at(start, format!("column {column:?}: expected a finite number, found {cell:?}"))
        })
    }

    pub fn values(&self, cells: &[Cell]) -> Result<Targets, InputError> {
        let values = cells.iter().map(|(cell, start)| self.number(self.target, cell, *start));
        Ok(Targets::Values { values: values.collect::<Result<_, _>>()?, outputs: 1 })
    }

    pub fn classes(&self, cells: &[Cell]) -> Result<Targets, InputError> {
        let column = shortened(&self.header[self.target]);
        if let Some((_, start)) = cells.iter().find(|(cell, _)| cell.is_empty()) {
            return Err(self.error_at(*start, format!("column {column:?}: expected a class, found an empty cell")));
        }
        let (names, ranks) = rank(cells);
        if names.len() < 2 {
            let message =
                format!("column {column:?}: expected at least two classes, found only {:?}", shortened(&names[0]));
            return Err(self.error_at(cells[0].1, message));
        }
        Ok(Targets::Classes { labels: ranks, classes: names })
    }

    /// An error about the row that starts at a byte.
    fn error_at(&self, start: usize, message: impl Into<String>) -> InputError {
        // The reader reports a row from the line break before it, if that line was blank.
        let blank = self.text[start..].len() - self.text[start..].trim_start_matches(['\r', '\n']).len();
        let start = if start + blank < self.text.len() { start + blank } else { start };
        let end = start + first_line(&self.text[start..]).len();
        InputError::new(self.name, self.text, start..end, message)
    }
}

/// A cell as a finite number.
pub(super) fn finite(cell: &str) -> Option<f64> {
    // Two spellings of zero must not be two values.
    cell.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number + 0.0)
}

/// The classes in order, and the index of each cell's class.
fn rank(cells: &[Cell]) -> (Vec<String>, Vec<u32>) {
    let numbers: Option<Vec<f64>> =
        cells.iter().map(|(cell, _)| cell.parse().ok().filter(|number: &f64| number.is_finite())).collect();
    if let Some(mut numbers) = numbers {
        numbers.iter_mut().for_each(|number| *number += 0.0);
        let mut classes = numbers.clone();
        classes.sort_by(f64::total_cmp);
        classes.dedup();
        let index = |number: &f64| classes.partition_point(|class| class < number) as u32;
        return (classes.iter().map(f64::to_string).collect(), numbers.iter().map(index).collect());
    }
    let mut classes: Vec<&str> = cells.iter().map(|(cell, _)| cell.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    let index = |cell: &Cell| classes.partition_point(|class| *class < cell.0.as_str()) as u32;
    (classes.iter().map(|&class| class.to_owned()).collect(), cells.iter().map(index).collect())
}

pub(super) fn check_header(name: &str, text: &str, header: &StringRecord) -> Result<(), InputError> {
    let error = |message: String| Err(InputError::new(name, text, 0..first_line(text).len(), message));
    if header.is_empty() {
        return error("the file is empty: expected a header line with the names of the columns".to_owned());
    }
    if header.len() == 1 {
        let column = shortened(&header[0]);
        return error(format!("expected features besides {column:?}, found no other column"));
    }
    let mut seen = HashSet::with_capacity(header.len());
    for (index, column) in header.iter().enumerate() {
        if column.trim().is_empty() {
            return error(format!("column {} has no name", index + 1));
        }
        if !seen.insert(column) {
            return error(format!("two columns are named {:?}", shortened(column)));
        }
    }
    Ok(())
}

fn position(header: &StringRecord, target: &str) -> Result<usize, (String, String)> {
    header.iter().position(|column| column == target).ok_or_else(|| {
        let columns: Vec<&str> = header.iter().collect();
        (format!("has no column {:?}", shortened(target)), suggestion(target, &columns))
    })
}

/// What the CSV reader itself refuses.
fn broken(name: &str, text: &str, error: &csv::Error) -> InputError {
    let start = error.position().map_or(0, |position| position.byte() as usize);
    InputError::new(name, text, start..start, format!("not valid CSV: {error}"))
}

/// The text without the byte-order mark that some programs put first.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_are_numbers_are_sorted_as_numbers() {
        let data = parse("a.csv", "x,y\n1,10\n2,9\n3,9.0\n-0,100\n", "y", Task::Classification).unwrap();
        assert_eq!(data.features, [1.0, 2.0, 3.0, 0.0]);
        let classes = ["9", "10", "100"].map(str::to_owned).to_vec();
        assert_eq!(data.targets, Targets::Classes { labels: vec![1, 0, 0, 2], classes });
    }

    #[test]
    fn other_classes_are_sorted_as_text() {
        let data = parse("a.csv", "y,x,z\nb,1,2\n10,3,4\n9,5,6\n", "y", Task::Classification).unwrap();
        assert_eq!((data.inputs, data.example(1)), (2, &[3.0, 4.0][..]));
        let classes = ["10", "9", "b"].map(str::to_owned).to_vec();
        assert_eq!(data.targets, Targets::Classes { labels: vec![2, 0, 1], classes });
    }

    #[test]
    fn quotes_marks_and_other_line_ends_are_read() {
        let text = "\u{feff}\"x\",\"the target\"\r\n\"1\", 2.5 \r\n\r\n3,1e-3";
        let data = parse("a.csv", text, "the target", Task::Regression).unwrap();
        assert_eq!(data.features, [1.0, 3.0]);
        assert_eq!(data.targets, Targets::Values { values: vec![2.5, 1e-3], outputs: 1 });
    }

    #[test]
    fn errors_name_line_and_column() {
        let cases = [
            ("", "a.csv:1:1: the file is empty"),
            ("x,y\n", "the table has no rows"),
            ("y\n1\n", "a.csv:1:1: expected features besides \"y\""),
            ("x,x,y\n1,2,3\n", "two columns are named \"x\""),
            ("x,,y\n1,2,3\n", "column 2 has no name"),
            ("x,z\n1,2\n", "has no column \"y\""),
            ("x,y\n1,2\n3\n", "a.csv:3:1: expected 2 cells as in the header, found 1"),
            ("x,y\n1,2\n\n3,4,5\n", "a.csv:4:1: expected 2 cells"),
            ("x,y\n1,2\ntwo,3\n", "a.csv:3:1: column \"x\": expected a finite number, found \"two\""),
            ("x,y\nNaN,2\n", "a.csv:2:1: column \"x\": expected a finite number, found \"NaN\""),
            ("x,y\n1,2\n1e999,2\n", "found \"1e999\""),
            ("x,y\n,2\n", "found \"\""),
            ("x,y\n1,a\n2,a\n", "a.csv:2:1: column \"y\": expected at least two classes, found only \"a\""),
            ("x,y\n1,a\n2, \n", "a.csv:3:1: column \"y\": expected a class, found an empty cell"),
        ];
        for (text, expected) in cases {
            let error = parse("a.csv", text, "y", Task::Classification).unwrap_err().to_string();
            assert!(error.contains(expected), "{text:?}: {error}");
        }
        let error = parse("a.csv", "x,y\n1,2\n2,inf\n", "y", Task::Regression).unwrap_err().to_string();
        assert_eq!(error, "a.csv:3:1: column \"y\": expected a finite number, found \"inf\"");
    }
}
