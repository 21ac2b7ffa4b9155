"""Starting what is compared, and measuring one run of it. Standard library only; Linux."""

import contextlib
import http.client
import re
import socket
import subprocess
import time
from pathlib import Path

PROXY_CORE, LOAD_CORE = 0, 1
START_LIMIT_S = 20


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def pinned(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def cpu_ns(pid):
    """Nanoseconds on a CPU of the process, its threads and its children so far (schedstat)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):  # a thread may end while we look
            total += int((task / "schedstat").read_text().split()[0])
            for child in (task / "children").read_text().split():
                total += cpu_ns(int(child))
    return total


def wait_for_port(process, port):
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"{process.args} does not listen on {port}")


class Proxy:
    """One of the things compared. `port` is where the load goes."""

    def __init__(self, name, port, command=None, folder=None):
        self.name, self.port, self.process = name, port, None
        if command is not None:
            with (folder / f"{name}.log").open("wb") as log:
                self.process = subprocess.Popen(pinned(PROXY_CORE, command), stdout=log,
                                                stderr=subprocess.STDOUT, cwd=folder)
            wait_for_port(self.process, port)

    def cpu_ns(self):
        return cpu_ns(self.process.pid) if self.process else 0

    def counts(self):
        """Requests, socket calls and heap allocations counted inside; None: it does not count."""
        return None

    def close(self):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Gapura(Proxy):
    def __init__(self, binary, origin_port, folder):
        port, self.internal_port = free_port(), free_port()
        configs = folder / "configs"
        configs.mkdir()
        (folder / "state").mkdir()
        (folder / "static.yaml").write_text(
            f'entryPoints:\n  web:\n    address: "127.0.0.1:{port}"\n'
            f'  traefik:\n    address: "127.0.0.1:{self.internal_port}"\n'
            f"providers:\n  file:\n    directory: {configs}\n"
            f'admin:\n  address: "unix:{folder}/admin.sock"\n'
            f"stateDir: {folder}/state\nworkers: 1\n")
        (configs / "dynamic.yaml").write_text(
            "http:\n  routers:\n    all:\n      rule: \"PathPrefix(`/`)\"\n      service: origin\n"
            "  services:\n    origin:\n      loadBalancer:\n        servers:\n"
            f'          - url: "http://127.0.0.1:{origin_port}/"\n')
        super().__init__("gapura", port, [binary, f"--configFile={folder / 'static.yaml'}"], folder)

    def counts(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.internal_port, timeout=10)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()

        def total(family):
            found = re.findall(rf"^{family}(?:{{[^}}]*}})? (\S+)$", text, re.M)
            if not found:
                raise RuntimeError(f"/metrics has no {family}")
            return sum(map(float, found))

        # No request has ended before the first: then the family has no series yet.
        requests = total("traefik_entrypoint_requests_total") if re.search(
            r"^traefik_entrypoint_requests_total", text, re.M) else 0
        return {"requests": requests,
                "socket_calls": total("gapura_worker_socket_calls_total"),
                "heap_allocations": total("gapura_worker_heap_allocations_total")}


def start_haproxy(origin_port, folder):
    port = free_port()
    config = folder / "haproxy.cfg"
    # "always": with the default, the first request of every client opens a link of its own. The
    # ratios: idle links are closed above a quarter of the descriptors, which 1,000 clients reach.
    config.write_text(
        "global\n  nbthread 1\n  maxconn 4000\n"
        "  tune.pool-low-fd-ratio 80\n  tune.pool-high-fd-ratio 90\n"
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
        "  http-reuse always\n"
        f"frontend all\n  bind 127.0.0.1:{port}\n  default_backend origin\n"
        f"backend origin\n  server one 127.0.0.1:{origin_port}\n")
    return Proxy("haproxy", port, ["haproxy", "-db", "-f", config], folder)


def start_nginx(origin_port, folder):
    port = free_port()
    config = folder / "nginx.conf"
    places = "".join(f"  {name}_temp_path {folder}/{name};\n" for name in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/nginx.error.log crit;\n"
        "events { worker_connections 4000; }\n"
        f"http {{\n{places}  access_log off;\n  keepalive_requests 1000000000;\n"
        f"  upstream origin {{ server 127.0.0.1:{origin_port}; keepalive 1024;\n"
        "    keepalive_requests 1000000000; }\n"
        f"  server {{ listen 127.0.0.1:{port} backlog=4096;\n"
        "    location / { proxy_pass http://origin; proxy_http_version 1.1;\n"
        '      proxy_set_header Connection ""; } }\n}\n')
    return Proxy("nginx", port, ["nginx", "-p", folder, "-c", config, "-e",
                                 folder / "nginx.error.log"], folder)


def start_origin(build):
    process = subprocess.Popen(pinned(LOAD_CORE, [build / "bench/load_origin"]),
                               stdout=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


def start_relay(build, origin_port, folder):
    port = free_port()
    return Proxy("relay", port, [build / "bench/load_relay", port, origin_port], folder)


def wrk(port, path, connections, seconds, fields):
    """Requests answered and the seconds they took. Anything but clean answers is an error."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    for field in fields:
        command += ["-H", field]
    run = subprocess.run(pinned(LOAD_CORE, [*command, f"http://127.0.0.1:{port}{path}"]),
                         capture_output=True, text=True, timeout=seconds + 60)
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", run.stdout)
    if run.returncode != 0 or not found or "Non-2xx" in run.stdout or "Socket errors" in run.stdout:
        raise RuntimeError(f"wrk on port {port}: {run.stdout}{run.stderr}")
    scale = {"ms": 0.001, "s": 1, "m": 60}[found.group(3)]
    return int(found.group(1)), float(found.group(2)) * scale


def measure(proxy, profile, connections, seconds):
    """One run: requests a second, CPU microseconds a request, and what was counted inside."""
    fields = profile.get("fields", [])
    wrk(proxy.port, profile["path"], connections, 1, fields)  # warms links, caches and pages
    counts, cpu = proxy.counts(), proxy.cpu_ns()
    requests, took_s = wrk(proxy.port, profile["path"], connections, seconds, fields)
    cpu = proxy.cpu_ns() - cpu
    result = {"requests": requests, "requests_per_s": requests / took_s}
    if proxy.process:
        result["cpu_us"] = cpu / 1000 / requests
    if counts is not None:
        after = proxy.counts()
        inside = after["requests"] - counts["requests"]
        for name in ("socket_calls", "heap_allocations"):
            result[name] = (after[name] - counts[name]) / inside
    return result
