//! Change points, beside those of ruptures and by simulation.

use super::*;
use crate::estimate::tests::Noise;

/// Histories, and the change points that ruptures 1.1.10 finds in them with a penalty of 0.002, by its exact search and by PELT:
/// `tests/reference/change_points.py`.
const HISTORIES: [(&str, &[f64], &[usize]); 6] = [
    (
        "level",
        &[-0.0033, -0.0105, -0.018, 0.0007, -0.0059, -0.0023, 0.0005, 0.0067, -0.0058, 0.0053, -0.0042, -0.0083],
        &[],
    ),
    (
        "step",
        &[0.0206, -0.0009, -0.0079, 0.0099, -0.0154, -0.0091, 0.0849, 0.0768, 0.0818, 0.1036, 0.0925, 0.0598],
        &[6],
    ),
    (
        "stairs",
        &[
            -0.0066, -0.0067, -0.0015, -0.0074, -0.0165, 0.0577, 0.0546, 0.0616, 0.0212, 0.122, 0.1145, 0.1225, 0.1156,
            0.1015, 0.134, 0.1266,
        ],
        &[5, 9],
    ),
    (
        "back",
        &[
            0.0008, 0.0072, -0.0039, -0.0109, -0.0689, -0.0563, -0.0441, -0.0597, -0.065, -0.0001, 0.0069, 0.0101,
            -0.0135,
        ],
        &[4, 9],
    ),
    (
        "disturbed",
        &[-0.0038, 0.0038, -0.0007, 0.0112, 0.0018, 0.292, -0.0054, -0.0082, 0.0066, 0.0007, -0.0129],
        &[4, 6],
    ),
    (
        "drift",
        &[
            0.0088, -0.0112, -0.0052, 0.0262, 0.0341, 0.0519, 0.0397, 0.0569, 0.0882, 0.0712, 0.0801, 0.0801, 0.0992,
            0.1044,
        ],
        &[3, 8],
    ),
];

#[test]
fn partitions_are_those_of_ruptures() {
    for (name, values, expected) in HISTORIES {
        assert_eq!(partition(values, 2e-3), expected, "{name}");
    }
}

/// The changes of one history alone.
fn changes(values: &[f64]) -> Vec<usize> {
    change_points(&[values.to_vec()]).remove(0)
}

#[test]
fn short_histories_have_no_changes() {
    for values in [&[][..], &[1.0], &[0.0, 1.0], &[0.0, 0.0, 1.0, 1.0], &[0.0, 0.01, 0.0, 1.0, 1.01]] {
        assert!(changes(values).is_empty(), "{values:?}");
    }
    assert_eq!(changes(&[0.0, 0.001, 0.0, 0.1, 0.101, 0.1]), [3]);
    // Less than a percent is none, however clear it is.
    assert!(changes(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.009, 0.009, 0.009, 0.009, 0.009]).is_empty());
}

#[test]
fn noise_is_seldom_a_change_and_changes_are_found() {
    const HISTORIES: usize = 400;
    let mut noise = Noise::new("change points");
    for length in [6, 10, 20, 40] {
        let (mut wrong, mut found) = (0, 0);
        for _ in 0..HISTORIES {
            let mut values: Vec<f64> = (0..length).map(|_| 0.01 * noise.normal()).collect();
            wrong += usize::from(!changes(&values).is_empty());
            values[length / 2..].iter_mut().for_each(|value| *value += 0.06);
            found += usize::from(changes(&values).contains(&(length / 2)));
        }
        assert!(wrong * 20 < HISTORIES, "{length}: {wrong} of {HISTORIES} histories of noise alone");
        assert!(found * 5 > 3 * HISTORIES, "{length}: {found} of {HISTORIES} steps of six deviations");
    }
}

#[test]
fn a_figure_of_noise_seldom_has_any_change() {
    const FIGURES: usize = 100;
    for length in [6, 10, 20, 40] {
        let mut noise = Noise::new("figures");
        let mut history = || (0..length).map(|_| 0.01 * noise.normal()).collect::<Vec<f64>>();
        let mut figure = || change_points(&(0..40).map(|_| history()).collect::<Vec<_>>());
        let wrong = (0..FIGURES).filter(|_| figure().iter().any(|found| !found.is_empty())).count();
        assert!(wrong * 10 <= FIGURES, "{length}: {wrong} of {FIGURES}");
    }
}
