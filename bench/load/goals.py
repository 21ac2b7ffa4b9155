"""What Gapura is to reach, and whether a result says that it does. A goal is met, missed or, where
the result does not have its figures, open."""

from dataclasses import dataclass

from statistic import half_range, median, ratio

SMALL = ("small/64", "browser", "post")
BODIES = {"64 KiB": ("body64k", "upload64k"), "1 MiB": ("body1m", "upload1m")}


@dataclass(frozen=True)
class Outcome:
    what: str
    limit: str
    found: str  # empty: open
    is_met: bool = False

    def word(self):
        return "open" if not self.found else "met" if self.is_met else "missed"


class Judge:
    """Asks a result; `cases` is case -> peer -> runs, `scaling` as scaling.run() gives it."""

    def __init__(self, cases, scaling):
        self.cases, self.scaling = cases, scaling

    def runs(self, case, peer="gapura"):
        return self.cases.get(case, {}).get(peer, [])

    @staticmethod
    def at_most(what, found, limit, digits=2):
        if found is None:
            return Outcome(what, f"≤ {limit}", "")
        return Outcome(what, f"≤ {limit}", f"{found:.{digits}f}", found <= limit)

    def cpu(self, case, limit, peer):
        found = ratio(self.runs(case), self.runs(case, peer), "cpu_us")
        return self.at_most(f"{case}: CPU per request x {peer}", found, limit)

    def cpu_of_cases(self, case, base, limit):
        found = ratio(self.runs(case), self.runs(base), "cpu_us")
        return self.at_most(f"{case}: CPU per request x {base}", found, limit)

    def latency(self, case, key, word):
        """Not above HAProxy's by more than two runs of the same proxy differ."""
        ours, theirs = self.runs(case), self.runs(case, "haproxy")
        what, found, base = f"{case}: {word} in us", median(ours, key), median(theirs, key)
        if found is None or base is None:
            return Outcome(what, "≤ HAProxy's and the spread", "")
        slack = 2 * max(half_range(ours, key), half_range(theirs, key))
        return Outcome(what, f"≤ {base:.0f} + {slack:.0f}", f"{found:.0f}", found <= base + slack)

    def split(self, connections, limit):
        runs = [{"most": run["shares"][0]} for run in self.scaling.get(connections, {}).get(2, [])]
        return self.at_most(f"2 workers, {connections} connections: the busier one's share",
                            median(runs, "most"), limit)

    def scaled_cpu(self, connections):
        by_workers = self.scaling.get(connections, {})
        found = ratio(by_workers.get(2, []), by_workers.get(1, []), "rate_cpu_us")
        return self.at_most(f"2 workers, {connections} connections: CPU per request x 1 worker",
                            found, 1.05)

    def all(self):
        for case in SMALL:
            yield self.cpu(case, 0.85, "haproxy")
            yield self.cpu(case, 1.12, "relay")
        yield self.cpu("new_connections", 0.85, "haproxy")
        for size, against_haproxy, against_floor in (("64 KiB", 0.70, 1.12), ("1 MiB", 0.45, 1.10)):
            for case in BODIES[size]:
                yield self.cpu(case, against_haproxy, "haproxy")
                yield self.cpu(case, against_floor, "relay")
        for case in SMALL:
            yield self.latency(case, "rate_p99_us", "p99")
            yield self.latency(case, "rate_p999_us", "p99.9")
        yield self.at_most("idle: bytes for each kept connection",
                           median(self.runs("idle"), "idle_bytes"), 700, 0)
        yield self.at_most("websocket_rest: bytes for each pair",
                           median(self.runs("websocket_rest"), "idle_bytes"), 2048, 0)
        yield self.cpu_of_cases("targets/10000", "targets/10", 1.05)
        yield self.cpu_of_cases("routers/10000", "routers/10", 1.05)
        yield self.cpu_of_cases("access_log", "small/64", 1.05)
        yield self.at_most("scrape/10000: CPU ms for a scrape",
                           median(self.runs("scrape/10000"), "scrape_cpu_ms"), 20, 1)
        yield self.at_most("small/64: heap allocations per request",
                           median(self.runs("small/64"), "heap_allocations"), 0.01, 4)
        yield self.at_most("small/64: socket calls per request",
                           median(self.runs("small/64"), "socket_calls"), 4.05, 3)
        for connections, limit in ((16, 0.60), (64, 0.55)):
            yield self.scaled_cpu(connections)
            yield self.split(connections, limit)
