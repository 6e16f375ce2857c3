"""W6 in NumPy: blocks of points that stay in the caches, gradients by hand."""

import numpy as np

from .workloads import Landscape

TURN = np.float32(2 * np.pi)


def rosenbrock(x, y):
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def rosenbrock_gradient(x, y):
    rest = y - x * x
    return -2 * (1 - x) - 400 * x * rest, 200 * rest


def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2


def beale_gradient(x, y):
    square = y * y
    cube = square * y
    one, two, three = 1.5 - x + x * y, 2.25 - x + x * square, 2.625 - x + x * cube
    by_x = 2 * (one * (y - 1) + two * (square - 1) + three * (cube - 1))
    return by_x, 2 * x * (one + 2 * two * y + 3 * three * square)


def rastrigin(x, y):
    return 20 + x * x - 10 * np.cos(TURN * x) + y * y - 10 * np.cos(TURN * y)


def rastrigin_gradient(x, y):
    return 2 * x + 10 * TURN * np.sin(TURN * x), 2 * y + 10 * TURN * np.sin(TURN * y)


FUNCTIONS = {
    "rosenbrock": (rosenbrock, rosenbrock_gradient),
    "beale": (beale, beale_gradient),
    "rastrigin": (rastrigin, rastrigin_gradient),
}


def batched(workload: Landscape, block: int):
    function, gradient = FUNCTIONS[workload.function]
    starts = workload.starts()
    rate, momentum = np.float32(workload.rate), np.float32(workload.momentum)

    def descend(x, y):
        u, v = np.zeros_like(x), np.zeros_like(y)
        for _ in range(workload.steps):
            by_x, by_y = gradient(x, y)
            u *= momentum
            u -= rate * by_x
            v *= momentum
            v -= rate * by_y
            x += u
            y += v
        return function(x, y)

    def train():
        with np.errstate(all="ignore"):
            blocks = range(0, len(starts[0]), block)
            return np.concatenate([descend(*(axis[at : at + block].copy() for axis in starts)) for at in blocks])

    return train
