#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps over a network with faults: packets that are lost, late or in the wrong order, a link that
is cut and comes back, filters that drop and reject. It needs root; see network.py."""

import collections
import signal
import subprocess
import unittest

from network import FLEET, Network, why_impossible
from program import (HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, ProgramTest, Swept, main,
                     wait_until)

CANARY = "198.19.255.254:25"


class NetworkTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        why = why_impossible()
        if why:
            raise unittest.SkipTest(f"no network of our own here: {why}")

    def set_up(self, *personas, **how):
        self.network = Network(**how)
        self.addCleanup(self.network.close)
        return self.sink("--only", ",".join(personas or ("plain",)), listen="198.18.0.0/15",
                         port=25, within=self.network.far.within)

    def begin(self, targets, *flags, rate=0):
        for old in ("records", "summary.json"):
            self.path(old).unlink(missing_ok=True)
        self.scan = self.start(
            "scan", "--helo", HELO, "-f", str(self.write("list", targets)), "-r", str(rate),
            "-o", str(self.path("records")), "--summary", str(self.path("summary.json")),
            "--resolver", NO_RESOLVER, "--tls", "off", "--no-share", "--own", FLEET,
            "--own", "2001:2::/48", *flags,
            stdin=subprocess.DEVNULL, within=self.network.near.within)
        return self.scan

    def end(self, scan):
        code = scan.wait()
        return Swept(code, scan.stderr, self.path("records").read_bytes(), self.summary())

    def wait_for_records(self, count):
        wait_until(lambda: not self.scan.running() or self.written().count(b"\n") >= count,
                   f"{count} records")

    def wait_for_words(self, words):
        wait_until(lambda: not self.scan.running() or words in self.scan.stderr, words)
        self.assertIn(words, self.scan.stderr)

    def check_each_has_a_record(self, swept, targets):
        self.assertEqual(swept.code, RAN_TO_ITS_END, swept.stderr)
        self.check_counts(swept)
        addresses = collections.Counter(record.get("ip") for record in swept.records)
        self.assertEqual(len(addresses), targets)
        self.assertEqual(set(addresses.values()), {1})

    def causes(self, swept):
        return collections.Counter(record["cause"] for record in swept.records)


class Faults(NetworkTest):
    def test_loss_delay_and_reordering_change_no_verdict(self):
        """5 % of the packets are lost, each takes 100 ms, and one in five is overtaken. A SYN of
        the canary that is lost is sent again; at worst some visits are made twice."""
        self.set_up()
        link = self.network.link
        link.loss, link.delay, link.reordered = 0.05, 0.1, 0.2
        swept = self.end(self.begin("198.18.0.0/26\n", "--canary", CANARY))
        self.check_each_has_a_record(swept, 64)
        self.assertEqual(self.causes(swept), {"none": 64})
        self.assertGreater(link.lost, 0)

    def test_filters_that_drop_and_reject_are_told_apart(self):
        """Also with a canary, which answers: then these are the targets' own faults."""
        self.set_up()
        answers = {1: lambda packet: b"", 2: lambda packet: packet.reset(),
                   3: lambda packet: packet.unreachable()}
        self.network.link.filter = lambda packet: (
            answers[packet.target[2]](packet) if packet.target[2] in answers else None)
        for third, kind in ((4, "blackhole"), (5, "unreachable"), (6, "prohibit")):
            self.network.near.ip("route", "add", kind, f"198.18.{third}.0/24")
        expected = dict(enumerate(("none", "net.timeout", "net.refused", "net.unreachable",
                                   "local.no_route", "net.unreachable", "local.firewall")))
        list_of = "".join(f"198.18.{third}.0/28\n" for third in expected)
        for canary in ((), ("--canary", CANARY)):
            with self.subTest(canary=canary):
                swept = self.end(self.begin(list_of, "--connect-timeout", "1s", *canary))
                self.check_each_has_a_record(swept, 16 * len(expected))
                for record in swept.records:
                    self.assertEqual(record["cause"],
                                     expected[int(record["ip"].split(".")[2])], record)
                self.assertEqual(swept.summary["pauses"], 0)
                self.assertEqual(swept.summary["visited_again"], 0)


