#!/usr/bin/env python3
"""Docker Engine's calls for containers, on the Unix socket --socket, as far as scaling needs them,
and as strict: --api FIRST-LAST are the versions of the API that it speaks, as 1.24-1.41 (Debian 12)
or 1.44-1.52 (Engine 29). It begins with a container of somebody else's. Its TCP port, which is for
tests, has /state only."""

import json
import re
import secrets
import socket
from http.server import ThreadingHTTPServer

from fake_machines import Calls, Cloud, Machine, options, run

IMAGE = "calculate:1.4"


class Docker(Calls):
    def act(self, parts, query, body):
        if self.server.address_family != socket.AF_UNIX:
            return 404, {"message": "page not found"}
        version = re.fullmatch(r"v1\.(\d+)", parts[0])
        if version:
            parts = parts[1:]
            first, last = (int(word.split(".")[1]) for word in self.cloud.options.api.split("-"))
            if int(version[1]) < first:
                return 400, {"message": f"client version 1.{version[1]} is too old. Minimum "
                                        f"supported API version is 1.{first}, please upgrade your "
                                        "client to a newer version"}
            if int(version[1]) > last:
                return 400, {"message": f"client version 1.{version[1]} is too new. Maximum "
                                        f"supported API version is 1.{last}"}
        if parts == ["containers", "json"] and self.command == "GET":
            wanted = json.loads(query.get("filters", "{}")).get("label", [])
            return 200, [self.show(one) for one in self.cloud.machines.values()
                         if all(label in one.facts["labels"] for label in wanted)
                         and (query.get("all") in ("1", "true") or self.cloud.is_up(one))]
        if parts == ["containers", "create"] and self.command == "POST":
            return self.create(query.get("name"), self.object(body))
        if parts[0] == "containers" and parts[1] not in self.cloud.machines:
            return 404, {"message": f"No such container: {parts[1]}"}
        machine = self.cloud.machines[parts[1]]
        if self.command == "POST" and parts[2:] == ["start"]:
            was_up = machine.due is not None
            machine.start(self.cloud.options.boot)
            return (304 if was_up else 204), None
        if self.command == "DELETE" and len(parts) == 2:
            if machine.due is not None and query.get("force") not in ("1", "true"):
                return 409, {"message": "You cannot remove a running container"}
            machine.stop()
            del self.cloud.machines[parts[1]]
            return 204, None
        return 404, {"message": "page not found"}

    def show(self, machine):
        is_up = self.cloud.is_up(machine)
        return {"Id": machine.facts["id"], "Names": [f"/{machine.name}"], "Image": IMAGE,
                "Created": int(machine.created), "State": "running" if is_up else "created",
                "Status": "Up 2 seconds" if is_up else "Created",
                "Labels": dict(label.split("=") for label in machine.facts["labels"]),
                "HostConfig": {"NetworkMode": "bridge"},
                "NetworkSettings": {"Networks": {"bridge": {
                    "IPAddress": machine.address if is_up else ""}}}}

    def create(self, name, wish):
        if wish is None:
            return 400, {"message": "invalid JSON"}
        if wish["Image"] != IMAGE:
            return 404, {"message": f"No such image: {wish['Image']}"}
        if name in (machine.name for machine in self.cloud.machines.values()):
            return 409, {"message": f"Conflict. The container name \"/{name}\" is already in use"}
        id_ = secrets.token_hex(32)
        labels = [f"{key}={value}" for key, value in wish["Labels"].items()]
        self.cloud.machines[id_] = Machine(name, id=id_, labels=labels)
        return 201, {"Id": id_, "Warnings": []}


class UnixServer(ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self):
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "docker", 0


def main():
    cloud = Cloud(options(__doc__, socket="", api="1.24-1.41"))
    # Theirs has our label, and even so is not ours.
    cloud.machines["0" * 64] = Machine("theirs", id="0" * 64,
                                       labels=["gapura=calculate-service-clone-"])
    run(Docker, cloud, [UnixServer(cloud.options.socket, Docker)])


if __name__ == "__main__":
    main()
