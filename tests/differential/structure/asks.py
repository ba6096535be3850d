"""Which readers are asked of a checkpoint, and when two of their answers differ."""

import json
import os
import re

from changes import Listing, join

# These give {item: what was restored}.
BY_ITEM = {"Composite", "Composite.args", "CheckpointManager", "v1.training.Checkpointer", "v1.load_checkpointables"}


def number(step):
    found = re.search(r"\d+$", step)
    return int(found[0]) if found else -1


def describe(base):
    """What of an unchanged base its readers are handed: its newest step, its items, some leaves."""
    listing = Listing(base["ckpt"])
    step = max(listing.steps, key=number) if base["kind"] == "root" and listing.steps else ""
    items = [i for i in listing.items if i and (not step or i.startswith(step + "/"))]
    leaves = []
    for item in (items or [i for i in listing.items if i == step] or [step])[:1] if base["kind"] != "bare" else [""]:
        ocdbt = os.path.exists(os.path.join(base["ckpt"], item, "manifest.ocdbt"))
        if not ocdbt:
            plain = [p for p in listing.leaves if not item or p.startswith(item + "/")]
            leaves += [
                (
                    item,
                    p[len(item) :].lstrip("/"),
                    "zarr" if os.path.exists(os.path.join(base["ckpt"], p, ".zarray")) else "zarr3",
                    False,
                )
                for p in plain[:2]
            ]
        else:
            import tensorstore as ts

            store = ts.KvStore.open(
                {"driver": "ocdbt", "base": "file://" + os.path.join(base["ckpt"], item) + "/"}
            ).result()
            for key in [k.decode() for k in store.list().result()]:
                if key.endswith(("/.zarray", "/zarr.json")) and len(leaves) < 2:
                    leaves.append((item, key.rsplit("/", 1)[0], "zarr" if key.endswith(".zarray") else "zarr3", True))
    return {**base, "step": step, "items": items, "leaves": leaves}


def asks(base, path, step_read=None):
    """[[label, reader, path, how]]; of a root at the step that the verdict speaks of, the base's own where None"""
    rows = [
        [name, name, path, {}]
        for name in (
            "PyTreeCheckpointer",
            "StandardCheckpointer",
            "Composite",
            "v1.load",
            "v1.load_checkpointables",
            "flax",
        )
    ]
    rows.append(["v1.load None", "v1.load by name", path, {"name": None}])
    if base["flax"]:
        rows.append(["flax " + base["flax"], "flax", path, {"prefix": base["flax"]}])
    if base["kind"] != "bare":
        rows += [
            ["CheckpointManager", "CheckpointManager", path, {}],
            ["v1.training.Checkpointer", "v1.training.Checkpointer", path, {}],
        ]
    options, step = base["options"], base["step"]
    names = [i[len(step) :].lstrip("/") for i in base["items"]]
    place = ""  # what stands for the base's own step in paths
    if step and step_read is not None and step_read != number(step):
        # The lockfile names no step, and another one is the newest now.
        other = [name for name in os.listdir(path) if re.search(r"\d$", name) and number(name) == step_read]
        place = step = other[0]
    if base["kind"] == "root":
        args = {"args": "pytree"} if names in (["default"], []) else {"args": "pytree", "items": names}
        rows += [
            ["CheckpointManager args", "CheckpointManager", path, {**options, **args}],
            ["v1.training.Checkpointer load", "v1.training.Checkpointer", path, {**options, "name": ""}],
        ]
        if options:
            rows += [
                ["CheckpointManager format", "CheckpointManager", path, options],
                ["v1.training.Checkpointer format", "v1.training.Checkpointer", path, options],
            ]
    if base["kind"] in ("root", "step"):
        top = os.path.join(path, step) if step else path
        if step:
            rows += [
                ["%s at the step" % name, name, top, {}]
                for name in ("Composite", "v1.load", "v1.load_checkpointables", "PyTreeCheckpointer")
            ]
        for name in names:
            rows += [
                ["PyTreeCheckpointer at " + name, "PyTreeCheckpointer", os.path.join(top, name), {}],
                ["v1.load " + name, "v1.load by name", top, {"name": name}],
            ]
        if names and not step:
            rows.append(["Composite args", "Composite.args", top, {"items": names[:1], "args": "pytree"}])
    for item, name, driver, ocdbt in base["leaves"]:
        directory = place + item[len(base["step"]) :] if place else item
        rows.append(
            [
                "TensorStore " + join(item, name),
                "TensorStore",
                os.path.join(path, directory) if directory else path,
                {"name": name, "driver": driver, "ocdbt": ocdbt},
            ]
        )
    return rows


def is_nothing(value):
    """An empty result is none."""
    return (
        value is None
        or value in ({"dict": {}}, {"list": []}, {"tuple": []})
        or (set(value) == {"dict"} and all(is_nothing(one) for one in value["dict"].values()))
    )


