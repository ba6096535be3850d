"""TensorStore reads every array of an OCDBT checkpoint, blake3 hashes it. Prints one JSON line.

python tensorstore_blake3.py CHECKPOINT      seconds without imports, peak memory of the process
"""

import json
import os
import resource
import sys
import time

import blake3
import numpy as np
import tensorstore as ts

start = time.perf_counter()
store = {'driver': 'ocdbt', 'base': 'file://%s/' % os.path.abspath(sys.argv[1])}
keys = [key.decode() for key in ts.KvStore.open(store).result().list().result()]
driver = 'zarr3' if any(key.endswith('zarr.json') for key in keys) else 'zarr'
nbytes, digests = 0, []
for name in sorted({key.rsplit('/', 1)[0] for key in keys if key.endswith(('.zarray', 'zarr.json'))}):
    array = ts.open({'driver': driver, 'kvstore': {**store, 'path': name + '/'}}, open=True).result().read().result()
    nbytes += array.nbytes
    digests.append(blake3.blake3(np.ascontiguousarray(array).reshape(-1).view(np.uint8)).hexdigest())
print(
    json.dumps(
        {
            'seconds': time.perf_counter() - start,
            'peak_rss': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            'nbytes': nbytes,
            'digests': sorted(digests),
        }
    )
)
