"""Change points of made-up histories by ruptures' exact search, printed as rows of src/charts/changes/tests.rs."""

import numpy as np
import ruptures

HISTORIES = {
    "level": [0.0] * 12,
    "step": [0.0] * 6 + [0.08] * 6,
    "stairs": [0.0] * 5 + [0.05] * 4 + [0.12] * 7,
    "back": [0.0] * 4 + [-0.06] * 5 + [0.0] * 4,
    "disturbed": [0.0] * 5 + [0.3] + [0.0] * 5,
    "drift": list(np.linspace(0.0, 0.1, 14)),
}
PENALTY = 2e-3

random = np.random.default_rng(20261130)
for name, levels in HISTORIES.items():
    values = np.round(np.array(levels) + 0.01 * random.standard_normal(len(levels)), 4)
    found = ruptures.Dynp(model="l2", min_size=2, jump=1).fit(values)
    # All numbers of changes, each with its best partition: the least cost with the penalty.
    best = min(
        (found.predict(n_bkps=changes) for changes in range(1, len(values) // 2)),
        key=lambda ends: ruptures.costs.CostL2().fit(values).sum_of_costs(ends) + PENALTY * (len(ends) - 1),
    )
    none = [len(values)]
    cost = ruptures.costs.CostL2().fit(values)
    if cost.sum_of_costs(none) <= cost.sum_of_costs(best) + PENALTY * (len(best) - 1):
        best = none
    pelt = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(values).predict(pen=PENALTY)
    print(f'("{name}", &{values.tolist()}, &{best[:-1]}), // PELT: {pelt[:-1]}')
