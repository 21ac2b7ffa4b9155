#!/usr/bin/env python3
"""Who may use the admin API of the built program, and what is kept of it.

    admin_security_test.py <path of gapura> [unittest arguments]
"""

import hashlib
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent))

from rig import PATIENCE_S, Gapura, OnSocket, connection_to

BINARY = None
SERVICE = "/api/v1/services/calculate"
TARGETS = SERVICE + "/targets"
LISTED = SimpleNamespace(url="http://10.8.0.1:80")  # asked for nothing
ONE = {"url": "http://10.9.0.1:80"}


class AdminSecurity(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="gapura-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def begin(self, more_static="", kind=Gapura):
        gapura = kind(BINARY, self.folder, [LISTED], more_static=more_static)
        self.addCleanup(gapura.close)
        return gapura

    def audited(self, file=None):
        text = (file or self.folder / "state" / "audit.log").read_text()
        return [json.loads(line) for line in text.splitlines()]

    def test_the_read_token_reads_and_nothing_else(self):
        gapura = self.begin()
        write_token = gapura.token
        gapura.stop()
        (gapura.state / "admin-read-token").write_text("only for reading, not\n".replace(" ", "-"))
        gapura.start()

        gapura.token = (gapura.state / "admin-read-token").read_text().strip()
        status, _ = gapura.admin("GET", SERVICE)
        self.assertEqual(status, 200)
        status, answer = gapura.admin("POST", TARGETS, ONE)
        self.assertEqual(status, 403)
        self.assertIn("may only read", answer["detail"])
        gapura.token = write_token
        status, _ = gapura.admin("POST", TARGETS, ONE)
        self.assertEqual(status, 201)
        self.assertNotIn(write_token, gapura.log())

    def test_a_changed_token_counts_at_once_and_after_a_restart(self):
        gapura = self.begin()
        old = gapura.token
        status, made = gapura.admin("POST", "/api/v1/token/rotate")
        self.assertEqual(status, 200, made)
        self.assertEqual((gapura.state / "admin-token").read_text(), made["token"] + "\n")

        self.assertEqual(gapura.admin("GET", SERVICE)[0], 401)
        gapura.token = made["token"]
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)
        gapura.kill()
        gapura.start()
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)
        for text in (gapura.log(), (gapura.state / "audit.log").read_text()):
            self.assertNotIn(made["token"], text)
            self.assertNotIn(old, text)

    def test_a_digest_in_the_tokens_place_is_enough(self):
        gapura = self.begin()
        gapura.stop()
        token = gapura.token
        digest = hashlib.sha256(token.encode()).hexdigest()
        (gapura.state / "admin-token").write_text(f"sha256:{digest}\n")
        gapura.start()

        status, _ = gapura.admin("GET", SERVICE)
        self.assertEqual(status, 401)
        gapura.token = token
        status, _ = gapura.admin("GET", SERVICE)
        self.assertEqual(status, 200)

        _, made = gapura.admin("POST", "/api/v1/token/rotate")
        self.assertNotIn(made["token"], (gapura.state / "admin-token").read_text())
        gapura.token = made["token"]
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)

    def test_every_change_is_in_the_audit_log_which_may_be_moved_away(self):
        gapura = self.begin()
        gapura.admin("POST", TARGETS, {**ONE, "weight": 3})
        log = gapura.state / "audit.log"
        self.assertEqual(stat.S_IMODE(log.stat().st_mode), 0o600)
        log.rename(gapura.state / "audit.log.1")
        gapura.admin("DELETE", f"{TARGETS}/10.9.0.1:80")
        gapura.admin("GET", SERVICE)

        old, = self.audited(gapura.state / "audit.log.1")
        self.assertEqual((old["who"], old["method"], old["path"], old["status"]),
                         ("write token", "POST", TARGETS, 201))
        self.assertTrue(old["from"].startswith("127.0.0."), old)
        self.assertEqual(old["body"], {**ONE, "weight": 3})
        new, = self.audited()
        self.assertEqual(new["changes"], [{
            "service": "calculate", "target": "10.9.0.1:80",
            "before": {"url": ONE["url"], "weight": 3, "origin": "admin"}, "after": None}])

    def test_an_audit_log_that_was_asked_for_and_cannot_be_had_ends_the_start(self):
        with self.assertRaisesRegex(AssertionError, r"admin.auditLog: /no/such/audit.log: No such"):
            self.begin(kind=WithAuditLogNowhere)

    def test_the_socket_file_is_for_its_owner_and_says_who_it_was(self):
        gapura = self.begin(kind=OnSocket)
        self.assertEqual(stat.S_IMODE(gapura.socket.stat().st_mode), 0o600)

        status, _ = gapura.admin("POST", TARGETS, ONE)

        self.assertEqual(status, 201)
        self.assertFalse((gapura.state / "admin-token").exists())
        line, = self.audited()
        self.assertEqual(line["who"], f"uid {os.getuid()}")

    def test_the_state_folders_socket_needs_no_token_while_tcp_does(self):
        gapura = self.begin(kind=BySocket)
        self.assertEqual(stat.S_IMODE(gapura.socket.stat().st_mode), 0o600)
        self.assertIn(f" and unix:{gapura.socket};", gapura.log())
        self.assertEqual(gapura.admin("POST", TARGETS, ONE)[0], 201)
        line, = self.audited()
        self.assertEqual((line["who"], line["from"]),
                         (f"uid {os.getuid()}", f"unix socket, uid {os.getuid()}"))

        gapura.stop()
        self.assertFalse(gapura.socket.exists())
        gapura.start()
        gapura.kill()
        self.assertTrue(gapura.socket.exists())
        gapura.start()
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)

    def test_a_second_process_of_the_same_state_folder_is_refused(self):
        gapura = self.begin(kind=BySocket)
        second = subprocess.run(gapura.command, capture_output=True, text=True,
                                timeout=PATIENCE_S)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"is in use by another gapura (pid {gapura.process.pid})",
                      second.stdout + second.stderr)
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)

    def test_a_socket_file_that_another_process_has_is_left_to_it(self):
        gapura = self.begin(kind=BySocket)
        gapura.stop()
        other = socket.socket(socket.AF_UNIX)
        self.addCleanup(other.close)
        other.bind(str(gapura.socket))
        other.listen()

        with self.assertRaisesRegex(AssertionError, "another process listens on .*admin.sock"):
            gapura.start()
        self.assertTrue(gapura.socket.exists())

    def test_a_state_folder_too_deep_for_a_socket_leaves_the_address(self):
        self.folder = self.folder / ("deep-" * 20)
        self.folder.mkdir()
        gapura = self.begin()
        self.assertRegex(gapura.log(), r"admin: cannot listen on .*admin.sock \(107 bytes at most\)"
                                       r".*\. Going on without that socket")
        self.assertEqual(gapura.admin("GET", SERVICE)[0], 200)

    def test_a_public_address_is_warned_of_and_not_opened_without_a_token(self):
        gapura = self.begin(kind=OnEveryAddress)
        self.assertIn("is plain HTTP", gapura.log())
        gapura.token = ""
        status, _ = gapura.admin("GET", SERVICE)
        self.assertEqual(status, 401)


class WithAuditLogNowhere(Gapura):
    ADMIN_SETTINGS = '  auditLog: "/no/such/audit.log"\n'


class OnEveryAddress(Gapura):
    ADMIN_ADDRESS = "0.0.0.0:0"
    ADMIN = "00000000"


class BySocket(Gapura):
    """Asked by the socket in its state folder."""

    @property
    def socket(self):
        return self.state / "admin.sock"

    def connect(self):
        self.token = ""
        return connection_to(self.socket)


if __name__ == "__main__":
    BINARY = Path(sys.argv.pop(1))
    unittest.main()