class LostNetwork(NetworkTest):
    def test_a_lost_route_pauses_the_sweep_and_fails_no_target(self):
        """With and without a default route, and with and without a canary."""
        for has_default, canary in ((False, ()), (True, ()), (True, ("--canary", CANARY))):
            with self.subTest(has_default=has_default, canary=canary):
                sink = self.set_up(has_default=has_default)
                scan = self.begin("198.18.0.0/23\n", "-c", "64", *canary, rate=1000)
                self.wait_for_records(100)
                self.network.disconnect()
                self.wait_for_words("PAUSED: this machine has lost its route")
                self.network.connect()
                swept = self.end(scan)
                self.check_each_has_a_record(swept, 512)
                self.assertEqual(self.causes(swept), {"none": 512})
                self.assertIn("the network is back", swept.stderr)
                self.assertGreaterEqual(swept.summary["pauses"], 1)
                self.assertGreater(swept.summary["paused_seconds"], 0)
                self.assertGreater(swept.summary["visited_again"], 0)
                self.assertEqual({record["attempt"] for record in swept.records}, {1})
                sink.end()

    def test_a_link_that_is_cut_pauses_a_sweep_with_a_canary(self):
        """The route stays, so only the canary can show it. Servers that are dead stay dead."""
        self.set_up()
        link = self.network.link
        link.filter = lambda packet: b"" if packet.target[2] == 3 else None
        scan = self.begin("198.18.3.0/28\n198.18.0.0/23\n", "-c", "64",
                          "--connect-timeout", "1s", "--greeting-timeout", "1s",
                          "--command-timeout", "1s", "--canary", CANARY, rate=500)
        self.wait_for_records(100)
        link.cut = True
        self.wait_for_words("PAUSED: no canary answers")
        link.cut = False
        swept = self.end(scan)
        self.check_each_has_a_record(swept, 16 + 512)
        for record in swept.records:
            dead = record["ip"].startswith("198.18.3.")
            self.assertEqual(record["cause"], "net.timeout" if dead else "none", record)
        self.assertIn("the network is back", swept.stderr)
        self.assertEqual(swept.summary["pauses"], 1)
        self.assertGreater(swept.summary["visited_again"], 0)

    def test_a_signal_ends_a_sweep_that_is_paused(self):
        """What it did not start counts as not started, and nothing as failed."""
        self.set_up()
        scan = self.begin("198.18.0.0/16\n", "-c", "64", "--drain", "1s", rate=1000)
        self.wait_for_records(100)
        self.network.disconnect()
        self.wait_for_words("PAUSED")
        scan.send(signal.SIGINT)
        swept = self.end(scan)
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)
        self.assertGreater(swept.summary["targets_not_started"], 0)
        self.assertLessEqual(set(self.causes(swept)), {"none", "local.interrupted"})

    def test_a_canary_that_never_answers_is_reported_at_the_start(self):
        """The sweep waits for it; a signal ends that."""
        self.set_up()
        self.network.link.filter = lambda packet: packet.reset()
        scan = self.begin("198.18.0.0/24\n", "--canary", CANARY)
        self.wait_for_words("PAUSED: no canary answers")
        scan.send(signal.SIGINT)
        swept = self.end(scan)
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)
        self.assertNotIn("failed", {record["outcome"] for record in swept.records})

    def test_a_family_that_this_machine_never_had_is_recorded_at_once(self):
        """Nothing is lost where there was nothing."""
        self.set_up()
        subprocess.run([*self.network.near.within, "sh", "-c",
                        "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"], check=False)
        swept = self.end(self.begin("[2001:2::1]:25\n198.18.0.1\n"))
        self.check_each_has_a_record(swept, 2)
        self.assertEqual(self.causes(swept), {"none": 1, "local.no_route": 1})
        self.assertEqual(swept.summary["pauses"], 0)


if __name__ == "__main__":
    main()
