"""What the real readers take: a table of experiments, each a source and the answers of readers.

    python experiments.py [--only WORDS]             a line for each answer that differs from tests/vectors/readers/orbax-<version>.json
    python experiments.py --write                    writes that file
    python experiments.py --table                    prints it as a table

Rows of `src/readers` name these experiments. A letter is a tree of kit.py ("A" has ones, "B" twos ...).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

import readers
from kit import Kit, edit, key_tree, msgpack_of, name_of, tree, write

import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1

VECTORS = os.path.join(here, "..", "..", "vectors", "readers")
PYTREE = "orbax.checkpoint._src.handlers.pytree_checkpoint_handler.PyTreeCheckpointHandler"
STANDARD = "orbax.checkpoint._src.handlers.standard_checkpoint_handler.StandardCheckpointHandler"
JSON = "orbax.checkpoint._src.handlers.json_checkpoint_handler.JsonCheckpointHandler"
ARRAY = "orbax.checkpoint._src.handlers.array_checkpoint_handler.ArrayCheckpointHandler"
DIRECT = ["PyTreeCheckpointer", "StandardCheckpointer"]
V1 = ["v1.load", "v1.load_checkpointables"]
ALL = DIRECT + ["Composite"] + V1 + ["flax"]
ROOT = ["CheckpointManager.latest_step", "CheckpointManager", "v1.training.Checkpointer"]
TABLE = []


def experiment(name, what, asks):
    """`asks`: names of readers, or (label, reader, {how}); `how` may have `at`, a path below the source."""

    def keep(make):
        TABLE.append((name, what, asks, make))
        return make

    return keep


def case(name, what, asks, make):
    TABLE.append((name, what, asks, make))


def j(*parts):
    return os.path.join(*parts)


def handlers(p, value):
    def change(document):
        document["item_handlers"] = value

    edit(j(p, "_CHECKPOINT_METADATA"), change)


def remove(*at):
    path = j(*at)
    shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.remove(path)


def relink(target, *at):
    os.makedirs(os.path.dirname(j(*at)), exist_ok=True)
    os.symlink(target, j(*at))


# ------------------------------------------------- v1 load: which directory


def flat_with(name, n=2, drop=()):
    def make(k, p):
        k.put(k.flat(1), p)
        if name:
            k.put(k.flat(n), p, name)
            for file in drop:
                remove(p, name, file)

    return make


case("flat.plain", "a flat checkpoint", ALL, flat_with(None))
for label, name in {
    "any": "zzz",
    "state": "state",
    "pytree": "pytree",
    "hidden": ".a",
    "d": "d/x",
    "d-itself": "d",
    "process": "ocdbt.process_0",
    "process-below": "ocdbt.process_0/x",
    "array-metadatas": "array_metadatas",
    "metrics": "metrics",
    "auto": "AUTO",
    "journal-name": "_CHECKPOINT_DELETION",
    "step": "9",
    "default": "default",
    "tmp": "zzz.orbax-checkpoint-tmp",
    "two-levels": "x/y",
}.items():
    case("flat.child-" + label, "a flat checkpoint A with a flat checkpoint B in %s/" % name, ALL, flat_with(name))
case(
    "flat.child-metadata-only",
    "a flat checkpoint with only `_METADATA` of B in zzz/",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), os.makedirs(j(p, "zzz")), shutil.copy(j(k.flat(2), "_METADATA"), j(p, "zzz"))),
)
case(
    "flat.child-without-checkpoint-metadata",
    "a flat A with B in zzz/, without B's `_CHECKPOINT_METADATA`",
    ALL,
    flat_with("zzz", drop=["_CHECKPOINT_METADATA"]),
)
case(
    "flat.child-link",
    "a flat A with a link zzz to a directory B elsewhere",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), relink(k.flat(2), p, "zzz")),
)
case(
    "flat.child-link-inside",
    "a flat A with a link zzz to . itself",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), relink(".", p, "zzz")),
)
case(
    "flat.child-link-broken",
    "a flat A with a link zzz to nothing",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), relink("nowhere", p, "zzz")),
)
case(
    "flat.child-metadata-link",
    "a flat A with zzz/_METADATA a link to ../_METADATA",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), relink("../_METADATA", p, "zzz", "_METADATA")),
)
case(
    "flat.child-metadata-directory",
    "a flat A with a directory zzz/_METADATA",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), os.makedirs(j(p, "zzz", "_METADATA"))),
)
case(
    "flat.child-metadata-empty",
    "a flat A with an empty file zzz/_METADATA",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), write(j(p, "zzz", "_METADATA"), "")),
)
case(
    "flat.without-checkpoint-metadata",
    "a flat A without `_CHECKPOINT_METADATA`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), remove(p, "_CHECKPOINT_METADATA")),
)
case(
    "flat.without-metadata",
    "a flat A without `_METADATA`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), remove(p, "_METADATA")),
)
case(
    "flat.without-both-marks",
    "a flat A with neither, B in zzz/",
    ALL,
    lambda k, p: (
        k.put(k.flat(1), p),
        remove(p, "_METADATA"),
        remove(p, "_CHECKPOINT_METADATA"),
        k.put(k.flat(2), p, "zzz"),
    ),
)
case(
    "flat.without-checkpoint-metadata-child",
    "a flat A without `_CHECKPOINT_METADATA`, B in zzz/",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), remove(p, "_CHECKPOINT_METADATA"), k.put(k.flat(2), p, "zzz")),
)
case(
    "flat.v1-marker",
    "a flat A with the marker `orbax.checkpoint`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), write(j(p, "orbax.checkpoint"), "")),
)
case(
    "flat.v1-marker-child",
    "a flat A with the marker, B in zzz/",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), write(j(p, "orbax.checkpoint"), ""), k.put(k.flat(2), p, "zzz")),
)
case(
    "flat.v1-marker-directory",
    "a flat A with a directory `orbax.checkpoint`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), os.makedirs(j(p, "orbax.checkpoint"))),
)
case(
    "flat.parent-checkpoint-metadata",
    "a flat A in a directory with a `_CHECKPOINT_METADATA`",
    [(r, r, {"at": "in"}) for r in ALL],
    lambda k, p: (k.put(k.flat(1), p, "in"), write(j(p, "_CHECKPOINT_METADATA"), "{}")),
)
case(
    "flat.by-name",
    "a flat A, B in zzz/, loaded by name",
    [
        ("None", "v1.load by name", {"name": None}),
        ("zzz", "v1.load by name", {"name": "zzz"}),
        ("d", "v1.load by name", {"name": "d"}),
    ],
    flat_with("zzz"),
)


def composite_with(change=None, **items):
    def make(k, p):
        k.put(k.composite(**items), p)
        if change:
            change(k, p)

    return make


STEP = (
    ["Composite"]
    + V1
    + DIRECT
    + [
        "flax",
        ("at model", "PyTreeCheckpointer", {"at": "model"}),
        ("Composite args", "Composite.args", {"items": ["model"], "args": "pytree"}),
        ("by name", "v1.load by name", {"name": "model"}),
    ]
)
case("auto.order", "composite: model A, cfg B", STEP, composite_with(model=1, cfg=2))
case("auto.json-first", "composite: cfg JSON, model A", STEP, composite_with(model=1, cfg={"lr": 1}))
case("auto.state-first", "composite: aaa A, model C, state B", STEP, composite_with(aaa=1, state=2, model=3))
case("auto.pytree", "composite: aaa A, pytree B, model C", STEP, composite_with(aaa=1, pytree=2, model=3))
case("auto.default", "composite: aaa A, default B", STEP, composite_with(aaa=1, default=2))
case("auto.metrics", "composite: metrics B, model A", STEP, composite_with(metrics=2, model=1))
case("auto.upper", "composite: Zed B, model A (code points)", STEP, composite_with(Zed=2, model=1))
case(
    "auto.planted",
    "composite: model A; .a/ B without a handler",
    STEP,
    composite_with(lambda k, p: k.put(k.flat(2), p, ".a"), model=1),
)


def planted(handler):
    def change(k, p):
        k.put(k.flat(2), p, ".a")
        handlers(p, {"model": PYTREE, ".a": handler})

    return composite_with(change, model=1)


case("auto.planted-with-handler", "composite: model A; .a/ B with a PyTree handler", STEP, planted(PYTREE))
case("auto.planted-unknown-handler", "composite: model A; .a/ B with an unknown handler", STEP, planted("a.b.C"))
case(
    "composite.stray-directory",
    "composite: model A; an empty directory assets/",
    STEP,
    composite_with(lambda k, p: os.makedirs(j(p, "assets")), model=1),
)
case(
    "composite.without-checkpoint-metadata",
    "composite: model A, cfg B without `_CHECKPOINT_METADATA`",
    STEP,
    composite_with(lambda k, p: remove(p, "_CHECKPOINT_METADATA"), model=1, cfg=2),
)
case(
    "composite.checkpoint-metadata-broken",
    "composite: model A, `_CHECKPOINT_METADATA` is no JSON",
    STEP,
    composite_with(lambda k, p: write(j(p, "_CHECKPOINT_METADATA"), "{"), model=1),
)
case(
    "composite.checkpoint-metadata-empty",
    "composite: model A, `_CHECKPOINT_METADATA` is {}",
    STEP,
    composite_with(lambda k, p: write(j(p, "_CHECKPOINT_METADATA"), "{}"), model=1),
)
case(
    "composite.item-link",
    "composite: model a link to model elsewhere",
    STEP,
    composite_with(
        lambda k, p: (os.rename(j(p, "model"), p + "-elsewhere"), relink(p + "-elsewhere", p, "model")), model=1
    ),
)
case(
    "composite.top-metadata",
    "composite: model A, with `_METADATA` of B at the top",
    STEP,
    composite_with(lambda k, p: shutil.copy(j(k.flat(2), "_METADATA"), p), model=1),
)
case(
    "composite.top-flat",
    "composite: model A, with all files of B at the top but `_CHECKPOINT_METADATA`",
    STEP,
    composite_with(
        lambda k, p: [
            k.put(j(k.flat(2), n), p, n) if os.path.isdir(j(k.flat(2), n)) else shutil.copy(j(k.flat(2), n), p)
            for n in os.listdir(k.flat(2))
            if n != "_CHECKPOINT_METADATA"
        ],
        model=1,
    ),
)
case(
    "composite.child-checkpoint-metadata",
    "composite: model A; model has a `_CHECKPOINT_METADATA` too",
    STEP,
    composite_with(lambda k, p: shutil.copy(j(p, "_CHECKPOINT_METADATA"), j(p, "model")), model=1),
)

# ---------------------------------------------------------------- handlers


def swapped(handler, file=None, item="model"):
    def change(k, p):
        handlers(p, {item: handler} if isinstance(handler, str) or handler is None else handler)
        if file:
            write(j(p, item, file), '{"evil": 1}')

    return composite_with(change, **{item: 1})


for label, handler, file, item in [
    ("json-v0", JSON, "metadata", "model"),
    ("json-v1", JSON, "data.json", "model"),
    ("json-no-file", JSON, None, "model"),
    ("state-json", JSON, "metadata", "state"),
    ("standard", STANDARD, None, "model"),
    ("array", ARRAY, None, "model"),
    ("unknown", "a.b.C", None, "model"),
    ("null", None, None, "model"),
    ("string", "x", None, "model"),
    ("proto", "orbax.checkpoint._src.handlers.proto_checkpoint_handler.ProtoCheckpointHandler", None, "model"),
    ("v1-pytree", "orbax.checkpoint.experimental.v1._src.handlers.pytree_handler.PyTreeHandler", None, "model"),
    ("v1-json", "orbax.checkpoint.experimental.v1._src.handlers.json_handler.JsonHandler", "data.json", "model"),
    ("v1-metrics", "orbax.checkpoint.experimental.v1._src.handlers.json_handler.MetricsHandler", "metrics", "model"),
    (
        "jax-key",
        "orbax.checkpoint._src.handlers.random_key_checkpoint_handler.JaxRandomKeyCheckpointHandler",
        None,
        "model",
    ),
    ("v0-name", JSON.replace("checkpoint._src", "checkpoint.v0._src"), "metadata", "model"),
]:
    case(
        "handler." + label,
        "composite: %s A, item_handlers says %s%s"
        % (item, str(handler).split(".")[-1], ", %s/%s is JSON" % (item, file) if file else ""),
        [
            s
            if isinstance(s, str)
            else (s[0], s[1], {k: (item if v == "model" else [item] if v == ["model"] else v) for k, v in s[2].items()})
            for s in STEP
        ],
        swapped(handler, file, item),
    )
case(
    "handler.flat-string",
    "composite: model A, item_handlers is the string of a flat one",
    STEP,
    composite_with(lambda k, p: handlers(p, PYTREE), model=1),
)
case(
    "handler.flat-json",
    "flat A, item_handlers is JSON's, a file `metadata`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), handlers(p, JSON), write(j(p, "metadata"), '{"evil": 1}')),
)
case(
    "handler.flat-unknown",
    "flat A, item_handlers is unknown",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), handlers(p, "a.b.C")),
)
case(
    "handler.flat-dict",
    "flat A, item_handlers is a dict",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), handlers(p, {"model": PYTREE})),
)
case("handler.flat-dict-empty", "flat A, item_handlers is {}", ALL, lambda k, p: (k.put(k.flat(1), p), handlers(p, {})))
case("handler.flat-null", "flat A, item_handlers is null", ALL, lambda k, p: (k.put(k.flat(1), p), handlers(p, None)))
case(
    "handler.named-none-listed",
    "composite: cfg listed only, no directory",
    STEP,
    composite_with(lambda k, p: handlers(p, {"model": PYTREE, "gone": PYTREE}), model=1),
)

# ------------------------------------------------------------- v1 layout

V1_STEP = STEP[:3] + [
    "PyTreeCheckpointer",
    "flax",
    ("state", "v1.load by name", {"name": "state"}),
    ("pytree", "v1.load by name", {"name": "pytree"}),
]
case("v1.save", "v1 save of A", V1_STEP, lambda k, p: k.put(k.v1(1), p))
case(
    "v1.planted-hidden", "v1 save of A, B in .a/", V1_STEP, lambda k, p: (k.put(k.v1(1), p), k.put(k.flat(2), p, ".a"))
)
case(
    "v1.checkpointables",
    "v1 checkpointables: bbb A, aaa B",
    V1_STEP,
    lambda k, p: k.put(k.v1_checkpointables(bbb=1, aaa=2), p),
)
case(
    "v1.planted-state",
    "v1 checkpointables: bbb A, state B planted without handler",
    V1_STEP,
    lambda k, p: (
        k.put(k.v1_checkpointables(bbb=1), p),
        k.put(k.flat(2), p, "state"),
        remove(p, "state", "_CHECKPOINT_METADATA"),
    ),
)
case(
    "v1.without-checkpoint-metadata",
    "v1 save of A without `_CHECKPOINT_METADATA`",
    V1_STEP,
    lambda k, p: (k.put(k.v1(1), p), remove(p, "_CHECKPOINT_METADATA")),
)
case(
    "v1.without-marker",
    "v1 save of A without `orbax.checkpoint`",
    V1_STEP,
    lambda k, p: (k.put(k.v1(1), p), remove(p, "orbax.checkpoint")),
)
case(
    "v1.top-flat",
    "v1 save of A, `_METADATA` of B at the top",
    V1_STEP,
    lambda k, p: (k.put(k.v1(1), p), shutil.copy(j(k.flat(2), "_METADATA"), p)),
)
case(
    "v1.in-a-checkpoint",
    "v1 save of A in a directory with a `_CHECKPOINT_METADATA`",
    [(r, r, {"at": "in"}) for r in V1],
    lambda k, p: (k.put(k.v1(1), p, "in"), write(j(p, "_CHECKPOINT_METADATA"), "{}")),
)


def journal(p, name, valid=True, updated=True):
    original = json.load(open(j(p, "_CHECKPOINT_METADATA")))
    without = {**original, "item_handlers": {n: h for n, h in original["item_handlers"].items() if n != name}}
    write(
        j(p, "_CHECKPOINT_DELETION"),
        json.dumps(
            {
                "operation_id": "0" * 32 if valid else "x",
                "checkpointable_name": name,
                "destination": None,
                "original_metadata": original,
                "updated_metadata": without,
            }
        ),
    )
    if updated:
        write(j(p, "_CHECKPOINT_METADATA"), json.dumps(without))


case(
    "journal.v0-before",
    "composite: aaa B, model A; a journal deletes aaa, handlers as before",
    STEP,
    composite_with(lambda k, p: journal(p, "aaa", updated=False), model=1, aaa=2),
)
case(
    "journal.v0-after",
    "composite: aaa B, model A; a journal deletes aaa, handlers as after",
    STEP,
    composite_with(lambda k, p: journal(p, "aaa"), model=1, aaa=2),
)
case(
    "journal.v1-before",
    "v1 checkpointables: aaa B, bbb A; a journal deletes aaa, handlers as before",
    V1_STEP,
    lambda k, p: (k.put(k.v1_checkpointables(bbb=1, aaa=2), p), journal(p, "aaa", updated=False)),
)
case(
    "journal.v1-after",
    "v1 checkpointables: aaa B, bbb A; a journal deletes aaa, handlers as after",
    V1_STEP,
    lambda k, p: (k.put(k.v1_checkpointables(bbb=1, aaa=2), p), journal(p, "aaa")),
)
case(
    "journal.invalid",
    "v1 checkpointables: aaa B, bbb A; a journal with a bad operation id",
    V1_STEP,
    lambda k, p: (k.put(k.v1_checkpointables(bbb=1, aaa=2), p), journal(p, "aaa", valid=False)),
)
case(
    "journal.flat",
    "flat A; a journal for d",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), write(j(p, "_CHECKPOINT_DELETION"), "{}")),
)
case(
    "journal.root",
    "a root with steps; a journal at the root",
    ROOT + V1,
    lambda k, p: (k.put(k.root({2: 1}), p), write(j(p, "_CHECKPOINT_DELETION"), "{}")),
)


def interrupted(how):
    """A deletion of aaa by v1's `delete` that ends while it removes files; `how(directory)` is what it came to."""

    def make(k, p):
        from orbax.checkpoint.experimental.v1._src.deletion import execution

        async def ends(path, *_, **__):
            how(str(path))
            raise OSError("interrupted")

        k.put(k.v1_checkpointables(bbb=1, aaa=2), p)
        whole, execution.path_utils.delete_path = execution.path_utils.delete_path, ends
        try:
            v1.delete(p, checkpointable_name="aaa")
        except OSError:
            pass
        finally:
            execution.path_utils.delete_path = whole
        assert os.path.exists(j(p, "_CHECKPOINT_DELETION"))

    return make


