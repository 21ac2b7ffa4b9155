#!/usr/bin/env python3
"""Chromium through the built program: a page with 50 resources at a time, events and a WebSocket.

    browser_test.py <path of gapura> [unittest arguments]
"""

import json
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import PATIENCE_S

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--dump-dom")


class Browser(through.Through):
    @unittest.skipUnless(shutil.which("chromium"), "chromium is not installed")
    def test_a_page_with_everything(self):
        run = subprocess.run(
            ["chromium", *FLAGS, f"--user-data-dir={self.folder / 'profile'}", f"{self.url}/page"],
            capture_output=True, text=True, timeout=4 * PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])
        verdict = re.search(r'<p id="verdict">(.*?)</p>', run.stdout)
        self.assertIsNotNone(verdict, run.stdout[-2000:])
        self.assertEqual(json.loads(verdict.group(1)),
                         {"resources": 50, "events": True, "socket": True})


if __name__ == "__main__":
    through.main()
