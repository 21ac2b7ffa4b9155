"""What the tests of the command line stand on: targets that can hold a request, the built program
with its admin API on a Unix socket, a fake of that API for what is rare, and a terminal."""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rig import PATIENCE_S, eventually


class _Listener:
    """A server on a port of the kernel's, in a thread."""

    def __init__(self, answering):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), answering)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.id = f"127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Target(_Listener):
    """Answers 200; what asks for /hold waits until release()."""

    def __init__(self):
        self.released = threading.Event()
        self.held = 0
        outer = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/hold":
                    outer.held += 1
                    outer.released.wait(PATIENCE_S)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        super().__init__(Answering)

    def release(self):
        self.released.set()

    def close(self):
        self.release()
        super().close()


class FakeAdmin(_Listener):
    """Answers (method, path) -> (status, value) as JSON. What asks for an event stream at `streams`
    gets the first of its texts, each once; then 404."""

    def __init__(self, answers, streams=()):
        self.answers = answers
        self.streams = list(streams)
        self.seen = []  # (method, path, fields, body)
        outer = self

        class Answering(BaseHTTPRequestHandler):
            def _answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size).decode()
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                wants_stream = self.headers.get("Accept") == "text/event-stream"
                if wants_stream and outer.streams:
                    self.send_response(200)
                    self.send_header("Content-Type", "text/event-stream")
                    self.end_headers()
                    self.wfile.write(outer.streams.pop(0).encode())
                    return
                missing = (404, {"status": 404, "detail": "nothing is here"})
                status, value = outer.answers.get((self.command, self.path), missing)
                text = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = do_PATCH = _answer

            def log_message(self, *_):
                pass

        super().__init__(Answering)


class Server:
    """The built program with its admin API on a Unix socket. `services`: YAML below http.services,
    the same for all."""

    def __init__(self, binary, folder, services, rule="PathPrefix(`/`)", to="calculate"):
        self.folder = folder
        self.configs = folder / "configs"
        self.configs.mkdir()
        self.socket = folder / "admin.sock"
        self.static = folder / "static.yaml"
        self.static.write_text(
            'entryPoints:\n  web:\n    address: "127.0.0.4:0"\n'
            '  traefik:\n    address: "127.0.0.3:0"\n'
            f"providers:\n  file:\n    directory: {self.configs}\n    watch: false\n"
            f'admin:\n  address: "unix:{self.socket}"\nstateDir: {folder / "state"}\n')
        self.routers = self.configs / "routers.yaml"
        self.routers.write_text(f"http:\n  routers:\n    all:\n      rule: \"{rule}\"\n"
                                f"      service: {to}\n")
        (self.configs / "services.yaml").write_text(f"http:\n  services:\n{services}")
        self.log_file = folder / "gapura.log"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen([str(binary), f"--configFile={self.static}"],
                                            stdout=log, stderr=subprocess.STDOUT)
        eventually("gapura has started", self._has_started)

    def _has_started(self):
        if self.process.poll() is not None:
            raise AssertionError(f"gapura ended with {self.process.returncode}:\n{self.log()}")
        return " started: " in self.log()

    def port(self):
        from rig import listening_ports

        return listening_ports(self.process.pid)["0400007F"]

    def log(self):
        return self.log_file.read_text()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class PseudoTerminal:
    """A program on a terminal of its own; `seen` is what it has written so far."""

    def __init__(self, arguments, rows=24, columns=100, only_errors=False, environment=None):
        self.controller, self.side = pty.openpty()
        self.resize(rows, columns, process=None)
        self.before = termios.tcgetattr(self.side)
        output = subprocess.PIPE if only_errors else self.side
        self.process = subprocess.Popen(
            arguments, stdin=self.side, stdout=output, stderr=self.side,
            env={**os.environ, "TERM": "xterm", **(environment or {})}, start_new_session=True)
        self.seen = ""

    def resize(self, rows, columns, process="own"):
        fcntl.ioctl(self.side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if process:
            self.process.send_signal(signal.SIGWINCH)

    def read(self):
        while select.select([self.controller], [], [], 0)[0]:
            try:
                self.seen += os.read(self.controller, 65536).decode(errors="replace")
            except OSError:
                return self.seen
        return self.seen

    def until(self, text):
        """Waits until `text` has been written since the last forget()."""
        eventually(f"{text!r} on the terminal; there is {self.seen[-2000:]!r}",
                   lambda: text in self.read())

    def forget(self):
        self.read()
        self.seen = ""

    def type(self, keys):
        os.write(self.controller, keys.encode())

    def end(self):
        """Its exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            self.read()  # or it waits for us
            if time.monotonic() > end:
                raise AssertionError(f"it does not end; {self.seen[-2000:]!r}")
            time.sleep(0.01)
        self.read()
        return self.process.returncode

    def is_restored(self):
        """Modes as before, and the screen and the cursor given back."""
        modes = termios.tcgetattr(self.side) == self.before
        return modes and self.seen.endswith("\x1b[0m\x1b[?25h\x1b[?1049l")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        os.close(self.controller)
        os.close(self.side)
