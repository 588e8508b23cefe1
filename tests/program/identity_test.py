#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a sweep is to the servers: the addresses that its connections come from."""

import contextlib
import socket
import threading
import unittest

from program import CANNOT_RUN_HERE, WRONG_USAGE, ProgramTest

SECONDS_MAX = 20


class Servers:
    """Servers on several addresses and one port, which greet, and note where clients come from."""

    def __init__(self, addresses):
        self.peers = []
        self.listeners = [socket.create_server((addresses[0], 0), backlog=128)]
        self.port = self.listeners[0].getsockname()[1]
        self.listeners += [socket.create_server((address, self.port), backlog=128)
                           for address in addresses[1:]]
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                connection, peer = listener.accept()
                connection.settimeout(SECONDS_MAX)
                self.peers.append((connection.getsockname()[0], peer[0]))
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    @staticmethod
    def talk(connection):
        with contextlib.suppress(OSError), connection:
            connection.sendall(b"220 mx.test ESMTP\r\n")
            while connection.recv(4096).startswith(b"EHLO"):
                connection.sendall(b"250 mx.test\r\n")
            connection.sendall(b"221 bye\r\n")

    def close(self):
        for listener in self.listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()


class SourceAddresses(ProgramTest):
    TARGETS = [f"127.3.0.{last}" for last in range(1, 17)]

    def servers(self):
        servers = Servers(self.TARGETS)
        self.addCleanup(servers.close)
        return servers

    def test_each_target_sees_one_source_address_and_always_the_same(self):
        """Two addresses: both are used, and a second sweep chooses as the first did."""
        servers = self.servers()
        for _ in range(2):
            swept = self.scan("\n".join(self.TARGETS * 2), "-p", str(servers.port), "--no-share",
                              "--source-ip", "127.0.0.2,127.0.0.3")
            self.check_ended(swept)
            self.assertEqual({record["outcome"] for record in swept.records}, {"ok"})
        seen = {}
        for target, peer in servers.peers:
            seen.setdefault(target, set()).add(peer)
        self.assertEqual(len(servers.peers), 4 * len(self.TARGETS))
        self.assertEqual({len(peers) for peers in seen.values()}, {1}, seen)
        self.assertEqual(set().union(*seen.values()), {"127.0.0.2", "127.0.0.3"})

    def test_a_family_without_a_source_address_is_not_visited(self):
        """The address that the kernel would choose is not one that the user named."""
        swept = self.scan("[::1]:1\n127.0.0.1:1\n", "--source-ip", "127.0.0.2")
        found = {(record["ip"], record["cause"]) for record in swept.records}
        self.assertEqual(found, {("::1", "local.no_route"), ("127.0.0.1", "net.refused")})

    def test_an_address_that_is_not_ours_is_refused_with_the_cure(self):
        code, _, words = self.run_program("scan", "--helo", "scanner.example.net", "--source-ip",
                                          "127.0.0.2,192.0.2.1", "127.0.0.1")
        self.assertEqual(code, CANNOT_RUN_HERE)
        self.assertIn("192.0.2.1 is not an address of this machine", words)
        self.assertIn("cure:", words)

    def test_an_address_that_cannot_be_read_is_wrong_usage(self):
        for text, why in (("127.0.0.1.2", "not an address"), ("127.0.0.2,127.0.0.2", "twice"),
                          ("0.0.0.0", "not an address of a host")):
            code, _, words = self.run_program("scan", "--source-ip", text, "127.0.0.1")
            self.assertEqual(code, WRONG_USAGE)
            self.assertIn(why, words)


if __name__ == "__main__":
    unittest.main()
