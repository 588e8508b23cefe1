#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a sweep is to the servers: the addresses that its connections come from, and its name, which
must belong to them before a server of others is visited."""

import contextlib
import socket
import threading
import unittest

from name_server import A, AAAA, PTR, NameServer
from program import CANNOT_RUN_HERE, HELO, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest

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


REVERSE = "1.0.0.127.in-addr.arpa"
OURS = {HELO: ["127.0.0.1"], REVERSE: [("PTR", "other.example.net"), ("PTR", HELO)]}
# Loopback is visited, and is not own.
FOREIGN = {"own": ()}


class Foreign(ProgramTest):
    """Sweeps with a name and a rate of their own."""

    helo = HELO
    rate = "0"

    def scan_flags(self, *flags):
        summary = ("--summary", str(self.path("summary.json")))
        return ("scan", "--helo", self.helo, "--rate", self.rate, *summary, *flags)


class Names(Foreign):
    def setUp(self):
        super().setUp()
        self.servers = Servers([f"127.3.1.{last}" for last in range(1, 9)])
        self.addCleanup(self.servers.close)
        self.targets = "".join(f"127.3.1.{last}\n" for last in range(1, 9))

    def name_server(self, zone):
        server = NameServer(zone)
        self.addCleanup(server.stop)
        return server

    def sweep(self, server, targets, *flags, **more):
        return self.scan(targets, "-p", str(self.servers.port), "--allow-private", "--resolver",
                         server.address, *flags, **FOREIGN, **more)

    def check_refused(self, swept, why):
        """Nothing foreign was visited, and nothing was lost."""
        self.assertEqual(swept.code, WRONG_USAGE, swept.stderr)
        self.assertIn(why, swept.stderr)
        self.assertIn("--allow-no-fcrdns", swept.stderr)
        self.assertIn(why, swept.summary["stopped"])
        self.check_counts(swept)

    def test_a_name_that_is_ours_is_checked_once(self):
        server = self.name_server(OURS)
        swept = self.sweep(server, self.targets)
        self.check_ended(swept)
        self.assertEqual({record["outcome"] for record in swept.records}, {"ok"})
        self.assertCountEqual(server.asked, [(HELO, A), (HELO, AAAA), (REVERSE, PTR)])

    def test_own_targets_need_no_name(self):
        server = self.name_server({})
        swept = self.sweep(server, self.targets, "--own", "127.3.0.0/16")
        self.check_ended(swept)
        self.assertEqual(server.asked, [])

    def test_no_foreign_server_is_visited_under_a_name_that_is_not_ours(self):
        """Own targets before the first foreign one have their records."""
        for zone, why in (({}, "has no address"),
                          ({HELO: ["127.0.0.1"]}, "PTR records of 127.0.0.1"),
                          ({HELO: ["192.0.2.1"]}, "not an address of this machine"),
                          ({HELO: 2}, "could not be checked")):
            before = len(self.servers.peers)
            swept = self.sweep(self.name_server(zone), self.targets, "--order", "input",
                               "--own", "127.3.1.1")
            self.check_refused(swept, why)
            self.assertEqual([record["ip"] for record in swept.records], ["127.3.1.1"])
            self.assertEqual(swept.summary["targets_not_started"], 1, "the first foreign one")
            self.assertEqual({target for target, _ in self.servers.peers[before:]}, {"127.3.1.1"})

    def test_the_user_may_go_on_without_a_name(self):
        """Then the resolver is not asked, and an address may stand for the name."""
        server = self.name_server({})
        swept = self.sweep(server, self.targets, "--allow-no-fcrdns")
        self.check_ended(swept)
        self.helo = "[127.0.0.1]"
        swept = self.sweep(server, self.targets, "--allow-no-fcrdns")
        self.check_ended(swept)
        self.assertEqual(server.asked, [])

    def test_some_names_are_never_sent_to_others(self):
        server = self.name_server(OURS)
        self.helo = "[127.0.0.1]"
        swept = self.sweep(server, self.targets)
        self.check_refused(swept, "is an address")
        self.helo = "localhost.localdomain"
        for flags in ((), ("--allow-no-fcrdns",)):
            swept = self.sweep(server, self.targets, *flags)
            self.assertEqual(swept.code, WRONG_USAGE)
            self.assertIn("a name that every machine has", swept.stderr)
        self.assertEqual(self.servers.peers, [])

    def test_a_target_is_not_sent_its_own_name(self):
        swept = self.sweep(self.name_server(OURS), f"127.3.1.1,{HELO}\n127.3.1.2\n{HELO}\n")
        self.check_ended(swept)
        found = {record["target"]: (record["outcome"], record["phase"], record["cause"])
                 for record in swept.records}
        self.assertEqual(found, {
            f"127.3.1.1,{HELO}": ("excluded", "input", "excluded.own_helo"),
            "127.3.1.2": ("ok", "quit", "none"),
            HELO: ("excluded", "dns", "excluded.own_helo")})

    def test_each_source_address_needs_the_name(self):
        zone = {HELO: ["127.0.0.2", "127.0.0.3"], "2.0.0.127.in-addr.arpa": [("PTR", HELO)],
                "3.0.0.127.in-addr.arpa": [("PTR", HELO)]}
        server = self.name_server(zone)
        swept = self.sweep(server, self.targets, "--source-ip", "127.0.0.2,127.0.0.3")
        self.check_ended(swept)
        swept = self.sweep(server, self.targets, "--source-ip", "127.0.0.2,127.0.0.4")
        self.check_refused(swept, "but not 127.0.0.4")

    def test_check_says_whether_the_name_is_ours(self):
        for zone, words in ((OURS, f"identity      {HELO} is 127.0.0.1, and back"),
                            ({}, "identity      only what is --own can be visited: ")):
            code, out, _ = self.run_program("scan", "--helo", HELO, "--check", "--resolver",
                                            self.name_server(zone).address, "127.0.0.1")
            self.assertEqual(code, RAN_TO_ITS_END)
            self.assertIn(words, out.decode())


class ManyForeignTargets(Foreign):
    def sweep(self, targets, *flags):
        server = NameServer(OURS)
        self.addCleanup(server.stop)
        swept = self.scan(targets, "-p", "1", "--allow-private", "--resolver", server.address,
                          *flags, **FOREIGN)
        self.check_ended(swept)
        return swept.stderr

    def test_a_large_sweep_says_what_it_is_about_to_do(self):
        self.rate = "1000"
        words = self.sweep("127.4.0.0/23\n", "--source-ip", "127.0.0.1")
        self.assertIn(f"visiting servers of others as {HELO}\n", words)
        self.assertIn("from 127.0.0.1;", words)
        self.assertIn("at once 1 for an address", words)
        self.assertIn("1000 new connections a second", words)
        self.assertRegex(words, r"512 targets, so it ends at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC or "
                                r"later, in 1 second")

    def test_a_small_or_quiet_sweep_or_one_of_own_targets_does_not(self):
        for targets, flags in (("127.4.0.0/24\n", ()), ("127.4.0.0/23\n", ("--quiet",)),
                               ("127.4.0.0/23\n", ("--own", "127.4.0.0/16"))):
            self.assertNotIn("visiting servers", self.sweep(targets, *flags))


if __name__ == "__main__":
    unittest.main()
