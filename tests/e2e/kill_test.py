#!/usr/bin/env python3
"""Gapura is killed at random moments while clients change targets by API: what was acknowledged is
there after the restart, and the one call of each client that got no answer is there wholly or not
at all.

    kill_test.py <path of gapura> [unittest arguments]

GAPURA_KILL_ROUNDS says how often (5), GAPURA_KILL_SEED repeats a run's choices, and
GAPURA_KILL_RESULTS names a file to which the run's line is added, as ./dev soak does.
"""

import http.client
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from long_run import listed, note, seed_of
from rig import Gapura

BINARY = None
ROUNDS = int(os.environ.get("GAPURA_KILL_ROUNDS", "5"))
SEED = seed_of("KILL")
CLIENTS = 4
IDS = 8  # of each client
LIFE_S = 0.6  # at most, from the first call of a round to the kill
TARGETS = "/api/v1/services/calculate/targets"


class Listed:
    """A server of the file. Nobody asks it for anything."""

    def __init__(self, client):
        self.id = f"10.9.{client}.250:80"
        self.url = f"http://{self.id}"


class Client:
    """Changes its own targets, one call after the other, and remembers what it was told. A target's
    state is None (not there) or (weight, is drained)."""

    def __init__(self, number, chance):
        self.chance = chance
        self.ids = [f"10.9.{number}.{i}:80" for i in range(IDS)] + [Listed(number).id]
        self.known = {one: None for one in self.ids}
        self.known[Listed(number).id] = (1, False)
        self.pending = None  # (id, state after it) of the call that has no answer yet
        self.done = Counter()
        self.faults = []

    def choice(self):
        """(name, method, path, body, id, state after it) of a call that makes sense now."""
        one = self.chance.choice(self.ids)
        path = f"{TARGETS}/{one}"
        now = self.known[one]
        weight = self.chance.randrange(1, 100)
        added = ("add" if now is None else "weigh", "POST", TARGETS,
                 {"url": f"http://{one}", "weight": weight}, one, (weight, False))
        if now is None:
            return added
        if now[1]:
            further = ("undrain", "DELETE", path + "/drain", None, one, (now[0], False))
        else:
            further = ("drain", "POST", path + "/drain", None, one, (now[0], True))
        removed = ("remove", "DELETE", path, None, one, None)
        return self.chance.choice([added, removed, further])

    def run(self, gapura):
        """Until the server is gone."""
        connection = gapura.connect()
        fields = {"Authorization": f"Bearer {gapura.token}", "Content-Type": "application/json"}
        try:
            while not self.faults:
                name, method, path, body, one, after = self.choice()
                self.pending = (one, after)
                connection.request(method, path, json.dumps(body) if body else None, fields)
                response = connection.getresponse()
                text = response.read()
                if response.status >= 300:
                    self.faults.append(f"{method} {path} {body}: {response.status} {text!r}")
                self.known[one] = after
                self.pending = None
                self.done[name] += 1
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def compare(self, seen):
        """What is not as it was told; then goes on with what is."""
        wrong = []
        for one in self.ids:
            allowed = [self.known[one]]
            if self.pending and self.pending[0] == one:
                allowed.append(self.pending[1])
            if seen.get(one) not in allowed:
                wrong.append(f"{one} is {seen.get(one)}, not one of {allowed}")
            self.known[one] = seen.get(one)
        self.pending = None
        return wrong


class KillNine(unittest.TestCase):
    def setUp(self):
        print(f"kill: seed {SEED}", flush=True)
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        servers = [Listed(number) for number in range(CLIENTS)]
        self.gapura = Gapura(BINARY, self.folder, servers)
        self.addCleanup(self.gapura.close)
        self.chance = random.Random(SEED)
        self.clients = [Client(number, random.Random(self.chance.random()))
                        for number in range(CLIENTS)]

    def change_until_killed(self):
        threads = [threading.Thread(target=client.run, args=(self.gapura,))
                   for client in self.clients]
        for thread in threads:
            thread.start()
        killer = threading.Timer(self.chance.uniform(0, LIFE_S), self.gapura.kill)
        killer.start()
        for thread in (killer, *threads):
            thread.join()
        for client in self.clients:
            self.assertEqual(client.faults, [], f"seed {SEED}")

    def seen(self):
        """Target id -> its state. A draining one that is not drained by us is on its way out."""
        _, state = self.gapura.admin("GET", "/api/v1/state")
        kept = (self.gapura.state / "state.yaml")
        if kept.exists():
            self.assertEqual(state["yaml"], kept.read_text(), f"seed {SEED}")
        drained = {entry["target"] for service in state["services"]
                   for entry in service["entries"] if entry["entry"] == "drained"}
        return {one: (target["weight"], one in drained)
                for one, target in self.gapura.targets().items()}

    def test_nothing_acknowledged_is_lost(self):
        unanswered = 0
        for number in range(ROUNDS):
            self.change_until_killed()
            unanswered += sum(client.pending is not None for client in self.clients)
            self.gapura.start()
            seen = self.seen()
            wrong = [line for client in self.clients for line in client.compare(seen)]
            self.assertEqual(wrong, [], f"round {number}, seed {SEED}")
        names = sorted(path.name for path in self.gapura.state.iterdir())
        self.assertNotIn("damaged", " ".join(names))
        self.assertNotIn("damaged", self.gapura.log())
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assert_all_is_audited()
        self.summarize(unanswered)

    def assert_all_is_audited(self):
        """Every acknowledged change is in the audit log: its line is there before the answer."""
        lines = [json.loads(line) for line in
                 (self.gapura.state / "audit.log").read_text().splitlines()]
        answered = sum(line["status"] < 300 for line in lines)
        acknowledged = sum(sum(client.done.values()) for client in self.clients)
        self.assertGreaterEqual(answered, acknowledged, f"seed {SEED}")

    def summarize(self, unanswered):
        done = sum((client.done for client in self.clients), Counter())
        note("KILL", f"kill: seed {SEED}, {ROUNDS} rounds, {sum(done.values())} changes "
             f"acknowledged, none lost; {unanswered} unanswered, none half made; "
             f"done: {listed(done)}")


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
