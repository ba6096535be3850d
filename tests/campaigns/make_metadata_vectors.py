"""Writes tests/vectors/metadata/<version>/: small checkpoints by one Orbax version, and what it says of them.

    tests/campaigns/make_metadata_vectors.sh

`write` makes <version>/<case>/ckpt, `ask` writes answers-<version>.json: by checkpoint what `metadata(path, name)` of this
version answers for AUTO, None and each name, and `checkpointables_metadata(path)`; an error is its type and first line.
"""

import argparse
import json
import os
import pathlib
import shutil

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=4"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import importlib.metadata

import jax
import numpy as np
import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1

VERSION = importlib.metadata.version("orbax-checkpoint")
# Their names before 0.12.
SAVE = getattr(v1, "save", None) or v1.save_pytree
METADATA = getattr(v1, "metadata", None) or v1.pytree_metadata


def initial(seed):
    """The parameters of a small network, from one PRNGKey: the same whatever saves them."""
    keys = jax.random.split(jax.random.PRNGKey(seed), 4)
    return {
        "params": {
            "Dense_%d" % i: {
                "kernel": jax.random.normal(keys[2 * i], (4, 3 + i)),
                "bias": jax.random.uniform(keys[2 * i + 1], (3 + i,)),
            }
            for i in range(2)
        },
        "rng": jax.random.PRNGKey(seed),
        "step": 3,
    }


def tree(first):
    mesh = jax.sharding.Mesh(np.array(jax.devices()).reshape(2, 2), ("x", "y"))
    sharding = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x", None))
    return {
        "a": {
            "w": jax.device_put(np.full((4, 2), first, np.float32), sharding),
            "b": jax.numpy.ones(3, jax.numpy.bfloat16),
        },
        "list": [np.arange(first + 1), 7],
        "text": "é",
    }


CUSTOM = {"who": "é\U0001f600", "big": 2**62 + 1, "nan": float("nan"), "deep": {"list": [1, None, True, 0.1]}}


def composite(path, names, custom=None):
    v1.save_checkpointables(
        path, {name: tree(i) for i, name in enumerate(names)} | {"dataset": {"epoch": 1}}, custom_metadata=custom
    )


def old_composite(path, names):
    with ocp.Checkpointer(ocp.CompositeCheckpointHandler(*names, "config")) as c:
        c.save(
            path,
            ocp.args.Composite(
                config=ocp.args.JsonSave({"n": 1}), **{n: ocp.args.PyTreeSave(tree(i)) for i, n in enumerate(names)}
            ),
        )


def manager(path):
    with ocp.CheckpointManager(path, item_names=("state", "ema")) as m:
        for step in (1, 12):
            m.save(
                step,
                args=ocp.args.Composite(
                    state=ocp.args.StandardSave({"w": np.arange(step)}), ema=ocp.args.StandardSave({"w": np.arange(2)})
                ),
            )
        m.wait_until_finished()


CASES = {
    "flat_custom": lambda path: ocp.Checkpointer(ocp.PyTreeCheckpointHandler()).save(
        path, tree(1), custom_metadata=CUSTOM
    ),
    "one_key": lambda path: ocp.PyTreeCheckpointer().save(path, initial(0)),
    "v1_save": lambda path: SAVE(path, tree(2), custom_metadata=CUSTOM),
    "v1_state_pytree_cfg": lambda path: composite(path, ["state", "pytree", "cfg"]),
    "v1_pytree_cfg": lambda path: composite(path, ["pytree", "cfg"], CUSTOM),
    "v1_zeta_alpha": lambda path: composite(path, ["zeta", "alpha", "Beta"]),
    "v0_ema_model": lambda path: old_composite(path, ["model", "ema"]),
    "v0_state_pytree": lambda path: old_composite(path, ["state", "pytree", "default"]),
    "manager": manager,
}


def write(out):
    for name, save in CASES.items():
        directory = out / VERSION / name
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        try:
            save(directory / "ckpt")
        except Exception as e:  # what this version cannot save
            shutil.rmtree(directory)
            print(name, type(e).__name__, str(e).splitlines()[0])
            continue
        # It has the path of this machine.
        for marker in directory.rglob("commit_success.txt"):
            marker.unlink()


def leaf(value):
    if value is None or isinstance(value, (str, int, float, bool)):
        return {"type": type(value).__name__}
    out = {"type": type(value).__name__}
    if getattr(value, "shape", None) is not None:
        out["shape"] = list(value.shape)
    dtype = getattr(value, "dtype", None)
    if dtype is not None:
        out["dtype"] = np.dtype(dtype).name
    sharding = getattr(value, "sharding_metadata", None) or getattr(value, "sharding", None)
    if sharding is not None:
        out["sharding"] = type(sharding).__name__.replace("Metadata", "")
        if getattr(sharding, "partition_spec", None) is not None:
            out["partition_spec"] = [list(p) if isinstance(p, tuple) else p for p in sharding.partition_spec]
    return out


def leaves(value):
    # A metadata of the old API holds the tree itself.
    value = getattr(value, "tree", value)
    flat = jax.tree_util.tree_flatten_with_path(
        value, is_leaf=lambda x: x is None or not isinstance(x, (dict, list, tuple))
    )[0]
    return [
        [[str(getattr(k, "key", getattr(k, "idx", getattr(k, "name", k)))) for k in path], leaf(x)] for path, x in flat
    ]


def answer(ask):
    try:
        got = ask()
    except Exception as e:
        return {"error": type(e).__name__}
    whole = got.metadata
    return {
        "init_timestamp_nsecs": got.init_timestamp_nsecs and str(got.init_timestamp_nsecs),
        "commit_timestamp_nsecs": got.commit_timestamp_nsecs and str(got.commit_timestamp_nsecs),
        "custom_metadata": json.dumps(got.custom_metadata, sort_keys=True),
        "metadata": whole,
    }


def ask(out):
    answers = {}
    for ckpt in sorted(out.glob("*/*/ckpt")):
        places = [ckpt / "12"] if ckpt.parent.name == "manager" else [ckpt]
        for place in places:
            names = sorted(
                p.name
                for p in place.iterdir()
                if p.is_dir() and not p.name.startswith("ocdbt.") and p.name not in ("d", "array_metadatas")
            )
            rows = {}
            for name in ["AUTO", None, *names]:
                got = answer(lambda: METADATA(place, name))
                if "metadata" in got:
                    got["metadata"] = leaves(got["metadata"])
                rows["none" if name is None else name] = got
            everything = answer(lambda: v1.checkpointables_metadata(place))
            if "metadata" in everything:
                everything["metadata"] = {k: leaves(v) for k, v in everything["metadata"].items()}
            rows["checkpointables"] = everything
            answers[str(ckpt.parent.relative_to(out))] = rows
    text = ",\n".join(
        "%s:{\n%s\n}"
        % (
            json.dumps(c),
            ",\n".join(" %s:%s" % (json.dumps(n), json.dumps(a, sort_keys=True)) for n, a in rows.items()),
        )
        for c, rows in answers.items()
    )
    (out / ("answers-%s.json" % VERSION)).write_text("{\n%s\n}\n" % text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["write", "ask"])
    parser.add_argument("out", type=pathlib.Path)
    a = parser.parse_args()
    {"write": write, "ask": ask}[a.what](a.out.resolve())


if __name__ == "__main__":
    main()
    os._exit(0)
