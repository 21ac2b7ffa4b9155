#!/usr/bin/env python3
"""Each preset for a cloud, through the built program and against a fake of that cloud: what
`gapura provider check` says, then a machine that is made, listed, serves, drains and is deleted.

    presets_test.py <path of gapura> [unittest arguments]
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S, Service
from scaled import PREFIX, FakeCloud, Scaled

TOKEN = "not-a-real-token"
COMMAND = f"env NODE_PATH={DEBIAN_NODE_PATH} node {HERE / 'calculate.js'} 3000 --threads=1 " \
          "--address={{address}}"


class Presets(Scaled):
    def start_cloud(self, name, *options):
        self.cloud = FakeCloud(self.folder, f"fake_{name}.py", "--token", TOKEN, "--boot", "0.5",
                               "--command", COMMAND, *options)
        self.addCleanup(self.cloud.close)
        self.theirs = self.cloud.names()

    def start(self, preset, variables, **more):
        """Before a server that is always there."""
        (self.folder / "token").write_text(TOKEN + "\n")
        http = {"preset": preset, "variables": variables, **more}
        if preset != "docker":
            http["secrets"] = {"token": {"file": str(self.folder / "token")}}
        seed = Service(self.folder, "seed", "--threads=1")
        self.addCleanup(seed.close)
        self.start_gapura({"min": 1, "max": 3, "concurrency": 100, "window": {"down": "1h"},
                           "provider": {"namePrefix": PREFIX, "port": 3000, "listEvery": "1s",
                                        "http": http}}, servers=[seed.url])

    def check(self):
        """What `provider check` says; it must be content."""
        run = subprocess.run([through.BINARY, "provider", "check",
                              f"--configFile={self.folder / 'static.yaml'}"],
                             capture_output=True, text=True, timeout=PATIENCE_S)
        said = run.stdout + run.stderr
        self.assertEqual(run.returncode, 0, said)
        self.assertNotIn(TOKEN, said)
        return said

    def assert_makes_and_unmakes(self):
        self.assertIn("0 are ours", self.check())
        self.assertEqual(self.cloud.names(), self.theirs, "a check changes nothing")
        numbers = self.start_load(1)
        self.gapura.change_scaling(size=3)
        self.assert_comes_to(3)
        self.assertEqual(len(self.cloud.ours()), 2)
        said = self.check()
        self.assertIn("2 are ours", said)
        for name in self.cloud.ours():
            self.assertRegex(said, rf"{name}: running, 127\.\S+, id \S+")
        seen = len(self.cloud.seen())
        self.wait_until("the machines answer", lambda: len(self.cloud.seen()) > seen + 20)
        self.gapura.change_scaling(size=1)
        self.assert_comes_to(1)
        self.wait_until("they are deleted", lambda: self.cloud.names() == self.theirs)
        numbers.stop()
        self.assertEqual(numbers.faults[:5], [])
        self.wait_until("no instance is left", lambda: not self.gapura.scaling()["instances"])

    def test_hetzner(self):
        self.start_cloud("hetzner")
        self.start("hetzner", {"api": f"{self.cloud.url}/v1", "server_type": "cx22",
                               "image": "123456", "location": "nbg1", "network": "7890"})
        self.assert_makes_and_unmakes()

    def test_digitalocean(self):
        self.start_cloud("digitalocean")
        self.start("digitalocean", {"api": f"{self.cloud.url}/v2", "region": "sgp1",
                                    "size": "s-2vcpu-2gb", "image": "123456",
                                    "vpc": "5a4981aa-9653-4bd1-bef5-d6bff52042e4"})
        self.assert_makes_and_unmakes()

    def test_proxmox(self):
        self.start_cloud("proxmox")
        self.start("proxmox", {"api": f"{self.cloud.url}/api2/json", "node": "pve",
                               "template": "9000"})
        self.assert_makes_and_unmakes()

    def test_docker_of_debian(self):
        self.use_docker("1.24-1.41")

    def test_docker_29(self):
        self.use_docker("1.44-1.52")

    def use_docker(self, versions):
        path = self.folder / "docker.sock"
        self.start_cloud("docker", "--socket", str(path), "--api", versions)
        self.start("docker", {"image": "calculate:1.4"}, unixSocket=str(path))
        self.assert_makes_and_unmakes()


if __name__ == "__main__":
    through.main()
