"""nginx, of Debian's nginx-light."""

import os
import signal

from .peer import Peer

KEPT = "  proxy_http_version 1.1;\n  proxy_set_header Connection \"\";\n"
UPGRADED = ("  location /echo { proxy_pass http://origin; proxy_http_version 1.1;\n"
            "    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }\n")


class Nginx(Peer):
    name = program = "nginx"
    version_flag = "-v"
    lacks = {"health_checks": "only its commercial edition asks its targets",
             "scrape": "it has no metrics by target"}

    def configure(self):
        config = self.folder / "nginx.conf"
        config.write_text(self.installed() if self.setting.as_installed else self.fair())
        return [self.binary, "-p", self.folder, "-c", config, "-e", self.folder / "error.log",
                "-g", "daemon off;"]

    def head(self, workers, connections):
        # Its workers would be nobody, and could not write below our folder.
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (f"{user}worker_processes {workers};\npid {self.folder}/nginx.pid;\n"
                f"worker_rlimit_nofile {self.setting.descriptors};\n"
                f"events {{ worker_connections {connections}; }}\nhttp {{\n"
                + "".join(f"  {name}_temp_path {self.folder}/{name};\n" for name in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")))

    def fair(self):
        setting = self.setting
        connections = min(45000, setting.descriptors - 1000)
        log = f"{self.folder}/access.log combined" if setting.access_log else "off"
        # Bodies pass as they come, as with all the others, and are not first written to a file.
        text = (self.head(setting.workers, connections)
                + f"  access_log {log};\n  keepalive_requests 1000000000;\n"
                "  client_max_body_size 0;\n  proxy_request_buffering off;\n"
                "  server_names_hash_max_size 32768;\n" + KEPT)
        balance = "least_conn; " if setting.targets > 1 else ""
        servers = "".join(f"server {server};\n" for server in setting.servers())
        text += (f"  upstream origin {{ {balance}{servers}"
                 f"    keepalive {max(1024, 2 * setting.targets)};"
                 " keepalive_requests 1000000000; }\n")
        return text + self.server("backlog=4096", "http://origin", UPGRADED) + "}\n"

    def installed(self):
        """What matters here of the package's /etc/nginx/nginx.conf, and the shortest proxy_pass."""
        return (self.head("auto", 768)
                + "  sendfile on;\n  tcp_nopush on;\n  types_hash_max_size 2048;\n  gzip on;\n"
                f"  access_log {self.folder}/access.log;\n"
                + self.server("", f"http://{self.setting.servers()[0]}", "") + "}\n")

    def server(self, how, where, more):
        names = self.setting.hosts() or ["_"]
        return "".join(f"  server {{ listen 127.0.0.1:{self.port} {how if n == 0 else ''};"
                       f" server_name {name};\n  location / {{ proxy_pass {where}; }}\n{more}  }}\n"
                       for n, name in enumerate(names))

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
