"""What a campaign of damage.sh has found so far: python summary.py build/campaigns/NAME. Exits 1 on a wrong verdict."""

import collections
import json
import os
import sys


def rows_of(path):
    return [json.loads(line) for line in open(path, encoding="utf-8")] if os.path.exists(path) else []


def main(state):
    rows, read = rows_of(state + "/state.ndjson"), rows_of(state + "/readers.ndjson")
    total = collections.Counter()
    passed = collections.Counter()
    for row in rows:
        total["cases"] += row.get("flips", row.get("cases", 0))
        for name in ("in_leaf", "blamed", "named"):
            total[name] += row.get(name, 0)
        for code, count in row["exits"].items():
            total["exit " + code] += count
        group = "/".join(row["file"].split("/")[:-1] + ["*"]) if "/" in row["file"] else row["file"]
        passed[group] += row["exits"].get("0", 0)
    print(len({row["base"] for row in rows}), "checkpoints;", dict(total))
    print("VERIFIED by file:", {group: count for group, count in passed.most_common() if count})
    wrong, refused, tried, sampled = [], collections.Counter(), collections.Counter(), collections.Counter()
    for row in read:
        sampled.update(row.get("sample", {}))
        for reader, counts in row.get("tried", {}).items():
            tried.update({"%s %s" % (reader, said): n for said, n in counts.items()})
        for one in row["wrong"]:
            if "sample" in row:
                wrong.append((row["base"], one))
                continue
            edits, reader, said = one
            # Which devices the arrays lay on: readers that are told nothing else refuse, and no value depends on it.
            if said.startswith("refused") and all(os.path.basename(file) == "_sharding" for file, _ in edits):
                refused[reader] += 1
            else:
                wrong.append((row["base"], edits, reader, said))
    print("read:", dict(tried))
    print("refused for a damaged _sharding, of which a warning tells:", dict(refused))
    print("sample:", dict(sampled))
    unequal = [row["unit"] for row in rows if row.get("unequal")]
    for one in wrong[:50] + unequal:
        print("WRONG", one)
    for row in rows:
        for one in row.get("not_blamed", row.get("not_named", []))[:1]:
            print("not named:", row["unit"], str(one)[:200])
    return 1 if wrong or unequal else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
