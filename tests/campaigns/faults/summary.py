"""What a campaign of faults.sh has found so far: python summary.py STATE. Exits 1 where something is wrong."""

import collections
import json
import sys


def main(state):
    ends, wrong = collections.defaultdict(collections.Counter), []
    units = [json.loads(line) for line in open(state, encoding="utf-8")]
    for unit in units:
        ends[unit["command"]].update(unit["ends"])
        wrong += unit["wrong"]
    print(len({unit["base"] for unit in units}), "checkpoints;", sum(unit["cases"] for unit in units), "cases")
    for command, counts in sorted(ends.items()):
        print("%s: %s" % (command, ", ".join("%s %d" % one for one in sorted(counts.items()))))
    for one in wrong[:20]:
        print("WRONG", one[:2000])
    print(len(wrong), "wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
