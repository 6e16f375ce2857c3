//! The products of both forms, on every instruction set and width, against the contract's order of operations written
//! as scalar code: equal to the bit.

use thalweg_kernels::product::{Finish, Input, Products, Shape, Start, add, dense, population};
use thalweg_kernels::reference::product::contraction;
use thalweg_kernels::{Isa, Real};

use crate::numbers::Numbers;

/// Layers from 1 × 1 on; depths around the tile sizes and across the pieces of 512.
const SHAPES: &[(usize, usize, usize)] = &[
    (1, 1, 1),
    (1, 16, 13),
    (2, 3, 5),
    (3, 2, 9),
    (4, 2, 2),
    (5, 7, 8),
    (16, 2, 16),
    (16, 16, 17),
    (10, 33, 3),
    (1, 513, 2),
    (6, 1300, 3),
    (4, 512, 2),
    (33, 40, 27),
    (1, 2000, 7),
    (7, 65, 300),
    (70, 9, 20),
    (24, 24, 24),
    (300, 112, 5),
    (7, 130, 19),
    (23, 700, 17),
];

/// Enough examples or units that the dense form takes the rows of a product in blocks of at most 1,026: two or three
/// equal ones, of one panel of columns or several, with and without a copy of either factor.
const MANY_EXAMPLES: &[(usize, usize, usize)] =
    &[(1, 1, 1027), (3, 2, 1100), (17, 5, 2053), (70, 3, 1030), (3, 70, 1030), (2, 260, 1027), (1, 513, 1027)];
const MANY_OUTPUTS: &[(usize, usize, usize)] =
    &[(1027, 1, 1), (1100, 3, 2), (2053, 5, 4), (1030, 70, 3), (1101, 300, 2), (260, 64, 5), (1027, 17, 9)];

/// A block: its weights, bias, inputs and output gradient, each `[..][lane]`.
struct Case<T> {
    shape: Shape,
    lanes: usize,
    weights: Vec<T>,
    bias: Vec<T>,
    inputs: Vec<T>,
    gradient: Vec<T>,
    shared: bool,
}

impl<T: Real> Case<T> {
    fn new((outputs, inputs, examples): (usize, usize, usize), lanes: usize, shared: bool) -> Self {
        let mut numbers = Numbers::new(outputs as u64 * 31 + inputs as u64 * 7 + examples as u64);
        let mut draw = |count: usize| (0..count).map(|_| T::from_f64(numbers.normal())).collect::<Vec<T>>();
        Self {
            shape: Shape { outputs, inputs, examples },
            lanes,
            weights: draw(outputs * inputs * lanes),
            bias: draw(outputs * lanes),
            inputs: draw(inputs * examples * if shared { 1 } else { lanes }),
            gradient: draw(outputs * examples * lanes),
            shared,
        }
    }

