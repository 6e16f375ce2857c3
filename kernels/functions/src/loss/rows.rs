//! The losses of one trial: here a lane is an example of a batch, elsewhere it is a trial.

use thalweg_numerics::math::Elementary;
use thalweg_numerics::{Buffer, Isa};
use thalweg_products::Input;

use super::{Curvature, Gradient, Loss, Value};

/// Losses of one trial at a time. Kernels work lane by lane, so that an example has the same bits here as among the
/// lanes of a block.
pub struct Rows<T> {
    isa: Isa,
    /// `[register][unit][lane]`, as the targets; the last register is filled up with the last example.
    outputs: Buffer<T>,
    tangent: Buffer<T>,
    targets: Buffer<T>,
    losses: Buffer<T>,
    correct: Buffer<T>,
    alarm: Buffer<T>,
}

impl<T: Elementary> Rows<T> {
    /// Losses on an instruction set.
    pub fn new(isa: Isa) -> Self {
        let [outputs, tangent, targets, losses, correct] = std::array::from_fn(|_| Buffer::zeroed(0));
        Self { isa, outputs, tangent, targets, losses, correct, alarm: Buffer::zeroed(isa.lanes::<T>()) }
    }

    /// [`Loss::gradient`] of arrays with one lane.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn gradient(&mut self, loss: &Loss, chunk: Gradient<'_, T>) {
        let Gradient { outputs, targets, units, scale, alarm } = chunk;
        assert_eq!(alarm.len(), 1);
        let (isa, lanes) = (self.isa, self.isa.lanes::<T>());
        self.alarm.fill(T::default());
        let batch = Gradient {
            outputs: interleave(outputs, units, lanes, &mut self.outputs),
            targets: Input::PerLane(interleave(
                targets.of_one_lane(),
                loss.target_width(units),
                lanes,
                &mut self.targets,
            )),
            units,
            scale,
            alarm: &mut self.alarm,
        };
        loss.gradient(isa, batch);
        // Zeros, or a NaN among them.
        alarm[0] = self.alarm.iter().fold(alarm[0], |sum, x| sum + *x);
        separate(&self.outputs, units, lanes, outputs);
    }

    /// [`Loss::curvature`] of arrays with one lane.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn curvature(&mut self, loss: &Loss, chunk: Curvature<'_, T>) {
        let Curvature { outputs, tangent, targets, units, scale } = chunk;
        let (isa, lanes) = (self.isa, self.isa.lanes::<T>());
        let width = loss.target_width(units);
        let batch = Curvature {
            outputs: interleave(outputs, units, lanes, &mut self.outputs),
            tangent: interleave(tangent, units, lanes, &mut self.tangent),
            targets: Input::PerLane(interleave(targets.of_one_lane(), width, lanes, &mut self.targets)),
            units,
            scale,
        };
        loss.curvature(isa, batch);
        separate(&self.tangent, units, lanes, tangent);
    }

    /// [`Loss::value`] of arrays with one lane.
    ///
    /// # Panics
    ///
    /// If the slices do not fit each other.
    pub fn value(&mut self, loss: &Loss, chunk: Value<'_, T>) {
        let Value { outputs, targets, units, losses, correct } = chunk;
        let (examples, lanes) = (losses.len(), self.isa.lanes::<T>());
        let padded = examples.next_multiple_of(lanes);
        let batch = Value {
            outputs: interleave(outputs, units, lanes, &mut self.outputs),
            targets: Input::PerLane(interleave(
                targets.of_one_lane(),
                loss.target_width(units),
                lanes,
                &mut self.targets,
            )),
            units,
            losses: self.losses.at_least(padded),
            correct: self.correct.at_least(padded),
        };
        loss.value(self.isa, batch);
        losses.copy_from_slice(&self.losses[..examples]);
        correct.copy_from_slice(&self.correct[..examples]);
    }
}

/// `[row][column]` as `[register][column][lane]`, one row per lane; the last register is filled up with the last row.
fn interleave<'a, T: Elementary>(rows: &[T], columns: usize, lanes: usize, out: &'a mut Buffer<T>) -> &'a mut [T] {
    let count = rows.len() / columns;
    let out = out.at_least(count.next_multiple_of(lanes) * columns);
    for (register, first) in out.chunks_exact_mut(columns * lanes).zip((0..count).step_by(lanes)) {
        for lane in 0..lanes {
            let row = &rows[(first + lane).min(count - 1) * columns..][..columns];
            row.iter().enumerate().for_each(|(column, x)| register[column * lanes + lane] = *x);
        }
    }
    out
}

/// What [`interleave`] makes of rows, as rows again.
fn separate<T: Elementary>(registers: &[T], columns: usize, lanes: usize, rows: &mut [T]) {
    for (example, row) in rows.chunks_exact_mut(columns).enumerate() {
        let register = &registers[example / lanes * columns * lanes..][..columns * lanes];
        row.iter_mut().enumerate().for_each(|(column, x)| *x = register[column * lanes + example % lanes]);
    }
}
