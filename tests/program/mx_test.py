#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mail domains in the list: their MX hosts are visited, and each kind of failure has its cause."""

import json
import re
import signal
import subprocess
import unittest

from mail_domains import MailDomainTest, ending, findings
from name_server import AAAA, MX, REFUSED, SERVFAIL, A
from program import HELO, RAN_TO_ITS_END, STOPPED_EARLY, Swept, wait_until

OK = ("ok", "quit", "none")
PRIVATE = ("failed", "dns", "config.mx_private_ip")
SERVER = "127.3.0.1"
# Flags, a number and no name: octets after header and question that cannot be a record.
GARBAGE = b"\xc0\xff\xff\x00\x0f"


class Routes(MailDomainTest):
    """From a domain to its servers."""

    def test_a_record_for_every_domain_mx_and_address(self):
        """With the host and its preference, the host's name for TLS, and the domain's own keys."""
        fleet, trust = self.secure_fleet("--only", "plain")
        zone = {"d.test": [("MX", 20, "mx2.sink.test"), ("MX", 10, "mx1.sink.test")],
                "d.sink.test": [("MX", 10, "MX1.Sink.Test")],
                "mx1.sink.test": ["127.3.0.1"], "mx2.sink.test": ["127.3.0.2", "127.3.0.3"]}
        swept = self.sweep("d.test\nd.sink.test\n", zone, fleet, *trust)
        seen = sorted((r["line"], r["domain"], r["mx"]["preference"], r["mx"]["host"], r["name"],
                       r["ip"]) for r in swept.records)
        self.assertEqual(seen, [
            (1, "d.test", 10, "mx1.sink.test", "mx1.sink.test", "127.3.0.1"),
            (1, "d.test", 20, "mx2.sink.test", "mx2.sink.test", "127.3.0.2"),
            (1, "d.test", 20, "mx2.sink.test", "mx2.sink.test", "127.3.0.3"),
            (2, "d.sink.test", 10, "mx1.sink.test", "mx1.sink.test", "127.3.0.1")])
        for record in swept.records:
            self.assertEqual(ending(record), OK, record)
            self.assertEqual(record["target"], record["domain"])
            self.assertIn("dns", record["ms"])
            self.assertNotIn("dns", record, "nothing is amiss, and nothing validated")
            tls = record["tls"]
            self.assertEqual((tls["verified"], tls["name_match"]), (True, True))
            self.assertEqual(tls["domain_match"], record["domain"] == "d.sink.test")
            self.assertEqual([key for key in record if key in
                              ("target", "line", "domain", "mx", "ip", "name", "at", "outcome")],
                             ["target", "line", "domain", "mx", "ip", "name", "at", "outcome"])
        self.assertEqual((swept.summary["targets"], swept.summary["lines_read"]), (4, 2))
        self.assertEqual(fleet.stop()["conversations"], 3)

    def test_a_domain_without_mx_serves_itself(self):
        """Implicit MX: there is no MX host in the record, and there is a finding."""
        fleet, trust = self.secure_fleet("--only", "plain")
        swept = self.sweep("d.sink.test\n", {"d.sink.test": [SERVER, "127.3.0.2"]}, fleet, *trust)
        self.assertEqual(sorted(record["ip"] for record in swept.records), [SERVER, "127.3.0.2"])
        for record in swept.records:
            self.assertEqual(ending(record), OK, record)
            self.assertNotIn("mx", record)
            self.assertEqual(record["dns"], {"findings": ["implicit_mx"]})
            self.assertEqual((record["domain"], record["name"]), ("d.sink.test", "d.sink.test"))
            self.assertTrue(record["tls"]["domain_match"])

    ONE_FAILURE = {
        "gone.test": ("failed", "dns.nxdomain", None),
        "nothing.test": ("failed", "dns.no_data", []),
        "broken.test": ("failed", "dns.servfail", SERVFAIL),
        "refused.test": ("failed", "dns.refused", REFUSED),
        "silent.test": ("failed", "dns.timeout", None),
        "garbage.test": ("failed", "dns.malformed", GARBAGE),
        "loop.test": ("failed", "dns.alias_loop", [("CNAME", "loop.test")]),
        "null.test": ("refused", "config.null_mx_or_no_mail", [("MX", 0, ".")]),
        "address.test": ("failed", "config.mx_is_address", [("MX", 10, "192.0.2.1")]),
        "self.test": ("failed", "config.mx_localhost", [("MX", 10, "localhost")]),
        "void.test": ("failed", "dns.mx_no_address", [("MX", 10, "nothing.test")]),
        "lost.test": ("failed", "dns.mx_no_address", [("MX", 10, "gone.test")]),
        "brokenmx.test": ("failed", "dns.servfail", [("MX", 10, "broken.test")]),
        "refusedmx.test": ("failed", "dns.refused", [("MX", 10, "refused.test")]),
        "silentmx.test": ("failed", "dns.timeout", [("MX", 10, "silent.test")]),
        "garbagemx.test": ("failed", "dns.malformed", [("MX", 10, "garbage.test")]),
    }

    def test_each_way_to_have_no_server_has_its_own_cause(self):
        """One record for each domain, in phase dns, with the MX host if that is at fault."""
        fleet = self.sink("--only", "plain")
        zone = {name: known for name, (_, _, known) in self.ONE_FAILURE.items()}
        del zone["gone.test"]
        swept = self.sweep("".join(name + "\n" for name in self.ONE_FAILURE), zone, fleet)
        self.assertEqual(len(swept.records), len(self.ONE_FAILURE))
        by_domain = {record["domain"]: record for record in swept.records}
        for name, (outcome, cause, known) in self.ONE_FAILURE.items():
            with self.subTest(name):
                record = by_domain[name]
                self.assertEqual(ending(record), (outcome, "dns", cause))
                self.assertIn("dns", record["ms"])
                for key in ("attempt", "ip", "greeting", "shared"):
                    self.assertNotIn(key, record)
                one_host = isinstance(known, list) and known and known[0][0] == "MX"
                if one_host and name != "null.test":
                    _, preference, host = known[0]
                    self.assertEqual(record["mx"], {"host": host, "preference": preference})
                else:
                    self.assertNotIn("mx", record)
        self.assertEqual(fleet.stop()["conversations"], 0)

    def test_a_domain_has_a_record_for_each_host_faulty_ones_included(self):
        """An MX that is not a server does not hide the others."""
        fleet = self.sink("--only", "plain")
        zone = {"d.test": [("MX", 10, "localhost"), ("MX", 20, "gone.test"),
                           ("MX", 30, "127.0.0.1"), ("MX", 40, "mx.test")], "mx.test": [SERVER]}
        swept = self.sweep("d.test\n", zone, fleet, "--tls", "off")
        self.assertEqual({r["mx"]["preference"]: ending(r) for r in swept.records},
                         {10: ("failed", "dns", "config.mx_localhost"),
                          20: ("failed", "dns", "dns.mx_no_address"),
                          30: ("failed", "dns", "config.mx_is_address"), 40: OK})
        self.assertEqual(swept.summary["targets"], 4)

    def test_private_addresses_are_visited_with_a_flag_only(self):
        """A private address of an MX is the domain's fault, unless it is own."""
        fleet = self.sink("--only", "plain")
        server = self.resolver({"d.test": [("MX", 10, "mx.test")], "implicit.test": ["127.3.0.2"],
                                "mx.test": [SERVER, "10.1.2.3", "192.168.0.1", "fc00::1"]})
        flags = ("--resolver", server.address, "-p", str(fleet.port), "--tls", "off")
        swept = self.scan("d.test\nimplicit.test\n", "--mx", *flags, own=())
        self.check_ended(swept)
        self.check_valid(swept.records)
        self.assertEqual({ending(record) for record in swept.records}, {PRIVATE})
        self.assertEqual(sorted(record["ip"] for record in swept.records),
                         ["10.1.2.3", SERVER, "127.3.0.2", "192.168.0.1", "fc00::1"])
        for record in swept.records:
            self.assertNotIn("attempt", record)
        swept = self.scan(SERVER + "\n", "--mx", *flags)
        self.check_ended(swept)
        self.assertEqual([ending(r) for r in swept.records], [OK])
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_an_mx_that_is_an_alias_is_visited_and_degraded(self):
        """For that domain only; a domain that names the same server without an alias is ok."""
        fleet, trust = self.secure_fleet("--only", "plain")
        zone = {"d.test": [("MX", 10, "alias.sink.test")],
                "good.test": [("MX", 10, "mx.sink.test")],
                "alias.sink.test": [("CNAME", "mx.sink.test")], "mx.sink.test": [SERVER]}
        swept = self.sweep("d.test\ngood.test\n" * 2, zone, fleet, *trust)
        for record in swept.records:
            if record["domain"] == "good.test":
                self.assertEqual((ending(record), findings(record)), (OK, []))
            else:
                self.assertEqual(ending(record), ("degraded", "dns", "config.mx_cname"))
                self.assertEqual(findings(record), ["mx_is_alias"])
                self.assertEqual((record["mx"]["host"], record["name"]), ("alias.sink.test",) * 2)
            self.assertEqual(record["ehlo_tls"]["code"], 250, "all the way")
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_odd_dns_data_is_a_finding_and_does_not_prevent_a_visit(self):
        """A domain alias, a one-label host, underscores, a host twice, a null MX among others."""
        fleet = self.sink("--only", "plain")
        zone = {"alias.test": [("CNAME", "d.test")], "d.test": [("MX", 1, "mx.test")],
                "implicit.test": [("CNAME", "mx.test")], "label.test": [("MX", 1, "mx")],
                "under.test": [("MX", 1, "m_x.test")],
                "twice.test": [("MX", 1, "mx.test"), ("MX", 2, "MX.test")],
                "null.test": [("MX", 0, "."), ("MX", 1, "mx.test")],
                "many.test": [("MX", number, f"mx{number:02}.test") for number in range(20)],
                "mx.test": [SERVER], "mx": [SERVER], "m_x.test": [SERVER],
                **{f"mx{number:02}.test": [SERVER] for number in range(20)}}
        odd = {"alias.test": ["domain_is_alias"], "d.test": [],
               "implicit.test": ["implicit_mx", "domain_is_alias"],
               "label.test": ["mx_single_label"], "under.test": ["mx_underscore"],
               "twice.test": ["mx_repeated"], "null.test": ["null_mx_among_others"],
               "many.test": ["hosts_cut"]}
        swept = self.sweep("".join(name + "\n" for name in odd), zone, fleet, "--tls", "off")
        for record in swept.records:
            with self.subTest(record["domain"]):
                self.assertEqual(ending(record), OK)
                self.assertCountEqual(findings(record), odd[record["domain"]])
        many = sorted(r["mx"]["preference"] for r in swept.records if r["domain"] == "many.test")
        self.assertEqual(many, list(range(16)), "those that are preferred most")
        self.assertEqual(len(swept.records), len(odd) - 1 + 16)
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_a_name_in_different_spellings_is_queried_in_one_form(self):
        """A trailing dot, capitals, U-labels: the target is as written, the domain as queried."""
        fleet = self.sink("--only", "plain")
        server = self.resolver({"d.test": [("MX", 1, "mx.test")], "mx.test": [SERVER],
                                "xn--bcher-kva.test": [("MX", 1, "mx.test")]})
        written = {"d.test": ("d.test", None), "d.test.": ("d.test", None),
                   "D.Test": ("d.test", None),
                   "bücher.test": ("xn--bcher-kva.test", "bücher.test"),
                   "BÜCHER.test.": ("xn--bcher-kva.test", "bücher.test"),
                   "xn--bcher-kva.test": ("xn--bcher-kva.test", "bücher.test")}
        swept = self.sweep("".join(name + "\n" for name in written), server, fleet, "--tls", "off")
        self.assertEqual({r["target"]: (r["domain"], r.get("dns", {}).get("unicode"))
                          for r in swept.records}, written)
        self.assertEqual({ending(record) for record in swept.records}, {OK})
        asked = [question for question in server.asked if question[0]]
        self.assertCountEqual(asked, [("d.test", MX), ("xn--bcher-kva.test", MX), ("mx.test", A),
                                      ("mx.test", AAAA)])

    def test_text_that_cannot_be_a_name_is_reported_and_not_queried(self):
        """Too long as written: a bad line. Too long only as A-labels: a bad name."""
        fleet = self.sink("--only", "plain")
        server = self.resolver({})
        long_label, long_name = "a" * 64 + ".test", "abc." * 63 + "test"
        swept = self.sweep(f"{'ü' * 63}.test\n{long_label}\n{long_name}\n", server, fleet)
        self.assertEqual({record["line"]: ending(record) for record in swept.records},
                         {1: ("failed", "dns", "dns.name_invalid"),
                          2: ("invalid", "input", "input.syntax"),
                          3: ("invalid", "input", "input.syntax")})
        self.assertEqual([question for question in server.asked if question[0]], [])

    def test_validation_by_the_resolver_is_recorded(self):
        """Only if all answers were validated: the domain's and the host's."""
        fleet = self.sink("--only", "plain")
        zone = {"safe.test": [("MX", 1, "mx.test")], "half.test": [("MX", 1, "other.test")],
                "mx.test": [SERVER], "other.test": ["127.3.0.2"]}
        server = self.resolver(zone, authentic=("safe.test", "half.test", "mx.test"))
        swept = self.sweep("safe.test\nhalf.test\n", server, fleet, "--tls", "off")
        self.assertEqual({r["domain"]: r.get("dns") for r in swept.records},
                         {"safe.test": {"authentic": True}, "half.test": None})

    def test_an_answer_that_does_not_fit_a_datagram_is_fetched_over_tcp(self):
        """For the domain and for its host."""
        fleet = self.sink("--only", "plain")
        server = self.resolver({"d.test": [("MX", 1, "mx.test")], "mx.test": [SERVER]},
                               cut=("d.test", "mx.test"))
        swept = self.sweep("d.test\n", server, fleet, "--tls", "off")
        self.assertEqual([ending(record) for record in swept.records], [OK])
        self.assertGreaterEqual(swept.summary["lookups"]["tcp"], 1)

    def test_a_line_keeps_its_own_properties(self):
        """Port, TLS, name and meta; a line with an address is not a mail domain."""
        fleet, trust = self.secure_fleet("--only", "plain")
        zone = {name: [("MX", 1, "mx.sink.test")] for name in ("a.test", "b.test", "c.test")}
        lines = ({"target": "a.test", "port": 1, "meta": {"n": 1}},
                 {"target": "b.test", "tls": "off", "meta": [2]},
                 {"target": "c.test", "name": "other.sink.test", "meta": "3"},
                 "127.3.0.9,mx9.sink.test", {"target": "127.3.0.9", "meta": 5})
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n"
                       for line in lines)
        swept = self.sweep(text, zone | {"mx.sink.test": [SERVER]}, fleet, *trust)
        by_line = {record["line"]: record for record in swept.records}
        for number, line in enumerate(lines, 1):
            meta = None if isinstance(line, str) else line["meta"]
            self.assertEqual(by_line[number].get("meta"), meta)
        self.assertEqual((by_line[1]["port"], ending(by_line[1])),
                         (1, ("failed", "connect", "net.refused")))
        self.assertNotIn("tls", by_line[2])
        self.assertEqual((by_line[2]["port"], ending(by_line[2])), (fleet.port, OK))
        self.assertEqual((by_line[3]["mx"]["host"], by_line[3]["name"]),
                         ("mx.sink.test", "other.sink.test"))
        self.assertTrue(by_line[3]["tls"]["name_match"])
        for number, name in ((4, "mx9.sink.test"), (5, None)):
            self.assertEqual((by_line[number].get("name"), ending(by_line[number])), (name, OK))
            for key in ("domain", "mx", "dns"):
                self.assertNotIn(key, by_line[number])
            self.assertNotIn("domain_match", by_line[number]["tls"])

    def test_without_mx_a_name_is_a_host(self):
        """Its MX is not queried, and the record has no domain."""
        fleet = self.sink("--only", "plain")
        server = self.resolver({"d.test": [("MX", 1, "mx.test"), SERVER], "mx.test": ["127.3.0.2"]})
        swept = self.scan("d.test\n", "--resolver", server.address, "-p", str(fleet.port))
        self.check_ended(swept)
        self.check_valid(swept.records)
        self.assertEqual([(r["ip"], r["name"]) for r in swept.records], [(SERVER, "d.test")])
        for key in ("domain", "mx"):
            self.assertNotIn(key, swept.records[0])
        self.assertNotIn(("d.test", MX), server.asked)


