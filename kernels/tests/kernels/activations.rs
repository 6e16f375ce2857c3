//! Every activation function, on every instruction set and width, in both precisions: against its f64 twin, against
//! PyTorch, at the edges of the formats, and to the bit between instruction sets.

use thalweg_kernels::Isa;
use thalweg_kernels::activation::{ALL, Activation, BelowOutput, Layer, Needs, Output, ShallowGradient};
use thalweg_kernels::product::{Finish, Input, Shape, Start, population};

use crate::compare::{Precision, assert_same, same, ulps};
use crate::numbers::Numbers;
use crate::reference;

/// The largest error of a value, in units of the last place: that of the kernel, and up to 2 of the reference.
const VALUE_ULPS: f64 = 4.0;
/// The activations whose values are a share of z.
const SHARES: [&str; 3] = ["gelu", "gelu-tanh", "silu"];
/// The largest error of their values, in epsilons times z: the share is rounded where it is small.
const SHARE_EPSILONS: f64 = 2.0;
/// The largest error of g'(z) · u, in epsilons times u: 1 - a² doubles the error of a, which near 1 is half as many
/// epsilons as units in the last place.
const DERIVATIVE_EPSILONS: f64 = VALUE_ULPS + 1.0;

/// Other values of the parameters that some have.
const SETTINGS: [(&str, f64); 3] = [("leaky-relu", 0.2), ("elu", 0.5), ("elu", 2.0)];

/// Every activation with its default, and some with other values.
fn all() -> Vec<Activation> {
    let other = SETTINGS.map(|(name, value)| Activation::named(name).unwrap().with(value));
    ALL.iter().map(|activation| **activation).chain(other).collect()
}

/// Lengths around the width of a register and of the four that go through a formula together.
fn lengths(lanes: usize) -> [usize; 7] {
    [0, 1, lanes - 1, lanes, lanes + 1, 4 * lanes + 3, 9 * lanes + 2]
}

/// Points where every activation is an ordinary number in both precisions.
fn points<T: Precision>() -> Vec<T> {
    let mut numbers = Numbers::new(1);
    let grid = (-3000..=3000).map(|i| f64::from(i) * 0.01);
    let mut points: Vec<f64> = grid.collect();
    points.extend((0..2000).map(|_| 3.0 * numbers.normal()));
    points.extend((0..500).map(|_| 87.0 * (2.0 * numbers.uniform() - 1.0)));
    points.extend((0..500).map(|i| numbers.normal() * 0.5_f64.powi(i % 120)));
    points.into_iter().map(T::from_f64).collect()
}

/// Any bit pattern is as likely as another: all exponents, NaN, infinities and subnormal numbers among them.
fn patterns<T: Precision>(seed: u64, count: usize) -> Vec<T> {
    let mut numbers = Numbers::new(seed);
    let mut patterns: Vec<T> = (0..count).map(|_| T::from_pattern(numbers.bits())).collect();
    patterns.extend(special::<T>());
    patterns
}

fn special<T: Precision>() -> Vec<T> {
    let positive = [f64::INFINITY, 0.0, T::SMALLEST, 3.0 * T::SMALLEST, T::NORMAL, T::LARGEST, 1e4, f64::NAN];
    positive.into_iter().flat_map(|x| [x, -x]).map(T::from_f64).collect()
}

fn forward<T: Precision>(activation: &Activation, isa: Isa, z: &[T]) -> Vec<T> {
    let mut a = z.to_vec();
    activation.forward(isa, &mut a);
    a
}

/// Whether a value is right: to `most` units in the last place, or to a few epsilons of z where the value is a share of
/// z.
fn is_close<T: Precision>(activation: &Activation, z: f64, got: T, want: f64, most: f64) -> bool {
    let share =
        SHARES.contains(&activation.name) && (got.to_f64() - want).abs() <= SHARE_EPSILONS * T::EPSILON * z.abs();
    share || ulps(got, want) <= most
}

fn backward<T: Precision>(activation: &Activation, isa: Isa, a: &[T], upstream: &[T]) -> Vec<T> {
    let mut gradient = upstream.to_vec();
    activation.backward(isa, a, &mut gradient);
    gradient
}