if hasattr(v1, "delete"):
    for label, what, how in [
        ("before", "before anything is removed", lambda path: None),
        ("half", "when d/ is gone", lambda path: remove(path, "d")),
        ("metadata", "when `_METADATA` is gone", lambda path: remove(path, "_METADATA")),
        ("after", "when the item is gone", lambda path: remove(path)),
    ]:
        case(
            "journal.interrupted-" + label,
            "v1 checkpointables: aaa B, bbb A; v1's delete of aaa ends " + what,
            V1_STEP,
            interrupted(how),
        )

# ------------------------------------------------------------ roots, steps

case("root.plain", "a root with steps 2 A and 5 B", ALL + ROOT, lambda k, p: k.put(k.root({2: 1, 5: 2}), p))
for name in [
    "x_9",
    "step_9",
    "9_9",
    "09",
    "0009",
    "9\n",
    "+9",
    "-9",
    "9.0",
    "1e3",
    "٩",
    "1٩",
    "１２",
    "9 ",
    " 9",
    "9a",
    ".9",
    "9.orbax-checkpoint-tmp",
    "9.orbax-checkpoint-tmp-1",
]:
    case(
        "steps.name-" + json.dumps(name)[1:-1],
        "a root with steps 2 A and 5 B, C as %s" % json.dumps(name),
        ROOT,
        lambda k, p, name=name: (k.put(k.root({2: 1, 5: 2}), p), k.put(j(k.root({9: 3}), "9"), p, name)),
    )
