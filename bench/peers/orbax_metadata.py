"""Orbax tells the shape, dtype and sharding of every leaf. Prints one JSON line.

    python orbax_metadata.py CHECKPOINT      seconds without imports: wall and processor time; peak memory
"""
import json
import os
import resource
import sys
import time

import jax
import orbax.checkpoint as ocp

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
start, processor = time.perf_counter(), time.process_time()
with ocp.StandardCheckpointer() as checkpointer:
    tree = checkpointer.metadata(os.path.abspath(sys.argv[1])).item_metadata.tree
    leaves = len(jax.tree.leaves(tree))
seconds, processor = time.perf_counter() - start, time.process_time() - processor
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({
    'seconds': seconds,
    'processor': processor,
    'peak_rss': peak,
    'imports_rss': before,
    'leaves': leaves,
}))
