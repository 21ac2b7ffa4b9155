"""A target of churn_test.py: an address, and the processes that live there one after another.
Standard library only."""

import time
from collections import Counter

from rig import Service, eventually


def start(folder, name, port):
    """The service; nothing when it could not listen."""
    try:
        return Service(folder, name, script="churn_target.js", port=port)
    except AssertionError:
        return None


class Life:
    """One process of a target, from its start to its end."""

    def __init__(self, service):
        self.service = service
        self.killed_at = None  # without a warning
        self.replaced_at = None

    def ledger(self):
        """Step ("seen", "answering") -> number -> how often."""
        steps = {"seen": Counter(), "answering": Counter()}
        for line in self.service.ledger_file.read_text().splitlines():
            step, _, number = line.partition(" ")
            if step in steps:
                steps[step][number] += 1
        return steps


class Target:
    """An address, and the processes that have lived there."""

    def __init__(self, name):
        self.name = name
        self.lives = []
        self.is_listed = False  # in the file
        self.is_taken = True

    def begin(self, folder):
        port = self.lives[-1].service.url.split(":")[-1] if self.lives else 0
        if self.lives:
            self.lives[-1].replaced_at = time.monotonic()
        name = f"{self.name}.{len(self.lives)}"
        # For a moment somebody's connection may have the port that this one had.
        self.lives.append(Life(eventually(f"{name} listens", lambda: start(folder, name, port))))

    @property
    def url(self):
        return self.lives[-1].service.url

    @property
    def id(self):
        return self.lives[-1].service.id

    def end_as_planned(self):
        """Nothing was to come any more: what has come since is a mistake of the proxy's."""
        self.lives[-1].service.kill()

    def kill(self):
        self.lives[-1].killed_at = time.monotonic()
        self.lives[-1].service.kill()
