//! Rows of tables by the trials that they belong to.

use crate::record::Key;

/// The rows of each trial of some tables, in the order of the first table.
///
/// A row's key is its first cell. The rows of a key are adjacent, and keys have the same order in all tables.
pub struct ByKey<'a> {
    rest: Vec<&'a [u8]>,
}

impl<'a> ByKey<'a> {
    /// The rows of tables without their headers.
    pub fn new(tables: Vec<&'a [u8]>) -> Self {
        Self { rest: tables }
    }

    /// Whether no table has rows left: after the last trial of sound ones.
    pub fn is_over(&self) -> bool {
        self.rest.iter().all(|rest| rest.is_empty())
    }
}

/// Cuts off the rows at the front that begin with this text.
fn cut<'a>(rest: &mut &'a [u8], text: &[u8]) -> &'a [u8] {
    let mut end = 0;
    while rest[end..].starts_with(text) {
        let row = &rest[end..];
        end += row.iter().position(|byte| *byte == b'\n').map_or(row.len(), |at| at + 1);
    }
    let rows;
    (rows, *rest) = rest.split_at(end);
    rows
}

impl<'a> Iterator for ByKey<'a> {
    type Item = (Option<Key>, Vec<&'a [u8]>);

    fn next(&mut self) -> Option<Self::Item> {
        let comma = self.rest[0].iter().position(|byte| *byte == b',' || *byte == b'\n')?;
        let text = &self.rest[0][..=comma];
        let rows = self.rest.iter_mut().map(|rest| cut(rest, text)).collect();
        Some((Key::parse(&text[..comma]), rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_where_the_key_changes() {
        let keys = ["t00000000000000aa", "t00000000000000bb", "t00000000000000cc"];
        let runs: String = keys.iter().map(|key| format!("{key},1\n")).collect();
        let curves = format!("{0},1\n{0},2\n{1},1\n", keys[0], keys[2]);
        let all: Vec<_> = ByKey::new(vec![runs.as_bytes(), curves.as_bytes(), &[]]).collect();
        let lines = |table: usize| all.iter().map(|(_, rows)| rows[table].len() / 20).collect::<Vec<_>>();
        assert_eq!((lines(0), lines(1), lines(2)), (vec![1, 1, 1], vec![2, 0, 1], vec![0, 0, 0]));
        assert!(all.iter().zip(keys).all(|((own, _), key)| *own == Key::parse(key.as_bytes())));
    }
}
