#!/usr/bin/env python3
"""The built program in front of the seed's calculate service, two of it on Node, under load.

    calculate_test.py <path of gapura> [unittest arguments]

"Nothing failed" is judged by numbered requests, checked bodies and the services' own ledgers, in
which each number must stand exactly once; status codes alone would not show a request sent twice.
"""

import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import PATIENCE_S, Gapura, Numbers, Service, check_body, eventually

BINARY = None
UNDER_LOAD = 1000  # requests before and after each change: enough to have some in flight always


class Calculate(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.services = []
        for name in ("one", "two"):
            service = Service(self.folder, name, "--threads=1")
            self.addCleanup(service.close)
            self.services.append(service)
        self.gapura = Gapura(BINARY, self.folder, self.services)
        self.addCleanup(self.gapura.close)
        self.addCleanup(self.assert_ends_cleanly)  # runs first

    def assert_ends_cleanly(self):
        """Whatever a test did: SIGTERM, exit 0, and no sanitizer has said a word."""
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assertNotRegex(self.gapura.log(), r"(?:Address|Thread|Leak)Sanitizer|runtime error:")

    def post(self, body, path="/calculate"):
        connection = http.client.HTTPConnection("127.0.0.1", self.gapura.port, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()

    def start_load(self):
        numbers = Numbers(self.gapura.port)
        self.addCleanup(numbers.stop)
        return numbers

    def assert_exactly_once(self, numbers):
        """Every request was answered rightly, and seen by exactly one service exactly once."""
        self.assertEqual(numbers.faults[:5], [], self.gapura.log()[-2000:])
        self.assertEqual(numbers.answered, numbers.sent)
        seen = sum((service.seen() for service in self.services), start=Counter())
        seen.pop("-", None)
        self.assertEqual({number for number, times in seen.items() if times != 1}, set())
        self.assertEqual(len(seen), numbers.sent)

    def assert_even(self, tolerance):
        counts = [sum(service.seen().values()) for service in self.services]
        half = sum(counts) / 2
        self.assertLessEqual(max(counts) - half, half * tolerance, counts)

    def remove_under_load(self, remove):
        """`remove(leaver)` returns when the leaver is said to be gone; then it is killed."""
        stayer, leaver = self.services
        numbers = self.start_load()
        numbers.until(UNDER_LOAD)
        self.assertGreater(sum(leaver.seen().values()), 0)
        remove(leaver)
        last = sum(leaver.seen().values())
        leaver.kill()
        before = sum(stayer.seen().values())
        numbers.until(UNDER_LOAD)
        numbers.stop()
        self.assertEqual(sum(leaver.seen().values()), last)
        self.assertGreaterEqual(sum(stayer.seen().values()) - before, UNDER_LOAD)
        self.assert_exactly_once(numbers)

    def wait_until_gone(self, service):
        eventually(f"{service.id} is gone", lambda: service.id not in self.gapura.targets())

    # --- the contract ---

    def test_answers_are_the_services_own(self):
        status, body = self.post('{"number": 14}')
        self.assertEqual((status, check_body(body, 14)), (200, None))
        for bad in ('{"number": 0}', '{"number": -3}', '{"number": "14"}', "{}", "not json"):
            status, body = self.post(bad)
            self.assertEqual(status, 400, bad)
            self.assertIn("error", json.loads(body))
        status, _ = self.post('{"number": 14}', path="/elsewhere")
        self.assertEqual(status, 404)

    def test_real_cost(self):
        for number in (13, 27, 12, 7):
            status, body = self.post(json.dumps({"number": number}))
            self.assertEqual((status, check_body(body, number)), (200, None))

    # --- volume ---

    def test_numbered_requests_are_answered_once_and_spread_evenly(self):
        numbers = self.start_load()
        numbers.until(3000)
        numbers.stop()
        self.assert_exactly_once(numbers)
        self.assert_even(tolerance=0.02)

    @unittest.skipUnless(shutil.which("ab"), "ab (apache2-utils) is not installed")
    def test_ab_sees_only_200(self):
        body = self.folder / "body.json"
        body.write_text('{"number": 14}')
        run = subprocess.run(
            ["ab", "-k", "-n", "3000", "-c", "16", "-p", str(body), "-T", "application/json",
             f"http://127.0.0.1:{self.gapura.port}/calculate"],
            capture_output=True, text=True, timeout=4 * PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stdout, r"Complete requests:\s+3000\b")
        self.assertRegex(run.stdout, r"Failed requests:\s+0\b")
        self.assertNotIn("Non-2xx", run.stdout)
        self.assertEqual(sum(sum(service.seen().values()) for service in self.services), 3000)
        self.assert_even(tolerance=0.02)

    @unittest.skipUnless(shutil.which("wrk"), "wrk is not installed")
    def test_wrk_sees_only_200(self):
        script = self.folder / "post.lua"
        script.write_text('wrk.method = "POST"\nwrk.body = \'{"number": 14}\'\n'
                          'wrk.headers["Content-Type"] = "application/json"\n')
        run = subprocess.run(
            ["wrk", "-t", "1", "-c", "32", "-d", "3s", "-s", str(script), "--timeout", "20s",
             f"http://127.0.0.1:{self.gapura.port}/calculate"],
            capture_output=True, text=True, timeout=4 * PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn("Non-2xx", run.stdout)
        self.assertNotIn("Socket errors", run.stdout)
        answered = int(re.search(r"(\d+) requests in", run.stdout).group(1))
        self.assertGreater(answered, 100)
        self.assert_even(tolerance=0.05)

    # --- one is removed under load, and its machine deleted ---

    def test_removal_by_update_servers(self):
        def remove(leaver):
            urls = [f"{s.url}" for s in self.services if s is not leaver]
            status, answer = self.gapura.admin("POST", "/update-servers", {"servers": urls})
            self.assertEqual((status, answer["message"]),
                             (200, "services.yaml updated successfully"))
            self.wait_until_gone(leaver)

        self.remove_under_load(remove)

    def test_removal_by_file(self):
        def remove(leaver):
            self.gapura.write_servers([s for s in self.services if s is not leaver])
            self.wait_until_gone(leaver)

        self.remove_under_load(remove)

    def test_removal_by_delete_and_wait(self):
        def remove(leaver):
            status, answer = self.gapura.admin(
                "DELETE", f"/api/v1/services/calculate/targets/{leaver.id}?wait=true")
            self.assertEqual(status, 200, answer)
            self.assertEqual(answer["cut"], 0, answer)
            self.assertNotIn(leaver.id, self.gapura.targets())

        self.remove_under_load(remove)

    # --- and the rest of a day ---

    def test_a_service_that_dies_unannounced_costs_no_connect_failure(self):
        """Its process is killed while idle: later requests find it closed and go to the other."""
        status, _ = self.post('{"number": 14}')
        self.assertEqual(status, 200)
        self.services[1].kill()
        for _ in range(20):
            status, body = self.post('{"number": 14}')
            self.assertEqual((status, check_body(body, 14)), (200, None))

    def test_sigterm_under_load_loses_nothing_that_was_accepted(self):
        """Afterwards clients are refused; whatever was answered before was answered rightly."""
        numbers = self.start_load()
        numbers.until(200)
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-2000:])
        numbers.stop()
        # What was under way in a service was answered, not cut: nothing was seen without an answer.
        refused = [fault for fault in numbers.faults if "ConnectionRefused" in fault]
        cut = [fault for fault in numbers.faults if fault not in refused]
        seen = sum(sum(service.seen().values()) for service in self.services)
        self.assertLessEqual(seen - numbers.answered, 0, cut[:5])


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
