"""Stores of very many small things, for listing.

python make_keys.py OUT --keys 1000000      a bare OCDBT store of that many keys, in one transaction of TensorStore
python make_keys.py OUT --leaves 100000     a checkpoint of that many arrays of 64 bytes, saved by Orbax (some minutes)
"""

import argparse
import os

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('out')
parser.add_argument('--keys', type=int)
parser.add_argument('--leaves', type=int)
args = parser.parse_args()
out = os.path.abspath(args.out)

if args.keys is not None:
    import tensorstore as ts

    store = ts.KvStore.open({'driver': 'ocdbt', 'base': 'file://%s/' % out}).result()
    with ts.Transaction() as transaction:
        writer = store.with_transaction(transaction)
        for n in range(args.keys):
            writer['run_%03d/step_%04d/metric_%02d' % (n // 10000, n // 10 % 1000, n % 10)] = b'%d' % n

if args.leaves is not None:
    import numpy as np
    import orbax.checkpoint as ocp

    tree = {}
    for n in range(args.leaves):
        layer = tree.setdefault('block_%d' % (n // 100), {}).setdefault('layer_%d' % (n // 10 % 10), {})
        layer['kernel_%d' % (n % 10)] = np.full((4, 4), n, np.float32)
    ocp.Checkpointer(ocp.PyTreeCheckpointHandler(use_ocdbt=True)).save(out, {'params': tree})
