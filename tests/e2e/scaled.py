"""What the tests of scaling stand on: the built program with a scaled service, and clouds that are
fakes in tests/support. Standard library only."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urlsplit

import through
from rig import HERE, PATIENCE_S, Gapura, Numbers, eventually

SUPPORT = HERE.parent / "support"
PREFIX = "calculate-service-clone-"
SCALING = "/api/v1/services/calculate/autoscale"


class FakeCloud:
    """A script of tests/support that says "listening on <url>", and ends with its input."""

    def __init__(self, folder, script, *options):
        self.log_file = folder / f"{script}.log"
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(SUPPORT / script), *options], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise AssertionError(f"{script} said {line!r}; {self.log_file.read_text()}")
        self.url = line.split()[-1]

    def ask(self, method, path):
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE_S)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def state(self):
        return self.ask("GET", "/state")

    def names(self):
        """Of all machines, ours and others'."""
        return sorted(machine["name"] for machine in self.state()["machines"])

    def ours(self):
        return [name for name in self.names() if name.startswith(PREFIX)]

    def seen(self):
        """Numbers of requests, as the machines noted them."""
        return [line.split()[1] for line in self.log_file.read_text().splitlines()
                if line.startswith("seen ")]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class ScaledGapura(Gapura):
    """JSON is YAML: services.yaml has the servers, and `autoscale` beside them."""

    def __init__(self, binary, folder, autoscale, servers=(), **more):
        self.autoscale = autoscale
        super().__init__(binary, folder, servers, **more)

    def write_servers(self, servers):
        """`servers` are URLs."""
        balancer = {"servers": [{"url": url} for url in servers]} if servers else {}
        service = {"loadBalancer": balancer, "autoscale": self.autoscale}
        (self.configs / "services.yaml").write_text(
            json.dumps({"http": {"services": {"calculate": service}}}, indent=1))

    def scaling(self):
        status, answer = self.admin("GET", SCALING)
        if status != 200:
            raise AssertionError(f"the scaling: {status} {answer}")
        return answer

    def change_scaling(self, **change):
        status, answer = self.admin("PATCH", SCALING, change)
        if status != 200:
            raise AssertionError(f"change of {change}: {status} {answer}")

    def serving(self):
        return sorted(name for name, target in self.targets().items()
                      if target["state"] == "serving")


class Scaled(unittest.TestCase):
    """Makes a folder; whatever a test did, gapura must end cleanly."""

    gapura = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def start_gapura(self, *arguments, **named):
        self.gapura = ScaledGapura(through.BINARY, self.folder, *arguments, **named)
        self.addCleanup(self.gapura.close)
        self.addCleanup(self.assert_ends_cleanly)  # runs first

    def assert_ends_cleanly(self):
        """SIGTERM, exit 0, and no sanitizer has said a word."""
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assertNotRegex(self.gapura.log(), r"(?:Address|Thread|Leak)Sanitizer|runtime error:")

    def remove_machines(self):
        """Of a `process` provider: they outlive gapura. A cleanup, while it still runs."""
        for instance in self.gapura.scaling()["instances"]:
            os.kill(int(instance["id"]), signal.SIGKILL)

    def start_load(self, clients):
        numbers = Numbers(self.gapura.port, clients)
        self.addCleanup(numbers.stop)
        return numbers

    def wait_until(self, what, question):
        try:
            return eventually(what, question)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{json.dumps(self.gapura.scaling(), indent=1)[:3000]}\n"
                                 f"{self.gapura.log()[-4000:]}") from None

    def assert_comes_to(self, serving):
        """So many serve, and there is no other target."""
        self.wait_until(f"{serving} targets serve, and there are no others",
                        lambda: len(self.gapura.serving()) == serving ==
                        len(self.gapura.targets()))
