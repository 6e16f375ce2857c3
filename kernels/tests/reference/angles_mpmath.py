"""Sines and cosines of large angles in f64 by mpmath, written to angles_mpmath.json.

    pip install -r requirements.txt
    python angles_mpmath.py

Each angle with its sine and cosine as [high, low], two f64 whose sum is right to 2^-100 of itself. Among the angles: all powers of two
from 2^16 on, the f64 that are nearest to multiples of a quarter turn (the one nearest of all is 6381956970095103 * 2^797), both largest
finite numbers, and random ones of every exponent.

Numbers are written as the shortest decimals that read back to the same float64.
"""

import json
import math
import random
from pathlib import Path

import mpmath

mpmath.mp.prec = 1400


def parts(value):
    high = float(value)
    return [high, float(value - mpmath.mpf(high))]


def nearest_to_quarters(exponent):
    """The 53-bit m for which m * 2^exponent is nearest to a multiple of pi / 2, by convergents of 2^(exponent + 1) / pi."""
    x = mpmath.ldexp(2 / mpmath.pi, exponent)
    (p0, p1), (q0, q1), best = (0, 1), (1, 0), None
    while q1 < 2**53:
        a = int(mpmath.floor(x))
        (p0, p1), (q0, q1) = (p1, a * p1 + p0), (q1, a * q1 + q0)
        x = 1 / (x - a)
        if 2**20 < q1 < 2**53:
            best = q1
    return math.ldexp(best, exponent) if best else None


def main():
    random.seed(1)
    angles = [100_000.5, 1e5 * math.pi, 1e22, math.ldexp(6381956970095103, 797), 3.4028234663852886e38, 1.7976931348623157e308]
    angles += [math.ldexp(1.0, k) for k in range(17, 1024, 8)]
    angles += [angle for k in range(-30, 971, 7) if (angle := nearest_to_quarters(k)) and angle > 1e5]
    angles += [math.ldexp(random.uniform(1, 2), k) for k in range(17, 1023, 3)]
    rows = [[angle, *parts(mpmath.sin(mpmath.mpf(angle))), *parts(mpmath.cos(mpmath.mpf(angle)))] for angle in angles]
    text = ",\n".join(json.dumps(row) for row in rows)
    path = Path(__file__).with_suffix(".json")
    path.write_text('{"mpmath": "%s", "angle, sine, cosine": [\n%s\n]}\n' % (mpmath.__version__, text))


if __name__ == "__main__":
    main()
