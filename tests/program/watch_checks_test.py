#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The slow checks of a running monitor, while the zones change: what it finds is told, shown, kept
over a restart, and is over when it is mended."""

import json
import re
import unittest
import urllib.request

from program import main, wait_until
from signed_zone import APEX, SignedNames, SignedZones, temporary_folder
from watching import WatchTest, bodies, section

# Without a time to live, so that what the zone has is what the monitor sees.
SOUND = """@ 0 MX 10 mx
mx 0 A 127.9.0.1
@ 0 TXT "v=spf1 mx -all"
"""
TWO_RECORDS = SOUND + '@ 0 TXT "v=spf1 -all"\n'
SIGNED = """signed.test. MX 10 mx.signed.test.
mx.signed.test. A 127.9.1.1
"""


class WatchChecksTest(WatchTest):
    def begin(self, target, checks, kind="domains", zone=SOUND):
        folder = temporary_folder(type(self))
        tlsa = f"_{self.fleet.port}._tcp.mx.signed.test. TLSA 3 1 1 {'ab' * 32}\n"
        self.zones = SignedZones(folder / "zones", SIGNED + tlsa, zone)
        self.names = SignedNames(folder, self.zones.all)
        self.addCleanup(self.names.end)
        self.hook = self.http()
        self.write("mail.txt", target + "\n")
        self.configure(
            [], section("[http]", listen="127.0.0.1:0", public="all"),
            section("[[group]]", name="mail", ports=[self.fleet.port], checks=checks,
                    checks_every="1h", **{kind: "mail.txt"}),
            section("[[channel]]", name="hook", kind="webhook", url=self.hook.url),
            section("[[route]]", to=["hook"]), watch={"resolver": self.names.address})
        return self.watch()

    def change(self, records):
        zone = self.zones.insecure
        zone.file.write_text(APEX.format(origin=zone.origin).replace(" 1 3600", " 2 3600") +
                             records, encoding="ascii")
        self.names.reload()

    def check_until(self, reached, what):
        """Checks are hours apart; each is asked for here."""
        def checked():
            self.ctl("check", "--group", "mail")
            return reached()

        wait_until(checked, what)

    def open_checks(self):
        return [each for each in self.ctl("incidents")["incidents"]
                if each["incident"]["kind"] == "check"]

    def told(self, kind):
        return [body for body in bodies(self.hook)
                if body["kind"] == kind and body["incident"]["kind"] == "check"]

    def monitor_page(self, watch):
        place = re.search(r"status page (http://[^ ]+?)/?\n", watch.stderr).group(1)

        def get(path):
            with urllib.request.urlopen(place + path, timeout=30) as answer:
                return answer.read().decode()

        lines = json.loads(get("/api/v1/monitors?group=mail"))["items"]
        self.assertEqual(len(lines), 1)
        path = "/monitor/" + lines[0]["id"]
        return (json.loads(get("/api/v1/monitors/" + lines[0]["id"])),
                re.sub(r"<[^>]+>", " ", get(path)))

    def test_a_zone_that_breaks_is_told_and_shown_until_it_is_mended(self):
        watch = self.begin("insecure.test", ["spf"])
        self.wait_for(up=30)  # The servers of the fleet; the domain's is on loopback.
        self.change(TWO_RECORDS)
        self.check_until(lambda: self.told("opening"), "the finding to be told")
        opening, = self.told("opening")
        self.assertRegex(opening["subject"],
                         r"^\[CHECK FAILED\] insecure.test:\d+: spf.multiple \(since ")
        self.assertEqual([(each["id"], each["severity"]) for each in opening["findings"]],
                         [("spf.multiple", "error")])
        monitor, page = self.monitor_page(watch)
        self.assertEqual(monitor["checks"]["words"], ["spf"])
        self.assertEqual([each["id"] for each in monitor["checks"]["findings"]],
                         ["spf.multiple"])
        self.assertIn("What the checks find", page)
        self.assertIn("spf.multiple", page)

        # A restart neither forgets it nor tells it again.
        self.end(watch)
        watch = self.watch()
        self.assertEqual(len(self.open_checks()), 1)
        self.assertEqual([each["id"] for each in self.open_checks()[0]["findings"]],
                         ["spf.multiple"])

        self.change(SOUND)
        self.check_until(lambda: self.told("closing"), "its end to be told")
        self.assertEqual(self.open_checks(), [])
        self.assertEqual(len(self.told("opening")), 1)
        monitor, _ = self.monitor_page(watch)
        self.assertEqual(monitor["checks"]["findings"], [])

    def test_a_certificate_that_no_tlsa_record_has_is_found_by_a_probe(self):
        self.begin("127.9.1.1,mx.signed.test", ["dane", "names"], "targets")
        self.check_until(lambda: self.told("opening"), "the finding to be told")
        found = {each["id"] for each in self.told("opening")[0]["findings"]}
        self.assertLessEqual({"dane.mismatch", "rdns.none"}, found)

    def test_a_check_that_is_none_is_refused_where_it_stands(self):
        self.write("domains.txt", "example.org\n")
        for word, group, sentence in (
                ("sfp", {"domains": "domains.txt"}, "did you mean spf?"),
                ("http", {"targets": "edge.txt"}, "is a check of mail domains"),
                ("spf", {"targets": "edge.txt"}, "is a check of mail domains")):
            self.configure([], section("[[group]]", name="mail", checks=[word], **group))
            code, _, stderr = self.run_program("watch", "-c", str(self.path("watch.toml")),
                                               "--check")
            self.assertNotEqual(code, 0)
            self.assertIn(sentence, stderr)

    def test_what_is_checked_is_in_the_plan(self):
        self.write("domains.txt", "example.org\n")
        self.configure([], section("[[group]]", name="mail", domains="domains.txt",
                                   checks=["spf", "dkim:s1"], checks_every="6h"))
        _, stdout, _ = self.run_program("watch", "-c", str(self.path("watch.toml")), "--check")
        self.assertIn("checks: spf, dkim:s1 every 6h; errors are incidents", stdout.decode())


if __name__ == "__main__":
    main()
