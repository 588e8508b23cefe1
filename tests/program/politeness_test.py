#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Caps, pauses and retries of a sweep of servers that are not the user's own."""

import collections
import datetime
import ipaddress
import signal
import unittest

from program import RAN_TO_ITS_END, STOPPED_EARLY, ProgramTest, record_of
from talking_server import TalkingServer

# The fleet is at loopback addresses, which are visited although they are not own.
FOREIGN = ("--allow-private", "--allow-no-fcrdns")
# Clocks of a record: `at` has microseconds, and the times are rounded to them.
ROUNDING_SECONDS = 0.00001


def spans(records, key):
    """For each key, when its visits began and ended, in the order of their begin."""
    found = collections.defaultdict(list)
    for record in records:
        began = datetime.datetime.fromisoformat(record["at"]).timestamp()
        found[key(record)].append((began, began + record["ms"]["total"] / 1000))
    return {key: sorted(visits) for key, visits in found.items()}


def most_at_once(visits):
    changes = sorted([(began, 1) for began, _ in visits] + [(ended, -1) for _, ended in visits])
    most = open_now = 0
    for _, change in changes:
        open_now += change
        most = max(most, open_now)
    return most


def network_of(record):
    return ipaddress.ip_network(record["ip"] + "/24", strict=False)


def operator_of(record):
    return record["name"].split(".", 1)[1]


class Caps(ProgramTest):
    def test_caps_and_pauses_hold_over_all_threads(self):
        sink = self.sink("--only", "plain", "--delay", "20")
        targets = [f"127.4.{network}.{host},mx{network}.operator{host % 2}.com"
                   for _ in range(2) for network in range(4) for host in range(1, 9)]
        swept = self.scan("".join(target + "\n" for target in targets), "-p", str(sink.port),
                          "--no-share", "-j", "3", "--per-prefix", "3", "--per-operator", "5",
                          "--ip-interval", "200ms", own=FOREIGN)
        self.check_ended(swept)
        self.assertEqual(swept.summary["outcomes"]["ok"], len(targets))
        self.assertGreater(swept.summary["waited"], 0)
        for visits in spans(swept.records, network_of).values():
            self.assertLessEqual(most_at_once(visits), 3)
        for visits in spans(swept.records, operator_of).values():
            self.assertLessEqual(most_at_once(visits), 5)
        for visits in spans(swept.records, lambda record: record["ip"]).values():
            for (_, ended), (began, _) in zip(visits, visits[1:]):
                self.assertGreaterEqual(began - ended, 0.2 - ROUNDING_SECONDS)

    def test_own_targets_wait_for_nothing(self):
        """With the default pause, this would take ten minutes."""
        sink = self.sink("--only", "plain")
        swept = self.scan("127.4.0.1\n" * 20, "-p", str(sink.port), "--no-share")
        self.check_ended(swept)
        self.assertEqual(swept.summary["waited"], 0)
        self.assertEqual(swept.summary["outcomes"]["ok"], 20)

    def test_check_prints_the_caps(self):
        code, out, _ = self.run_program("scan", "--check", "192.0.2.1", "--helo", "scanner.test",
                                        "--per-ip", "2", "--per-operator", "0", "--retries", "3",
                                        "--resolver", "127.0.0.1:1")
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn("politeness    at once 2 for an address, 4 for a network, any number for an "
                      "operator; 30s between visits to an address; 3 retries", out.decode())


class Retries(ProgramTest):
    def server(self, busy_times):
        """A server that declines its first connections."""
        self.connections = 0

        def talk(connection):
            self.connections += 1
            if self.connections <= busy_times:
                connection.sendall(b"421 4.3.2 too busy\r\n")
                return
            connection.sendall(b"220 mx.example ESMTP\r\n")
            with connection.makefile("rb") as lines:
                for line in lines:
                    quits = line.upper().startswith(b"QUIT")
                    connection.sendall(b"221 bye\r\n" if quits else b"250 mx.example\r\n")
                    if quits:
                        return

        server = TalkingServer(talk)
        self.addCleanup(server.close)
        return server

    def test_a_busy_server_is_visited_again_and_has_one_record(self):
        server = self.server(busy_times=2)
        swept = self.scan("127.0.0.1\n" * 3, "-p", str(server.port), "--retries", "2",
                          "--retry-delay", "100ms", "--ip-interval", "0", own=FOREIGN)
        self.check_ended(swept)
        self.assertEqual(self.connections, 3)
        self.assertEqual([(r["outcome"], r["attempt"]) for r in swept.records], [("ok", 3)] * 3)
        self.assertEqual([r.get("shared") for r in swept.records].count(True), 2)
        self.assertEqual(swept.summary["retries"], 2)
        self.assertIn(", 2 retries in ", swept.stderr)

    def test_an_own_server_is_visited_again_only_on_request(self):
        server = self.server(busy_times=1)
        swept = self.scan("127.0.0.1\n", "-p", str(server.port))
        self.check_ended(swept)
        self.assertEqual([(r["outcome"], r["attempt"]) for r in swept.records], [("refused", 1)])
        server = self.server(busy_times=1)
        swept = self.scan("127.0.0.1\n", "-p", str(server.port), "--retries", "1",
                          "--retry-delay", "100ms")
        self.check_ended(swept)
        self.assertEqual([(r["outcome"], r["attempt"]) for r in swept.records], [("ok", 2)])

    def test_a_sweep_shows_that_it_waits_and_records_what_it_knows_when_it_is_stopped(self):
        server = self.server(busy_times=9)
        records = self.path("records")
        scan, terminal = self.start_on_terminal(
            *self.scan_flags("127.0.0.1", "-p", str(server.port), "-o", str(records)),
            streams=("stderr",), own=FOREIGN)
        terminal.read_until(b" 1 waiting: 1 for a retry (next in 1")
        scan.send(signal.SIGINT)
        terminal.read_all()
        self.assertEqual(scan.wait(), STOPPED_EARLY)
        record, = (record_of(line) for line in records.read_bytes().splitlines())
        self.assertEqual((record["outcome"], record["attempt"]), ("refused", 1))
        self.assertEqual(record["reply"]["code"], 421)
        self.assertEqual(self.summary()["targets_not_started"], 0)
        self.assertEqual(self.connections, 1)


if __name__ == "__main__":
    unittest.main()