case(
    "steps.link",
    "a root with steps 2 A and 5 B, 9 a link to C elsewhere",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), relink(j(k.root({9: 3}), "9"), p, "9")),
)
case(
    "steps.link-inside",
    "a root with steps 2 A and 5 B, 9 a link to 2",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), relink("2", p, "9")),
)
case(
    "steps.link-broken",
    "a root with steps 2 A and 5 B, 9 a link to nothing",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), relink("nowhere", p, "9")),
)
case(
    "steps.file",
    "a root with steps 2 A and 5 B, a file 9",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), write(j(p, "9"), "")),
)
case(
    "steps.empty",
    "a root with steps 2 A and 5 B, an empty directory 9",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), os.makedirs(j(p, "9"))),
)
case(
    "steps.without-success",
    "a root with steps 2 A and 5 B, 5 without commit_success.txt and `_CHECKPOINT_METADATA`",
    ROOT,
    lambda k, p: (
        k.put(k.root({2: 1, 5: 2}), p),
        remove(p, "5", "_CHECKPOINT_METADATA"),
        [remove(p, "5", n) for n in os.listdir(j(p, "5")) if n == "commit_success.txt"],
    ),
)
case(
    "steps.default-file",
    "a root with step 5, 5/default a file",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), remove(p, "5", "default"), write(j(p, "5", "default"), "")),
)
case(
    "steps.extra-item",
    "a root with step 5 B; 5/.a C with no handler",
    ROOT,
    lambda k, p: (k.put(k.root({2: 1, 5: 2}), p), k.put(k.flat(3), p, "5", ".a")),
)
FORMS = [
    ("prefix ckpt", "CheckpointManager", {"prefix": "ckpt"}),
    ("length 4", "CheckpointManager", {"length": 4}),
    ("prefix and length", "CheckpointManager", {"prefix": "ckpt", "length": 4}),
] + ROOT
case(
    "steps.formats",
    "a root with 2 A, ckpt_3 B, 0004 C, ckpt_0005 D, ckpt_6x E",
    FORMS,
    lambda k, p: (
        k.put(k.root({2: 1}), p),
        [
            k.put(j(k.root({2: n}), "2"), p, name)
            for name, n in {"ckpt_3": 2, "0004": 3, "ckpt_0005": 4, "ckpt_6x": 5}.items()
        ],
    ),
)
case(
    "steps.prefix-pattern",
    "a root with 2 A, c.pt_3 B, cxpt_4 C, read with the prefix c.pt",
    [("prefix c.pt", "CheckpointManager", {"prefix": "c.pt"})],
    lambda k, p: (
        k.put(k.root({2: 1}), p),
        [k.put(j(k.root({2: n}), "2"), p, name) for name, n in {"c.pt_3": 2, "cxpt_4": 3}.items()],
    ),
)
case(
    "steps.flat-in-root",
    "a root with flat steps: 2 A, 5 B",
    ALL + ROOT,
    lambda k, p: (k.put(k.flat(1), p, "2"), k.put(k.flat(2), p, "5")),
)
case(
    "steps.flat-unmarked",
    "a root with flat steps 2 A, 5 B, none with `_CHECKPOINT_METADATA`",
    ALL + ROOT,
    lambda k, p: [
        (k.put(k.flat(n), p, s), remove(p, s, "_CHECKPOINT_METADATA")) for s, n in (("2", 1), ("5", 2), ("10", 3))
    ],
)
case(
    "steps.flat-unmarked-top",
    "the same with a `_CHECKPOINT_METADATA` at the root",
    ALL + ROOT,
    lambda k, p: (
        [(k.put(k.flat(n), p, s), remove(p, s, "_CHECKPOINT_METADATA")) for s, n in (("2", 1), ("5", 2), ("10", 3))]
        + [write(j(p, "_CHECKPOINT_METADATA"), "{}")]
    ),
)
case(
    "steps.in-flat",
    "a flat A with a step 9/default B",
    ALL + ROOT,
    lambda k, p: (k.put(k.flat(1), p), k.put(j(k.root({9: 2}), "9"), p, "9")),
)
case(
    "steps.items",
    "a root with items state and model",
    ROOT + [("args", "CheckpointManager", {"args": "standard", "items": ["model"]})],
    lambda k, p: k.put(k.root({2: 1, 5: 2}, items=("state", "model")), p),
)
case(
    "steps.default-args",
    "a root of default items, with args",
    [("standard", "CheckpointManager", {"args": "standard"}), ("pytree", "CheckpointManager", {"args": "pytree"})],
    lambda k, p: k.put(k.root({2: 1, 5: 2}), p),
)
case(
    "steps.handler-json-args",
    "a root, default's handler is JSON, file metadata",
    ROOT + [("standard", "CheckpointManager", {"args": "standard"})],
    lambda k, p: (
        k.put(k.root({2: 1, 5: 2}), p),
        handlers(j(p, "5"), {"default": JSON}),
        write(j(p, "5", "default", "metadata"), '{"evil": 1}'),
    ),
)
case(
    "steps.v1-root",
    "a root by v1: 2 A, 5 B",
    ALL + ROOT + [("load", "v1.training.Checkpointer", {"name": ""})],
    lambda k, p: k.put(k.v1_root({2: 1, 5: 2}), p),
)
case(
    "steps.v1-root-planted",
    "a root by v1: 5 B; 5/.a C",
    ROOT + [("load", "v1.training.Checkpointer", {"name": ""})],
    lambda k, p: (k.put(k.v1_root({2: 1, 5: 2}), p), k.put(k.flat(3), p, "5", ".a")),
)
case(
    "steps.v1-root-other-name",
    "a root by v1: 5 has other/ in place of its item",
    ROOT + [("load", "v1.training.Checkpointer", {"name": ""})],
    lambda k, p: (
        k.put(k.v1_root({2: 1, 5: 2}), p),
        [os.rename(j(p, "5", n), j(p, "5", "other")) for n in ("state", "pytree") if os.path.isdir(j(p, "5", n))],
    ),
)

