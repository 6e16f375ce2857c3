"""Statistics of comparisons, computed by SciPy, statsmodels, rliable and lifelines:
python3 statistics_peers.py > statistics_peers.json"""

import json

import numpy as np
from lifelines import KaplanMeierFitter
from rliable import metrics
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests

rng = np.random.default_rng(7)


def friedman(costs):
    costs = np.array(costs, dtype=float)
    ranks = np.apply_along_axis(stats.rankdata, 1, costs)

    def statistic(*methods, axis=-1):
        return sum(np.sum(method, axis=axis) ** 2 for method in methods)

    test = stats.permutation_test(
        tuple(ranks.T), statistic, permutation_type="samples", alternative="greater", n_resamples=np.inf, vectorized=True
    )
    return {"costs": costs.tolist(), "p": float(test.pvalue)}


def signed_rank(differences):
    nonzero = np.array([d for d in differences if d != 0])
    test = stats.wilcoxon(nonzero, method=stats.PermutationMethod(n_resamples=np.inf), alternative="two-sided")
    positive = stats.rankdata(np.abs(nonzero))[nonzero > 0].sum()
    return {"differences": list(differences), "statistic": float(positive), "p": float(test.pvalue)}


def signs(differences, value):
    """Of the median: how many are above and below it, and the interval of order statistics."""
    tests = {name: stats.quantile_test(differences, q=value, p=0.5, alternative=alternative)
             for name, alternative in (("above", "greater"), ("below", "less"))}
    interval = stats.quantile_test(differences, q=value, p=0.5).confidence_interval(0.95)
    return {"differences": differences, "value": value, "low": float(interval.low), "high": float(interval.high),
            **{name: float(test.pvalue) for name, test in tests.items()}}


def best_of(values, criteria):
    """Dodge et al. 2019, arXiv:1909.03004, section 3, for the smallest of k with replacement."""
    n = len(values)
    order = np.argsort(criteria, kind="stable")
    shares = [[((n - i) / n) ** k - ((n - i - 1) / n) ** k for i in range(n)] for k in range(1, n + 1)]
    return [float(np.dot(share, np.array(values)[order])) for share in shares]


def profile_score(ratios, most=4.0):
    """AlgoPerf: the mean of the profile from 1 to `most`."""
    share = lambda factor: np.mean(np.array(ratios) <= factor)
    inside = sorted({ratio for ratio in ratios if 1 < ratio < most})
    ends = [1.0, *inside, most]
    parts = [integrate.quad(share, low, high)[0] for low, high in zip(ends, ends[1:])]
    return float(sum(parts) / (most - 1))


def kaplan_meier(steps, reached):
    fit = KaplanMeierFitter().fit(steps, reached)
    table = fit.survival_function_["KM_estimate"]
    bounds = fit.confidence_interval_survival_function_
    times = [time for time in table.index if time > 0 and any(s == time and r for s, r in zip(steps, reached))]
    rows = [[float(t), *(float(v) for v in (table[t], *bounds.loc[t]))] for t in times]
    return {"steps": list(steps), "reached": list(reached), "rows": rows, "median": float(fit.median_survival_time_)}


def normals(shape, shift):
    return (rng.normal(size=shape) + np.array(shift)).tolist()


friedmans = [
    friedman([[1, 2], [3, 4]]),
    friedman([[1, 2, 3], [1, 2, 3]]),
    friedman([[1, 2, 3]] * 3),
    friedman(normals((5, 2), [0, 1])),
    friedman(normals((4, 3), [0, 0.5, 1])),
    friedman(normals((5, 3), [0, 0.2, 1])),
    friedman(normals((3, 4), [0, 1, 1, 2])),
    friedman([[1, 1, 2], [1, 2, 2], [3, 1, 2], [1, 2, 3]]),
    friedman([[1, 1, 2, 3], [1, 2, 2, 4], [3, 1, 2, 2]]),
]
wilcoxons = [
    signed_rank([1.0, 2.0, 3.0, 4.0, 5.0]),
    signed_rank(rng.normal(size=8).tolist()),
    signed_rank((rng.normal(size=12) + 0.6).tolist()),
    signed_rank([1.0, -1.0, 2.0, 0.0, 3.0, 3.0, -2.0, 5.0]),
    signed_rank(rng.integers(-3, 6, size=13).astype(float).tolist()),
]
p = rng.uniform(size=9) ** 3
values, criteria = rng.lognormal(size=7).tolist(), rng.normal(size=7).tolist()
ratios = [1.0, 1.0, 1.3, 2.0, 3.999, 4.0, 7.5, 1e9]
ones, others = rng.normal(size=(5, 6)), rng.normal(size=(5, 6)) + 0.4
scores = rng.lognormal(size=(8, 5))
print(
    json.dumps(
        {
            "friedman": friedmans,
            "signed_rank": wilcoxons,
            "signs": [
                signs([1.0, 2.5, -3.0, 4.0, 5.5, 0.25, 7.0], 0.5),
                signs([0.031, 0.029, -0.4, 0.03, 0.033, 0.028, 0.35, 0.03, 0.027, 0.031, -0.29, 0.032, 0.029], 0.01),
                signs([x * x - 7.3 * x for x in map(float, range(41))], 60.0),
            ],
            "holm": {"p": p.tolist(), "adjusted": multipletests(p, method="holm")[1].tolist()},
            "best_of": {"values": values, "criteria": criteria, "expected": best_of(values, criteria)},
            "profile": {"ratios": ratios, "score": profile_score(ratios)},
            # rliable has larger scores as the better ones.
            "improvement": {
                "one": ones.T.tolist(),
                "other": others.T.tolist(),
                "p": float(metrics.probability_of_improvement(-ones, -others)),
            },
            "iqm": {"scores": scores.T.tolist(), "iqm": float(metrics.aggregate_iqm(scores))},
            "trim_mean": [
                [list(map(float, range(n))) + [99.0], float(stats.trim_mean(list(range(n)) + [99.0], 0.25))]
                for n in (1, 3, 4, 5, 9, 10)
            ],
            "kaplan_meier": [
                kaplan_meier([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
                             [1] * 9 + [0] * 12),
                kaplan_meier([3, 5, 5, 8, 10, 10, 10, 4], [1, 1, 1, 1, 0, 0, 0, 0]),
            ],
        },
        indent=1,
    )
)
