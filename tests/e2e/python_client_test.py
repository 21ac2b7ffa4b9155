#!/usr/bin/env python3
"""Python's http.client and plain sockets through the built program.

    python_client_test.py <path of gapura> [unittest arguments]
"""

import hashlib
import http.client
import json
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import PATIENCE_S

PIPELINED = 60


class PythonClient(through.Through):
    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.gapura.port, timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        return connection

    def test_chunked_upload(self):
        connection = self.connect()
        pieces = [bytes([i]) * (1 + 997 * i) for i in range(100)]
        for _ in range(3):
            connection.request("POST", "/echo", iter(pieces), encode_chunked=True,
                               headers={"Transfer-Encoding": "chunked"})
            seen = json.loads(connection.getresponse().read())
            self.assertEqual(seen["bytes"], sum(map(len, pieces)))
            self.assertEqual(seen["sha1"], hashlib.sha1(b"".join(pieces)).hexdigest())

    def test_pipelined_answers_come_in_order(self):
        with socket.create_connection(("127.0.0.1", self.gapura.port), PATIENCE_S) as client:
            client.sendall(b"".join(b"GET /number/%d HTTP/1.1\r\nHost: a\r\n\r\n" % i
                                    for i in range(PIPELINED)))
            stream = client.makefile("rb")
            for i in range(PIPELINED):
                self.assertEqual(stream.readline(), b"HTTP/1.1 200 OK\r\n")
                fields = http.client.parse_headers(stream)
                self.assertEqual(stream.read(int(fields["Content-Length"])), b"%d" % i)

    def test_the_first_event_comes_before_the_second_is_sent(self):
        connection = self.connect()
        connection.request("GET", "/events", headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        self.assertEqual(response.readline() + response.readline(), b"data: first\n\n")
        other = self.connect()
        other.request("GET", "/events/next")
        self.assertEqual(other.getresponse().read(), b"released")
        self.assertEqual(response.read(), b"data: second\n\n")


if __name__ == "__main__":
    through.main()
