"""What the fakes of clouds share: machines that are processes, each with an address of its own in
127.0.0.0/8 so that all can use one port, and an HTTP server that speaks JSON.

A fake prints "listening on http://127.0.0.1:PORT" and serves until its standard input ends. Its GET
/state names all machines and calls.
"""

import argparse
import itertools
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PID = os.getpid()


class Machine:
    """Comes up `boot_s` after start(); `facts` are what its cloud says of it besides."""

    numbers = itertools.count(1)

    def __init__(self, name, **facts):
        self.number = next(Machine.numbers)
        self.name = name
        self.facts = facts
        # By process, so that two clouds do not share machines.
        self.address = (f"127.{10 + PID % 240}.{(PID // 240 + self.number // 250) % 250}"
                        f".{self.number % 250 + 1}")
        self.created = time.time()
        self.due = None
        self.process = None

    def start(self, boot_s):
        self.due = time.monotonic() + boot_s

    def is_up(self, command):
        if self.due is None or time.monotonic() < self.due:
            return False
        if command and not self.process:
            self.process = subprocess.Popen(
                shlex.split(command.replace("{{address}}", self.address)), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return True

    def stop(self):
        self.due = None
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


class Cloud:
    def __init__(self, options):
        self.options = options
        self.lock = threading.RLock()
        self.machines = {}  # id -> Machine
        self.calls = []  # [method, path without query, status]

    def is_up(self, machine):
        return machine.is_up(self.options.command)

    def end(self):
        for machine in self.machines.values():
            machine.stop()


class Calls(BaseHTTPRequestHandler):
    """A subclass has act(parts, query, body) -> (status, JSON value or None)."""

    protocol_version = "HTTP/1.1"
    cloud = None

    def log_message(self, *_):
        pass

    def serve(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size).decode()
        with self.cloud.lock:
            if url.path == "/state":
                machines = [{"name": one.name} for one in self.cloud.machines.values()]
                status, value = 200, {"machines": machines, "calls": self.cloud.calls}
            else:
                status, value = self.act(url.path.strip("/").split("/"), query, body)
                self.cloud.calls.append([self.command, url.path, status])
        self.answer(status, value)

    def answer(self, status, value):
        data = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_DELETE = serve

    def form(self, body):
        """Of a form, and of nothing else."""
        if self.headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return None
        return {name: values[0] for name, values in parse_qs(body).items()}

    def object(self, body):
        """Of a JSON object, and of nothing else."""
        if self.headers.get("Content-Type") != "application/json":
            return None
        try:
            value = json.loads(body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


def options(description, **more):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--token", default="")
    parser.add_argument("--boot", type=float, default=0)
    parser.add_argument("--command", default="")
    for name, default in more.items():
        parser.add_argument(f"--{name}", default=default)
    return parser.parse_args()


def run(calls, cloud, further_servers=()):
    calls.cloud = cloud
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), calls), *further_servers]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening on http://127.0.0.1:{servers[0].server_port}", flush=True)
    try:
        sys.stdin.read()
    finally:
        with cloud.lock:
            cloud.end()
