#!/usr/bin/env python3
"""Debian's Prometheus, Alertmanager and node_exporter around the built program: they scrape it and
find its machines by it, their alerts make it scale, and it asks them by PromQL. And what Grafana,
which Debian does not have, sends by its documentation.

    prometheus_test.py <path of gapura> [unittest arguments]
"""

import http.client
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import DEBIAN_NODE_PATH, HERE, PATIENCE_S, Service, eventually, listening_ports
from scaled import Scaled

TOKEN = "0123456789abcdef0123456789abcdef"
LOAD = 'sum(rate(traefik_service_requests_total{service="calculate@file"}[5s]))'
LOOPBACK = "0100007F"
HOOKS = "0400007F"  # 127.0.0.4, so that its port can be told from the others


class Peer:
    """One of the three, on a port that the kernel gives it."""

    def __init__(self, folder, name, *arguments):
        self.log_file = folder / f"{name}.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen([name, *arguments], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=folder)
        self.port = eventually(f"{name} listens", self._port)

    def _port(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.process.args[0]} ended:\n{self.log_file.read_text()}")
        return listening_ports(self.process.pid).get(LOOPBACK)

    def get(self, path):
        """None while it does not answer as it should."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
            return json.loads(body) if response.status == 200 else None
        except OSError:
            return None
        finally:
            connection.close()

    def close(self):
        self.process.kill()
        self.process.wait()


class Prometheus(Scaled):
    def setUp(self):
        super().setUp()
        self.token_file = self.folder / "token"
        self.token_file.write_text(TOKEN)
        self.token_file.chmod(0o600)

    def start_peer(self, name, *arguments):
        peer = Peer(self.folder, name, *arguments)
        self.addCleanup(peer.close)
        return peer

    def start(self, more_static=""):
        """Further targets are calculate services, on ports that the kernel gives to nobody."""
        first = 10_000 + os.getpid() * 331 % 20_000
        process = {"command": ["node", str(HERE / "calculate.js"), "{{port}}", "--threads=1"],
                   "environment": {"NODE_PATH": DEBIAN_NODE_PATH},
                   "ports": f"{first}-{first + 50}"}
        policy = {"min": 1, "max": 3, "window": {"down": "1h"},
                  "provider": {"process": process}}
        hooks = [{"address": "127.0.0.4:0", "serves": ["scale", "alerts", "sd"],
                  "auth": {"bearer": {"tokenFile": str(self.token_file)}}}]
        seed = Service(self.folder, "seed", "--threads=1")
        self.addCleanup(seed.close)
        self.servers = [seed.url]
        self.start_gapura(policy, servers=self.servers,
                          more_static=f"hooks: {json.dumps(hooks)}\n{more_static}")
        self.addCleanup(self.remove_machines)
        self.hook_port = listening_ports(self.gapura.process.pid)[HOOKS]
        self.assert_comes_to(1)

    def post(self, path, value):
        """(status, answer) of a hook, with the token."""
        connection = http.client.HTTPConnection("127.0.0.4", self.hook_port, timeout=PATIENCE_S)
        try:
            connection.request("POST", path, json.dumps(value),
                               {"Authorization": f"Bearer {TOKEN}",
                                "Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def votes(self):
        """Signal -> vote, of the last decision."""
        return {vote["signal"]: vote for vote in self.gapura.scaling()["decision"]["votes"]}

    # --- Prometheus and Alertmanager themselves ---

    def start_alertmanager(self):
        (self.folder / "alertmanager.yaml").write_text(json.dumps({
            "route": {"receiver": "gapura", "group_wait": "0s", "group_interval": "1s",
                      "repeat_interval": "5m"},
            "receivers": [{"name": "gapura", "webhook_configs": [{
                "url": f"http://127.0.0.4:{self.hook_port}/api/v1/hooks/alerts",
                "http_config": {"authorization": {"credentials_file": str(self.token_file)}}}]}]}))
        return self.start_peer(
            "prometheus-alertmanager", "--config.file=alertmanager.yaml",
            "--storage.path=alertmanager", "--web.listen-address=127.0.0.1:0",
            "--cluster.listen-address=")

    def start_prometheus(self, alertmanager, exporter):
        (self.folder / "rules.yaml").write_text(json.dumps({"groups": [{
            "name": "calculate", "interval": "1s", "rules": [{
                "alert": "CalculateBusy", "expr": f"{LOAD} > 5",
                "labels": {"scale": "up", "scale_service": "calculate"}}]}]}))
        discovery = f"http://127.0.0.4:{self.hook_port}/sd/prometheus"
        (self.folder / "prometheus.yaml").write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s",
                       "evaluation_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "alerting": {"alertmanagers": [{"static_configs": [
                {"targets": [f"127.0.0.1:{alertmanager.port}"]}]}]},
            "scrape_configs": [
                {"job_name": "gapura", "static_configs": [
                    {"targets": [f"127.0.0.3:{self.gapura.internal_port}"]}]},
                {"job_name": "by_http", "http_sd_configs": [
                    {"url": f"{discovery}?service=calculate&port={exporter.port}",
                     "refresh_interval": "1s",
                     "authorization": {"type": "Bearer",
                                       "credentials_file": str(self.token_file)}}]},
                {"job_name": "by_file", "file_sd_configs": [
                    {"files": [str(self.folder / "targets.json")]}]}]}))
        return self.start_peer("prometheus", "--config.file=prometheus.yaml",
                               "--storage.tsdb.path=prometheus",
                               "--web.listen-address=127.0.0.1:0")

    def ask(self, prometheus, query):
        """The results of a query: [(labels, number)]."""
        answer = prometheus.get(f"/api/v1/query?query={quote(query)}")
        results = answer["data"]["result"] if answer else []
        return [(result["metric"], float(result["value"][1])) for result in results]

    def test_prometheus_and_alertmanager(self):
        exporter = self.start_peer("prometheus-node-exporter", "--web.listen-address=127.0.0.1:0")
        self.start(f"sd: {{file: {self.folder / 'targets.json'}, port: {exporter.port}}}\n")
        alertmanager = self.start_alertmanager()
        prometheus = self.start_prometheus(alertmanager, exporter)

        for job in ("gapura", "by_http", "by_file"):
            self.wait_until(f"Prometheus scrapes what it knows {job}", lambda:
                            [up for _, up in self.ask(prometheus, f'up{{job="{job}"}}')] == [1])
        for job in ("by_http", "by_file"):
            [(labels, _)] = self.ask(prometheus, f'node_memory_MemTotal_bytes{{job="{job}"}}')
            self.assertEqual(labels["service"], "calculate")

        self.assertNotIn("alerts", self.votes())
        load = self.start_load(2)
        self.wait_until("the alert has come all the way", lambda: "alerts" in self.votes())
        self.assert_comes_to(2)
        load.stop()
        self.wait_until("its end has come all the way", lambda: "alerts" not in self.votes())
        self.assertEqual(len(self.gapura.targets()), 2, "what ends does not scale")

        self.gapura.autoscale["queries"] = [{
            "name": "load", "server": f"http://127.0.0.1:{prometheus.port}", "query": LOAD,
            "target": 0.01, "total": True, "every": "1s"}]
        self.gapura.write_servers(self.servers)
        again = self.start_load(2)
        self.wait_until("the query's answer asks for all", lambda:
                        self.votes().get("load", {}).get("size", 0) >= 3)
        self.assert_comes_to(3)
        again.stop()
        self.assertEqual(load.faults + again.faults, [])

    # --- Grafana's bodies ---

    @staticmethod
    def grafana(status, labels):
        """A notification as its documentation shows it."""
        alert = {"status": status, "labels": labels, "annotations": {"summary": "CPU is high"},
                 "startsAt": "2026-11-21T10:00:00Z",
                 "endsAt": "0001-01-01T00:00:00Z" if status == "firing" else "2026-11-21T10:09:00Z",
                 "values": {"B": 84.2, "C": 1}, "generatorURL": "http://grafana/alerting/1/view",
                 "fingerprint": "c6eadffa33fcdf37", "silenceURL": "http://grafana/silence",
                 "dashboardURL": "", "panelURL": ""}
        return {"receiver": "scale", "status": status, "orgId": 1, "alerts": [alert],
                "groupLabels": {"alertname": labels["alertname"]}, "commonLabels": labels,
                "commonAnnotations": alert["annotations"], "externalURL": "http://grafana/",
                "version": "1", "groupKey": "{}:{alertname=\"" + labels["alertname"] + "\"}",
                "truncatedAlerts": 0, "title": f"[{status.upper()}:1]",
                "state": "alerting" if status == "firing" else "ok", "message": "**Firing**"}

    def test_what_grafana_sends(self):
        self.start()
        test = self.grafana("firing", {"alertname": "TestAlert", "instance": "Grafana"})
        firing = self.grafana("firing", {"alertname": "CPU high", "grafana_folder": "seed"})
        resolved = self.grafana("resolved", {"alertname": "CPU high", "grafana_folder": "seed"})

        for path in ("/v1/scale-up", "/v1/scale-down", "/api/v1/hooks/alerts"):
            status, answer = self.post(path, test)
            self.assertEqual((status, answer["tests"], answer["changed"]), (202, 1, 0), answer)
        status, answer = self.post("/v1/scale-up", resolved)
        self.assertEqual((status // 100, answer["changed"]), (2, 0), answer)
        self.assertNotIn("alerts", self.votes())

        for changed in (1, 0):  # the second one only repeats it
            status, answer = self.post("/v1/scale-up", firing)
            self.assertEqual((status, answer["taken"], answer["changed"]), (202, 1, changed))
        self.assert_comes_to(2)
        self.assertIn("alerts", self.votes())
        status, answer = self.post("/v1/scale-up", resolved)
        self.assertEqual((status, answer["changed"]), (202, 1), answer)
        self.wait_until("it is withdrawn", lambda: "alerts" not in self.votes())
        self.assertEqual(len(self.gapura.targets()), 2, "what ends does not scale")


if __name__ == "__main__":
    through.main()
