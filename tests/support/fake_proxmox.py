#!/usr/bin/env python3
"""Proxmox VE's calls for virtual machines (/api2/json), as far as scaling needs them, and as
awkward: whatever takes time is a task, a VM is locked while it is cloned, its name is known only
some time after, and whatever goes wrong is a 500. It begins with the template and a VM of somebody
else's."""

import itertools
import time
from urllib.parse import unquote

from fake_machines import Calls, Cloud, Machine, options, run

NODE = "pve"
TEMPLATE = 9000
CLONE_S = 1.0
NAMELESS_S = 0.5  # after its creation
STOP_S = 0.3


class Task:
    numbers = itertools.count(0x3B5E5)

    def __init__(self, kind, vmid, takes_s, then):
        """`then` is done at the end, and says how it went."""
        self.upid = (f"UPID:{NODE}:{next(Task.numbers):08X}:01A4A1A1:5F9C9C9C:{kind}:{vmid}:"
                     "root@pam!gapura:")
        self.ends = time.monotonic() + takes_s
        self.then = then
        self.outcome = None

    def show(self):
        shown = {"upid": self.upid, "node": NODE, "status": "running"}
        if self.outcome is not None:
            shown |= {"status": "stopped", "exitstatus": self.outcome}
        return shown


class Proxmox(Calls):
    tasks = []

    def act(self, parts, query, body):
        if self.headers.get("Authorization") != f"PVEAPIToken={self.cloud.options.token}":
            return 401, None
        for task in self.tasks:
            if task.outcome is None and time.monotonic() >= task.ends:
                task.outcome = task.then()
        parts = [unquote(part) for part in parts]
        try:
            return 200, {"data": self.data(parts[2:], query, body)}
        except LookupError as error:
            return 500, {"data": None, "message": f"{error.args[0]}\n"}

    def data(self, parts, query, body):
        if self.command == "GET" and parts == ["cluster", "resources"]:
            return [self.show(vmid, machine) for vmid, machine in self.cloud.machines.items()]
        if self.command == "GET" and parts == ["cluster", "nextid"]:
            return str(next(n for n in range(100, 1000) if n not in self.cloud.machines))
        is_task = parts[:3] == ["nodes", NODE, "tasks"] and parts[4:] == ["status"]
        if self.command == "GET" and is_task:
            return next(task for task in self.tasks if task.upid == parts[3]).show()
        if parts[:3] == ["nodes", NODE, "qemu"]:
            vmid = int(parts[3])
            if vmid not in self.cloud.machines:
                raise LookupError(
                    f"Configuration file 'nodes/{NODE}/qemu-server/{vmid}.conf' does not exist")
            call = self.command + " " + "/".join(parts[4:])
            return self.of_machine(call, vmid, self.cloud.machines[vmid], body)
        raise LookupError(f"Path '/{'/'.join(parts)}' not found")

    def of_machine(self, call, vmid, machine, body):
        if call == "POST clone":
            return self.clone(vmid, self.form(body))
        if call == "POST status/start":
            return self.task("qmstart", vmid, 0.1, lambda: self.start(machine))
        if call in ("POST status/stop", "POST status/shutdown"):
            return self.task("qmstop", vmid, STOP_S, lambda: machine.stop() or "OK")
        if call == "DELETE ":
            if machine.due is not None:
                raise LookupError(f"VM {vmid} is running - destroy failed")
            return self.task("qmdestroy", vmid, 0.2,
                             lambda: self.cloud.machines.pop(vmid, None) and "OK")
        if call == "GET agent/network-get-interfaces":
            if not self.cloud.is_up(machine):
                raise LookupError("QEMU guest agent is not running")
            return {"result": [
                {"name": "lo", "hardware-address": "00:00:00:00:00:00", "ip-addresses": [
                    {"ip-address-type": "ipv4", "ip-address": "127.0.0.1", "prefix": 8}]},
                {"name": "eth0", "hardware-address": "bc:24:11:2a:7d:e1", "ip-addresses": [
                    {"ip-address-type": "ipv6", "ip-address": "fe80::1", "prefix": 64},
                    {"ip-address-type": "ipv4", "ip-address": machine.address, "prefix": 24}]}]}
        raise LookupError(f"Method '{call}' not implemented")

    def task(self, kind, vmid, takes_s, then):
        self.tasks.append(Task(kind, vmid, takes_s, then))
        return self.tasks[-1].upid

    def clone(self, template, wish):
        if template != TEMPLATE or wish is None:
            raise LookupError("Parameter verification failed.")
        vmid = int(wish["newid"])
        if vmid in self.cloud.machines:
            raise LookupError(f"unable to create VM {vmid}: config file already exists")
        machine = Machine(wish["name"], is_locked=True)
        self.cloud.machines[vmid] = machine
        return self.task("qmclone", template, CLONE_S,
                         lambda: machine.facts.update(is_locked=False) or "OK")

    def start(self, machine):
        if machine.facts.get("is_locked"):
            return "VM is locked (clone)"
        machine.start(self.cloud.options.boot)
        return "OK"

    def show(self, vmid, machine):
        is_running = machine.due is not None
        shown = {"id": f"qemu/{vmid}", "vmid": vmid, "node": NODE, "type": "qemu",
                 "status": "running" if is_running else "stopped",
                 "template": int(vmid == TEMPLATE)}
        if time.time() - machine.created >= NAMELESS_S:
            shown["name"] = machine.name
        return shown


def main():
    cloud = Cloud(options(__doc__))
    cloud.machines = {TEMPLATE: Machine("seed"), 101: Machine("theirs")}
    run(Proxmox, cloud)


if __name__ == "__main__":
    main()
