#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Latencies against the server's own clock, where Nagle's algorithm (RFC 896) meets delayed
acknowledgements (RFC 1122, 4.2.3.2): one side holds back a small segment while an earlier one is
not acknowledged, the other acknowledges 40 ms later. Whichever of the two is ours, the record must
not attribute the delay to the server."""

import contextlib
import pathlib
import socket
import ssl
import statistics
import tempfile
import threading
import time
import unittest

from program import WAIT_SECONDS_MAX, ProgramTest
from real_certificates import Authority

CONVERSATIONS = 20
# The delay is 40 ms on Linux; without it the exchange takes a millisecond or two.
SLOW_MS = 20
AGREE_MS = 10  # The record against the server's clock, on a busy machine.


class NagleServer:
    """An SMTP server in Python's own TLS 1.3, which sends its flight in writes of 4096 octets, and
    two tickets. It measures how long its reply to EHLO takes in each conversation. `in_parts`: each
    line of that reply is a write of its own."""

    def __init__(self, certificate, mode, in_parts):
        self.mode = mode
        self.in_parts = in_parts
        self.busy_ms = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate.chain, certificate.key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=CONVERSATIONS)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        for _ in range(CONVERSATIONS):
            with contextlib.suppress(OSError):
                connection, _ = self.listener.accept()
                with connection:
                    self.talk(connection)

    def talk(self, connection):
        connection.settimeout(WAIT_SECONDS_MAX)
        if self.mode == "implicit":
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.serve_smtp(secure)
            return
        if self.serve_smtp(connection) == "STARTTLS":
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.serve_smtp(secure, greet=False)

    def serve_smtp(self, connection, greet=True):
        """Answers commands until one that ends this phase, which it returns."""
        if greet:
            connection.sendall(b"220 nagle.test ESMTP\r\n")
        while command := connection.recv(1000).decode():
            came = time.monotonic()
            word = command.split()[0]
            if word == "STARTTLS":
                connection.sendall(b"220 go ahead\r\n")
                return word
            if word == "QUIT":
                connection.sendall(b"221 bye\r\n")
                return word
            lines = [b"250-nagle.test\r\n", b"250-PIPELINING\r\n", b"250 STARTTLS\r\n"]
            for part in lines if self.in_parts else [b"".join(lines)]:
                connection.sendall(part)
            self.busy_ms.append((time.monotonic() - came) * 1000)
        return None

    def end(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


class Nagle(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory(prefix="mxsweep-nagle-")
        cls.addClassCleanup(folder.cleanup)
        authority = Authority(pathlib.Path(folder.name))
        between = authority.issue("between", "/CN=Between", key="RSA:2048", authority=True,
                                  by=authority.root)
        many = [f"DNS:mx{number}.customers.nagle.test" for number in range(50)]
        # Its flight ends shortly after the first 4096 octets.
        cls.long = authority.issue("long", names=many, key="RSA:2048", by=between)
        cls.short = authority.issue("short", key="RSA:2048", by=between)

    def latencies(self, mode, phase, certificate, in_parts):
        """The phase's latencies in the records and by the server, of sequential conversations."""
        server = NagleServer(certificate or self.short, mode, in_parts)
        self.addCleanup(server.end)
        swept = self.scan("127.0.0.1\n" * CONVERSATIONS, "--tls", mode, "-p", str(server.port),
                          "--no-share", "-c", "1")
        self.check_ended(swept)
        self.assertEqual({(r["outcome"], r["cause"]) for r in swept.records}, {("ok", "none")})
        return [record["ms"][phase] for record in swept.records], server.busy_ms

    def check_quick(self, mode, phase, certificate=None, in_parts=False):
        recorded, busy = self.latencies(mode, phase, certificate, in_parts)
        middle = statistics.median(recorded)
        self.assertLess(middle, SLOW_MS, sorted(recorded))
        # A stall delays every conversation, a busy machine the slower ones of them.
        quicker = statistics.quantiles(recorded)[0]
        self.assertLess(abs(quicker - statistics.median(busy)), AGREE_MS, (sorted(recorded), busy))

    def test_data_after_a_handshake_is_not_held_back_on_our_side(self):
        """With a long flight we send before all of it has arrived."""
        for certificate in (self.short, self.long):
            with self.subTest(certificate.certificate.name):
                self.check_quick("starttls", "ehlo_tls", certificate)
                self.check_quick("implicit", "greeting", certificate)

    def test_a_reply_sent_in_parts_does_not_wait_for_our_acknowledgement(self):
        for mode, phase in (("off", "ehlo"), ("starttls", "ehlo"), ("starttls", "ehlo_tls"),
                            ("implicit", "ehlo")):
            with self.subTest(f"{mode}, {phase}"):
                self.check_quick(mode, phase, in_parts=True)


if __name__ == "__main__":
    unittest.main()