fn check_against_reference<T: Precision>(activation: &Activation, isa: Isa, z: &[T]) {
    let mut numbers = Numbers::new(z.len() as u64);
    let upstream: Vec<T> = z.iter().map(|_| T::from_f64(numbers.normal())).collect();
    let a = forward(activation, isa, z);
    let gradient = backward(activation, isa, activation.needed(z, &a), &upstream);
    for (at, z) in z.iter().enumerate() {
        let (value, derivative, _) = activation.reference(z.to_f64());
        let close = is_close(activation, z.to_f64(), a[at], value, VALUE_ULPS);
        assert!(close, "{activation:?} {isa:?} at {z:e}: {} ULP", ulps(a[at], value), z = z.to_f64());
        let u = upstream[at].to_f64();
        let error = (gradient[at].to_f64() - derivative * u).abs() / (T::EPSILON * u.abs() + T::SMALLEST);
        assert!(error <= DERIVATIVE_EPSILONS, "{activation:?} {isa:?} at {z:e}: {error} ε", z = z.to_f64());
    }
}

fn agrees_with_its_reference<T: Precision>() {
    let points = points::<T>();
    for isa in Isa::available() {
        for activation in &all() {
            check_against_reference(activation, isa, &points);
            for n in lengths(isa.lanes::<T>()) {
                check_against_reference(activation, isa, &points[2900..2900 + n]);
            }
        }
    }
}

#[test]
fn every_activation_agrees_with_its_reference_in_f32() {
    agrees_with_its_reference::<f32>();
}

#[test]
fn every_activation_agrees_with_its_reference_in_f64() {
    agrees_with_its_reference::<f64>();
}

/// A number's result does not depend on where in a slice it stands, on its neighbours, or on the instruction set.
fn has_the_same_bits_everywhere<T: Precision>() {
    let (z, upstream) = (patterns::<T>(2, 20_000), patterns::<T>(3, 20_000));
    for activation in &all() {
        let scalar = Isa::available()[0];
        assert!(scalar.is_scalar());
        let a = forward(activation, scalar, &z);
        // Any value may come in, not only one that the function can give.
        let gradient = backward(activation, scalar, &z, &upstream);
        for isa in Isa::available() {
            assert_same(&forward(activation, isa, &z), &a, || format!("{activation:?} {isa:?}"));
            assert_same(&backward(activation, isa, &z, &upstream), &gradient, || format!("{activation:?}' {isa:?}"));
            for n in lengths(isa.lanes::<T>()) {
                for first in [0, 1, 20_000] {
                    let part = first..(first + n).min(z.len());
                    let what = || format!("{activation:?} {isa:?} {part:?}");
                    assert_same(&forward(activation, isa, &z[part.clone()]), &a[part.clone()], what);
                    let got = backward(activation, isa, &z[part.clone()], &upstream[part.clone()]);
                    assert_same(&got, &gradient[part.clone()], what);
                }
            }
        }
    }
}

#[test]
fn every_activation_has_the_same_bits_everywhere_in_f32() {
    has_the_same_bits_everywhere::<f32>();
}

#[test]
fn every_activation_has_the_same_bits_everywhere_in_f64() {
    has_the_same_bits_everywhere::<f64>();
}

/// Numbers beyond the end of a slice that is no multiple of the width must not be written.
#[test]
fn no_activation_touches_what_is_beyond_its_slice() {
    for isa in Isa::available() {
        for activation in &all() {
            for n in lengths(isa.lanes::<f32>()) {
                let mut z = vec![-1.5_f32; n + 40];
                activation.forward(isa, &mut z[..n]);
                let mut gradient = vec![-1.5_f32; n + 40];
                activation.backward(isa, &vec![0.5; n], &mut gradient[..n]);
                assert!(z[n..].iter().chain(&gradient[n..]).all(|x| *x == -1.5), "{activation:?} {isa:?} {n}");
            }
        }
    }
}

fn handles_the_edges<T: Precision>() {
    for isa in Isa::available() {
        for activation in &all() {
            for z in special::<T>() {
                let want = activation.reference(z.to_f64()).0;
                let got = forward(activation, isa, &[z])[0];
                let what = || format!("{activation:?} {isa:?}: {got:?} for {z:?}, not {want}");
                assert_eq!(got.to_f64().is_nan(), z.to_f64().is_nan(), "{}", what());
                assert!(is_close(activation, z.to_f64(), got, want, 1.0), "{}", what());
                if z.to_f64() == 0.0 || !z.is_finite() {
                    assert!(same(got, T::from_f64(want)), "{}", what());
                }
            }
        }
    }
}

