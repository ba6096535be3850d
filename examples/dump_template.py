"""Writes the shapes, dtypes and shardings of a pytree of jax.eval_shape (or of arrays) as a template for `leafsum match`.

abstract = jax.eval_shape(lambda: init(jax.random.key(0)))
with open('template.json', 'w') as f: f.write(dump_template(abstract))

leafsum match ckpt template.json
"""

import json


def key_of(entry) -> str:
    """One element of a key path as Orbax names it: a dict's key, an attribute's name, a sequence's index."""
    for name in ('key', 'name', 'idx'):
        if hasattr(entry, name):
            return str(getattr(entry, name))
    return str(entry)


def key_type_of(entry) -> int:
    """1 for an element of a list or tuple, 2 for a dict's key or an attribute: Orbax restores neither into the other."""
    return 1 if hasattr(entry, 'idx') or type(entry).__name__ == 'FlattenedIndexKey' else 2


def sharding_of(leaf):
    """The mesh and the partition spec of a NamedSharding; nothing for others."""
    sharding = getattr(leaf, 'sharding', None)
    if not (hasattr(sharding, 'mesh') and hasattr(sharding, 'spec')):
        return None
    spec = [list(axis) if isinstance(axis, tuple) else axis for axis in sharding.spec]
    return {'mesh': {str(name): int(size) for name, size in sharding.mesh.shape.items()}, 'spec': spec}


def dump_template(tree) -> str:
    import jax

    leaves = []
    for path, leaf in jax.tree_util.tree_flatten_with_path(tree)[0]:
        if not hasattr(leaf, 'shape'):
            leaf = jax.numpy.asarray(leaf)
        entry = {
            'key_path': [key_of(part) for part in path],
            'key_types': [key_type_of(part) for part in path],
            'dtype': str(leaf.dtype),
            'shape': list(leaf.shape),
        }
        sharding = sharding_of(leaf)
        if sharding is not None:
            entry['sharding'] = sharding
        leaves.append(entry)
    return json.dumps({'leafsum_template': 1, 'leaves': leaves})
