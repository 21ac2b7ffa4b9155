#!/usr/bin/env python3
"""The seed's system with Gapura in it: a cloud with IDCloudHost's calls whose machines are real
calculate services, and load that must not lose a request.

    idcloudhost_test.py <path of gapura> [unittest arguments]
"""

import http.client
import json
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S, eventually
from scaled import PREFIX, FakeCloud, Scaled

TOKEN = "not-a-real-token"
OTHERS = ["seed-1", "somebody-else"]
COMMAND = f"env NODE_PATH={DEBIAN_NODE_PATH} node {HERE / 'calculate.js'} 3000 --threads=1 " \
          "--address={{address}}"


def is_listening(address, port):
    with socket.socket() as client:
        return client.connect_ex((address, port)) == 0


class IdCloudHost(Scaled):
    def start_cloud(self, *options):
        """The seed machine serves from the beginning."""
        self.cloud = FakeCloud(self.folder, "fake_idcloudhost.py", "--token", TOKEN,
                               "--command", COMMAND, *options)
        self.addCleanup(self.cloud.close)
        machines = {machine["name"]: machine for machine in self.cloud.state()["machines"]}
        address = machines["seed-1"]["private_ipv4"]
        self.seed = f"http://{address}:3000"
        eventually("the seed machine listens",
                   lambda: is_listening(address, 3000))

    def policy(self, boot_timeout="1m", **more):
        secret = self.folder / "token"
        secret.write_text(TOKEN + "\n")
        return {
            "min": 1, "max": 4, **more,
            "provider": {
                "namePrefix": PREFIX, "port": 3000, "listEvery": "1s", "bootTimeout": boot_timeout,
                "http": {
                    "preset": "idcloudhost-clone",
                    "variables": {"api": f"{self.cloud.url}/v1", "seed": "seed",
                                  "billing_account": "7"},
                    "secrets": {"token": {"file": str(secret)}},
                },
            },
        }

    def start(self, **policy):
        self.start_gapura(self.policy(**policy), servers=[self.seed])
        self.wait_until("the seed serves", lambda: len(self.gapura.serving()) >= 1)

    def assert_nothing_is_left(self):
        """Of ours; what is not ours is as it was."""
        self.wait_until("no machine of ours is left", lambda: not self.cloud.ours())
        state = self.cloud.state()
        self.assertEqual(sorted(machine["name"] for machine in state["machines"]), OTHERS)
        self.assertEqual(state["addresses"], {}, "a public address is paid for and nobody's")
        deleted = [call for call in state["calls"] if call[0] == "DELETE" and "seed" in call[1]]
        self.assertEqual(deleted, [])

    def assert_no_fault(self, *loads):
        for numbers in loads:
            self.assertEqual(numbers.faults[:5], [], self.gapura.log()[-2000:])
            self.assertEqual(numbers.answered, numbers.sent)
            self.assertGreater(numbers.answered, 0)

    def post(self, path):
        """(status, answer) of a step, as the seed's Grafana asks for it."""
        connection = http.client.HTTPConnection("127.0.0.2", self.gapura.admin_port,
                                                timeout=PATIENCE_S)
        try:
            connection.request("POST", path, "", {"Authorization": f"Bearer {self.gapura.token}"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except TimeoutError:
            raise AssertionError(f"{path} is not answered\n{self.gapura.log()[-4000:]}") from None
        finally:
            connection.close()

    def test_follows_the_load_up_and_down_through_a_cloud_that_fails(self):
        self.start_cloud("--boot", "0.3", "--slow", "0.2", "--limit-every", "11")
        self.start(concurrency=1, window={"down": "1s"}, cooldown={"down": "0s"}, max=3)
        few = self.start_load(1)
        many = self.start_load(8)
        self.assert_comes_to(3)
        served = len(self.cloud.seen())
        many.until(200)
        self.assertGreaterEqual(len(self.cloud.seen()), served + 200)
        self.wait_until("their public addresses are given back",
                        lambda: not self.cloud.state()["addresses"])
        self.cloud.ask("POST", "/faults?share=0.3")
        many.stop()
        few.stop()
        slow = self.start_load(1)
        # A client without a pause asks for one target and a bit: the hand says that one will do.
        self.gapura.change_scaling(size=1)
        self.assert_comes_to(1)
        slow.until(20)
        slow.stop()
        self.assert_nothing_is_left()
        self.assert_no_fault(few, many, slow)
        seen = self.cloud.seen()
        self.assertEqual(len(seen), few.sent + many.sent + slow.sent, "each was seen once")

    def test_takes_the_steps_of_grafana(self):
        self.start_cloud("--boot", "0.5")
        self.start(requestsPerSecond=1000000, window={"down": "1h"})
        self.wait_until("the cloud is known", lambda: not self.gapura.scaling()["providerFault"] and
                        any("vm/list" in call[1] for call in self.cloud.state()["calls"]))
        numbers = self.start_load(2)
        status, made = self.post("/v1/scale-up")
        self.assertEqual(status, 200, made)
        new = made["newVmData"]
        self.assertEqual([new["name"]], self.cloud.ours())
        self.assertTrue(new["private_ipv4"].startswith("127."), new)
        self.assert_comes_to(2)
        numbers.until(50)
        status, gone = self.post("/v1/scale-down")
        self.assertEqual(status, 200, gone)
        self.assertEqual((gone["message"], gone["vmDeleted"]["name"]), ("VM Deleted", new["name"]))
        self.assertEqual(gone["vmDeleted"]["uuid"], new["uuid"])
        self.assert_comes_to(1)
        status, aborted = self.post("/v1/scale-down")
        self.assertEqual((status, aborted["message"]), (200, "No child VM, scale down aborted"))
        numbers.stop()
        self.assert_nothing_is_left()
        self.assert_no_fault(numbers)

    def test_deletes_a_clone_that_never_boots(self):
        self.start_cloud("--never-boots", "1")
        self.start(boot_timeout="5s", window={"down": "1h"}, concurrency=100)
        numbers = self.start_load(1)
        self.gapura.change_scaling(size=2)
        [dead] = self.wait_until("a clone is made", self.cloud.ours)
        self.cloud.ask("POST", "/faults?never_boots=0")
        self.wait_until(f"{dead} is deleted", lambda: dead not in self.cloud.ours())
        self.assertIn("it never came to serve", self.gapura.log())
        self.assert_comes_to(2)
        self.gapura.change_scaling(size=1)
        self.assert_comes_to(1)
        numbers.stop()
        self.assert_nothing_is_left()
        self.assert_no_fault(numbers)

    def test_finds_its_machines_again_after_a_kill(self):
        """Killed while it creates, and once more while it deletes."""
        self.start_cloud("--boot", "1", "--slow", "0.1")
        self.start(min=3, window={"down": "1s"}, cooldown={"down": "0s"}, concurrency=100)
        self.wait_until("a clone is made", self.cloud.ours)
        self.gapura.kill()
        self.gapura.start()
        self.assert_comes_to(3)
        names = self.cloud.ours()
        self.assertEqual(len(names), 2, "what it made before it died is not made again")
        numbers = self.start_load(4)
        numbers.until(100)
        numbers.stop()
        self.assert_no_fault(numbers)

        self.gapura.autoscale["min"] = 1
        self.gapura.write_servers([self.seed])
        self.wait_until("the file is in force",
                        lambda: self.gapura.scaling()["size"]["min"] == 1)
        self.gapura.change_scaling(size=1)
        self.wait_until("one leaves", lambda: len(self.gapura.serving()) < 3)
        self.gapura.kill()
        self.gapura.start()
        self.gapura.change_scaling(size=1)
        self.assert_comes_to(1)
        last = self.start_load(2)
        last.until(20)
        last.stop()
        self.assert_nothing_is_left()
        self.assert_no_fault(last)


if __name__ == "__main__":
    through.main()
