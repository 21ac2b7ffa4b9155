"""What is asked for, how, and what else goes on meanwhile: profiles/*.json, one workload a file."""

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

PROFILES = Path(__file__).resolve().parent / "profiles"
# Its answer is the one that origin.cc knows.
UPGRADE = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
FRAME_BYTES_MAX = 125  # those whose length fits into one byte


@dataclass(frozen=True)
class Workload:
    """One case: a profile with one value for what it varies. Counts and bytes are of the whole."""
    name: str
    meaning: str
    method: str = "GET"
    path: str = "/"
    fields: tuple = ()
    body_bytes: int = 0           # of a request, or of a WebSocket message
    connections: int = 64
    opens_each: bool = False      # a new connection for each request
    websocket: bool = False       # messages that are echoed; has no closed loop
    rate: int = 0                 # requests a second of the open loop; 0: half of HAProxy's peak
    idle_connections: int = 0     # beside the busy ones, opened with one request each
    slow_clients: int = 0
    scrape_every_s: float = 0
    reload_every_s: float = 0
    routers: int = 1
    targets: int = 1
    slow_ms: int = 0              # by which one target of ten answers late
    access_log: bool = False
    health_checks: bool = False
    as_installed: bool = False

    def demands(self):
        """What a proxy must be able to do, in the words of `lacks` in peers/."""
        asked = {"scrape": self.scrape_every_s, "reload": self.reload_every_s,
                 "routers": self.routers > 1, "targets": self.targets > 1,
                 "slow_target": self.slow_ms, "access_log": self.access_log,
                 "health_checks": self.health_checks, "as_installed": self.as_installed}
        return [word for word, is_asked in asked.items() if is_asked]

    def descriptors(self, keeps_link):
        """How many a proxy needs; `keeps_link`: it has a link for each client, at rest too."""
        for_idle = 2 if self.websocket or keeps_link else 1
        return (1000 + 2 * (self.connections + self.slow_clients) + self.targets
                + for_idle * self.idle_connections)

    def all_fields(self):
        """Of each request, but Host and Content-Length."""
        return (*self.fields, *(("Connection: close",) if self.opens_each else ()))

    def request(self, host):
        """The bytes of one request, or of a WebSocket's message."""
        if self.websocket:
            return bytes([0x82, 0x80 | self.body_bytes, 0, 0, 0, 0]) + b"x" * self.body_bytes
        length = [f"Content-Length: {self.body_bytes}"] if self.body_bytes else []
        return self.head(host, [*self.all_fields(), *length]) + b"x" * self.body_bytes

    def upgrade(self, host):
        """The bytes that make a WebSocket of a connection."""
        return self.head(host, [*self.fields, *UPGRADE])

    def head(self, host, lines):
        start = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host or '127.0.0.1'}"]
        return "".join(f"{line}\r\n" for line in [*start, *lines, ""]).encode()

    def facts(self):
        return asdict(self)


KNOWN = {field.name for field in fields(Workload)}


def read(file):
    """The cases of one profile: one, or one for each value of what `vary` names."""
    try:
        values = json.loads(file.read_text())
    except ValueError as error:
        raise SystemExit(f"{file}: {error}") from None
    vary = values.pop("vary", {})
    unknown = sorted((values.keys() | vary.keys()) - KNOWN)
    if unknown:
        raise SystemExit(f"{file}: unknown: {', '.join(unknown)}; "
                         f"there are {', '.join(sorted(KNOWN))}")
    if len(vary) > 1:
        raise SystemExit(f"{file}: vary names {len(vary)} things; one at a time")
    values["fields"] = tuple(values.get("fields", ()))
    one = Workload(**values)
    if one.websocket and one.body_bytes > FRAME_BYTES_MAX:
        raise SystemExit(f"{file}: body_bytes of a WebSocket is at most {FRAME_BYTES_MAX}")
    if one.websocket and not one.rate:
        raise SystemExit(f"{file}: a WebSocket needs a rate: no peak is measured with it")
    return [replace(one, name=f"{one.name}/{value}", **{key: value})
            for key, some in vary.items() for value in some] or [one]


def load(only=()):
    """The cases, in the order of the files; with `only`, those of these profiles or names."""
    cases = [case for file in sorted(PROFILES.glob("*.json")) for case in read(file)]
    names = {case.name for case in cases} | {case.name.split("/")[0] for case in cases}
    unknown = [name for name in only if name not in names]
    if unknown:
        raise SystemExit(f"there is no workload {', '.join(unknown)}; "
                         f"there are {', '.join(sorted(names))}")
    wanted = [case for name in only for case in cases
              if name in (case.name, case.name.split("/")[0])]
    return wanted or cases
