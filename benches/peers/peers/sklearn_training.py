"""W1 and W3 in scikit-learn, one run after another.

`MLPClassifier` counts in epochs, keeps the last partial batch, and starts from weights of its own: its answers are compared as a
sample of the same distribution, and its rate is counted in the steps that it does.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier

from .workloads import Training


def epochs(workload: Training) -> tuple[int, int]:
    """The number of epochs nearest to the workload's steps, and their number of steps."""
    batches = -(-len(workload.examples()[0]) // workload.batch)
    count = round(workload.steps / batches)
    return count, count * batches


def one_by_one(workload: Training, runs: int):
    inputs, targets = workload.examples()
    targets = targets.astype(int)
    rates, _ = workload.settings(runs)
    warnings.filterwarnings("ignore", category=ConvergenceWarning)

    def one(seed: int, rate: float) -> float:
        network = MLPClassifier(
            workload.widths[1:-1],
            activation=workload.activation,
            alpha=0.0,
            batch_size=workload.batch,
            learning_rate_init=rate,
            max_iter=epochs(workload)[0],
            tol=0.0,
            n_iter_no_change=10**6,
            random_state=seed,
        )
        return log_loss(targets, network.fit(inputs, targets).predict_proba(inputs))

    return lambda: np.array([one(seed, float(rate)) for seed, rate in enumerate(rates)])
