//! Classes of unequal size.

use crate::random::Stream;
use crate::spec::Imbalance;

/// Which examples are kept, in ascending order, where classes of the training split are to be of unequal size.
///
/// Class k keeps the share s_k of its n_k examples, rounded to the nearest integer and halves up, but at least one: s_k
/// = ρ^(−k/(K−1)) for [`Imbalance::Ratio`] ρ of K classes, so that balanced classes become ρ times as large as the last
/// one in geometric steps (the long-tailed sets of Cui, Jia, Lin, Song and Belongie, Class-balanced loss based on
/// effective number of samples, arXiv:1901.05555), or as [`Imbalance::Shares`] says. The stream `imbalance` decides
/// which examples; a class that keeps fewer keeps a subset of what it would keep otherwise.
///
/// # Errors
///
/// If the number of shares is not that of classes.
pub fn thin_out(labels: &[u32], classes: usize, imbalance: &Imbalance, seed: u64) -> Result<Vec<u32>, String> {
    let shares: Vec<f64> = match imbalance {
        Imbalance::Ratio(ratio) => {
            let last = (classes - 1).max(1) as f64;
            (0..classes).map(|class| libm::pow(*ratio, -(class as f64) / last)).collect()
        }
        Imbalance::Shares(shares) if shares.len() == classes => shares.clone(),
        Imbalance::Shares(shares) => {
            return Err(format!("expected a share for each of the {classes} classes, found {}", shares.len()));
        }
    };
    let mut room = vec![0_usize; classes];
    labels.iter().for_each(|&label| room[label as usize] += 1);
    for (room, share) in room.iter_mut().zip(&shares).filter(|(room, _)| **room > 0) {
        *room = ((share * *room as f64 + 0.5).floor() as usize).max(1);
    }
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    Stream::new("imbalance", seed).shuffle(&mut order);
    order.retain(|&index| {
        let room = &mut room[labels[index as usize] as usize];
        let is_kept = *room > 0;
        *room -= usize::from(is_kept);
        is_kept
    });
    order.sort_unstable();
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(labels: &[u32], kept: &[u32]) -> Vec<usize> {
        let count = |class| kept.iter().filter(|&&index| labels[index as usize] == class).count();
        (0..=labels.iter().copied().max().unwrap()).map(count).collect()
    }

    #[test]
    fn sizes_fall_geometrically() {
        let labels: Vec<u32> = (0..300).map(|index| index % 3).collect();
        let kept = |ratio| thin_out(&labels, 3, &Imbalance::Ratio(ratio), 1).unwrap();
        assert_eq!(sizes(&labels, &kept(1.0)), [100, 100, 100]);
        assert_eq!(sizes(&labels, &kept(25.0)), [100, 20, 4]);
        assert_eq!(sizes(&labels, &kept(1e9)), [100, 1, 1]);
        assert!(kept(25.0).is_sorted() && kept(25.0).iter().all(|index| kept(9.0).contains(index)));
    }

    #[test]
    fn shares_are_taken_class_by_class() {
        let labels = [1, 1, 0, 1, 0, 1];
        let kept = |shares: &[f64]| thin_out(&labels, 3, &Imbalance::Shares(shares.to_vec()), 1);
        assert_eq!(sizes(&labels, &kept(&[0.25, 0.5, 1.0]).unwrap()), [1, 2]);
        assert_eq!(sizes(&labels, &kept(&[1.0, 0.1, 1.0]).unwrap()), [2, 1]);
        assert!(kept(&[1.0, 0.5]).unwrap_err().contains("each of the 3 classes, found 2"));
    }

    #[test]
    fn the_seed_decides() {
        let labels: Vec<u32> = (0..100).map(|index| index % 2).collect();
        let kept = |seed| thin_out(&labels, 2, &Imbalance::Ratio(4.0), seed).unwrap();
        assert_eq!(kept(1), kept(1));
        assert_ne!(kept(1), kept(2));
    }
}
