"""The targets of churn_test.py and what is done to them: each operation takes one that nobody else
is at, and does to it what happens to machines. Standard library only."""

import asyncio
import os
import signal
import time
from collections import Counter

from churn_life import Target
from rig import PATIENCE_S, Gapura

STRATEGIES = ("wrr", "leastconn", "p2c", "leasttime", "random",
              "hrw\n        hash: {source: path}")
TARGETS_API = "/api/v1/services/calculate/targets"
FREE_MIN = 3  # targets that nobody is at: the load must go somewhere


class ChurnGapura(Gapura):
    """Its list of servers is one file with a number, by which it is seen to be in force."""

    def __init__(self, binary, folder):
        more = f"accessLog: {{format: json, filePath: {folder / 'access.log'}}}\n"
        self.edit = 0
        super().__init__(binary, folder, [], more_static=more, rule="PathPrefix(`/`)")

    def write_servers(self, servers, more=""):
        self.edit += 1
        lines = "".join(f'          - {{url: "{url}", weight: {weight}}}\n'
                        for url, weight in servers)
        (self.configs / "services.yaml").write_text(
            "http:\n  routers:\n    edit:\n      rule: Path(`/edit`)\n      service: calculate\n"
            f"      priority: {self.edit}\n  services:\n    calculate:\n      loadBalancer:\n{more}"
            f"        servers:\n{lines}" + ("" if servers else "          []\n"))

    def edit_in_force(self):
        _, answer = self.admin("GET", "/api/v1/routers")
        routers = answer["routers"] if isinstance(answer, dict) else answer
        return max((one["priority"] for one in routers if one["name"].startswith("edit")),
                   default=0)


