"""Writes tests/vectors/small_floats.json: what numpy and ml_dtypes make of every code of the small float types,
and numpy's texts of numbers.

    python -m venv venv && venv/bin/pip install numpy==2.2.6 ml_dtypes==0.5.1
    venv/bin/python tests/campaigns/make_small_float_vectors.py

values: per type the float64 of every code, 8 bytes little-endian each, every NaN as 7ff8000000000000. In hex for
        types of up to 8 bits; for 16 bits the SHA-256 of each block of 4096 codes.
nans:   per type the code of nan, in decimal.
texts:  float16: SHA-256 of each block of 4096 codes: their texts, each followed by LF, NaN as "nan".
        samples: [type, element in hex, text].
"""

import hashlib
import json
import pathlib
import random

import ml_dtypes
import numpy as np

BLOCK = 4096
SMALL = [
    "float8_e4m3",
    "float8_e4m3fn",
    "float8_e4m3fnuz",
    "float8_e4m3b11fnuz",
    "float8_e5m2",
    "float8_e5m2fnuz",
    "float8_e3m4",
    "float8_e8m0fnu",
    "float4_e2m1fn",
]
LARGE = ["float16", "bfloat16"]


def dtype(name):
    return np.dtype(getattr(ml_dtypes, name, None) or name)


def values_of(name):
    d = dtype(name)
    count = 16 if name == "float4_e2m1fn" else 1 << (8 * d.itemsize)
    codes = np.arange(count, dtype=f"<u{d.itemsize}")
    values = codes.view(d).astype("<f8")
    values[np.isnan(values)] = np.nan
    return values


def blocks(parts):
    return [hashlib.sha256(b"".join(parts[i : i + BLOCK])).hexdigest() for i in range(0, len(parts), BLOCK)]


def samples():
    rng = random.Random(1)
    edge = {
        "float32": [
            1.0,
            999.0,
            -0.0,
            0.1,
            1e-4,
            9.9e-5,
            1e15,
            1e16,
            9999999.0,
            16777216.0,
            3.4028235e38,
            1e-45,
            1.17549435e-38,
            float("inf"),
            float("-inf"),
            1 / 3,
            123456.789,
            5e-324,
        ],
        "float64": [
            1.0,
            -0.0,
            0.1,
            1e-4,
            9.999e-5,
            1e15,
            1e16,
            9007199254740993.0,
            1.7976931348623157e308,
            5e-324,
            2.2250738585072014e-308,
            float("inf"),
            float("-inf"),
            1 / 3,
            1e22,
            1e23,
            2.0**60,
        ],
    }
    for name, width in (("float32", 4), ("float64", 8)):
        for value in edge[name]:
            with np.errstate(all="ignore"):
                yield name, np.array(value, dtype=name)
        for exponent in range(-149, 128, 3 if width == 4 else 7):
            yield name, np.array(2.0**exponent, dtype=name)
        for i in range(60):
            value = np.frombuffer(rng.randbytes(width), dtype=name)[0]
            yield name, np.array(value)
            yield name, np.array(round(rng.uniform(-1000, 1000), i % 6), dtype=name)
    for name in ("complex64", "complex128"):
        for re in (0.0, 1.0, -1.5, 1e16, 0.1, float("inf")):
            for im in (0.0, 2.0, -2.25, 1e-5, -0.0, float("-inf")):
                yield name, np.array(complex(re, im), dtype=name)


def main():
    nans = {
        n: int(np.array(np.nan, dtype=dtype(n)).view(f"u{dtype(n).itemsize}"))
        for n in LARGE + SMALL
        if n != "float4_e2m1fn"
    }
    values = {n: values_of(n).tobytes().hex() for n in SMALL}
    for n in LARGE:
        raw = values_of(n).tobytes()
        values[n] = blocks([raw[i : i + 8] for i in range(0, len(raw), 8)])
    half = np.arange(65536, dtype="<u2").view("<f2")
    texts = {
        "float16": blocks([(str(x) + "\n").encode() for x in half]),
        "samples": [[n, x.tobytes().hex(), str(x[()])] for n, x in samples() if not np.isnan(x)],
    }
    out = {
        "made_by": f"numpy {np.__version__}, ml_dtypes {ml_dtypes.__version__}",
        "values": values,
        "nans": nans,
        "texts": texts,
    }
    path = pathlib.Path(__file__).parents[1] / "vectors" / "small_floats.json"
    path.write_text(json.dumps(out, separators=(",", ":")).replace('],["', '],\n["') + "\n")


main()
