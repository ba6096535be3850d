"""TensorStore lists the keys of an OCDBT store. Prints one JSON line.

python tensorstore_list.py STORE      seconds without imports: wall and processor time; peak memory
"""

import hashlib
import os
import sys

import tensorstore as ts

from measured import tell


def keys():
    store = ts.KvStore.open({'driver': 'ocdbt', 'base': 'file://%s/' % os.path.abspath(sys.argv[1])}).result()
    listed = store.list().result()
    return lambda: {'keys': len(listed), 'sha256': hashlib.sha256(b'\n'.join(sorted(listed))).hexdigest()}


tell(keys)
