//! Wrong labels and outliers, in targets of the training split.

use crate::random::Stream;

/// Gives a share of the examples a wrong label: one of the other classes, all equally likely.
///
/// `share` × the number of examples, rounded to the nearest integer and halves up, are chosen at random; these and
/// their labels come from the stream `label noise`. A larger share makes the same mistakes and more.
///
/// # Errors
///
/// If the share of this many examples is less than one, or there is no other class.
pub fn add_label_noise(labels: &mut [u32], classes: usize, share: f64, seed: u64) -> Result<(), String> {
    if classes < 2 {
        return Err(format!("there is no other class than the {classes}"));
    }
    let mut stream = Stream::new("label noise", seed);
    for index in choose(&mut stream, labels.len(), share)? {
        // Drawn in this order, so that the mistakes of a smaller share are the first ones of a larger one.
        let label = &mut labels[index as usize];
        *label = (*label + 1 + stream.below(classes as u64 - 1) as u32) % classes as u32;
    }
    Ok(())
}

/// Moves the values of a share of the examples by `size` standard deviations of an output over all of them.
///
/// The standard deviation is the population's, of the values before. All outliers lie on the same side (above, for a
/// positive size), so that they move the mean of the targets by `share` · `size` standard deviations and, if they are
/// few, the median hardly at all. `share` × the number of examples, rounded to the nearest integer and halves up, are
/// chosen at random (stream `outliers`); a larger share has the same outliers and more.
///
/// # Errors
///
/// If the share of this many examples is less than one.
pub fn add_outliers(values: &mut [f64], outputs: usize, share: f64, size: f64, seed: u64) -> Result<(), String> {
    let count = values.len() / outputs;
    let chosen = choose(&mut Stream::new("outliers", seed), count, share)?;
    for output in 0..outputs {
        let column = || values.iter().skip(output).step_by(outputs);
        let mean = column().sum::<f64>() / count as f64;
        let variance = column().map(|y| (y - mean) * (y - mean)).sum::<f64>() / count as f64;
        let shift = size * variance.sqrt();
        chosen.iter().for_each(|&index| values[index as usize * outputs + output] += shift);
    }
    Ok(())
}

/// Chooses a share of `count` examples at random.
fn choose(stream: &mut Stream, count: usize, share: f64) -> Result<Vec<u32>, String> {
    let chosen = (share * count as f64 + 0.5).floor() as usize;
    if chosen == 0 && share > 0.0 {
        return Err(format!("{share} of {count} training examples is less than one"));
    }
    let mut order: Vec<u32> = (0..count as u32).collect();
    stream.shuffle(&mut order);
    order.truncate(chosen);
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_labels_becomes_another_class() {
        let labels: Vec<u32> = (0..4_000).map(|index| index % 4).collect();
        let noisy = |share| {
            let mut noisy = labels.clone();
            add_label_noise(&mut noisy, 4, share, 3).unwrap();
            noisy
        };
        assert_eq!(noisy(0.0), labels);
        let wrong = |noisy: &[u32]| -> Vec<usize> { (0..4_000).filter(|&at| noisy[at] != labels[at]).collect() };
        let (some, more) = (noisy(0.3), noisy(0.5));
        assert_eq!((wrong(&some).len(), wrong(&more).len(), wrong(&noisy(1.0)).len()), (1_200, 2_000, 4_000));
        assert!(wrong(&some).iter().all(|&at| some[at] == more[at]), "a larger share makes the same mistakes");
        // All other classes are equally likely: five standard deviations of a binomial count.
        for distance in 1..4 {
            let count = wrong(&some).iter().filter(|&&at| (some[at] + 4 - labels[at]) % 4 == distance).count();
            assert!(count.abs_diff(400) < 82, "{count}");
        }
    }

    #[test]
    fn outliers_move_by_standard_deviations_of_their_output() {
        // Columns 0, 1, 0, 1, … and 0, 10, 0, 10, …, with standard deviations of ½ and 5.
        let values: Vec<f64> = (0..100).flat_map(|index| [f64::from(index % 2), f64::from(10 * (index % 2))]).collect();
        let moved = |share| {
            let mut moved = values.clone();
            add_outliers(&mut moved, 2, share, -4.0, 5).unwrap();
            let by = moved.chunks_exact(2).zip(values.chunks_exact(2)).map(|(a, b)| [a[0] - b[0], a[1] - b[1]]);
            by.collect::<Vec<_>>()
        };
        let (some, more) = (moved(0.1), moved(0.25));
        let of = |by: &[[f64; 2]]| by.iter().filter(|by| **by == [-2.0, -20.0]).count();
        assert_eq!((of(&some), of(&more)), (10, 25));
        assert!(some.iter().zip(&more).all(|(a, b)| *a == [0.0, 0.0] || a == b));
        assert!(moved(0.0).iter().all(|by| *by == [0.0, 0.0]));
    }

    #[test]
    fn a_share_of_none_is_an_error() {
        assert!(add_label_noise(&mut [0, 1], 2, 0.1, 0).unwrap_err().starts_with("0.1 of 2 training examples"));
        assert!(add_outliers(&mut [0.0, 1.0], 1, 0.1, 1.0, 0).is_err());
    }
}
