"""Lockfiles made in memory by examples/lock_in_python.py, beside the checkpoints that Orbax saves of the same trees.

python locks.py OUT --seeds 0 20           random trees: OUT/<seed>/ckpt and OUT/<seed>/in_python.json, for locks.mjs
python locks.py OUT --vector               the one tree of tests/vectors/lock_in_python, which OUT then is
"""

import argparse
import os
import pathlib
import shutil
import sys

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
here = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here.parents[1] / "examples")]

import collections

import jax
import numpy as np

import lock_in_python
import trees
import values


def vector_tree():
    """Every kind of leaf and every dtype once, and key paths whose order is not that of the text."""
    g = np.random.default_rng(0)
    Pair = collections.namedtuple("Pair", ["left", "right"])
    return {
        "dtypes": {name: values.random_values(g, (3, 2), name) for name in values.DTYPES},
        "jax": jax.numpy.arange(6, dtype=jax.numpy.bfloat16).reshape(2, 3),
        "big endian": np.arange(5, dtype=">i2"),
        "F order": np.asfortranarray(np.arange(12, dtype=np.float32).reshape(3, 4)),
        "numbers": [3, -0.0, True, np.float16(1.5), -(2**62), float("nan")],
        "texts": ["", "é\U0001f600\"\\\n\x00\x1f\x7f\u2028"],
        "empties": [None, {}, [], ()],
        "pair": Pair(np.int8([1]), {"right": np.uint8([2])}),
        "keys": [jax.random.key(1), jax.random.split(jax.random.key(2, impl="rbg"), 3)],
        "over 4 MiB": np.arange(2**20 + 1, dtype=np.uint32) % 7,
        "é": np.int8([3]),
        "z\U0001f600": {"a": np.int8([4])},
        "z\uff5e": np.int8([5]),
        "A": {"": np.int8([6])},
    }


def make(directory, tree, options):
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    trees.save_pytree(directory / "ckpt", tree, options)
    (directory / "in_python.json").write_bytes(lock_in_python.lock({"": tree}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seeds", nargs=2, type=int, metavar=("FIRST", "END"))
    parser.add_argument("--vector", action="store_true")
    a = parser.parse_args()
    out = a.out.resolve()
    if a.vector:
        make(
            out,
            vector_tree(),
            {"use_ocdbt": True, "use_zarr3": False, "use_compression": True, "target": None, "chunk": None},
        )
        (out / "ckpt" / "commit_success.txt").unlink()  # it has the path of this machine
        return
    make(
        out / "vector",
        vector_tree(),
        {"use_ocdbt": False, "use_zarr3": True, "use_compression": False, "target": None, "chunk": None},
    )
    for seed in range(*a.seeds):
        maker = trees.Maker(seed)
        options = trees.options(maker)
        maker.plain = not options["use_ocdbt"]
        try:
            make(out / str(seed), trees.pick_tree(maker, maker.root), options)
        except Exception as e:  # what Orbax refuses to save
            shutil.rmtree(out / str(seed), ignore_errors=True)
            print("locks %d refused: %s" % (seed, str(e).splitlines()[0][:200]), flush=True)


if __name__ == "__main__":
    main()
    os._exit(0)