    fn input(&self) -> Input<'_, T> {
        if self.shared { Input::Shared(&self.inputs) } else { Input::PerLane(&self.inputs) }
    }

    fn x(&self, e: usize, k: usize, lane: usize) -> T {
        let i = e * self.shape.inputs + k;
        if self.shared { self.inputs[i] } else { self.inputs[i * self.lanes + lane] }
    }

    fn w(&self, i: usize, k: usize, lane: usize) -> T {
        self.weights[(i * self.shape.inputs + k) * self.lanes + lane]
    }

    fn dz(&self, e: usize, i: usize, lane: usize) -> T {
        self.gradient[(e * self.shape.outputs + i) * self.lanes + lane]
    }

    /// Fails where two numbers differ in a bit.
    #[track_caller]
    fn same(&self, what: &str, isa: Isa, got: T, want: T) {
        let (shape, lanes) = (self.shape, self.lanes);
        assert_eq!(got.to_f64().to_bits(), want.to_f64().to_bits(), "{what} {shape:?} {isa:?} {lanes} lanes");
    }

    /// What a product must write over.
    fn unset(&self, elements: usize) -> Vec<T> {
        vec![T::from_f64(f64::NAN); elements * self.lanes]
    }

    /// All three products, compared with the contract element by element.
    fn check(&self, products: &mut dyn Products<T>, isa: Isa) {
        self.check_forward(products, isa);
        self.check_weight_gradient(products, isa);
        self.check_input_gradient(products, isa);
    }

    fn check_forward(&self, products: &mut dyn Products<T>, isa: Isa) {
        let (shape, lanes) = (self.shape, self.lanes);
        let mut outputs = self.unset(shape.examples * shape.outputs);
        let biased = Finish { bias: Some(&*self.bias), relu: false };
        products.forward(shape, &self.weights, biased, self.input(), &mut outputs);
        let mut plain = self.unset(shape.examples * shape.outputs);
        products.forward(shape, &self.weights, Finish::NOTHING, self.input(), &mut plain);
        let mut rectified = self.unset(shape.examples * shape.outputs);
        products.forward(shape, &self.weights, Finish { relu: true, ..biased }, self.input(), &mut rectified);
        for e in 0..shape.examples {
            for i in 0..shape.outputs {
                for lane in 0..lanes {
                    let want = contraction(shape.inputs, |k| self.w(i, k, lane), |k| self.x(e, k, lane));
                    let at = (e * shape.outputs + i) * lanes + lane;
                    self.same("forward", isa, plain[at], want);
                    let want = want + self.bias[i * lanes + lane];
                    self.same("forward with bias", isa, outputs[at], want);
                    let zero = T::default();
                    self.same("forward, rectified", isa, rectified[at], if want < zero { zero } else { want + zero });
                }
            }
        }
    }

    /// In two calls, the second of which continues the chains of the first.
    fn check_weight_gradient(&self, products: &mut dyn Products<T>, isa: Isa) {
        let (shape, lanes) = (self.shape, self.lanes);
        let mut weights = self.unset(shape.outputs * shape.inputs);
        let mut bias = self.unset(shape.outputs);
        let cut = shape.examples / 2;
        for (from, to, start) in [(0, cut, Start::Zero), (cut, shape.examples, Start::Continue)] {
            let part = Shape { examples: to - from, ..shape };
            let gradient = &self.gradient[from * shape.outputs * lanes..to * shape.outputs * lanes];
            let row = shape.inputs * if self.shared { 1 } else { lanes };
            let slice = &self.inputs[from * row..to * row];
            let inputs = if self.shared { Input::Shared(slice) } else { Input::PerLane(slice) };
            products.weight_gradient(part, gradient, inputs, &mut weights, Some(&mut bias), start);
        }
        for i in 0..shape.outputs {
            for lane in 0..lanes {
                for k in 0..shape.inputs {
                    let want = contraction(shape.examples, |e| self.dz(e, i, lane), |e| self.x(e, k, lane));
                    self.same("weight gradient", isa, weights[(i * shape.inputs + k) * lanes + lane], want);
                }
                let want = contraction(shape.examples, |e| self.dz(e, i, lane), |_| T::from_f64(1.0));
                self.same("bias gradient", isa, bias[i * lanes + lane], want);
            }
        }
    }

    fn check_input_gradient(&self, products: &mut dyn Products<T>, isa: Isa) {
        let (shape, lanes) = (self.shape, self.lanes);
        let mut inputs = self.unset(shape.examples * shape.inputs);
        products.input_gradient(shape, &self.weights, &self.gradient, None, &mut inputs);
        // Arbitrary numbers, some of them 0 and some NaN.
        let odd = |i: usize| [0.0, f64::NAN, -0.5, 2.0, -0.0][(i * i + i / 7) % 5];
        let below: Vec<T> = (0..inputs.len()).map(|i| T::from_f64(odd(i))).collect();
        let mut rectified = self.unset(shape.examples * shape.inputs);
        products.input_gradient(shape, &self.weights, &self.gradient, Some(&below), &mut rectified);
        for e in 0..shape.examples {
            for k in 0..shape.inputs {
                for lane in 0..lanes {
                    let want = contraction(shape.outputs, |i| self.w(i, k, lane), |i| self.dz(e, i, lane));
                    let at = (e * shape.inputs + k) * lanes + lane;
                    self.same("input gradient", isa, inputs[at], want);
                    let want = if below[at] <= T::default() { T::default() } else { want + T::default() };
                    self.same("input gradient below rectified units", isa, rectified[at], want);
                }
            }
        }
    }
}

fn every_product_follows_the_contract<T: Real>() {
    for isa in Isa::available() {
        for &shape in SHAPES {
            for shared in [true, false] {
                Case::<T>::new(shape, isa.lanes::<T>(), shared).check(&mut *population(isa), isa);
                Case::<T>::new(shape, 1, shared).check(&mut *dense(isa), isa);
            }
        }
    }
}

#[test]
fn every_product_follows_the_contract_in_f32() {
    every_product_follows_the_contract::<f32>();
}

#[test]
fn every_product_follows_the_contract_in_f64() {
    every_product_follows_the_contract::<f64>();
}

