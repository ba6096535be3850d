"""What the listing peers have in common: one JSON line of what a piece of work gives and takes."""

import json
import resource
import time


def peak_rss():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def tell(work):
    """`work()` gives a function that is not measured and makes a dict of its result; its seconds of wall and processor time, and the peak memory before and after, go with it."""
    before = peak_rss()
    start, processor = time.perf_counter(), time.process_time()
    found = work()
    seconds, processor = time.perf_counter() - start, time.process_time() - processor
    print(
        json.dumps(
            {
                'seconds': seconds,
                'processor': processor,
                'peak_rss': peak_rss(),
                'imports_rss': before,
                **found(),
            }
        )
    )