def with_one_empty(value):
    """The same with one word for an empty node: writers differ on which it is, and contract §5 has a warning for that."""
    if value in ({"dict": {}}, {"list": []}, {"tuple": []}):
        return None
    if isinstance(value, dict) and len(value) == 1:
        ((tag, content),) = value.items()
        if tag == "dict":
            return {tag: {name: with_one_empty(one) for name, one in content.items()}}
        if tag in ("list", "tuple"):
            return {tag: [with_one_empty(one) for one in content]}
    return value


def as_state_dict(value):
    """The same tree as Flax hands it out where it is given no target: sequences are dicts by index."""
    if isinstance(value, dict) and len(value) == 1:
        ((tag, content),) = value.items()
        if tag == "dict":
            return {tag: {name: as_state_dict(one) for name, one in content.items()}}
        if tag in ("list", "tuple"):
            return {"dict": {str(n): as_state_dict(one) for n, one in enumerate(content)}}
    return value


def known_of(base_answers, rows):
    """Everything that some reader restored from the base, whole and by item, and as Flax would hand it out."""
    readers = {label: reader for label, reader, _, _ in rows}
    known = set()
    for label, answer in base_answers.items():
        if "value" in answer:
            answer = {"value": with_one_empty(answer["value"])}
            known.add(json.dumps(answer["value"], sort_keys=True))
            if readers[label] in BY_ITEM and "dict" in (answer["value"] or {}):
                known.update(json.dumps(one, sort_keys=True) for one in answer["value"]["dict"].values())
    known.update(json.dumps(as_state_dict(json.loads(one)), sort_keys=True) for one in list(known))
    return known


def holds_references(value):
    """A msgpack tree's references as they stand: outside the model (contract §11)."""
    if isinstance(value, dict):
        return str(value.get("text", "")).startswith(("PLACEHOLDER://", "//GDAPlaceholder:")) or any(
            map(holds_references, value.values())
        )
    return isinstance(value, list) and any(map(holds_references, value))


def same_items(now, before):
    """Whether a reader by item gives the same items; one that is under another name now, with all else as it was, is the same."""
    lost = [one for name, one in before.items() if name not in now and not is_nothing(one)]
    for name, one in now.items():
        if is_nothing(one) or one == before.get(name):
            continue
        if name in before or one not in lost:
            return False
        lost.remove(one)
    return not lost


def differences(base_answers, answers, rows, known):
    """[[label, what it restored, what it restored before]] of readers that restore something else without an error."""
    base_answers, answers = (
        {label: {**one, "value": with_one_empty(one["value"])} if "value" in one else one for label, one in all.items()}
        for all in (base_answers, answers)
    )
    found = []
    for label, reader, _, _ in rows:
        now, before = answers[label], base_answers[label]
        if "error" in now or is_nothing(now["value"]) or reader == "flax" and holds_references(now["value"]):
            continue
        by_item = reader in BY_ITEM and "dict" in now["value"]
        if "value" in before and not is_nothing(before["value"]):
            if now["value"] != before["value"] and not (
                by_item and "dict" in before["value"] and same_items(now["value"]["dict"], before["value"]["dict"])
            ):
                found.append([label, now["value"], before["value"]])
        elif json.dumps(now["value"], sort_keys=True) not in known and not (
            by_item
            and all(
                is_nothing(one) or json.dumps(one, sort_keys=True) in known for one in now["value"]["dict"].values()
            )
        ):
            found.append([label, now["value"], before])
    return found


def short(value):
    """An answer in a few characters."""
    if value is None:
        return "None"
    if "error" in value and len(value) == 1:
        return "error " + value["error"][:60]
    tag, content = next(iter(value.items()))
    if tag == "array":
        return "%s%s#%s" % (content[0], content[1], content[2][:4])
    if tag == "dict":
        return "{%s}" % ", ".join("%s: %s" % (k, short(v)) for k, v in content.items())
    if tag in ("list", "tuple"):
        return "[%s]" % ", ".join(map(short, content))
    return json.dumps(content)


def what_differs(now, before, at=""):
    """The first place where two answers differ."""
    if now and before and set(now) == {"dict"} == set(before):
        for key in sorted(set(now["dict"]) | set(before["dict"])):
            if key not in now["dict"]:
                return "%s/%s is gone" % (at, key)
            if key not in before["dict"]:
                return "%s/%s is new: %s" % (at, key, short(now["dict"][key])[:120])
            if now["dict"][key] != before["dict"][key]:
                return what_differs(now["dict"][key], before["dict"][key], "%s/%s" % (at, key))
    return "%s is %s, was %s" % (at or "it", short(now)[:160], short(before)[:160])
