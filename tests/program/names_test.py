#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Names in the list: each of their addresses is a target, and each failure has its own cause."""

import subprocess
import unittest

from name_server import A, AAAA, REFUSED, SERVFAIL, NameServer
from ports import free_port
from program import HELO, NO_RESOLVER, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest, record_of


class Names(ProgramTest):
    def resolver(self, zone, delay=0):
        server = NameServer(zone, delay=delay)
        self.addCleanup(server.stop)
        return server, ("--resolver", server.address)

    def test_every_address_of_a_host_is_a_target_of_its_own(self):
        """With the name for TLS, the time of resolution, and counts that agree."""
        fleet = self.sink("--only", "plain", "--ca-out", str(self.path("ca.pem")))
        delay = 0.3
        _, flags = self.resolver({"mx.sink.test": ["127.3.0.1", "127.3.0.2"]}, delay)
        swept = self.scan("mx.sink.test\n127.3.0.9\nMX.sink.test,mx2.sink.test\n", *flags,
                          "-p", str(fleet.port), "--ca-file", str(self.path("ca.pem")), "-4")
        self.check_ended(swept)
        seen = sorted((r["line"], r["ip"], r.get("name"), r["tls"].get("name_match"))
                      for r in swept.records)
        self.assertEqual(seen, [(1, "127.3.0.1", "mx.sink.test", True),
                                (1, "127.3.0.2", "mx.sink.test", True),
                                (2, "127.3.0.9", None, None),
                                (3, "127.3.0.1", "mx2.sink.test", True),
                                (3, "127.3.0.2", "mx2.sink.test", True)])
        for record in swept.records:
            ms = record["ms"]
            self.assertEqual("dns" in ms, record["line"] != 2)
            if "dns" in ms:
                # The question may be some moments older than the reading of the clock.
                self.assertGreaterEqual(ms["dns"], 900 * delay)
                self.assertGreaterEqual(ms["total"], ms["dns"] + ms["connect"], "from the question")
        self.assertEqual(swept.summary["targets"], 5)
        fleet.stop()

    def test_each_failure_of_a_name_has_its_own_cause(self):
        """One record for each line, in phase dns."""
        _, flags = self.resolver({"empty.test": [], "broken.test": SERVFAIL,
                                  "refused.test": REFUSED, "two.test": ["127.0.0.1"]})
        names = {"gone.test": "dns.nxdomain", "empty.test": "dns.no_data",
                 "broken.test": "dns.servfail", "refused.test": "dns.refused",
                 "a." + "b" * 63 + "c.test": None, "two.test": "net.refused"}
        swept = self.scan("".join(name + "\n" for name in names), *flags, "-4", "-p", "1")
        self.check_ended(swept)
        causes = {record["target"]: record["cause"] for record in swept.records}
        for name, cause in names.items():
            if cause is not None:
                self.assertEqual(causes[name], cause)
        for record in swept.records:
            if record["cause"].startswith("dns."):
                self.assertEqual((record["outcome"], record["phase"]), ("failed", "dns"))
                self.assertNotIn("attempt", record)

    def test_a_name_is_queried_once_however_many_lines_have_it(self):
        """Every line still has its record."""
        server, flags = self.resolver({"mx.sink.test": ["127.3.0.1"]})
        swept = self.scan("mx.sink.test\n" * 300, *flags, "-p", "1,2")
        self.check_ended(swept)
        self.assertEqual(len(swept.records), 600)
        asked = [question for question in server.asked if question[0]]
        self.assertEqual(sorted(asked), [("mx.sink.test", A), ("mx.sink.test", AAAA)])

    def test_one_address_is_the_first_ipv4_address(self):
        """AAAA is not queried if there is one."""
        server, flags = self.resolver({"both.test": ["::1", "127.3.0.7", "127.3.0.8"]})
        swept = self.scan("both.test\n", *flags, "--one-address", "-p", "1")
        self.check_ended(swept)
        self.assertEqual([record["ip"] for record in swept.records], ["127.3.0.7"])
        self.assertNotIn(("both.test", AAAA), server.asked)

    def test_probe_takes_a_name(self):
        """It probes the first address and shows all; a name without one gets a verdict."""
        fleet = self.sink("--only", "plain")
        delay = 0.3
        _, flags = self.resolver({"mx.sink.test": ["127.3.0.1", "127.3.0.2"]}, delay)
        target = f"mx.sink.test:{fleet.port}"
        code, stdout, stderr = self.run_program("probe", target, "--helo", HELO, "-4", *flags)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        self.assertTrue(stdout.startswith(b"mx.sink.test: 127.3.0.1, 127.3.0.2\n"), stdout)
        self.assertIn(b"* connecting to 127.3.0.1 port", stdout)
        code, stdout, _ = self.run_program("probe", target, "--helo", HELO, "--json", *flags)
        record = record_of(stdout)
        self.assertEqual((record["name"], record["outcome"]), ("mx.sink.test", "ok"))
        self.assertIn("dns", record["ms"])
        code, stdout, _ = self.run_program("probe", "gone.test", "--helo", HELO, *flags)
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn(b"failed: there is no such name.\n", stdout)
        code, stdout, _ = self.run_program("probe", "gone.test", "--helo", HELO, "--nagios", *flags)
        self.assertEqual(code, 2, stdout)
        code, stdout, _ = self.run_program("probe", "gone.test", "--helo", HELO, "--json",
                                           "--resolver", NO_RESOLVER)
        record = record_of(stdout)
        self.assertEqual(record["cause"], "local.resolver_unreachable")
        self.assertLess(record["ms"]["dns"], 60_000)
        fleet.stop()

    def test_wrong_usage_is_reported_before_any_query(self):
        """The resolver gets no query of a probe that cannot begin."""
        server, flags = self.resolver({"mx.sink.test": ["127.3.0.1"]})
        code, _, stderr = self.run_program("probe", "mx.sink.test", "--helo", HELO, *flags,
                                           "--ca-file", "/nonexistent")
        self.assertEqual(code, WRONG_USAGE, stderr)
        self.assertEqual(server.asked, [])

    def test_check_asks_the_resolver(self):
        """It reports whether the resolver answers; if not, it names it and the remedy."""
        _, flags = self.resolver({})
        code, stdout, _ = self.run_program("scan", "--check", "--helo", HELO, *flags)
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertRegex(stdout.decode(), rf"resolver +{flags[1]}: answers in [0-9.]+ ms")
        closed = f"127.0.0.1:{free_port()}"
        _, stdout, _ = self.run_program("scan", "--check", "--helo", HELO, "--resolver", closed)
        self.assertRegex(stdout.decode(), rf"resolver +{closed}: does NOT answer")

    def test_an_absent_resolver_pauses_the_sweep_and_fails_no_name(self):
        """Names wait for it; when it is started, they are resolved as usual."""
        port = free_port()
        self.write("list", "".join(f"n{number}.test\n" for number in range(50)))
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               "-p", "1", "-4", "--resolver", f"127.0.0.1:{port}")
        self.assertIsNone(self.ended_within(scan, 3))
        zone = {f"n{number}.test": ["127.3.0.1"] for number in range(50)}
        server = NameServer(zone, port)
        self.addCleanup(server.stop)
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        records = list(map(record_of, self.path("records").read_bytes().splitlines()))
        self.assertEqual({record["cause"] for record in records}, {"net.refused"})
        self.assertEqual(len(records), 50)
        self.assertTrue(self.summary()["agrees"])

    def ended_within(self, process, seconds):
        """Its exit code, or None if it still runs after so many seconds."""
        try:
            return process.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def test_a_wrong_resolver_is_wrong_usage(self):
        """It is reported before anything is read or sent."""
        for wrong in ("mx.example.net", "127.0.0.0/8", "127.0.0.1:0", ""):
            code, _, stderr = self.run_program("scan", "--helo", HELO, "--resolver", wrong)
            self.assertEqual(code, WRONG_USAGE, stderr)


if __name__ == "__main__":
    unittest.main()
