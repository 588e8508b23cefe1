#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--rate, --concurrency and --share-memory apply to all workers together, however the targets are
distributed to them and however long their lines are."""

import datetime
import os
import subprocess
import threading
import time
import unittest

from program import HELO, RAN_TO_ITS_END, ProgramTest, record_of, sanitized, whole_lines
from talking_server import TalkingServer

ONE_SERVER = "127.0.0.1\n"
HOLD_SECONDS = 0.05


class Budget(ProgramTest):
    def server(self):
        """A server that holds each connection for some time and counts the most open at once."""
        server = TalkingServer(self.hold)
        self.addCleanup(server.close)
        self.lock = threading.Lock()
        self.open = self.open_most = 0
        return server

    def hold(self, connection):
        with self.lock:
            self.open += 1
            self.open_most = max(self.open_most, self.open)
        time.sleep(HOLD_SECONDS)
        with self.lock:
            self.open -= 1
        connection.sendall(b"421 mx.test closing\r\n")

    def check_peak(self, swept, count):
        self.check_ended(swept)
        self.assertEqual(self.open_most, count)
        self.assertEqual(swept.summary["in_flight_peak"], count)

    def test_a_single_server_can_use_the_whole_concurrency(self):
        """All lines go to one worker."""
        server = self.server()
        swept = self.scan(ONE_SERVER * 60, "-p", str(server.port), "--no-share", "-c", "12",
                          "-j", "8")
        self.check_peak(swept, 12)

    def test_the_concurrency_is_never_exceeded(self):
        """A concurrency of three on two workers, each of which has more targets than that."""
        sink = self.sink("--only", "plain", "--delay", "20")
        swept = self.scan("127.5.0.0/24", "-p", str(sink.port), "-c", "3", "-j", "2")
        self.check_ended(swept)
        self.assertEqual(swept.summary["in_flight_peak"], 3)
        self.assertLessEqual(sink.stop()["held_peak"], 3)

    def starts(self, targets, *flags):
        """When each connection was begun, in seconds after the first."""
        sink = self.sink("--only", "plain")
        code, octets, stderr = self.run_program(
            "scan", "--helo", HELO, "-f", str(self.write("list", targets)), "-p", str(sink.port),
            "--no-share", *flags)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        records = [record_of(line) for line in whole_lines(octets)]
        times = sorted(datetime.datetime.fromisoformat(r["at"].rstrip("Z")) for r in records)
        return [(at - times[0]).total_seconds() for at in times]

    def test_one_a_second_is_one_a_second_for_64_workers(self):
        """Times are from the records; a slow machine begins later, never earlier."""
        starts = self.starts("127.5.0.0/30\n", "-r", "2", "-j", "64", "-c", "64")
        self.assertEqual(len(starts), 4)
        for number, start in enumerate(starts):
            self.assertGreaterEqual(start, number / 2 - 0.25)

    def test_a_single_server_can_use_the_whole_rate(self):
        """200 connections at 100 a second take two seconds, not sixteen."""
        starts = self.starts(ONE_SERVER * 200, "-r", "100", "-j", "8")
        self.assertGreaterEqual(starts[-1], 1.9)
        self.assertLess(starts[-1], 14)

    @unittest.skipIf(sanitized(), "a sanitizer's own memory is not counted apart")
    def test_waiting_lines_keep_within_the_memory_limit_however_long_they_are(self):
        """120 MB of lines are read while their only server is being visited."""
        server = TalkingServer(lambda connection: time.sleep(2))
        self.addCleanup(server.close)
        line = b'{"target":"127.0.0.1","meta":"%s"}\n' % (b"m" * 30_000)
        lines = 4000
        scan = self.start_scan("-p", str(server.port), "-j", "2", "--share-memory", "10",
                               "-o", os.devnull, stdin=subprocess.PIPE)
        for _ in range(lines):
            scan.process.stdin.write(line)
        scan.process.stdin.close()
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        summary = self.summary()
        self.assertEqual(summary["records_written"], lines)
        self.assertLess(summary["memory_peak_octets"], (10 + 64) * 1_000_000)


if __name__ == "__main__":
    unittest.main()
