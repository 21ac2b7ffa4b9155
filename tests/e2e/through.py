"""A test of one kind of client: origin.js behind the built program, which must end cleanly."""

import os
import shutil
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from rig import Gapura, Service

BINARY = None
# A sanitizer multiplies time and memory: sizes are cut, and memory is not judged.
IS_SANITIZED = bool(os.environ.get("GAPURA_SANITIZE"))


class Through(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.origin = Service(self.folder, "origin", script="origin.js")
        self.addCleanup(self.origin.close)
        self.gapura = Gapura(BINARY, self.folder, [self.origin], rule="PathPrefix(`/`)")
        self.addCleanup(self.gapura.close)
        self.addCleanup(self.assert_ends_cleanly)  # runs first
        self.url = f"http://127.0.0.1:{self.gapura.port}"

    def assert_ends_cleanly(self):
        """SIGTERM, exit 0, and no sanitizer has said a word."""
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assertNotRegex(self.gapura.log(), r"(?:Address|Thread|Leak)Sanitizer|runtime error:")


class Memory:
    """The most that a process had resident while this was open, in MiB."""

    def __init__(self, pid):
        self.status = Path(f"/proc/{pid}/status")
        self.before = self.most = self._now()

    def __enter__(self):
        self._is_over = False
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over = True
        self._thread.join()

    def _now(self):
        for line in self.status.read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def _sample(self):
        while not self._is_over:
            self.most = max(self.most, self._now())
            time.sleep(0.01)


def main():
    """<script> <path of gapura> [unittest arguments]"""
    global BINARY
    BINARY = Path(sys.argv.pop(1))
    unittest.main(module="__main__")
