"""Writes tests/vectors/stats.json: what numpy makes of arrays of every dtype that has numbers.

    python -m venv venv && venv/bin/pip install numpy==2.4.6 ml_dtypes==0.6.0
    venv/bin/python tests/campaigns/make_stats_vectors.py

Each row: dtype, name, content in hex (little-endian, a byte for an element of a sub-byte type), and what numpy says of
it. Mean and deviation are exact (fractions), rounded once; where numpy's own are finite, the script checks that they
are near. The bins of the histogram follow the rule of node/lib/values/histogram.js; numpy counts.
"""

import json
import math
import pathlib
import random
from fractions import Fraction

import ml_dtypes
import numpy as np

INTEGERS = ["bool", "int2", "uint2", "int4", "uint4", "int8", "uint8", "int16", "uint16"]
INTEGERS += ["int32", "uint32", "int64", "uint64"]
FLOATS = ["float4_e2m1fn", "float8_e3m4", "float8_e4m3", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e4m3b11fnuz"]
FLOATS += ["float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu", "float16", "bfloat16", "float32", "float64"]
COMPLEX = ["complex64", "complex128"]
COUNT = 40


def dtype(name):
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def exact_root(square):
    """The root of a fraction, rounded to a double."""
    if square == 0:
        return 0.0
    shift = 2 * (60 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    scaled = square * Fraction(2) ** shift
    root = math.isqrt(scaled.numerator // scaled.denominator)
    return math.ldexp(float(root), -shift // 2)


def moments(values):
    if not values:
        return None, None
    mean = sum(values, Fraction(0)) / len(values)
    return float(mean), exact_root(sum(((v - mean) ** 2 for v in values), Fraction(0)) / len(values))


def histogram(values, is_integer):
    if not values:
        return None
    low, high = min(values), max(values)
    greatest = max(abs(low), abs(high))
    exponent = 0
    if greatest > 0:
        exponent = max(math.frexp(float(greatest))[1] - 1 - 20, 0 if is_integer else -1022)
        if is_integer:
            exponent = max(int(greatest).bit_length() - 1 - 20, 0)
    while high // Fraction(2) ** exponent - low // Fraction(2) ** exponent >= 64:
        exponent += 1
    width = Fraction(2) ** exponent
    first = low // width
    bins = int(high // width - first) + 1
    # Of the bin's numbers numpy takes the count, since 64-bit integers are no doubles.
    numbers = np.array([float(v // width - first) for v in values])
    counts, _ = np.histogram(numbers, bins=np.arange(bins + 1))
    return {"start": float(first * width), "width": float(width), "counts": counts.tolist()}


def text(value):
    return None if value is None else str(int(value)) if isinstance(value, int) else repr(float(value) + 0.0)


def row(name, case, array):
    halves = [array.real, array.imag] if name in COMPLEX else [array]
    wide = [half if name in INTEGERS else half.astype("<f8") for half in halves]
    nan = np.any([np.isnan(half) for half in wide], axis=0) if name not in INTEGERS else np.zeros(array.shape, bool)
    inf = ~nan & np.any([np.isinf(half) for half in wide], axis=0) if name not in INTEGERS else nan
    finite = [half[~nan & ~inf] for half in wide]
    parts = [[Fraction(int(v)) if name in INTEGERS else Fraction(float(v)) for v in half] for half in finite]
    told = [moments(part) for part in parts]
    near(finite, told)
    is_complex = name in COMPLEX
    convert = int if name in INTEGERS else float
    std = told[0][1]
    if is_complex and std is not None:
        std = math.hypot(told[0][1], told[1][1])
    return {
        "dtype": name,
        "case": case,
        "content": array.tobytes().hex(),
        "stats": {
            "count": array.size,
            "finite": len(parts[0]),
            "nan": int(nan.sum()),
            "inf": int(inf.sum()),
            "negative_inf": 0 if is_complex else int((inf & (wide[0] < 0)).sum()),
            "zeros": int(np.all([half == 0 for half in wide], axis=0).sum()),
            "min": None if is_complex or not parts[0] else text(convert(np.min(finite[0]))),
            "max": None if is_complex or not parts[0] else text(convert(np.max(finite[0]))),
            "mean": [one[0] for one in told] if is_complex and parts[0] else told[0][0],
            "std": std,
            "histogram": None if is_complex else histogram(parts[0], name in INTEGERS),
        },
    }


def near(finite, told):
    for half, (mean, std) in zip(finite, told):
        with np.errstate(all="ignore"):
            numpys = half.astype("<f8")
            for ours, theirs in ((mean, np.mean(numpys)), (std, np.std(numpys))) if half.size else ():
                scale = float(np.max(np.abs(numpys)))
                if np.isfinite(theirs) and scale > 1e-150:
                    assert abs(ours - theirs) <= 1e-6 * max(scale, abs(ours)), (ours, theirs)


def cases():
    rng = random.Random(1)
    for name in INTEGERS + FLOATS + COMPLEX:
        d = dtype(name)
        yield name, "empty", np.array([], d)
        if name in INTEGERS:
            bits = {"bool": 1, "int2": 2, "uint2": 2, "int4": 4, "uint4": 4}.get(name, 8 * d.itemsize)
            low = -(2 ** (bits - 1)) if name.startswith("int") else 0
            high = low + 2**bits - 1
            some = [low, high, 0, 0, 1] + [rng.randint(low, high) for _ in range(COUNT)]
            yield name, "whole range", np.array(some, object).astype(d)
            yield name, "one value", np.array([high] * 3, object).astype(d)
        else:
            codes = bytes(rng.getrandbits(8) for _ in range(d.itemsize * COUNT))
            if name == "float4_e2m1fn":
                codes = bytes(b & 15 for b in codes)
            yield name, "any code", np.frombuffer(codes, d)
            normal = np.array([rng.gauss(0.1, 1) for _ in range(COUNT)])
            if name == "float8_e8m0fnu":
                normal = np.abs(normal)
            yield name, "normal", normal.astype(d)
            yield name, "one value", np.array([1.0] * 3).astype(d)
    edge = [math.nan, math.inf, -math.inf, -math.inf, 0.0, -0.0, 1.0, -2.5]
    for name in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128"):
        yield name, "special", np.array(edge, dtype(name))
    yield "float32", "zeros", np.zeros(5, "<f4")
    yield "float32", "far from zero", np.array([1e7 + n % 3 for n in range(COUNT)], "<f4")
    yield "float32", "smallest", np.array([1e-45, -1e-45, 3e-45, 0.0], "<f4")
    yield "float32", "largest", np.array([3.4028235e38, -3.4028235e38, 3.4028235e38], "<f4")
    yield "float64", "squares overflow", np.array([1e200, -1e300, 1.7e308, 1.7e308], "<f8")
    yield "float64", "squares vanish", np.array([1e-200, 3e-250, -2e-201, 5e-324], "<f8")
    yield "float64", "grows", np.array([1e-300, 1.0, 1e300, -7.0], "<f8")
    yield "float64", "cancels", np.array([1e16, 1.0, -1e16, 1.0, 1e-3], "<f8")
    yield "float64", "far from zero", np.array([1e9 + n / 7 for n in range(COUNT)], "<f8")
    yield "float64", "negative, then far", np.array([-1e-300, -3e-300, 1e300], "<f8")
    yield "int64", "beyond doubles", np.array([2**60 - 1, 2**60, -(2**60) - 1, 2**53 + 1, 5], "<i8")
    yield "uint64", "beyond doubles", np.array([2**64 - 1, 2**64 - 2, 2**63, 1], "<u8")


def main():
    rows = [row(name, case, array) for name, case, array in cases()]
    path = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "stats.json"
    path.write_text("[\n" + ",\n".join(json.dumps(one) for one in rows) + "\n]\n")
    print(f"{len(rows)} rows, {path.stat().st_size} bytes")


main()
