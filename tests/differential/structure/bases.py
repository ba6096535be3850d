"""Checkpoints of every layout by their real writers, each with a twin: the same, with other values.

    python bases.py DIRECTORY [NAMES...]

writes DIRECTORY/<name>/{ckpt,twin} where they are not yet, and prints a description of each, a line of JSON:

    {"name", "ckpt", "twin", "options": of the manager, "flax": prefix, "kind"}
"""

import collections
import hashlib
import json
import os
import shutil
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

import jax
import numpy as np
import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1
import tensorstore as ts
from kit import msgpack_of, v1_save, write

FIXTURES = os.path.join(here, "..", "..", "fixtures")
Pair = collections.namedtuple("Pair", "mu nu")


def tree(n):
    return {
        "layer": {"kernel": jax.numpy.full((4, 6), n, np.float32), "bias": np.arange(6, dtype=np.float32) + n},
        "ids": np.full(3, n, np.int32),
        "opt": [np.full(2, n, np.float32), np.full(2, n + 1, np.float32)],
        "step": n,
    }


def rich(n):
    return {
        **tree(n),
        "key": jax.random.key(n),
        "rbg": jax.random.key(n, impl="rbg"),
        "name": "text %d" % n,
        "none": None,
        "empty": {},
        "list": [],
        "pair": Pair(np.full(2, n, np.float16), None),
        "tuple": (np.full(1, n, np.int8), [np.full(1, n, np.int16)]),
    }


def sharded(n):
    mesh = jax.sharding.Mesh(np.array(jax.devices()[:4]), ("x",))
    cut = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("x"))
    return {
        "w": jax.device_put(np.arange(64, dtype=np.float32).reshape(8, 8) + n, cut),
        "b": jax.numpy.full(8, n, np.float32),
    }


def flat(tree=tree, **options):
    def make(path, n):
        with ocp.Checkpointer(ocp.PyTreeCheckpointHandler(**options)) as c:
            c.save(path, args=ocp.args.PyTreeSave(tree(n)))

    return make


def many_files(path, n):
    big = {"w": np.arange(3000, dtype=np.float32) + n, "v": np.arange(3000, dtype=np.float64) * n}
    with ocp.Checkpointer(ocp.PyTreeCheckpointHandler()) as c:
        c.save(path, args=ocp.args.PyTreeSave(big, ocdbt_target_data_file_size=2000))


def standard(path, n):
    with ocp.StandardCheckpointer() as c:
        c.save(path, tree(n))


def numbered(path, n):
    flat()(path, n)
    base = "file://" + path + "/"
    store = ts.KvStore.open({"driver": "ocdbt", "base": base}).result()
    old = {key: store[key] for key in store.list().result()}
    for name in ("d", "manifest.ocdbt"):
        (shutil.rmtree if name == "d" else os.remove)(os.path.join(path, name))
    new = ts.KvStore.open({"driver": "ocdbt", "base": base, "config": {"manifest_kind": "numbered"}}).result()
    for key, value in old.items():
        new[key] = value


def composite(**items):
    def make(path, n):
        with ocp.Checkpointer(ocp.CompositeCheckpointHandler()) as c:
            c.save(path, args=ocp.args.Composite(**{name: args(n) for name, args in items.items()}))

    return make


def pytree(n):
    return ocp.args.PyTreeSave(tree(n))


def ema(n):
    return ocp.args.StandardSave({"w": np.full(4, n + 10, np.float32)})


def config(n):
    return ocp.args.JsonSave({"lr": n / 8, "names": ["a", n]})


SPECIAL = {
    "arr": lambda n: ocp.args.ArraySave(jax.numpy.full((2, 3), n, np.float32)),
    "jax_key": lambda n: ocp.args.JaxRandomKeySave(jax.random.key(n)),
    "np_key": lambda n: ocp.args.NumpyRandomKeySave(np.random.RandomState(n).get_state()),
    "cfg": config,
}


def manager(steps, items=None, metrics=False, prefix=None, length=None):
    def make(path, n):
        options = ocp.CheckpointManagerOptions(
            step_prefix=prefix, step_format_fixed_length=length, best_fn=(lambda m: m["loss"]) if metrics else None
        )
        with ocp.CheckpointManager(path, options=options, metadata={"run": n} if metrics else None) as m:
            for step in steps:
                args = (
                    ocp.args.Composite(**{name: one(n + step) for name, one in items.items()})
                    if items
                    else ocp.args.StandardSave(tree(n + step))
                )
                m.save(step, metrics={"loss": 1.0 / (n + step)} if metrics else None, args=args)
            m.wait_until_finished()

    return make


def v1_checkpointables(path, n):
    v1.save_checkpointables(
        path, {"model": tree(n), "ema": {"w": np.full(4, n + 10, np.float32)}, "dataset": {"epoch": n, "files": ["a"]}}
    )


def v1_plain(path, n):
    saving = v1.options.ArrayOptions.Saving
    with v1.Context(array_options=v1.options.ArrayOptions(saving=saving(use_zarr3=True, use_ocdbt=False))):
        v1_save(path, tree(n))


