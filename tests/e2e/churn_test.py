#!/usr/bin/env python3
"""Targets come, go, die and freeze, and the configuration changes, while clients go on: only what a
kill takes with it may fail.

    churn_test.py <path of gapura> [unittest arguments]

GAPURA_CHURN_S says for how long (12), GAPURA_CHURN_SEED repeats a run's choices, and
GAPURA_CHURN_RESULTS names a file to which the run's line is added, as ./dev soak does.
"""

import asyncio
import os
import random
import shutil
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from churn_fleet import ChurnGapura, Fleet
from churn_ledger import Ledger
from churn_load import Load
from long_run import listed, note, seed_of
from through import IS_SANITIZED

BINARY = None
SECONDS = float(os.environ.get("GAPURA_CHURN_S", "12"))
SEED = seed_of("CHURN")
RATE = 20 if IS_SANITIZED else 60  # requests a second
SOCKETS = 30 if IS_SANITIZED else 100
TARGETS = 6


class Churn(unittest.TestCase):
    def setUp(self):
        print(f"churn: seed {SEED}", flush=True)
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.gapura = ChurnGapura(BINARY, self.folder)
        self.addCleanup(self.gapura.close)
        self.fleet = Fleet(self.gapura, self.folder, random.Random(SEED))
        self.addCleanup(self.fleet.close)

    async def run_load(self):
        await self.fleet.start(TARGETS)
        load = Load(self.gapura.port, SEED, RATE, SOCKETS)
        try:
            await self.fleet.churn(SECONDS)
        finally:
            await load.stop()
        return load.asked

    def test_only_what_a_kill_takes_with_it_fails(self):
        all_asked = asyncio.run(self.run_load())
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assertNotRegex(self.gapura.log(), r"(?:Address|Thread|Leak)Sanitizer|runtime error:")
        ledger = Ledger(self.fleet.lives(), self.folder / "access.log")
        reasons, complaints = ledger.judge(all_asked)
        line = self.summary(all_asked, reasons, len(complaints), ledger.replays(all_asked))
        note("CHURN", line)
        self.assertEqual(complaints[:10], [], f"{len(complaints)} in all; seed {SEED}")
        self.assertEqual(self.fleet.cut, 0, "a planned drain cut requests")

    def summary(self, all_asked, reasons, unexplained, replays):
        kinds = Counter("WebSockets" if asked.method == "WebSocket" else "requests"
                        for asked in all_asked)

        return (f"churn: seed {SEED}, {SECONDS:.0f} s, {listed(kinds)}; "
                f"failed as they had to: {listed(reasons)}; unexplained: {unexplained}; "
                f"sent twice: {replays}; done: {listed(self.fleet.done)}")


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
