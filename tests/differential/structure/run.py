"""Changes of structure, read by every reader and verified by Leafsum.

    python run.py WORK [--seeds FIRST END] [--lanes 2] [--minutes N] [--state FILE] [--bases NAMES...] [--all] [--intact]

A case is a seed: a base of bases.py, one to three changes of grammar.py. It fails where `verify` with the base's lockfile exits 0
and a reader restores something else, without an error, than it did from the base; and where `verify` breaks down (70). WORK/bases is kept, WORK/differing/<seed> holds
what fails. `--intact` goes the other way: the same values stored otherwise, and old versions, must be VERIFIED.
`--all` asks the readers where `verify` fails too, to say how many cases readers still read.
"""

import argparse
import collections
import json
import os
import random
import shutil
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)

import asks
import changes
import grammar
from intact import intact
from lanes import Lanes


def copied(base, directory):
    shutil.rmtree(directory, ignore_errors=True)
    root = os.path.join(directory, "ckpt")
    shutil.copytree(base["ckpt"], root, symlinks=True)
    return root


def prepared(lane, base):
    """A base with its lockfile and what each reader restores from it."""
    base = asks.describe(base)
    base["lockfile"] = os.path.join(os.path.dirname(base["ckpt"]), "leafsum.json")
    base["locked"] = lane.lock(base["ckpt"], base["lockfile"], prefix=base["flax"])
    # A lockfile may say which step it is of, or not.
    lane.lock(base["ckpt"], base["lockfile"] + ".no-source", source=False, prefix=base["flax"])
    rows = asks.asks(base, base["ckpt"])
    base["answers"] = lane.read(rows)
    base["known"] = asks.known_of(base["answers"], rows)
    if base["name"].startswith("multiprocess"):
        # Its shardings are of more machines than there are here: what it holds is what can be read without them.
        plain = copied(base, os.path.dirname(base["ckpt"]) + "-plain")
        for directory, _, files in os.walk(plain):
            if "_sharding" in files:
                os.remove(os.path.join(directory, "_sharding"))
        rows = asks.asks(base, plain) + [
            ["Standard at " + i, "StandardCheckpointer", os.path.join(plain, i), {}] for i in base["items"]
        ]
        base["known"] |= asks.known_of(lane.read(rows), rows)
        shutil.rmtree(os.path.dirname(plain))
    return base


def judged(lane, base, root, always=False):
    """(the report of verify, whether readers were asked, differences)"""
    report = lane.verify(root, base["lockfile"], prefix=base["flax"])
    if report["exit_code"] != 0 and not always:
        return report, None, []
    rows = asks.asks(base, root, report.get("step"))
    answers = lane.read(rows)
    return report, answers, asks.differences(base["answers"], answers, rows, base["known"])


def smallest(lane, base, rows, directory):
    """The fewest of the changes that are enough."""
    for count in range(1, len(rows)):
        for start in range(len(rows) - count + 1):
            some = rows[start : start + count]
            root = copied(base, directory)
            try:
                for row in some:
                    changes.apply(row, root, base["twin"])
            except Exception:  # a change that needs the one before it
                continue
            report, _, found = judged(lane, base, root)
            if report["exit_code"] == 0 and found:
                return some, found
    return None, None


def case(lane, seed, bases, work, always):
    base = bases[random.Random(seed).randrange(len(bases))]
    if seed % 2:
        base = {**base, "lockfile": base["lockfile"] + ".no-source"}
    directory = os.path.join(work, "cases", str(seed))
    root = copied(base, directory)
    rows = grammar.change(root, base["twin"], seed)
    if not rows:
        shutil.rmtree(directory)
        return {"seed": seed, "base": base["name"], "exit": None}
    report, answers, found = judged(lane, base, root, always)
    result = {
        "seed": seed,
        "base": base["name"],
        "exit": report["exit_code"],
        "changes": [row[0] for row in rows],
        "read": answers is not None
        and sum("value" in a and not asks.is_nothing(a["value"]) for a in answers.values()) > 0,
        "otherwise": bool(found),
    }
    if report["exit_code"] == 70 or report["exit_code"] == 0 and found:
        some, fewer = smallest(lane, base, rows, directory + "-fewer") if len(rows) > 1 and found else (None, None)
        if some:
            rows, found = some, fewer
        shutil.rmtree(directory + "-fewer", ignore_errors=True)
        result["violation"] = {
            "changes": rows,
            "readers": [[label, asks.what_differs(now, before)] for label, now, before in found],
            "headline": report["headline"],
            "findings": report["findings"],
        }
        kept = os.path.join(work, "differing", str(seed))
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        result["violation"]["kept"] = os.path.relpath(kept)
        with open(os.path.join(directory, "case.json"), "w", encoding="utf-8") as f:
            json.dump({"seed": seed, "base": base["name"], **result["violation"]}, f, indent=1)
        shutil.move(directory, kept)
    else:
        shutil.rmtree(directory)
    return result


def line_of(result):
    v = result["violation"]
    rows = "; ".join(
        "%s %s"
        % (
            name,
            " + ".join(
                " ".join(json.dumps(x)[:70] if x == "" or not isinstance(x, str) else x[:70] for x in p) for p in steps
            ),
        )
        for name, steps in v["changes"]
    )
    text = "DIFFERENCE structure %d, %s: %s | %s | %s" % (
        result["seed"],
        result["base"],
        rows,
        "; ".join("%s: %s" % tuple(r) for r in v["readers"]),
        v["headline"][:160],
    )
    return text.encode("unicode_escape").decode()


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
            f.write(
                "\n## %d x %s (%s)\nseeds %s\n%s\n"
                % (len(ones), changes, readers, " ".join(str(one["seed"]) for one in ones[:8]), line_of(least))
            )


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
    made = subprocess.run(
        [sys.executable, "-B", os.path.join(here, "bases.py"), os.path.join(work, "bases"), *(a.bases or [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
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

    if not (a.state and os.path.exists(a.state)):
        shutil.rmtree(os.path.join(work, "differing"), ignore_errors=True)
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
    asked = (
        "; readers restored something in %d, something else in %d" % (state["read"], state["otherwise"])
        if a.all
        else ""
    )
    print(
        "seeds to %d; exit codes %s; %d could not be changed%s; %d s"
        % (
            state["next"],
            ", ".join("%s: %d" % one for one in sorted(state["exits"].items())),
            state["unchanged"],
            asked,
            time.time() - started,
        )
    )
    print("%d compared, %d differences, in %d of them: structure" % (compared, differing, differing), flush=True)
    return 2 if differing or not compared else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
