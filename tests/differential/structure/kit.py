"""Checkpoints of known values by their real writers, made once and copied: what the experiments are made of.

`tree(n)` is {"b": {"c": [n, n]}, "w": [n, n, n]}; `name_of` says which of them a summary is ("A" for 1, "B" for 2 ...).
"""

import json
import os
import shutil

import readers
import jax
import numpy as np
import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1

v1_save = getattr(v1, "save", None) or v1.save_pytree
LETTERS = " ABCDEFGH"


def tree(n):
    return {"b": {"c": np.full(2, n, np.int32)}, "w": jax.numpy.full(3, n, np.float32)}


def key_tree(n):
    return {"k": jax.random.key(n, impl="rbg"), "w": jax.numpy.full(3, n, np.float32)}


KNOWN = {json.dumps(readers.summary(tree(n))): LETTERS[n] for n in range(1, 9)}


def name_of(value):
    """A summary in few characters; the letter of a tree of the kit."""
    if value is None:
        return "nothing"
    known = KNOWN.get(json.dumps(value))
    if known:
        return known
    tag, content = next(iter(value.items()))
    if tag == "array":
        dtype, shape, digest = content
        return "%s%s#%s" % (dtype, shape, digest[:4])
    if tag == "key":
        return "key<%s>" % content[0]
    if tag == "dict":
        return "{%s}" % ", ".join("%s: %s" % (key, name_of(one)) for key, one in content.items())
    if tag in ("list", "tuple"):
        return "[%s]" % ", ".join(map(name_of, content))
    return json.dumps(content)


class Kit:
    def __init__(self, directory):
        self.directory = directory
        self.made = {}

    def _of(self, name, write):
        """A copy of what `write(path)` has written once."""
        if name not in self.made:
            path = os.path.join(self.directory, "made", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            write(path)
            self.made[name] = path
        return self.made[name]

    def put(self, source, *at):
        shutil.copytree(source, os.path.join(*at), symlinks=True, dirs_exist_ok=True)
        return os.path.join(*at)

    def flat(self, n, ocdbt=True, zarr3=False, tree=tree):
        def write(path):
            with ocp.Checkpointer(ocp.PyTreeCheckpointHandler(use_ocdbt=ocdbt, use_zarr3=zarr3)) as c:
                c.save(path, args=ocp.args.PyTreeSave(tree(n)))

        return self._of("flat-%d-%d-%d-%s" % (n, ocdbt, zarr3, tree.__name__), write)

    def standard(self, n):
        def write(path):
            with ocp.StandardCheckpointer() as c:
                c.save(path, tree(n))

        return self._of("standard-%d" % n, write)

    def composite(self, **items):
        """Of trees by number, and JSON."""

        def write(path):
            with ocp.Checkpointer(ocp.CompositeCheckpointHandler()) as c:
                c.save(
                    path,
                    args=ocp.args.Composite(
                        **{
                            name: ocp.args.PyTreeSave(tree(n)) if isinstance(n, int) else ocp.args.JsonSave(n)
                            for name, n in items.items()
                        }
                    ),
                )

        return self._of(
            "composite-" + "-".join("%s=%s" % (k, v if isinstance(v, int) else "json") for k, v in items.items()), write
        )

    def root(self, steps, prefix=None, length=None, items=()):
        def write(path):
            options = ocp.CheckpointManagerOptions(
                max_to_keep=None, step_prefix=prefix, step_format_fixed_length=length
            )
            with ocp.CheckpointManager(path, options=options) as m:
                for step, n in steps.items():
                    one = ocp.args.StandardSave(tree(n))
                    m.save(step, args=ocp.args.Composite(**{name: one for name in items}) if items else one)
                m.wait_until_finished()

        return self._of(
            "root-%s-%s-%s-%s" % ("-".join("%d=%d" % one for one in steps.items()), prefix, length, "+".join(items)),
            write,
        )

    def v1(self, n):
        return self._of("v1-%d" % n, lambda path: v1_save(path, tree(n)))

    def v1_checkpointables(self, **items):
        return self._of(
            "v1c-" + "-".join("%s=%d" % one for one in items.items()),
            lambda path: v1.save_checkpointables(path, {name: tree(n) for name, n in items.items()}),
        )

    def v1_root(self, steps):
        def write(path):
            with v1.training.Checkpointer(path) as t:
                for step, n in steps.items():
                    (getattr(t, "save", None) or t.save_pytree)(step, tree(n))

        return self._of("v1root-" + "-".join("%d=%d" % one for one in steps.items()), write)


def msgpack_of(value, placeholder=None):
    """The bytes of a msgpack tree as Flax and old Orbax write it; with `placeholder`, names of leaves in place of arrays."""
    import msgpack

    def plain(x, path):
        if isinstance(x, dict):
            return {k: plain(y, path + [k]) for k, y in x.items()}
        if placeholder and placeholder(path):
            return "PLACEHOLDER://" + ".".join(path)
        x = np.asarray(x)
        return msgpack.ExtType(1, msgpack.packb((list(x.shape), x.dtype.name, x.tobytes())))

    return msgpack.packb(plain(value, []), strict_types=True)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(data, str):
        data = data.encode()
    with open(path, "wb") as f:
        f.write(data)


def edit(path, change):
    """`change` alters the JSON document of a file, or gives another."""
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    other = change(document)
    write(path, json.dumps(document if other is None else other))
