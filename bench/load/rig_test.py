#!/usr/bin/env python3
"""The rig measures what it says: rig_test.py <build folder>."""

import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

import chart
import goals
import report
import statistic
import tools
import workloads
from workloads import Workload

BUILD = Path("build/dev")
CASE = Workload("test", "of the rig", connections=8)
STALL_S = 0.5


class OpenLoop(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def load(self, origin, case=CASE, rate=200, **more):
        return tools.open_loop(BUILD, origin.port, case, "", rate, 1, self.folder, **more)

    def test_answers_all_that_were_due(self):
        with tools.Origin(BUILD) as origin:
            found = self.load(origin)

        self.assertAlmostEqual(found["requests"], 200, delta=80)  # exponential intervals
        self.assertEqual([found[key] for key in ("errors", "not_2xx", "unanswered")], [0, 0, 0])
        self.assertLessEqual(found["p50_us"], found["p99_us"])
        self.assertLessEqual(found["p99_us"], found["max_us"])

    def test_charges_a_stalled_server_for_what_could_not_be_sent(self):
        request = self.folder / "request"
        request.write_bytes(CASE.request(""))
        with tools.Origin(BUILD) as origin:
            command = [BUILD / "bench/load_open_loop", "--port", origin.port, "--rate", 200,
                       "--seconds", 3, "--connections", 1, "--request", request]
            load = subprocess.Popen(list(map(str, command)), text=True, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE)
            load.stderr.readline()  # "begun"
            origin.process.send_signal(signal.SIGSTOP)
            time.sleep(STALL_S)  # the stall itself: how long it takes is what is tested
            origin.process.send_signal(signal.SIGCONT)
            printed, _ = load.communicate(timeout=60)

        found = tools.json.loads(printed)
        # A closed loop on its one connection would have seen one slow request of 600. At least a
        # hundred were due in the stall; the ten that waited longest are more than 1 % of all.
        self.assertEqual(found["requests"], 600)
        self.assertGreaterEqual(found["p99_us"], 1e6 * (STALL_S - 0.1))
        self.assertGreaterEqual(found["max_us"], found["p99_us"])

    def test_measures_an_origin_that_answers_late(self):
        with tools.Origin(BUILD, 20) as origin:
            found = self.load(origin)

        self.assertGreaterEqual(found["p50_us"], 20_000)

    def test_counts_what_nobody_answers(self):
        with tools.Origin(BUILD, 60_000) as origin:
            found = self.load(origin, rate=20, patience_s=1)

        self.assertEqual(found["requests"], 0)
        self.assertGreater(found["unanswered"], 0)
        self.assertGreaterEqual(found["p50_us"], 1e6)

    def test_sends_bodies_and_takes_them(self):
        both = Workload("both", "", method="POST", path="/size/300000", body_bytes=200_000,
                        connections=2)
        with tools.Origin(BUILD) as origin:
            found = self.load(origin, both, rate=50)

        self.assertGreater(found["requests"], 0)
        self.assertEqual(found["errors"], 0)

    def test_opens_a_connection_for_each_request(self):
        with tools.Origin(BUILD) as origin:
            found = self.load(origin, Workload("new", "", connections=4, opens_each=True))

        self.assertGreater(found["requests"], 0)
        self.assertEqual(found["errors"], 0)

    def test_echoes_over_a_websocket(self):
        case = Workload("ws", "", path="/echo", websocket=True, body_bytes=64, connections=4)
        with tools.Origin(BUILD) as origin:
            found = self.load(origin, case)

        self.assertGreater(found["requests"], 0)
        self.assertEqual(found["errors"], 0)


def runs(*figures):
    return [{"cpu_us": figure, "requests_per_s": 1000} for figure in figures]


class Results(unittest.TestCase):
    CASES = {"small/64": {"gapura": runs(8, 9, 10), "haproxy": runs(12, 10, 11),
                          "relay": runs(8, 8, 8)}}

    def test_reads_every_workload(self):
        names = [case.name for case in workloads.load()]

        self.assertIn("small/1000", names)
        self.assertEqual(len(names), len(set(names)))

    def test_takes_medians_and_ratios(self):
        ours, theirs = self.CASES["small/64"]["gapura"], self.CASES["small/64"]["haproxy"]

        self.assertEqual(statistic.median(ours, "cpu_us"), 9)
        self.assertEqual(statistic.half_range(ours, "cpu_us"), 1)
        self.assertAlmostEqual(statistic.ratio(ours, theirs, "cpu_us"), 9 / 11)
        self.assertIsNone(statistic.ratio(ours, [], "cpu_us"))

    def test_judges_goals(self):
        outcomes = {outcome.what: outcome.word() for outcome in goals.Judge(self.CASES, {}).all()}

        self.assertEqual(outcomes["small/64: CPU per request x haproxy"], "met")
        self.assertEqual(outcomes["small/64: CPU per request x relay"], "missed")
        self.assertEqual(outcomes["post: CPU per request x haproxy"], "open")

    def test_judges_only_cases_that_there_are(self):
        names = {case.name for case in workloads.load()}

        for outcome in goals.Judge({}, {}).all():
            case = outcome.what.split(":")[0]
            self.assertTrue(case in names or case.startswith("2 workers"), case)

    def test_draws_a_chart(self):
        drawn = ElementTree.fromstring(chart.draw(self.CASES, "a & b"))

        bars = [each for each in drawn.iter() if each.get("fill") == chart.COLOURS["gapura"]]
        self.assertEqual(len(bars), 2)  # and the legend's
        self.assertIsNone(chart.draw({"small/64": {"gapura": runs(1)}}, "alone"))

    def test_overwrites_no_result(self):
        case = {"name": "small/64", "workload": {"meaning": "small"}, "rate": 0,
                "left_out": {"caddy": "it is not here"}, "runs": self.CASES["small/64"]}
        result = {"facts": {"date": "2026-01-02", "cpu": "A CPU(R)"}, "cases": [case],
                  "scaling": {16: {1: [], 2: []}}}
        with tempfile.TemporaryDirectory() as folder:
            first = report.write(result, Path(folder))
            second = report.write(result, Path(folder))

            self.assertEqual([first.name, second.name],
                             ["2026-01-02-a-cpu.md", "2026-01-02-a-cpu-2.md"])
            self.assertIn("| gapura | 9.00 | 11.1 | 0.818 | 1.125 |", first.read_text())
            self.assertTrue(first.with_suffix(".svg").exists())


if __name__ == "__main__":
    BUILD = Path(sys.argv.pop(1)).resolve()
    unittest.main()
