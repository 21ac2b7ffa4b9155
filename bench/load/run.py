#!/usr/bin/env python3
"""Gapura beside HAProxy, nginx, Caddy, Traefik and Envoy, and beside the floor.

    run.py --build build/release [--quick] [--only small/64,browser] [--rounds 5]

One worker each, alone on core 0; the load and the origin share core 1. In each round every proxy
is started, measured and ended; the order turns, so that what the machine does meanwhile hits all
alike. Results go to bench/results/ as Markdown, JSON and a chart. See bench/load/README.md.
"""

import argparse
import datetime
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
import measure
import peers
import report
import scaling
import tools
import workloads

BASE = "haproxy"
QUICK = {"only": "small/64,browser,body64k", "peers": "gapura,haproxy,nginx,relay", "rounds": 2,
         "seconds": 2}
WHOLE = {"only": "", "peers": ",".join(peers.ALL), "rounds": 5, "seconds": 4}
SMOKE = {"only": "post,websocket,slow_target", "peers": "gapura,relay,direct", "rounds": 1,
         "seconds": 1}
SMOKE_RATE = 200


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, default=machine.ROOT / "build/release")
    parser.add_argument("--quick", action="store_true", help="what matters most, in two minutes")
    parser.add_argument("--only", help="names of bench/load/profiles, or cases of them: small/64")
    parser.add_argument("--peers", help="some of " + ",".join(peers.ALL))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=int, help="of each of a run's two loops")
    parser.add_argument("--closed-loop", choices=tools.CLOSED_LOOPS, default="wrk",
                        help="by which program; the second is to check the first")
    parser.add_argument("--traefik", metavar="PATH", type=Path, help="its binary")
    parser.add_argument("--envoy", metavar="PATH", type=Path, help="its binary")
    parser.add_argument("--results", type=Path, default=machine.ROOT / "bench/results")
    parser.add_argument("--smoke", action="store_true",
                        help="a moment of what is ours alone; nothing is written")
    wanted = parser.parse_args()
    for name, value in (SMOKE if wanted.smoke else QUICK if wanted.quick else WHOLE).items():
        if getattr(wanted, name) is None:
            setattr(wanted, name, value)
    return wanted


def say(line):
    print(line, flush=True)


def found_binaries(wanted):
    """peer -> binary, of the wanted ones that are here."""
    given = {name: path.resolve() for name in ("traefik", "envoy")
             if (path := getattr(wanted, name)) is not None}
    names = wanted.peers.split(",")
    binaries = {}
    for name in [*names, *(name for name in given if name not in names)]:
        if name not in peers.ALL:
            raise SystemExit(f"there is no peer {name}; there are {', '.join(peers.ALL)}")
        binary = peers.ALL[name].find(given.get(name), wanted.build.resolve())
        if binary is None:
            say(f"{name} is not here: left out")
        elif not Path(binary).exists():
            raise SystemExit(f"{name}: there is no {binary}")
        else:
            binaries[name] = binary
    return binaries


def rate_for(rig, case, is_smoke):
    """Half of HAProxy's peak, or of Gapura's where it cannot stand there; the same for all."""
    if is_smoke or case.rate:
        return SMOKE_RATE if is_smoke else case.rate
    name = next((name for name in (BASE, "gapura") if name in rig.binaries
                 and not measure.why_not(rig, name, case)), None)
    if name is None:
        return 0
    with measure.standing(rig, name, case) as peer:
        return measure.peak(rig, peer, case, 1 + rig.seconds)["requests_per_s"] / 2


def shown(result):
    parts = []
    if "requests_per_s" in result:
        parts.append(f"{result['requests_per_s']:9.0f} req/s")
    cpu = result.get("cpu_us", result.get("rate_cpu_us"))
    if cpu is not None:
        parts.append(f"{cpu:8.2f} us")
    if "rate_p99_us" in result:
        parts.append(f"p99 {result['rate_p99_us']:8.0f} us")
    return "  ".join(parts)


def run_case(rig, case, rounds, is_smoke):
    """All rounds of one case. A proxy that fails is left out from then on, and is said to."""
    left_out = {name: why for name in rig.binaries if (why := measure.why_not(rig, name, case))}
    found = {"name": case.name, "workload": case.facts(), "rate": rate_for(rig, case, is_smoke),
             "left_out": left_out, "runs": {name: [] for name in rig.binaries}}
    names = list(rig.binaries)
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            if name in left_out:
                continue
            try:
                result = measure.run(rig, name, case, found["rate"], counts_calls=turn == 0)
            except (RuntimeError, OSError, subprocess.SubprocessError) as error:
                left_out[name] = f"failed: {error}"
                say(f"{case.name}: {name} {left_out[name]}")
                continue
            found["runs"][name].append(result)
            say(f"round {turn + 1}  {case.name:16} {name:8} {shown(result)}")
    return found


def has_failed(cases):
    """Whether Gapura did not do what was asked of it, as far as it can be asked here."""
    return any(case["left_out"].get("gapura", "").startswith("failed") for case in cases)


def run_scaling(rig, wanted, cases):
    """At the rate of the commonest case, or at a modest one where that was not measured."""
    if wanted.smoke:
        return scaling.run(rig, 1, SMOKE_RATE, say, scaling.CONNECTIONS[:1])
    rate = next((case["rate"] for case in cases if case["name"] == "small/64"), 10000)
    return scaling.run(rig, wanted.rounds, rate, say)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    wanted = options()
    cases = workloads.load([name for name in wanted.only.split(",") if name])
    binaries = found_binaries(wanted)
    descriptors = machine.prepare()
    versions = {name: peers.ALL[name].version(binary) for name, binary in binaries.items()}
    with tempfile.TemporaryDirectory(prefix="gapura-bench-") as folder:
        rig = measure.Rig(wanted.build.resolve(), Path(folder), binaries, wanted.seconds,
                          descriptors, wanted.closed_loop)
        results = [run_case(rig, case, wanted.rounds, wanted.smoke) for case in cases]
        is_scaled = "gapura" in binaries and not wanted.quick
        scaled = run_scaling(rig, wanted, results) if is_scaled else {}
    result = {"facts": {"date": datetime.date.today().isoformat(), **machine.facts(),
                        "rounds": wanted.rounds, "seconds a loop": wanted.seconds,
                        "closed loop": wanted.closed_loop, **versions},
              "cases": results, "scaling": scaled}
    if wanted.smoke:
        report.markdown(result, "")
    else:
        page = report.write(result, wanted.results)
        say("\n" + page.read_text())
        say(f"written to {page}, and beside it")
    return 1 if has_failed(results) else 0


if __name__ == "__main__":
    sys.exit(main())