#[test]
fn every_activation_handles_the_edges_of_f32() {
    handles_the_edges::<f32>();
}

#[test]
fn every_activation_handles_the_edges_of_f64() {
    handles_the_edges::<f64>();
}

/// NaN and infinity pass back through a unit that is not cut off, and a unit that is NaN passes the gradient by its own
/// derivative, which is NaN wherever it depends on the value.
#[test]
fn nan_and_infinity_pass_back() {
    for isa in Isa::available() {
        for activation in &all() {
            let z = [0.5_f64; 3];
            let a = forward(activation, isa, &z);
            let got =
                backward(activation, isa, activation.needed(&z, &a), &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            assert_same(&got, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY], || format!("{activation:?} {isa:?}"));
            let (_, derivative, _) = activation.reference(f64::NAN);
            let got = backward(activation, isa, &[f64::NAN], &[2.0]);
            assert_same(&got, &[2.0 * derivative], || format!("{activation:?} {isa:?} of NaN"));
        }
    }
}

/// The points reach ±700, where sigmoid is 1e-304. PyTorch's own error is 1 ULP or so, and that of its derivatives
/// absolute.
#[test]
fn every_activation_agrees_with_torch() {
    let file = reference::read("loss_torch.json");
    let cases = file["activations"].as_array().unwrap();
    for activation in &all() {
        let default = activation.parameter.map(|parameter| parameter.default);
        let setting = activation.setting().filter(|setting| Some(*setting) != default);
        let is_of =
            |case: &&serde_json::Value| case["activation"] == activation.name && case["setting"].as_f64() == setting;
        let case = cases.iter().find(is_of);
        let case = case.unwrap_or_else(|| panic!("no numbers of torch for {activation:?}"));
        let [x, value, derivative] = ["x", "value", "derivative"].map(|key| reference::numbers(&case[key]));
        for isa in Isa::available() {
            let a = forward(activation, isa, &x);
            let gradient = backward(activation, isa, activation.needed(&x, &a), &vec![1.0; x.len()]);
            for (at, x) in x.iter().enumerate() {
                let error = (gradient[at] - derivative[at]).abs();
                let close = is_close(activation, *x, a[at], value[at], VALUE_ULPS);
                assert!(close, "{activation:?} {isa:?} at {x}: {} ULP", ulps(a[at], value[at]));
                // With z, torch multiplies it by 1 - σ, a difference that is half an epsilon off.
                let its_own = if SHARES.contains(&activation.name) { 0.5 * x.abs() } else { 0.0 };
                let tolerance = (DERIVATIVE_EPSILONS + its_own) * f64::EPSILON;
                assert!(error <= tolerance, "{activation:?}' {isa:?} at {x}: {error:e}");
            }
        }
    }
}

/// The limits, which a product of z and a share that is zero would miss.
#[test]
fn infinite_arguments_have_the_slopes_of_the_asymptotes() {
    for isa in Isa::available() {
        for activation in ALL.iter().filter(|activation| activation.needs == Needs::Argument) {
            let ends = [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN];
            let limits = ends.map(|z| activation.reference(z).1);
            assert!(limits.iter().all(|slope| [0.0, 1.0].contains(slope)), "{activation:?}");
            // Whether zero comes from above or from below is its own affair.
            assert_eq!(backward(activation, isa, &ends, &[1.0; 4]), limits, "{activation:?} {isa:?}");
            let slopes = backward(activation, isa, &ends.map(|z| z as f32), &[1.0; 4]);
            assert_eq!(slopes, limits.map(|slope| slope as f32), "{activation:?} {isa:?}");
        }
    }
}

