#!/usr/bin/env python3
"""A disk that is full: the call fails, nothing is half applied, and all goes on when there is room.

    full_disk_test.py <path of gapura> [unittest arguments]
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import Gapura, eventually

BINARY = None
TARGETS = "/api/v1/services/calculate/targets"
LISTED = SimpleNamespace(id="10.8.0.1:80", url="http://10.8.0.1:80")  # asked for nothing
MANY = 2000  # far more than there is room for


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def begin(self, kind):
        gapura = kind(BINARY, self.folder, [LISTED], more_static="log: {level: ERROR}\n")
        self.addCleanup(gapura.close)
        return gapura

    def fill(self, gapura):
        """Adds targets until one is refused: (their ids, that one's, status, answer)."""
        added = set()
        for i in range(MANY):
            one = f"10.9.{i // 250}.{i % 250}:80"
            status, answer = gapura.admin("POST", TARGETS, {"url": f"http://{one}"})
            if status != 201:
                return added, one, status, answer
            added.add(one)
        self.fail("there was room for everything")

    def assert_fails_whole_and_goes_on(self, gapura, wanted_status):
        added, refused, status, answer = self.fill(gapura)

        self.assertEqual(status, wanted_status, answer)
        self.assertEqual(answer["status"], wanted_status)
        self.assertIn("nothing was changed", answer["detail"])
        self.assertEqual(set(gapura.targets()), added | {LISTED.id})
        kept = (gapura.state / "state.yaml").read_text()
        self.assertEqual(kept.count("- url:"), len(added))
        self.assertNotIn(refused, kept)

        gapura.make_room()
        status, answer = gapura.admin("POST", TARGETS, {"url": f"http://{refused}"})
        self.assertEqual(status, 201, answer)
        self.assertIn(refused, (gapura.state / "state.yaml").read_text())

    def test_a_file_that_may_not_grow_is_507_and_changes_nothing(self):
        gapura = self.begin(SmallFiles)

        self.assert_fails_whole_and_goes_on(gapura, 507)

        gapura.kill()
        gapura.start()
        self.assertGreater(len(gapura.targets()), 10)

    def test_a_full_disk_is_507_and_changes_nothing(self):
        if fault := SmallDisk.fault():
            self.skipTest(fault)
        gapura = self.begin(SmallDisk)

        self.assert_fails_whole_and_goes_on(gapura, 507)
        lost = eventually("the loss is counted", lambda: [
            line for line in gapura.metrics().splitlines()
            if line.startswith("gapura_audit_lines_lost_total")])
        self.assertEqual(len(lost), 1)


class SmallFiles(Gapura):
    """It may write no file above 16 KiB: whoever runs the test, wherever."""

    BYTES = 16 << 10

    def start(self):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.BYTES, before[1]))
        try:
            super().start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def make_room(self):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))


class SmallDisk(Gapura):
    """Its state is on a file system of 32 KiB, in a mount namespace of its own."""

    CAN_MOUNT = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]

    def start(self):
        self.inside = str(self.state)
        mount = f"mount -t tmpfs -o size=32k tmpfs {self.inside} && exec "
        self.command = [*self.CAN_MOUNT, mount + " ".join(self.command)]
        super().start()

    def _token(self):
        self.state = Path(f"/proc/{self.process.pid}/root{self.inside}")  # as the process sees it
        return super()._token()

    def make_room(self):
        subprocess.run(["nsenter", "--target", str(self.process.pid), "--user", "--mount",
                        "--preserve-credentials", "mount", "-o", "remount,size=1m", self.inside],
                       check=True)

    @classmethod
    def fault(cls):
        """Why it cannot be had here; empty: it can."""
        if not shutil.which("unshare") or not shutil.which("nsenter"):
            return "there is no unshare"
        run = subprocess.run([*cls.CAN_MOUNT, "mount -t tmpfs tmpfs /mnt"], capture_output=True)
        return run.stderr.decode().strip()


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