/// Few enough for Miri, which interprets: tiles and strips, pieces of the depth and blocks of rows.
#[test]
fn miri_products_follow_the_contract() {
    let isa = Isa::available()[0];
    for shape in [(1, 1, 1), (5, 7, 8), (1, 513, 1)] {
        Case::<f32>::new(shape, isa.lanes::<f32>(), shape.0 > 1).check(&mut *population(isa), isa);
        Case::<f64>::new(shape, 1, true).check(&mut *dense(isa), isa);
    }
    Case::<f32>::new((1027, 1, 1), 1, true).check(&mut *dense(isa), isa);
}

fn dense_products_of_many_rows_follow_the_contract<T: Real>() {
    for isa in Isa::available() {
        let mut products = dense::<T>(isa);
        for &shape in MANY_EXAMPLES {
            let case = Case::<T>::new(shape, 1, true);
            case.check_forward(&mut *products, isa);
            case.check_input_gradient(&mut *products, isa);
        }
        for &shape in MANY_OUTPUTS {
            Case::<T>::new(shape, 1, true).check_weight_gradient(&mut *products, isa);
        }
    }
}

#[test]
fn dense_products_of_many_rows_follow_the_contract_in_f32() {
    dense_products_of_many_rows_follow_the_contract::<f32>();
}

#[test]
fn dense_products_of_many_rows_follow_the_contract_in_f64() {
    dense_products_of_many_rows_follow_the_contract::<f64>();
}

/// Layers that have a bias and no inputs.
const BIAS_ALONE: [(usize, usize, usize); 3] = [(1, 0, 1), (5, 0, 3), (23, 0, 40)];

#[test]
fn population_products_without_inputs_follow_the_contract() {
    for isa in Isa::available() {
        for shape in BIAS_ALONE {
            Case::<f32>::new(shape, isa.lanes::<f32>(), true).check(&mut *population(isa), isa);
            Case::<f64>::new(shape, isa.lanes::<f64>(), false).check(&mut *population(isa), isa);
        }
    }
}

#[test]
fn dense_products_without_inputs_follow_the_contract() {
    for isa in Isa::available() {
        for shape in BIAS_ALONE {
            Case::<f32>::new(shape, 1, true).check(&mut *dense(isa), isa);
            Case::<f64>::new(shape, 1, true).check(&mut *dense(isa), isa);
        }
    }
}

#[test]
fn a_nan_reaches_every_product_of_its_lane_and_no_other() {
    for isa in Isa::available() {
        let lanes = isa.lanes::<f32>();
        let mut case = Case::<f32>::new((5, 7, 3), lanes, false);
        case.weights[lanes - 1] = f32::NAN;
        let mut outputs = vec![0.0; 5 * 3 * lanes];
        population(isa).forward(case.shape, &case.weights, Finish::NOTHING, case.input(), &mut outputs);
        for (at, z) in outputs.iter().enumerate() {
            let (unit, lane) = (at / lanes % 5, at % lanes);
            assert_eq!(z.is_nan(), unit == 0 && lane == lanes - 1, "{isa:?} at {at}");
        }
    }
}

/// The tiles of the dense form are padded; what pads them must not leak.
#[test]
fn a_nan_reaches_every_dense_product_that_it_is_a_term_of_and_no_other() {
    for isa in Isa::available() {
        let mut case = Case::<f32>::new((5, 7, 3), 1, false);
        case.weights[7] = f32::NAN;
        let mut outputs = vec![0.0; 5 * 3];
        let mut dense = dense(isa);
        dense.forward(case.shape, &case.weights, Finish::NOTHING, case.input(), &mut outputs);
        for (at, z) in outputs.iter().enumerate() {
            assert_eq!(z.is_nan(), at % 5 == 1, "{isa:?} at {at}");
        }
        // The same buffers, without the NaN.
        case.weights[7] = 1.0;
        dense.forward(case.shape, &case.weights, Finish::NOTHING, case.input(), &mut outputs);
        assert!(outputs.iter().all(|z| z.is_finite()), "{isa:?}");
    }
}

/// Sums of two products, of every length around a register, element by element.
#[test]
fn products_are_added_element_by_element() {
    fn check<T: Real>() {
        let mut numbers = Numbers::new(1);
        for isa in Isa::available() {
            for count in [0, 1, isa.lanes::<T>() - 1, isa.lanes::<T>(), 3 * isa.lanes::<T>() + 2] {
                let [mut sums, terms] =
                    [0, 1].map(|_| (0..count).map(|_| T::from_f64(numbers.normal())).collect::<Vec<T>>());
                let want: Vec<T> = sums.iter().zip(&terms).map(|(sum, term)| *sum + *term).collect();
                add(isa, &mut sums, &terms);
                assert!(sums == want, "{count} numbers on {isa:?}");
            }
        }
    }
    check::<f32>();
    check::<f64>();
}