class Fleet:
    def __init__(self, gapura, folder, chance):
        self.gapura = gapura
        self.folder = folder
        self.chance = chance
        self.targets = []  # all there ever were
        self.present = []
        self.done = Counter()
        self.cut = 0
        self._names = 0
        self._editing = asyncio.Lock()
        self._killing = asyncio.Lock()

    async def start(self, count):
        for _ in range(count):
            (await self._new_target()).is_listed = True
        await self._edit()
        for target in self.present:
            await self._settled(target)

    def close(self):
        for target in self.targets:
            for life in target.lives:
                life.service.close()

    def lives(self):
        return [life for target in self.targets for life in target.lives]

    # --- operations: each with a target that it has for itself ---

    async def churn(self, seconds, operators=3):
        """Every kind of operation once before any comes twice."""
        end = time.monotonic() + seconds
        bag = []

        async def operate():
            while time.monotonic() < end:
                if not bag:
                    bag.extend(self.chance.sample(self.KINDS, len(self.KINDS)))
                kind = bag.pop()
                if await kind(self):
                    self.done[kind.__name__] += 1
                await asyncio.sleep(self.chance.uniform(0.05, 0.5))

        await asyncio.gather(*(operate() for _ in range(operators)))

    async def add(self):
        target = await self._new_target()
        target.is_listed = self.chance.random() < 0.5
        if target.is_listed:
            await self._edit()
        else:
            await self._admin("POST", TARGETS_API, {"url": target.url}, wanted=201)
        return await self._settled(target)

    async def drain_and_take_back(self):
        return await self._out_for_a_while(lambda target: None)

    async def drain_and_restart(self):
        def restart(target):
            target.end_as_planned()
            target.begin(self.folder)

        return await self._out_for_a_while(restart)

    async def _out_for_a_while(self, meanwhile):
        target = self._take()
        if target is None:
            return False
        path = f"{TARGETS_API}/{target.id}/drain"
        answer = await self._admin("POST", f"{path}?wait=true")
        self.cut += answer["cut"]
        await asyncio.to_thread(meanwhile, target)
        await self._admin("DELETE", path)
        return await self._settled(target)

    async def remove(self):
        """By the API when it came by that, else by either."""
        target = self._take()
        if target is None:
            return False
        self.present.remove(target)
        if target.is_listed and self.chance.random() < 0.5:
            target.is_listed = False
            await self._edit()
        else:
            # First of all: whoever edits the file meanwhile must not list it once more.
            async with self._editing:
                target.is_listed = False
            answer = await self._admin("DELETE", f"{TARGETS_API}/{target.id}?wait=true",
                                       wanted=(200, 404))
            self.cut += answer.get("cut", 0)
        await self._gone(target)
        await asyncio.to_thread(target.end_as_planned)
        return True

    async def kill_and_restart(self):
        async with self._killing:
            target = self._take()
            if target is None:
                return False
            await asyncio.to_thread(target.kill)
            await asyncio.sleep(self.chance.uniform(0, 1))
            await asyncio.to_thread(target.begin, self.folder)
            return await self._settled(target)

    async def kill_and_remove(self):
        async with self._killing:
            target = self._take()
            if target is None:
                return False
            self.present.remove(target)
            await asyncio.to_thread(target.kill)
            if target.is_listed:
                target.is_listed = False
                await self._edit()
            else:
                await self._admin("DELETE", f"{TARGETS_API}/{target.id}", wanted=(200, 202))
            await self._gone(target)
            return True

    async def freeze(self):
        """Neither answers nor refuses, for a moment."""
        target = self._take()
        if target is None:
            return False
        process = target.lives[-1].service.process
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(0.2, 1.5))
        process.send_signal(signal.SIGCONT)
        target.is_taken = False
        return True

    async def edit(self):
        """Other weights, another strategy, other rules of health."""
        await self._edit()
        return True

    async def reload(self):
        if self.chance.random() < 0.5:
            await self._admin("POST", "/api/v1/reload")
        else:
            os.kill(self.gapura.process.pid, signal.SIGHUP)
        return True

    KINDS = (add, add, drain_and_take_back, drain_and_restart, remove, remove, kill_and_restart,
             kill_and_remove, freeze, edit, reload)

    # --- what they are made of ---

    async def _new_target(self):
        self._names += 1
        target = Target(f"target{self._names}")
        self.targets.append(target)
        await asyncio.to_thread(target.begin, self.folder)
        self.present.append(target)
        return target

    def _take(self):
        free = [target for target in self.present if not target.is_taken]
        if len(free) <= FREE_MIN:
            return None
        target = self.chance.choice(free)
        target.is_taken = True
        return target

    async def _edit(self):
        more = f"        strategy: {self.chance.choice(STRATEGIES)}\n"
        if self.chance.random() < 0.5:
            more += "        healthCheck: {path: /health, interval: 500ms, timeout: 20s}\n"
        if self.chance.random() < 0.5:
            more += "        passiveHealthCheck: {failureWindow: 1s, maxFailedAttempts: 3}\n"
        if self.chance.random() < 0.5:
            more += "        slowStart: 2s\n"
        async with self._editing:
            listed = [(target.url, self.chance.randint(1, 3))
                      for target in self.targets if target.is_listed]
            self.gapura.write_servers(listed, more)
            edit = self.gapura.edit
            await self._until(f"edit {edit} is in force",
                              lambda: self.gapura.edit_in_force() == edit)

    async def _settled(self, target):
        """It serves, or is on its way there: from here on it is anybody's."""
        await self._until(
            f"{target.id} serves",
            lambda: self.gapura.targets().get(target.id, {}).get("state") in ("serving", "warming"))
        target.is_taken = False
        return True

    async def _gone(self, target):
        await self._until(f"{target.id} is gone", lambda: target.id not in self.gapura.targets())

    async def _until(self, what, question):
        end = time.monotonic() + PATIENCE_S
        while not await asyncio.to_thread(question):
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {PATIENCE_S:.0f} s")
            await asyncio.sleep(0.05)

    async def _admin(self, method, path, value=None, wanted=200):
        status, answer = await asyncio.to_thread(self.gapura.admin, method, path, value)
        if status not in (wanted if isinstance(wanted, tuple) else (wanted,)):
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer
