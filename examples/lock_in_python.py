"""The lockfile of a pytree, made where it is saved: numpy and blake3, no Leafsum, the checkpoint is not read.

    checkpointer.save(path, tree)
    pathlib.Path(f"{path}.leafsum.json").write_bytes(lock({"": tree}))

These are the bytes that `leafsum lock --no-stored --no-blocks --no-source` writes for the checkpoint, so that `leafsum
verify` binds what was in memory to what is on disk. `items` has the name of an item's directory and its tree; the name
is "" for a flat checkpoint. Leaves: arrays of NumPy and JAX, PRNG keys, numbers, strings, None and empty containers.
"""

import json

import blake3
import numpy as np

LOW_BITS = {"int4": 15, "uint4": 15, "float4_e2m1fn": 15, "int2": 3, "uint2": 3}  # one byte for each element
EMPTY = {dict: "Dict", list: "List", tuple: "Tuple"}


def text(value):
    """JSON as in RFC 8785: what json escapes is what that escapes, where ensure_ascii is off."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def leaves(node, path=(), types=()):
    """(key path, key types, leaf): key type 1 is an index of a sequence, 2 a key of a dict or a field's name."""
    if isinstance(node, dict):
        children, key_type = node.items(), 2
    elif hasattr(node, "_fields"):
        children, key_type = zip(node._fields, node), 2
    elif isinstance(node, (list, tuple)):
        children, key_type = enumerate(node), 1
    else:
        return [(path, types, node)]
    found = [leaf for key, child in children for leaf in leaves(child, (*path, str(key)), (*types, key_type))]
    return found or ([(path, types, node)] if len(node) == 0 else [])


def record(path, types, leaf):
    """A leaf as the lockfile has it, and its digest; None where it has no content."""
    known, prng_impl = {"key_path": path}, None
    if leaf is None or isinstance(leaf, (dict, list, tuple)):
        word = "None" if leaf is None else "NamedTuple" if hasattr(leaf, "_fields") else EMPTY[type(leaf)]
        return {**known, "value_type": word, "dtype": word, "shape": None, "nbytes": 0, "key_types": types}, None
    if isinstance(leaf, str):
        known.update(value_type="string", dtype="string", shape=None)
        content = leaf.encode()
    else:
        of_jax = type(leaf).__module__.startswith("jax")
        if of_jax and hasattr(leaf, "_base_array"):  # a typed PRNG key: its uint32 array is what is saved
            prng_impl, leaf = leaf.dtype._impl.name, leaf._base_array
        value_type = "jax.Array" if of_jax else "np.ndarray" if isinstance(leaf, np.ndarray) else "scalar"
        array = np.asarray(leaf)
        if array.dtype.kind in "iufc":
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        known.update(value_type=value_type, dtype=array.dtype.name, shape=array.shape)
        content = array.tobytes()
        if array.dtype.name in LOW_BITS:
            content = (np.frombuffer(content, np.uint8) & LOW_BITS[array.dtype.name]).tobytes()
    digest = blake3.blake3(content).hexdigest()
    known.update(nbytes=len(content), digest={"blake3": digest}, key_types=types)
    return {**known, "prng_impl": prng_impl} if prng_impl else known, digest


def fingerprint(kind, lines):
    return blake3.blake3("".join(line + "\n" for line in [f"leafsum1 {kind}", *lines]).encode()).hexdigest()


def lock(items):
    parts, fingerprints = [], []
    for name, tree in sorted(items.items(), key=lambda item: item[0].encode()):
        found = sorted(leaves(tree), key=lambda leaf: [key.encode() for key in leaf[0]])
        records = [record(*leaf) for leaf in found]
        lines = [text([r["key_path"], r["dtype"], r["shape"], "blake3:" + digest]) for r, digest in records if digest]
        fingerprints.append([name if len(items) > 1 else "", "blake3:" + fingerprint("item", lines)])
        rows = "".join(",\n" * (i > 0) + text(r) for i, (r, _) in enumerate(records))
        parts.append(f'{text(name)}:{{"fingerprint":"{fingerprints[-1][1]}","leaves":[\n{rows}\n]}}')
    whole = fingerprint("checkpoint", [text(pair) for pair in fingerprints])
    return f'{{"leafsum":1,"fingerprint":"leafsum1:{whole}","items":{{{",".join(parts)}}}}}\n'.encode()
