"""Lists of what is known and why: `# reason` in a line of its own, then what it is the reason of, a line each."""


def read(path):
    """{line: reason}; a line twice, or without a reason, is a mistake of the list."""
    listed, reason = {}, None
    with open(path) as handle:
        for line in map(str.strip, handle):
            if line.startswith("# "):
                # Reasons may take several lines.
                reason = line[2:] if reason is None or reason in listed.values() else f"{reason} {line[2:]}"
            elif line:
                if reason is None or line in listed:
                    raise ValueError(f"{path}: no reason for it, or twice: {line}")
                listed[line] = reason
    return listed
