"""TensorStore lists the keys of an OCDBT store. Prints one JSON line.

    python tensorstore_list.py STORE             seconds without imports: wall and processor time; peak memory
    python tensorstore_list.py STORE --arrays    and reads every array's metadata document, as a list of leaves needs
"""
import hashlib
import json
import os
import resource
import sys
import time

import tensorstore as ts

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
start, processor = time.perf_counter(), time.process_time()
store = ts.KvStore.open({'driver': 'ocdbt', 'base': 'file://%s/' % os.path.abspath(sys.argv[1])}).result()
keys = store.list().result()
arrays = 0
if '--arrays' in sys.argv:
  reads = [store.read(key) for key in keys if key.endswith((b'/.zarray', b'/zarr.json'))]
  arrays = sum(len(json.loads(read.result().value)['shape']) >= 0 for read in reads)
seconds, processor = time.perf_counter() - start, time.process_time() - processor
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({
    'seconds': seconds,
    'processor': processor,
    'peak_rss': peak,
    'imports_rss': before,
    'keys': len(keys),
    'arrays': arrays,
    'sha256': hashlib.sha256(b'\n'.join(sorted(keys))).hexdigest(),
}))
