"""TensorStore lists the keys of an OCDBT store. Prints one JSON line.

    python tensorstore_list.py STORE      seconds without imports: wall and processor time; peak memory
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
seconds, processor = time.perf_counter() - start, time.process_time() - processor
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({
    'seconds': seconds,
    'processor': processor,
    'peak_rss': peak,
    'imports_rss': before,
    'keys': len(keys),
    'sha256': hashlib.sha256(b'\n'.join(sorted(keys))).hexdigest(),
}))
