"""What every reader of contract §11.1 restores: `restore(reader, path, **how)` here, or a process that stays alive:

    python readers.py      one JSON question a line on stdin, one answer a line on stdout

    {"id", "asks": [[label, reader, path, how]]}  ->  {"id", "answers": {label: {"value": summary} | {"error": text}}}

A summary says the tree, the kind of each leaf, dtype, shape and a digest of the content. `jax.Array`, `np.ndarray` and Python
numbers are one class, as they are for a verdict.
"""

import hashlib
import json
import os
import re
import sys
import warnings

os.environ.setdefault("XLA_FLAGS", "--xla_force_host_platform_device_count=8")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("ABSL_MIN_LOG_LEVEL", "3")
warnings.simplefilter("ignore")
import logging

logging.disable(logging.CRITICAL)

import jax
import numpy as np
import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1
import tensorstore as ts
from absl import logging as absl_logging

absl_logging.set_verbosity(absl_logging.FATAL)
jax.config.update("jax_enable_x64", True)
try:
    from flax.training import checkpoints as flax_checkpoints
except ImportError:  # the environment of the older Orbax has none
    flax_checkpoints = None

# 0.11.37 has other names for the same.
v1_load = getattr(v1, "load", None) or v1.load_pytree


# ----------------------------------------------------------- what came back


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:20]


def array_summary(x):
    array = np.asarray(x)
    if array.dtype == object:
        return {"object": repr(x)[:200]}
    return {"array": [str(array.dtype), list(array.shape), digest(array)]}


def summary(x):
    if x is None or isinstance(x, (str, bytes)):
        return {"text": x if isinstance(x, str) else repr(x)} if x is not None else None
    if isinstance(x, ocp.args.Composite):
        return {"dict": summary_of_members(dict(x.items()))}
    if hasattr(x, "_asdict"):
        return {"dict": summary_of_members(x._asdict())}
    if isinstance(x, dict):
        return {"dict": summary_of_members(x)}
    if isinstance(x, (list, tuple)):
        return {type(x).__name__ if type(x) in (list, tuple) else "list": [summary(y) for y in x]}
    if isinstance(x, jax.Array) and jax.dtypes.issubdtype(x.dtype, jax.dtypes.prng_key):
        return {"key": [str(jax.random.key_impl(x)), array_summary(jax.random.key_data(x))["array"]]}
    if isinstance(x, (jax.Array, np.ndarray, np.generic, bool, int, float, complex)):
        return array_summary(x)
    if hasattr(x, "items"):
        return {"dict": summary_of_members(dict(x.items()))}
    return {"object": "%s %s" % (type(x).__name__, re.sub(r"0x[0-9a-f]+", "", repr(x))[:200])}


def summary_of_members(members):
    return {str(key): summary(value) for key, value in sorted(members.items(), key=lambda member: str(member[0]))}


# ------------------------------------------------------------- the readers


def manager(path, prefix=None, length=None, args=None, items=(), step=None):
    options = ocp.CheckpointManagerOptions(step_prefix=prefix, step_format_fixed_length=length)
    with ocp.CheckpointManager(path, options=options) as m:
        step = m.latest_step() if step is None else step
        if step is None:
            return None
        one = {"standard": ocp.args.StandardRestore, "pytree": ocp.args.PyTreeRestore}.get(args)
        asked = None if one is None else ocp.args.Composite(**{name: one() for name in items}) if items else one()
        return m.restore(step, args=asked) if asked is not None else m.restore(step)


def latest_step(path, prefix=None, length=None):
    with ocp.CheckpointManager(
        path, options=ocp.CheckpointManagerOptions(step_prefix=prefix, step_format_fixed_length=length)
    ) as m:
        return "step %s" % m.latest_step()


def trainer(path, prefix=None, length=None, name=None):
    from orbax.checkpoint.experimental.v1._src.path import step as v1_step

    form = v1_step.standard_name_format(step_prefix=prefix, step_format_fixed_length=length)
    with v1.training.Checkpointer(path, step_name_format=form) as t:
        if t.latest is None:
            return None
        if name == "":
            return (getattr(t, "load", None) or t.load_pytree)()
        return t.load_checkpointables()


def by_name(path, name):
    return v1_load(path, checkpointable_name=name)


def composite_args(path, items, args):
    one = {"standard": ocp.args.StandardRestore, "pytree": ocp.args.PyTreeRestore}[args]
    return ocp.Checkpointer(ocp.CompositeCheckpointHandler()).restore(
        path, args=ocp.args.Composite(**{name: one() for name in items})
    )


def flax(path, prefix="checkpoint_"):
    return flax_checkpoints.restore_checkpoint(path, target=None, prefix=prefix)


def tensorstore(path, name, driver, ocdbt):
    base = "file://" + path + "/"
    kvstore = (
        {"driver": "ocdbt", "base": base, "path": name + "/"}
        if ocdbt
        else {"driver": "file", "path": os.path.join(path, name) + "/"}
    )
    return ts.open({"driver": driver, "kvstore": kvstore}, open=True, context=ts.Context()).result().read().result()


READERS = {
    "PyTreeCheckpointer": lambda path: ocp.PyTreeCheckpointer().restore(path),
    "StandardCheckpointer": lambda path: ocp.StandardCheckpointer().restore(path),
    "Composite": lambda path: ocp.Checkpointer(ocp.CompositeCheckpointHandler()).restore(path),
    "Composite.args": composite_args,
    "CheckpointManager": manager,
    "CheckpointManager.latest_step": latest_step,
    "v1.training.Checkpointer": trainer,
    "v1.load": v1_load,
    "v1.load by name": by_name,
    "v1.load_checkpointables": v1.load_checkpointables,
    "flax": flax,
    "TensorStore": tensorstore,
}


def restore(reader, path, **how):
    if reader == "flax" and flax_checkpoints is None:
        return {"error": "no flax"}
    try:
        return {"value": summary(READERS[reader](path, **how))}
    except BaseException as e:  # whatever a directory makes a reader raise
        if isinstance(e, KeyboardInterrupt):
            raise
        cause = e
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return {
            "error": type(e).__name__
            + (" of %s" % type(cause).__name__ if cause is not e else "")
            + ": "
            + str(cause).replace(path, "PATH").splitlines()[0][:160]
            if str(cause)
            else type(e).__name__
        }


def main():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the readers chat is not an answer
    for line in sys.stdin:
        question = json.loads(line)
        answers = {label: restore(reader, path, **how) for label, reader, path, how in question["asks"]}
        out.write(json.dumps({"id": question["id"], "answers": answers}) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
    os._exit(0)
