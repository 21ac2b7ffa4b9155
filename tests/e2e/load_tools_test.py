#!/usr/bin/env python3
"""ab and wrk through the built program: HTTP/1.0 with keep-alive, and HTTP/1.1 as fast as it goes.

    load_tools_test.py <path of gapura> [unittest arguments]
"""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import PATIENCE_S


class LoadTools(through.Through):
    def run_tool(self, *arguments):
        run = subprocess.run(arguments, capture_output=True, text=True, timeout=4 * PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_ab_keeps_its_connections_alive(self):
        said = self.run_tool("ab", "-k", "-n", "2000", "-c", "20", f"{self.url}/file")
        self.assertRegex(said, r"Complete requests:\s+2000\b")
        self.assertRegex(said, r"Failed requests:\s+0\b")
        self.assertRegex(said, r"Keep-Alive requests:\s+2000\b")
        self.assertNotIn("Non-2xx", said)

    def test_ab_without_keep_alive(self):
        said = self.run_tool("ab", "-n", "500", "-c", "20", f"{self.url}/file")
        self.assertRegex(said, r"Complete requests:\s+500\b")
        self.assertRegex(said, r"Failed requests:\s+0\b")
        self.assertNotIn("Non-2xx", said)

    def test_wrk_sees_no_error(self):
        said = self.run_tool("wrk", "-t", "1", "-c", "64", "-d", "2s", "--timeout", "20s",
                             f"{self.url}/file")
        self.assertNotIn("Non-2xx", said)
        self.assertNotIn("Socket errors", said)
        self.assertGreater(int(re.search(r"(\d+) requests in", said).group(1)), 100)


if __name__ == "__main__":
    through.main()
