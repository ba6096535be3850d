"""Makes random cases for the differential tests.

    python make.py OUT --kind trees --seeds 0 60 [--damages 4]

Each case is OUT/<kind>-<seed>/ with `ckpt`, damaged or converted copies beside it, and `case.json`:

    {"kind", "seed", "what", "items": as reference.py reads it, "variants": [{"name", "what", "equal"?, "items"}]}

A seed that Orbax itself cannot save or restore gives `{"refused": why}`.
"""

import argparse
import json
import os
import shutil
import sys
import traceback

os.environ["XLA_FLAGS"] = "--xla_force_host_platform_device_count=8"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("ABSL_MIN_LOG_LEVEL", "3")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import damages
import reader
import reference

READER = reader.Reader()


def case_trees(directory, seed):
    import trees

    root = os.path.join(directory, "ckpt")
    what, again = trees.save(root, seed)
    variants = []
    orbax, items = reference.restored(root), reference.read(root)
    case = {"what": what, "items": orbax}
    if without_errors(orbax) != without_errors(items):
        case["references_differ"] = items
    if again and seed % 3 == 0:
        again(
            os.path.join(directory, "resaved"),
            {
                "use_zarr3": not what["use_zarr3"],
                "use_ocdbt": True,
                "chunk": 500,
                "use_compression": not what["use_compression"],
            },
        )
        variants.append({"name": "resaved", "what": "the same tree, saved otherwise", "items": orbax})
    return case, variants


def without_errors(items):
    return json.loads(json.dumps(items))


def case_zarrs(directory, seed):
    import zarrs

    root = os.path.join(directory, "ckpt")
    what = zarrs.save(root, seed)
    variants = []
    items = reference.read(root)
    if seed % 2:
        reference.copy_to_ocdbt(root, os.path.join(directory, "ocdbt"))
        variants.append(
            {
                "name": "ocdbt",
                "what": "the same keys in one OCDBT database",
                "items": reference.read(os.path.join(directory, "ocdbt")),
            }
        )
    return {"what": what, "items": items}, variants


def hostile_base(root, group):
    """Small and with something of everything that the group's changes touch."""
    if group == "msgpack":
        import msgpack

        array = msgpack.ExtType(1, msgpack.packb(((2,), "float32", bytes(8))))
        damages.write(os.path.join(root, "checkpoint"), msgpack.packb({"w": array, "step": 3}))
    elif group in ("zarr", "blosc"):
        import numcodecs
        import numpy as np
        import zarr
        from zarr.codecs import BytesCodec, ShardingCodec

        ramp = np.arange(16, dtype="<f4").reshape(4, 4)
        zarr.create_array(
            os.path.join(root, "a"),
            data=ramp,
            chunks=(2, 4),
            compressors=numcodecs.Zlib(1),
            zarr_format=2,
            fill_value=0,
        )
        zarr.create_array(
            os.path.join(root, "b"),
            data=np.tile(ramp, (2, 2)),
            chunks=(4, 4),
            compressors=None,
            filters=None,
            fill_value=0,
            zarr_format=3,
            serializer=ShardingCodec(
                chunk_shape=(2, 2), codecs=[BytesCodec()], index_codecs=[BytesCodec(), zarr.codecs.Crc32cCodec()]
            ),
        )
        if group == "blosc":
            zarr.create_array(
                os.path.join(root, "z"),
                data=np.arange(5000, dtype="<u4"),
                chunks=(5000,),
                zarr_format=2,
                fill_value=0,
                compressors=numcodecs.Blosc("lz4", 5, 1, 4096),
            )
    else:
        import numpy as np
        import trees

        g = np.random.default_rng(1)
        trees.save_pytree(
            root,
            {
                "w": np.arange(12, dtype=np.float32).reshape(3, 4),
                "big": g.standard_normal((40, 40)),
                "s": "text",
                "n": None,
                "k": 3,
            },
            {"use_ocdbt": True, "use_zarr3": False, "use_compression": True, "target": None, "chunk": None},
        )


def case_hostile(directory, seed):
    """A seed is a group of hostile.py here."""
    import hostile

    group = list(hostile.GROUPS)[seed]
    root = os.path.join(directory, "ckpt")
    hostile_base(root, group)
    items = reference.read(root) if group != "msgpack" else {}
    rows = [(name, item["kind"]) for name, item in items.items()]
    variants = []
    for i, (what, change) in enumerate(hostile.GROUPS[group]()):
        name = "v%03d" % i
        copy = os.path.join(directory, name)
        shutil.copytree(root, copy)
        change(copy)
        variants.append(
            {"name": name, "what": what, "damaged": True, "hostile": True, "items": READER.read(copy, rows)}
        )
    return {"what": group, "items": items}, variants


KINDS = {"trees": case_trees, "zarrs": case_zarrs, "hostile": case_hostile}


def make(out, kind, seed, count):
    directory = os.path.join(os.path.abspath(out), "%s-%d" % (kind, seed))
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    try:
        case, variants = KINDS[kind](directory, seed)
        rows = [(name, item["kind"]) for name, item in case["items"].items()]
        for name, what in damages.copies(directory, count, seed):
            variants.append(
                {"name": name, "what": what, "damaged": True, "items": READER.read(os.path.join(directory, name), rows)}
            )
        case["variants"] = variants
    except Exception as e:
        case = {"refused": reference.short(e), "trace": traceback.format_exc()[-3000:]}
    case = {"kind": kind, "seed": seed, **case}
    with open(os.path.join(directory, "case.json"), "w", encoding="utf-8") as f:
        json.dump(case, f, indent=1)
    return case


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--seeds", nargs=2, type=int, required=True, metavar=("FIRST", "END"))
    parser.add_argument("--damages", type=int, default=4)
    a = parser.parse_args()
    refused = 0
    for seed in range(*a.seeds):
        case = make(a.out, a.kind, seed, a.damages)
        for line in case["what"].get("refused", []) if isinstance(case.get("what"), dict) else []:
            print("%s %d, the writer refused %s" % (a.kind, seed, line), flush=True)
        if "refused" in case:
            refused += 1
            print("%s %d refused: %s" % (a.kind, seed, case["refused"].splitlines()[0][:200]), flush=True)
        elif "references_differ" in case:
            print("%s %d: Orbax and TensorStore differ" % (a.kind, seed), flush=True)
    print(
        "%s: %d cases made, %d refused by the writer" % (a.kind, a.seeds[1] - a.seeds[0] - refused, refused), flush=True
    )


if __name__ == "__main__":
    main()
    READER.close()
    os._exit(0)  # Orbax's threads of a refused save wait for minutes
