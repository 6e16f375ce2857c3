//! What changes in a network when one of its weights does.

use thalweg_kernels::Isa;
use thalweg_kernels::product::Input;

use super::Network;
use crate::train::{Lane, Layout, Objective, Split, Team, TrainingPath};
use thalweg_record::record::Change;

/// One weight, and by how much it is changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perturbation {
    /// The layer that the weight leads to; the first one after the inputs is 1.
    pub layer: usize,
    /// The unit of that layer.
    pub unit: usize,
    /// The unit of the layer before.
    pub from: usize,
    /// What is added to the weight.
    pub by: f64,
}

impl Network<f64> {
    /// Every unit's output and every weight's gradient, before and after one weight changes: means over the training
    /// split, summed in the order of the examples. The last layer's outputs are those that its loss takes, before a
    /// sigmoid or softmax.
    ///
    /// # Panics
    ///
    /// If there is no such weight, or a batch is not the whole split.
    pub fn perturbed(&self, isa: Isa, lane: Lane<'_>, perturbation: &Perturbation) -> Vec<Change> {
        let architecture = self.architecture();
        let Perturbation { layer, unit, from, by } = *perturbation;
        let of = &architecture.layers()[layer - 1];
        assert!(unit < of.outputs && from < of.inputs);
        let weight = of.weights.start + unit * of.inputs + from;
        let layout = Layout { isa, path: TrainingPath::Population, groups: 1 };
        let lanes = layout.lanes::<f64>();
        let mut scratch = self.scratch(layout, &Team::alone());
        let mut weights = vec![0.0; self.parameters() * lanes];
        self.start(&mut scratch, &vec![lane; lanes], &mut weights);
        let mut sides: [Vec<Vec<f64>>; 2] = [Vec::new(), Vec::new()];
        let mut gradients: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
        for (side, (outputs, slopes)) in sides.iter_mut().zip(&mut gradients).enumerate() {
            if side == 1 {
                weights[weight * lanes..][..lanes].iter_mut().for_each(|w| *w += by);
            }
            *outputs = self.mean_outputs(&mut scratch, &weights, lanes);
            let mut gradient = vec![0.0; weights.len()];
            self.gradient(&mut scratch, 0, &weights, &mut gradient, &mut vec![0.0; lanes]);
            *slopes = gradient.into_iter().step_by(lanes).collect();
        }
        let mut changes = Vec::new();
        for layer in 0..=architecture.layers().len() {
            for unit in 0..sides[0][layer].len() {
                let [before, after] = [0, 1].map(|side: usize| sides[side][layer][unit]);
                changes.push(Change { layer, unit, from: None, before, after, perturbed: false });
                let Some(of) = layer.checked_sub(1).map(|index| &architecture.layers()[index]) else { continue };
                for from in 0..of.inputs {
                    let at = of.weights.start + unit * of.inputs + from;
                    let [before, after] = [0, 1].map(|side: usize| gradients[side][at]);
                    changes.push(Change { layer, unit, from: Some(from), before, after, perturbed: at == weight });
                }
            }
        }
        changes
    }

    /// The mean output of each unit of each layer over the training split, the inputs first, of the first lane.
    fn mean_outputs(
        &self,
        scratch: &mut <Self as Objective<f64>>::Scratch,
        weights: &[f64],
        lanes: usize,
    ) -> Vec<Vec<f64>> {
        let architecture = self.architecture();
        let split = &self.splits[Split::Train as usize];
        let width = architecture.inputs();
        let mut effective = vec![0.0; weights.len()];
        let weights = architecture.effective(weights, lanes, &mut effective);
        let mut sums = vec![vec![0.0; width]];
        sums.extend(architecture.layers().iter().map(|layer| vec![0.0; layer.outputs]));
        for from in (0..split.count).step_by(scratch.chunk) {
            let to = split.count.min(from + scratch.chunk);
            let inputs = &split.inputs[from * width..to * width];
            self.forward(scratch, weights, Input::Shared(inputs), to - from);
            inputs.chunks_exact(width).for_each(|example| add(&mut sums[0], example.iter()));
            for (sums, values) in sums[1..].iter_mut().zip(&scratch.values) {
                let examples = values.chunks_exact(sums.len() * lanes).take(to - from);
                examples.for_each(|example| add(sums, example.iter().step_by(lanes)));
            }
        }
        sums.iter_mut().flatten().for_each(|sum| *sum /= split.count as f64);
        sums
    }
}

fn add<'a>(sums: &mut [f64], values: impl Iterator<Item = &'a f64>) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Architecture, Batches, Examples, Initializer};
    use thalweg_kernels::activation::Activation;
    use thalweg_kernels::loss::Loss;

    /// A 2-2-1 network of identities: z = v · (W x), of L = (z - y)², on two examples.
    fn changes(perturbation: Perturbation) -> Vec<Change> {
        let activation = Activation::named("identity").unwrap();
        let architecture = Architecture::new(&[2, 2, 1], false, activation, Loss::named("mse").unwrap());
        let examples = Examples::new(&[1.0, 2.0, 3.0, -1.0], &[0.0, 0.0], 2);
        let none = || Examples::new(&[], &[], 0);
        let batches = Batches { examples: 2, size: 2, drop_last: false, shuffled: false, replacement: false };
        let network = Network::<f64>::new(architecture, Initializer::Zeros, [examples, none(), none()], batches, None);
        let lane = Lane { start: &[1.0, 2.0, 3.0, 4.0, 0.5, -1.0], ..Lane::default() };
        let found = network.perturbed(Isa::best(), lane, &perturbation);
        assert!(Isa::available().into_iter().all(|isa| network.perturbed(isa, lane, &perturbation) == found));
        found
    }

    #[test]
    fn what_a_weight_leads_to_changes_and_nothing_else_does() {
        let found = changes(Perturbation { layer: 1, unit: 0, from: 1, by: 0.5 });
        let of = |layer, unit, from| {
            let is_it = |change: &&Change| (change.layer, change.unit, change.from) == (layer, unit, from);
            *found.iter().find(is_it).unwrap()
        };
        let ends = |change: Change| (change.before, change.after);
        // The inputs are (1, 2) and (3, -1): on average (2, 0.5).
        assert_eq!(ends(of(0, 0, None)), (2.0, 2.0));
        assert_eq!(ends(of(0, 1, None)), (0.5, 0.5));
        // z₀ = x₀ + 2 x₁, with 2.5 in place of 2; z₁ = 3 x₀ + 4 x₁.
        assert_eq!(ends(of(1, 0, None)), (3.0, 3.25));
        assert_eq!(ends(of(1, 1, None)), (8.0, 8.0));
        assert_eq!(ends(of(2, 0, None)), (-6.5, -6.375));
        // dL/dv₀ is the mean of 2 z a₀: the outputs are -8.5 and -4.5, or -8 and -4.75; a₀ is 5 and 1, or 6 and 0.5.
        assert_eq!(ends(of(2, 0, Some(0))), (-47.0, -50.375));
        assert_eq!(found.iter().filter(|change| change.perturbed).count(), 1);
        assert!(of(1, 0, Some(1)).perturbed);
        assert_eq!(found.len(), 2 + 2 + 1 + 4 + 2);
    }
}
