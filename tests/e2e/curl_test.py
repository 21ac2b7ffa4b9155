#!/usr/bin/env python3
"""curl through the built program.

    curl_test.py <path of gapura> [unittest arguments]
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import through
from rig import PATIENCE_S

FILE = b"0123456789" * 1000
UPLOAD_BYTES = (64 << 20) if through.IS_SANITIZED else (1 << 30)
GROWTH_MAX_MIB = 32


class Curl(through.Through):
    def curl(self, *arguments):
        """(standard output, standard error) of a run that must succeed."""
        run = subprocess.run(["curl", "--silent", "--show-error", "--max-time", str(4 * PATIENCE_S),
                              *arguments], capture_output=True, timeout=5 * PATIENCE_S)
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])
        return run.stdout, run.stderr.decode()

    def test_uploads_a_gibibyte_in_bounded_memory(self):
        large = self.folder / "large"
        with large.open("wb") as out:
            out.truncate(UPLOAD_BYTES)
        self.curl(f"{self.url}/file")
        with through.Memory(self.gapura.process.pid) as memory:
            text, _ = self.curl("--upload-file", str(large), f"{self.url}/echo")
        self.assertEqual(json.loads(text)["bytes"], UPLOAD_BYTES)
        if not through.IS_SANITIZED:
            self.assertLess(memory.most - memory.before, GROWTH_MAX_MIB)

    def test_uploads_what_has_no_length(self):
        run = subprocess.run(["curl", "-sS", "--upload-file", "-", f"{self.url}/echo"],
                             input=FILE * 100, capture_output=True, timeout=PATIENCE_S)
        seen = json.loads(run.stdout)
        self.assertEqual(seen["sha1"], hashlib.sha1(FILE * 100).hexdigest())
        self.assertEqual(seen["fields"].get("transfer-encoding"), "chunked")

    def test_is_told_to_continue(self):
        """curl would send the body without having heard anything, after the time given."""
        body = self.folder / "body"
        body.write_bytes(FILE)
        text, said = self.curl("--verbose", "--header", "Expect: 100-continue",
                               "--expect100-timeout", str(PATIENCE_S), "--data-binary", f"@{body}",
                               f"{self.url}/echo")
        self.assertEqual(json.loads(text)["bytes"], len(FILE))
        self.assertIn("HTTP/1.1 100 Continue", said)
        self.assertNotIn("Done waiting for 100-continue", said)

    def test_sees_trailers(self):
        text, _ = self.curl("--header", "TE: trailers", "--dump-header", "-",
                            f"{self.url}/trailers")
        self.assertIn(b"a body with a trailer", text)
        self.assertRegex(text.decode(), r"(?i)x-sum: 42\r\n")

    def test_http_1_0(self):
        text, said = self.curl("--http1.0", "--verbose", f"{self.url}/file")
        self.assertEqual(text, FILE)
        self.assertNotIn("Transfer-Encoding", said)
        text, said = self.curl("--http1.0", "--verbose", f"{self.url}/trailers")
        self.assertEqual(text, b"a body with a trailer")
        self.assertNotIn("Transfer-Encoding", said)

    def test_head(self):
        text, _ = self.curl("--head", f"{self.url}/file", f"{self.url}/file")
        self.assertEqual(text.count(b"HTTP/1.1 200 OK"), 2)
        self.assertEqual(text.count(b"Content-Length: 10000\r\n"), 2)

    def test_range(self):
        text, _ = self.curl("--include", "--range", "5-14", f"{self.url}/file")
        self.assertTrue(text.startswith(b"HTTP/1.1 206 "), text[:80])
        self.assertIn(b"Content-Range: bytes 5-14/10000\r\n", text)
        self.assertTrue(text.endswith(b"\r\n\r\n5678901234"), text[-80:])

    def test_many_at_a_time(self):
        text, _ = self.curl("--parallel", "--parallel-max", "20", "--output", "/dev/null",
                            "--write-out", "%{http_code} %{size_download}\\n",
                            f"{self.url}/file?[1-100]")
        self.assertEqual(text.decode().splitlines(), ["200 10000"] * 100)


if __name__ == "__main__":
    through.main()
