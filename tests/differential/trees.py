"""Random Orbax checkpoints: `save(path, seed)` writes one and says what it is."""

import random

import jax
import numpy as np
import orbax.checkpoint as ocp
import orbax.checkpoint.experimental.v1 as v1

import values

WORDS = [
    "kernel",
    "bias",
    "scale",
    "embedding",
    "Dense_0",
    "layers",
    "mlp",
    "attn",
    "wq",
    "mu",
    "nu",
    "a b",
    "x.y",
    "αβ",
    "c",
    "0",
    "12",
    "k-v",
    "UP",
    "up",
    "d",
]
ODD = [
    "a/b",
    "/lead",
    "trail/",
    "x//y",
    "quote'",
    'quote"',
    "'\"",
    "back\\slash",
    "new\nline",
    "tab\t",
    "\U0001f680",
    "漢字",
    "é",
    "é",
    ".",
    "trailing.",
    ".zarray",
    "zarr.json",
    "0.0",
    "c",
    "~1",
    "~0",
    "%2F",
    "#",
    "?",
    "",
    " ",
    "(",
    ",",
    "\x01",
    "\x7f",
    "\u2028",
    "manifest.ocdbt",
    "-1",
    "__proto__",
    "constructor",
    "toString",
]
# Keys that a plain directory cannot hold, or that Orbax itself cannot read back from one.
NOT_PLAIN = set("\\\n\t\x01") | {""}


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.g = np.random.default_rng(seed)
        self.devices = np.array(jax.devices())
        self.plain = False
        self.texts, self.numpy_scalars = True, True  # which leaves the layout can hold
        self.odd = self.r.random() < 0.3

    def chance(self, p):
        return self.r.random() < p

    def shape(self):
        rank = self.r.choice([0, 1, 1, 2, 2, 2, 3, 4, 5])
        top = [1, 4000, 70, 17, 8, 5][rank]
        return tuple(self.r.randint(1, top) for _ in range(rank))

    def keys(self, n):
        words = WORDS + (ODD * 2 if self.odd else [])
        if self.plain:
            words = [
                w
                for w in words
                if w
                and not NOT_PLAIN & set(w)
                and not w.startswith("/")
                and not w.endswith("/")
                and "//" not in w
                and w not in (".", ".zarray", "zarr.json", "0", "c", "0.0")
            ]
        picked = []
        for word in self.r.sample(words, min(n, len(words))):
            if word not in picked:
                picked.append(word)
        return picked

    def sharded(self, x):
        axes = [i for i, n in enumerate(x.shape) if n % 2 == 0]
        if not axes:
            return jax.numpy.asarray(x)
        if len(axes) > 1 and self.chance(0.5):
            a, b = self.r.sample(axes, 2)
            m, n = [next(k for k in (4, 2) if x.shape[axis] % k == 0) for axis in (a, b)]
            mesh = jax.sharding.Mesh(
                self.devices[: m * n].reshape(m, n) if m * n <= 8 else self.devices.reshape(4, 2), ("x", "y")
            )
            if x.shape[a] % mesh.shape["x"] or x.shape[b] % mesh.shape["y"]:
                return jax.numpy.asarray(x)
            spec = [None] * x.ndim
            spec[a], spec[b] = "x", "y"
        else:
            axis = self.r.choice(axes)
            n = next(k for k in (8, 4, 2) if x.shape[axis] % k == 0)
            mesh = jax.sharding.Mesh(self.devices[:n], ("x",))
            spec = [None] * x.ndim
            if self.chance(0.85):
                spec[axis] = "x"  # else replicated
        return jax.device_put(x, jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec(*spec)))

    def leaf(self):
        k = self.r.random()
        if k < 0.10:
            return self.r.choice([None, None, {}, [], ()])
        if k < 0.17:
            numbers = [self.r.randint(-(2**62), 2**62), self.r.random(), True, False, -0.0, float("inf"), 0]
            return self.r.choice(numbers + [np.float16(1.5), np.int8(-3), np.uint64(2**64 - 1)] * self.numpy_scalars)
        if k < 0.22 and self.texts:
            return "".join(self.r.choice('abc é漢"\\\n\x00\U0001f600') for _ in range(self.r.randint(0, 12)))
        if k < 0.25 and not self.plain:
            key = jax.random.key(self.r.randint(0, 99), impl=self.r.choice([None, "rbg", "unsafe_rbg"]))
            return jax.random.split(key, self.r.randint(1, 3)) if self.chance(0.5) else key
        name = self.r.choice(values.DTYPES)
        x = values.array_of(self.g, self.shape(), name)
        if self.chance(0.6) and values.dtype_of(name).itemsize <= 4:  # what JAX holds without x64
            return self.sharded(x) if self.chance(0.5) else jax.numpy.asarray(x)
        return np.asfortranarray(x) if self.chance(0.2) else x

    def tree(self, depth):
        if depth == 0 or self.chance(0.15):
            return self.leaf()
        if self.chance(0.75):
            return {key: self.tree(depth - 1) for key in self.keys(self.r.randint(1, 5))}
        items = [self.tree(depth - 1) for _ in range(self.r.randint(1, 4))]
        return items if self.chance(0.5) else tuple(items)

    def root(self):
        """Always with one array at least: Orbax refuses trees without."""
        names = self.keys(3) if self.odd and self.chance(0.5) else ["root%d" % i for i in range(self.r.randint(1, 4))]
        return {"w": np.arange(self.r.randint(1, 9), dtype=np.float32), **{name: self.tree(3) for name in names}}

    def many(self):
        n = self.r.choice([150, 400, 900])
        return {
            "g%02d" % (i % 17): {
                "w%04d" % j: values.random_values(self.g, (self.r.randint(1, 3),), "int16") for j in range(i, n, 17)
            }
            for i in range(17)
        }


