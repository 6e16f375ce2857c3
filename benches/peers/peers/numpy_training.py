"""W1 to W4 in NumPy: all runs of a population as batched products, gradients by hand."""

import numpy as np

from .workloads import Training

BETA1, BETA2, EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


def batched(workload: Training, runs: int, steps: int | None = None):
    inputs, targets = workload.examples()
    order = workload.order(steps)

    def train():
        with np.errstate(all="ignore"):
            return _train(workload, runs, inputs, targets, order)

    return train


def _train(workload: Training, runs: int, inputs, targets, order) -> np.ndarray:
    layers = [[array.copy() for array in layer] for layer in workload.initial(runs)]
    first = [[np.zeros_like(array) for array in layer] for layer in layers]
    second = [[np.zeros_like(array) for array in layer] for layer in layers]
    rates, momenta = workload.settings(runs)
    for step, examples in enumerate(order, 1):
        gradients = _gradients(workload, layers, inputs[examples], targets[examples])
        for layer, one, two, gradient in zip(layers, first, second, gradients):
            for which in range(2):
                shape = (-1,) + (1,) * (layer[which].ndim - 1)
                rate, momentum = rates.reshape(shape), momenta.reshape(shape)
                if workload.optimizer == "momentum":
                    one[which] *= momentum
                    one[which] += gradient[which]
                    layer[which] -= rate * one[which]
                else:
                    _adam(layer[which], one[which], two[which], gradient[which], rate, step)
    inputs, targets = workload.final_examples()
    return _losses(workload, _outputs(workload, layers, inputs)[1], targets)


def _adam(parameters, first, second, gradient, rate, step):
    first *= BETA1
    first += (1 - BETA1) * gradient
    second *= BETA2
    gradient *= gradient
    gradient *= 1 - BETA2
    second += gradient
    scale = rate * np.float32(np.sqrt(1 - 0.999**step) / (1 - 0.9**step))
    root = np.sqrt(second)
    root += EPSILON
    parameters -= scale * first / root


def _outputs(workload: Training, layers, inputs):
    """The inputs of each layer, and the outputs of the last one before its loss, (runs, examples, outputs)."""
    reached = [inputs]
    for weights, biases in layers[:-1]:
        z = np.matmul(reached[-1], weights)
        z += biases[:, None]
        reached.append(np.tanh(z, out=z) if workload.activation == "tanh" else np.maximum(z, 0, out=z))
    weights, biases = layers[-1]
    z = np.matmul(reached[-1], weights)
    z += biases[:, None]
    return reached, z


def _gradients(workload: Training, layers, inputs, targets):
    reached, z = _outputs(workload, layers, inputs)
    if workload.loss == "bce":
        delta = 1 / (1 + np.exp(-z))
        delta -= targets[:, None]
    else:
        z -= z.max(2, keepdims=True)
        delta = np.exp(z, out=z)
        delta /= delta.sum(2, keepdims=True)
        delta[:, np.arange(len(targets)), targets] -= 1
    delta *= np.float32(1 / len(targets))
    gradients = []
    for below, (weights, _) in zip(reversed(reached), reversed(layers)):
        gradients.append([np.matmul(np.swapaxes(below, -1, -2), delta), delta.sum(1)])
        if below is not inputs:
            delta = np.matmul(delta, weights.transpose(0, 2, 1))
            delta *= 1 - below * below if workload.activation == "tanh" else below > 0
    return reversed(gradients)


def _losses(workload: Training, z, targets) -> np.ndarray:
    if workload.loss == "bce":
        z = z[..., 0]
        return (np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) - targets * z).mean(1)
    top = z.max(2)
    chosen = z[:, np.arange(len(targets)), targets]
    return (np.log(np.exp(z - top[..., None]).sum(2)) + top - chosen).mean(1)
