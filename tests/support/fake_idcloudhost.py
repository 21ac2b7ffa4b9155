#!/usr/bin/env python3
"""A cloud with IDCloudHost's calls on loopback, for tests: slow, forgetful and failing as asked.

    fake_idcloudhost.py --token T [--seed N] [--faults SHARE] [--slow SECONDS] [--boot SECONDS]
        [--never-boots SHARE] [--limit-every N] [--command "app --address={{address}}"]

Prints "listening on http://127.0.0.1:PORT" and serves until its standard input ends.
It begins with the VM "seed-1" (uuid "seed") and one of somebody else's. With --command a machine is
a process: it gets an address of its own in 127.0.0.0/8 ({{address}}), so that all can use one port.
GET /state says everything; POST /faults?share=0.3&never_boots=1 changes the shares of calls that
fail and of machines that never boot.
"""

import argparse
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


PID = os.getpid()


class Cloud:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.lock = threading.Lock()
        self.machines = {}  # uuid -> what list shows, with "ready" and "process" beside
        self.addresses = {}  # public address -> uuid
        self.count = 0
        self.calls = []  # [method, path without query, status]
        self.add("seed-1", uuid="seed", boots_in=0)
        self.add("somebody-else", uuid="other", boots_in=0)

    def add(self, name, uuid=None, boots_in=None, has_public=False):
        self.count += 1
        number = self.count
        uuid = uuid or f"vm-{number:04d}"
        never = boots_in is None and self.random.random() < self.options.never_boots
        boots_in = self.options.boot if boots_in is None else boots_in
        machine = {
            "uuid": uuid, "name": name, "status": "running", "private_ipv4": "",
            "created_at": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            # By process, so that two clouds do not share machines.
            "address": f"127.{10 + PID % 240}.{(PID // 240 + number // 250) % 250}"
                       f".{number % 250 + 1}",
            "ready": None if never else time.monotonic() + boots_in, "process": None,
        }
        self.machines[uuid] = machine
        if has_public:
            self.addresses[f"203.0.113.{number % 250}-{number}"] = uuid
        return machine

    def show(self, machine):
        """As the list shows it: the address comes some time after the creation."""
        if machine["ready"] is not None and time.monotonic() >= machine["ready"]:
            machine["private_ipv4"] = machine["address"]
            if self.options.command and not machine["process"] and machine["uuid"] != "other":
                command = self.options.command.replace("{{address}}", machine["address"])
                command = command.replace("{{name}}", machine["name"])
                machine["process"] = subprocess.Popen(
                    shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    start_new_session=True)
        keys = ("uuid", "name", "status", "private_ipv4", "created_at")
        return {key: machine[key] for key in keys}

    def remove(self, uuid):
        machine = self.machines.pop(uuid)
        if machine["process"]:
            machine["process"].kill()
            machine["process"].wait()
        for address in [a for a, owner in self.addresses.items() if owner == uuid]:
            del self.addresses[address]

    def end(self):
        for uuid in list(self.machines):
            self.remove(uuid)


class Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud = None

    def log_message(self, *_):
        pass

    def answer(self, status, body, **fields):
        data = json.dumps(body).encode()
        with self.cloud.lock:
            self.cloud.calls.append([self.command, urlsplit(self.path).path, status])
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def serve(self):
        cloud, url = self.cloud, urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0)
        form = self.rfile.read(size).decode()
        values = {k: v[0] for k, v in parse_qs(url.query + "&" + form).items()}
        parts = url.path.strip("/").split("/")
        if parts == ["state"]:
            with cloud.lock:
                machines = [cloud.show(m) for m in cloud.machines.values()]
                state = {"machines": machines, "addresses": dict(cloud.addresses),
                         "calls": list(cloud.calls)}
            return self.answer(200, state)
        if parts == ["faults"]:
            cloud.options.faults = float(values.get("share", cloud.options.faults))
            cloud.options.never_boots = float(values.get("never_boots", cloud.options.never_boots))
            return self.answer(200, {})
        if self.headers.get("apikey") != cloud.options.token:
            return self.answer(401, {"message": "apikey is not valid"})
        with cloud.lock:
            is_slow = cloud.random.random() < 0.2
            draw, after = cloud.random.random(), cloud.random.random() < 0.5
            limit = cloud.options.limit_every
            is_limited = limit and len(cloud.calls) % limit == limit - 1
        if cloud.options.slow and is_slow:
            time.sleep(cloud.options.slow)
        if is_limited:
            return self.answer(429, {"message": "too many requests"}, Retry_After="1")
        is_failing = draw < cloud.options.faults
        # A failing cloud is worst when it has done what it says it has not.
        if is_failing and not after:
            return self.fail(draw)
        status, body = self.act(parts[1:] if parts[:1] == ["v1"] else parts, values)
        return self.fail(draw) if is_failing else self.answer(status, body)

    def fail(self, draw):
        if int(draw * 1000) % 2:
            return self.answer(500, {"message": "internal error"})
        self.close_connection = True  # no answer at all
        return None

    def act(self, parts, values):
        """(status, body) of a call; `parts` is the path after /v1: location, then the resource."""
        cloud, resource = self.cloud, "/".join(parts[1:])
        if parts[:1] != ["jkt01"]:
            return 404, {"message": "no such location"}
        with cloud.lock:
            if (self.command, resource) == ("GET", "user-resource/vm/list"):
                return 200, [cloud.show(m) for m in cloud.machines.values()]
            if (self.command, resource) == ("POST", "user-resource/vm/clone"):
                if values.get("uuid") not in cloud.machines:
                    return 404, {"message": "no such VM"}
                return 200, cloud.show(cloud.add(values["name"], has_public=True))
            if (self.command, resource) == ("POST", "user-resource/vm"):
                is_public = values.get("reserve_public_ip") != "false"
                return 200, cloud.show(cloud.add(values["name"], has_public=is_public))
            if (self.command, resource) == ("DELETE", "user-resource/vm"):
                if values.get("uuid") not in cloud.machines:
                    return 404, {"message": "no such VM"}
                cloud.remove(values["uuid"])
                return 200, {"success": True}
            if (self.command, resource) == ("GET", "network/ip_addresses"):
                return 200, [{"address": a, "assigned_to": u} for a, u in cloud.addresses.items()]
            if self.command == "DELETE" and parts[1:3] == ["network", "ip_addresses"]:
                gone = cloud.addresses.pop(parts[3], None)
                return (200, {}) if gone else (404, {"message": "no such address"})
        return 404, {"message": "no such call"}

    do_GET = do_POST = do_DELETE = serve


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--token", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0)
    parser.add_argument("--slow", type=float, default=0)
    parser.add_argument("--boot", type=float, default=0)
    parser.add_argument("--never-boots", type=float, default=0)
    parser.add_argument("--limit-every", type=int, default=0)
    parser.add_argument("--command", default="")
    Calls.cloud = cloud = Cloud(parser.parse_args())
    server = ThreadingHTTPServer(("127.0.0.1", cloud.options.port), Calls)
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    try:
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    finally:
        with cloud.lock:
            cloud.end()


if __name__ == "__main__":
    main()
