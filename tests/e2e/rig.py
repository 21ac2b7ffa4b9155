"""What the end-to-end tests stand on: the calculate service, the built program on the seed's three
files, and a client whose requests are numbered. Standard library only."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The one limit for everything, as in tests/support/patience.h: long enough for sanitizers.
PATIENCE_S = float(os.environ.get("GAPURA_TEST_DEADLINE_S", "60"))
DEBIAN_NODE_PATH = "/usr/share/nodejs"  # where its packages of libraries are


def eventually(what, question, limit_s=PATIENCE_S):
    """The first true answer of `question`; fails with `what` when the time is up."""
    end = time.monotonic() + limit_s
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {limit_s:.0f} s")
        time.sleep(0.01)


class Service:
    """One service on Node, by default calculate.js, and its ledger: which requests it has seen."""

    def __init__(self, folder, name, *arguments, script="calculate.js", port=0):
        self.ledger_file = folder / f"{name}.ledger"
        with self.ledger_file.open("ab") as ledger:
            self.process = subprocess.Popen(
                ["node", str(HERE / script), str(port), *arguments],
                stdout=subprocess.PIPE, stderr=ledger, text=True,
                env={"NODE_PATH": DEBIAN_NODE_PATH, **os.environ})
        line = self.process.stdout.readline()
        if not line.startswith("listening on "):
            raise AssertionError(f"node said {line!r}; {self.ledger_file.read_text()}")
        self.url = line.split()[-1]
        self.id = self.url.removeprefix("http://")

    def seen(self):
        """How often each number was seen; "-" stands for requests without one."""
        return Counter(line.split()[1] for line in self.ledger_file.read_text().splitlines()
                       if line.startswith("seen "))

    def kill(self):
        """As a deleted machine goes: at once, without a word."""
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        self.process.stdout.close()


def listening_ports(pid):
    """Address (hexadecimal, as the kernel writes it) -> port, of what the process listens on."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            name = os.readlink(link)
        except OSError:
            continue
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    ports = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                address, port = columns[1].split(":")
                ports[address] = int(port, 16)
    return ports


