#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Servers that send more than expected, close early or never: on real sockets."""

import contextlib
import socket
import ssl
import time
import unittest

import real_certificates
from program import ProgramTest
from talking_server import TalkingServer

VISITS = 20


class Stream(ProgramTest):
    def visits(self, talk, *flags, count=VISITS, at_once=4):
        """The records of `count` visits to a server that runs `talk`."""
        server = TalkingServer(talk)
        self.addCleanup(server.close)
        swept = self.scan("127.0.0.1\n" * count, "-p", str(server.port), "--no-share",
                          "-c", str(at_once), "--command-timeout", "3s", *flags)
        self.check_ended(swept)
        self.assertEqual(len(swept.records), count)
        return swept.records

    def check_all(self, records, *words):
        verdicts = {(r["outcome"], r["phase"], r["cause"], *r.get("anomalies", ()))
                    for r in records}
        self.assertEqual(verdicts, {words})

    def test_a_421_after_a_reply_is_read_although_our_command_meets_a_reset(self):
        def talk(connection):
            connection.sendall(b"220 mx.test ESMTP\r\n")
            connection.recv(100)
            connection.sendall(b"250-mx.test\r\n250-STARTTLS\r\n250 SIZE\r\n"
                               b"421 4.7.0 too many connections\r\n")
            # close() resets a connection with unread data.
            time.sleep(0.01)

        self.check_all(self.visits(talk), "refused", "starttls", "throttled.connections")

    def test_a_421_after_the_handshake_is_read_although_our_ehlo_meets_a_reset(self):
        issued = real_certificates.Authority(self.folder).issue("leaf")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = version
            context.load_cert_chain(issued.chain, issued.key)

            def talk(connection, context=context):
                # Data still held back by Nagle's algorithm would be lost by the server's reset.
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sendall(b"220 mx.test ESMTP\r\n")
                connection.recv(100)
                connection.sendall(b"250-mx.test\r\n250 STARTTLS\r\n")
                connection.recv(100)
                connection.sendall(b"220 go\r\n")
                with context.wrap_socket(connection, server_side=True) as secure:
                    secure.sendall(b"421 4.7.0 too many connections\r\n")

            records = self.visits(talk)
            verdicts = {(r["outcome"], r["phase"], r["cause"]) for r in records}
            self.assertEqual(verdicts, {("refused", "ehlo_tls", "throttled.connections")})

    def test_a_server_that_waits_for_our_close_is_freed_and_its_wait_is_in_no_phase(self):
        waited = []

        def talk(connection):
            connection.sendall(b"220 mx.test ESMTP\r\n")
            connection.recv(100)
            connection.sendall(b"250 mx.test\r\n")
            connection.recv(100)
            connection.sendall(b"221 bye\r\n")
            began = time.monotonic()
            connection.recv(100)
            waited.append(time.monotonic() - began)

        records = self.visits(talk)
        self.check_all(records, "ok", "quit", "none")
        self.assertEqual(len(waited), VISITS)
        self.assertLess(sorted(waited)[VISITS // 2], 1)
        for record in records:
            phases = [value for key, value in record["ms"].items() if key != "total"]
            self.assertAlmostEqual(sum(phases), record["ms"]["total"], places=3)

    def test_no_close_notify_does_not_flap(self):
        """A server that sends 221 and close_notify and closes at once, in 60 visits."""
        issued = real_certificates.Authority(self.folder).issue("leaf")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(issued.chain, issued.key)

        def talk(connection):
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.sendall(b"220 mx.test ESMTP\r\n")
                secure.recv(100)
                secure.sendall(b"250 mx.test\r\n")
                secure.recv(100)
                secure.sendall(b"221 bye\r\n")
                secure.settimeout(0.001)
                with contextlib.suppress(OSError):
                    secure.unwrap()

        self.check_all(self.visits(talk, "--tls", "implicit", count=60, at_once=16),
                       "ok", "quit", "none")

    def test_a_burst_that_overflows_a_listen_queue_is_our_fault_and_not_the_servers(self):
        listener = socket.create_server(("127.0.0.1", 0), backlog=50)  # Nothing accepts.
        self.addCleanup(listener.close)
        swept = self.scan("127.0.0.1\n" * 40, "-p", str(listener.getsockname()[1]), "--no-share",
                          "-j", "1", "-c", "40", "--greeting-timeout", "500ms")
        self.check_ended(swept)
        causes = [record["cause"] for record in swept.records]
        self.assertEqual(causes.count("local.burst"), 40 - 16)
        self.assertEqual(causes.count("protocol.silent"), 16)
        alone = self.scan("127.0.0.1\n", "-p", str(listener.getsockname()[1]),
                          "--greeting-timeout", "500ms")
        self.assertEqual(alone.records[0]["cause"], "protocol.silent")


if __name__ == "__main__":
    unittest.main()
