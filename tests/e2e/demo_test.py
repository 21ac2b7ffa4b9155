"""`gapura demo`, shortened: it scales up and down, fails no request and leaves nothing behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from rig import PATIENCE_S, eventually

BINARY = None
CLOSING = re.compile(
    r"^(\d+) requests? in \d+ s, (\d+) failed; (\d+) times? up, (\d+) times? down", re.M)


def services_of(folder):
    """Process ids of the demo's services that keep their state in `folder`."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in environment and b"demo-service" in command:
            found.append(int(process.name))
    return found


class DemoTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-demo-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self, *arguments):
        """The demo's own folder is made in ours."""
        process = subprocess.Popen(
            [str(BINARY), "demo", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env={**os.environ, "TMPDIR": str(self.folder)})
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def assert_nothing_left(self):
        self.assertEqual(list(self.folder.iterdir()), [])
        self.assertEqual(services_of(self.folder), [])

    def test_once_scales_up_and_down_and_fails_nothing(self):
        demo = self.start("--once", "--seconds", "20")
        text, _ = demo.communicate(timeout=240)

        closing = CLOSING.search(text)
        self.assertIsNotNone(closing, text)
        requests, failed, ups, downs = map(int, closing.groups())
        self.assertGreater(requests, 50, text)
        self.assertEqual(failed, 0, text)
        self.assertGreaterEqual(ups, 1, text)
        self.assertGreaterEqual(downs, 1, text)
        self.assertEqual(demo.returncode, 0, text)
        self.assert_nothing_left()

    def test_an_interrupt_ends_all_of_it(self):
        demo = self.start()
        eventually("a service of the demo runs", lambda: services_of(self.folder))

        demo.send_signal(signal.SIGINT)
        text, _ = demo.communicate(timeout=2 * PATIENCE_S)

        self.assertEqual(demo.returncode, 0, text)
        self.assertIn(" 0 failed", text)
        self.assert_nothing_left()

    def test_a_second_interrupt_leaves_nothing_either(self):
        demo = self.start()
        eventually("a service of the demo runs", lambda: services_of(self.folder))

        demo.send_signal(signal.SIGINT)
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=2 * PATIENCE_S)

        eventually("nothing runs any more", lambda: not services_of(self.folder))
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1)).resolve()
    unittest.main()
