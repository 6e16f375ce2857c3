//! A column of numbers in memory.

/// The bits that stand for a missing value: a NaN that no arithmetic gives and no table holds.
const MISSING: u64 = u64::MAX;

/// A column of numbers, of which any may be missing: eight bytes a row, up to the last row that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    bits: Vec<u64>,
}

/// The bits of a number. Of the many NaNs, tables know one: the others can stand for something else.
pub(super) fn bits(number: f64) -> u64 {
    if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
}

impl Numbers {
    /// The number in a row.
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        self.get_bits(row).map(f64::from_bits)
    }

    /// Whether no row has a number.
    pub(super) fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Makes room for so many rows.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.bits.reserve_exact(rows);
    }

    /// Sets the number of a row, after all those that are there.
    pub(super) fn set(&mut self, row: usize, value: Option<f64>) {
        self.set_bits(row, value.map(bits));
    }

    /// [`Self::get`], for columns of something else that fits into 64 bits.
    pub(super) fn get_bits(&self, row: usize) -> Option<u64> {
        self.bits.get(row).copied().filter(|bits| *bits != MISSING)
    }

    pub(super) fn set_bits(&mut self, row: usize, bits: Option<u64>) {
        if let Some(bits) = bits {
            self.bits.resize(row, MISSING);
            self.bits.push(bits);
        }
    }

    /// Replaces the bits of all numbers that are there.
    pub(super) fn replace(&mut self, replacement: impl Fn(u64) -> u64) {
        self.bits.iter_mut().filter(|bits| **bits != MISSING).for_each(|bits| *bits = replacement(*bits));
    }

    /// Adds the rows of another column from `row` on.
    pub(super) fn append(&mut self, row: usize, other: &Self) {
        if !other.bits.is_empty() {
            self.bits.resize(row, MISSING);
            self.bits.extend(&other.bits);
        }
    }

    /// The rows of these numbers, in this order.
    pub(super) fn pick(&self, rows: &[u32]) -> Self {
        let mut picked = Self::default();
        for (place, row) in rows.iter().enumerate() {
            picked.set_bits(place, self.get_bits(*row as usize));
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_takes_no_room_at_the_end() {
        let mut numbers = Numbers::default();
        numbers.set(2, Some(f64::NAN));
        numbers.set(3, None);
        assert_eq!(numbers.bits.len(), 3);
        let mut other = Numbers::default();
        other.set(1, Some(-0.0));
        numbers.append(5, &other);
        let found: Vec<_> = (0..8).map(|row| numbers.get(row).map(f64::to_bits)).collect();
        let [nan, zero] = [f64::NAN, -0.0].map(|number| Some(number.to_bits()));
        assert_eq!(found, [None, None, nan, None, None, None, zero, None]);
        assert_eq!(numbers.pick(&[6, 0, 2]).bits.len(), 3);
    }
}
