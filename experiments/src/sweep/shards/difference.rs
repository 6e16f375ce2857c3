//! Where the rows of two results differ.

use std::fmt;

use crate::record::ByKey;
use crate::record::chunk::Chunks;

/// The first trial whose rows differ, and the first cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The chunk.
    pub chunk: u64,
    /// The number of the trial in the plan.
    pub trial: u64,
    /// Its key.
    pub key: String,
    /// The table.
    pub table: String,
    /// The column; none where one has other rows than the other.
    pub column: Option<String>,
    /// What both have there.
    pub values: [String; 2],
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chunk, trial, key, table, column, values: [one, other] } = self;
        write!(f, "chunk {chunk}, trial {trial} ({key}), {table}.csv")?;
        match column {
            Some(column) => write!(f, ", {column}: {one} and {other}"),
            None => write!(f, ": {one} and {other}"),
        }
    }
}

/// The first difference between the tables of a chunk, by which all are without their headers; none if they are equal.
pub(super) fn first(chunks: &Chunks, chunk: u64, one: &[Vec<u8>], other: &[Vec<u8>]) -> Option<Difference> {
    let (mut ones, mut others) = (by_key(one), by_key(other));
    let mut trial = chunks.range(chunk).start;
    loop {
        let (one, other) = (ones.next(), others.next());
        let key = one.as_ref().or(other.as_ref())?.0.map_or_else(String::new, |key| key.to_string());
        let none = vec![&[] as &[u8]; chunks.tables.len()];
        let [one, other] = [one, other].map(|of| of.map_or_else(|| none.clone(), |(_, rows)| rows));
        if let Some(table) = (0..one.len()).find(|table| one[*table] != other[*table]) {
            let (name, header) = &chunks.tables[table];
            let (column, values) = cell(header, one[table], other[table]);
            return Some(Difference { chunk, trial, key, table: name.clone(), column, values });
        }
        trial += 1;
    }
}

fn by_key(tables: &[Vec<u8>]) -> ByKey<'_> {
    ByKey::new(tables.iter().map(Vec::as_slice).collect())
}

/// The first cell that differs in rows that do, with its column.
fn cell(header: &[u8], one: &[u8], other: &[u8]) -> (Option<String>, [String; 2]) {
    let records = |rows| csv::ReaderBuilder::new().has_headers(false).from_reader(rows).into_records();
    let columns = records(header).next().and_then(Result::ok).unwrap_or_default();
    for (one, other) in records(one).zip(records(other)) {
        let (Ok(one), Ok(other)) = (one, other) else { break };
        if let Some(at) = (0..columns.len()).find(|at| one.get(*at) != other.get(*at)) {
            let text = |record: &csv::StringRecord| match record.get(at) {
                Some("") => "nothing".to_owned(),
                cell => cell.unwrap_or("no cell").to_owned(),
            };
            return (Some(columns[at].to_owned()), [text(&one), text(&other)]);
        }
    }
    let rows = |rows: &[u8]| match memchr::memchr_iter(b'\n', rows).count() {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    };
    (None, [rows(one), rows(other)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks() -> Chunks {
        let tables = [("runs", "key,a,b\n"), ("curves", "key,step\n")];
        let tables = tables.map(|(name, header)| (name.to_owned(), header.as_bytes().to_vec())).to_vec();
        Chunks { contract: 5, spec: blake3::hash(b""), trials: 6, size: 2, tables }
    }

    fn tables(runs: &str, curves: &str) -> Vec<Vec<u8>> {
        [runs, curves].map(|text| text.replace('#', "t000000000000000").into_bytes()).to_vec()
    }

    #[test]
    fn the_first_cell_is_named() {
        let own = tables("#a,1,2\n#b,3,\n", "#a,0\n#b,0\n#b,1\n");
        let text = |other: &[Vec<u8>]| first(&chunks(), 2, &own, other).map(|found| found.to_string());
        assert_eq!(text(&own), None);
        let other = tables("#a,1,2\n#b,3,5\n", "#a,0\n#b,0\n#b,1\n");
        assert_eq!(text(&other).unwrap(), "chunk 2, trial 5 (t000000000000000b), runs.csv, b: nothing and 5");
        let other = tables("#a,1,2\n#b,3,\n", "#a,0\n#b,0\n");
        assert_eq!(text(&other).unwrap(), "chunk 2, trial 5 (t000000000000000b), curves.csv: 2 rows and 1 row");
        let other = tables("#a,1,2\n", "#a,0\n");
        assert_eq!(text(&other).unwrap(), "chunk 2, trial 5 (t000000000000000b), runs.csv: 1 row and 0 rows");
    }
}