# ------------------------------------------------------ msgpack and tree


def msgpack_beside(make_value, to=tree, file="checkpoint", drop=()):
    def make(k, p):
        k.put(k.flat(1), p)
        write(j(p, file), make_value())
        for name in drop:
            remove(p, name)

    return make


ALLP = ALL + [("item", "v1.load by name", {"name": None})]
case(
    "msgpack.values",
    "flat A beside a file `checkpoint` with the values of B",
    ALLP,
    msgpack_beside(lambda: msgpack_of(tree(2))),
)
case(
    "msgpack.one-value",
    "flat A beside `checkpoint`: w of B, b.c a placeholder",
    ALLP,
    msgpack_beside(lambda: msgpack_of(tree(2), lambda path: path[0] == "b")),
)
case(
    "msgpack.placeholders",
    "flat A beside `checkpoint` of placeholders alone",
    ALLP,
    msgpack_beside(lambda: msgpack_of(tree(2), lambda path: True)),
)
case(
    "msgpack.more",
    "flat A beside `checkpoint` with one more leaf",
    ALLP,
    msgpack_beside(lambda: msgpack_of({**tree(2), "z": tree(2)["w"]})),
)
case(
    "msgpack.other-leaf",
    "flat A beside `checkpoint` with other leaves only",
    ALLP,
    msgpack_beside(lambda: msgpack_of({"z": tree(2)["w"]})),
)
case("msgpack.empty", "flat A beside an empty msgpack map", ALLP, msgpack_beside(lambda: b"\x80"))
case("msgpack.broken", "flat A beside a `checkpoint` that is no msgpack", ALLP, msgpack_beside(lambda: b"\xc1"))
case(
    "msgpack.tensorflow",
    "flat A beside TensorFlow's `checkpoint`",
    ALLP,
    msgpack_beside(lambda: b'model_checkpoint_path: "x"\n'),
)
case(
    "msgpack.no-metadata",
    "msgpack `checkpoint` of B and a store A without `_METADATA`",
    ALLP,
    msgpack_beside(lambda: msgpack_of(tree(2)), drop=["_METADATA"]),
)
case(
    "msgpack.numbered",
    "flat A beside a Flax file checkpoint_9 of B",
    ALLP,
    msgpack_beside(lambda: msgpack_of(tree(2)), file="checkpoint_9"),
)
case(
    "msgpack.directory",
    "flat A beside a directory `checkpoint`",
    ALLP,
    lambda k, p: (k.put(k.flat(1), p), os.makedirs(j(p, "checkpoint"))),
)
case(
    "msgpack.alone",
    "msgpack `checkpoint` of B alone",
    ALLP,
    lambda k, p: write(j(p, "checkpoint"), msgpack_of(tree(2))),
)
case(
    "msgpack.alone-child",
    "msgpack `checkpoint` of B, A in zzz/",
    ALLP,
    lambda k, p: (write(j(p, "checkpoint"), msgpack_of(tree(2))), k.put(k.flat(1), p, "zzz")),
)
case(
    "msgpack.in-item",
    "composite: model A with `checkpoint` of B in it",
    STEP,
    composite_with(lambda k, p: write(j(p, "model", "checkpoint"), msgpack_of(tree(2))), model=1),
)

