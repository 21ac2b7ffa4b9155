#!/usr/bin/env python3
"""Node's http client and the `ws` library through the built program.

    node_client_test.py <path of gapura> [unittest arguments]
"""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S


class NodeClient(through.Through):
    def node(self, task):
        run = subprocess.run(["node", str(HERE / "node_client.js"), task, self.url],
                             capture_output=True, text=True, timeout=2 * PATIENCE_S,
                             env={**os.environ, "NODE_PATH": DEBIAN_NODE_PATH})
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])
        return json.loads(run.stdout)

    def test_keep_alive_agent(self):
        self.assertEqual(self.node("keep_alive"), {"right": 100, "reused": 99})

    def test_trailers_both_ways(self):
        self.assertEqual(self.node("trailers"),
                         {"down": {"x-sum": "42"}, "up": {"x-mine": "7"}, "bytes": 24})

    def test_websocket_library(self):
        self.assertEqual(self.node("websocket"),
                         {"text": "grüß dich", "isSame": True, "pong": "are you there",
                          "code": 4001, "reason": "enough"})


if __name__ == "__main__":
    through.main()