class Check(MailDomainTest):
    def test_check_shows_that_names_are_domains_and_asks_the_resolver(self):
        """No query for a target and no connection is made."""
        server = self.resolver({"d.test": [("MX", 1, "mx.test")], "mx.test": [SERVER]})
        fleet = self.sink("--only", "plain")
        self.write("list", "d.test\n")
        plans = []
        for more in ((), ("--mx", "--allow-private")):
            code, stdout, stderr = self.run_program(
                "scan", "--check", "--helo", HELO, "--resolver", server.address, "-f",
                str(self.path("list")), "-p", str(fleet.port), "-c", "100", *more)
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
            self.assertRegex(stdout.decode(),
                             rf"resolver +{server.address}: answers in [0-9.]+ ms")
            plans.append(stdout.decode())
        self.assertNotIn("mail domain", plans[0])
        self.assertIn("mail domain", plans[1])
        self.assertEqual({name for name, _ in server.asked if name}, {HELO}, "our own name")
        self.assertEqual(fleet.stop()["conversations"], 0)

    def test_check_reports_whether_the_resolver_validates(self):
        """By one query for a name that the user gives, beside those for our own name."""
        server = self.resolver({"signed.test": ["127.3.0.1"], "plain.test": ["127.3.0.1"]},
                               authentic=("signed.test",))
        for name, words in (("signed.test", ", validated (AD)"),
                            ("plain.test", ", not marked as validated (no AD)")):
            code, stdout, stderr = self.run_program(
                "scan", "--check", "--helo", HELO, "--resolver", server.address,
                "--check-name", name)
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
            self.assertRegex(stdout.decode(), rf"resolver +{server.address}: answers in [0-9.]+ ms"
                                              rf".*{name}.*" + re.escape(words))
        self.assertEqual({name for name, _ in server.asked if name},
                         {"signed.test", "plain.test", HELO})


