//! `functions.csv`: activation functions and losses, and their derivatives, over a range.

use std::io;
use std::path::Path;

use thalweg_kernels::Isa;
use thalweg_kernels::activation::Activation;
use thalweg_kernels::loss::{Gradient, Loss, Task, Value};
use thalweg_kernels::product::Input;

use crate::record::{Precision, atomic};
use crate::spec::Functions;

/// Writes `function,target,x,value,derivative`, whole or not at all; activation functions have no target.
///
/// The values are the kernels', in f64: the same everywhere.
pub(super) fn write(path: &Path, functions: &Functions, isa: Isa) -> io::Result<()> {
    let x = functions.x.values("");
    atomic::write(path, |file| {
        let mut writer = csv::Writer::from_writer(file);
        writer.write_record(["function", "target", "x", "value", "derivative"])?;
        let mut rows = |name: &str, target: &str, values: &[f64], derivatives: &[f64]| -> csv::Result<()> {
            for ((x, value), derivative) in x.iter().zip(values).zip(derivatives) {
                let [x, value, derivative] = [x, value, derivative].map(|number| Precision::F64.format(*number));
                writer.write_record([name, target, &x, &value, &derivative])?;
            }
            Ok(())
        };
        for activation in &functions.activations {
            let (values, derivatives) = of_activation(activation, &x, isa);
            rows(activation.name, "", &values, &derivatives)?;
        }
        for loss in &functions.losses {
            let targets: &[(f64, &str)] =
                if loss.task == Task::Binary { &[(0.0, "0"), (1.0, "1")] } else { &[(0.0, "0")] };
            for (target, text) in targets {
                let (values, derivatives) = of_loss(loss, &x, *target, isa);
                rows(loss.name, text, &values, &derivatives)?;
            }
        }
        writer.flush()
    })
}

/// g and g' at these points.
fn of_activation(activation: &Activation, x: &[f64], isa: Isa) -> (Vec<f64>, Vec<f64>) {
    let mut values = x.to_vec();
    activation.forward(isa, &mut values);
    let mut derivatives = vec![1.0; x.len()];
    activation.backward(isa, activation.needed(x, &values), &mut derivatives);
    (values, derivatives)
}

/// L and dL/dz of one output at these points.
fn of_loss(loss: &Loss, x: &[f64], target: f64, isa: Isa) -> (Vec<f64>, Vec<f64>) {
    let lanes = isa.lanes::<f64>();
    // An example has a register of lanes: the last one is filled up.
    let count = x.len().next_multiple_of(lanes);
    let mut outputs = x.to_vec();
    outputs.resize(count, 0.0);
    let targets = vec![target; count];
    let (mut losses, mut correct) = (vec![0.0; count], vec![0.0; count]);
    let targets = Input::PerLane(&targets);
    loss.value(isa, Value { outputs: &outputs, targets, units: 1, losses: &mut losses, correct: &mut correct });
    let mut alarm = vec![0.0; lanes];
    loss.gradient(isa, Gradient { outputs: &mut outputs, targets, units: 1, scale: 1.0, alarm: &mut alarm });
    losses.truncate(x.len());
    outputs.truncate(x.len());
    (losses, outputs)
}
