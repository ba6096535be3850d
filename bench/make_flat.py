"""One bfloat16 leaf of any size that takes no room: every chunk is a hard link to the same 16 MiB. For memory and scaling.

python make_flat.py OUT --size-gb 20
"""

import argparse
import os

import numpy as np
import tensorstore as ts

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument('out')
parser.add_argument('--size-gb', type=int, default=20)
args = parser.parse_args()

chunks, rows, columns = args.size_gb * 64, 256, 32768
place = os.path.join(os.path.abspath(args.out), 'w')
array = ts.open(
    {
        'driver': 'zarr',
        'kvstore': {'driver': 'file', 'path': place + '/'},
        'create': True,
        'metadata': {
            'shape': [chunks * rows, columns],
            'chunks': [rows, columns],
            'dtype': '<u2',
            'compressor': {'id': 'zstd', 'level': 1},
        },
    }
).result()
weights = np.random.default_rng(1).standard_normal((rows, columns), dtype=np.float32) * 0.02
array[0:rows].write((weights.view(np.uint32) >> 16).astype(np.uint16)).result()
for chunk in range(1, chunks):
    os.link(os.path.join(place, '0.0'), os.path.join(place, f'{chunk}.0'))