def names_of(tree):
    """The parameter names: Orbax cannot hold two leaves of one name."""
    paths = jax.tree_util.tree_flatten_with_path(tree)[0]
    return [".".join(str(getattr(k, "key", getattr(k, "idx", k))) for k in path).rstrip("/") for path, _ in paths]


def clash(names):
    """Whether two arrays would share a key or, in plain directories, a file and a directory a name."""
    if len(set(names)) < len(names):
        return True
    inside = [n + "/" for n in names]
    return any(a != b and b.startswith(a) for a in inside for b in inside) if len(names) < 80 else False


def options(maker):
    r = maker.r
    o = {
        "use_ocdbt": r.random() < 0.75,
        "use_zarr3": r.random() < 0.5,
        "use_compression": r.random() < 0.8,
        "target": r.choice([None, None, 2000, 50000]),
        "chunk": r.choice([None, None, 64, 500, 4000]),
    }
    if not o["use_ocdbt"]:
        o["target"] = None
        o["chunk"] = o["chunk"] and 4000
    return o


def save_pytree(path, tree, o):
    chunk = o["chunk"]
    arguments = jax.tree_util.tree_map(lambda _: ocp.SaveArgs(chunk_byte_size=chunk), tree) if chunk else None
    with ocp.Checkpointer(
        ocp.PyTreeCheckpointHandler(**{k: o[k] for k in ("use_ocdbt", "use_zarr3", "use_compression")})
    ) as c:
        c.save(path, args=ocp.args.PyTreeSave(tree, save_args=arguments, ocdbt_target_data_file_size=o["target"]))


def pick_tree(maker, make):
    for _ in range(50):
        tree = make()
        if not clash(names_of(tree)):
            return tree
    raise ValueError("no tree without clashes")


def flat(path, maker):
    o = options(maker)
    maker.plain = not o["use_ocdbt"]
    many = maker.chance(0.08) and o["use_ocdbt"]
    tree = pick_tree(maker, maker.many if many else maker.root)
    save_pytree(path, tree, o)
    return {"layout": "flat", **o, "many": many}, lambda other, change: save_pytree(other, tree, {**o, **change})


