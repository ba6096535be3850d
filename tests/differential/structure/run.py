"""Changes of structure, read by every reader and verified by Leafsum.

    python run.py WORK [--seeds FIRST END] [--lanes 2] [--minutes N] [--state FILE] [--bases NAMES...] [--all] [--intact]

A case is a seed: a base of bases.py, one to three changes of grammar.py. It fails where `verify` with the base's lockfile exits 0
and a reader restores something else, without an error, than it did from the base; and where `verify` breaks down (70). WORK/bases is kept, WORK/differing/<seed> holds
what fails. `--intact` goes the other way: the same values stored otherwise, and old versions, must be VERIFIED.
`--all` asks the readers where `verify` fails too, to say how many cases readers still read.
"""
import argparse
import base64
import collections
import concurrent.futures
import glob
import gzip
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import threading
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
TESTS = os.path.join(here, "..", "..")

import asks
import grammar


class Child:
    """A process that answers JSON lines, and is started again when it dies or hangs."""

    def __init__(self, command, timeout):
        self.command, self.timeout, self.process = command, timeout, None
        self.number = 0

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8")
        self.lines = queue.Queue()

        def read(process, lines):
            for line in process.stdout:
                lines.put(line)
            lines.put(None)
        threading.Thread(target=read, args=(self.process, self.lines), daemon=True).start()

    def ask(self, question):
        """The answer; None where there was none."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.number += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.number, **question}) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=self.timeout)
        except (queue.Empty, OSError):
            line = None
        if line is None:
            self.stop()
            return None
        return json.loads(line)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Lane:
    """A set of readers and a Leafsum, for one thread."""

    def __init__(self):
        self.readers = Child([sys.executable, "-B", os.path.join(here, "readers.py")], 120)
        self.leafsum = Child(["node", os.path.join(here, "leafsum.mjs")], 120)

    def read(self, rows):
        answer = self.readers.ask({"asks": rows})
        if answer is not None:
            return answer["answers"]
        # One of them ended the process or hangs: each alone.
        answers = {}
        for row in rows:
            one = self.readers.ask({"asks": [row]})
            answers[row[0]] = one["answers"][row[0]] if one else {"error": "the process ended"}
        return answers

    def lock(self, path, to):
        return self.leafsum.ask({"lock": path, "to": to}) or {"exit_code": 70, "headline": "the process ended", "findings": []}

    def verify(self, path, lockfile):
        return self.leafsum.ask({"verify": path, "with": lockfile}) or {"exit_code": 70, "headline": "the process ended", "findings": []}

    def stop(self):
        self.readers.stop()
        self.leafsum.stop()


class Lanes:
    def __init__(self, count):
        self.free = queue.Queue()
        self.all = [Lane() for _ in range(count)]
        for lane in self.all:
            self.free.put(lane)
        self.pool = concurrent.futures.ThreadPoolExecutor(count)

    def map(self, work, things):
        def one(thing):
            lane = self.free.get()
            try:
                return work(lane, thing)
            finally:
                self.free.put(lane)
        return self.pool.map(one, things)

    def stop(self):
        for lane in self.all:
            lane.stop()


def copied(base, directory):
    shutil.rmtree(directory, ignore_errors=True)
    root = os.path.join(directory, "ckpt")
    shutil.copytree(base["ckpt"], root, symlinks=True)
    return root


def prepared(lane, base):
    """A base with its lockfile and what each reader restores from it."""
    base = asks.describe(base)
    base["lockfile"] = os.path.join(os.path.dirname(base["ckpt"]), "leafsum.json")
    base["locked"] = lane.lock(base["ckpt"], base["lockfile"])
    rows = asks.asks(base, base["ckpt"])
    base["answers"] = lane.read(rows)
    base["known"] = asks.known_of(base["answers"], rows)
    return base


def judged(lane, base, root, always=False):
    """(the report of verify, whether readers were asked, differences)"""
    report = lane.verify(root, base["lockfile"])
    if report["exit_code"] != 0 and not always:
        return report, None, []
    rows = asks.asks(base, root)
    answers = lane.read(rows)
    return report, answers, asks.differences(base["answers"], answers, rows, base["known"])


def smallest(lane, base, rows, directory):
    """The fewest of the changes that are enough."""
    for count in range(1, len(rows)):
        for start in range(len(rows) - count + 1):
            some = rows[start:start + count]
            root = copied(base, directory)
            try:
                for row in some:
                    grammar.apply(row, root, base["twin"])
            except Exception:  # a change that needs the one before it
                continue
            report, _, found = judged(lane, base, root)
            if report["exit_code"] == 0 and found:
                return some, found
    return None, None


def case(lane, seed, bases, work, always):
    base = bases[random.Random(seed).randrange(len(bases))]
    directory = os.path.join(work, "cases", str(seed))
    root = copied(base, directory)
    rows = grammar.change(root, base["twin"], seed)
    if not rows:
        shutil.rmtree(directory)
        return {"seed": seed, "base": base["name"], "exit": None}
    report, answers, found = judged(lane, base, root, always)
    result = {"seed": seed, "base": base["name"], "exit": report["exit_code"], "changes": [row[0] for row in rows],
              "read": answers is not None and sum("value" in a and not asks.is_nothing(a["value"]) for a in answers.values()) > 0, "otherwise": bool(found)}
    if report["exit_code"] == 70 or report["exit_code"] == 0 and found:
        some, fewer = smallest(lane, base, rows, directory + "-fewer") if len(rows) > 1 and found else (None, None)
        if some:
            rows, found = some, fewer
        shutil.rmtree(directory + "-fewer", ignore_errors=True)
        result["violation"] = {"changes": rows, "readers": [[label, asks.what_differs(now, before)] for label, now, before in found], "headline": report["headline"],
                               "findings": report["findings"]}
        kept = os.path.join(work, "differing", str(seed))
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(os.path.join(directory, "case.json"), "w", encoding="utf-8") as f:
            json.dump({"seed": seed, "base": base["name"], **result["violation"]}, f, indent=1)
        shutil.move(directory, kept)
    else:
        shutil.rmtree(directory)
    return result


def line_of(result):
    v = result["violation"]
    changes = "; ".join("%s %s" % (name, " + ".join(" ".join(json.dumps(x)[:70] if not isinstance(x, str) else x[:70] for x in p) for p in steps)) for name, steps in v["changes"])
    return "DIFFERENCE structure %d, %s: %s | %s | %s" % (result["seed"], result["base"], changes, "; ".join("%s: %s" % tuple(r) for r in v["readers"]), v["headline"][:160])


def classes(violations, file):
    kinds = collections.defaultdict(list)
    for one in violations:
        v = one["violation"]
        readers = sorted({label.split(" at ")[0] for label, _ in v["readers"]})
        kinds[" + ".join(name for name, _ in v["changes"]), ", ".join(readers)].append(one)
    with open(file, "w", encoding="utf-8") as f:
        f.write("%d cases in %d kinds\n" % (len(violations), len(kinds)))
        for (changes, readers), ones in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
            least = min(ones, key=lambda one: len(json.dumps(one["violation"]["changes"])))
            f.write("\n## %d x %s (%s)\nseeds %s\n%s\n" % (len(ones), changes, readers, " ".join(str(one["seed"]) for one in ones[:8]), line_of(least)))


# ------------------------------------------------- the other way: what is intact

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
            for base in (os.path.join(os.path.dirname(directory), damage["base"], "ckpt"), os.path.join(fixtures, damage["base"], "ckpt")):
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
    print("%d intact (%s), %d refused" % (len(rows), ", ".join("%d %s" % (n, kind) for kind, n in kinds.items()), refused), flush=True)
    return len(rows), refused


# ---------------------------------------------------------------- running

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work")
    parser.add_argument("--seeds", nargs=2, type=int, default=[0, 150], metavar=("FIRST", "END"))
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--state")
    parser.add_argument("--bases", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--intact", action="store_true")
    parser.add_argument("--classes", help="a file for the kinds of what was found, with their least changes")
    a = parser.parse_args()
    started = time.time()
    work = os.path.abspath(a.work)
    os.makedirs(work, exist_ok=True)
    made = subprocess.run([sys.executable, "-B", os.path.join(here, "bases.py"), os.path.join(work, "bases"), *(a.bases or [])], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if made.returncode:
        print(made.stderr[-2000:])
        return 1
    lanes = Lanes(a.lanes)
    bases = [one for one in lanes.map(prepared, [json.loads(line) for line in made.stdout.splitlines()])]
    compared, differing = 0, 0
    for base in bases:
        if base["locked"]["exit_code"] != 0 or not os.path.exists(base["lockfile"]):
            print("REFUSED base %s: %s %s" % (base["name"], base["locked"]["headline"], base["locked"]["findings"][:1]))
            differing += 1
    usable = [base for base in bases if os.path.exists(base["lockfile"])]
    print("%d bases made, locked and read in %d s" % (len(bases), time.time() - started), flush=True)

    state = {"next": a.seeds[0], "exits": {}, "violations": [], "unchanged": 0, "otherwise": 0, "read": 0}
    if a.state and os.path.exists(a.state):
        with open(a.state, encoding="utf-8") as f:
            state = json.load(f)
    while state["next"] < a.seeds[1] and time.time() - started < a.minutes * 60:
        seeds = range(state["next"], min(a.seeds[1], state["next"] + 50))
        for result in lanes.map(lambda lane, seed: case(lane, seed, usable, work, a.all), seeds):
            if result["exit"] is None:
                state["unchanged"] += 1
                continue
            state["exits"][str(result["exit"])] = state["exits"].get(str(result["exit"]), 0) + 1
            state["otherwise"] += result["otherwise"]
            state["read"] += result["read"]
            if "violation" in result:
                print(line_of(result), flush=True)
                state["violations"].append(result)
        state["next"] = seeds.stop
        if a.state:
            with open(a.state + ".part", "w", encoding="utf-8") as f:
                json.dump(state, f)
            os.replace(a.state + ".part", a.state)
    if a.classes:
        classes(state["violations"], a.classes)
    if a.intact:
        count, refused = intact(lanes, work)
        compared += count
        differing += refused
    lanes.stop()
    shutil.rmtree(os.path.join(work, "cases"), ignore_errors=True)
    compared += sum(state["exits"].values())
    differing += len(state["violations"])
    asked = "; readers restored something in %d, something else in %d" % (state["read"], state["otherwise"]) if a.all else ""
    print("seeds to %d; exit codes %s; %d could not be changed%s; %d s" % (
        state["next"], ", ".join("%s: %d" % one for one in sorted(state["exits"].items())), state["unchanged"], asked, time.time() - started))
    print("%d compared, %d differences, in %d of them: structure" % (compared, differing, differing), flush=True)
    return 2 if differing or not compared else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
