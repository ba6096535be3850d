"""A core that says VERIFIED whatever it is given: the harness must count a difference where a reader restores something else, end with
an exit code that is not 0, and do neither where nothing was changed.

    python self_test.py WORK
"""

import contextlib
import io
import os
import re
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

import grammar
import lanes
import run

BASE = "flat-plain2"


class Believer(lanes.Lane):
    """The readers are real; `lock` and `verify` find nothing, ever."""

    def lock(self, path, to, source=True, prefix=None):
        with open(to, "w", encoding="utf-8") as f:
            f.write("{}")
        return {"exit_code": 0, "headline": "LOCKED", "findings": []}

    def verify(self, path, lockfile, prefix=None):
        return {"exit_code": 0, "headline": "VERIFIED", "findings": []}


def planted(root, twin, seed):
    """The other checkpoint's values, under the same names; every second time nothing at all."""
    if seed % 2:
        return [["nothing", []]]
    for directory, _, files in os.walk(twin):
        for name in files:
            path = os.path.join(directory, name)
            to = os.path.join(root, os.path.relpath(path, twin))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            with open(path, "rb") as f, open(to, "wb") as g:
                g.write(f.read())
    return [["values of the twin", []]]


def outcome(work, seeds):
    sys.argv = ["run.py", work, "--bases", BASE, "--lanes", "1", "--seeds", *map(str, seeds)]
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        code = run.main()
    found = re.search(r"(\d+) compared, (\d+) differences", text.getvalue())
    return code, found and (int(found[1]), int(found[2])), text.getvalue()


def main(work):
    lanes.Lane = Believer
    grammar.change = planted
    for seeds, expected in (((0, 1), (2, (1, 1))), ((1, 2), (0, (1, 0)))):
        code, counts, text = outcome(work, seeds)
        if (code, counts) != expected or ("DIFFERENCE structure" in text) != (expected[0] != 0):
            print("FAILED: expected exit code and counts %s, got %s\n%s" % (expected, (code, counts), text))
            return 1
    print("the structural harness finds a planted difference")
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    os._exit(code)
