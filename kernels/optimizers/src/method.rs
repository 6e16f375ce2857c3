//! Optimizers that see more of a trial than one number at a time: norms of layers, layers as matrices, gradients at
//! weights of their own choosing.
//!
//! A method is made of [passes](Pass) over some parameters, of sums over them, and of products of layers as matrices. All
//! of it is done for the trials of a block at once, and no operation crosses trials.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Range;

use thalweg_numerics::table::Family;
use thalweg_numerics::{Isa, Real};
use thalweg_products::Products;

use crate::norms::add_squares;
use crate::reference::Whole;
use crate::update::{self, Pass};
use crate::{MAX_COEFFICIENTS, MAX_STATE, Oracle, Start, Update};

/// The most arrays that any method asks for.
pub const MAX_ARRAYS: usize = 8;

/// An optimizer that sees more than one number, written once for every precision, instruction set and width.
pub trait Method: 'static {
    /// Arrays as large as the weights that are kept from step to step, and what they hold at first.
    const STATE: &'static [Start];
    /// Arrays as large as the weights that are needed within a step.
    const SCRATCH: usize = 0;
    /// Numbers that are kept per trial in f64, 1 at first, as those of [`Rule::PRODUCTS`](crate::Rule::PRODUCTS).
    const PRODUCTS: usize = 0;
    /// The array of [`Self::STATE`] that losses are measured at; the weights if there is none.
    const EVALUATED: Option<usize> = None;
    /// What of a trial it sees.
    const SEES: Sees;
    /// Gradients of a batch that a step asks the [`Oracle`] for, besides the one that it is given.
    const GRADIENTS: usize = 0;

    /// What a thread keeps for blocks of trials: room for matrices, say.
    type Room<T: Real>: Default + Send + 'static;

    /// Does one step of a block.
    fn step<T: Real>(block: Block<'_, T>, room: &mut Self::Room<T>);

    /// The same step of one trial in plain f64, as its paper has it: what tests compare with.
    fn reference(hyperparameters: &[f64], layers: &[Layer], weights: &mut [f64], gradient: &[f64], memory: &mut Whole);
}

/// What an optimizer looks at when it changes a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// The parameter alone.
    Number,
    /// Sums over a layer or over all parameters.
    Norms,
    /// The weights of a layer as a matrix; it needs objectives that have layers.
    Matrices,
}

/// The places of a layer's parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The weights, `[row][column]`: a row per output, a column per input.
    pub weights: Range<usize>,
    /// Rows of the weights.
    pub rows: usize,
    /// Columns of the weights.
    pub columns: usize,
    /// The biases; there may be none.
    pub bias: Range<usize>,
}

impl Layer {
    /// So many parameters that are no matrix.
    pub fn vector(parameters: usize) -> Self {
        Self { weights: 0..parameters, rows: 1, columns: parameters, bias: parameters..parameters }
    }

    /// The weights and the biases, where there are any.
    pub fn tensors(&self) -> impl Iterator<Item = Range<usize>> {
        [self.weights.clone(), self.bias.clone()].into_iter().filter(|tensor| !tensor.is_empty())
    }
}

/// How the arrays of a block stand in memory: `[group][parameter][lane]`.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The instruction set.
    pub isa: Isa,
    /// Groups of the block.
    pub groups: usize,
    /// Trials of a group: those of a register, or one.
    pub lanes: usize,
    /// The layers of the parameters, in order and without gaps.
    pub layers: &'a [Layer],
}

/// A block of trials in a step.
pub struct Block<'a, T> {
    /// How its arrays stand in memory.
    pub frame: Frame<'a>,
    /// The step, counted from 1.
    pub step: u64,
    /// The weights that gradients are taken at.
    pub weights: &'a mut [T],
    /// Their gradient, clipped and decayed if that was asked for.
    pub gradient: &'a [T],
    /// What [`Method::STATE`] and, after it, [`Method::SCRATCH`] ask for; the others are empty.
    pub arrays: [&'a mut [T]; MAX_ARRAYS],
    /// The hyperparameters of every trial.
    pub settings: Settings<'a>,
    /// `[trial][product]`
    pub products: &'a mut [f64],
    /// Products of matrices, in the form that the arrays have.
    pub multiply: &'a mut dyn Products<T>,
    /// `[group][lane]`: becomes NaN when a new weight is not finite; else it is left as it was.
    pub alarm: &'a mut [T],
    /// Gradients elsewhere, for methods that say so in [`Method::GRADIENTS`].
    pub oracle: &'a mut dyn Oracle<T>,
}

/// The hyperparameters of the trials of a block.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// `[trial][hyperparameter]`
    values: &'a [f64],
    count: usize,
    /// `[layer][trial]`
    rates: &'a [f64],
    trials: usize,
}

