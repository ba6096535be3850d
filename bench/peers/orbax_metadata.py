"""Orbax tells the shape, dtype and sharding of every leaf. Prints one JSON line.

python orbax_metadata.py CHECKPOINT      seconds without imports: wall and processor time; peak memory
"""

import os
import sys

import jax
import orbax.checkpoint as ocp

from measured import tell


def metadata():
    with ocp.StandardCheckpointer() as checkpointer:
        tree = checkpointer.metadata(os.path.abspath(sys.argv[1])).item_metadata.tree
    return lambda: {'leaves': len(jax.tree.leaves(tree))}


tell(metadata)
