#!/usr/bin/env python3
"""Gapura beside HAProxy and nginx: CPU time per request, as ratios to HAProxy.

    run.py --build build/release [--profile small] [--rounds 5] [--seconds 3] [--smoke]

One worker each. The proxy is pinned to core 0, the load (wrk) and the origin share core 1. Rounds
are interleaved and the order turns, so that what the machine does meanwhile hits all alike. Figures
are medians over the rounds, with the spread. Results go to bench/results/ as Markdown and JSON.
"""

import argparse
import datetime
import json
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BASE = "haproxy"


def cpu_model():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def version_of(command):
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return "not installed"
    return (run.stdout + run.stderr).splitlines()[0].strip()


def commit():
    run = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"],
                         capture_output=True, text=True)
    return run.stdout.strip() or "unknown"


def start_all(build, origin_port, folder, peers):
    """Everything that can be compared here, Gapura first."""
    starters = {
        "gapura": lambda place: measure.Gapura(build / "gapura", origin_port, place),
        "haproxy": lambda place: measure.start_haproxy(origin_port, place),
        "nginx": lambda place: measure.start_nginx(origin_port, place),
        "relay": lambda place: measure.start_relay(build, origin_port, place),
        "direct": lambda place: measure.Proxy("direct", origin_port),
    }
    started = []
    for name in peers:
        if name in ("haproxy", "nginx") and not shutil.which(name):
            print(f"{name} is not installed: left out", file=sys.stderr)
            continue
        place = folder / name
        place.mkdir()
        try:
            started.append(starters[name](place))
        except Exception:
            log = place / f"{name}.log"
            print(log.read_text() if log.exists() else "", file=sys.stderr)
            for proxy in started:
                proxy.close()
            raise
    return started


def run_rounds(proxies, profile, rounds, seconds):
    """connections -> name -> list of results, one a round."""
    results = {connections: {proxy.name: [] for proxy in proxies}
               for connections in profile["connections"]}
    for turn in range(rounds):
        for connections in profile["connections"]:
            shift = turn % len(proxies)
            for proxy in proxies[shift:] + proxies[:shift]:
                result = measure.measure(proxy, profile, connections, seconds)
                results[connections][proxy.name].append(result)
                cpu = f"{result['cpu_us']:7.2f} us" if "cpu_us" in result else "         -"
                print(f"round {turn + 1}  {connections:5} connections  {proxy.name:8}"
                      f" {result['requests_per_s']:9.0f} req/s {cpu}", flush=True)
    return results


def median(results, key):
    values = [result[key] for result in results if key in result]
    return statistics.median(values) if values else None


def spread(results, key):
    """Half the distance between the extremes, in per cent of the median."""
    values = [result[key] for result in results if key in result]
    return 50 * (max(values) - min(values)) / statistics.median(values) if values else None


def shown(value, digits):
    return "-" if value is None else f"{value:.{digits}f}"


def table(by_name):
    base_cpu = median(by_name.get(BASE, []), "cpu_us")
    lines = ["| | CPU us/request | ± % | x HAProxy | req/s | ± % | socket calls/request"
             " | allocations/request |", "|---|---|---|---|---|---|---|---|"]
    for name, results in by_name.items():
        cpu = median(results, "cpu_us")
        ratio = cpu / base_cpu if cpu and base_cpu else None
        cells = [name, shown(cpu, 2), shown(spread(results, "cpu_us"), 1), shown(ratio, 3),
                 shown(median(results, "requests_per_s"), 0),
                 shown(spread(results, "requests_per_s"), 1),
                 shown(median(results, "socket_calls"), 3),
                 shown(median(results, "heap_allocations"), 4)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(facts, profile, results):
    text = [f"# Load: {profile['name']}, {facts['date']}", "", profile["meaning"], ""]
    text += [f"- {name}: {value}" for name, value in facts.items()]
    text += ["", "CPU is user and system time of the proxy's processes, from schedstat, divided by"
             " the requests that wrk counted.", "Socket calls and allocations are counted inside"
             " Gapura's worker, and include what opening the connections costs.", ""]
    for connections, by_name in results.items():
        text += [f"## {connections} connection{'s' if connections != 1 else ''}", "",
                 table(by_name), ""]
    return "\n".join(text).rstrip() + "\n"


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build/release")
    parser.add_argument("--profile", default="small",
                        help="a file of bench/load/profiles without .json")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="length of one run")
    parser.add_argument("--peers", default="gapura,haproxy,nginx,relay,direct")
    parser.add_argument("--results", type=Path, default=ROOT / "bench/results")
    parser.add_argument("--smoke", action="store_true",
                        help="one short run of everything of our own, nothing is written")
    return parser.parse_args()


def main():
    wanted = options()
    profile = json.loads((HERE / "profiles" / f"{wanted.profile}.json").read_text())
    if wanted.smoke:
        profile["connections"], wanted.rounds, wanted.seconds = [1, 8], 1, 1
        wanted.peers = "gapura,relay,direct"
    facts = {
        "date": datetime.date.today().isoformat(), "commit": commit(), "cpu": cpu_model(),
        "kernel": platform.release(), "rounds": wanted.rounds,
        "seconds a run": wanted.seconds,
        "haproxy": version_of(["haproxy", "-v"]), "nginx": version_of(["nginx", "-v"]),
    }
    origin, origin_port = measure.start_origin(wanted.build.resolve())
    try:
        with tempfile.TemporaryDirectory(prefix="gapura-bench-") as folder:
            proxies = start_all(wanted.build.resolve(), origin_port, Path(folder),
                                wanted.peers.split(","))
            try:
                results = run_rounds(proxies, profile, wanted.rounds, wanted.seconds)
            finally:
                for proxy in proxies:
                    proxy.close()
    finally:
        origin.kill()
        origin.wait()
    text = report(facts, profile, results)
    print("\n" + text)
    if not wanted.smoke:
        slug = re.sub(r"[^a-z0-9]+", "-", facts["cpu"].lower()).strip("-")
        name = f"{facts['date']}-{slug}" + ("" if wanted.profile == "small" else
                                            f"-{wanted.profile}")
        wanted.results.mkdir(parents=True, exist_ok=True)
        (wanted.results / f"{name}.md").write_text(text)
        (wanted.results / f"{name}.json").write_text(
            json.dumps({"facts": facts, "profile": profile, "results": results}, indent=1) + "\n")
        print(f"written to {wanted.results / name}.md and .json")


if __name__ == "__main__":
    sys.exit(main())