impl<'a> Settings<'a> {
    /// `count` hyperparameters of each trial, and the factors of its learning rates, `[layer][trial]`.
    ///
    /// # Panics
    ///
    /// If there are no trials, or numbers are missing.
    pub fn new(values: &'a [f64], count: usize, rates: &'a [f64], layers: usize) -> Self {
        let trials = rates.len() / layers;
        assert!(trials > 0 && values.len() == count * trials && rates.len() == layers * trials);
        Self { values, count, rates, trials }
    }

    /// The hyperparameters of a trial, in the order of the optimizer's; learning rates without their factor.
    pub fn of(&self, trial: usize) -> &'a [f64] {
        &self.values[trial * self.count..][..self.count]
    }

    /// What the learning rates of a layer of a trial are multiplied by in this step: its schedule and `lr_scale`.
    pub fn rate(&self, layer: usize, trial: usize) -> f64 {
        self.rates[layer * self.trials + trial]
    }
}

impl Frame<'_> {
    /// Trials of the block, those that fill it up included.
    pub fn trials(&self) -> usize {
        self.groups * self.lanes
    }

    /// Writes `N` coefficients of each trial, which are computed in f64, to `out`, as passes take them.
    pub fn coefficients<T: Real, const N: usize>(&self, out: &mut Vec<T>, of: impl Fn(usize) -> [f64; N]) {
        out.clear();
        out.resize(self.trials() * N, T::default());
        for trial in 0..self.trials() {
            let (group, lane) = (trial / self.lanes, trial % self.lanes);
            let of_group = &mut out[group * self.lanes * N..];
            for (i, coefficient) in of(trial).into_iter().enumerate() {
                of_group[i * self.lanes + lane] = T::from_f64(coefficient);
            }
        }
    }

    /// The Euclidean norm of some parameters of each trial: squares are added in f64, in the order of the parameters.
    pub fn norms<T: Real>(&self, array: &[T], range: Range<usize>, norms: &mut Vec<f64>) {
        self.squares(array, range, norms);
        norms.iter_mut().for_each(|norm| *norm = norm.sqrt());
    }

    /// The squares of [`Self::norms`].
    pub fn squares<T: Real>(&self, array: &[T], range: Range<usize>, sums: &mut Vec<f64>) {
        sums.clear();
        sums.resize(self.trials(), 0.0);
        add_squares(self.isa, self.lanes, array, range, None, sums);
    }

    /// Passes over some parameters of each trial: `x` is written, `g` is read, `state` is both.
    ///
    /// # Panics
    ///
    /// If there are other arrays or coefficients than the pass takes.
    pub fn pass<P: Pass, T: Real, const N: usize>(&self, pass: Operands<'_, T, N>) {
        const { assert!(N == P::STATE && N <= MAX_STATE && P::COEFFICIENTS <= MAX_COEFFICIENTS) }
        let Operands { x, g, state, range, coefficients, alarm } = pass;
        assert_eq!(coefficients.len(), self.trials() * P::COEFFICIENTS);
        assert!(g.len() == x.len() && state.iter().all(|array| array.len() == x.len()));
        assert!(alarm.len() == self.trials() && range.end <= x.len() / self.trials());
        let mut state = state.into_iter();
        let state = std::array::from_fn(|_| state.next().unwrap_or_default());
        update::update::<P, T>(
            self.isa,
            Update { groups: self.groups, weights: x, gradient: g, state, range, coefficients, alarm },
        );
    }
}

/// What a pass takes.
pub struct Operands<'a, T, const N: usize> {
    /// What it makes anew.
    pub x: &'a mut [T],
    /// What it only reads.
    pub g: &'a [T],
    /// What it reads and writes besides.
    pub state: [&'a mut [T]; N],
    /// The parameters of each trial that are meant.
    pub range: Range<usize>,
    /// As of [`Frame::coefficients`].
    pub coefficients: &'a [T],
    /// `[group][lane]`: becomes NaN where a new x is not finite.
    pub alarm: &'a mut [T],
}

/// What threads keep for the methods of their blocks.
#[derive(Default)]
pub struct Room(Option<Box<dyn Any + Send>>);

#[derive(Clone, Copy)]
pub(crate) struct Kernel;
impl Family for Kernel {
    type Member<T: Real> = fn(Block<'_, T>, &mut Room);
}

pub(crate) fn step<M: Method, T: Real>(block: Block<'_, T>, room: &mut Room) {
    /// Tells the room of one method from that of another.
    struct Of<M: Method, T: Real>(M::Room<T>, PhantomData<fn(M)>);
    let is_own = room.0.as_ref().is_some_and(|room| room.is::<Of<M, T>>());
    if !is_own {
        room.0 = Some(Box::new(Of::<M, T>(M::Room::default(), PhantomData)));
    }
    let own = room.0.as_mut().and_then(|room| room.downcast_mut::<Of<M, T>>());
    let Of(own, _) = own.expect("it was made for this method");
    M::step(block, own);
}
