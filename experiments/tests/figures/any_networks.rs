//! Networks of any numbers, with examples of any numbers.

use thalweg::figure::{Answer, Dense, Example, Kept, Network, Split};
use thalweg::record::{Key, Moment, Trial};
use thalweg::stats::Configuration;

/// Units of the hidden layer, and the number of examples.
const HIDDEN: usize = 3;
const EXAMPLES: usize = 9;

/// Weights, biases, features and targets are taken from these in turn.
#[derive(Debug)]
pub struct AnyNetworks {
    pub numbers: Vec<f64>,
    pub answer: Answer,
}

impl AnyNetworks {
    fn take(&self, from: usize, count: usize) -> Vec<f64> {
        self.numbers.iter().copied().cycle().skip(from).take(count).collect()
    }

    fn outputs(&self) -> usize {
        if self.answer == Answer::Scores { HIDDEN } else { 1 }
    }
}

impl Kept for AnyNetworks {
    fn moments(&self, _: Key) -> Result<Vec<Moment>, String> {
        Ok(vec![Moment::Initial, Moment::Final])
    }

    fn network(&self, _: &Configuration<'_>, _: Key, moment: Moment) -> Result<Network, String> {
        let from = usize::from(moment == Moment::Final);
        let layer = |inputs: usize, units: usize, from: usize| Dense {
            inputs,
            weights: self.take(from, inputs * units),
            biases: self.take(from + 5, units),
            scale: 1.0,
        };
        let layers = vec![layer(2, HIDDEN, from), layer(HIDDEN, self.outputs(), from + 2)];
        let activation = Box::new(|z: &mut [f64]| z.iter_mut().for_each(|z| *z = z.max(0.0)));
        Ok(Network { layers, activation, answer: self.answer })
    }

    fn examples(&self, _: &Configuration<'_>, _: Trial<'_>) -> Result<Vec<Example>, String> {
        let classes = if self.answer == Answer::Scores { HIDDEN } else { 2 };
        let example = |at: usize| Example {
            split: Split::Train,
            features: self.take(2 * at, 2),
            targets: if self.answer == Answer::Values { self.take(at, 1) } else { vec![(at % classes) as f64] },
            class: None,
        };
        Ok((0..EXAMPLES).map(example).collect())
    }
}
