"""TensorStore's readings of damaged checkpoints, in a process of its own: some damages end it or keep it busy for ever."""

import json
import os
import resource
import select
import subprocess
import sys

SECONDS = 20


class Reader:
    def __init__(self):
        self.process = None

    def read(self, root, items):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, os.path.abspath(__file__)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        self.process.stdin.write((json.dumps([root, items]) + "\n").encode())
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        line = self.process.stdout.readline() if ready else b""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        why = "the reader ended" if ready else "no answer after %d s" % SECONDS
        return {name: {"kind": kind, "leaves": [], "error": why} for name, kind in items}

    def close(self):
        if self.process is not None:
            self.process.kill()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
    import reference

    for request in sys.stdin:
        where, wanted = json.loads(request)
        print(json.dumps(reference.read(where, wanted)), flush=True)
