//! A hash that stands for all rows of a table, of which the rows of each trial can be shown to be a part.
//!
//! It is the root of the Merkle tree of RFC 6962 (Laurie, Langley and Kasper 2013, section 2.1) with BLAKE3 in place of
//! SHA-256: a leaf is H(0x00 ‖ rows of a trial), a node H(0x01 ‖ left ‖ right), and n > 1 leaves are parted after the largest
//! power of two below n. So 2ᵏ leaves that begin at a multiple of 2ᵏ have a node of their own, and so have the leaves after the
//! last of such runs: whoever knows the roots of all chunks knows the root of the table, whatever the size of the chunks.

use blake3::{Hash, Hasher};

/// The hash of the rows of a trial in a table; of no rows, where it has none.
pub fn leaf(rows: &[u8]) -> Hash {
    Hasher::new().update(&[0]).update(rows).finalize()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Hasher::new().update(&[1]).update(left.as_bytes()).update(right.as_bytes()).finalize()
}

/// The root above some nodes in a row: leaves, or the roots of runs of 2ᵏ leaves each but for the last, which may be shorter. Of
/// none it is the hash of nothing.
pub fn root(nodes: &[Hash]) -> Hash {
    match nodes {
        [] => blake3::hash(&[]),
        [one] => *one,
        _ => {
            let (left, right) = nodes.split_at(parting(nodes.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The root above so many leaves that are all this one, as those of a table without rows are. It takes as many hashes as a count has
/// binary digits, twice.
pub fn root_of_equal(leaf: Hash, count: u64) -> Hash {
    let Some(last) = count.checked_sub(1) else { return root(&[]) };
    // From the lowest digit up: a subtree of 2ᵏ leaves, and what the leaves after the last whole one of these have above them.
    let (mut whole, mut rest) = (leaf, None);
    for digit in 0..u64::BITS - count.leading_zeros() {
        if count >> digit & 1 == 1 {
            rest = Some(rest.map_or(whole, |rest| node(&whole, &rest)));
        }
        if last >> digit > 0 {
            whole = node(&whole, &whole);
        }
    }
    rest.unwrap_or(whole)
}

/// The hashes beside the way from the node at `at` up to the root, the lowest first: the audit path of RFC 6962.
///
/// # Panics
///
/// If there is no such node.
pub fn path(nodes: &[Hash], at: usize) -> Vec<Hash> {
    assert!(at < nodes.len(), "node {at} of {}", nodes.len());
    if nodes.len() == 1 {
        return Vec::new();
    }
    let (left, right) = nodes.split_at(parting(nodes.len()));
    let (mut below, beside) = match at.checked_sub(left.len()) {
        None => (path(left, at), root(right)),
        Some(at) => (path(right, at), root(left)),
    };
    below.push(beside);
    below
}

/// The root to which the leaf at `at` of `count` leads with the hashes of its path (RFC 9162, section 2.1.3.2); none if so many
/// leaves have other paths.
pub fn climb(leaf: Hash, at: u64, count: u64, path: &[Hash]) -> Option<Hash> {
    let (mut at, mut last) = (at, count.checked_sub(1)?);
    if at > last {
        return None;
    }
    let mut hash = leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            // A last node without one beside it stands for the one above, too.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// The largest power of two below a number above 1.
fn parting(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|at| leaf(format!("row {at}\n").as_bytes())).collect()
    }

    #[test]
    fn the_root_does_not_depend_on_the_size_of_chunks() {
        for count in (1..40).chain([64, 100, 129]) {
            let all = leaves(count);
            for size in [1, 2, 4, 8, 16, 64] {
                let chunks: Vec<Hash> = all.chunks(size).map(root).collect();
                assert_eq!(root(&chunks), root(&all), "{count} leaves in chunks of {size}");
            }
        }
    }

    #[test]
    fn equal_leaves_have_the_root_of_any_leaves() {
        for count in (0..300).chain([511, 512, 513, 8192]) {
            let leaves = vec![leaf(&[]); count];
            assert_eq!(root_of_equal(leaf(&[]), count as u64), root(&leaves), "{count}");
        }
    }

    #[test]
    fn every_path_leads_to_the_root_and_no_other_place_has_it() {
        for count in 1..70_usize {
            let all = leaves(count);
            for at in 0..count {
                let own = path(&all, at);
                assert_eq!(climb(all[at], at as u64, count as u64, &own), Some(root(&all)));
                let elsewhere = (at + 1) % count;
                if elsewhere != at {
                    assert_ne!(
                        climb(all[at], elsewhere as u64, count as u64, &own),
                        Some(root(&all)),
                        "{at} of {count}"
                    );
                }
                let longer = [own.as_slice(), &[all[0]]].concat();
                assert_eq!(climb(all[at], at as u64, count as u64, &longer), None);
            }
        }
        assert_eq!(climb(leaf(b""), 0, 0, &[]), None);
    }

    /// By `tests/reference/tree.py`: the definition of RFC 6962, in Python, with the package `blake3`.
    #[test]
    fn roots_and_paths_are_those_of_the_definition() {
        let reference = include_str!("../../../tests/reference/tree.csv");
        let mut count = 0;
        for line in reference.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [leaves_of, at, root_of, path_of] = cells[..] else { panic!("{line}") };
            let (all, at): (_, usize) = (leaves(leaves_of.parse().unwrap()), at.parse().unwrap());
            assert_eq!(root(&all).to_hex().as_str(), root_of);
            let hex: Vec<String> = path(&all, at).iter().map(|hash| hash.to_hex().to_string()).collect();
            assert_eq!(hex.join(" "), path_of, "{line}");
            count += 1;
        }
        assert!(count > 20);
    }
}
