#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a sweep visits: exclusion, what is own, and private addresses."""

import os
import subprocess
import unittest

from mail_domains import MailDomainTest, ending
from name_server import MX, A
from program import HELO, NO_RESOLVER, OWN, RAN_TO_ITS_END, WRONG_USAGE, main, record_of

LISTED = ("excluded", "input", "excluded.list")
LISTED_IN_DNS = ("excluded", "dns", "excluded.list")
PRIVATE = ("excluded", "input", "excluded.private")
PRIVATE_IN_DNS = ("excluded", "dns", "excluded.private")
OK = ("ok", "quit", "none")
HOST = "127.5.0.1"
FOREIGN = ("--allow-private", "--allow-no-fcrdns")


class Scope(MailDomainTest):
    def setUp(self):
        super().setUp()
        self.fleet = self.sink("--only", "plain")
        self.flags = ("--tls", "off", "-p", str(self.fleet.port))

    def exclude(self, text):
        return ("--exclude", str(self.write("excluded", text)))

    def endings(self, swept, key="target"):
        """How each record ended; every target has exactly one."""
        self.check_ended(swept)
        self.assertEqual(len({record[key] for record in swept.records}), len(swept.records))
        return {record[key]: ending(record) for record in swept.records}


class Addresses(Scope):
    def test_an_excluded_address_is_not_visited_and_has_a_record(self):
        """Alone, in a prefix that is expanded, and by the name that the list gives it."""
        swept = self.scan("127.5.0.0/29\n127.5.1.1\n127.5.1.2,mx.example.org\n", *self.flags,
                          *self.exclude("127.5.0.2\n127.5.0.4/31\nexample.org\n"))
        found = self.endings(swept, "ip")
        excluded = {"127.5.0.2", "127.5.0.4", "127.5.0.5", "127.5.1.2"}
        self.assertEqual({ip for ip, how in found.items() if how == LISTED}, excluded)
        self.assertEqual({how for ip, how in found.items() if ip not in excluded}, {OK})
        self.assertEqual(len(found), 10)
        for record in swept.records:
            if record["ip"] in excluded:
                self.assertNotIn("attempt", record)
                self.assertNotIn("ms", record)
        self.assertEqual(swept.summary["probes"], 6)
        self.assertEqual(self.fleet.stop()["conversations"], 6)

    def test_exclusion_wins_over_own_and_over_private(self):
        for flags in ((), ("--allow-private",), ("--own", "127.5.0.1")):
            with self.subTest(flags=flags):
                swept = self.scan(f"{HOST}\n", *self.flags, *flags, *self.exclude("127.0.0.0/8"))
                self.assertEqual(self.endings(swept), {HOST: LISTED})

    def test_private_addresses_are_visited_only_if_own_or_allowed(self):
        targets = f"{HOST}\n[::1]:1\n"
        swept = self.scan(targets, *self.flags, own=())
        self.assertEqual(set(self.endings(swept).values()), {PRIVATE})
        self.assertIn("--own", swept.stderr.splitlines()[-1])
        for own in (OWN, FOREIGN, ("--own", str(self.write("own", f"{HOST}\n::1")))):
            with self.subTest(own=own):
                swept = self.scan(targets, *self.flags, own=own)
                self.assertEqual(self.endings(swept)[HOST], OK)
                self.assertNotIn("excluded", {record["outcome"] for record in swept.records})
                self.assertNotIn("--own", swept.stderr)
        swept = self.scan(targets, *self.flags, own=("--own", HOST))
        self.assertEqual(self.endings(swept), {HOST: OK, "[::1]:1": PRIVATE})
        self.assertNotIn("--own", swept.stderr)


class Names(Scope):
    def test_an_excluded_name_is_not_looked_up(self):
        server = self.resolver({"mx.example.net": [HOST], "mx.example.org": [HOST]})
        swept = self.scan("mx.example.org\nMX.b\u00fccher.example\nmx.example.net\n", *self.flags,
                          "-4", "--resolver", server.address,
                          *self.exclude("example.org\nb\u00fccher.example\n"))
        self.assertEqual(self.endings(swept), {
            "mx.example.org": LISTED, "MX.b\u00fccher.example": LISTED, "mx.example.net": OK})
        self.assertEqual(set(server.asked), {("mx.example.net", A)})
        for record in swept.records:
            self.assertEqual("dns" in record.get("ms", {}), ending(record) == OK, record)

    def test_each_address_of_a_name_is_judged(self):
        server = self.resolver({"mx.test": [HOST, "127.5.0.2"], "alias.test": [
            ("CNAME", "mx.opted-out.test")], "mx.opted-out.test": ["127.5.0.3"]})
        flags = (*self.flags, "-4", "--resolver", server.address)
        swept = self.scan("mx.test\n", *flags, *self.exclude("127.5.0.2\n"))
        self.assertEqual(self.endings(swept, "ip"), {HOST: OK, "127.5.0.2": LISTED_IN_DNS})
        swept = self.scan("alias.test\n", *flags, *self.exclude("opted-out.test\n"))
        self.assertEqual(self.endings(swept), {"alias.test": LISTED_IN_DNS})
        swept = self.scan("mx.test\n", *flags, own=("--own", HOST))
        self.assertEqual(self.endings(swept, "ip"), {HOST: OK, "127.5.0.2": PRIVATE_IN_DNS})
        swept = self.scan("mx.test\n", *flags, own=("--own", "test"))
        self.assertEqual(set(self.endings(swept, "ip").values()), {OK})


