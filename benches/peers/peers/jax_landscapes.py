"""W6 in JAX."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from .workloads import Landscape

FUNCTIONS = {
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y**3) ** 2,
    "rastrigin": lambda x, y: 20 + x * x - 10 * jnp.cos(2 * np.pi * x) + y * y - 10 * jnp.cos(2 * np.pi * y),
}


def idiomatic(workload: Landscape, block: int):
    """Vectors of points with autodiff, `lax.scan` over the steps, `lax.map` over blocks that stay in the caches."""
    function = FUNCTIONS[workload.function]
    gradient = jax.grad(lambda x, y: jnp.sum(function(x, y)), argnums=(0, 1))

    def descend(start):
        def step(state, _):
            x, y, u, v = state
            by_x, by_y = gradient(x, y)
            u = workload.momentum * u - workload.rate * by_x
            v = workload.momentum * v - workload.rate * by_y
            return (x + u, y + v, u, v), None

        zeros = jnp.zeros_like(start[0])
        (x, y, _, _), _ = lax.scan(step, (*start, zeros, zeros), None, length=workload.steps)
        return function(x, y)

    starts = tuple(jnp.asarray(axis).reshape(-1, block) for axis in workload.starts())
    compiled = jax.jit(lambda starts: lax.map(descend, starts)).lower(starts).compile()
    return lambda: np.asarray(compiled(starts)).ravel()
