"""Puts what `verify` let pass to the real readers: python oracle.py FIXTURES STATE OUT [--sample N]

STATE is what bit_flips or coarse_faults wrote. Each damage that was VERIFIED is made in a copy, and TensorStore, Orbax and
Flax read it: other values than before, or a refusal where there was none, is a wrong verdict. A file all of whose bits
are VERIFIED is tried whole (inverted, zeroed, gone) and at places. With --sample so many random flips of every base are
read too, VERIFIED or not: what TensorStore notices by itself, and what it gives out silently as other values.

OUT gets a line of JSON for each file; files that stand in it already are not asked about again.
"""

import argparse
import json
import os
import random
import select
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DIFFERENTIAL = os.path.join(HERE, "..", "..", "differential")
SECONDS = 30
# Bytes of one file that are tried by each reader, evenly spread: Orbax takes tens of milliseconds for a checkpoint.
MOST = {"TensorStore": 4000, "Orbax": 100, "whole": 16}
MSGPACK = {"PyTreeCheckpointer", "flax"}
ENTRY_POINTS = ["PyTreeCheckpointer", "StandardCheckpointer", "Composite", "v1.load", "v1.load_checkpointables", "flax"]


# ------------------------------------------------------------------ the readers, in a process that may be lost


def worker():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.path[:0] = [DIFFERENTIAL, os.path.join(DIFFERENTIAL, "structure")]
    import readers
    import reference

    def orbax(root, items):
        answers = {}
        for name, kind in items:
            answers[name] = reference.RESTORERS[kind](os.path.join(root, name) if name else root)
        return answers

    for line in sys.stdin:
        root, items, wanted = json.loads(line)
        answers = {}
        for reader in wanted:
            try:
                if reader == "items":
                    answers[reader] = reference.items_of(root)
                elif reader == "TensorStore":
                    answers[reader] = reference.read(root, items)
                elif reader == "Orbax":
                    answers[reader] = orbax(root, items)
                else:
                    answers[reader] = readers.restore(reader, root)
            except Exception as error:
                answers[reader] = {"error": reference.short(error)}
        text = json.dumps(answers).replace(root, "PATH")
        out.write(text + "\n")
        out.flush()


class Readers:
    def __init__(self):
        self.process = None

    def ask(self, root, items, wanted):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, "-B", os.path.abspath(__file__), "--worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.started = True
        self.process.stdin.write((json.dumps([root, items, wanted]) + "\n").encode())
        self.process.stdin.flush()
        # The first answer waits for JAX to load.
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS + 300 * self.started)
        self.started = False
        line = self.process.stdout.readline() if ready else b""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        return {reader: {"error": "the reader ended" if ready else "no answer"} for reader in wanted}


# ------------------------------------------------------------------ damage


def changed(data, edit):
    """The bytes of a file after an edit; None: there is no file."""
    kind, *rest = edit
    if kind == "flip":
        at, bit = rest
        return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
    if kind == "zero":
        at, n = rest
        n = min(n, len(data) - at)
        return data[:at] + bytes(n) + data[at + n :]
    if kind == "invert":
        return bytes(255 - b for b in data)
    return {"cut": lambda n=0: data[:n], "double": lambda: data + data, "remove": lambda: None}[kind](*rest)


class Copy:
    """A copy of a checkpoint whose other files are links; under a name of its own, for readers that keep what they read."""

    def __init__(self, fixtures, base, edits):
        self.root = tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.path = os.path.join(self.root, os.path.basename(os.path.dirname(base)) or "ckpt")
        shutil.copytree(os.path.join(fixtures, base), self.path)
        for file, edit in edits:
            path = os.path.join(self.path, file)
            if edit[0] == "take":
                shutil.copyfile(os.path.join(fixtures, edit[1]), path)
            elif edit[0] == "swap":
                other = os.path.join(self.path, edit[1])
                os.rename(path, path + ".swap")
                os.rename(other, path)
                os.rename(path + ".swap", other)
            else:
                with open(path, "rb") as f:
                    data = changed(f.read(), edit)
                os.remove(path)
                if data is not None:
                    with open(path, "wb") as f:
                        f.write(data)

    def __enter__(self):
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.root)


