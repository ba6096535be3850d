"""What a user has without Leafsum: Orbax restores everything, hashlib hashes every leaf. Prints one JSON line.

python orbax_sha256.py CHECKPOINT      seconds without imports, peak memory of the process
"""

import hashlib
import json
import resource
import sys
import time

import jax
import numpy as np
import orbax.checkpoint as ocp

start = time.perf_counter()
checkpointer = ocp.PyTreeCheckpointer()
metadata = checkpointer.metadata(sys.argv[1])
tree = getattr(metadata, 'item_metadata', metadata)
tree = getattr(tree, 'tree', tree)
args = jax.tree.map(lambda _: ocp.RestoreArgs(restore_type=np.ndarray), tree)
restored = checkpointer.restore(sys.argv[1], restore_args=args)
leaves = jax.tree.leaves(restored)
digests = sorted(hashlib.sha256(np.ascontiguousarray(x)).hexdigest() for x in leaves)
seconds = time.perf_counter() - start
print(
    json.dumps(
        {
            'seconds': seconds,
            'peak_rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            'nbytes': sum(x.nbytes for x in leaves),
            'digests': digests,
        }
    )
)