FLAX = ["flax", "PyTreeCheckpointer", "v1.load"]


def flax_files(*names):
    return lambda k, p: [write(j(p, name), msgpack_of(tree(n + 1))) for n, name in enumerate(names)]


for label, names in {
    "numbers": ["checkpoint_2", "checkpoint_10"],
    "float": ["checkpoint_2", "checkpoint_2.5"],
    "negative": ["checkpoint_-1", "checkpoint_-2"],
    "exponent": ["checkpoint_900", "checkpoint_1e3"],
    "plus": ["checkpoint_5", "checkpoint_+9"],
    "word": ["checkpoint_5", "checkpoint_zzz"],
    "word-before": ["checkpoint_5", "checkpoint_AAA"],
    "suffix": ["checkpoint_5", "checkpoint_5x"],
    "suffix-lower": ["checkpoint_5", "checkpoint_3x"],
    "tmp": ["checkpoint_5", "checkpoint_tmp"],
    "digits": ["checkpoint_5", "checkpoint_٩"],
    "gda": ["checkpoint_5", "checkpoint_9_gda"],
    "bare": ["checkpoint_5", "checkpoint"],
    "two-numbers": ["checkpoint_5", "checkpoint_5_9"],
    "dot": ["checkpoint_5", "checkpoint_.9e1"],
    "orbax-tmp": ["checkpoint_5", "checkpoint_9.orbax-checkpoint-tmp-1"],
    "other-prefix": ["checkpoint_5", "ckpt_9"],
    "upper": ["checkpoint_5", "Checkpoint_9"],
    "empty": ["checkpoint_5", "checkpoint_"],
}.items():
    case(
        "flax." + label,
        "Flax files %s" % ", ".join("%s %s" % (name, " ABC"[n + 1]) for n, name in enumerate(names)),
        FLAX,
        flax_files(*names),
    )
case(
    "flax.directory",
    "Flax file checkpoint_5 A, a directory checkpoint_9 of Orbax B",
    FLAX,
    lambda k, p: (flax_files("checkpoint_5")(k, p), k.put(k.flat(2), p, "checkpoint_9")),
)
case(
    "flax.directory-empty",
    "Flax file checkpoint_5 A, an empty directory checkpoint_9",
    FLAX,
    lambda k, p: (flax_files("checkpoint_5")(k, p), os.makedirs(j(p, "checkpoint_9"))),
)
case(
    "flax.link",
    "Flax file checkpoint_5 A, checkpoint_9 a link to B",
    FLAX,
    lambda k, p: (
        flax_files("checkpoint_5")(k, p),
        write(p + "-else", msgpack_of(tree(2))),
        relink(p + "-else", p, "checkpoint_9"),
    ),
)
case(
    "flax.manifest",
    "Flax file checkpoint_5 A beside a manifest.ocdbt",
    FLAX,
    lambda k, p: (flax_files("checkpoint_5")(k, p), shutil.copy(j(k.flat(2), "manifest.ocdbt"), p)),
)
case(
    "flax.other-prefix-argument",
    "Flax files ckpt_2 A, ckpt_10 B, by prefix",
    [("ckpt_", "flax", {"prefix": "ckpt_"}), "flax"],
    flax_files("ckpt_2", "ckpt_10"),
)

# ------------------------------------------------------------- _METADATA


def entries(change):
    def make(k, p):
        k.put(k.flat(1), p)

        def alter(document):
            change(document["tree_metadata"], document)

        edit(j(p, "_METADATA"), alter)

    return make


def entry(path, value_type="None", skip=True, types=None, **more):
    return {
        "key_metadata": [{"key": k, "key_type": t} for k, t in zip(path, types or [2] * len(path))],
        "value_metadata": {"value_type": value_type, "skip_deserialize": skip, **more},
    }


META = DIRECT + ["v1.load"]


def added(name, value):
    return entries(lambda t, d: t.update({name: value}))


