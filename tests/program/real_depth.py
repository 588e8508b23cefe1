# SPDX-License-Identifier: MIT
"""Shared by the tests of real servers at --depth mail and rcpt."""

import os
import unittest

from program import wait_until
from real_peers import name_server
from real_servers import SECONDS_MAX, SERVERS, RealTest

# Our address is on the blocklist and has no name; clients that hold connections have another one.
SOURCE, HOLDER = "127.0.9.9", "127.0.9.8"
LISTED = "9.9.0.127.dnsbl.test. A 127.0.0.2\n9.9.0.127.dnsbl.test. TXT \"listed by the test\"\n"
RECIPIENT, FOREIGN_DOMAIN = "box@real.test", "foreign.example"
OCTETS = 2000
TO_TLS = ("--depth", "tls")
TO_MAIL = ("--depth", "mail", "--mail-size", str(OCTETS))
TO_RCPT = ("--depth", "rcpt", "--mail-size", str(OCTETS), "--rcpt-to", RECIPIENT)
TO_RELAY = (*TO_RCPT, "--relay-test", FOREIGN_DOMAIN)

OK = ("ok", "quit", "none")

# The group and the blame of each cause that these tests expect.
REASONS = {
    "blocked.scanner_ip": ("blocklist", "scanner"),
    "blocked.scanner_no_fcrdns": ("scanner", "scanner"),
    "blocked.unspecified": ("blocklist", "unknown"),
    "certificate-expired": ("configuration", "target"),
    "config.open_relay": ("configuration", "target"),
    "config.scanner_helo_rejected": ("scanner", "scanner"),
    "config.server_error": ("configuration", "target"),
    "config.tls_unavailable": ("configuration", "target"),
    "policy.auth_or_tls_required": ("configuration", "unknown"),
    "policy.message_too_large": ("configuration", "target"),
    "policy.null_sender_rejected": ("configuration", "target"),
    "policy.recipient_unknown": ("configuration", "unknown"),
    "policy.rejected": ("unknown", "unknown"),
    "policy.relay_denied": ("configuration", "unknown"),
    "protocol.ehlo_unsupported": ("protocol", "target"),
    "resources.mailbox_full": ("resources", "target"),
    "resources.overload": ("resources", "target"),
    "resources.storage": ("resources", "target"),
    "tempfail.unspecified": ("unknown", "unknown"),
    "throttled.connections": ("throttled", "scanner"),
    "throttled.greylist": ("throttled", "scanner"),
    "throttled.rate": ("throttled", "scanner"),
}


class DepthTest(RealTest):
    """Servers that take mail for real.test, and a name server with the blocklist dnsbl.test."""

    SERVERS = SERVERS
    places = {}  # Label to (address, port).

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.isdir(SERVERS):
            raise unittest.SkipTest("MXSWEEP_SERVERS is no folder that scripts/servers filled")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.good = cls.authority.issue("good")
        cls.names = name_server(cls.machine, cls.shared, LISTED)
        cls.addClassCleanup(cls.names.end)

    def visit(self, *labels, flags=TO_RELAY):
        """A sweep of the places from SOURCE: records by label."""
        return self.sweep({label: self.places[label] for label in labels}, "--source-ip", SOURCE,
                          *flags)

    def check_reason(self, record, ending, words):
        """The record has this ending, with the group and the blame of its cause, and the reply has
        the server's `words`."""
        self.check_ending(record, *ending)
        cause = ending[2]
        self.assertEqual((record.get("group"), record.get("blame")),
                         REASONS.get(cause, (None, None)))
        if words is None:
            self.assertNotIn("reply", record)
        else:
            self.assertRegex(" ".join([str(record["reply"]["code"]), *record["reply"]["text"]]),
                             words)

    @staticmethod
    def wait_for_log(server, mark, times, since=0):
        """Waits until that many lines of the log match `mark`, a compiled expression."""
        def lines():
            return [line for line in server.log_text(since).splitlines() if mark.search(line)]
        wait_until(lambda: len(lines()) >= times, f"{times} of {mark.pattern}", SECONDS_MAX)
        return lines()
