"""HAProxy, of Debian's package."""

import signal

import machine

from .peer import Peer


class Haproxy(Peer):
    name = program = "haproxy"
    version_flag = "-v"

    def __init__(self, setting, folder, binary):
        super().__init__(setting, folder, binary)
        self.metrics_port = machine.free_port()

    def configure(self):
        self.config = self.folder / "haproxy.cfg"
        self.config.write_text(self.installed() if self.setting.as_installed else self.fair())
        # With a master, as its unit has it: that is who reloads.
        return [self.binary, "-W", "-db", "-f", self.config]

    def fair(self):
        setting = self.setting
        # It wants both sockets of as many clients from the start, or does not: idle ones have one.
        clients = min(20000, setting.descriptors - 4000)
        # "always": with the default, the first request of every client opens a link of its own. The
        # ratios: above a quarter of the descriptors idle links are closed; 1,000 clients get there.
        text = (f"global\n  nbthread {setting.workers}\n  maxconn {clients}\n  no strict-limits\n"
                "  tune.pool-low-fd-ratio 80\n  tune.pool-high-fd-ratio 90\n")
        if setting.access_log:
            text += "  log stdout format raw local0\n"
        text += ("defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n"
                 "  timeout server 60s\n  timeout tunnel 1h\n  http-reuse always\n")
        if setting.access_log:
            text += "  log global\n  option httplog\n"
        text += (f"frontend metrics\n  bind 127.0.0.1:{self.metrics_port}\n"
                 "  no log\n  http-request use-service prometheus-exporter if { path /metrics }\n")
        return text + self.routes()

    def installed(self):
        """The package's /etc/haproxy/haproxy.cfg, but for the chroot and for syslog's socket."""
        return ("global\n  log stdout format raw local0\n"
                "defaults\n  log global\n  mode http\n  option httplog\n  option dontlognull\n"
                "  timeout connect 5000\n  timeout client 50000\n  timeout server 50000\n"
                + self.routes())

    def routes(self):
        setting = self.setting
        text = f"frontend all\n  bind 127.0.0.1:{self.port}\n"
        if setting.routers > 1:
            (self.folder / "hosts.map").write_text(
                "".join(f"{host} origin\n" for host in setting.hosts()))
            text += f"  use_backend %[req.hdr(host),map_str({self.folder}/hosts.map)]\n"
        else:
            text += "  default_backend origin\n"
        text += "backend origin\n"
        if setting.targets > 1:
            text += "  balance leastconn\n"
        check = ""
        if setting.health_checks:
            text += "  option httpchk GET /\n"
            check = " check inter 1s"
        return text + "".join(f"  server s{n} {server}{check}\n"
                              for n, server in enumerate(setting.servers()))

    def scrape_port(self):
        return self.metrics_port

    def reload(self):
        self.process.send_signal(signal.SIGUSR2)