case("tree.none-below", "one more None at w.x", META, added("x", entry(["w", "x"])))
case(
    "tree.none-below-first",
    "one more None at w.x, first in the file",
    META,
    entries(lambda t, d: (lambda old: (t.clear(), t.update({"x": entry(["w", "x"])}), t.update(old)))(dict(t))),
)
case(
    "tree.two-below",
    "two more None, at w.x and w.y",
    META,
    entries(lambda t, d: t.update({"x": entry(["w", "x"]), "y": entry(["w", "y"])})),
)
case(
    "tree.array-below",
    "an entry at b.c.w of an array (no data)",
    META,
    added("x", entry(["b", "c", "w"], "jax.Array", False)),
)
case("tree.above", "an entry None at b, above b.c", META, added("x", entry(["b"])))
case("tree.dict-above", "an entry Dict at b, above b.c", META, added("x", entry(["b"], "Dict")))
case("tree.array-above", "an entry jax.Array at b, above b.c", META, added("x", entry(["b"], "jax.Array", False)))
case("tree.same-twice-none", "w once more, as None, last", META, added("x", entry(["w"])))
case(
    "tree.same-twice-none-first",
    "w once more, as None, first",
    META,
    entries(lambda t, d: (lambda old: (t.clear(), t.update({"x": entry(["w"])}), t.update(old)))(dict(t))),
)
case(
    "tree.same-twice-other-data",
    "b.c twice: another name `b.c` as one key",
    META,
    added("x", entry(["b.c"], "np.ndarray", False)),
)
case("tree.none-more", "one more None at z", META, added("x", entry(["z"])))
case("tree.dict-more", "one more Dict at z", META, added("x", entry(["z"], "Dict")))
case(
    "tree.renamed-member",
    "the member's name is another",
    META,
    entries(
        lambda t, d: (lambda old: (t.clear(), t.update({"n%d" % i: v for i, v in enumerate(old.values())})))(dict(t))
    ),
)
case("tree.removed", "the entry of w gone", META, entries(lambda t, d: t.pop("('w',)")))
case("tree.empty", "no entry at all", META, entries(lambda t, d: t.clear()))
case(
    "tree.key-type-3", "w has key type 3", META, entries(lambda t, d: t["('w',)"]["key_metadata"][0].update(key_type=3))
)
case(
    "tree.mixed-keys",
    "w as a sequence key beside dict keys",
    META,
    entries(lambda t, d: t.update({"('w',)": entry(["0"], "jax.Array", False, [1])})),
)
case(
    "tree.skip",
    "w with skip_deserialize",
    META,
    entries(lambda t, d: t["('w',)"]["value_metadata"].update(skip_deserialize=True)),
)
case(
    "tree.skip-none",
    "w as value type None",
    META,
    entries(lambda t, d: t["('w',)"]["value_metadata"].update(value_type="None", skip_deserialize=True)),
)
case(
    "tree.none-not-skipped",
    "w as value type None, not skipped",
    META,
    entries(lambda t, d: t["('w',)"]["value_metadata"].update(value_type="None")),
)
case(
    "tree.dict-not-skipped",
    "w as value type Dict, not skipped",
    META,
    entries(lambda t, d: t["('w',)"]["value_metadata"].update(value_type="Dict")),
)
for value_type in [
    "np.ndarray",
    "scalar",
    "string",
    "List",
    "Tuple",
    "NamedTuple",
    "unknown.Type",
    "",
    "jax.Array",
    "dict",
]:
    case(
        "tree.value-type-" + (value_type or "empty"),
        "w has the value type %r" % value_type,
        META,
        entries(lambda t, d, v=value_type: t["('w',)"]["value_metadata"].update(value_type=v)),
    )
case(
    "tree.value-type-null",
    "w has no value type",
    META,
    entries(lambda t, d: t["('w',)"]["value_metadata"].update(value_type=None)),
)
case(
    "tree.rich",
    "value_metadata_tree of another tree",
    META,
    entries(
        lambda t, d: d.update(
            value_metadata_tree='{"z": {"category": "custom", "clazz": "ValueMetadataEntry", "data": {"value_type": "None", "skip_deserialize": true}}}'
        )
    ),
)
case("tree.use-zarr3", "use_zarr3 true on zarr2 data", META, entries(lambda t, d: d.update(use_zarr3=True)))
case("tree.use-ocdbt-false", "use_ocdbt false on an OCDBT store", META, entries(lambda t, d: d.update(use_ocdbt=False)))
case("tree.use-ocdbt-null", "use_ocdbt null", META, entries(lambda t, d: d.update(use_ocdbt=None)))
case(
    "tree.use-ocdbt-false-plain-beside",
    "use_ocdbt false, the arrays of B in plain directories beside the store",
    META,
    lambda k, p: (
        entries(lambda t, d: d.update(use_ocdbt=False))(k, p),
        k.put(j(k.flat(2, ocdbt=False), "w"), p, "w"),
        k.put(j(k.flat(2, ocdbt=False), "b.c"), p, "b.c"),
    ),
)
case(
    "tree.plain-with-manifest",
    "a plain A (use_ocdbt false in `_METADATA`) with B's OCDBT store beside it",
    META,
    lambda k, p: (
        k.put(k.flat(1, ocdbt=False), p),
        shutil.copy(j(k.flat(2), "manifest.ocdbt"), p),
        k.put(j(k.flat(2), "d"), p, "d"),
    ),
)
case(
    "tree.plain-null-with-manifest",
    "the same without `use_ocdbt`",
    META,
    lambda k, p: (
        k.put(k.flat(1, ocdbt=False), p),
        edit(j(p, "_METADATA"), lambda d: {n: v for n, v in d.items() if n != "use_ocdbt"}),
        shutil.copy(j(k.flat(2), "manifest.ocdbt"), p),
        k.put(j(k.flat(2), "d"), p, "d"),
    ),
)
case(
    "tree.duplicate-member",
    "`_METADATA` with `tree_metadata` twice, the last with w as None",
    META,
    lambda k, p: (
        k.put(k.flat(1), p),
        (lambda text, other: write(j(p, "_METADATA"), text[:-1] + ", \"tree_metadata\": " + other + "}"))(
            open(j(p, "_METADATA")).read(), json.dumps({"x": entry(["w"])})
        ),
    ),
)
case(
    "tree.deep-json",
    "a custom_metadata of 100,000 brackets",
    META,
    lambda k, p: (
        k.put(k.flat(1), p),
        (lambda text: write(j(p, "_METADATA"), text[:-1] + ', "x": ' + "[" * 100000 + "]" * 100000 + "}"))(
            open(j(p, "_METADATA")).read()
        ),
    ),
)
case(
    "tree.nan",
    "a custom_metadata of NaN",
    META,
    lambda k, p: (
        k.put(k.flat(1), p),
        (lambda text: write(j(p, "_METADATA"), text[:-1] + ', "x": NaN}'))(open(j(p, "_METADATA")).read()),
    ),
)


def lists(n):
    import jax
    import numpy as np

    return {"l": [jax.numpy.full(2, n + i, np.float32) for i in range(3)]}


def list_entries(change):
    def make(k, p):
        k.put(k.flat(1, tree=lists), p)
        edit(j(p, "_METADATA"), lambda document: change(document["tree_metadata"]) and None)

    return make


def rekey(old, new):
    def change(t):
        t["('l', '%s')" % old]["key_metadata"][1]["key"] = new

    return list_entries(change)


case("sequence.plain", "a list of three", META, list_entries(lambda t: None))
for new in ["00", "01", " 2", "+2", "2_0", "٢", "-1", "3", "x", "1"]:
    case(
        "sequence.key-" + json.dumps(new)[1:-1],
        "a list of three, the index 2 as %s" % json.dumps(new),
        META,
        rekey("2", new),
    )
case(
    "sequence.twice",
    "a list of three, one more index 00 (None), first",
    META,
    list_entries(
        lambda t: (lambda old: (t.clear(), t.update({"x": entry(["l", "00"], types=[2, 1])}), t.update(old)))(dict(t))
    ),
)
case(
    "sequence.twice-last",
    "a list of three, one more index 00 (None), last",
    META,
    list_entries(lambda t: t.update({"x": entry(["l", "00"], types=[2, 1])})),
)
case(
    "sequence.order",
    "a list of three, entries in reverse",
    META,
    list_entries(lambda t: (lambda old: (t.clear(), t.update(reversed(list(old.items())))))(dict(t))),
)
case("sequence.gap", "a list of three, index 1 gone", META, list_entries(lambda t: t.pop("('l', '1')")))
case(
    "sequence.none-more",
    "a list of three, one more None at 3",
    META,
    list_entries(lambda t: t.update({"x": entry(["l", "3"], types=[2, 1])})),
)
case(
    "sequence.as-dict",
    "a list of three, all as dict keys",
    META,
    list_entries(lambda t: [v["key_metadata"][1].update(key_type=2) for v in t.values()] and None),
)

