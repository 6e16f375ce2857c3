"""W1 to W4 in PyTorch."""

import numpy as np
import torch
import torch.nn.functional as F

from .workloads import Training

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def _tensors(workload: Training, steps: int | None):
    inputs, targets = (torch.from_numpy(array) for array in workload.examples())
    order = torch.from_numpy(workload.order(steps)).long()
    return inputs, targets if workload.loss == "bce" else targets.long(), order


def _loss(workload: Training, z, targets, reduction="mean"):
    if workload.loss == "bce":
        return F.binary_cross_entropy_with_logits(z[..., 0], targets, reduction=reduction)
    return F.cross_entropy(z, targets, reduction=reduction)


def eager(workload: Training, runs: int, steps: int | None = None):
    """`nn.Module` and `torch.optim`, one run after another: what most people write."""
    inputs, targets, order = _tensors(workload, steps)
    batches = [(inputs[examples], targets[examples]) for examples in order]
    final_inputs, final_targets = inputs[: workload.evaluated], targets[: workload.evaluated]
    layers = workload.initial(runs)

    def one(run: int, rate: float, momentum: float) -> float:
        modules: list[torch.nn.Module] = []
        for weights, biases in layers:
            linear = torch.nn.Linear(*weights.shape[1:])
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights[run].T))
                linear.bias.copy_(torch.from_numpy(biases[run]))
            modules += [linear, torch.nn.Tanh() if workload.activation == "tanh" else torch.nn.ReLU()]
        network = torch.nn.Sequential(*modules[:-1])
        if workload.optimizer == "adam":
            optimizer = torch.optim.Adam(network.parameters(), lr=rate)
        else:
            optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum, fused=True)
        for x, y in batches:
            optimizer.zero_grad(set_to_none=True)
            _loss(workload, network(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            return float(_loss(workload, network(final_inputs), final_targets))

    settings = [(float(rate), float(momentum)) for rate, momentum in zip(*workload.settings(runs))]
    return lambda: np.array([one(run, *setting) for run, setting in enumerate(settings)])


def batched(workload: Training, runs: int, compiled: bool = False):
    """All runs as batched products, gradients by hand; `compiled` gives the step to `torch.compile`."""
    inputs, targets, order = _tensors(workload, None)
    settings = [torch.from_numpy(setting) for setting in workload.settings(runs)]
    advance = torch.compile(_advance, dynamic=False) if compiled else _advance

    @torch.no_grad()
    def train():
        parameters = [torch.from_numpy(array.copy()) for layer in workload.initial(runs) for array in layer]
        first = [torch.zeros_like(array) for array in parameters]
        second = [torch.zeros_like(array) for array in parameters]
        for step, examples in enumerate(order, 1):
            correction = torch.tensor((1 - BETA2**step) ** 0.5 / (1 - BETA1**step))
            batch = inputs[examples], targets[examples]
            parameters, first, second = advance(workload, parameters, first, second, batch, settings, correction)
        reached = _forward(workload, parameters, inputs.expand(runs, *inputs.shape))
        losses = [_loss(workload, z, targets) for z in reached[-1]]
        return torch.stack(losses).numpy()

    return train


def _forward(workload: Training, parameters, inputs):
    """The inputs of each layer, and the outputs of the last."""
    activate = torch.tanh if workload.activation == "tanh" else torch.relu
    reached = [inputs]
    for weights, biases in zip(parameters[:-2:2], parameters[1:-2:2]):
        reached.append(activate(torch.baddbmm(biases.unsqueeze(1), reached[-1], weights)))
    reached.append(torch.baddbmm(parameters[-1].unsqueeze(1), reached[-1], parameters[-2]))
    return reached


def _gradients(workload: Training, parameters, inputs, targets):
    *reached, z = _forward(workload, parameters, inputs.expand(len(parameters[0]), *inputs.shape))
    if workload.loss == "bce":
        delta = (torch.sigmoid(z) - targets[:, None]) / len(targets)
    else:
        delta = (torch.softmax(z, -1) - F.one_hot(targets, z.shape[-1])) / len(targets)
    gradients: list[torch.Tensor] = []
    for layer in reversed(range(len(reached))):
        gradients = [torch.bmm(reached[layer].transpose(1, 2), delta), delta.sum(1), *gradients]
        if layer > 0:
            below = torch.bmm(delta, parameters[2 * layer].transpose(1, 2))
            value = reached[layer]
            delta = below * (1 - value * value) if workload.activation == "tanh" else torch.where(value > 0, below, 0.0)
    return gradients


def _advance(workload: Training, parameters, first, second, batch, settings, correction):
    """One step of all runs."""
    gradients = _gradients(workload, parameters, *batch)
    rates, momenta = settings
    shapes = [(-1,) + (1,) * (array.dim() - 1) for array in parameters]
    if workload.optimizer == "momentum":
        first = [momenta.view(shape) * m + g for shape, m, g in zip(shapes, first, gradients)]
        return [p - rates.view(shape) * m for shape, p, m in zip(shapes, parameters, first)], first, second
    first = [BETA1 * m + (1 - BETA1) * g for m, g in zip(first, gradients)]
    second = [BETA2 * v + (1 - BETA2) * g * g for v, g in zip(second, gradients)]
    scale = rates * correction
    update = lambda shape, p, m, v: p - scale.view(shape) * m / (v.sqrt() + EPSILON)
    return [update(*arrays) for arrays in zip(shapes, parameters, first, second)], first, second