def v1_root(path, n):
    with v1.training.Checkpointer(path) as t:
        for step in (2, 5):
            t.save(step, tree(n + step))


def v1_root_checkpointables(path, n):
    with v1.training.Checkpointer(path) as t:
        for step in (2, 5):
            t.save_checkpointables(step, {"model": tree(n + step), "ema": {"w": np.full(4, n + step, np.float32)}})


def numbers(n):
    return {"layer": {"kernel": np.full((4, 6), n, np.float32)}, "ids": np.full(3, n, np.int32)}


def msgpack(path, n):
    write(os.path.join(path, "checkpoint"), msgpack_of(numbers(n)))


def msgpack_with_leaves(path, n):
    """As Orbax wrote before 0.1.7: leaves in directories, the tree in msgpack."""
    with ocp.Checkpointer(ocp.PyTreeCheckpointHandler(use_ocdbt=False)) as c:
        c.save(path, args=ocp.args.PyTreeSave(numbers(n)))
    for name in ("_METADATA", "_CHECKPOINT_METADATA", "_sharding", "array_metadatas", "commit_success.txt", "ids"):
        at = os.path.join(path, name)
        if os.path.isdir(at):
            shutil.rmtree(at)
        elif os.path.exists(at):
            os.remove(at)
    write(os.path.join(path, "checkpoint"), msgpack_of(numbers(n), lambda keys: keys[0] != "ids"))


def flax_steps(*names):
    def make(path, n):
        for i, name in enumerate(names):
            write(os.path.join(path, name), msgpack_of(numbers(n + i)))

    return make


def bare(zarr3, ocdbt):
    def make(path, n):
        os.makedirs(path, exist_ok=True)
        for name, value in {
            "Conv_0/kernel": np.full((4, 6), n, np.float32),
            "Dense_0/bias": np.arange(6, dtype=np.float32) + n,
            "step": np.full((), n, np.int32),
        }.items():
            place = (
                {"driver": "ocdbt", "base": "file://" + path + "/", "path": name + "/"}
                if ocdbt
                else {"driver": "file", "path": os.path.join(path, name) + "/"}
            )
            ts.open(
                {"driver": "zarr3" if zarr3 else "zarr", "kvstore": place},
                create=True,
                dtype=value.dtype.name,
                shape=value.shape,
            ).result().write(value).result()

    return make


def fixture(name, twin):
    """An old checkpoint; its twin is a new one of the same layout."""

    def make(path, n):
        if n == 1:
            shutil.copytree(os.path.join(FIXTURES, name, "ckpt"), path, symlinks=True)
        else:
            twin(path, n)

    return make


# name: (kind, writer, what a reader is told)
BASES = {
    "flat-zarr2": ("flat", flat(), {}),
    "flat-zarr3": ("flat", flat(use_zarr3=True), {}),
    "flat-plain2": ("flat", flat(use_ocdbt=False), {}),
    "flat-plain3": ("flat", flat(use_ocdbt=False, use_zarr3=True), {}),
    "flat-rich": ("flat", flat(rich), {}),
    "flat-rich-zarr3": ("flat", flat(rich, use_zarr3=True), {}),
    "flat-list": ("flat", flat(lambda n: [np.full(2, n + i, np.float32) for i in range(3)]), {}),
    "flat-sharded": ("flat", flat(sharded), {}),
    "flat-files": ("flat", many_files, {}),
    "flat-numbered": ("flat", numbered, {}),
    "standard": ("flat", standard, {}),
    "step-composite": ("step", composite(model=pytree, cfg=config, ema=ema), {}),
    "step-state": ("step", composite(params=pytree, state=ema), {}),
    "step-special": ("step", composite(model=pytree, **SPECIAL), {}),
    "root-default": ("root", manager((2, 5)), {}),
    "root-prefix": ("root", manager((2, 10), prefix="ckpt"), {"options": {"prefix": "ckpt"}}),
    "root-length": ("root", manager((2, 10), length=4), {"options": {"length": 4}}),
    "root-items": ("root", manager((2, 5), items={"state": pytree, "ema": ema, "config": config}, metrics=True), {}),
    "root-flat": (
        "root",
        lambda path, n: [flat()(os.path.join(path, step), n + int(step)) for step in ("2", "10")],
        {},
    ),
    "v1-save": ("step", lambda path, n: v1_save(path, rich(n)), {}),
    "v1-plain": ("step", v1_plain, {}),
    "v1-checkpointables": ("step", v1_checkpointables, {}),
    "v1-root": ("root", v1_root, {}),
    "v1-root-checkpointables": ("root", v1_root_checkpointables, {}),
    "msgpack": ("flat", msgpack, {}),
    "msgpack-leaves": ("flat", msgpack_with_leaves, {}),
    "flax-steps": ("flax", flax_steps("checkpoint_2", "checkpoint_10"), {}),
    "flax-floats": ("flax", flax_steps("ckpt_0.5", "ckpt_1e1"), {"flax": "ckpt_"}),
    "flax-orbax": (
        "flax",
        lambda path, n: [flat()(os.path.join(path, "checkpoint_%d" % step), n + step) for step in (2, 10)],
        {},
    ),
    "bare-zarr2": ("bare", bare(False, False), {}),
    "bare-zarr3": ("bare", bare(True, False), {}),
    "bare-ocdbt": ("bare", bare(False, True), {}),
    "legacy-0.2.3-default": ("flat", fixture("legacy/orbax-0.2.3/default", msgpack_with_leaves), {}),
    "legacy-0.2.3-ocdbt": ("flat", fixture("legacy/orbax-0.2.3/ocdbt", flat()), {}),
    "legacy-0.2.3-root": ("root", fixture("legacy/orbax-0.2.3/manager", manager((2, 5))), {}),
    "legacy-0.4.8-some": ("flat", fixture("legacy/orbax-0.4.8/aggregate_some", msgpack_with_leaves), {}),
    "legacy-0.4.8-flax": ("flax", fixture("legacy/orbax-0.4.8/flax_legacy_checkpoint", flax_steps("checkpoint_1")), {}),
    "legacy-0.5.10-strings": ("flat", fixture("legacy/orbax-0.5.10/strings", flat(rich)), {}),
    "legacy-0.5.10-root": ("root", fixture("legacy/orbax-0.5.10/manager", manager((2, 5))), {}),
    "legacy-0.8.0": ("flat", fixture("legacy/orbax-0.8.0/default", flat()), {}),
    "legacy-0.11.37-v1": ("step", fixture("legacy/orbax-0.11.37/v1_save_pytree", v1_plain), {}),
    "multiprocess-2x2": ("flat", fixture("multiprocess/plain_2x2", flat(use_ocdbt=False)), {}),
    "multiprocess-2x4": ("flat", fixture("multiprocess/zarr2_2x4", flat(sharded)), {}),
    "multiprocess-root": ("root", fixture("multiprocess/manager_2x2", manager((2, 5))), {}),
}