# -------------------------------------------------- array_metadatas, strings


def keys(change):
    def make(k, p):
        k.put(k.flat(1, tree=key_tree), p)
        change(p)

    return make


def metadatas(p, change, file="process_0"):
    def alter(document):
        return {"array_metadatas": change(document["array_metadatas"])}

    edit(j(p, "array_metadatas", file), alter)


def without(rows):
    return [{"array_metadata": {**r["array_metadata"], "ext_metadata": None}} for r in rows]


def other(rows):
    return [
        {
            "array_metadata": {
                **r["array_metadata"],
                "ext_metadata": {"random_key_impl": "unsafe_rbg"} if r["array_metadata"]["param_name"] == "k" else None,
            }
        }
        for r in rows
    ]


def copied(p, name, change=lambda rows: rows):
    shutil.copy(j(p, "array_metadatas", "process_0"), j(p, "array_metadatas", name))
    metadatas(p, change, name)


case("keys.plain", "a PRNG key", META, keys(lambda p: None))
case("keys.no-file", "array_metadatas gone", META, keys(lambda p: remove(p, "array_metadatas")))
case("keys.empty-directory", "array_metadatas empty", META, keys(lambda p: remove(p, "array_metadatas", "process_0")))
case("keys.empty-list", "array_metadatas: no entries", META, keys(lambda p: metadatas(p, lambda rows: [])))
case("keys.no-mark", "ext_metadata null", META, keys(lambda p: metadatas(p, without)))
case(
    "keys.twice-last-null",
    "each entry twice, the last without a mark",
    META,
    keys(lambda p: metadatas(p, lambda rows: rows + without(rows))),
)
case(
    "keys.twice-first-null",
    "each entry twice, the first without a mark",
    META,
    keys(lambda p: metadatas(p, lambda rows: without(rows) + rows)),
)
case(
    "keys.twice-other",
    "each entry twice, the last with another implementation",
    META,
    keys(lambda p: metadatas(p, lambda rows: rows + other(rows))),
)
case(
    "keys.process-1",
    "process_1 alone",
    META,
    keys(lambda p: os.rename(j(p, "array_metadatas", "process_0"), j(p, "array_metadatas", "process_1"))),
)
case("keys.process-x", "process_x beside", META, keys(lambda p: copied(p, "process_x")))
case("keys.process-tmp", "process_0.tmp beside", META, keys(lambda p: copied(p, "process_0.tmp")))
case(
    "keys.other-file",
    "a file `x` alone",
    META,
    keys(lambda p: os.rename(j(p, "array_metadatas", "process_0"), j(p, "array_metadatas", "x"))),
)
case(
    "keys.other-value-type",
    "k has the value type np.ndarray",
    META,
    keys(
        lambda p: edit(
            j(p, "_METADATA"), lambda d: d["tree_metadata"]["('k',)"]["value_metadata"].update(value_type="np.ndarray")
        )
    ),
)
case(
    "keys.on-plain-array",
    "w marked as a key",
    META,
    keys(
        lambda p: metadatas(
            p,
            lambda rows: [
                {"array_metadata": {**r["array_metadata"], "ext_metadata": {"random_key_impl": "rbg"}}} for r in rows
            ],
        )
    ),
)
case(
    "keys.unknown-impl",
    "an implementation that JAX does not know",
    META,
    keys(
        lambda p: metadatas(
            p,
            lambda rows: [
                {"array_metadata": {**r["array_metadata"], "ext_metadata": {"random_key_impl": "nope"}}} for r in rows
            ],
        )
    ),
)
case(
    "keys.link",
    "array_metadatas a link to a directory elsewhere, without marks",
    META,
    keys(
        lambda p: (
            shutil.move(j(p, "array_metadatas"), p + "-am"),
            edit(j(p + "-am", "process_0"), lambda d: {"array_metadatas": without(d["array_metadatas"])}),
            relink(p + "-am", p, "array_metadatas"),
        )
    ),
)

# -------------------------------------------------------------- the store


def manifest(name, to=None, zarr3=False):
    """A numbered manifest of B beside A's; B's data files too."""

    def make(k, p):
        k.put(k.flat(1), p)
        other = k.put(k.flat(2), p + "-other")
        k.put(j(other, "d"), p, "d")
        if os.path.isdir(j(other, "ocdbt.process_0")):
            k.put(j(other, "ocdbt.process_0"), p, "ocdbt.process_0")
        shutil.copy(j(other, "manifest.ocdbt"), j(p, name))

    return make


case("manifest.replaced", "B's manifest.ocdbt and data files in A", META, manifest("manifest.ocdbt"))
for name in [
    "manifest.0000000000000009",
    "manifest.0000000000000001",
    "manifest.9",
    "manifest.ocdbt.bak",
    "manifest.ocdbt.__lock",
    "manifest.ocdbt~",
]:
    case("manifest.beside-" + name, "B's manifest beside A's, as %s" % name, META, manifest(name))
case(
    "manifest.link",
    "manifest.ocdbt a link to B's",
    META,
    lambda k, p: (manifest("m")(k, p), remove(p, "manifest.ocdbt"), relink("m", p, "manifest.ocdbt")),
)


def numbered(p, source, fresh=True):
    """The store of `source` with numbered manifests, by TensorStore; not `fresh`: as one more version of what is there."""
    import tensorstore as ts

    base = "file://" + p + "/"
    old = {
        key: ts.KvStore.open({"driver": "ocdbt", "base": "file://" + source + "/"}).result()[key]
        for key in ts.KvStore.open({"driver": "ocdbt", "base": "file://" + source + "/"}).result().list().result()
    }
    if fresh:
        for name in ("manifest.ocdbt", "d"):
            remove(p, name)
    new = ts.KvStore.open({"driver": "ocdbt", "base": base, "config": {"manifest_kind": "numbered"}}).result()
    with ts.Transaction() as t:
        for key, value in old.items():
            new.with_transaction(t)[key] = value


def numbered_with(change):
    """A with numbered manifests, then B as a newer version; `change` is given B's manifest."""

    def versions(k, p):
        k.put(k.flat(1), p)
        numbered(p, k.flat(1))
        old = set(os.listdir(p))
        numbered(p, k.flat(2), fresh=False)
        return sorted(n for n in os.listdir(p) if n.startswith("manifest.0") and n not in old)

    def make(k, p):
        # On a busy machine TensorStore writes B in two versions now and then.
        for _ in range(20):
            new = versions(k, p)
            if len(new) == 1:
                return change(p, new[0])
            for name in os.listdir(p):
                remove(p, name)
        raise AssertionError("B was never written as one version")

    return make


