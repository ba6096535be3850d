"""Makes tests/vectors/pairs.json.gz: checkpoints by Orbax, each with a copy of the same values stored otherwise and a copy in
which one thing is another.

    build/differential/requirements/bin/python tests/campaigns/make_pairs.py [--pairs 100] [--out FILE]

{"pairs": [{"seed", "stored", "near", "codes", "leaf", "base", "copy", "other"}]}, the last three {path: base64}; `stored`
says how the copy is stored, `near` what is another in `other`, `codes` the findings that this is to give and `leaf` where.
Trees, options and changes come from the seed; UUIDs and times in the files differ from run to run.
"""

import argparse
import base64
import gzip
import json
import os
import sys
import tempfile

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "differential"))

import jax
import ml_dtypes
import numpy as np

import trees

FLOATS = [
    np.dtype("float32"),
    np.dtype(ml_dtypes.bfloat16),
    np.dtype("float16"),
    np.dtype("float64"),
    np.dtype(ml_dtypes.float8_e4m3fn),
]


def tree_of(g, seed):
    rows, columns = int(g.integers(2, 5)) * 2, int(g.integers(3, 6)) * 2 + 1
    kernel = g.standard_normal((rows, columns)).astype(FLOATS[seed % len(FLOATS)])
    bias = g.standard_normal(columns).astype(np.float32)
    bias[[1, 2]] = [0.0, np.nan]
    return {
        "layer": {"kernel": kernel, "bias": bias},
        "ids": g.integers(0, 2**31, (8, columns)).astype(np.int32),
        "step": np.int64(seed),
    }


def options_of(g):
    return {
        "use_ocdbt": bool(g.integers(2)),
        "use_zarr3": bool(g.integers(2)),
        "use_compression": bool(g.integers(2)),
        "chunk": [None, 64, 200][int(g.integers(3))],
        "target": None,
    }


def over_devices(tree):
    """Each array in two parts along its first axis, over two devices."""
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:2]), ("x",))
    cut = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x"))

    def place(x):
        # JAX would make 64-bit numbers 32-bit ones.
        return jax.device_put(x, cut) if x.ndim == 2 and x.dtype.itemsize < 8 else x

    return jax.tree_util.tree_map(place, tree)


# How the copy is stored; what it does to the tree and to the options.
STORED = [
    ("other zarr version", lambda t, o: (t, {**o, "use_zarr3": not o["use_zarr3"]})),
    ("OCDBT and plain files", lambda t, o: (t, {**o, "use_ocdbt": not o["use_ocdbt"]})),
    ("other compression", lambda t, o: (t, {**o, "use_compression": not o["use_compression"]})),
    ("other chunks", lambda t, o: (t, {**o, "chunk": None if o["chunk"] else 48})),
    ("sharded over devices", lambda t, o: (over_devices(t), {**o, "chunk": None})),
    ("other data files", lambda t, o: (t, {**o, "use_ocdbt": True, "target": 700})),
    ("saved again", lambda t, o: (t, o)),
    (
        "all of it",
        lambda t, o: (
            over_devices(t),
            {
                "use_ocdbt": not o["use_ocdbt"],
                "use_zarr3": not o["use_zarr3"],
                "use_compression": not o["use_compression"],
                "chunk": None,
                "target": None,
            },
        ),
    ),
]


def bits(x):
    return x.view(np.dtype("uint%d" % (8 * x.dtype.itemsize)))


def one_ulp(t):
    bits(t["layer"]["kernel"])[1, 2] += np.array(1, bits(t["layer"]["kernel"]).dtype)


def minus_zero(t):
    t["layer"]["bias"][1] = -0.0


def nan_payload(t):
    bits(t["layer"]["bias"])[2] += np.uint32(1)


def other_dtype(t):
    t["ids"] = t["ids"].view(np.uint32)


def renamed(t):
    t["layer"]["Kernel"] = t["layer"].pop("kernel")


def transposed(t):
    t["layer"]["kernel"] = t["layer"]["kernel"].reshape(t["layer"]["kernel"].shape[::-1])


NEAR = [
    ("one ULP", one_ulp, ["digest-mismatch"], ["layer", "kernel"]),
    ("-0.0 for 0.0", minus_zero, ["digest-mismatch"], ["layer", "bias"]),
    ("another NaN payload", nan_payload, ["digest-mismatch"], ["layer", "bias"]),
    ("one dtype, the same bytes", other_dtype, ["dtype-mismatch"], ["ids"]),
    ("one renamed leaf", renamed, ["extra-leaf", "missing-leaf"], ["layer", "kernel"]),
    ("transposed shape, the same bytes", transposed, ["shape-mismatch"], ["layer", "kernel"]),
]


def files_of(directory):
    files = {}
    for root, _, names in os.walk(directory):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                files[os.path.relpath(os.path.join(root, name), directory)] = base64.b64encode(f.read()).decode()
    return files


def saved(scratch, name, tree, o):
    path = os.path.join(scratch, name)
    trees.save_pytree(path, tree, o)
    return files_of(path)


def pair(seed):
    g = np.random.default_rng(seed)
    tree, o = tree_of(g, seed), options_of(g)
    how, change = STORED[seed % len(STORED)]
    near, alter, codes, leaf = NEAR[seed % len(NEAR)]
    other = jax.tree_util.tree_map(np.copy, tree)
    other["step"] = tree["step"]
    alter(other)
    with tempfile.TemporaryDirectory() as scratch:
        return {
            "seed": seed,
            "stored": how,
            "near": near,
            "codes": codes,
            "leaf": leaf,
            "base": saved(scratch, "base", tree, o),
            "copy": saved(scratch, "copy", *change(tree, o)),
            "other": saved(scratch, "other", other, o),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--out", default=os.path.join(here, "..", "vectors", "pairs.json.gz"))
    a = parser.parse_args()
    pairs = []
    for seed in range(a.pairs):
        pairs.append(pair(seed))
        print(seed, pairs[-1]["stored"], "|", pairs[-1]["near"], flush=True)
    with open(a.out, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as f:
        f.write(json.dumps({"pairs": pairs}, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
    os._exit(0)
