#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Canaries on this machine alone: servers that are known to answer, and one that does not yet. What
a network does to a sweep is in network_faults_test.py."""

import contextlib
import signal
import socket
import threading
import unittest

from ports import free_port
from program import (HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest,
                     Swept, wait_until)


class Greeter:
    """A canary that begins to listen on a given port. It counts connections and octets."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.received = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection:
                    connection.settimeout(20)
                    connection.sendall(b"220 canary.test ESMTP\r\n")
                    self.received.append(connection.recv(100))
                    connection.sendall(b"221 bye\r\n")

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Canaries(ProgramTest):
    def setUp(self):
        super().setUp()
        self.silent_port = free_port()

    def begin(self, targets, *flags):
        self.write("list", targets)
        return self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               "--resolver", NO_RESOLVER, *flags)

    def end(self, scan):
        code = scan.wait()
        return Swept(code, scan.stderr, self.path("records").read_bytes(), self.summary())

    def listen(self, port):
        greeter = Greeter(port)
        self.addCleanup(greeter.close)
        return greeter

    def wait_for_pause(self, scan):
        wait_until(lambda: not scan.running() or "PAUSED: no canary answers" in scan.stderr,
                   "the pause")
        self.assertIn("PAUSED: no canary answers", scan.stderr)

    def test_failures_count_when_a_canary_answers(self):
        """One of two is enough. A probe is a connection, the greeting and QUIT."""
        greeter = self.listen(free_port())
        canaries = f"127.0.0.1:{greeter.listener.getsockname()[1]},127.0.0.1:{self.silent_port}"
        swept = self.end(self.begin("127.1.0.0/27\n", "-p", str(self.silent_port),
                                    "--canary", canaries))
        self.check_ended(swept)
        self.assertEqual({record["cause"] for record in swept.records}, {"net.refused"})
        self.assertEqual(len(swept.records), 32)
        self.assertEqual((swept.summary["pauses"], swept.summary["visited_again"]), (0, 0))
        self.assertLessEqual(set(greeter.received), {b"QUIT\r\n"})
        self.assertGreaterEqual(len(greeter.received), 1)

    def test_a_sweep_without_failures_probes_once(self):
        """At the start, so that a wrong canary is reported."""
        greeter = self.listen(free_port())
        sink = self.sink("--only", "plain")
        swept = self.end(self.begin("127.1.0.0/24\n", "-p", str(sink.port), "--canary",
                                    f"127.0.0.1:{greeter.listener.getsockname()[1]}"))
        self.check_ended(swept)
        self.assertEqual({record["cause"] for record in swept.records}, {"none"})
        self.assertEqual(len(greeter.received), 1)

    def test_a_sweep_waits_for_a_canary_and_goes_on_when_it_answers(self):
        """What failed meanwhile is visited again, with the same attempt."""
        scan = self.begin("127.1.0.0/27\n", "-p", str(self.silent_port), "--canary",
                          f"127.0.0.1:{self.silent_port}")
        self.wait_for_pause(scan)
        sink = self.sink("--only", "plain", port=self.silent_port)
        swept = self.end(scan)
        self.check_ended(swept)
        self.assertIn("the network is back", swept.stderr)
        self.assertEqual({record["cause"] for record in swept.records}, {"none"})
        self.assertEqual({record["attempt"] for record in swept.records}, {1})
        self.assertEqual(len(swept.records), 32)
        self.assertEqual(swept.summary["pauses"], 1)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_signal_ends_a_sweep_that_waits_for_a_canary(self):
        """Nothing failed, and what was visited in vain counts as not started."""
        scan = self.begin("127.1.0.0/24\n", "-p", str(self.silent_port), "--canary",
                          f"127.0.0.1:{self.silent_port}")
        self.wait_for_pause(scan)
        scan.send(signal.SIGINT)
        swept = self.end(scan)
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)
        self.assertEqual(swept.records, [])
        self.assertEqual(swept.summary["targets_not_started"], 256)

    def test_a_canary_is_one_server_that_can_be_found(self):
        """Otherwise nothing starts."""
        for canary, why in (("127.0.0.0/30", "more than one server"), ("[", "not HOST:PORT"),
                            (",".join(["127.0.0.1:25"] * 17), "at most 16"),
                            ("127.0.0.1:0", "not HOST:PORT")):
            with self.subTest(canary):
                code, _, stderr = self.run_program("scan", "--helo", HELO, "--canary", canary,
                                                   "127.0.0.1")
                self.assertEqual(code, WRONG_USAGE, stderr)
                self.assertIn(why, stderr)

    def test_the_plan_names_the_canaries(self):
        """And probes none of them."""
        code, plan, stderr = self.run_program(
            "scan", "--helo", HELO, "--check", "--resolver", NO_RESOLVER, "--canary",
            "mx.example.net,127.0.0.1:26", "127.0.0.1")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn(b"canaries      mx.example.net, 127.0.0.1:26\n", plan)


if __name__ == "__main__":
    unittest.main()
