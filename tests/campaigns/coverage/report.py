"""Which branches no test takes: tests/campaigns/coverage.sh says how it is run.

    python3 report.py EXPORT CXXFILT [--write]

EXPORT is what `llvm-cov export` writes. A gap is a condition that was never true, or never false, in one of PLACES; gaps.txt lists
those that stay, with the reason. The exit code is 1 where a gap is not listed, and where a listed one is none any more. --write puts
those that are not listed into build/coverage/new_gaps.txt, as gaps.txt has them.
"""

import collections
import json
import os
import re
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(here))

import listed

PLACES = re.compile(r"src/(ocdbt|zarr|codec|orbax|kvstore|readers)/|src/report/verdict|src/evidence/compare")


def readable(names, cxxfilt):
    """The functions' own names, by their mangled ones."""
    bare = [name.split(":")[-1].split(";")[-1] for name in names]
    text = subprocess.run([cxxfilt], input="\n".join(bare), capture_output=True, text=True, check=True).stdout
    found = {}
    for name, plain in zip(names, text.split("\n")):
        plain = plain.replace("(anonymous namespace)", "").split("::'lambda")[0].split("::{lambda")[0]
        plain = re.sub(r"\(.*", "", re.sub(r"<.*?>|\[abi:.*?\]", "", plain))
        found[name] = plain.split("::")[-1].split(" ")[-1]
    return found


def branches(export, root, cxxfilt):
    """{file: {(region): [function, times true, times false]}}, copies of a template or an inline function added up."""
    functions = export["data"][0]["functions"]
    names = readable([function["name"] for function in functions], cxxfilt)
    found = collections.defaultdict(dict)
    for function in functions:
        for first_line, first, last_line, last, times_true, times_false, file_id, *_ in function["branches"]:
            # Those of a room's folder are reached through a link (cmake/leafsum_library.cmake).
            file = os.path.relpath(os.path.realpath(function["filenames"][file_id]), root)
            if not PLACES.match(file):
                continue
            row = found[file].setdefault((first_line, first, last_line, last), [names[function["name"]], 0, 0])
            row[1] += times_true
            row[2] += times_false
    return found


def text_of(lines, region):
    first_line, first, last_line, last = region
    if first_line == last_line:
        return lines[first_line - 1][first - 1 : last - 1]
    inner = [lines[first_line - 1][first - 1 :], *lines[first_line : last_line - 1], lines[last_line - 1][: last - 1]]
    return " ".join(line.strip() for line in inner)


def judged(found):
    """Per file how many ways there are and how many were taken; and the gaps, as gaps.txt writes them, with their lines."""
    table, gaps = {}, {}
    for file, regions in sorted(found.items()):
        with open(file) as handle:
            lines = handle.read().split("\n")
        ways = taken = 0
        seen = collections.Counter()
        for region, (function, times_true, times_false) in sorted(regions.items()):
            text = text_of(lines, region)
            is_label = re.match(r"(case|default)\b", text)
            if text in ("true", "false") or "constexpr" in lines[region[0] - 1]:
                continue
            for way, times in [("taken" if is_label else "true", times_true)] + (
                [] if is_label else [("false", times_false)]
            ):
                ways += 1
                taken += times > 0
                if not times:
                    short = text if len(text) <= 80 else text[:55] + " ... " + text[-20:]
                    key = f"{file} {function}: never {way}: {short}"
                    seen[key] += 1
                    gaps[key + (f"  #{seen[key]}" if seen[key] > 1 else "")] = region[0]
        table[file] = (ways, taken)
    return table, gaps


def main():
    root = os.getcwd()
    with open(sys.argv[1]) as handle:
        table, gaps = judged(branches(json.load(handle), root, sys.argv[2]))
    reasons = listed.read(os.path.join(here, "gaps.txt"))
    print("| file | branches | taken | |")
    print("|---|---|---|---|")
    rooms = collections.defaultdict(lambda: [0, 0])
    for file, (ways, taken) in table.items():
        print(f"| `{file}` | {ways} | {taken} | {100 * taken / ways:.1f} % |")
        for room in (os.path.dirname(file), "all"):
            rooms[room] = [rooms[room][0] + ways, rooms[room][1] + taken]
    for room, (ways, taken) in sorted(rooms.items(), reverse=True):
        print(f"| {room} | {ways} | {taken} | {100 * taken / ways:.1f} % |")
    new = [key for key in gaps if key not in reasons]
    closed = [key for key in reasons if key not in gaps]
    for key in new:
        print(f"not listed: {key.split(' ')[0]}:{gaps[key]} {key.split(' ', 1)[1]}")
    for key in closed:
        print(f"listed, and no gap: {key}")
    if "--write" in sys.argv:
        with open("build/coverage/new_gaps.txt", "w") as handle:
            handle.writelines(f"{key}\n" for key in new)
    sys.exit(1 if new or closed else 0)


if __name__ == "__main__":
    main()
