#!/usr/bin/env python3
"""What `gapura simulate` predicts of a load beside what Gapura really spends on it: instance-hours,
within 5 %. Takes some minutes; ./dev soak runs it.

    hours_test.py <path of gapura> [unittest arguments]

GAPURA_SCALE_RESULTS names a file to which the run's line is added.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from churn_load import HOST, read_head
from long_run import note
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S
from scaled import Scaled

SHAPE = ((60, 10), (150, 50), (150, 10))  # seconds, requests a second
WAIT_MS = 200  # the work of a request; targets only wait, so that this machine is enough for them
CONCURRENCY = 4
WITHIN = 0.05


class Hours(Scaled):
    def start(self):
        first = 10_000 + os.getpid() * 331 % 20_000
        process = {"command": ["node", str(HERE / "churn_target.js"), "{{port}}"],
                   "environment": {"NODE_PATH": DEBIAN_NODE_PATH},
                   "ports": f"{first}-{first + 100}"}
        self.record = self.folder / "decisions.jsonl"
        self.policy = {"min": 1, "max": 8, "concurrency": CONCURRENCY,
                       "window": {"down": "30s"}, "cooldown": {"down": "5s"}}
        self.start_gapura({**self.policy, "record": str(self.record),
                           "provider": {"process": process}}, rule="PathPrefix(`/`)")
        self.addCleanup(self.remove_machines)
        self.assert_comes_to(1)

    async def request(self, number):
        began = time.monotonic()
        reader, writer = await asyncio.open_connection(HOST, self.gapura.port)
        try:
            writer.write(f"GET /churn/{number}?wait={WAIT_MS}&bytes=10 HTTP/1.1\r\nHost: hours\r\n"
                         "Connection: close\r\n\r\n".encode())
            status, _ = await read_head(reader)
            await reader.read()
        finally:
            writer.close()
        self.took.append(time.monotonic() - began)
        self.assertEqual(status, 200)

    async def load(self):
        """As planned, whatever becomes of it."""
        due = time.monotonic()
        tasks = []
        for seconds, rate in SHAPE:
            for _ in range(seconds * rate):
                tasks.append(asyncio.create_task(self.request(len(tasks))))
                due += 1 / rate
                await asyncio.sleep(max(0, due - time.monotonic()))
        await asyncio.gather(*tasks)

    def ticks(self):
        lines = (json.loads(line) for line in self.record.read_text().splitlines())
        return [line["sample"] for line in lines if "sample" in line]

    def spent_hours(self, since_ns, until_ns):
        """Of all that there is, from the wish to the end of the drain."""
        hours = 0
        ticks = self.ticks()
        for before, tick in zip(ticks, ticks[1:]):
            if since_ns <= before["at"] and tick["at"] <= until_ns:
                there = sum(before[kind] for kind in ("serving", "booting", "draining",
                                                      "suspended"))
                hours += there * (tick["at"] - before["at"]) / 3.6e12
        return hours

    def predicted(self, boot_s):
        (self.folder / "policy.yaml").write_text(json.dumps(self.policy))
        rows, second = ["second,requests"], 0
        for seconds, rate in SHAPE:
            rows += [f"{second + i},{rate}" for i in range(seconds)]
            second += seconds
        (self.folder / "trace.csv").write_text("\n".join(rows) + "\n")
        run = subprocess.run(
            [through.BINARY, "simulate", "--policy", self.folder / "policy.yaml",
             "--trace", self.folder / "trace.csv", "--boot", f"{boot_s * 1000:.0f}ms",
             "--service-time", f"{WAIT_MS}ms", "--concurrency", str(CONCURRENCY), "--json"],
            capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)["outcomes"][0]

    def test_predicted_hours_are_those_spent(self):
        self.start()
        self.took = []
        since = time.monotonic_ns()
        asyncio.run(self.load())
        until = since + sum(seconds for seconds, _ in SHAPE) * 10**9
        scaling = self.gapura.scaling()
        changes = [(change["from"], change["to"]) for change in reversed(scaling["changes"])]
        boot_s = scaling["bootSeconds"]
        spent = self.spent_hours(since, until)
        predicted = self.predicted(boot_s)
        again = subprocess.run([through.BINARY, "simulate", "--recorded", self.record],
                               capture_output=True, text=True, timeout=PATIENCE_S)

        off = predicted["hours"] / spent - 1
        note("SCALE", f"hours: {len(self.took)} requests in {sum(s for s, _ in SHAPE)} s, mean "
             f"{sum(self.took) / len(self.took):.3f} s, boot {boot_s} s; predicted "
             f"{predicted['hours'] * 60:.2f} instance-minutes, spent {spent * 60:.2f} "
             f"({100 * off:+.1f} %); changes predicted "
             f"{[(c['from'], c['to']) for c in predicted['changes']]}, made {changes}; "
             f"taken again: {again.stdout.strip().splitlines()[0]}")
        self.assertEqual(again.returncode, 0, again.stdout)
        self.assertLess(abs(off), WITHIN)


if __name__ == "__main__":
    through.main()