# The same values in another kind of store: DIRECTORY/<name>/twin-<other> is the other's twin.
OTHERS = {
    "flat-zarr2": ["flat-plain2", "flat-plain3"],
    "flat-zarr3": ["flat-plain3"],
    "flat-plain2": ["flat-zarr2", "flat-plain3"],
    "flat-plain3": ["flat-zarr3", "flat-plain2"],
    "standard": ["flat-plain2"],
    "step-composite": ["flat-plain2"],
    "root-default": ["flat-plain2"],
    "legacy-0.2.3-ocdbt": ["flat-plain2"],
    "legacy-0.8.0": ["flat-plain2"],
    "v1-plain": ["flat-zarr3"],
    "msgpack-leaves": ["flat-zarr2"],
}


# Whose `tree` is written as a msgpack file too: DIRECTORY/<name>/twin-values and own-values hold `checkpoint`.
WITH_VALUES = [
    "flat-zarr2",
    "flat-zarr3",
    "flat-plain2",
    "flat-plain3",
    "flat-numbered",
    "standard",
    "step-composite",
    "v1-plain",
]


def state_of(x):
    """As Flax writes it: a list is a map of its indices."""
    if isinstance(x, dict):
        return {k: state_of(v) for k, v in x.items()}
    return {str(i): state_of(v) for i, v in enumerate(x)} if isinstance(x, list) else x


def made_by():
    """What the directories depend on."""
    text = hashlib.sha256()
    for name in ("bases.py", "kit.py"):
        with open(os.path.join(here, name), "rb") as f:
            text.update(f.read())
    return text.hexdigest()


def make(directory, names=None):
    mark = os.path.join(directory, "made_by")
    if os.path.exists(directory) and not (os.path.exists(mark) and open(mark).read() == made_by()):
        shutil.rmtree(directory)
    write(mark, made_by())
    found = []
    for name in names or BASES:
        kind, writer, told = BASES[name]
        paths = [os.path.join(directory, name, which) for which in ("ckpt", "twin")]
        for n, path in enumerate(paths):
            if not os.path.exists(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.rmtree(path + "-part", ignore_errors=True)
                writer(path + "-part", n + 1)
                os.rename(path + "-part", path)
        for n, which in enumerate(("own", "twin") if name in WITH_VALUES else ()):
            write(os.path.join(directory, name, which + "-values", "checkpoint"), msgpack_of(state_of(tree(n + 1))))
        for other in OTHERS.get(name, []):
            link = paths[1] + "-" + other
            if not os.path.lexists(link):
                os.symlink(os.path.join("..", other, "twin"), link)
        found.append(
            {
                "name": name,
                "kind": kind,
                "ckpt": paths[0],
                "twin": paths[1],
                "options": told.get("options", {}),
                "flax": told.get("flax"),
            }
        )
    return found


if __name__ == "__main__":
    for base in make(sys.argv[1], sys.argv[2:]):
        print(json.dumps(base))
    sys.stdout.flush()
    os._exit(0)