case("numbered.newer", "numbered manifests: A, then B", META, numbered_with(lambda p, newest: None))
case("numbered.newer-gone", "B's manifest gone", META, numbered_with(lambda p, newest: remove(p, newest)))
case(
    "numbered.newer-link",
    "B's manifest is a link",
    META,
    numbered_with(lambda p, newest: (os.rename(j(p, newest), j(p, "m")), relink("m", p, newest))),
)
case(
    "numbered.newer-higher",
    "B's manifest as manifest.00000000000000ff",
    META,
    numbered_with(lambda p, newest: os.rename(j(p, newest), j(p, "manifest.00000000000000ff"))),
)
case(
    "numbered.newer-short",
    "B's manifest as manifest.9",
    META,
    numbered_with(lambda p, newest: os.rename(j(p, newest), j(p, "manifest.9"))),
)
case(
    "numbered.top-gone",
    "manifest.ocdbt gone, numbered ones there",
    META,
    numbered_with(lambda p, newest: remove(p, "manifest.ocdbt")),
)
case(
    "numbered.top-of-other",
    "the plain manifest.ocdbt of C",
    META,
    lambda k, p: (
        numbered_with(lambda p, newest: None)(k, p),
        shutil.copy(j(k.flat(3), "manifest.ocdbt"), p),
        k.put(j(k.flat(3), "d"), p, "d"),
    ),
)
case(
    "store.plain-beside",
    "flat A (OCDBT) with B's w/ as a plain directory",
    META
    + [
        ("w", "TensorStore", {"name": "w", "driver": "zarr", "ocdbt": True}),
        ("w plain", "TensorStore", {"name": "w", "driver": "zarr", "ocdbt": False}),
    ],
    lambda k, p: (k.put(k.flat(1), p), k.put(j(k.flat(2, ocdbt=False), "w"), p, "w")),
)
case(
    "store.zarr3-beside",
    "plain zarr2 A with zarr.json of B in w/",
    META
    + [
        ("zarr", "TensorStore", {"name": "w", "driver": "zarr", "ocdbt": False}),
        ("zarr3", "TensorStore", {"name": "w", "driver": "zarr3", "ocdbt": False}),
    ],
    lambda k, p: (k.put(k.flat(1, ocdbt=False), p), k.put(j(k.flat(2, ocdbt=False, zarr3=True), "w"), p, "w")),
)
case(
    "store.process-planted",
    "flat A, ocdbt.process_0 of B with its manifest",
    META + ["Composite", "v1.load_checkpointables"],
    lambda k, p: (
        k.put(k.flat(1), p),
        remove(p, "ocdbt.process_0"),
        k.put(j(k.flat(2), "ocdbt.process_0"), p, "ocdbt.process_0"),
    ),
)
case(
    "store.process-only",
    "flat A without manifest.ocdbt, d/ and `_METADATA`",
    ALL,
    lambda k, p: (k.put(k.flat(1), p), remove(p, "manifest.ocdbt"), remove(p, "d"), remove(p, "_METADATA")),
)
case(
    "store.sharding-gone", "flat A without _sharding", META, lambda k, p: (k.put(k.flat(1), p), remove(p, "_sharding"))
)
case(
    "store.sharding-foreign",
    "flat A with a _sharding that is no JSON",
    META,
    lambda k, p: (k.put(k.flat(1), p), write(j(p, "_sharding"), "x")),
)


def texts(n):
    return {"s": "text %d" % n, "w": tree(n)["w"]}


case(
    "strings.replaced",
    "the strings of B in A",
    META,
    lambda k, p: (k.put(k.flat(1, tree=texts), p), shutil.copy(j(k.flat(2, tree=texts), "_strings.json"), p)),
)
case(
    "strings.gone",
    "_strings.json gone",
    META,
    lambda k, p: (k.put(k.flat(1, tree=texts), p), remove(p, "_strings.json")),
)
case(
    "strings.number",
    "a number in place of a string",
    META,
    lambda k, p: (k.put(k.flat(1, tree=texts), p), write(j(p, "_strings.json"), '{"s": 5}')),
)
case(
    "strings.extra",
    "one more string",
    META,
    lambda k, p: (k.put(k.flat(1, tree=texts), p), write(j(p, "_strings.json"), '{"s": "text 1", "w": "evil"}')),
)
case(
    "strings.link",
    "_strings.json a link to B's",
    META,
    lambda k, p: (
        k.put(k.flat(1, tree=texts), p),
        shutil.copy(j(k.flat(2, tree=texts), "_strings.json"), p + "-s"),
        remove(p, "_strings.json"),
        relink(p + "-s", p, "_strings.json"),
    ),
)


# ---------------------------------------------------------------- running


def answers_of(directory, only=()):
    kit = Kit(directory)
    found = {}
    for number, (name, what, asks, make) in enumerate(TABLE):
        if only and not any(word in name for word in only):
            continue
        found[name] = {"what": what, "answers": {}}
        path = os.path.join(directory, "x%d" % number, "ckpt")
        os.makedirs(path)
        make(kit, path)
        for ask in asks:
            label, reader, how = ask if not isinstance(ask, str) else (ask, ask, {})
            if reader == "flax" and readers.flax_checkpoints is None:
                continue
            how = dict(how)
            at = how.pop("at", "")
            answer = readers.restore(reader, os.path.join(path, at) if at else path, **how)
            found[name]["answers"][label] = (
                name_of(answer["value"]) if "value" in answer else "error " + answer["error"].split(":")[0]
            )
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--only", nargs="*", default=[])
    a = parser.parse_args()
    stdout = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    version = ocp.__version__
    with tempfile.TemporaryDirectory() as directory:
        found = answers_of(directory, a.only)
    file = os.path.join(VECTORS, "orbax-%s.json" % version)
    if a.write:
        os.makedirs(VECTORS, exist_ok=True)
        with open(file, "w", encoding="utf-8") as f:
            json.dump({"orbax": version, "experiments": found}, f, indent=1, ensure_ascii=True)
            f.write("\n")
    if a.table:
        for name, row in found.items():
            print(
                "%s — %s\n    %s" % (name, row["what"], "; ".join("%s: %s" % one for one in row["answers"].items())),
                file=stdout,
            )
    failed = 0
    if not a.write:
        with open(file, encoding="utf-8") as f:
            known = json.load(f)["experiments"]
        for name, row in found.items():
            for label, answer in row["answers"].items():
                wanted = known.get(name, {}).get("answers", {}).get(label)
                if wanted != answer:
                    failed += 1
                    print(
                        "DIFFERENCE experiment %s, %s: %s, the vectors have %s" % (name, label, answer, wanted),
                        file=stdout,
                    )
    asked = sum(len(row["answers"]) for row in found.values())
    print("%d compared, %d differences, in %d of them: experiments" % (asked, failed, failed), file=stdout)
    stdout.flush()
    return 2 if failed else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
