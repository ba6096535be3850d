"""Readers and Leafsum in processes that stay alive, and threads that use them."""

import concurrent.futures
import json
import os
import queue
import subprocess
import sys
import threading

here = os.path.dirname(os.path.abspath(__file__))


class Child:
    """A process that answers JSON lines, and is started again when it dies or hangs."""

    def __init__(self, command, timeout):
        self.command, self.timeout, self.process = command, timeout, None
        self.number = 0

    def start(self):
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        self.lines = queue.Queue()

        def read(process, lines):
            for line in process.stdout:
                lines.put(line)
            lines.put(None)

        threading.Thread(target=read, args=(self.process, self.lines), daemon=True).start()

    def ask(self, question):
        """The answer; None where there was none."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        self.number += 1
        try:
            self.process.stdin.write(json.dumps({"id": self.number, **question}) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=self.timeout)
        except (queue.Empty, OSError):
            line = None
        if line is None:
            self.stop()
            return None
        return json.loads(line)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Lane:
    """A set of readers and a Leafsum, for one thread."""

    def __init__(self):
        self.readers = Child([sys.executable, "-B", os.path.join(here, "readers.py")], 120)
        self.leafsum = Child(["node", os.path.join(here, "leafsum.mjs")], 120)

    def read(self, rows):
        answer = self.readers.ask({"asks": rows})
        if answer is not None:
            return answer["answers"]
        # One of them ended the process or hangs: each alone.
        answers = {}
        for row in rows:
            one = self.readers.ask({"asks": [row]})
            answers[row[0]] = one["answers"][row[0]] if one else {"error": "the process ended"}
        return answers

    def lock(self, path, to, source=True, prefix=None):
        return self.leafsum.ask({"lock": path, "to": to, "source": source, "prefix": prefix}) or {
            "exit_code": 70,
            "headline": "the process ended",
            "findings": [],
        }

    def verify(self, path, lockfile, prefix=None):
        return self.leafsum.ask({"verify": path, "with": lockfile, "prefix": prefix}) or {
            "exit_code": 70,
            "headline": "the process ended",
            "findings": [],
        }

    def stop(self):
        self.readers.stop()
        self.leafsum.stop()


class Lanes:
    def __init__(self, count):
        self.free = queue.Queue()
        self.all = [Lane() for _ in range(count)]
        for lane in self.all:
            self.free.put(lane)
        self.pool = concurrent.futures.ThreadPoolExecutor(count)

    def map(self, work, things):
        def one(thing):
            lane = self.free.get()
            try:
                return work(lane, thing)
            finally:
                self.free.put(lane)

        return self.pool.map(one, things)

    def stop(self):
        for lane in self.all:
            lane.stop()
