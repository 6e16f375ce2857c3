//! Some of the numbers 0, 1, …: those of an axis that something is said of.

use std::ops::Range;

/// Numbers, as ranges that ascend and do not touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subset(Vec<Range<u64>>);

impl Subset {
    /// The numbers of a range.
    pub fn range(range: Range<u64>) -> Self {
        if range.is_empty() { Self::default() } else { Self(vec![range]) }
    }

    /// All numbers below this.
    pub fn all(count: u64) -> Self {
        Self::range(0..count)
    }

    /// These.
    pub fn of(numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut numbers: Vec<u64> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some(last) if number < last.end => {}
                Some(last) if number == last.end => last.end += 1,
                _ => ranges.push(number..number + 1),
            }
        }
        Self(ranges)
    }

    /// The other numbers below this.
    pub fn others(&self, count: u64) -> Self {
        let ends = self.0.iter().map(|range| range.start).chain([count]);
        let starts = std::iter::once(0).chain(self.0.iter().map(|range| range.end));
        Self(starts.zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty()).collect())
    }

    pub fn contains(&self, number: u64) -> bool {
        let at = self.0.partition_point(|range| range.end <= number);
        self.0.get(at).is_some_and(|range| range.contains(&number))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn ranges(&self) -> &[Range<u64>] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_put_into_ranges() {
        assert_eq!(Subset::of([7, 1, 2, 5, 2, 6]).ranges(), [1..3, 5..8]);
        assert!(Subset::of([]).is_empty() && Subset::all(0).is_empty() && Subset::range(3..3).is_empty());
        assert_eq!(Subset::all(4), Subset::of(0..4));
        assert_eq!(Subset::of([0, 3, 4]).others(7).ranges(), [1..3, 5..7]);
        assert_eq!((Subset::default().others(2), Subset::all(2).others(2)), (Subset::all(2), Subset::default()));
    }
}
