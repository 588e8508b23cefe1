#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Policies of MTA-STS, fetched from an HTTPS server by mxsweep checks and by a sweep, for domains
in a zone of NSD and Unbound."""

import signal

from mail_domains import MailDomainTest
from policy_server import POLICY, PolicyServer, policy_host, response
from program import RAN_TO_ITS_END, STOPPED_EARLY, main, record_of, wait_until
from signed_zone import SignedNames, SignedZones, temporary_folder

COVERED = ("mx1.sts.test", "a.mail.sts.test")
WEEK = b"max_age: 604800\n"
SWEPT = b"version: STSv1\nmode: enforce\nmx: mx.sink.test\nmx: mx1.sts.test\n" + WEEK
ANSWERS = {
    "testing": response(POLICY.replace(b"enforce", b"testing")),
    "none": response(b"version: STSv1\nmode: none\n" + WEEK),
    "twice": response(POLICY + b"mode: none\nmax_age: 1\n"),
    "short": response(POLICY.replace(b"604800", b"3600")),
    "swept": response(SWEPT),
    **dict.fromkeys(("alias", "uncovered", "uncovered-testing", "no-record", "two-records"),
                    response()),
    "uncovered-testing": response(POLICY.replace(b"enforce", b"testing")),
}
WITHOUT_FAULT = ("good", "charset", "crlf", "chunks", "interim", "alias")
UNREADABLE = {"mta_sts.policy_syntax", "mta_sts.policy_missing"}
# What the policy's host does: the outcome of the fetch, its status, and what is found fault with.
FAULTS = {
    "bom": ("ok", 200, UNREADABLE),
    "html": ("ok", 200, {"mta_sts.content_type", *UNREADABLE}),
    "twice": ("ok", 200, {"mta_sts.duplicate_key"}),
    "no-type": ("ok", 200, {"mta_sts.content_type"}),
    "testing": ("ok", 200, {"mta_sts.testing"}),
    "none": ("ok", 200, {"mta_sts.mode_none"}),
    "short": ("ok", 200, {"mta_sts.max_age_short"}),
    "moved": ("redirect", 301, {"mta_sts.unavailable"}),
    "found": ("redirect", 302, {"mta_sts.unavailable"}),
    "not-found": ("not_found", 404, {"mta_sts.unavailable"}),
    "broken": ("http_status", 500, {"mta_sts.unavailable"}),
    "huge": ("too_large", 200, {"mta_sts.unavailable"}),
    "huge-chunks": ("too_large", 200, {"mta_sts.unavailable"}),
    "expired": ("tls", None, {"mta_sts.unavailable"}),
    "wrong-name": ("tls", None, {"mta_sts.unavailable"}),
    "unknown-ca": ("tls", None, {"mta_sts.unavailable"}),
    "cut": ("unreachable", 200, {"mta_sts.unreachable"}),
    "reset": ("unreachable", None, {"mta_sts.unreachable"}),
    "not-http": ("unreachable", None, {"mta_sts.unreachable"}),
    "nowhere": ("unreachable", None, {"mta_sts.unreachable"}),
    "no-host": ("unreachable", None, {"mta_sts.unreachable"}),
    "bogus-host": ("unresolved", None, set()),
}
MOST = (*WITHOUT_FAULT, *FAULTS, "silent", "trickle", "no-record", "two-records")


OWN = ("--own", "127.0.0.0/8")


def records():
    """Of the root zone: most domains have a record of MTA-STS, and an address of its host."""
    lines = ["mx1.sts.test. A 127.9.0.2", "a.mail.sts.test. A 127.9.0.3",
             "other.sts.test. A 127.9.0.4", "mx.sink.test. A 127.9.0.1"]
    servers = {**dict.fromkeys(MOST, COVERED), "swept": ("mx.sink.test", "mx1.sts.test"),
               "uncovered": ("mx1.sts.test", "other.sts.test"),
               "uncovered-testing": ("a.mail.sts.test", "other.sts.test")}
    places = {"nowhere": "A 127.0.0.2", "no-host": None, "alias": "CNAME provider.sts.test.",
              "bogus-host": "CNAME forged.test."}
    for domain, hosts in servers.items():
        lines += [f"{domain}.sts.test. MX {10 + at} {host}." for at, host in enumerate(hosts)]
        ids = {"no-record": (), "two-records": (1, 2)}.get(domain, (1,))
        lines += [f'_mta-sts.{domain}.sts.test. TXT "v=STSv1; id={number}"' for number in ids]
        if place := places.get(domain, "A 127.0.0.1"):
            lines.append(f"{policy_host(domain)}. {place}")
    return "\n".join((*lines, "provider.sts.test. A 127.0.0.1", ""))


class MtaStsTest(MailDomainTest):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        cls.names = SignedNames(folder, SignedZones(folder / "zones", records()).all)
        cls.addClassCleanup(cls.names.end)
        cls.server = PolicyServer(folder, ANSWERS)
        cls.addClassCleanup(cls.server.close)

    def setUp(self):
        super().setUp()
        self.server.requests.clear()

    def flags(self, ca_file=None):
        return ("--resolver", self.names.address, "--mta-sts-port", str(self.server.port),
                "--ca-file", str(ca_file or self.server.ca_file))

    def checks_of(self, *personas, flags=(), what="+http", own=OWN):
        """The "checks" of their domains, by persona."""
        self.write("list", "".join(f"{persona}.sts.test\n" for persona in personas))
        code, octets, stderr = self.run_program(
            "checks", "-f", str(self.path("list")), "--checks", what, "--quiet", *own,
            *self.flags(), *flags)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        lines = [record_of(line) for line in octets.splitlines()]
        self.check_valid(lines, "domain_line")
        self.assertEqual(len(lines), len(personas))
        return {line["domain"].split(".")[0]: line["checks"] for line in lines}

    def found(self, checks):
        return {finding["id"] for finding in checks["findings"]
                if finding["id"].startswith("mta_sts.")}

    def asked(self):
        return {host for host, _ in self.server.requests}

    def test_a_policy_is_fetched_read_and_held_against_the_mx_hosts(self):
        for persona, checks in self.checks_of(*WITHOUT_FAULT).items():
            with self.subTest(persona):
                policy = checks["mta_sts"]
                self.assertEqual(self.found(checks), set())
                self.assertGreater(policy["fetch"].pop("ms"), 0)
                self.assertEqual(policy, {
                    "present": "yes", "verdict": "ok", "record": "v=STSv1; id=1", "id": "1",
                    "mode": "enforce", "max_age": 604800, "mx": ["mx1.sts.test", "*.mail.sts.test"],
                    "covers": "all",
                    "fetch": {"outcome": "ok", "status": 200, "verified": True}})
        self.assertEqual(len(self.server.requests), len(WITHOUT_FAULT))

    def test_what_senders_could_not_use_is_found_fault_with(self):
        for persona, checks in self.checks_of(*FAULTS).items():
            with self.subTest(persona):
                outcome, status, found = FAULTS[persona]
                fetch = checks["mta_sts"]["fetch"]
                self.assertEqual((fetch["outcome"], fetch.get("status")), (outcome, status))
                self.assertEqual(fetch["verified"], status is not None)
                self.assertEqual(self.found(checks), found)
        self.assertNotIn("mta-sts.nowhere.sts.test", self.asked())

    def test_of_a_key_that_comes_twice_the_first_counts(self):
        policy = self.checks_of("twice")["twice"]["mta_sts"]
        self.assertEqual((policy["mode"], policy["max_age"]), ("enforce", 604800))

    def test_an_mx_host_that_an_enforced_policy_does_not_cover_loses_mail(self):
        both = self.checks_of("uncovered", "uncovered-testing")
        for persona, word, severity in (
                ("uncovered", "mta_sts.mx_not_covered", "error"),
                ("uncovered-testing", "mta_sts.mx_not_covered_testing", "warn")):
            with self.subTest(persona):
                self.assertEqual(both[persona]["mta_sts"]["covers"], "some")
                finding, = (one for one in both[persona]["findings"] if one["id"] == word)
                self.assertEqual((finding["detail"], finding["severity"]),
                                 ("other.sts.test", severity))

    def test_without_a_record_there_is_nothing_to_fetch(self):
        policy = self.checks_of("no-record")["no-record"]["mta_sts"]
        self.assertEqual(policy, {"present": "no", "verdict": "none"})
        self.assertEqual(self.asked(), set())
        # Records that count as none are there all the same, and so may the policy be.
        checks = self.checks_of("two-records")["two-records"]
        self.assertEqual(checks["mta_sts"]["fetch"]["outcome"], "ok")
        self.assertEqual(self.found(checks),
                         {"mta_sts.multiple", "mta_sts.policy_without_record"})

    def test_nothing_is_fetched_unless_it_is_asked_for(self):
        for what in ("policy", "mta-sts", "+dkim:s1"):
            self.assertNotIn("fetch", self.run_without_trust(what)["mta_sts"])
        self.assertEqual(self.asked(), set())
        self.assertEqual(set(self.checks_of("good", what="http")["good"]), {"mta_sts", "findings"})
        everything = self.checks_of("good", what="all")["good"]
        self.assertEqual(everything["mta_sts"]["fetch"]["outcome"], "ok")
        self.assertLessEqual({"spf", "dmarc", "dkim", "dnssec"}, set(everything))

    def run_without_trust(self, what):
        code, octets, stderr = self.run_program(
            "checks", "good.sts.test", "--checks", what, "--quiet", *OWN,
            "--resolver", self.names.address)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        return record_of(octets)["checks"]

    def test_a_host_that_may_not_be_visited_is_not_asked(self):
        def refused(persona, **more):
            checks = self.checks_of(persona, **more)[persona]
            self.assertEqual(checks["mta_sts"]["fetch"]["outcome"], "refused")
            self.assertEqual(checks["mta_sts"]["verdict"], "temperror")
            self.assertEqual(self.found(checks), set())

        refused("good", own=())  # Its address is private.
        self.write("names", "provider.sts.test\n")
        refused("alias", flags=("--exclude", str(self.path("names"))))
        self.write("places", "127.0.0.1\n")
        refused("good", flags=("--exclude", str(self.path("places"))))
        self.assertEqual(self.asked(), set())
        ours = self.checks_of("good", own=("--own", "sts.test"))["good"]
        self.assertEqual(ours["mta_sts"]["verdict"], "ok")

    def test_a_signal_ends_fetches_at_once(self):
        self.write("list", "trickle.sts.test\n")
        run = self.start("checks", "-f", str(self.path("list")), "--checks", "http", *OWN,
                         "--summary", str(self.path("summary.json")), *self.flags())
        wait_until(lambda: self.asked() == {policy_host("trickle")}, "the request")
        run.send(signal.SIGINT)
        self.assertEqual(run.wait(), STOPPED_EARLY)
        self.assertEqual(self.summary()["targets_not_started"], 1)

    def test_a_sweep_holds_the_policy_against_the_certificates(self):
        fleet, trust = self.secure_fleet("--only", "plain")
        self.write("both", self.path(trust[1]).read_text(encoding="ascii") +
                   self.server.ca_file.read_text(encoding="ascii"))
        swept = self.scan("swept.sts.test\n", "--mx", "-p", str(fleet.port),
                          *self.flags(self.path("both")), "--checks", "http",
                          "--domain-summary", str(self.path("domains")))
        self.check_ended(swept)
        checks = self.domain_lines(swept)["swept.sts.test"]["checks"]
        self.assertEqual(checks["mta_sts"]["covers"], "all")
        self.assertEqual([(one["id"], one["detail"]) for one in checks["findings"]],
                         [("mta_sts.certificate", "mx1.sts.test")])

    def test_what_would_be_ignored_is_refused(self):
        for arguments, why in (
                (("scan", "--mx", "--helo", "me.test", "--checks", "http", "good.sts.test"),
                 "--domain-summary FILE"),
                (("checks", "--ca-file", str(self.server.ca_file), "good.sts.test"),
                 "--checks +http")):
            code, octets, stderr = self.run_program(*arguments)
            self.assertEqual((code, octets), (2, b""))
            self.assertIn(why, stderr)


if __name__ == "__main__":
    main()
