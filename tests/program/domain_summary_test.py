#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--domain-summary: one line for each domain, which sums up its servers."""

import unittest

from mail_domains import MailDomainTest
from program import STOPPED_EARLY, record_of

SERVER = "127.3.0.1"


class DomainSummary(MailDomainTest):
    ONLY = ("--only", "plain,no_starttls,busy_421,close_at_connect")

    def sweep_domains(self, targets, zone, fleet, *flags):
        swept = self.sweep(targets, zone, fleet, "--domain-summary", str(self.path("domains")),
                           *flags)
        return swept, self.domain_lines(swept)

    def test_each_domain_has_a_line_with_the_best_of_its_servers(self):
        """Outcome, addresses that answered, and STARTTLS on all, some, none, or unknown."""
        fleet = self.sink(*self.ONLY)
        at = self.personas("127.3.0.0/21", *self.ONLY)
        plain, other_plain, bare, busy, closing = (
            at["plain"][0], at["plain"][1], at["no_starttls"][0], at["busy_421"][0],
            at["close_at_connect"][0])
        hosts = {"yes.test": [plain, other_plain], "no.test": [bare], "busy.test": [busy],
                 "closing.test": [closing], "mixed.test": [plain, bare, closing]}
        expected = {  # Hosts; outcome, cause, addresses, answered, starttls.
            "all.d.test": (["yes.test"], "ok", "none", 2, 2, "all"),
            "some.d.test": (["no.test", "yes.test"], "ok", "none", 3, 3, "some"),
            "none.d.test": (["no.test", "closing.test"], "ok", "none", 2, 1, "none"),
            "known.d.test": (["busy.test", "yes.test"], "ok", "none", 3, 3, "all"),
            "busy.d.test": (["closing.test", "busy.test"], "refused", "resources.overload", 2, 1,
                            "unknown"),
            "down.d.test": (["closing.test"], "failed", "net.closed_early", 1, 0, "unknown"),
            "host.d.test": (["mixed.test", "gone.test"], "ok", "none", 3, 2, "some"),
            "lost.d.test": (["gone.test"], "failed", "dns.mx_no_address", 0, 0, "unknown"),
        }
        zone = hosts | {name: [("MX", 10 * place, host) for place, host in enumerate(row[0], 1)]
                        for name, row in expected.items()}
        swept, lines = self.sweep_domains("".join(name + "\n" for name in expected), zone, fleet)
        self.assertEqual(set(lines), set(expected))
        for number, (name, row) in enumerate(expected.items(), 1):
            with self.subTest(name):
                line = lines[name]
                self.assertEqual((line["target"], line["line"], line["port"]),
                                 (name, number, fleet.port))
                self.assertEqual(tuple(line[key] for key in ("outcome", "cause", "addresses",
                                                             "answered", "starttls")), row[1:])
                self.assertEqual([(mx["preference"], mx["host"]) for mx in line["mx"]],
                                 [(10 * place, host) for place, host in enumerate(row[0], 1)])
        self.assertEqual([{key: mx[key] for key in ("addresses", "answered", "outcome", "cause",
                                                    "starttls")}
                          for mx in lines["host.d.test"]["mx"]],
                         [{"addresses": 3, "answered": 2, "outcome": "ok", "cause": "none",
                           "starttls": "some"},
                          {"addresses": 0, "answered": 0, "outcome": "failed",
                           "cause": "dns.mx_no_address", "starttls": "unknown"}])
        self.assertEqual(len(swept.records), 2 + 3 + 2 + 3 + 2 + 1 + 4 + 1)

    def test_a_domain_without_a_server_has_a_line_too(self):
        """A null MX, NXDOMAIN, a domain that is its own server; no line for other targets."""
        fleet = self.sink("--only", "plain")
        zone = {"null.test": [("MX", 0, ".")], "own.test": [SERVER],
                "xn--bcher-kva.test": [("MX", 1, "own.test")]}
        targets = ('{"target":"null.test","meta":{"n":[1]}}\ngone.test\nown.test\nbücher.test\n'
                   f"{SERVER}\nrubbish rubbish\n")
        swept, lines = self.sweep_domains(targets, zone, fleet)
        self.assertEqual({name: (line["outcome"], line["cause"], line["addresses"])
                          for name, line in lines.items()},
                         {"null.test": ("refused", "config.null_mx_or_no_mail", 0),
                          "gone.test": ("failed", "dns.nxdomain", 0),
                          "own.test": ("ok", "none", 1),
                          "xn--bcher-kva.test": ("ok", "none", 1)})
        self.assertEqual(lines["null.test"]["meta"], {"n": [1]})
        self.assertEqual(lines["own.test"]["dns"], {"findings": ["implicit_mx"]})
        self.assertEqual((lines["xn--bcher-kva.test"]["target"],
                          lines["xn--bcher-kva.test"]["dns"]["unicode"]), ("bücher.test",) * 2)
        self.assertEqual(len(swept.records), 6)

    def test_a_domain_on_two_ports_has_a_line_for_each(self):
        """One port may be closed while the other one is open."""
        fleet = self.sink("--only", "plain")
        zone = {"d.test": [("MX", 1, "mx.test")], "mx.test": [SERVER]}
        server = self.resolver(zone)
        domains = str(self.path("domains"))
        swept = self.scan("d.test\n", "--mx", "--allow-private", "--resolver", server.address,
                          "-p", f"1,{fleet.port}", "--domain-summary", domains)
        self.check_ended(swept)
        lines = [record_of(line) for line in self.path("domains").read_bytes().splitlines()]
        self.assertCountEqual([(line["port"], line["outcome"]) for line in lines],
                              [(1, "failed"), (fleet.port, "ok")])

    def test_shared_visits_count_for_every_domain(self):
        """500 domains on 5 servers: each domain's line has the results of its servers."""
        fleet = self.sink("--only", "plain")
        zone = {f"d{number}.test": [("MX", 1, f"mx{number % 5}.test"),
                                    ("MX", 2, f"mx{(number + 1) % 5}.test")]
                for number in range(500)}
        targets = "".join(name + "\n" for name in zone)
        zone |= {f"mx{number}.test": [f"127.3.1.{number + 1}"] for number in range(5)}
        swept, lines = self.sweep_domains(targets, zone, fleet)
        self.assertEqual(len(lines), 500)
        for line in lines.values():
            self.assertEqual((line["outcome"], line["addresses"], line["answered"],
                              line["starttls"]), ("ok", 2, 2, "all"), line)
        self.assertEqual(len(swept.records), 1000)

    def test_a_disk_without_room_for_domains_stops_the_sweep(self):
        """The file is named, and the records that were written are whole."""
        fleet = self.sink("--only", "plain")
        zone = {f"d{number}.test": [("MX", 1, "mx.test")] for number in range(100)}
        server = self.resolver(zone | {"mx.test": [SERVER]})
        swept = self.scan("".join(name + "\n" for name in zone),
                          *self.mx_flags(server.address, fleet, "--domain-summary", "/dev/full"))
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.assertIn("/dev/full: No space left on device", swept.stderr)
        self.check_counts(swept)


if __name__ == "__main__":
    unittest.main()
