"""The build that holds the mutants: build/mutation is a clone of the project whose own sources are replaced, in the layout of a clone,
so that ccache knows all other files."""

import hashlib
import os
import pickle
import re
import shutil
import subprocess
import sys

import schemata

WORK = "build/mutation"
LINKED = ["CMakeLists.txt", "CMakePresets.json", "cmake", "tests", "bench", "build/deps"]
PRESET = "native"


def clang():
    """The newest that prints syntax trees."""
    for version in range(40, 13, -1):
        if shutil.which(f"clang++-{version}"):
            return f"clang++-{version}"
    sys.exit("no Clang with a number in its name: run cmake/setup.sh --fuzz")


def write(path, text):
    """Writes what differs: the rest need not be built again."""
    old = None
    if os.path.exists(path):
        with open(path) as handle:
            old = handle.read()
    if old != text:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as handle:
            handle.write(text)


def mirror(replaced):
    """All of src, but for the files that `replaced` has a text for."""
    os.makedirs(f"{WORK}/build", exist_ok=True)
    for path in LINKED:
        target = f"{WORK}/{path}"
        if not os.path.islink(target):
            os.symlink(os.path.relpath(path, os.path.dirname(target)), target)
    wanted = set()
    for folder, _, names in os.walk("src"):
        for name in names:
            path = f"{folder}/{name}"
            wanted.add(path)
            if path not in replaced:
                with open(path) as handle:
                    write(f"{WORK}/{path}", handle.read())
    for folder, _, names in os.walk(f"{WORK}/src"):
        for name in names:
            if f"{folder}/{name}"[len(WORK) + 1 :] not in wanted:
                os.remove(f"{folder}/{name}")


def numbered(found):
    """{file: {(site, choice): number}} of the mutants that have a number."""
    numbers = {}
    for mutant in found:
        if mutant.number:
            numbers.setdefault(mutant.file, {})[mutant.site, mutant.choice] = mutant.number
    return numbers


def compiles(file, text, found):
    """Takes the number from mutants that do not compile, until the rest does."""
    path = f"{WORK}/{file}"
    write(path, text)
    command = [
        "g++",
        "-std=c++20",
        "-fsyntax-only",
        "-w",
        "-fpermissive",
        "-fno-exceptions",
        "-fno-rtti",
        "-Isrc",
        "-fmax-errors=0",
        path,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return True
    lines, dropped = text.split("\n"), set()
    for line in re.findall(rf"^{re.escape(path)}:(\d+):\d+: error", done.stderr, re.MULTILINE):
        for at in range(int(line) - 1, max(int(line) - 4, 0), -1):
            named = re.search(r"LeafsumOn\((\d+)\)", lines[at])
            if named:
                dropped.add(int(named[1]))
                break
    if not dropped:
        sys.exit(f"{file} with its mutants does not compile:\n{done.stderr[:4000]}")
    for mutant in found:
        if mutant.number in dropped:
            mutant.number, mutant.state = 0, "does not compile"
    return False


def kept(kind, file, source, find):
    """What `find` gives for a file, from the last run where neither the file nor the makers of mutants changed since."""
    path = f"{WORK}/known/{os.path.basename(file)}.{kind}"
    digest = hashlib.sha256(source)
    for maker in ("mutants.py", "schemata.py"):
        with open(os.path.join(os.path.dirname(__file__), maker), "rb") as handle:
            digest.update(handle.read())
    if os.path.exists(path):
        with open(path, "rb") as handle:
            known, value = pickle.load(handle)
        if known == digest.digest():
            return value
    value = find()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as handle:
        pickle.dump((digest.digest(), value), handle)
    return value


def write_mutants(file, source, sites, found):
    """Writes the file with those of its mutants that compile."""

    def text():
        return schemata.written(source, sites, numbered(found).get(file, {}))

    def dropped():
        while not compiles(file, text(), found):
            pass
        return [mutant.key for mutant in found if not mutant.number]

    for mutant in found:
        if mutant.key in kept("dropped", file, source, dropped):
            mutant.number, mutant.state = 0, "does not compile"
    write(f"{WORK}/{file}", text())


def build(found, parts, names):
    """Builds the unit tests of these names with all mutants in; says where they are."""
    for number, mutant in enumerate(found, 1):
        mutant.number = number
    mirror(parts)
    for file, (source, sites) in parts.items():
        write_mutants(file, source, sites, [mutant for mutant in found if mutant.file == file])
    with open(f"{WORK}/build.log", "w") as log:
        for command in (
            ["cmake", "--preset", PRESET, "-DLEAFSUM_WERROR=OFF"],
            ["nice", "cmake", "--build", f"build/{PRESET}", "--target", *(f"unit_{name}" for name in names)],
        ):
            if subprocess.run(command, cwd=WORK, stdout=log, stderr=log).returncode != 0:
                sys.exit(f"does not build: {WORK}/build.log")
    return {name: os.path.abspath(f"{WORK}/build/{PRESET}/tests/unit/unit_{name}") for name in names}
