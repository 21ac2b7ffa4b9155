#!/usr/bin/env python3
"""DigitalOcean's calls for droplets (API v2), as far as scaling needs them, and as strict. It
begins with 120 droplets of somebody else's: more than a page."""

import re
import time

from fake_machines import Calls, Cloud, Machine, options, run

TAG = re.compile(r"[a-zA-Z0-9_:-]{1,255}")
NAME = re.compile(r"[a-zA-Z0-9.-]+")


class DigitalOcean(Calls):
    def act(self, parts, query, body):
        if self.headers.get("Authorization") != f"Bearer {self.cloud.options.token}":
            return 401, {"id": "unauthorized", "message": "Unable to authenticate you"}
        if parts == ["v2", "droplets"]:
            return self.list(query) if self.command == "GET" else self.create(self.object(body))
        machine = self.cloud.machines.get(int(parts[2])) if len(parts) > 2 else None
        if parts[:2] != ["v2", "droplets"] or machine is None:
            return 404, {"id": "not_found", "message": "The resource you requested was not found."}
        if self.command == "DELETE" and len(parts) == 3:
            machine.stop()
            del self.cloud.machines[machine.number]
            return 204, None
        if self.command == "POST" and parts[3:] == ["actions"]:
            machine.start(0) if self.object(body)["type"] == "power_on" else machine.stop()
            return 201, {"action": {"id": 1, "status": "in-progress"}}
        return 404, {"id": "not_found", "message": "The resource you requested was not found."}

    def show(self, machine):
        is_up = self.cloud.is_up(machine)
        addresses = [{"ip_address": "203.0.113.7", "netmask": "255.255.240.0",
                      "gateway": "203.0.113.1", "type": "public"},
                     {"ip_address": machine.address, "netmask": "255.255.0.0", "gateway": "",
                      "type": "private"}]
        status = "active" if is_up else "off" if machine.due is None else "new"
        return {"id": machine.number, "name": machine.name, "status": status,
                "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(machine.created)),
                "networks": {"v4": addresses if is_up else [], "v6": []},
                "tags": machine.facts["tags"]}

    def list(self, query):
        tag = query.get("tag_name")
        found = [machine for machine in self.cloud.machines.values()
                 if not tag or tag in machine.facts["tags"]]
        page, per_page = int(query.get("page", 1)), min(int(query.get("per_page", 20)), 200)
        links = {}
        if page * per_page < len(found):
            more = f"&tag_name={tag}" if tag else ""
            links = {"pages": {"next": f"http://{self.headers['Host']}/v2/droplets?page={page + 1}"
                                       f"&per_page={per_page}{more}"}}
        shown = found[(page - 1) * per_page:page * per_page]
        return 200, {"droplets": [self.show(machine) for machine in shown], "links": links,
                     "meta": {"total": len(found)}}

    def create(self, wish):
        # A snapshot is named by its number; texts are for the images of DigitalOcean's own.
        is_good = (
            wish is not None and NAME.fullmatch(wish["name"])
            and all(isinstance(wish[key], str) for key in ("region", "size", "vpc_uuid"))
            and isinstance(wish["image"], int)
            and all(TAG.fullmatch(tag) for tag in wish["tags"]))
        if not is_good:
            return 422, {"id": "unprocessable_entity", "message": "You specified an invalid image"}
        machine = Machine(wish["name"], tags=wish["tags"])
        machine.start(self.cloud.options.boot)
        self.cloud.machines[machine.number] = machine
        return 202, {"droplet": self.show(machine), "links": {"actions": []}}


def main():
    cloud = Cloud(options(__doc__))
    for number in range(120):
        # Theirs have our tag, and even so are not ours.
        machine = Machine(f"theirs-{number}", tags=["calculate-service-clone-0"])
        cloud.machines[machine.number] = machine
    run(DigitalOcean, cloud)


if __name__ == "__main__":
    main()