def standard(path, maker):
    maker.texts = False
    tree = pick_tree(maker, lambda: {"a": maker.root(), "step": 3})
    with ocp.StandardCheckpointer() as c:
        c.save(path, tree)
    return {"layout": "standard"}, None


def manager(path, maker):
    r = maker.r
    zarr3, metrics = maker.chance(0.5), maker.chance(0.5)
    options_ = ocp.CheckpointManagerOptions(
        max_to_keep=4,
        best_fn=(lambda m: m["loss"]) if metrics else None,
        step_prefix=r.choice([None, None, "ckpt"]),
        step_format_fixed_length=r.choice([None, 8]),
    )
    single = maker.chance(0.3)
    handlers = None if single else {"state": ocp.PyTreeCheckpointHandler(use_zarr3=zarr3, use_ocdbt=maker.chance(0.8))}
    names = None if single else ("state", "config", "arr", "jax_key", "np_key")
    maker.odd = maker.odd and maker.chance(0.3)
    maker.plain, maker.texts = True, not single
    with ocp.CheckpointManager(
        path,
        options=options_,
        metadata={"run": 1} if maker.chance(0.4) else None,
        item_names=names,
        item_handlers=handlers,
    ) as m:
        for step in sorted(r.sample(range(2000), r.randint(1, 3))):
            loss = {"loss": float("nan") if maker.chance(0.1) else r.random()}
            if single:
                arguments = ocp.args.StandardSave(pick_tree(maker, maker.root))
            else:
                arguments = ocp.args.Composite(
                    state=ocp.args.PyTreeSave(pick_tree(maker, maker.root)),
                    config=ocp.args.JsonSave({"lang": "é\U0001f600", "lr": r.random(), "n": [1, None, True]}),
                    arr=ocp.args.ArraySave(
                        jax.numpy.asarray(values.random_values(maker.g, (3, r.randint(1, 5)), "float32"))
                    ),
                    jax_key=ocp.args.JaxRandomKeySave(jax.random.key(step)),
                    np_key=ocp.args.NumpyRandomKeySave(np.random.RandomState(step).get_state()),
                )
            m.save(step, metrics=loss if metrics else None, args=arguments)
        m.wait_until_finished()
    return {"layout": "manager", "use_zarr3": zarr3, "single": single, "metrics": metrics}, None


def first_version(path, maker):
    r = maker.r
    o = options(maker)
    maker.plain, maker.numpy_scalars = not o["use_ocdbt"], False
    saving = v1.options.ArrayOptions.Saving
    context = v1.Context(
        array_options=v1.options.ArrayOptions(
            saving=saving(
                use_zarr3=o["use_zarr3"],
                use_ocdbt=o["use_ocdbt"],
                use_compression=o["use_compression"],
                ocdbt_target_data_file_size=o["target"],
                storage_options=saving.StorageOptions(chunk_byte_size=o["chunk"]),
            )
        )
    )
    with context:
        if maker.chance(0.5):
            v1.save(path, pick_tree(maker, maker.root), custom_metadata={"who": "v1"} if maker.chance(0.5) else None)
            return {"layout": "v1 save", **o}, None
        v1.save_checkpointables(
            path,
            {
                "state": pick_tree(maker, maker.root),
                "ema": pick_tree(maker, maker.root),
                "dataset": {"epoch": r.randint(0, 9), "files": ["a", "\U0001f600"]},
            },
        )
    return {"layout": "v1 checkpointables", **o}, None


LAYOUTS = [flat] * 12 + [standard] + [manager] * 3 + [first_version] * 4


def save(path, seed):
    """Writes a checkpoint; gives its description and, for some, a function that saves the same tree otherwise."""
    maker = Maker(seed)
    return maker.r.choice(LAYOUTS)(path, maker)
