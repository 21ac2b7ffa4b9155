"""The bounds: a relay that knows no HTTP, the least that standing between costs; and nobody."""

from .peer import Peer

ONLY_BYTES = "it knows no HTTP"


class Relay(Peer):
    """One link for each client, to the first target."""
    name = "relay"
    keeps_link = True
    lacks = {"scrape": ONLY_BYTES, "reload": ONLY_BYTES, "health_checks": ONLY_BYTES,
             "access_log": ONLY_BYTES, "targets": ONLY_BYTES, "routers": ONLY_BYTES,
             "slow_target": ONLY_BYTES, "as_installed": "it has no settings"}

    @classmethod
    def find(cls, given, build):
        return given or build / "bench/load_relay"

    @classmethod
    def version(cls, binary):
        return "of this commit"

    def configure(self):
        return [self.binary, self.port, self.setting.origin_port]


class Direct(Peer):
    """The origin itself: how much the load and the origin are good for."""
    name = "direct"
    lacks = Relay.lacks

    @classmethod
    def find(cls, given, build):
        return build

    @classmethod
    def version(cls, binary):
        return "of this commit"

    def __enter__(self):
        self.port = self.setting.origin_port
        return self

    def close(self):
        pass

    def cpu_ns(self):
        return None
