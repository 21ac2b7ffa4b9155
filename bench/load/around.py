"""What goes on while a proxy is measured: idle connections, slow clients, scrapes, reloads."""

import contextlib
import http.client
import socket
import statistics
import threading
import time

import machine

ANSWER_BYTES_MAX = 65536
STEP_S = 0.1
SCRAPES_ALONE = 5


class Every(threading.Thread):
    """Does something again and again until the `with` block ends; there it raises what it met."""

    def __init__(self, seconds, act):
        super().__init__(daemon=True)
        self.seconds, self.act = seconds, act
        self.is_over, self.error = threading.Event(), None

    def run(self):
        try:
            while not self.is_over.wait(self.seconds):
                self.act()
        except Exception as error:  # of whatever kind: it is told to who waits for us
            self.error = error

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.is_over.set()
        self.join()
        if self.error and kind is None:
            raise self.error


@contextlib.contextmanager
def idle_connections(peer, case, found):
    """Clients that have had one answer each, or one upgrade, and rest. Their memory is what the
    proxy's resident memory grows by."""
    before = machine.memory_bytes(peer.process.pid) if peer.process else 0
    host = peer.setting.host()
    first = case.upgrade(host) if case.websocket else case.request(host)
    with contextlib.ExitStack() as clients:
        for _ in range(case.idle_connections):
            client = socket.create_connection(("127.0.0.1", peer.port), 10)
            clients.enter_context(client)
            client.sendall(first)
            if not client.recv(ANSWER_BYTES_MAX).startswith(b"HTTP/1.1 "):
                raise RuntimeError(f"{peer.name} closed an idle connection before its answer")
        if peer.process:
            grown = machine.memory_bytes(peer.process.pid) - before
            found["idle_bytes"] = grown / case.idle_connections
        yield


class SlowClient:
    """Sends a byte each step, or takes one KiB of an answer of a MiB each step."""

    def __init__(self, port, host, reads):
        self.port, self.reads = port, reads
        path = "/size/1048576" if reads else "/"
        self.request = f"GET {path} HTTP/1.1\r\nHost: {host or '127.0.0.1'}\r\n\r\n".encode()
        self.socket = None

    def open(self):
        self.socket = socket.socket()
        # Small, or all of the answer would come at once and wait here.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", self.port))
        self.socket.setblocking(False)
        self.unsent = self.request
        if self.reads:
            self.socket.sendall(self.unsent)
            self.unsent = b""

    def step(self):
        if self.socket is None:
            self.open()
        try:
            if self.unsent:
                self.socket.sendall(self.unsent[:1])
                self.unsent = self.unsent[1:]
            elif not self.socket.recv(1024):
                self.close()
            elif not self.reads:
                self.unsent = self.request
        except BlockingIOError:
            pass
        except ConnectionError:  # it was too slow: it comes again
            self.close()

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.socket = None


@contextlib.contextmanager
def slow_clients(peer, case):
    clients = [SlowClient(peer.port, peer.setting.host(), number % 2 == 0)
               for number in range(case.slow_clients)]
    try:
        with Every(STEP_S, lambda: [client.step() for client in clients]):
            yield
    finally:
        for client in clients:
            client.close()


def scrape(peer):
    """Returns how long it took, in milliseconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", peer.scrape_port(), timeout=30)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{peer.name}'s /metrics: {answer.status}")
    return 1000 * (time.monotonic() - began)


@contextlib.contextmanager
def scrapes(peer, case, found):
    """The CPU time of one is taken before the load: beside it, nobody could tell them apart."""
    before = peer.cpu_ns()
    for _ in range(SCRAPES_ALONE):
        scrape(peer)
    found["scrape_cpu_ms"] = (peer.cpu_ns() - before) / 1e6 / SCRAPES_ALONE
    took_ms = []
    with Every(case.scrape_every_s, lambda: took_ms.append(scrape(peer))):
        yield
    if took_ms:
        found["scrape_ms"] = statistics.median(took_ms)


@contextlib.contextmanager
def going_on(peer, case, found):
    """All that the case asks for, until the end of the block; `found` gets what came of it."""
    with contextlib.ExitStack() as things:
        if case.idle_connections:
            things.enter_context(idle_connections(peer, case, found))
        if case.slow_clients:
            things.enter_context(slow_clients(peer, case))
        if case.scrape_every_s:
            things.enter_context(scrapes(peer, case, found))
        if case.reload_every_s:
            things.enter_context(Every(case.reload_every_s, peer.reload))
        yield
