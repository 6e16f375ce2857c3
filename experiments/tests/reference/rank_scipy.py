"""Values of rank tests, distributions and intervals, computed by SciPy: python3 rank_scipy.py > rank_scipy.json"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(0)


def friedman(costs):
    costs = np.array(costs)
    problems, methods = costs.shape
    ranks = np.apply_along_axis(stats.rankdata, 1, costs)
    chi, p = stats.friedmanchisquare(*costs.T)
    f = (problems - 1) * chi / (problems * (methods - 1) - chi)
    p_f = stats.f.sf(f, methods - 1, (methods - 1) * (problems - 1))
    return {
        "costs": costs.tolist(),
        "averages": ranks.mean(axis=0).tolist(),
        "chi_squared": float(chi),
        "p_chi_squared": float(p),
        "f": float(f),
        "p_f": float(p_f),
    }


cases = [friedman(rng.normal(size=(12, 6)) + np.arange(6) * 0.3)]
cases.append(friedman(rng.integers(0, 4, size=(8, 5))))
cases.append(friedman(rng.normal(size=(15, 3))))
cases.append(friedman(rng.normal(size=(14, 4)) + [0, 1, 1, 3]))
cases.append(friedman(rng.normal(size=(30, 14)) + np.arange(14) * 0.5))
critical = [float(stats.studentized_range.ppf(0.95, k, np.inf) / np.sqrt(2)) for k in range(2, 21)]
wilson = []
for successes, trials in [(0, 10), (10, 10), (3, 10), (50, 100), (1, 1), (999, 1000)]:
    interval = stats.binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    wilson.append([successes, trials, float(interval.low), float(interval.high)])
print(json.dumps({"friedman": cases, "critical": critical, "wilson": wilson}, indent=1))
