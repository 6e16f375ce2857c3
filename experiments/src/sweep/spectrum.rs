//! What linear algebra says of a sweep whose trials go down a quadratic: outside the numerics contract.

use thalweg_kernels::Isa;
use thalweg_kernels::linalg::faer::Mat;
use thalweg_kernels::linalg::{self, eigenvalues, least_squares, significant};

use super::engine::{descent, examples};
use super::{Model, Plan, Shape};
use crate::data::{Features, Splits};
use crate::dataset::Dataset;
use crate::spec::{InputError, Landscape, Spec};

/// The most rows of a Hessian whose spectrum is recorded, but for the copies that several outputs make of it.
pub const MAX_SPECTRUM: usize = 2_000;

/// The most numbers of the inputs that a least-squares fit takes.
pub const MAX_DESIGN: usize = 100_000_000;

/// The function that trials minimise where it is quadratic, in numbers of ten significant digits.
#[derive(Clone, Debug, PartialEq)]
pub struct Quadratic {
    /// The eigenvalues of its Hessian, ascending, each as often as its multiplicity.
    pub spectrum: Vec<f64>,
    /// The name of each split, and its loss at the least-squares optimum; none on a landscape.
    pub optimum: Option<Vec<(&'static str, f64)>>,
}

impl Quadratic {
    /// What a spec wants recorded of it: nothing without `record.spectrum`.
    ///
    /// On the landscape quadratic the Hessian is Q diag(λ) Qᵀ, put together from the gradients at the unit vectors. For
    /// networks without hidden layers, z = W s x + b, it is that of the mean squared error of m examples with k outputs,
    ///
    /// L = 1/(m k) ‖D X - Y‖²,  ∇²L = 2/(m k) DᵀD for each of the k outputs,
    ///
    /// where a row of D is s x, and 1 if there are biases, and a row of Y what is to be predicted. Its eigenvalues are
    /// 2 σ²/(m k) of the singular values σ of D. The optimum is the solution of D X ≈ Y with the smallest norm.
    ///
    /// Examples are those of the training split in f64, before they are rounded to the precision of the trials. What is
    /// not to be told from rounding is 0: eigenvalues below n ε of the largest, and mean squared errors below (m ε)² of
    /// the mean square of the targets (with the number of parameters in the place of n and m, if that is larger).
    ///
    /// # Errors
    ///
    /// If the numbers are too large to be squared, or a decomposition does not converge.
    pub fn of(spec: &Spec, plan: &Plan, data: &Splits, isa: Isa) -> Result<Option<Self>, InputError> {
        if !spec.record.spectrum {
            return Ok(None);
        }
        let found = match &plan.conditions[0].model {
            Model::Landscape(landscape) => of_landscape(landscape, isa),
            Model::Network(shape) => of_networks(shape, data),
        };
        match found {
            Ok(found) if found.is_finite() => Ok(Some(found.rounded())),
            Ok(_) => Err(spec.error("record.spectrum", "the squares of its numbers are too large to be represented")),
            Err(error) => Err(spec.error("record.spectrum", error)),
        }
    }

    fn is_finite(&self) -> bool {
        let losses = self.optimum.iter().flatten().map(|(_, loss)| loss);
        self.spectrum.iter().chain(losses).all(|x| x.is_finite())
    }