class Trouble(MailDomainTest):
    """Sweeps whose resolver fails, and sweeps that are stopped."""

    def start_piped(self, server, fleet, *flags):
        return self.start_scan(*self.mx_flags(server.address, fleet, *flags), "-o",
                               str(self.path("records")), stdin=subprocess.PIPE)

    def swept(self, scan):
        return Swept(scan.wait(), scan.stderr, self.path("records").read_bytes(), self.summary())

    def test_a_resolver_that_fails_in_mid_sweep_fails_no_domain(self):
        """First silent, then stopped, then restarted: every domain is resolved."""
        fleet = self.sink("--only", "plain")
        zone = {f"d{number}.test": [("MX", 1, f"mx{number % 40}.test")] for number in range(400)}
        zone |= {f"mx{number}.test": [f"127.3.0.{number + 1}"] for number in range(40)}
        first = self.resolver(zone)
        scan = self.start_piped(first, fleet, "--tls", "off")
        names = [f"d{number}.test\n".encode() for number in range(400)]
        scan.process.stdin.write(b"".join(names[:100]))
        scan.process.stdin.flush()
        wait_until(lambda: self.written().count(b"\n") == 100, "the first hundred")
        first.silent = True
        asked = len(first.asked)
        scan.process.stdin.write(b"".join(names[100:]))
        scan.process.stdin.close()
        wait_until(lambda: len(first.asked) > asked, "a question that stays without an answer")
        first.stop()
        second = self.resolver(zone, port=first.port)
        swept = self.swept(scan)
        self.check_ended(swept)
        self.check_valid(swept.records)
        self.assertEqual({ending(record) for record in swept.records}, {OK})
        self.assertCountEqual([record["domain"] for record in swept.records],
                              [name.decode().strip() for name in names])
        self.assertGreater(len(second.asked), 0)
        self.assertEqual(fleet.stop()["conversations"], 40)

    def stop_while_all_wait(self, persona, signals):
        """A sweep of many domains on one slow server, all resolved, and the server's address."""
        fleet = self.sink("--only", persona)
        zone = {f"d{number}.test": [("MX", 1, "mx.test")] for number in range(4000)}
        server = self.resolver(zone | {"mx.test": [SERVER]})
        self.write("list", "".join(name + "\n" for name in zone))
        scan = self.start_scan(*self.mx_flags(server.address, fleet), "-f",
                               str(self.path("list")), "-o", str(self.path("records")))
        wait_until(lambda: (("mx.test", A) in server.asked and
                            sum(kind == MX for _, kind in server.asked) >= 4000), "all questions")
        for _ in range(signals):
            scan.send(signal.SIGINT)
        swept = self.swept(scan)
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.assertEqual(swept.summary["stopped"], "a signal")
        self.check_counts(swept)
        self.check_shared(swept)
        self.check_valid(swept.records)
        self.assertLessEqual(fleet.stop()["conversations"], 1)
        return swept

    def test_ctrl_c_while_domains_wait_for_a_slow_server(self):
        """Its visit ends normally, waiting domains get their records, the others are counted."""
        swept = self.stop_while_all_wait("postscreen", 1)
        self.assertGreater(swept.summary["shared"], 0)
        self.assertLessEqual({record["outcome"] for record in swept.records}, {"ok", "local"})

    def test_ctrl_c_twice_cuts_off_a_visit_for_all_domains_that_wait_for_it(self):
        """No domain is recorded as failed because of it."""
        swept = self.stop_while_all_wait("silent", 2)
        self.assertLessEqual({(r["outcome"], r["cause"]) for r in swept.records},
                             {("local", "local.interrupted")})


if __name__ == "__main__":
    unittest.main()
