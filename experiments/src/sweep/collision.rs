//! Different trials of one key.

use std::io::{self, BufRead};

use super::Plan;
use super::run::RunError;
use crate::record::Key;

impl Plan {
    /// The error that the trials of these two indices have the same key.
    pub(super) fn collision(&self, trials: [usize; 2]) -> RunError {
        let numbers = trials.map(|index| self.trials.number(index));
        let descriptions = trials.map(|index| self.describe(&self.trials.get(index)));
        RunError::Collision { numbers, descriptions }
    }
}

/// A key that is among some twice.
pub(super) fn twice(mut keys: Vec<Key>) -> Option<Key> {
    keys.sort_unstable();
    keys.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

/// The numbers of the first two keys that are this one.
pub(super) fn places(keys: &[Key], twice: Key) -> Option<[usize; 2]> {
    let mut places = (0..).zip(keys).filter(|(_, key)| **key == twice).map(|(place, _)| place);
    Some([places.next()?, places.next()?])
}

/// Keys that are in memory at a time.
const TOGETHER: usize = 1 << 25;

/// The numbers of the first two rows of `runs.csv` that have one key, of so many rows below its header. They are read once for
/// every [`TOGETHER`] rows, so that no table is too long.
pub(super) fn in_table<R: BufRead>(open: impl Fn() -> io::Result<R>, rows: usize) -> io::Result<Option<[usize; 2]>> {
    in_parts(&open, rows.div_ceil(TOGETHER).max(1) as u64)
}

fn in_parts<R: BufRead>(open: &impl Fn() -> io::Result<R>, parts: u64) -> io::Result<Option<[usize; 2]>> {
    for part in 0..parts {
        let mut keys = Vec::new();
        visit(open()?, |_, key| {
            if key.part(parts) == part {
                keys.push(key);
            }
        })?;
        if let Some(twice) = twice(keys) {
            let mut places = Vec::new();
            visit(open()?, |row, key| {
                if key == twice && places.len() < 2 {
                    places.push(row);
                }
            })?;
            return Ok(places.try_into().ok());
        }
    }
    Ok(None)
}

/// Hands over the number and the key of every row below the header.
fn visit(mut runs: impl BufRead, mut take: impl FnMut(usize, Key)) -> io::Result<()> {
    let mut row = Vec::new();
    runs.skip_until(b'\n')?;
    for number in 0.. {
        row.clear();
        if runs.read_until(b'\n', &mut row)? == 0 {
            break;
        }
        let key = row.split(|byte| *byte == b',').next().and_then(Key::parse);
        let key = key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "runs.csv has a row without a key"))?;
        take(number, key);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_are_found_where_they_stand() {
        let text = |keys: &[u64]| keys.iter().map(|key| format!("t{key:016x},1,2\n")).collect::<String>();
        let find = |of: &[u64], parts: u64| {
            let table = format!("key,a,b\n{}", text(of));
            in_parts(&|| Ok(table.as_bytes()), parts).unwrap()
        };
        for parts in [1, 2, 7] {
            assert_eq!(find(&[5, 3, 9, 1], parts), None);
            assert_eq!(find(&[5, 3, 9, 3, 1], parts), Some([1, 3]));
            assert_eq!(find(&[], parts), None);
        }
        assert!(in_table(|| Ok("key,a,b\nno key\n".as_bytes()), 1).is_err());
    }
}
