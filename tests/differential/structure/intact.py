"""The other way: the same values stored otherwise, and what old versions left, are VERIFIED."""

import base64
import collections
import glob
import gzip
import json
import os
import shutil

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def pairs(work):
    """The re-saved pairs of tests/vectors/pairs.json.gz."""
    with gzip.open(os.path.join(TESTS, "vectors", "pairs.json.gz")) as f:
        document = json.load(f)
    for pair in document["pairs"]:
        paths = []
        for which in ("base", "copy"):
            path = os.path.join(work, "pairs", str(pair["seed"]), which)
            for name, content in pair[which].items():
                target = os.path.join(path, name)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as f:
                    f.write(base64.b64decode(content))
            paths.append(path)
        yield "pair %d, stored %s" % (pair["seed"], pair["stored"]), *paths


def equal_fixtures():
    fixtures = os.path.join(TESTS, "fixtures")
    for file in sorted(glob.glob(os.path.join(fixtures, "**", "damage.json"), recursive=True)):
        with open(file, encoding="utf-8") as f:
            damage = json.load(f)
        if damage.get("accept") == ["equal"] or damage.get("expect") == "equal":
            directory = os.path.dirname(file)
            for base in (
                os.path.join(os.path.dirname(directory), damage["base"], "ckpt"),
                os.path.join(fixtures, damage["base"], "ckpt"),
            ):
                if os.path.isdir(base):
                    yield "fixture " + os.path.relpath(directory, fixtures), base, os.path.join(directory, "ckpt")
                    break


def old_versions():
    fixtures = os.path.join(TESTS, "fixtures")
    for kind in ("legacy", "orbax", "manager", "v1", "multiprocess", "zarr"):
        for path in sorted(glob.glob(os.path.join(fixtures, kind, "**", "ckpt"), recursive=True)):
            if not os.path.exists(os.path.join(os.path.dirname(path), "damage.json")) and "not_merged" not in path:
                yield "intact " + os.path.relpath(os.path.dirname(path), fixtures), path, path


def intact(lanes, work):
    """(how many, how many are refused)"""
    refused = 0
    rows = list(pairs(work)) + list(equal_fixtures()) + list(old_versions())

    def one(lane, numbered):
        number, (name, base, copy) = numbered
        lockfile = os.path.join(work, "intact-%d.json" % number)
        locked = lane.lock(base, lockfile)
        if not os.path.exists(lockfile):
            return "%s: lock: %s" % (name, locked["headline"])
        report = lane.verify(copy, lockfile)
        os.remove(lockfile)
        return None if report["exit_code"] == 0 else "%s: %s %s" % (name, report["headline"], report["findings"][:1])

    for refusal in lanes.map(one, enumerate(rows)):
        if refusal:
            refused += 1
            print("REFUSED " + refusal, flush=True)
    shutil.rmtree(os.path.join(work, "pairs"), ignore_errors=True)
    kinds = collections.Counter(name.split()[0] for name, _, _ in rows)
    print(
        "%d intact (%s), %d refused"
        % (len(rows), ", ".join("%d %s" % (n, kind) for kind, n in kinds.items()), refused),
        flush=True,
    )
    return len(rows), refused
