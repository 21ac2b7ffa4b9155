"""One run: a proxy is started, warmed, loaded in a closed and in an open loop, and ended."""

import contextlib
import itertools
from dataclasses import dataclass, field
from pathlib import Path

import around
import machine
import peers
import tools
from peers.peer import Setting

WARM_S = 1
TARGETS_WARMED_PER_S = 4000
COUNTED_S = 1


@dataclass
class Rig:
    """What all runs share."""
    build: Path
    folder: Path       # for the files of each run
    binaries: dict     # peer -> its program
    seconds: int       # of each of the two loops
    descriptors: int
    closed_loop: str = "wrk"  # of tools.CLOSED_LOOPS
    numbers: itertools.count = field(default_factory=lambda: itertools.count(1))

    def place(self):
        """A folder of its own for each run, not made yet."""
        return self.folder / f"run{next(self.numbers)}"


@contextlib.contextmanager
def standing(rig, name, case, **setting):
    """The proxy in front of origins as the case wants them."""
    with contextlib.ExitStack() as things:
        origin = things.enter_context(tools.Origin(rig.build))
        slow = things.enter_context(tools.Origin(rig.build, case.slow_ms)) if case.slow_ms else None
        place = Setting(origin_port=origin.port, slow_port=slow.port if slow else 0,
                        routers=case.routers, targets=case.targets, access_log=case.access_log,
                        health_checks=case.health_checks, metrics=case.scrape_every_s > 0,
                        as_installed=case.as_installed, descriptors=rig.descriptors, **setting)
        yield things.enter_context(peers.ALL[name](place, rig.place(), rig.binaries[name]))


def why_not(rig, name, case):
    """Why this proxy cannot be measured so, in words; empty: it can."""
    reasons = [f"{word}: {peers.ALL[name].lacks[word]}" for word in case.demands()
               if word in peers.ALL[name].lacks]
    needed = case.descriptors(peers.ALL[name].keeps_link)
    if needed > rig.descriptors:
        reasons.append(f"needs {needed} descriptors, and may have {rig.descriptors}")
    if case.opens_each and rig.closed_loop == "h2load":
        reasons.append("h2load opens no connection for each request")
    if name == "direct" and case.idle_connections:
        reasons.append("there is no proxy to hold them")
    return "; ".join(reasons)


class Meter:
    """CPU time and what is counted inside, from its making to cost()."""

    def __init__(self, peer):
        self.peer, self.counts, self.cpu = peer, peer.counts(), peer.cpu_ns()

    def cost(self, requests):
        """For each of that many requests."""
        cost = {}
        cpu = self.peer.cpu_ns()
        if cpu is not None and requests:
            cost["cpu_us"] = (cpu - self.cpu) / 1000 / requests
        counts = self.peer.counts()
        if counts is not None:
            # The scrapes and checks of itself are not among the requests.
            inside = max(1, counts["requests"] - self.counts["requests"])
            for name in ("socket_calls", "heap_allocations"):
                cost[name] = (counts[name] - self.counts[name]) / inside
        return cost


def peak(rig, peer, case, seconds):
    load = tools.CLOSED_LOOPS[rig.closed_loop]
    return load(peer.port, case, peer.setting.host(), seconds, rig.folder)


def at_rate(rig, peer, case, rate, seconds):
    host = peer.setting.host()
    return tools.open_loop(rig.build, peer.port, case, host, rate, seconds, rig.folder)


def warm(rig, peer, case, rate):
    """Until it has its links and its memory."""
    if case.websocket:
        at_rate(rig, peer, case, rate, WARM_S)
    else:
        peak(rig, peer, case, WARM_S + case.targets // TARGETS_WARMED_PER_S)


def in_closed_loop(rig, peer, case):
    meter = Meter(peer)
    result = peak(rig, peer, case, rig.seconds)
    return {**result, **meter.cost(result["requests"])}


def in_open_loop(rig, peer, case, rate):
    """As `in_closed_loop`; every figure's name begins with "rate_"."""
    meter = Meter(peer)
    result = at_rate(rig, peer, case, rate, rig.seconds)
    result = {**result, **meter.cost(result["requests"])}
    return {f"rate_{name}": value for name, value in result.items()}


def system_calls(rig, peer, case):
    """For each request, those that make the connections included; nothing else goes on."""
    with tools.SystemCalls(peer.process.pid, rig.folder) as calls:
        requests = peak(rig, peer, case, COUNTED_S)["requests"]
    return {"system_calls": calls.total / requests} if calls.total and requests else {}


def run(rig, name, case, rate, counts_calls):
    """Figures by name. `counts_calls`: system calls too, in a loop of its own that is not timed."""
    with standing(rig, name, case) as peer:
        warm(rig, peer, case, rate)
        result = {}
        if counts_calls and peer.process and not case.websocket:
            result.update(system_calls(rig, peer, case))
        with around.going_on(peer, case, result):
            if not case.websocket:
                result.update(in_closed_loop(rig, peer, case))
            if rate:
                result.update(in_open_loop(rig, peer, case, rate))
        if peer.process:
            result["peak_memory_bytes"] = machine.memory_bytes(peer.process.pid, "VmHWM")
        check(name, case, result)
        return result


def check(name, case, result):
    """Figures of answers that were none are worth nothing. While a proxy reloads it may lose some:
    that is what is looked at then."""
    errors = sum(result.get(key, 0) for key in ("errors", "rate_errors", "rate_not_2xx"))
    if errors and not case.reload_every_s:
        raise RuntimeError(f"{name}, {case.name}: {errors} requests failed: {result}")
