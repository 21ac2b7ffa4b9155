"""Clients for churn_test.py: requests at a fixed rate over kept connections, and WebSockets. Each
has a number; what came of each that did not go well is kept, to be explained. Standard library
only."""

import asyncio
import base64
import hashlib
import os
import random
import time

from rig import PATIENCE_S

HOST = "127.0.0.1"
BODY_BYTES = (1024, 1 << 20)
WAIT_MS = (10, 5000)
SMALL_BYTES = 16 * 1024  # with its head in one write: the proxy reads it whole before it forwards


class Asked:
    """One request or WebSocket, and how it went."""

    def __init__(self, number, method, body_bytes=0):
        self.number = number
        self.method = method
        self.body_bytes = body_bytes
        self.began = time.monotonic()
        self.ended = None
        self.fault = None
        self.has_head = False  # of an answer with 200 or 101

    def end(self, fault=None):
        self.ended = time.monotonic()
        self.fault = fault

    @property
    def is_replayable(self):
        """May be sent to another target when one fails that has not begun to answer."""
        return self.method != "POST" and self.body_bytes <= SMALL_BYTES

    def __str__(self):
        return (f"{self.method} {self.number} of {self.body_bytes} bytes, "
                f"{'with' if self.has_head else 'without'} a head: {self.fault}")


def log_uniform(chance, limits):
    """Sizes and times of all magnitudes alike."""
    return int(limits[0] * (limits[1] / limits[0]) ** chance.random())


def content(number, size):
    unit = f"{number} ".encode()
    return (unit * (size // len(unit) + 1))[:size]


def sha1(data):
    return hashlib.sha1(data).hexdigest()


async def read_head(reader):
    """(status, lower-case fields)"""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:] if line)
    return int(lines[0].split()[1]), {name.lower(): value for name, value in fields.items()}


class Load:
    """Runs until stop(). `asked` holds everything that was begun."""

    def __init__(self, port, seed, rate, sockets):
        self.port = port
        self.chance = random.Random(seed)
        self.rate = rate
        self.asked = []
        self._idle = []
        self._is_over = False
        self._tasks = [asyncio.create_task(self._keep_rate())]
        self._tasks += [asyncio.create_task(self._keep_socket()) for _ in range(sockets)]

    async def stop(self):
        """Begins nothing more, and waits for what is under way."""
        self._is_over = True
        await asyncio.gather(*self._tasks)
        for _, writer in self._idle:
            writer.close()

    def _begin(self, method, body_bytes=0):
        asked = Asked(str(len(self.asked) + 1), method, body_bytes)
        self.asked.append(asked)
        return asked

    async def _guard(self, asked, doing):
        """Whatever ends it other than well is its fault, and never passed over."""
        try:
            fault = await asyncio.wait_for(doing, PATIENCE_S)
        except Exception as error:
            fault = repr(error)
        asked.end(fault)

    # --- requests ---

    async def _keep_rate(self):
        """Open loop: who is slow to answer does not slow down who asks."""
        under_way = set()
        due = time.monotonic()
        while not self._is_over:
            task = asyncio.create_task(self._request())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            due += 1 / self.rate
            await asyncio.sleep(max(0, due - time.monotonic()))
        await asyncio.gather(*under_way)

    async def _request(self):
        method = self.chance.choice(("GET", "PUT", "PUT", "POST", "POST"))
        size = 0 if method == "GET" else log_uniform(self.chance, BODY_BYTES)
        asked = self._begin(method, size)
        await self._guard(asked, self._exchange(asked))

    async def _exchange(self, asked):
        if self._idle:
            connection = self._idle.pop(self.chance.randrange(len(self._idle)))
        else:
            connection = await asyncio.open_connection(HOST, self.port, limit=1 << 20)
        fault = "broken off"
        try:
            fault = await self._ask(asked, *connection)
        finally:
            if fault is None:
                self._idle.append(connection)
            else:
                connection[1].close()
        return fault

    async def _ask(self, asked, reader, writer):
        wait = log_uniform(self.chance, WAIT_MS)
        pause = wait // 2 if self.chance.random() < 0.3 else 0
        size = log_uniform(self.chance, BODY_BYTES)
        body = content(asked.number, asked.body_bytes)
        head = (f"{asked.method} /churn/{asked.number}?wait={wait - pause}&pause={pause}"
                f"&bytes={size} HTTP/1.1\r\nHost: churn\r\nContent-Length: {len(body)}\r\n\r\n")
        writer.write(head.encode() + body)
        status, fields = await read_head(reader)
        asked.has_head = status == 200
        answer = await reader.readexactly(int(fields["content-length"]))
        if status != 200:
            return f"{status} {answer[:80]!r}"
        if fields["x-sum"] != sha1(body):
            return "the target got another body"
        if sha1(answer) != sha1(content(asked.number, size)):
            return "it is not the target's answer"
        return None

    # --- WebSockets (RFC 6455) ---

    async def _keep_socket(self):
        while not self._is_over:
            asked = self._begin("WebSocket")
            await self._guard(asked, self._session(asked))

    async def _session(self, asked):
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            return await self._talk(asked, reader, writer)
        finally:
            writer.close()

    async def _talk(self, asked, reader, writer):
        key = base64.b64encode(os.urandom(16)).decode()
        writer.write(f"GET /ws/{asked.number} HTTP/1.1\r\nHost: churn\r\nConnection: Upgrade\r\n"
                     f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                     f"Sec-WebSocket-Key: {key}\r\n\r\n".encode())
        status, _ = await read_head(reader)
        if status != 101:
            return f"{status} instead of an upgrade"
        asked.has_head = True
        for turn in range(self.chance.randint(3, 8)):
            await asyncio.sleep(self.chance.uniform(0.1, 0.8))
            said = f"{asked.number} says {turn}".encode()
            writer.write(frame(0x81, said))
            if await read_frame(reader) != (0x81, said):
                return "another echo"
        writer.write(frame(0x88, (1000).to_bytes(2, "big")))
        opcode, _ = await read_frame(reader)
        return None if opcode == 0x88 else "its close is not answered"


def frame(opcode, payload):
    """A client's: masked, at most 125 bytes."""
    mask = os.urandom(4)
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    return bytes((opcode, 0x80 | len(payload))) + mask + masked


async def read_frame(reader):
    opcode, size = await reader.readexactly(2)
    return opcode, await reader.readexactly(size)
