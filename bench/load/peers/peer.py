"""What the things compared have in common: how they are asked to be, started, watched and ended."""

import contextlib
import http.client
import os
import shutil
import subprocess
import time
from dataclasses import dataclass

import machine

PATIENCE_S = 60
SLOW_SHARE = 10  # one target in ten


@dataclass(frozen=True)
class Setting:
    """What a proxy stands in: one worker on a core of its own, unless more is asked for."""
    origin_port: int
    slow_port: int = 0  # of the origin that holds its answers back; 0: no target is slow
    routers: int = 1    # above 1 by host; the last of them is asked for
    targets: int = 1    # above 1 chosen by the fewest in flight
    access_log: bool = False
    health_checks: bool = False
    metrics: bool = False  # will be asked for; some have to be told
    as_installed: bool = False
    workers: int = 1
    cores: tuple = (machine.PROXY_CORE,)
    descriptors: int = 20000

    def servers(self):
        """host:port of each target: addresses of their own, all of them the one origin."""
        if self.targets == 1:
            return [f"127.0.0.1:{self.origin_port}"]
        numbers = range(256 + 1, 256 + 1 + self.targets)
        return [f"127.{n >> 16}.{n >> 8 & 255}.{n & 255}:"
                f"{self.slow_port if self.slow_port and n % SLOW_SHARE == 0 else self.origin_port}"
                for n in numbers]

    def hosts(self):
        return [f"h{n}.test" for n in range(self.routers)] if self.routers > 1 else []

    def host(self):
        """The host to ask for; empty: any."""
        return self.hosts()[-1] if self.routers > 1 else ""


class Peer:
    """One of the things compared, running from the start of the `with` block to its end. `port` is
    where the load goes. Subclasses say how: configure() writes files and gives the command."""

    name = ""
    program = ""  # what is looked for in PATH; empty: something of our own
    version_flag = "--version"
    keeps_link = False  # for each client, at rest too
    lacks = {}    # what of a workload's demands it cannot do -> why

    def __init__(self, setting, folder, binary):
        self.setting, self.folder, self.binary = setting, folder, binary
        self.port, self.process = machine.free_port(), None

    @classmethod
    def find(cls, given, build):
        """Its binary: the path that was given, else what PATH has; None: not here."""
        return given or shutil.which(cls.program)

    @classmethod
    def version(cls, binary):
        return machine.first_line([binary, cls.version_flag])

    def configure(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def __enter__(self):
        self.folder.mkdir()
        command = machine.pinned(self.setting.cores, self.configure())
        self.log = self.folder / "output.log"
        environment = {**os.environ, **self.environment()}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT,
                                            cwd=self.folder, env=environment)
        try:
            self.wait_until_serving()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def wait_until_serving(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.answers():
                    return
            time.sleep(0.02)
        raise RuntimeError(f"{self.name} does not serve: {self.log.read_text()[-2000:]}")

    def answers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"Host": self.setting.host() or "127.0.0.1"})
            return connection.getresponse().status == 200
        finally:
            connection.close()

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_ns(self):
        return machine.cpu_ns(self.process.pid)

    def counts(self):
        """Requests, socket calls and heap allocations counted inside; None: it does not count."""
        return None

    def scrape_port(self):
        """Where its metrics are asked for, as /metrics."""
        raise NotImplementedError

    def reload(self):
        """Makes it read a configuration that differs a little from the one in force."""
        raise NotImplementedError
