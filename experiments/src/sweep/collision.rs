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

/// The keys of the rows of `runs.csv` below its header.
pub(super) fn keys_of(mut runs: impl BufRead) -> io::Result<Vec<Key>> {
    let (mut keys, mut row) = (Vec::new(), Vec::new());
    runs.skip_until(b'\n')?;
    while runs.read_until(b'\n', &mut row)? > 0 {
        let key = row.split(|byte| *byte == b',').next().and_then(Key::parse);
        keys.push(key.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "runs.csv has a row without a key"))?);
        row.clear();
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_are_found_where_they_stand() {
        let text = |keys: &[u64]| keys.iter().map(|key| format!("t{key:016x},1,2\n")).collect::<String>();
        let keys = |of: &[u64]| keys_of(format!("key,a,b\n{}", text(of)).as_bytes()).unwrap();
        let find = |of: &[u64]| twice(keys(of)).and_then(|twice| places(&keys(of), twice));
        assert_eq!(find(&[5, 3, 9, 1]), None);
        assert_eq!(find(&[5, 3, 9, 3, 1]), Some([1, 3]));
        assert_eq!(find(&[]), None);
        assert!(keys_of("key\nno key\n".as_bytes()).is_err());
    }
}