/// Together with the products beside it, an activation gives the bits of the one after the other.
fn fuses_with_products<T: Precision>() {
    for isa in Isa::available() {
        let (lanes, mut products) = (isa.lanes::<T>(), population::<T>(isa));
        let mut numbers = Numbers::new(5);
        let mut draw = |count: usize| -> Vec<T> { (0..count).map(|_| T::from_f64(numbers.normal())).collect() };
        for (outputs, inputs, examples) in [(1, 1, 1), (3, 2, 5), (4, 1, 2), (16, 2, 3), (9, 2, 4), (19, 1, 2)] {
            let shape = Shape { outputs, inputs, examples };
            let one = Shape { outputs: 1, inputs: outputs, examples };
            let (weights, bias, x) = (draw(outputs * inputs * lanes), draw(outputs * lanes), draw(inputs * examples));
            let (below, slopes, above) =
                (draw(outputs * examples * lanes), draw(examples * lanes), draw(outputs * lanes));
            for activation in all().iter().filter(|activation| activation.is_fused()) {
                for bias in [None, Some(&*bias)] {
                    let mut want = vec![T::default(); outputs * examples * lanes];
                    products.forward(shape, &weights, Finish { bias, relu: false }, Input::Shared(&x), &mut want);
                    activation.forward(isa, &mut want);
                    let mut got = vec![T::default(); want.len()];
                    let layer = Layer { shape, weights: &weights, bias, inputs: &x };
                    activation.forward_layer(isa, layer, &mut got, None);
                    assert_same(&got, &want, || format!("{activation:?} {isa:?} {shape:?}"));
                    let bias = bias.map(|bias| &bias[..lanes]);
                    let mut want = vec![T::default(); examples * lanes];
                    products.forward(one, &above, Finish { bias, relu: false }, Input::PerLane(&got), &mut want);
                    let (mut again, mut values) = (vec![T::default(); got.len()], vec![T::default(); want.len()]);
                    let output = Output { weights: &above, bias, values: &mut values };
                    activation.forward_layer(isa, layer, &mut again, Some(output));
                    assert_same(&again, &got, || format!("{activation:?} {isa:?} {shape:?} below an output"));
                    assert_same(&values, &want, || format!("output of {activation:?} {isa:?} {shape:?}"));
                }
                let mut want = vec![T::default(); outputs * examples * lanes];
                products.input_gradient(one, &above, &slopes, None, &mut want);
                activation.backward(isa, &below, &mut want);
                let mut got = vec![T::default(); want.len()];
                let below = BelowOutput { x: &below, weights: &above, output_gradient: &slopes };
                activation.backward_from_output(isa, below, &mut got);
                assert_same(&got, &want, || format!("{activation:?}' {isa:?} {shape:?}"));
                let slope = want;
                for depth in [1, 2] {
                    let layer = Shape { outputs, inputs: depth, examples };
                    let mut want = [outputs * depth, outputs, outputs, 1].map(|count| draw(count * lanes));
                    let mut got = want.clone();
                    let x = draw(depth * examples);
                    for (start, biased) in [(Start::Continue, true), (Start::Zero, true), (Start::Continue, false)] {
                        let [weights, bias, output_weights, output_bias] = &mut want;
                        let bias = biased.then_some(&mut bias[..]);
                        products.weight_gradient(layer, &slope, Input::Shared(&x), weights, bias, start);
                        let bias = biased.then_some(&mut output_bias[..]);
                        products.weight_gradient(one, &slopes, Input::PerLane(below.x), output_weights, bias, start);
                        let [weights, bias, output_weights, output_bias] = &mut got;
                        let bias = biased.then_some(&mut bias[..]);
                        let output_bias = biased.then_some(&mut output_bias[..]);
                        let gradient = ShallowGradient { weights, bias, output_weights, output_bias };
                        activation.shallow_gradient(isa, below, &x, gradient, start);
                        for (got, want) in got.iter().zip(&want) {
                            assert_same(got, want, || format!("gradient of {activation:?} {isa:?} {layer:?}"));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn every_activation_fuses_with_products_in_f32() {
    fuses_with_products::<f32>();
}

#[test]
fn every_activation_fuses_with_products_in_f64() {
    fuses_with_products::<f64>();
}

#[test]
fn parameters_have_their_defaults_until_they_are_set() {
    for activation in ALL {
        assert_eq!(activation.setting(), activation.parameter.map(|parameter| parameter.default));
        if let Some(parameter) = activation.parameter {
            assert_eq!(activation.with(parameter.default), **activation);
            assert_ne!(activation.with(2.0 * parameter.default), **activation);
        }
    }
    assert!(SETTINGS.iter().all(|(name, _)| Activation::named(name).unwrap().parameter.is_some()));
}

#[test]
#[should_panic(expected = "tanh has no parameter")]
fn a_function_without_a_parameter_takes_none() {
    let _ = Activation::named("tanh").unwrap().with(1.0);
}

#[test]
fn names_are_unique_and_found() {
    for activation in ALL {
        assert_eq!(ALL.iter().filter(|other| other.name == activation.name).count(), 1);
        assert_eq!(Activation::named(activation.name).unwrap().name, activation.name);
    }
    assert!(Activation::named("no such function").is_none());
}
