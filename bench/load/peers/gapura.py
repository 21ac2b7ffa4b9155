"""Gapura. There is nothing to tune: "as installed" differs by the number of workers only."""

import http.client
import os
import re

import machine

from .peer import Peer


class Gapura(Peer):
    name = "gapura"

    def __init__(self, setting, folder, binary):
        super().__init__(setting, folder, binary)
        self.internal_port = machine.free_port()
        self.turn = 0

    @classmethod
    def find(cls, given, build):
        return given or build / "gapura"

    @classmethod
    def version(cls, binary):
        return machine.first_line([binary, "version"])

    def configure(self):
        for name in ("configs", "state"):
            (self.folder / name).mkdir()
        self.write_routers()
        (self.folder / "configs/services.yaml").write_text(self.services())
        log = f"accessLog:\n  filePath: {self.folder}/access.log\n"
        (self.folder / "static.yaml").write_text(
            f'entryPoints:\n  web:\n    address: "127.0.0.1:{self.port}"\n'
            f'  traefik:\n    address: "127.0.0.1:{self.internal_port}"\n'
            f"providers:\n  file:\n    directory: {self.folder}/configs\n"
            f'admin:\n  address: "unix:{self.folder}/admin.sock"\nstateDir: {self.folder}/state\n'
            # The default keeps half of the descriptors for links, and the load has more clients.
            f"limits:\n  maxConnections: {self.setting.descriptors * 2 // 3}\n"
            + (log if self.setting.access_log else "")
            + ("" if self.setting.as_installed else f"workers: {self.setting.workers}\n"))
        return [self.binary, f"--configFile={self.folder}/static.yaml"]

    def write_routers(self):
        rules = [f"Host(`{host}`)" for host in self.setting.hosts()] or ["PathPrefix(`/`)"]
        text = "http:\n  routers:\n" + "".join(
            f'    r{n}:\n      rule: "{rule}"\n      service: origin\n'
            for n, rule in enumerate(rules))
        # What a reload changes: the priority of a router that no request matches.
        text += ('    turn:\n      rule: "Host(`turn.test`)"\n      service: origin\n'
                 f"      priority: {1 + self.turn % 2}\n")
        # Renamed into place, so that no half of it is ever read.
        new = self.folder / "routers.new"
        new.write_text(text)
        os.replace(new, self.folder / "configs/routers.yaml")

    def services(self):
        text = "http:\n  services:\n    origin:\n      loadBalancer:\n"
        if self.setting.targets > 1:
            text += "        strategy: leastconn\n"
        if self.setting.health_checks:
            text += '        healthCheck:\n          path: "/"\n          interval: 1s\n'
        return text + "        servers:\n" + "".join(
            f'          - url: "http://{server}/"\n' for server in self.setting.servers())

    def scrape_port(self):
        return self.internal_port

    def reload(self):
        self.turn += 1
        self.write_routers()

    def metrics(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.internal_port, timeout=30)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def socket_calls_by_worker(self):
        return {worker: float(calls) for worker, calls in re.findall(
            r'^gapura_worker_socket_calls_total{worker="(\d+)"} (\S+)$', self.metrics(), re.M)}

    def counts(self):
        text = self.metrics()

        def values(family):
            return map(float, re.findall(rf"^{family}(?:{{[^}}]*}})? (\S+)$", text, re.M))

        # No series, and so 0, until the first request has ended.
        return {"requests": sum(values("traefik_entrypoint_requests_total")),
                "socket_calls": sum(values("gapura_worker_socket_calls_total")),
                "heap_allocations": sum(values("gapura_worker_heap_allocations_total"))}
