#!/usr/bin/env python3
"""A service that is scaled out and in again and again, with requests of every kind under way: not
one may fail.

    scale_in_test.py <path of gapura> [unittest arguments]

GAPURA_SCALE_INS and GAPURA_SCALE_REQUESTS say how many removals (4) and requests (5000) there are
to be at least; GAPURA_SCALE_RESULTS names a file to which the run's line is added, as ./dev soak
does. Each answer is counted by its status at the client, and beside that by Gapura itself.
"""

import asyncio
import os
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from churn_load import Load
from long_run import listed, note, seed_of
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S
from scaled import Scaled

SCALE_INS = int(os.environ.get("GAPURA_SCALE_INS", "4"))
REQUESTS = int(os.environ.get("GAPURA_SCALE_REQUESTS", "5000"))
SEED = seed_of("CHURN")
MOST = 5
CLIENTS = 32  # of wrk, each with a connection that it keeps
CHUNK_S = 2 if SCALE_INS < 50 else 20  # of wrk's runs: their ends are the clients' own doing
ANSWERS = re.compile(r'^traefik_service_requests_total\{.*code="(\d+)".*\} (\S+)$', re.M)
ERRORS = re.compile(r'^gapura_errors_total\{reason="(\w+)"\} (\S+)$', re.M)


class ScaleIn(Scaled):
    def start(self):
        first = 10_000 + os.getpid() * 331 % 20_000
        process = {"command": ["node", str(HERE / "churn_target.js"), "{{port}}"],
                   "environment": {"NODE_PATH": DEBIAN_NODE_PATH},
                   "ports": f"{first}-{first + 300}"}
        self.start_gapura({"min": 1, "max": MOST, "concurrency": 1000,
                           "maxCreatesPerHour": 10000, "maxDeletesPerHour": 10000,
                           "provider": {"process": process, "createsAtOnce": MOST}},
                          rule="PathPrefix(`/`)")
        self.addCleanup(self.remove_machines)
        self.assert_comes_to(1)
        self.statuses = Counter()  # of wrk
        self.errors = Counter()
        self.scale_ins = 0

    async def ask_fast(self):
        """Until there have been enough of both."""
        while self.scale_ins < SCALE_INS or self.statuses.total() < REQUESTS:
            wrk = await asyncio.create_subprocess_exec(
                "wrk", "-t", "1", "-c", str(CLIENTS), "-d", f"{CHUNK_S}s", "--timeout",
                f"{PATIENCE_S:.0f}s", "-s", str(HERE / "statuses.lua"),
                f"http://127.0.0.1:{self.gapura.port}/health", stdout=asyncio.subprocess.PIPE)
            said = (await wrk.communicate())[0].decode()
            self.assertEqual(wrk.returncode, 0, said)
            for kind, name, count in re.findall(r"^(status|error) (\w+) (\d+)$", said, re.M):
                (self.statuses if kind == "status" else self.errors)[name] += int(count)

    async def scale(self, is_over):
        """Out to the most, in to one."""
        while not is_over():
            for size in (MOST, 1):
                await asyncio.to_thread(self.gapura.change_scaling, size=size)
                await asyncio.to_thread(self.assert_comes_to, size)
            self.scale_ins += MOST - 1

    def counted(self, pattern):
        """By gapura itself."""
        counts = Counter()
        for name, count in pattern.findall(self.gapura.metrics()):
            counts[name] += int(float(count))
        return counts

    async def run_load(self):
        slow = Load(self.gapura.port, SEED, rate=20, sockets=20)
        try:
            fast = asyncio.create_task(self.ask_fast())
            scaling = asyncio.create_task(self.scale(fast.done))
            await asyncio.gather(fast, scaling)
        finally:
            await slow.stop()
        return slow.asked

    def test_no_request_fails(self):
        self.start()
        asked = asyncio.run(self.run_load())
        self.wait_until("gapura has counted them all", lambda:
                        self.counted(ANSWERS).total() >= self.statuses.total() + len(asked))
        answers, reasons = self.counted(ANSWERS), +self.counted(ERRORS)
        faults = [str(one) for one in asked if one.fault]
        note("SCALE", self.summary(asked, faults, answers, reasons))

        self.assertEqual(faults[:10], [], f"{len(faults)} in all; seed {SEED}")
        self.assertEqual(set(self.statuses), {"200"})
        self.assertEqual({name: count for name, count in self.errors.items() if count}, {})
        # 499: whoever asked had left. wrk leaves what is under way at the end of each run.
        self.assertEqual(set(answers) - {"499"}, {"200", "101"})
        self.assertEqual(set(reasons) - {"client_gone"}, set())
        sockets = sum(one.method == "WebSocket" for one in asked)
        self.assertEqual(answers["101"], sockets)
        self.assertGreaterEqual(answers["200"], self.statuses["200"] + len(asked) - sockets)
        drains = re.findall(r" drained in \d+ ms; .*", self.gapura.log())
        self.assertGreaterEqual(len(drains), self.scale_ins)
        self.assertEqual([drain for drain in drains if "none was cut" not in drain], [])

    def summary(self, asked, faults, answers, reasons):
        kinds = Counter(one.method for one in asked)
        return (f"scale-in: seed {SEED}, {self.scale_ins} removals; clients: wrk by status "
                f"{listed(self.statuses)}, errors {listed(+self.errors)}; with bodies and waits "
                f"{listed(kinds)}, failed {len(faults)}; gapura: by status {listed(answers)}, "
                f"errors {listed(reasons)}")


if __name__ == "__main__":
    through.main()
