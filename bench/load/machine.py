"""The machine that is measured on: its cores, what processes cost, and what it is. Linux."""

import contextlib
import os
import platform
import resource
import socket
import subprocess
from pathlib import Path

PROXY_CORE, LOAD_CORE = 0, 1
DESCRIPTORS_WANTED = 65536
ROOT = Path(__file__).resolve().parents[2]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def prepare():
    """Keeps this process, which opens idle connections and reads files, off the proxy's core, and
    lets what it starts have as many descriptors as the machine allows. Returns how many."""
    if len(os.sched_getaffinity(0)) < 2:
        raise SystemExit("the proxy needs a core of its own, and only one may be used here")
    os.sched_setaffinity(0, {LOAD_CORE})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):  # only root may raise the hard limit
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, max(hard, DESCRIPTORS_WANTED)))
        hard = max(hard, DESCRIPTORS_WANTED)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def pinned(cores, command):
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def processes(pid):
    """The process and its children, theirs included."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):  # a thread may end while we look
            for child in (task / "children").read_text().split():
                found += processes(int(child))
    return found


def cpu_ns(pid):
    """Nanoseconds on a CPU, user and system, of the process and its children so far: from
    schedstat, and in ticks those of children that have ended (a reload leaves such behind)."""
    total = 0
    for each in processes(pid):
        for task in Path(f"/proc/{each}/task").glob("*"):
            with contextlib.suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
        with contextlib.suppress(OSError):
            after_name = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, after_name[13:15])) * 1_000_000_000 // TICKS_PER_S
    return total


def memory_bytes(pid, field="VmRSS"):
    """Resident memory of the process and its children now; VmHWM: at most, each by itself."""
    total = 0
    for each in processes(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{each}/status").read_text().splitlines():
                if line.startswith(field + ":"):
                    total += int(line.split()[1]) * 1024
    return total


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def commit():
    run = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                         capture_output=True, text=True)
    return run.stdout.strip() or "unknown"


def first_line(command):
    """Of what the command says; how programs tell their version."""
    run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    lines = (run.stdout + run.stderr).strip().splitlines()
    return lines[0].strip() if lines else "unknown"


def facts():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"commit": commit(), "cpu": cpu_model(), "cores": os.cpu_count(),
            "memory": f"{memory / 2**30:.1f} GiB", "kernel": platform.release()}
