"""Mutation testing of what judges: tests/campaigns/mutation.sh says how it is run.

    python3 run.py [--files PART...] [--fresh] [--sample N] [--own] [--list]

Every mutant of FILES is in one build (schemata.py); a mutant is killed when a unit test that reaches it fails, crashes or does not end.
build/mutation/results.json keeps what came out, and the next run goes on from there: a mutant that was killed is not run again unless
its file changed. equivalent.txt lists mutants that no test can tell from the original, with the reason. The exit code is 1 where fewer
than 90 % of the others are killed, where one of the list was killed, or where the list names none.
"""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.dirname(here)]

import listed
import mutants
import tree

# What is mutated, and the unit tests that may reach it, quick ones first.
FILES = {
    "src/report/verdict.cc": ["report", "verify"],
    "src/report/finding.cc": ["report", "evidence", "verify"],
    "src/report/finding_list.cc": ["report", "evidence", "verify"],
    "src/evidence/compare.cc": ["evidence", "verify"],
    "src/evidence/difference_text.cc": ["evidence", "verify"],
    "src/content/compare_runner.cc": ["content", "verify"],
    "src/content/value_compare.cc": ["content", "verify"],
    **{
        f"src/readers/{name}.cc": ["readers", "verify"]
        for name in (
            "closed_world",
            "companion",
            "directory_set",
            "entry_points",
            "flax_bytes",
            "handlers",
            "links",
            "rich_tree",
            "source",
            "steps",
            "tree",
        )
    },
}
WANTED = 0.9


class Mutant:
    def __init__(self, key, file, site, choice):
        self.key, self.file, self.site, self.choice = key, file, site, choice
        self.number = 0
        self.state = None  # killed, survived, unreached, does not compile


def all_mutants(clang, files):
    """The mutants of the files, and what schemata.py needs to write them."""
    found, parts = [], {}
    for file in files:
        with open(file, "rb") as handle:
            source = handle.read()
        sites = tree.kept("sites", file, source, lambda: mutants.find(clang, file))
        parts[file] = (source, sites)
        seen = collections.Counter()
        for at, site in enumerate(sites):
            text = " ".join(source[site.begin : site.end].decode().split())
            text = text if len(text) <= 70 else text[:45] + " ... " + text[-20:]
            for choice, (change, _) in enumerate(site.choices):
                key = f"{file} {site.function}: {change}: {text}"
                seen[key] += 1
                if seen[key] > 1:
                    key += f"  #{seen[key]}"
                found.append(Mutant(key, file, at, choice))
    return found, parts


def limits(seconds):
    def set_limits():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return set_limits


def run_tests(binary, number, seconds, reached=None):
    """True where the tests pass."""
    environment = {**os.environ, "LEAFSUM_MUTANT": str(number)}
    if reached:
        environment["LEAFSUM_REACHED"] = reached
    try:
        done = subprocess.run(
            [binary, *([] if reached else ["--abort"])],
            env=environment,
            preexec_fn=limits(seconds),
            timeout=60 + 20 * seconds,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def baseline(binaries):
    """What each binary reaches, and how many seconds of the processor it may take."""
    reached, seconds = {}, {}
    for name, binary in binaries.items():
        file, before = f"{tree.WORK}/reached.{name}", resource.getrusage(resource.RUSAGE_CHILDREN)
        if not run_tests(binary, 0, 3600, file):
            sys.exit(f"unit_{name} fails without a mutant")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds[name] = int(10 * (after.ru_utime - before.ru_utime)) + 3
        with open(file) as handle:
            reached[name] = {int(line) for line in handle}
    return reached, seconds


def judge(mutant, binaries, reached, seconds):
    state = "unreached"
    for name in FILES[mutant.file]:
        if mutant.number not in reached[name]:
            continue
        state = "survived"
        if not run_tests(binaries[name], mutant.number, seconds[name]):
            return "killed"
    return state


def report(found, equivalent):
    tables = collections.defaultdict(collections.Counter)
    for mutant in found:
        tables[mutant.file][
            "equivalent" if mutant.key in equivalent and mutant.state != "killed" else mutant.state
        ] += 1
    total = collections.Counter()
    print("| file | mutants | killed | survived | reached by no test | equivalent | killed of those that count |")
    print("|---|---|---|---|---|---|---|")
    for file, counts in [*tables.items(), ("all", total)]:
        if file != "all":
            total.update(counts)
        counted = counts["killed"] + counts["survived"] + counts["unreached"]
        print(
            f"| `{file}` | {counted + counts['equivalent']} | {counts['killed']} | {counts['survived']} | {counts['unreached']} | "
            f"{counts['equivalent']} | {100 * counts['killed'] / max(counted, 1):.1f} % |"
        )
    return total["killed"] / max(total["killed"] + total["survived"] + total["unreached"], 1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", nargs="*", default=[""], help="only files with one of these in their names")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--sample", type=int, help="only N mutants, the same ones for the same N")
    parser.add_argument("--own", action="store_true", help="only by the unit tests of the file's own room")
    parser.add_argument("--list", action="store_true", help="name what was not killed")
    arguments = parser.parse_args()
    if arguments.own:
        for file in FILES:
            FILES[file] = [file.split("/")[1]]
    files = [file for file in FILES if any(part in file for part in arguments.files)]
    found, parts = all_mutants(tree.clang(), files)
    equivalent = listed.read(os.path.join(here, "equivalent.txt"))
    binaries = tree.build(found, parts, sorted({name for file in files for name in FILES[file]}))
    compiled = [mutant for mutant in found if mutant.number]
    if arguments.sample:
        compiled = random.Random(19).sample(compiled, min(arguments.sample, len(compiled)))
    state_file = f"{tree.WORK}/results.json"
    results = {}
    if os.path.exists(state_file) and not arguments.fresh:
        with open(state_file) as handle:
            results = json.load(handle)
    digests = {file: hashlib.sha256(parts[file][0]).hexdigest() for file in files}
    todo = []
    for mutant in compiled:
        if results.get(mutant.key) == digests[mutant.file]:
            mutant.state = "killed"
        else:
            todo.append(mutant)
    reached, seconds = baseline(binaries)
    started = saved = time.time()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for at, (mutant, state) in enumerate(zip(todo, pool.map(lambda m: judge(m, binaries, reached, seconds), todo))):
            mutant.state = state
            results.pop(mutant.key, None)
            if state == "killed":
                results[mutant.key] = digests[mutant.file]
            if time.time() - saved > 20 or at + 1 == len(todo):
                saved = time.time()
                with open(state_file + ".new", "w") as handle:
                    json.dump(results, handle)
                os.replace(state_file + ".new", state_file)
                print(f"{at + 1} of {len(todo)}, {saved - started:.0f} s", file=sys.stderr, flush=True)
    share = report(compiled, equivalent)
    keys = {mutant.key: mutant.state for mutant in compiled}
    wrong = [
        key
        for key in equivalent
        if (keys.get(key) == "killed" if key in keys else not arguments.sample and key.split()[0] in files)
    ]
    for mutant in compiled:
        if arguments.list and mutant.state != "killed" and mutant.key not in equivalent:
            print(f"{mutant.state}: {mutant.key}")
    for key in wrong:
        print(f"listed as equivalent, but {'killed' if key in keys else 'not there'}: {key}")
    sys.exit(1 if wrong or share < WANTED else 0)


if __name__ == "__main__":
    main()
