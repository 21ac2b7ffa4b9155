#!/usr/bin/env python3
"""The admin API of the built program, held against the document that it serves.

    api_test.py <path of gapura> [unittest arguments]

Every operation of the document is asked for every status that the document gives it, and each
answer is checked against its schema. GAPURA_API_S sets for how many seconds eight clients change
one service at a time (2).
"""

import contextlib
import http.client
import http.server
import json
import os
import resource
import shutil
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from urllib.parse import quote

import jsonschema

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import PATIENCE_S, Gapura, OnSocket, eventually

BINARY = None
MACHINES = Path(__file__).resolve().parent / "machines.py"
SOURCE = Path(__file__).resolve().parents[2] / "admin" / "openapi.json"
CLIENTS = 8
NO_TAG = '"0000000000000000"'


class Target:
    """A target that answers at once, but for /held: that waits until it is let go."""

    def __init__(self):
        let_go = self.let_go = threading.Event()

        class Answer(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/held":
                    let_go.wait(PATIENCE_S)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.id = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.id}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.text = response.read()
        self.value = json.loads(self.text) if self.text else None


class Api(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.targets = [Target(), Target()]
        for target in self.targets:
            self.addCleanup(target.close)
        self.gapura = Updated(BINARY, self.folder, self.targets, rule="PathPrefix(`/`)")
        self.addCleanup(self.gapura.close)
        self.addCleanup(self.assert_ends_cleanly)  # runs first
        self.document = json.loads(SOURCE.read_text())
        self.seen = set()  # (method, path of the document, status)

    def assert_ends_cleanly(self):
        for target in self.targets:
            target.let_go.set()
        self.assertEqual(self.gapura.stop(), 0, self.gapura.log()[-4000:])
        self.assertNotRegex(self.gapura.log(), r"(?:Address|Thread|Leak)Sanitizer|runtime error:")

    # --- asking, and holding answers against the document ---

    def send(self, method, path, body=None, fields=()):
        connection = http.client.HTTPConnection("127.0.0.2", self.gapura.admin_port,
                                                timeout=PATIENCE_S)
        sent = {"Authorization": f"Bearer {self.gapura.token}", **dict(fields)}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        try:
            text = body if body is None or isinstance(body, str) else json.dumps(body)
            connection.request(method, path, text, sent)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def ask(self, status, method, path, body=None, fields=(), query="", **names):
        """The answer, which must have this status and be as the document says. `names` are the
        path's parameters: service is calculate, and target the first one, unless given."""
        names = {"service": "calculate", "target": self.targets[0].id, **names}
        real = path.format(**{name: quote(value, safe="") for name, value in names.items()})
        answer = self.send(method, f"/api/v1{real}{query}", body, fields)
        self.assertEqual(answer.status, status, f"{method} {real}{query}: {answer.text}")
        self.hold(method, f"/api/v1{path}", answer)
        return answer

    def hold(self, method, path, answer):
        """Checks status, fields and body against the document."""
        responses = self.document["paths"][path][method.lower()]["responses"]
        self.assertIn(str(answer.status), responses, f"{method} {path}: {answer.text}")
        self.seen.add((method.lower(), path, str(answer.status)))
        self.hold_response(self.resolved(responses[str(answer.status)]), answer)

    def hold_response(self, wanted, answer):
        for name, field in wanted.get("headers", {}).items():
            field = self.resolved(field)
            value = answer.fields.get(name.lower())
            if value is None:
                self.assertFalse(field.get("required"), name)
            else:
                self.check(field["schema"], value)
        if "content" not in wanted:
            self.assertEqual(answer.text, b"")
            return
        (kind, content), = wanted["content"].items()
        self.assertEqual(answer.fields["content-type"], kind)
        self.check(content["schema"], answer.value)

    def resolved(self, node):
        while "$ref" in node:
            found = self.document
            for part in node["$ref"].split("/")[1:]:
                found = found[part]
            node = found
        return node

    def check(self, schema, value):
        whole = {**schema, "components": self.document["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def documented(self, are_hooks):
        """(method, path, statuses, operation) of the hooks, or of all else"""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                if method != "parameters" and ("hooks" in operation.get("tags", [])) == are_hooks:
                    statuses = [status for status in operation["responses"] if status != "default"]
                    yield method.upper(), path, statuses, operation

    def operations(self):
        """The same of all but hooks, with paths below /api/v1."""
        for method, path, *rest in self.documented(are_hooks=False):
            yield method, path.removeprefix("/api/v1"), *rest

    def assert_all_seen(self, are_hooks):
        wanted = {(method.lower(), path, status)
                  for method, path, statuses, _ in self.documented(are_hooks)
                  for status in statuses}
        self.assertEqual(wanted - self.seen, set())
        self.assertEqual(self.seen - wanted, set())

    # --- bodies and places with which each operation would succeed ---

    BODIES = {
        "changeService": {"maxInFlight": 7},
        "changeAutoscale": {"mode": "observe"},
        "addTargets": {"url": "http://127.0.0.9:1"},
        "declareTargets": [{"url": "http://127.0.0.9:1"}],
        "putTarget": {"url": "http://127.0.0.9:2"},
        "changeTarget": {"weight": 9},
        "putLog": {"level": "info"},
        "explain": {"url": "http://a.example/held", "entryPoint": "web"},
    }

    def place_of(self, name):
        return {"service": "scaled"} if name.endswith("Autoscale") else {}

    def add_services(self):
        (self.gapura.configs / "more.yaml").write_text(
            "http:\n  services:\n"
            "    scaled:\n      loadBalancer:\n        servers:\n"
            f"          - url: {self.targets[1].url}\n"
            "      autoscale:\n        max: 3\n        mode: observe\n"
            f"    held:\n      loadBalancer:\n        servers: [{{url: '{self.targets[0].url}'}}]\n"
            "  routers:\n    held:\n      rule: Path(`/held`)\n      service: held\n"
            "      priority: 999\n")
        self.ask(200, "POST", "/reload")

    # --- tests ---

    def test_answers_as_its_document_says(self):
        self.assertEqual(self.ask(200, "GET", "/openapi.json").value, self.document)
        self.add_services()
        self.refuse_queries_and_bodies()
        self.miss_what_is_not_there()
        self.refuse_what_was_changed()
        self.read_everything()
        self.change_everything()
        self.refuse_conflicts()
        self.wait_for_drains()
        self.fail_to_save()
        self.reload_what_is_broken()
        self.change_the_token()
        self.assert_all_seen(are_hooks=False)

    def refuse_queries_and_bodies(self):
        for method, path, statuses, operation in self.operations():
            names = self.place_of(operation["operationId"])
            answer = self.ask(400, method, path, self.BODIES.get(operation["operationId"]),
                              query="?nonsense=1", **names)
            self.assertEqual(answer.value["errors"][0]["field"], "nonsense")
            if "requestBody" not in operation:
                self.ask(400, method, path, {"a": 1}, **names)
                continue
            self.ask(415, method, path, "{}", {"Content-Type": "text/plain"}, **names)
            self.ask(400, method, path, "[" * 100, **names)
            self.ask(400, method, path, "7", **names)
            if operation["operationId"] == "declareTargets":
                continue
            answer = self.ask(400, method, path, {"wieght": 1, "level_": 2}, **names)
            self.assertIn(answer.value["errors"][0]["field"], ("wieght", "level_"))
        self.assertIn("did you mean 'weight'",
                      self.ask(400, "PATCH", "/services/{service}/targets/{target}",
                               {"wieght": 1}).value["detail"])

    def miss_what_is_not_there(self):
        for method, path, statuses, operation in self.operations():
            body = self.BODIES.get(operation["operationId"])
            if "{service}" in path:
                self.ask(404, method, path, body, service="nowhere")
            if "{target}" in path and method != "PUT":
                self.ask(404, method, path, body, target="127.0.0.9:9")
        self.ask(404, "POST", "/explain", {"url": "http://a/", "entryPoint": "nowhere"})

    def refuse_what_was_changed(self):
        for method, path, statuses, operation in self.operations():
            if "412" in statuses:
                self.ask(412, method, path, self.BODIES.get(operation["operationId"]),
                         {"If-Match": NO_TAG}, **self.place_of(operation["operationId"]))

    def read_everything(self):
        for method, path, statuses, operation in self.operations():
            if method != "GET":
                continue
            names = self.place_of(operation["operationId"])
            answer = self.ask(200, method, path, **names)
            if "304" in statuses:
                tag = answer.fields["etag"]
                self.ask(304, method, path, fields={"If-None-Match": f'"other", {tag}'}, **names)
                self.ask(200, method, path, fields={"If-None-Match": NO_TAG}, **names)

    def change_everything(self):
        one = "/services/{service}/targets/{target}"
        targets = "/services/{service}/targets"
        before = self.ask(200, "GET", targets)
        self.ask(201, "POST", targets, {"url": "http://127.0.0.9:1", "weight": 3},
                 {"If-Match": before.fields["etag"]})
        self.ask(412, "POST", targets, {"url": "http://127.0.0.9:2"},
                 {"If-Match": before.fields["etag"]})
        self.ask(200, "POST", targets, [{"url": "http://127.0.0.9:1", "weight": 3}])
        self.ask(201, "PUT", one, {"url": "http://127.0.0.9:2"}, target="two", query="?ttl=1h")
        self.ask(412, "PUT", one, {"url": "http://127.0.0.9:2"}, {"If-None-Match": "*"},
                 target="two")
        self.assertEqual(
            self.ask(200, "PUT", one, {"url": "http://127.0.0.9:3"}, target="two").value["url"],
            "http://127.0.0.9:3")
        changed = self.ask(200, "PATCH", one, {"weight": 4, "state": "draining"},
                           target="two").value
        self.assertEqual((changed["weight"], changed["drained"]), (4, True))
        self.ask(200, "DELETE", one + "/drain", target="two")
        self.ask(200, "POST", one + "/drain", target="two")
        self.assertEqual(self.ask(200, "PATCH", one, {"state": "serving"},
                                  target="two").value["state"], "serving")
        declared = self.ask(200, "PUT", targets,
                            [{"url": target.url} for target in self.targets] +
                            [{"url": "http://127.0.0.9:4"}]).value
        self.assertEqual(declared["added"], ["127.0.0.9:4"])
        self.assertEqual({gone["id"] for gone in declared["removed"]}, {"127.0.0.9:1", "two"})
        self.ask(200, "DELETE", one, target="127.0.0.9:4", query="?wait=true&timeout=1m")
        self.assertEqual(set(self.gapura.targets()), {target.id for target in self.targets})
        service = self.ask(200, "PATCH", "/services/{service}", {"maxInFlight": 5}).value
        self.assertEqual(service["maxInFlight"], 5)
        self.ask(200, "PATCH", "/services/{service}/autoscale", {"paused": True}, service="scaled")
        explained = self.ask(200, "POST", "/explain", self.BODIES["explain"]).value
        self.assertEqual((explained["router"], explained["service"]["name"]), ("held@file", "held"))
        level = self.ask(200, "GET", "/log")
        self.ask(200, "PUT", "/log", {"level": "debug"}, {"If-Match": level.fields["etag"]})
        self.assertEqual(self.ask(200, "GET", "/log").value["level"], "debug")

    def refuse_conflicts(self):
        targets = "/services/{service}/targets"
        self.ask(409, "POST", targets, {"url": self.targets[0].url, "id": "other"})
        self.ask(409, "PUT", targets + "/{target}", {"url": self.targets[0].url}, target="other")
        self.ask(409, "PUT", targets, [{"url": "http://127.0.0.9:1", "id": "a"},
                                       {"url": "http://127.0.0.9:1", "id": "b"}])

    def wait_for_drains(self):
        """The service "held" has one request in flight all the time."""
        one = "/services/{service}/targets/{target}"
        held = {"service": "held"}
        client = http.client.HTTPConnection("127.0.0.1", self.gapura.port, timeout=PATIENCE_S)
        self.addCleanup(client.close)
        client.request("GET", "/held")
        eventually("a request is in flight", lambda: self.ask(
            200, "GET", one, **held).value["inFlight"] == 1)

        for method, path in (("POST", one + "/drain"), ("DELETE", one)):
            self.ask(504, method, path, query="?wait=true&timeout=100ms", **held)
            answers = []
            waiting = threading.Thread(target=lambda method=method, path=path: answers.append(
                self.ask(409, method, path, query="?wait=true", **held)))
            waiting.start()
            # Nothing tells from outside that its wait has begun: the target is let serve again,
            # and drained again, until the wait has seen that.
            while waiting.is_alive():
                self.ask(200, method, path, **held)
                self.send("POST", "/api/v1/services/held/targets", {"url": self.targets[0].url})
                waiting.join(0.05)
            self.assertEqual(len(answers), 1)

        declared = self.ask(504, "PUT", "/services/{service}/targets",
                            [{"url": self.targets[1].url}], query="?wait=drained&timeout=100ms",
                            **held)
        self.assertEqual(declared.value["errors"][0]["field"], self.targets[0].id)
        self.assertEqual(self.ask(200, "GET", one, **held).value["state"], "draining")
        gone = self.ask(200, "DELETE", one, query="?force=true&wait=true", **held).value
        self.assertEqual(gone["cut"], 1)
        client.getresponse().read()
        self.targets[0].let_go.set()

        replaced = self.ask(200, "PUT", "/services/{service}/targets",
                            [{"url": self.targets[0].url}], query="?wait=drained&timeout=1m",
                            **held).value
        self.assertEqual(replaced["added"], [self.targets[0].id])
        self.assertEqual(replaced["removed"][0]["id"], self.targets[1].id)
        self.assertEqual(replaced["removed"][0]["cut"], 0)

    def fail_to_save(self):
        self.ask(200, "POST", "/services/{service}/targets/{target}/drain",
                 target=self.targets[1].id)
        with self.disk_full():
            self.change_in_vain(507)
        state = self.gapura.state / "state.yaml"
        aside = state.rename(state.with_suffix(".aside"))
        drafts = state, self.gapura.state / "admin-token.new"
        for draft in drafts:
            draft.mkdir()
        try:
            self.change_in_vain(500)
        finally:
            for draft in drafts:
                draft.rmdir()
            aside.rename(state)
        self.ask(200, "DELETE", "/services/{service}/targets/{target}/drain",
                 target=self.targets[1].id)

    @contextlib.contextmanager
    def disk_full(self):
        pid = self.gapura.process.pid
        limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)

    def change_in_vain(self, status):
        for method, path, statuses, operation in self.operations():
            if str(status) not in statuses:
                continue
            name = operation["operationId"]
            before = self.ask(200, "GET", "/services/{service}")
            drained = {"target": self.targets[1].id} if name == "undrainTarget" else {}
            new = {"target": "new"} if name == "putTarget" else {}
            self.ask(status, method, path, self.BODIES.get(name), **drained, **new)
            after = self.ask(200, "GET", "/services/{service}")
            self.assertEqual(before.fields["etag"], after.fields["etag"], name)

    def reload_what_is_broken(self):
        (self.gapura.configs / "broken.yaml").write_text("http: [\n")
        self.ask(422, "POST", "/reload")
        self.assertEqual(
            {file["status"] for file in self.ask(200, "GET", "/config").value["files"]},
            {"ok", "broken"})

    # --- hooks ---

    FIRING = {"groupKey": "g", "alerts": [{"status": "firing", "labels": {
        "alertname": "Hot", "scale": "up", "scale_service": "scaled"}}]}
    NOBODYS = {"groupKey": "g", "alerts": [{"status": "firing", "labels": {
        "alertname": "Hot", "scale": "up", "scale_service": "nobody"}}]}

    def hook(self, status, method, path, body=None, query="", **names):
        """As ask(), of a hook."""
        answer = self.send(method, path.format(**names) + query, body)
        self.assertEqual(answer.status, status, f"{method} {path}{query}: {answer.text}")
        self.hold(method, path, answer)
        return answer

    def test_answers_hooks_as_its_document_says(self):
        machines = [Target(), Target()]
        for machine in machines:
            self.addCleanup(machine.close)
        self.add_services()
        self.add_machines(machines)
        self.refuse_steps()
        self.step_up_and_down()
        self.take_alerts()
        self.update_servers()
        self.hook(200, "GET", "/sd/prometheus", query="?service=calculate&port=9101")
        self.hook(400, "GET", "/sd/prometheus", query="?port=nonsense")
        self.hook(404, "GET", "/sd/prometheus", query="?service=nobody")
        self.seen = {one for one in self.seen if one[1] != "/api/v1/reload"}
        self.assert_all_seen(are_hooks=True)

    def add_machines(self, machines):
        """A service "stepped" of one machine to two, which a script "makes"."""
        ports = [target.server.server_port for target in machines]
        (self.gapura.configs / "stepped.yaml").write_text(json.dumps({"http": {"services": {
            "stepped": {"loadBalancer": {}, "autoscale": {
                "min": 1, "max": 2, "mode": "on", "provider": {"listEvery": "1s", "exec": {
                    "command": [sys.executable, str(MACHINES), str(self.folder / "machines"),
                                *map(str, ports)]}}}}}}}))
        self.ask(200, "POST", "/reload")
        eventually("one machine serves", lambda: self.steps()["serving"] == 1)

    def steps(self):
        return self.send("GET", "/api/v1/services/stepped/autoscale").value["size"]

    def hold_size(self, size):
        answer = self.send("PATCH", "/api/v1/services/stepped/autoscale", {"size": size})
        self.assertEqual(answer.status, 200, answer.text)

    def refuse_steps(self):
        for path in ("/v1/scale-up", "/v1/scale-down"):
            self.assertIn("name the service", self.hook(400, "POST", path).value["error"])
            self.hook(400, "POST", path, query="?nonsense=1")
            self.hook(400, "POST", path, "{", query="?service=stepped")
            self.hook(404, "POST", path, query="?service=nobody")
            self.hook(409, "POST", path, query="?service=scaled")
            self.hook(422, "POST", path, self.NOBODYS)
            self.assertEqual(self.hook(202, "POST", path, self.FIRING).value["taken"], 1)

    def step_up_and_down(self):
        up, down, stepped = "/v1/scale-up", "/v1/scale-down", "?service=stepped"
        reached = self.hook(200, "POST", down, query=stepped).value
        self.assertEqual(reached["message"], "No child VM, scale down aborted")
        self.hold_size(1)
        self.assertIn("by hand", self.hook(500, "POST", up, query=stepped).value["error"])
        self.hold_size(None)
        made = self.hook(200, "POST", up, query=stepped).value["newVmData"]
        self.assertIn(made["name"], (self.folder / "machines").read_text())
        self.hook(409, "POST", up, query=stepped)
        self.hold_size(2)
        self.hook(500, "POST", down, query=stepped)
        self.hold_size(None)
        self.wait_for(self.hook(202, "POST", down, query=stepped + "&async=true"))
        self.wait_for(self.hook(202, "POST", up, query=stepped + "&async=true"))
        gone = self.hook(200, "POST", down, query=stepped).value
        self.assertEqual(gone["message"], "VM Deleted")
        self.assertNotIn(gone["vmDeleted"]["name"], (self.folder / "machines").read_text())
        operation = "/v1/operations/{id}"
        self.assertEqual(self.hook(200, "GET", operation, id=gone["operation"]).value["status"],
                         "done")
        self.hook(404, "GET", operation, id="nobody")
        self.hook(400, "GET", operation, id="%zz")

    def wait_for(self, begun):
        def is_done():
            answer = self.send("GET", begun.fields["location"])
            self.assertNotEqual(answer.value["status"], "failed", answer.text)
            return answer.value["status"] == "done"

        eventually("the step is done", is_done)

    def take_alerts(self):
        path = "/api/v1/hooks/alerts"
        taken = self.hook(202, "POST", path, self.FIRING).value
        self.assertEqual((taken["taken"], taken["refused"]), (1, []))
        self.hook(400, "POST", path, {"no": "alerts"})
        self.hook(400, "POST", path, "{")
        self.hook(422, "POST", path, self.NOBODYS)

    def update_servers(self):
        path = "/update-servers"
        urls = [target.url for target in self.targets]
        self.assertEqual(self.hook(200, "POST", path, {"servers": urls}).value,
                         {"message": "services.yaml updated successfully"})
        refused = self.hook(400, "POST", path, {"servers": []}).value
        self.assertIn("non-empty array", refused["message"])
        with self.disk_full():
            failed = self.hook(500, "POST", path, {"servers": urls[:1]}).value
        self.assertIn("error", failed)
        self.assertEqual(set(self.gapura.targets()), {target.id for target in self.targets})

    def change_the_token(self):
        path = "/token/rotate"
        old, self.gapura.token = self.gapura.token, self.ask(200, "POST", path).value["token"]
        self.assertEqual(self.ask(200, "GET", "/version").status, 200)
        refused = self.send("GET", "/api/v1/version", fields={"Authorization": f"Bearer {old}"})
        self.assertEqual(refused.status, 401)
        folder = self.folder / "other"
        folder.mkdir()
        other = OnSocket(BINARY, folder, self.targets)
        self.addCleanup(other.close)
        connection = other.connect()
        self.addCleanup(connection.close)
        connection.request("POST", "/api/v1" + path)
        answer = Answer(connection.getresponse())
        self.assertEqual(answer.status, 409)
        self.hold("POST", "/api/v1" + path, answer)

    def test_says_what_is_refused_before_an_operation_is_looked_for(self):
        refused = self.document["components"]["responses"]["Refused"]
        path = "/api/v1/services/calculate/targets"
        for status, answer in (
                (401, self.send("GET", path, fields={"Authorization": "Bearer wrong"})),
                (403, self.send("GET", path, fields={"Host": "evil.example"})),
                (413, self.send("POST", path, "x" * (2 << 20))),
                (431, self.send("GET", path, fields={"X-Large": "x" * (20 << 10)}))):
            self.assertEqual(answer.status, status)
            self.hold_response(refused, answer)

    def test_takes_out_who_does_not_register_again(self):
        path = "/api/v1/services/calculate/targets/self"
        body = {"url": "http://127.0.0.9:5"}
        self.assertEqual(self.send("PUT", path + "?ttl=1s", body).status, 201)
        for _ in range(3):
            answer = self.send("PUT", path + "?ttl=1h", body)
            self.assertEqual((answer.status, answer.value["ttl"]), (200, 3600))
        self.gapura.process.kill()
        self.gapura.process.wait()
        self.gapura.start()
        self.assertEqual(self.send("GET", path).value["ttl"], 3600)
        self.assertEqual(self.send("PUT", path + "?ttl=1s", body).status, 200)
        eventually("it is taken out", lambda: self.send("GET", path).status == 404)

    def test_loses_no_change_of_clients_that_work_on_one_service(self):
        end = time.monotonic() + float(os.environ.get("GAPURA_API_S", "2"))
        wanted = [{} for _ in range(CLIENTS)]  # id -> weight, of each client
        versions = [[] for _ in range(CLIENTS)]
        faults = []

        def work(number):
            try:
                self.change_for_a_while(number, end, wanted[number], versions[number])
            except Exception as error:  # a thread's failure must reach the test
                faults.append(f"client {number}: {error!r}")

        threads = [threading.Thread(target=work, args=(i,)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        self.assertEqual(faults, [])
        listed = {id: one["weight"] for id, one in self.gapura.targets().items()
                  if one["state"] != "gone" and id.startswith("client")}
        self.assertEqual(listed, {id: weight for mine in wanted for id, weight in mine.items()})
        for mine in versions:
            self.assertGreater(len(mine), 3)
            self.assertEqual(mine, sorted(set(mine)), "versions strictly increase")
        every = [version for mine in versions for version in mine]
        self.assertEqual(len(every), len(set(every)), "no two changes share a version")

    def change_for_a_while(self, number, end, wanted, versions):
        """Adds, weighs and removes targets of its own until the time is up."""
        path = "/api/v1/services/calculate/targets"
        round_ = 0
        while time.monotonic() < end or round_ < 4:
            round_ += 1
            id_ = f"client-{number}-{round_ % 5}"
            weight = round_ % 100 + 2
            if id_ in wanted and round_ % 3 == 0:
                answer = self.send("DELETE", f"{path}/{id_}?wait=true")
                del wanted[id_]
            elif id_ in wanted:
                answer = self.send("PATCH", f"{path}/{id_}", {"weight": weight})
                wanted[id_] = weight
            else:
                url = f"http://127.1.{number}.{round_ % 5 + 1}:9"
                answer = self.send("POST", path, {"url": url, "id": id_, "weight": weight})
                wanted[id_] = weight
            self.assertIn(answer.status, (200, 201), answer.text)
            versions.append(int(answer.fields["x-gapura-version"]))


class Updated(Gapura):
    ADMIN_SETTINGS = "  updateServers:\n    service: calculate\n"


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