    fn rounded(mut self) -> Self {
        let losses = self.optimum.iter_mut().flatten().map(|(_, loss)| loss);
        self.spectrum.iter_mut().chain(losses).for_each(|x| *x = significant(*x));
        self
    }
}

/// Checks that a spectrum that is to be recorded takes no more memory and time than it may.
pub(super) fn check_size(spec: &Spec, model: &Model, data: &Splits) -> Result<(), InputError> {
    if !spec.record.spectrum {
        return Ok(());
    }
    let (size, design) = match model {
        Model::Landscape(landscape) => (landscape.starts.dimensions(), 0),
        Model::Network(shape) => (columns(shape), data.train.len().saturating_mul(columns(shape))),
    };
    if size > MAX_SPECTRUM {
        let message = format!("a Hessian of {size} rows is larger than the {MAX_SPECTRUM} that are decomposed");
        return Err(spec.error("record.spectrum", message));
    }
    if design > MAX_DESIGN {
        let message = format!("{} examples of {size} numbers are more than {MAX_DESIGN} numbers", data.train.len());
        return Err(spec.error("record.spectrum", message));
    }
    Ok(())
}

fn of_landscape(landscape: &Landscape, isa: Isa) -> Result<Quadratic, linalg::Error> {
    let n = landscape.starts.dimensions();
    let unit = |at: usize| (0..n).map(|i| if i == at { 1.0 } else { 0.0 }).collect::<Vec<f64>>();
    // The gradient is linear, and zero at zero: that at a unit vector is a column of the Hessian.
    let columns = descent::<f64>(landscape).gradients(isa, &(0..n).map(unit).collect::<Vec<_>>());
    let hessian = Mat::from_fn(n, n, |row, column| columns[column][row]);
    let mut spectrum = eigenvalues(hessian.as_ref())?;
    let largest = spectrum.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    let least = n as f64 * f64::EPSILON * largest;
    spectrum.iter_mut().filter(|x| x.abs() <= least).for_each(|x| *x = 0.0);
    Ok(Quadratic { spectrum, optimum: None })
}

/// Columns of D: the parameters of an output.
fn columns(shape: &Shape) -> usize {
    shape.layers[0] + usize::from(shape.bias)
}

fn of_networks(shape: &Shape, data: &Splits) -> Result<Quadratic, linalg::Error> {
    let (columns, outputs) = (columns(shape), shape.outputs());
    let (inputs, targets) = matrices(shape, &data.train);
    let fit = least_squares(inputs.as_ref(), targets.as_ref())?;
    let factor = 2.0 / (inputs.nrows() * outputs) as f64;
    // Ascending; directions in which nothing changes come first.
    let mut spectrum = vec![0.0; (columns - fit.rank) * outputs];
    let known = fit.singular_values[..fit.rank].iter().rev();
    spectrum.extend(known.flat_map(|value| std::iter::repeat_n(factor * value * value, outputs)));
    let splits = [("train", &data.train), ("validation", &data.validation), ("test", &data.test)];
    let rounding = inputs.nrows().max(columns) as f64 * f64::EPSILON;
    let losses = splits.into_iter().filter(|(_, split)| !split.is_empty()).map(|(name, split)| {
        let (inputs, targets) = matrices(shape, split);
        let output = |row: usize, output: usize| -> f64 {
            (0..columns).map(|at| inputs[(row, at)] * fit.solution[(at, output)]).sum()
        };
        let loss = mean_square(&targets, |row, column| output(row, column) - targets[(row, column)]);
        let of_targets = mean_square(&targets, |row, column| targets[(row, column)]);
        (name, if loss <= rounding * rounding * of_targets { 0.0 } else { loss })
    });
    Ok(Quadratic { spectrum, optimum: Some(losses.collect()) })
}

/// The mean of the squares of some numbers, one for each element of a matrix.
fn mean_square(matrix: &Mat<f64>, number: impl Fn(usize, usize) -> f64) -> f64 {
    let (rows, columns) = matrix.shape();
    let squares = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    squares.map(|(row, column)| number(row, column)).map(|x| x * x).sum::<f64>() / (rows * columns) as f64
}

/// D and Y of a split.
fn matrices(shape: &Shape, split: &Dataset<Features>) -> (Mat<f64>, Mat<f64>) {
    let (features, outputs) = (shape.layers[0], shape.outputs());
    let scale = shape.architecture().layers()[0].scale;
    let examples = examples::<f64>(split, shape.loss.target_width(outputs));
    let inputs = Mat::from_fn(examples.count, columns(shape), |row, column| {
        if column < features { scale * examples.inputs[row * features + column] } else { 1.0 }
    });
    (inputs, Mat::from_fn(examples.count, outputs, |row, column| examples.targets[row * outputs + column]))
}