def spread(rows, most):
    """At most so many of them, evenly."""
    return rows if len(rows) <= most else [rows[i * len(rows) // most] for i in range(most)]


def is_array_file(file):
    """What TensorStore opens: no side files but the tree's own and the strings'."""
    name = os.path.basename(file)
    return not (
        name in ("_CHECKPOINT_METADATA", "_sharding", "commit_success.txt", "checkpoint", "descriptor.pbtxt")
        or "array_metadatas/" in file
        or name.endswith(".pbtxt")
    )


def flips_to_try(row):
    """[(edit, readers' group)] of a row of bit_flips."""
    verified = row["verified"]
    whole = 8 * len(verified) == row["flips"] and all(mask == 255 for _, mask in verified)
    one_each = [("flip", at, next(b for b in range(8) if mask >> (at + b) % 8 & 1)) for at, mask in verified]
    one_each = [(kind, at, (at + bit) % 8) for kind, at, bit in one_each]
    if whole:
        edits = [("invert",), ("zero", 0, 1 << 40), ("remove",)] + spread(one_each, MOST["whole"])
        return [(edit, "all") for edit in edits]
    tried = [(edit, "all") for edit in spread(one_each, MOST["Orbax"])]
    if is_array_file(row["file"]):
        tried += [(edit, "TensorStore") for edit in spread(one_each, MOST["TensorStore"])]
    return tried


# ------------------------------------------------------------------ judgement


class Oracle:
    def __init__(self, fixtures):
        self.fixtures = fixtures
        self.readers = Readers()
        self.known = {}

    def base(self, name):
        if name not in self.known:
            with Copy(self.fixtures, name, []) as path:
                items = self.readers.ask(path, [], ["items"])["items"]
                wanted = ["TensorStore", "Orbax"] if items else []
                answers = self.readers.ask(path, items, wanted + ENTRY_POINTS)
            # Readers that restored something.
            self.known[name] = items, {r: a for r, a in answers.items() if "error" not in a}
        return self.known[name]

    def judge(self, name, edits, group):
        """{reader: "same", "other" or the refusal}"""
        items, before = self.base(name)
        wanted = [r for r in before if group == "all" or r == group]
        if not wanted:
            return {}
        with Copy(self.fixtures, name, edits) as path:
            answers = self.readers.ask(path, items, wanted)
        said = {}
        for reader in wanted:
            text = json.dumps(answers[reader])
            if answers[reader] == before[reader]:
                said[reader] = "same"
            else:
                said[reader] = "refused" if '"error"' in text else "other"
                said[reader] += " " + text[: 0 if said[reader] == "other" else 300]
        return said


def sample(oracle, rows, count, seed):
    """What TensorStore makes of random flips, beside the verdict; wrong ones are those that it does not read as before."""
    verified = {(row["file"], at): mask for row in rows for at, mask in row["verified"]}
    bytes_of = [(row["file"], at) for row in rows for at in range(row["flips"] // 8)]
    chance = random.Random(seed)
    tally, wrong = {}, []
    for _ in range(count):
        file, at = chance.choice(bytes_of)
        bit = chance.randrange(8)
        said = oracle.judge(rows[0]["base"], [(file, ("flip", at, bit))], "TensorStore").get("TensorStore", "none")
        passed = verified.get((file, at), 0) >> bit & 1
        key = said.split(" ")[0] + (" VERIFIED" if passed else "")
        tally[key] = tally.get(key, 0) + 1
        if passed and not said.startswith("same"):
            wrong.append([file, at, bit, said])
    return {"sample": tally, "wrong": wrong}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("fixtures")
    parser.add_argument("state")
    parser.add_argument("out")
    parser.add_argument("--sample", type=int, default=0)
    options = parser.parse_args()
    rows = [json.loads(line) for line in open(options.state, encoding="utf-8")]
    done = set()
    if os.path.exists(options.out):
        done = {json.loads(line)["unit"] for line in open(options.out, encoding="utf-8")}
    oracle = Oracle(options.fixtures)
    with open(options.out, "a", encoding="utf-8") as out:

        def keep(unit, answer):
            out.write(json.dumps({"unit": unit, **answer}) + "\n")
            out.flush()

        for row in rows:
            if row["unit"] in done:
                continue
            if "flips" in row:
                cases = [([(row["file"], edit)], group) for edit, group in flips_to_try(row)]
            else:
                cases = [(edits, "all") for edits in spread(row["verified"], 200)]
            tried, wrong = {}, []
            for edits, group in cases:
                for reader, said in oracle.judge(row["base"], edits, group).items():
                    counts = tried.setdefault(reader, {})
                    counts[said.split(" ")[0]] = counts.get(said.split(" ")[0], 0) + 1
                    if said != "same" and len(wrong) < 40:
                        wrong.append([edits, reader, said])
            keep(row["unit"], {"base": row["base"], "tried": tried, "wrong": wrong})
        for base in dict.fromkeys(row["base"] for row in rows):
            of_base = [row for row in rows if row["base"] == base]
            if options.sample and "sample " + base not in done:
                keep("sample " + base, {"base": base, **sample(oracle, of_base, options.sample, base)})


if __name__ == "__main__":
    if sys.argv[1:] == ["--worker"]:
        worker()
    else:
        main()
