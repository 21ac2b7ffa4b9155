"""Traefik, of which Debian has no package: --traefik says where its binary is. Version 3. Its
targets take turns where the others choose by the fewest in flight."""

from .peer import Peer


class Traefik(Peer):
    name = program = "traefik"
    version_flag = "version"
    lacks = {"scrape": "not set up here", "reload": "not set up here"}

    @classmethod
    def find(cls, given, build):
        return given

    def configure(self):
        setting = self.setting
        static = self.folder / "static.yaml"
        dynamic = self.folder / "dynamic.yaml"
        # By default it keeps 200 links for each target.
        links = "" if setting.as_installed else "serversTransport:\n  maxIdleConnsPerHost: 10000\n"
        log = f"accessLog:\n  filePath: {self.folder}/access.log\n" if setting.access_log else ""
        static.write_text(
            f'entryPoints:\n  web:\n    address: "127.0.0.1:{self.port}"\n'
            f"providers:\n  file:\n    filename: {dynamic}\n{links}{log}"
            "global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n"
            "log:\n  level: ERROR\n")
        rules = [f"Host(`{host}`)" for host in setting.hosts()] or ["PathPrefix(`/`)"]
        check = ('        healthCheck:\n          path: "/"\n          interval: 1s\n'
                 if setting.health_checks else "")
        dynamic.write_text(
            "http:\n  routers:\n" + "".join(
                f'    r{n}:\n      rule: "{rule}"\n      service: origin\n'
                for n, rule in enumerate(rules))
            + f"  services:\n    origin:\n      loadBalancer:\n{check}        servers:\n"
            + "".join(f'          - url: "http://{server}"\n' for server in setting.servers()))
        return [self.binary, f"--configFile={static}"]
