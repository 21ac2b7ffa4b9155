"""The programs that load and watch: wrk or h2load, our open loop, strace; on the load's core."""

import json
import re
import shutil
import signal
import subprocess
import time

import machine

PATIENCE_S = 60


class Origin:
    """load_origin, which may hold its answers back."""

    def __init__(self, build, delay_ms=0):
        self.command = machine.pinned([machine.LOAD_CORE], [build / "bench/load_origin", delay_ms])

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def run(command, seconds):
    return subprocess.run(machine.pinned([machine.LOAD_CORE], command), capture_output=True,
                          text=True, timeout=seconds + PATIENCE_S)


def wrk(port, case, host, seconds, folder):
    """wrk: each connection sends when it has its answer; how many requests a second that makes is
    the peak. `errors` counts answers that were none, or no good."""
    script = folder / "request.lua"
    body = f'wrk.body = string.rep("x", {case.body_bytes})\n' if case.body_bytes else ""
    script.write_text(f'wrk.method = "{case.method}"\n{body}')
    command = ["wrk", "-t1", f"-c{case.connections}", f"-d{seconds}s", "--timeout", "10s",
               "-s", script]
    for field in [*case.all_fields(), *([f"Host: {host}"] if host else [])]:
        command += ["-H", field]
    done = run([*command, f"http://127.0.0.1:{port}{case.path}"], seconds)
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"wrk on port {port}: {done.stdout}{done.stderr}")
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                       done.stdout)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    errors = sum(map(int, broken.groups())) if broken else 0
    took_s = float(found.group(2)) * {"ms": 0.001, "s": 1, "m": 60}[found.group(3)]
    requests = int(found.group(1))
    return {"requests": requests, "requests_per_s": requests / took_s,
            "errors": errors + (int(refused.group(1)) if refused else 0)}


def h2load(port, case, host, seconds, folder):
    """The same by another program, to see whether wrk is right. It does not open a connection for
    each request, and asks by POST wherever there is a body."""
    command = ["h2load", "--h1", "-t1", f"-c{case.connections}", f"-D{seconds}"]
    for field in [*case.all_fields(), *([f":authority: {host}"] if host else [])]:
        command += ["-H", field]
    if case.body_bytes:
        body = folder / "body.bytes"
        body.write_bytes(b"x" * case.body_bytes)
        command += ["-d", body]
    done = run([*command, f"http://127.0.0.1:{port}{case.path}"], seconds)
    speed = re.search(r"^finished in .*, ([\d.]+) req/s", done.stdout, re.M)
    counts = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", done.stdout)
    if done.returncode != 0 or not speed or not counts:
        raise RuntimeError(f"h2load on port {port}: {done.stdout}{done.stderr}")
    requests, *bad = map(int, counts.groups())
    return {"requests": requests, "requests_per_s": float(speed.group(1)), "errors": sum(bad)}


CLOSED_LOOPS = {"wrk": wrk, "h2load": h2load}


def open_loop(build, port, case, host, rate, seconds, folder, patience_s=10):
    """load_open_loop: requests at a fixed rate; what it has printed. For the last answers it waits
    `patience_s`."""
    request, upgrade = folder / "request.bytes", folder / "upgrade.bytes"
    request.write_bytes(case.request(host))
    upgrade.write_bytes(case.upgrade(host))
    command = [build / "bench/load_open_loop", "--port", port, "--rate", rate, "--seconds", seconds,
               "--patience", patience_s, "--connections", case.connections,
               "--request", request, "--poisson"]
    command += ["--open-each"] if case.opens_each else []
    command += ["--upgrade", upgrade] if case.websocket else []
    done = run(command, seconds)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr}")
    return json.loads(done.stdout)


class SystemCalls:
    """Counts the system calls of a process and its children, which become several times as slow by
    it: not while anything is timed. `total` is None where strace may not, or is not there."""

    def __init__(self, pid, folder):
        self.pids, self.file, self.total = machine.processes(pid), folder / "strace.txt", None

    def __enter__(self):
        self.process = None
        if not shutil.which("strace"):
            return self
        command = ["strace", "-c", "-f", "-o", self.file]
        for pid in self.pids:
            command += ["-p", pid]
        self.process = subprocess.Popen(machine.pinned([machine.LOAD_CORE], command),
                                        stderr=subprocess.PIPE, text=True)
        # It says "attached" or why not.
        self.is_attached = "attached" in self.process.stderr.readline()
        time.sleep(0.2)  # there is a line for each thread, and no last one
        return self

    def __exit__(self, *_):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE_S)
        if self.is_attached and self.file.exists():
            line = re.search(r"^100\.00 .* total$", self.file.read_text(), re.M)
            self.total = int(line.group().split()[3]) if line else None
