"""python specs.py LINES: opens each spec of specs.mjs with TensorStore, and compares what it reads with the digest beside it.

Prints a line for each difference, then the counts that run.sh adds up.
"""

import json
import sys

import blake3
import numpy as np
import tensorstore as ts

import values

compared = differing = 0
kinds = set()
with open(sys.argv[1], encoding="utf-8") as lines:
    for line in lines:
        row = json.loads(line)
        compared += 1
        kinds.add((row["spec"]["driver"], row["spec"]["kvstore"]["driver"]))
        try:
            array = np.asarray(ts.open(row["spec"], read=True).result().read().result())
            read = [values.dtype_name(array.dtype), list(array.shape), blake3.blake3(values.content(array)).hexdigest()]
        except Exception as e:
            read = [str(e)[:300]]
        if read != [row["dtype"], row["shape"], row["blake3"]]:
            differing += 1
            print("DIFFERENCE specs %s %s: %s" % (row["source"], row["name"], read))
# All four layouts, or less was seen than was meant.
if kinds != {(driver, store) for driver in ("zarr", "zarr3") for store in ("ocdbt", "file")}:
    differing += 1
    print("DIFFERENCE specs: only %s" % sorted(kinds))
print("%d compared, %d differences, in %d of them" % (compared, differing, differing))
