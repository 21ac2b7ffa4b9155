#!/usr/bin/env python3
"""The verbs that ask a running Gapura: what they print, and their exit codes.

    command_line_test.py <path of gapura> [unittest arguments]
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from command_line_rig import FakeAdmin, PseudoTerminal, Server, Target
from rig import PATIENCE_S, Gapura, eventually

BINARY = None
DONE, FAILED, USAGE, UNREACHABLE, NOT_FOUND, TIMED_OUT = range(6)
SERVICES = {"services": [{"name": "calc", "status": "enabled", "targets": [
    {"id": "a:1", "state": "serving", "inFlight": 1, "sinceSeconds": 5},
    {"id": "b:1", "state": "serving", "inFlight": 2, "sinceSeconds": 5}]}]}
EVENT = {"id": "r-1", "at": "2026-01-01T10:00:00.250Z", "kind": "targetJoined", "service": "calc",
         "target": "a:1", "message": "service calc: target a:1 joined"}


def service(name, targets, more=""):
    servers = "".join(f'          - url: "{one.url}"\n' for one in targets)
    return f"    {name}:\n{more}      loadBalancer:\n        servers:\n{servers}"


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.server = None

    def opened(self, what):
        self.addCleanup(what.close)
        return what

    def serve(self, more="", count=2, extra_services=""):
        """The built program with one service of some targets."""
        self.targets = [self.opened(Target()) for _ in range(count)]
        yaml = service("calculate", self.targets, more) + extra_services
        self.server = self.opened(Server(BINARY, self.folder, yaml))

    def arguments(self, *words, fake=None):
        where = []
        if fake:
            where = ["--admin", fake.url]
        elif self.server:
            where = ["--configFile", str(self.server.static)]
        return [str(BINARY), *words, *where]

    def run_it(self, *words, fake=None, environment=None):
        return subprocess.run(self.arguments(*words, fake=fake), capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=2 * PATIENCE_S,
                              env={**os.environ, **(environment or {})})

    def good(self, *words, **more):
        """Standard output of a run that must succeed."""
        run = self.run_it(*words, **more)
        self.assertEqual(run.returncode, DONE, run.stdout + run.stderr)
        self.assertNotIn("\x1b", run.stdout)
        return run.stdout

    def good_json(self, *words, **more):
        return json.loads(self.good(*words, "--json", **more))

    def bad(self, code, said, *words, **more):
        run = self.run_it(*words, **more)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        self.assertIn(said, run.stderr)
        return run

    def state_of(self, target):
        listed = {one["id"]: one for one in self.good_json("targets", "calculate")["targets"]}
        return listed[target.id]["state"] if target.id in listed else None

    def hold(self):
        """A request that is in flight until its target releases it; that target."""
        def ask():
            connection = http.client.HTTPConnection("127.0.0.4", self.server.port(),
                                                    timeout=2 * PATIENCE_S)
            connection.request("GET", "/hold")
            connection.getresponse().read()
            connection.close()

        thread = threading.Thread(target=ask)
        thread.start()
        self.addCleanup(thread.join)
        held = eventually("a request is held",
                          lambda: [one for one in self.targets if one.held])[0]
        self.addCleanup(held.release)  # before the join
        return held

    def test_shows_targets_services_routers_and_status(self):
        self.serve()
        one = self.targets[0].id
        self.assertRegex(self.good("targets"), rf"^TARGET +STATE[^\n]*\n(.*\n)*{one} +serving ")
        self.assertEqual(len(self.good_json("targets", "calculate")["targets"]), 2)
        self.assertRegex(self.good("services"), r"calculate +enabled +2 serving ")
        self.assertEqual(self.good_json("services")["services"][0]["name"], "calculate")
        self.assertRegex(self.good("routers"), r"all@file +enabled +PathPrefix\(`/`\) +calculate")
        self.assertEqual(self.good_json("routers")["routers"][0]["name"], "all@file")
        status = self.good("status")
        for part in ("gapura 0.", f"at unix:{self.server.socket}", "2 configuration files",
                     "no problems", "calculate"):
            self.assertIn(part, status)
        self.assertEqual(self.good_json("status")["config"]["failures"], 0)
        self.bad(NOT_FOUND, "nobody", "targets", "nobody")

    def test_prints_a_refusal_as_json_too(self):
        self.serve(count=1)
        run = self.bad(NOT_FOUND, "nobody", "targets", "nobody", "--json")
        self.assertEqual(json.loads(run.stdout)["status"], 404)

    def test_drains_and_lets_serve_again(self):
        self.serve()
        target = self.targets[0]
        self.assertIn(target.id, self.good("drain", "calculate", target.id))
        eventually("it is drained", lambda: self.state_of(target) != "serving")
        self.assertIn("serving", self.good("undrain", target.id))
        self.assertEqual(self.state_of(target), "serving")
        self.bad(NOT_FOUND, "no target", "drain", "calculate", "nobody")
        self.bad(NOT_FOUND, "nobody", "undrain", "nobody", target.id)
        self.bad(USAGE, "At Most 2", "drain", "a", "b", "c")
        self.bad(USAGE, "one word too many", "services", "a")
        self.bad(USAGE, "TARGET", "drain")

    def test_waits_for_the_end_of_a_drain_and_shows_how_it_goes(self):
        self.serve()
        held = self.hold()
        drain = self.opened(PseudoTerminal(self.arguments("drain", held.id, "--wait"),
                                           only_errors=True))
        drain.until("draining: 1 in flight, ")
        self.assertIsNone(drain.process.poll())
        held.release()
        self.assertEqual(drain.end(), DONE)
        self.assertTrue(drain.seen.endswith("\r\x1b[K"), drain.seen)
        self.assertRegex(drain.process.stdout.read().decode(),
                         rf"{held.id} of calculate is out after \d+ s: 1 request ended, 0 cut")

    def test_waits_no_longer_than_told(self):
        self.serve()
        held = self.hold()
        self.bad(TIMED_OUT, "its drain goes on", "drain", held.id, "--wait", "--timeout", "200ms")
        self.bad(USAGE, "without --wait", "drain", held.id, "--timeout", "1s")
        self.bad(USAGE, "--timeout must be a duration", "drain", held.id, "--wait",
                 "--timeout", "x")
        self.bad(USAGE, "a day at most", "drain", held.id, "--wait", "--timeout", "48h")
        self.assertIn("serving", self.good("undrain", held.id))

    def test_adds_and_removes(self):
        self.serve(count=1)
        newcomer = self.opened(Target())
        self.assertIn("serving", self.good("add", newcomer.url, "--weight", "3", "--wait"))
        listed = self.good_json("targets")["services"][0]["targets"]
        self.assertEqual({one["id"]: one["weight"] for one in listed}[newcomer.id], 3)
        self.bad(FAILED, "url", "add", "ftp://example.com")
        self.bad(NOT_FOUND, "nobody", "add", "nobody", newcomer.url)
        self.bad(USAGE, "--weight", "add", newcomer.url, "--weight", "0")
        answer = self.good_json("remove", "calculate", newcomer.id, "--wait")
        self.assertEqual((answer["drained"], answer["cut"]), (True, 0))
        self.assertIsNone(self.state_of(newcomer))
        self.bad(NOT_FOUND, newcomer.id, "remove", newcomer.id)

    def test_says_when_a_newcomer_does_not_come_in_time(self):
        check = "        healthCheck: {path: /, interval: 100ms, timeout: 100ms}\n"
        self.serve(count=1)
        services = self.server.configs / "services.yaml"
        services.write_text(services.read_text() + check)
        self.good("reload")
        dead = Target()
        dead.close()
        self.bad(TIMED_OUT, "not within", "add", dead.url, "--wait", "--timeout", "500ms")

    def test_reloads_and_says_what_is_wrong(self):
        self.serve(count=1)
        self.assertIn("no problems", self.good("reload"))
        with self.server.routers.open("a") as out:
            out.write("    broken: [\n")
        run = self.bad(FAILED, "broken", "reload")
        self.assertRegex(run.stdout, r"broken .*routers\.yaml \(its last good version is served\)")
        self.assertRegex(run.stdout, r"error .*routers\.yaml:\d+")
        self.assertIn("broken", self.good("status"))
        self.assertEqual(json.loads(self.run_it("reload", "--json").stdout)["status"], 422)

    def test_scales_by_hand(self):
        policy = "      autoscale: {mode: observe, min: 1, max: 5, concurrency: 4}\n"
        self.serve(more=policy, extra_services=service("plain", []))
        shown = self.good("autoscale", "calculate")
        for part in ("calculate: mode observe", "of 1 to 5", "decision"):
            self.assertIn(part, shown)
        # Its first line; the decision below is the last tick's.
        self.assertIn("paused", self.good("autoscale", "calculate", "pause").splitlines()[0])
        self.assertNotIn("paused", self.good("autoscale", "calculate", "resume").splitlines()[0])
        self.assertEqual(self.good_json("autoscale", "calculate", "mode", "off")["mode"], "off")
        run = self.run_it("autoscale", "calculate", "mode", "on")
        self.assertEqual(run.returncode, DONE)
        self.assertIn("without a provider", run.stderr)
        self.assertEqual(self.good_json("scale", "calculate", "3", "--for", "30m")["override"], 3)
        self.assertRegex(self.good("autoscale", "calculate"),
                         r"by hand +3, for another (30|29) min")
        self.assertIsNone(self.good_json("scale", "calculate", "auto")["override"])
        self.bad(FAILED, "mode", "autoscale", "calculate", "mode", "sideways")
        self.bad(NOT_FOUND, "no autoscale", "scale", "plain", "2")
        self.bad(USAGE, "autoscale takes", "autoscale", "calculate", "stop")
        self.bad(USAGE, "number of targets", "scale", "calculate", "many")
        self.bad(USAGE, "--for must be a duration", "scale", "calculate", "3", "--for", "soon")

    def test_wants_the_service_where_there_are_several(self):
        self.serve(count=1, extra_services=service("plain", []))
        self.bad(USAGE, "there are calculate, plain", "drain", self.targets[0].id)
        self.assertRegex(self.good("targets"), r"SERVICE +TARGET")

    def test_says_where_it_looked_for_a_server(self):
        run = self.bad(UNREACHABLE, "--admin URL", "status", "--admin", "unix:/nonexistent/g.sock")
        self.assertIn("Tried unix:/nonexistent/g.sock (from --admin)", run.stderr)
        dead = Target()
        dead.close()
        self.bad(UNREACHABLE, f"cannot connect to {dead.id}", "targets", "--admin", dead.url)
        self.bad(UNREACHABLE, "cannot be read", "targets", "--configFile", "/nonexistent.yaml")
        self.bad(UNREACHABLE, "without a path", "targets", "--admin", f"{dead.url}/api")
        self.serve(count=1)
        self.server.stop()
        self.bad(UNREACHABLE, str(self.server.static), "top")

    def test_carries_the_token(self):
        target = self.opened(Target())
        server = self.opened(Gapura(BINARY, self.folder, [target]))
        token_file = self.folder / "state" / "admin-token"
        where = ("--admin", f"http://127.0.0.2:{server.admin_port}")
        self.bad(FAILED, "wants a token", "targets", *where)
        self.bad(FAILED, "and not this one", "targets", *where,
                 environment={"GAPURA_TOKEN": "wrong-wrong-wrong-wrong"})
        self.assertIn(target.id, self.good("targets", *where, "--token-file", str(token_file)))
        self.assertIn(target.id, self.good("targets", *where,
                                           environment={"GAPURA_TOKEN": server.token}))
        static = ("--configFile", str(self.folder / "static.yaml"))
        self.assertEqual(self.good("token", "path", *static).strip(), str(token_file))
        shown = self.good("token", "show", *where, "--token-file", str(token_file))
        self.assertEqual(shown.strip(), server.token)
        self.bad(NOT_FOUND, "not known", "token", "show", *where)
        self.bad(USAGE, "show, path and rotate", "token", "sing", *where)
        self.bad(USAGE, "is required", "token")
        self.bad(UNREACHABLE, "has port 0", "targets", *static,
                 environment={"GAPURA_TOKEN": server.token})

    def test_asks_by_the_socket_in_the_state_folder_first(self):
        target = self.opened(Target())
        server = self.opened(Gapura(BINARY, self.folder, [target]))
        static = ("--configFile", str(self.folder / "static.yaml"))
        self.assertIn(f"at unix:{server.state}/admin.sock", self.good("status", *static))
        self.assertIn(target.id, self.good("targets", *static))
        self.assertEqual(self.good("token", "show", *static).strip(), server.token)
        server.kill()
        self.bad(UNREACHABLE, "has port 0", "targets", *static)

    def test_changes_the_token_where_the_server_can(self):
        path, new = ("POST", "/api/v1/token/rotate"), {"token": "n" * 43, "file": "/x/admin-token"}
        fake = self.opened(FakeAdmin({path: (200, {**new, "isDigest": False})}))
        shown = self.good("token", "rotate", fake=fake)
        self.assertEqual(shown, "the token was changed; it is in /x/admin-token\n")
        fake = self.opened(FakeAdmin({path: (200, {**new, "isDigest": True})}))
        self.assertTrue(self.good("token", "rotate", fake=fake).endswith(f":\n{new['token']}\n"))
        older = self.opened(FakeAdmin({}))
        self.bad(FAILED, "does not change its token", "token", "rotate", fake=older)

    def test_needs_no_token_on_a_unix_socket(self):
        self.serve(count=1)
        self.bad(NOT_FOUND, "needs no token", "token", "show")
        self.bad(FAILED, "there is no token", "token", "rotate")

    def test_shows_and_exports_the_state(self):
        self.serve()
        self.bad(NOT_FOUND, "state.yaml", "state")
        newcomer = self.opened(Target())
        self.good("add", newcomer.url)
        self.good("drain", self.targets[0].id)
        shown = self.good("state")
        self.assertRegex(shown, rf"{newcomer.id} +added by the admin API +not listed")
        self.assertRegex(shown, rf"{self.targets[0].id} +drained +listed with weight 1")
        self.assertEqual(len(self.good_json("state")["changes"]), 2)
        kept = (self.folder / "state" / "state.yaml").read_text()
        self.assertEqual(self.good("state", "--export"), kept)
        self.server.stop()
        self.assertIn(newcomer.id, self.good("state"))  # needs no server
        (self.folder / "state" / "state.yaml").write_text("nonsense: [")
        self.bad(FAILED, "state.yaml: ", "state")

    def test_shows_events(self):
        page = {"events": [EVENT], "next": "r-1"}
        fake = self.opened(FakeAdmin({("GET", "/api/v1/events"): (200, page)}))
        self.assertRegex(self.good("events", fake=fake),
                         r"^\d\d:\d\d:\d\d  targetJoined +service calc: target a:1 joined\n$")
        self.assertEqual(self.good_json("events", fake=fake), page)
        older = self.opened(FakeAdmin({}))
        self.bad(FAILED, "does not offer events", "events", fake=older)
        self.bad(FAILED, "does not offer events", "events", "--follow", fake=older)

    def test_follows_events_and_comes_back_where_it_was(self):
        first = f"id: r-1\nevent: targetJoined\ndata: {json.dumps(EVENT)}\n\n" \
                'event: stats\ndata: {"services": []}\n\n'
        second = "data: " + json.dumps({**EVENT, "message": "the second"}) + "\n\n"
        fake = self.opened(FakeAdmin({}, [first, second]))
        run = self.bad(FAILED, "does not offer", "events", "-f", "--json", fake=fake)
        seen = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual([one["message"] for one in seen], [EVENT["message"], "the second"])
        self.assertEqual(fake.seen[1][2].get("Last-Event-ID"), "r-1")

    def test_explains(self):
        answer = {"message": "router all matches: forwarded to service calc", "router": "all",
                  "routers": [{"router": "all", "priority": 5, "rule": "Host(`a`)",
                               "isChosen": True, "matched": True, "mismatches": []},
                              {"router": "b", "priority": 3, "rule": "Path(`/x`)",
                               "isChosen": False, "matched": False,
                               "mismatches": [{"part": "Path(`/x`)", "got": "/y"}]}],
                  "disabled": [{"router": "c", "rule": "x", "fault": "no such service"}],
                  "service": {"name": "calc", "sticky": {
                      "cookie": "_c", "leadsTo": "a:1", "isKept": True, "why": "is used"},
                      "targets": [{"id": "a:1", "phase": "serving", "canBePicked": True,
                                   "why": "it serves"}]}}
        fake = self.opened(FakeAdmin({("POST", "/api/v1/explain"): (200, answer)}))
        shown = self.good("explain", "GET", "http://a/y", "-H", "X-A: 1", "-H", "B:2", fake=fake)
        for part in (answer["message"], "chosen", "Path(`/x`) got /y", "disabled: no such service",
                     "can be", "sticky cookie _c leads to a:1: is used"):
            self.assertIn(part, shown)
        asked = json.loads(fake.seen[0][3])
        self.assertEqual(asked, {"method": "GET", "url": "http://a/y",
                                 "headers": {"X-A": "1", "B": "2"}})
        self.assertEqual(self.good_json("explain", "GET", "http://a/y", fake=fake), answer)
        self.bad(USAGE, "Name: value", "explain", "GET", "http://a/", "-H", "none", fake=fake)
        self.bad(USAGE, "required", "explain", "GET", fake=fake)
        other = self.opened(FakeAdmin({("POST", "/api/v1/explain"): (200, {"x": {"y": [1, 2]}})}))
        self.assertEqual(self.good("explain", "GET", "/", fake=other), "x:\n  y: 1, 2\n")
        older = self.opened(FakeAdmin({}))
        self.bad(FAILED, "does not explain", "explain", "GET", "/", fake=older)

    def test_top_prints_once_where_there_is_no_terminal(self):
        self.serve()
        shown = self.good("top")
        self.assertRegex(shown, r"SERVICE / TARGET +STATE")
        self.assertIn(self.targets[1].id, shown)
        self.assertEqual(len(self.good_json("top")["services"]), 1)
        stats = {"services": [{"name": "calc", "requestsPerSecond": 12.5, "p50Ms": 2, "p95Ms": 31,
                               "queued": 4}]}
        stream = f"event: stats\ndata: {json.dumps(stats)}\n\n"
        fake = self.opened(FakeAdmin({("GET", "/api/v1/services"): (200, SERVICES)}, [stream] * 9))
        line = re.compile(r"calc +enabled +3 +4 +12.5 +2 ms +31 ms")
        eventually("top has seen the stats", lambda: line.search(self.good("top", fake=fake)))

    def open_top(self, **more):
        top = self.opened(PseudoTerminal(self.arguments("top", **more)))
        top.until("q quit")
        return top

    def test_top_draws_and_gives_the_terminal_back(self):
        self.serve()
        top = self.open_top()
        self.assertTrue(top.seen.startswith("\x1b[?1049h\x1b[?25l"), top.seen[:40])
        top.until(self.targets[0].id)
        top.type("q")
        self.assertEqual(top.end(), DONE)
        self.assertTrue(top.is_restored(), top.seen[-80:])

    def test_top_gives_the_terminal_back_after_signals(self):
        self.serve(count=1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            top = self.open_top()
            top.process.send_signal(number)
            self.assertEqual(top.end(), DONE)
            self.assertTrue(top.is_restored(), top.seen[-80:])

    def test_top_drains_after_a_confirmation(self):
        self.serve()
        target = self.targets[0]
        top = self.open_top()
        top.type("j")
        top.until(f">   {target.id}")
        top.type("d")
        top.until(f"drain {target.id} of calculate?")
        top.type("n")
        top.until("not done")
        self.assertEqual(self.state_of(target), "serving")
        top.type("dy")
        top.until(f"{target.id} drains")
        self.assertNotEqual(self.state_of(target), "serving")
        top.type("u")
        top.until("let serve again")
        top.type("y")
        top.until(f"{target.id} serves again")
        self.assertEqual(self.state_of(target), "serving")

    def test_top_follows_the_size_of_the_terminal_and_the_order_asked_for(self):
        self.serve()
        top = self.open_top()
        top.type("s")
        top.until("sort (in flight)")
        top.forget()
        top.resize(6, 40)
        top.until("q quit")
        frame = top.seen[top.seen.rindex("\x1b[H"):]
        self.assertEqual(frame.count("\r\n"), 5)

    def test_top_says_that_the_server_is_gone_and_works_without_colours(self):
        self.serve(count=1)
        top = self.opened(PseudoTerminal(self.arguments("top"), environment={"NO_COLOR": "1"}))
        top.until("q quit")
        self.server.stop()
        top.until("cannot connect")
        top.type("q")
        self.assertEqual(top.end(), DONE)
        colours = [code for code in ("\x1b[1m", "\x1b[7m", "\x1b[31m", "\x1b[32m")
                   if code in top.seen]
        self.assertEqual(colours, [])

    def completed(self, line):
        """What a bash that has loaded the script offers for `line`, whole words."""
        script = ('source <(gapura completion bash); COMP_LINE="$1"; COMP_POINT=${#1}; _gapura; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        run = subprocess.run(["bash", "--norc", "-c", script, "bash", line], capture_output=True,
                             text=True, timeout=PATIENCE_S, env=self.with_path())
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout.split()

    def with_path(self):
        return {**os.environ, "PATH": f"{Path(BINARY).parent}:{os.environ['PATH']}"}

    def test_completes_in_bash(self):
        self.serve()
        run = subprocess.run(["bash", "--norc", "-c",
                              "source <(gapura completion bash); complete -p gapura"],
                             capture_output=True, text=True, env=self.with_path())
        self.assertEqual(run.stdout, "complete -o default -F _gapura gapura\n")
        self.assertEqual(self.completed("gapura dr"), ["drain"])
        self.assertEqual(self.completed("gapura drain --w"), ["--wait"])
        static = f"--configFile {self.server.static}"
        eventually("the server is asked in time",
                   lambda: "calculate" in self.completed(f"gapura drain {static} "))
        port = self.targets[0].id.split(":")[1]
        # bash has the word in its hands only after the colon.
        eventually("the server is asked for targets", lambda: port in self.completed(
            f"gapura drain {static} calculate 127.0.0.1:{port[:-1]}"))
        self.assertEqual(self.completed("gapura drain --admin unix:/nonexistent x"), [])
        self.bad(USAGE, "bash, zsh and fish", "completion", "csh")


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1)).resolve()
    unittest.main()