class Gapura:
    """The built program on the seed's three files; only ports and addresses differ from the seed's.
    Its listeners are told apart by their addresses, since the kernel chooses the ports."""

    ANY = "0" * 32
    ADMIN = "0200007F"
    INTERNAL = "0300007F"
    ADMIN_ADDRESS = "127.0.0.2:0"
    ADMIN_SETTINGS = ""  # further lines of `admin`

    def __init__(self, binary, folder, servers, more_static="", rule="Path(`/calculate`)"):
        self.folder = folder
        self.state = folder / "state"
        self.configs = folder / "configs"
        for path in (self.state, self.configs):
            path.mkdir()
        (folder / "static.yaml").write_text(
            'entryPoints:\n  web:\n    address: ":0"\n  traefik:\n    address: "127.0.0.3:0"\n'
            f"providers:\n  file:\n    directory: {self.configs}\n    watch: true\n"
            f'admin:\n  address: "{self.ADMIN_ADDRESS}"\n{self.ADMIN_SETTINGS}'
            f"stateDir: {self.state}\n{more_static}")
        (self.configs / "dynamic.yaml").write_text(
            "http:\n  routers:\n    calculate:\n      entrypoints:\n        - \"web\"\n"
            f"      rule: \"{rule}\"\n      service: \"calculate\"\n")
        self.write_servers(servers)
        self.log_file = folder / "gapura.log"
        self.command = [str(binary), f"--configFile={folder / 'static.yaml'}"]
        self.start()

    def start(self):
        """Also once more, after a stop() or kill(); the ports are others then."""
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=subprocess.STDOUT)
        ports = eventually("gapura listens", self._ports)
        self.port, self.admin_port = ports[self.ANY], ports[self.ADMIN]
        self.internal_port = ports[self.INTERNAL]
        self.token = eventually("the admin token is written", self._token)

    def _ports(self):
        if self.process.poll() is not None:
            raise AssertionError(f"gapura ended with {self.process.returncode}:\n{self.log()}")
        try:
            ports = listening_ports(self.process.pid)
        except FileNotFoundError:  # it has ended since
            return None
        return ports if {self.ANY, self.ADMIN, self.INTERNAL} <= ports.keys() else None

    def _token(self):
        try:
            return (self.state / "admin-token").read_text().strip()
        except OSError:
            return None

    def log(self):
        return self.log_file.read_text()

    def write_servers(self, servers):
        """Rewrites services.yaml in place, as an editor or the seed's target updater does."""
        lines = "".join(f'          - url: "{service.url}/"\n' for service in servers)
        (self.configs / "services.yaml").write_text(
            f"http:\n  services:\n    calculate:\n      loadBalancer:\n        servers:\n{lines}")

    def connect(self):
        """A connection to the admin API."""
        return http.client.HTTPConnection("127.0.0.2", self.admin_port, timeout=PATIENCE_S)

    def admin(self, method, path, value=None):
        """(status, decoded answer) of an admin call."""
        connection = self.connect()
        fields = {"Authorization": f"Bearer {self.token}"}
        body = None
        if value is not None:
            body = json.dumps(value)
            fields["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, fields)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()

    def targets(self):
        """Target id -> its description, as the API shows it."""
        status, answer = self.admin("GET", "/api/v1/services/calculate/targets")
        if status != 200:
            raise AssertionError(f"listing targets: {status} {answer}")
        listed = answer["targets"] if isinstance(answer, dict) else answer
        return {target["id"]: target for target in listed}

    def metrics(self):
        connection = http.client.HTTPConnection("127.0.0.3", self.internal_port, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    def kill(self):
        """As the kernel does when memory is short: at once, at whatever it is doing."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process.poll() is None:
            self.kill()


def connection_to(socket_file):
    connection = http.client.HTTPConnection("localhost", timeout=PATIENCE_S)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(socket_file))
    return connection


class OnSocket(Gapura):
    """Its API is on a socket file, so there is neither a port nor a token to wait for."""

    def __init__(self, binary, folder, servers, more_static=""):
        self.socket = folder / "admin.sock"
        self.ADMIN_ADDRESS = f"unix:{self.socket}"
        self.ADMIN = self.INTERNAL
        super().__init__(binary, folder, servers, more_static)

    def _token(self):
        return self.socket.exists()

    def connect(self):
        return connection_to(self.socket)


class Numbers:
    """Numbered POSTs over kept connections from several threads, until told to stop. Whatever is
    not the right answer is a fault."""

    def __init__(self, port, clients=8, number=14):
        self.port = port
        self.number = number
        self.sent = 0
        self.faults = []
        self.answered = 0
        self._lock = threading.Lock()
        self._stopping = False
        self._threads = [threading.Thread(target=self._run, args=(i,)) for i in range(clients)]
        for thread in self._threads:
            thread.start()

    def _next(self):
        with self._lock:
            self.sent += 1
            return self.sent

    def _run(self, client):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        while not self._stopping:
            name = str(self._next())
            fault = self._ask(connection, name)
            with self._lock:
                if fault:
                    self.faults.append(f"client {client}, request {name}: {fault}")
                    connection.close()
                else:
                    self.answered += 1
        connection.close()

    def _ask(self, connection, name):
        try:
            connection.request("POST", "/calculate", json.dumps({"number": self.number}),
                               {"Content-Type": "application/json", "X-Number": name})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        if response.status != 200:
            return f"{response.status} {body[:200]!r}"
        return check_body(body, self.number)

    def until(self, more):
        """Waits until `more` further requests have been answered."""
        wanted = self.answered + more
        eventually(f"{more} further requests are answered",
                   lambda: self.answered >= wanted or len(self.faults) > 50)

    def stop(self):
        self._stopping = True
        for thread in self._threads:
            thread.join()


_EXPECTED = {}


def expected(number):
    """The service's answer, computed here by another implementation."""
    if number not in _EXPECTED:
        import hashlib

        salt = f"unique_salt_{number}".encode()
        password = b"complex_password"
        _EXPECTED[number] = {
            "input": number,
            "pbkdf2Hash": hashlib.pbkdf2_hmac("sha512", password, salt, 1000, 64).hex(),
            "scryptHash": hashlib.scrypt(password, salt=salt, n=2 ** (number % 14 + 1), r=8, p=1,
                                         maxmem=1 << 27, dklen=64).hex(),
        }
    return _EXPECTED[number]


def check_body(body, number):
    try:
        value = json.loads(body)
    except ValueError:
        return f"not JSON: {body[:200]!r}"
    return None if value == expected(number) else f"wrong answer {body[:200]!r}"
