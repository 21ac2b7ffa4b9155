#!/usr/bin/env python3
"""Hetzner Cloud's calls for servers (API v1), as far as scaling needs them, and as strict. It
begins with sixty servers of somebody else's: more than a page."""

import re
import time

from fake_machines import Calls, Cloud, Machine, options, run

LABEL = re.compile(r"([a-zA-Z0-9]([-_.a-zA-Z0-9]{0,61}[a-zA-Z0-9])?)?")
HOST = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
INITIALIZING_S = 0.3  # a server cannot be changed meanwhile


def error(status, code):
    return status, {"error": {"code": code, "message": code, "details": {}}}


class Hetzner(Calls):
    def act(self, parts, query, body):
        if self.headers.get("Authorization") != f"Bearer {self.cloud.options.token}":
            return error(401, "unauthorized")
        if parts == ["v1", "servers"]:
            return self.list(query) if self.command == "GET" else self.create(self.object(body))
        machine = self.cloud.machines.get(int(parts[2])) if len(parts) > 2 else None
        if parts[:2] != ["v1", "servers"] or machine is None:
            return error(404, "not_found")
        if self.status(machine) == "initializing":
            return error(423, "locked")
        action = {"action": {"id": machine.number, "status": "running", "error": None}}
        if self.command == "DELETE" and len(parts) == 3:
            machine.stop()
            del self.cloud.machines[machine.number]
            return 200, action
        if self.command == "POST" and parts[3:] in (["actions", "poweron"],
                                                    ["actions", "shutdown"]):
            machine.start(0) if parts[4] == "poweron" else machine.stop()
            return 201, action
        return error(404, "not_found")

    def status(self, machine):
        if machine.due is None:
            return "off"
        if time.time() - machine.created < INITIALIZING_S:
            return "initializing"
        return "running" if self.cloud.is_up(machine) else "starting"

    def show(self, machine):
        status = self.status(machine)
        private = [{"network": network, "ip": machine.address, "alias_ips": [],
                    "mac_address": "86:00:ff:2a:7d:e1"} for network in machine.facts["networks"]]
        return {"id": machine.number, "name": machine.name, "status": status,
                "created": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(machine.created)),
                "labels": machine.facts["labels"],
                "public_net": {"ipv4": None, "ipv6": None, "floating_ips": []},
                "private_net": [] if status == "initializing" else private}

    def list(self, query):
        name, _, value = query.get("label_selector", "").partition("=")
        found = [machine for machine in self.cloud.machines.values()
                 if not name or machine.facts["labels"].get(name) == value]
        page, per_page = int(query.get("page", 1)), min(int(query.get("per_page", 25)), 50)
        last = max(1, -(-len(found) // per_page))
        shown = found[(page - 1) * per_page:page * per_page]
        return 200, {"servers": [self.show(machine) for machine in shown],
                     "meta": {"pagination": {
                         "page": page, "per_page": per_page, "last_page": last,
                         "previous_page": page - 1 or None,
                         "next_page": page + 1 if page < last else None,
                         "total_entries": len(found)}}}

    def create(self, wish):
        is_good = (
            wish is not None and HOST.fullmatch(wish["name"])
            and all(isinstance(wish[key], str) for key in ("server_type", "image", "location"))
            and all(isinstance(network, int) for network in wish["networks"])
            and all(LABEL.fullmatch(value) for value in wish["labels"].values()))
        if not is_good:
            return error(422, "invalid_input")
        if wish["name"] in (machine.name for machine in self.cloud.machines.values()):
            return error(409, "uniqueness_error")
        machine = Machine(wish["name"], labels=wish["labels"], networks=wish["networks"])
        machine.start(self.cloud.options.boot)
        self.cloud.machines[machine.number] = machine
        return 201, {"server": self.show(machine), "action": {"id": 1, "status": "running"},
                     "next_actions": [], "root_password": "not-a-real-one"}


def main():
    cloud = Cloud(options(__doc__))
    for number in range(60):
        # Theirs have our label, and even so are not ours.
        machine = Machine(f"theirs-{number}", labels={"gapura": "calculate-service-clone-0"},
                          networks=[])
        cloud.machines[machine.number] = machine
    run(Hetzner, cloud)


if __name__ == "__main__":
    main()
