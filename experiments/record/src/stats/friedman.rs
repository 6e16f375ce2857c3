//! How likely Friedman's statistic is where nothing tells methods apart: by counting, and by drawing where there is too
//! much to count.

use std::collections::BTreeMap;

use super::draws::Draws;

/// A probability, with how it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Probability {
    /// All cases were counted.
    Exact(f64),
    /// Of this many cases that were drawn, (hits + 1) / (draws + 1) (Phipson and Smyth 2010): its standard error is
    /// √(p (1 − p) / draws).
    Sampled(f64, usize),
    /// By a distribution that holds for ever more problems.
    Asymptotic(f64),
}

impl Probability {
    /// The probability itself.
    pub fn value(self) -> f64 {
        match self {
            Self::Exact(p) | Self::Sampled(p, _) | Self::Asymptotic(p) => p,
        }
    }
}

/// The most additions of an order of one problem to sums of others.
const MOST_SUMS: f64 = 4e6;

/// How many tables are drawn where there are too many to count.
const DRAWN: usize = 100_000;

/// The probability of a statistic at least as large as that of these ranks, one row per problem and each twice the rank, so
/// that shared ones are whole, if every order of a row were equally likely (Friedman 1937).
///
/// The statistic grows with the sum of the squares of the sums of ranks. The first row may stay as it is: to name methods
/// differently changes nothing.
pub(super) fn permutation_p(rows: &[Vec<u32>]) -> Probability {
    if let Some(p) = unanimous_p(rows) {
        return Probability::Exact(p);
    }
    counted(rows).map_or_else(|| drawn(rows), Probability::Exact)
}

/// The probability that all rows have the order of the first, if they have: no other tables have a statistic as large.
pub(super) fn unanimous_p(rows: &[Vec<u32>]) -> Option<f64> {
    let are_equal = rows.windows(2).all(|pair| pair[0] == pair[1]);
    are_equal.then(|| rows[1..].iter().map(|row| 1.0 / orders(row)).product())
}

/// The number of different orders of a row: k! / ∏ t! over its groups of t equal ranks.
fn orders(row: &[u32]) -> f64 {
    let mut sorted = row.to_vec();
    sorted.sort_unstable();
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|equal| factorial(equal.len())).product();
    factorial(row.len()) / ties
}

fn counted(rows: &[Vec<u32>]) -> Option<f64> {
    let observed = squares(&sums(rows));
    let (first, others) = rows.split_first()?;
    let (last, between) = others.split_last()?;
    let sorted = |mut sums: Vec<u32>| {
        sums.sort_unstable();
        sums
    };
    // Sums of ranks, whichever methods they are of, with the number of tables that have them.
    let mut tables = BTreeMap::from([(sorted(first.clone()), 1.0)]);
    for row in between {
        (tables.len() as f64 * orders(row) <= MOST_SUMS).then_some(())?;
        let mut longer: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        each_order(row, |order| {
            for (sums, count) in &tables {
                *longer.entry(sorted(sums.iter().zip(order).map(|(a, b)| a + b).collect())).or_default() += count;
            }
        });
        tables = longer;
    }
    (tables.len() as f64 * orders(last) <= MOST_SUMS).then_some(())?;
    let mut hits = 0.0;
    each_order(last, |order| {
        for (sums, count) in &tables {
            let total: u64 = sums.iter().zip(order).map(|(a, b)| u64::from(a + b) * u64::from(a + b)).sum();
            hits += if total >= observed { *count } else { 0.0 };
        }
    });
    Some(hits / others.iter().map(|row| orders(row)).product::<f64>())
}

fn drawn(rows: &[Vec<u32>]) -> Probability {
    let observed = squares(&sums(rows));
    let mut draws = Draws::new("Friedman");
    let mut rows = rows.to_vec();
    let hit = |_: &usize| {
        rows[1..].iter_mut().for_each(|row| draws.shuffle(row));
        squares(&sums(&rows)) >= observed
    };
    let hits = (0..DRAWN).filter(hit).count();
    Probability::Sampled((hits + 1) as f64 / (DRAWN + 1) as f64, DRAWN)
}

fn sums(rows: &[Vec<u32>]) -> Vec<u32> {
    (0..rows[0].len()).map(|method| rows.iter().map(|row| row[method]).sum()).collect()
}

fn squares(sums: &[u32]) -> u64 {
    sums.iter().map(|sum| u64::from(*sum) * u64::from(*sum)).sum()
}

/// Every different order of a row, in lexicographic order.
fn each_order(row: &[u32], mut visit: impl FnMut(&[u32])) {
    let mut order = row.to_vec();
    order.sort_unstable();
    loop {
        visit(&order);
        let Some(rise) = order.windows(2).rposition(|pair| pair[0] < pair[1]) else { return };
        let larger = order.iter().rposition(|rank| *rank > order[rise]).expect("the next one is larger");
        order.swap(rise, larger);
        order[rise + 1..].reverse();
    }
}
