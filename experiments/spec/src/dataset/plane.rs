//! Points of a plane with a class each: what their generators share.

use super::{Dataset, Targets};
use crate::random::Stream;

/// Points in a fixed arrangement: put into random order (stream `data`), then both coordinates get normal noise with
/// standard deviation `noise` (stream `noise`). `point` gives the place of each and its class.
pub(super) fn arranged(
    samples: usize,
    noise: f64,
    seed: u64,
    classes: Vec<String>,
    point: impl Fn(usize) -> ([f64; 2], u32),
) -> Dataset {
    let mut order: Vec<u32> = (0..samples as u32).collect();
    Stream::new("data", seed).shuffle(&mut order);
    let mut stream = Stream::new("noise", seed);
    let mut features = Vec::with_capacity(2 * samples);
    let mut labels = Vec::with_capacity(samples);
    for index in order {
        let (place, label) = point(index as usize);
        features.extend(place.map(|x| x + noise * stream.normal()));
        labels.push(label);
    }
    Dataset { features, targets: Targets::Classes { labels, classes }, inputs: 2 }
}

/// Points uniform on [-1, 1)² (stream `features`) with the class of their place, which then get normal noise with
/// standard deviation `noise` (stream `noise`).
pub(super) fn scattered(
    samples: usize,
    noise: f64,
    seed: u64,
    classes: Vec<String>,
    class: impl Fn([f64; 2]) -> u32,
) -> Dataset {
    let (mut places, mut stream) = (Stream::new("features", seed), Stream::new("noise", seed));
    let mut features = Vec::with_capacity(2 * samples);
    let mut labels = Vec::with_capacity(samples);
    for _ in 0..samples {
        let place = [(); 2].map(|()| 2.0 * places.uniform() - 1.0);
        labels.push(class(place));
        features.extend(place.map(|x| x + noise * stream.normal()));
    }
    Dataset { features, targets: Targets::Classes { labels, classes }, inputs: 2 }
}

/// The class of a point, and its number within the class, where `samples` points are dealt out in order: classes are
/// equal in size, except for one point more in each of the first `samples % classes`.
pub(super) fn deal(index: usize, samples: usize, classes: usize) -> Place {
    let (size, larger) = (samples / classes, samples % classes);
    let end = larger * (size + 1);
    if index < end {
        Place { class: index / (size + 1), number: index % (size + 1), of: size + 1 }
    } else {
        Place { class: larger + (index - end) / size, number: (index - end) % size, of: size }
    }
}

/// Where a point stands among those of its class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its class.
    pub class: usize,
    /// Its number within the class, from 0.
    pub number: usize,
    /// Points of the class.
    pub of: usize,
}

/// Classes that go by their numbers.
pub(super) fn numbered(classes: usize) -> Vec<String> {
    (0..classes).map(|class| class.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_dealt_out_evenly() {
        let places: Vec<Place> = (0..8).map(|index| deal(index, 8, 3)).collect();
        let expected = [(0, 0, 3), (0, 1, 3), (0, 2, 3), (1, 0, 3), (1, 1, 3), (1, 2, 3), (2, 0, 2), (2, 1, 2)];
        assert_eq!(places, expected.map(|(class, number, of)| Place { class, number, of }));
        assert_eq!(deal(1, 2, 2), Place { class: 1, number: 0, of: 1 });
    }
}
