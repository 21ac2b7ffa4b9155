"""Caddy, of Debian's package. Go takes as many threads as the cores that it is pinned to."""

import subprocess

import machine

from .peer import Peer


class Caddy(Peer):
    name = program = "caddy"
    version_flag = "version"

    def __init__(self, setting, folder, binary):
        super().__init__(setting, folder, binary)
        self.admin_port = machine.free_port()
        self.turn = 0

    def environment(self):
        return {"HOME": str(self.folder), "XDG_DATA_HOME": str(self.folder),
                "XDG_CONFIG_HOME": str(self.folder)}

    def configure(self):
        self.config = self.folder / "Caddyfile"
        self.write()
        return [self.binary, "run", "--config", self.config, "--adapter", "caddyfile"]

    def write(self):
        metrics = "  servers {\n    metrics\n  }\n" if self.setting.metrics else ""
        # The grace period is what a reload changes.
        text = (f"{{\n  admin 127.0.0.1:{self.admin_port}\n  auto_https off\n"
                f"  grace_period {5 + self.turn % 2}s\n{metrics}}}\n")
        sites = [f"http://{host}:{self.port}" for host in self.setting.hosts()]
        for site in sites or [f"http://:{self.port}"]:
            text += f"{site} {{\n  bind 127.0.0.1\n{self.site()}}}\n"
        self.config.write_text(text)

    def site(self):
        setting = self.setting
        targets = " ".join(setting.servers())
        if setting.as_installed:
            return f"  reverse_proxy {targets}\n"
        # By default it keeps 32 links for each target.
        how = "    transport http {\n      keepalive_idle_conns_per_host 10000\n    }\n"
        if setting.targets > 1:
            how += "    lb_policy least_conn\n"
        if setting.health_checks:
            how += "    health_uri /\n    health_interval 1s\n"
        log = ""
        if setting.access_log:
            log = f"  log {{\n    output file {self.folder}/access.log\n  }}\n"
        return f"{log}  reverse_proxy {targets} {{\n{how}  }}\n"

    def scrape_port(self):
        return self.admin_port

    def reload(self):
        self.turn += 1
        self.write()
        subprocess.run([self.binary, "reload", "--config", self.config, "--adapter", "caddyfile",
                        "--address", f"127.0.0.1:{self.admin_port}"], check=True, timeout=30,
                       env={"HOME": str(self.folder)}, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