class MailDomains(Scope):
    ZONE = {"d.test": [("MX", 10, "mx1.d.test"), ("MX", 20, "mx.other.test")],
            "e.test": [("MX", 10, "mx.other.test")],
            "mx1.d.test": [HOST], "mx.other.test": ["127.5.0.2"]}

    def sweep_mx(self, *flags, **more):
        server = self.resolver(self.ZONE)
        swept = self.scan("d.test\ne.test\n", "--mx", "-4", "--resolver", server.address,
                          *self.flags, *flags, **more)
        self.check_ended(swept)
        self.check_valid(swept.records)
        found = {(record["domain"], record.get("mx", {}).get("host", "")): ending(record)
                 for record in swept.records}
        self.assertEqual(len(found), len(swept.records))
        return found, set(server.asked)

    def test_an_excluded_domain_is_not_looked_up(self):
        found, asked = self.sweep_mx(*self.exclude("d.test\n"))
        self.assertEqual(found, {("d.test", ""): LISTED, ("e.test", "mx.other.test"): OK})
        self.assertEqual(asked, {("e.test", MX), ("mx.other.test", A)})

    def test_an_excluded_mx_host_is_neither_looked_up_nor_visited(self):
        found, asked = self.sweep_mx(*self.exclude("other.test\n"))
        self.assertEqual(found, {("d.test", "mx1.d.test"): OK,
                                 ("d.test", "mx.other.test"): LISTED_IN_DNS,
                                 ("e.test", "mx.other.test"): LISTED_IN_DNS})
        self.assertNotIn(("mx.other.test", A), asked)

    def test_an_excluded_address_of_an_mx_host_is_not_visited(self):
        found, _ = self.sweep_mx(*self.exclude("127.5.0.2\n"))
        self.assertEqual(found, {("d.test", "mx1.d.test"): OK,
                                 ("d.test", "mx.other.test"): LISTED_IN_DNS,
                                 ("e.test", "mx.other.test"): LISTED_IN_DNS})
        self.assertEqual(self.fleet.stop()["conversations"], 1)

    def test_an_mx_host_at_a_private_address_is_a_fault_of_the_zone_unless_it_is_own(self):
        fault = ("failed", "dns", "config.mx_private_ip")
        hosts = (("d.test", "mx1.d.test"), ("d.test", "mx.other.test"), ("e.test", "mx.other.test"))
        for own, expected in (((), (fault, fault, fault)), (("--own", HOST), (OK, fault, fault)),
                              (("--own", "other.test"), (fault, OK, OK)),
                              (("--own", "d.test"), (OK, fault, fault)),
                              (FOREIGN, (OK, OK, OK))):
            with self.subTest(own=own):
                self.assertEqual(self.sweep_mx(own=own)[0], dict(zip(hosts, expected)))


class Lists(Scope):
    def refused(self, *flags):
        """The sweep does not start, and leaves its output as it was."""
        output = self.write("records", "kept")
        code, stdout, stderr = self.run_program("scan", "--helo", HELO, HOST, "-o", str(output),
                                                *flags)
        self.assertEqual((code, stdout), (WRONG_USAGE, b""))
        self.assertEqual(output.read_text(encoding="utf-8"), "kept")
        return stderr

    def test_a_list_with_a_bad_line_keeps_the_sweep_from_starting(self):
        path = self.write("excluded", "192.0.2.0/24\n# no\nexample org\n")
        for flag in ("--exclude", "--own"):
            with self.subTest(flag):
                self.assertIn(f"{flag}: {path}:3: 'example org': is not ",
                              self.refused(flag, str(path)))
        self.assertIn("No such file", self.refused("--exclude", "none"))
        self.assertIn("directory", self.refused("--exclude", str(self.folder)))
        self.assertIn("nor is there such a file", self.refused("--own", "192.0.2.0/33"))
        for octets in (b"\x1f\x8b\x08\x00\x00\x00", "a\n".encode("utf-16")):
            path = self.write("no-list", octets)
            self.assertIn("is not ", self.refused("--exclude", str(path)))

    def test_an_output_does_not_overwrite_the_lists(self):
        for flag in ("--exclude", "--own"):
            path = self.write("mine", "192.0.2.0/24\n")
            code, _, stderr = self.run_program("scan", "--helo", HELO, HOST, "-o", str(path), flag,
                                               str(path))
            self.assertEqual(code, WRONG_USAGE)
            self.assertIn("would overwrite", stderr)
            self.assertEqual(path.read_text(encoding="utf-8"), "192.0.2.0/24\n")

    def test_lists_may_come_from_a_pipe_and_several_times(self):
        reading, writing = os.pipe()
        os.write(writing, b"127.5.0.1\n")
        os.close(writing)
        try:
            swept = self.scan("127.5.0.0/30\n", *self.flags, "--exclude", f"/dev/fd/{reading}",
                              *self.exclude("127.5.0.2\n"), pass_fds=[reading])
        finally:
            os.close(reading)
        found = self.endings(swept, "ip")
        self.assertEqual({ip for ip, how in found.items() if how == LISTED},
                         {"127.5.0.1", "127.5.0.2"})

    def test_the_plan_says_what_is_own_and_what_is_excluded(self):
        code, plan, stderr = self.run_program(
            "scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER, HOST, "--own",
            "example.org", *self.exclude("192.0.2.0/24\n192.0.2.1\nexample.net\n"))
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertRegex(plan.decode(), r"(?m)^own +2 prefixes, 1 domain; no private ")
        self.assertRegex(plan.decode(), r"(?m)^excluded +2 prefixes, 1 domain$")

    def test_a_probe_of_one_target_needs_no_permission(self):
        code, stdout, _ = self.run_program("probe", f"{HOST}:{self.fleet.port}", "--helo", HELO,
                                           "--tls", "off", "--json")
        self.assertEqual((code, ending(record_of(stdout))), (RAN_TO_ITS_END, OK))


del Scope, MailDomainTest  # They have no tests of their own.

if __name__ == "__main__":
    main()
