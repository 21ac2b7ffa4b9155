"""Envoy, of which Debian has no package: --envoy says where its binary is. Set up as its own
guide to benchmarks asks for: one worker, and no request ids."""

import json

from .peer import Peer


class Envoy(Peer):
    name = program = "envoy"
    lacks = {"scrape": "not set up here", "reload": "not set up here"}

    @classmethod
    def find(cls, given, build):
        return given

    def configure(self):
        config = self.folder / "envoy.json"
        config.write_text(json.dumps({"static_resources": {
            "listeners": [self.listener()], "clusters": [self.cluster()]}}))
        workers = [] if self.setting.as_installed else ["--concurrency", self.setting.workers]
        return [self.binary, "-c", config, "--use-dynamic-base-id", "-l", "error", *workers]

    @staticmethod
    def typed(name, **values):
        return {"@type": f"type.googleapis.com/envoy.extensions.{name}", **values}

    @staticmethod
    def address(text):
        host, port = text.rsplit(":", 1)
        return {"socket_address": {"address": host, "port_value": int(port)}}

    def listener(self):
        setting = self.setting
        hosts = [{"name": host, "domains": [host, f"{host}:*"], "routes": [self.route()]}
                 for host in setting.hosts()]
        hosts = hosts or [{"name": "all", "domains": ["*"], "routes": [self.route()]}]
        connections = self.typed(
            "filters.network.http_connection_manager.v3.HttpConnectionManager",
            stat_prefix="all", route_config={"virtual_hosts": hosts},
            upgrade_configs=[{"upgrade_type": "websocket"}],
            http_filters=[{"name": "router",
                           "typed_config": self.typed("filters.http.router.v3.Router")}])
        if not setting.as_installed:
            connections["generate_request_id"] = False
        if setting.access_log:
            connections["access_log"] = [{"name": "file", "typed_config": self.typed(
                "access_loggers.file.v3.FileAccessLog", path=f"{self.folder}/access.log")}]
        return {"address": self.address(f"127.0.0.1:{self.port}"),
                "filter_chains": [{"filters": [{"name": "http", "typed_config": connections}]}]}

    @staticmethod
    def route():
        return {"match": {"prefix": "/"}, "route": {"cluster": "origin", "timeout": "60s"}}

    def cluster(self):
        setting = self.setting
        most = 1_000_000  # its default lets 1,024 requests and links be
        cluster = {
            "name": "origin", "type": "STATIC", "connect_timeout": "5s",
            "lb_policy": "LEAST_REQUEST" if setting.targets > 1 else "ROUND_ROBIN",
            "load_assignment": {"cluster_name": "origin", "endpoints": [{"lb_endpoints": [
                {"endpoint": {"address": self.address(server)}} for server in setting.servers()]}]}}
        if not setting.as_installed:
            cluster["circuit_breakers"] = {"thresholds": [{
                "max_connections": most, "max_pending_requests": most, "max_requests": most}]}
        if setting.health_checks:
            cluster["health_checks"] = [{
                "timeout": "5s", "interval": "1s", "unhealthy_threshold": 1,
                "healthy_threshold": 1, "http_health_check": {"path": "/"}}]
        return cluster
