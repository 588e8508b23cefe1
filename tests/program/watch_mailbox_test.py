#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A monitor of IMAP and POP3 servers: states, incidents, certificates and what was received are as
those of SMTP servers."""

import json
import urllib.request

from program import main, wait_until
from watching import WatchTest, bodies, section, wait_for_kinds

PATIENT = "127.1.2.1"


class MailboxServers:
    """Of each protocol."""

    def fleet_flags(self):
        return ("--protocol", self.protocol, "--only", "plain")

    def get(self, watch, path):
        base = watch.stderr.split("status page ")[1].split()[0]
        with urllib.request.urlopen(f"{base}{path}", timeout=30) as answer:
            return json.loads(answer.read())

    def begin(self):
        self.hook = self.http()
        self.configure([PATIENT], section("[http]", listen="127.0.0.1:0", public="all"),
                       section("[[channel]]", name="hook", kind="webhook", url=self.hook.url),
                       section("[[route]]", to=["hook"]),
                       group={"protocol": self.protocol, "tls_every": "always"})
        watch = self.watch("--records", str(self.path("records")))
        self.wait_for(up=31)
        return watch

    def test_one_that_fails_is_told_with_its_end(self):
        watch = self.begin()
        self.take_down(PATIENT, persona="closes")
        wait_for_kinds(self.hook, ["opening"], PATIENT)
        self.bring_up(PATIENT)
        wait_for_kinds(self.hook, ["opening", "closing"], PATIENT)
        self.wait_for(up=31)
        opening = bodies(self.hook)[0]["incident"]
        self.assertEqual(opening["cause"], "net.closed_early")
        self.assertEqual(opening["phase"], "greeting")
        self.end(watch)
        protocols = {json.loads(line)["protocol"]
                     for line in self.path("records").read_text().splitlines()}
        self.assertEqual(protocols, {self.protocol})

    def test_its_certificate_and_its_capabilities_are_known(self):
        watch = self.begin()
        wait_until(lambda: self.get(watch, "api/v1/certificates")["items"],
                   "a certificate")
        found = self.get(watch, "api/v1/monitors?group=edge")["items"]
        monitor = self.get(watch, "api/v1/monitors/" + found[0]["id"])
        fields = {each["field"]: each["value"] for each in monitor["fields"]}
        self.assertIn(self.capability, fields["extensions"])
        self.assertEqual(fields["starttls"], "yes")
        self.assertIn("session", monitor["tls"])
        self.end(watch)


class ImapServers(MailboxServers, WatchTest):
    protocol = "imap"
    capability = "IMAP4REV1"


class Pop3Servers(MailboxServers, WatchTest):
    protocol = "pop3"
    capability = "UIDL"


if __name__ == "__main__":
    main()
