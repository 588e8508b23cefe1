# SPDX-License-Identifier: MIT
"""Exim at --depth mail and rcpt: each reason for which it takes no mail, from a configuration that
has it, with the server's words in the record and no complaint about us in its log."""

import pathlib
import re

from program import main
from real_depth import OK, SOURCE, DepthTest
from real_peers import Holder
from real_servers import exim

# One configuration for many addresses: <listed> is the address of the place with that label.
HERE = "condition = ${if eq{$received_ip_address}{<%s>}}"
LISTED_TEXT = ("message = $sender_host_address is listed at $dnslist_domain "
               "($dnslist_value: $dnslist_text)")
RATE_TEXT = "message = Sender rate overlimit - $sender_rate / $sender_rate_period"
CONFIGURATION = f"""
domainlist ours = ${{if eq{{$received_ip_address}}{{<foreign>}}{{other.test}}{{real.test}}}}
message_size_limit = ${{if eq{{$received_ip_address}}{{<small messages>}}{{1000}}{{50M}}}}
smtp_accept_max_per_host = ${{if eq{{$received_ip_address}}{{<one from each>}}{{1}}{{0}}}}
acl_smtp_connect = at_connect
acl_smtp_rcpt = at_rcpt

begin acl
at_connect:
  deny {LISTED_TEXT}
    {HERE % "listed early"}
    dnslists = dnsbl.test
  drop {HERE % "dropped"}
  defer {RATE_TEXT}
    {HERE % "rate early"}
    ratelimit = 0 / 1h / strict
  accept

at_rcpt:
  deny {LISTED_TEXT}
    {HERE % "listed"}
    dnslists = dnsbl.test
  deny {HERE % "listed, no word"}
    dnslists = dnsbl.test
  deny message = Reverse DNS lookup failed for $sender_host_address
    {HERE % "no name"}
    !verify = reverse_host_lookup
  defer {RATE_TEXT}
    {HERE % "rate"}
    ratelimit = 0 / 1h / strict / per_rcpt
  deny {HERE % "broken"}
    condition = ${{lookup{{x}}lsearch{{/nowhere}}}}
  accept {HERE % "open relay"}
  require message = relay not permitted
    domains = +ours
  require verify = recipient
  accept

begin routers
boxes:
  driver = accept
  domains = real.test
  local_parts = ${{if eq{{$received_ip_address}}{{<unknown>}}{{other}}{{box}}}}
  transport = nothing

begin transports
nothing:
  driver = appendfile
  file = /dev/null
"""

# label: ((outcome, phase, cause), the server's words)
CASES = {
    "plain": (OK, None),
    "open relay": (("degraded", "relay", "config.open_relay"), "250 Accepted"),
    "small messages": (("refused", "mail", "policy.message_too_large"),
                       "552 Message size exceeds maximum permitted"),
    "listed early": (("refused", "greeting", "blocked.scanner_ip"),
                     f"550 {SOURCE} is listed at dnsbl.test .*listed by the test"),
    "listed": (("refused", "rcpt", "blocked.scanner_ip"), "550 .* is listed at dnsbl.test"),
    "listed, no word": (("refused", "rcpt", "policy.rejected"), "550 Administrative prohibition"),
    "dropped": (("refused", "greeting", "blocked.unspecified"), "550 Administrative prohibition"),
    "no name": (("refused", "rcpt", "blocked.scanner_no_fcrdns"), "550 Reverse DNS lookup failed"),
    "rate early": (("refused", "greeting", "throttled.rate"), "451 Sender rate overlimit"),
    "rate": (("refused", "rcpt", "throttled.rate"), "451 Sender rate overlimit"),
    "broken": (("refused", "rcpt", "config.server_error"), "451 Temporary local problem"),
    "unknown": (("refused", "rcpt", "policy.recipient_unknown"), "550 Unrouteable address"),
    "foreign": (("refused", "rcpt", "policy.relay_denied"), "550 relay not permitted"),
    "no certificate": (("degraded", "starttls", "config.tls_unavailable"),
                       "454 TLS currently unavailable"),
    "one from each": (("refused", "greeting", "throttled.connections"),
                      "421 Too many concurrent SMTP connections from this IP address"),
}

# Settings without a choice by address: an Exim each. label: (setting, ending, the server's words)
ALONE = {
    "disk full": ("check_spool_space = 2000G", ("refused", "mail", "resources.storage"),
                  "452 Space shortage, please try later"),
    "load": ("smtp_load_reserve = 0.0", ("refused", "greeting", "resources.overload"),
             "421 Too much load; please try again later"),
    "closed": ("host_reject_connection = *", ("refused", "greeting", "blocked.unspecified"),
               "554 SMTP service not available"),
    "one at once": ("smtp_accept_max = 1", ("refused", "greeting", "throttled.connections"),
                    "421 Too many concurrent SMTP connections; please try again later"),
}
HELD = ("one from each", "one at once")


class EximAtDepth(DepthTest):
    TOLERATED = "cert=/nowhere"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = {}
        cls.places = {label: (f"127.0.6.{number}", 25)
                      for number, label in enumerate((*CASES, *ALONE), 1)}
        at = {label: place[0] for label, place in cls.places.items()}
        more = re.sub("<([^>]+)>", lambda match: at[match[1]], CONFIGURATION)
        certificate = "${if eq{$received_ip_address}{%s}{/nowhere}{%s}}"
        cls.exim = cls.keep(exim(cls.machine, cls.shared, [at[label] for label in CASES], cls.good,
                                 more, certificate % (at["no certificate"], cls.good.chain)))
        for number, (label, (setting, _, _)) in enumerate(ALONE.items()):
            folder = cls.shared / f"alone-{number}"
            folder.mkdir(mode=0o755)
            cls.keep(exim(cls.machine, folder, [at[label]], cls.good, f"{setting}\n{more}"))

    def first_visit(self, label):
        """The record of the place's first visit: one sweep of all places."""
        if not self.first:
            self.first.update(self.visit(*(place for place in self.places if place not in HELD)))
        return self.first[label]

    def check_first(self, *labels):
        for label in labels:
            with self.subTest(label):
                ending, words = CASES[label] if label in CASES else ALONE[label][1:]
                self.check_reason(self.first_visit(label), ending, words)

    def test_a_sound_server_takes_the_recipient_and_refuses_to_relay(self):
        self.check_first("plain")
        record = self.first_visit("plain")
        self.assertEqual([(record[key]["code"], record[key]["text"])
                          for key in ("rcpt", "relay")],
                         [(250, ["Accepted"]), (550, ["relay not permitted"])])

    def test_we_never_speak_before_our_turn(self):
        """Exim drops a client that does, and logs it."""
        self.first_visit("plain")
        log = self.exim.log_with("closed by QUIT")
        self.assertNotIn("synchronization", log)

    def test_an_open_relay_is_found(self):
        self.check_first("open relay")

    def test_a_full_disk_shows_at_mail(self):
        self.check_first("disk full")

    def test_a_high_load_shows_at_the_greeting(self):
        if float(pathlib.Path("/proc/loadavg").read_text(encoding="ascii").split()[0]) < 0.02:
            self.skipTest("this machine has no load at all")
        self.check_first("load")

    def test_a_message_of_that_size_is_too_large(self):
        self.check_first("small messages")

    def test_a_blocklist_shows_at_the_greeting_or_at_rcpt(self):
        self.check_first("listed early", "listed")

    def test_a_refusal_without_a_reason_has_none(self):
        self.check_first("listed, no word", "dropped", "closed")

    def test_a_broken_configuration_shows_at_rcpt(self):
        self.check_first("broken")

    def test_an_address_without_a_name_shows_at_rcpt(self):
        self.check_first("no name")

    def test_a_limit_of_the_rate_shows_at_the_greeting_or_at_rcpt(self):
        self.check_first("rate early", "rate")

    def test_an_unknown_recipient_is_one(self):
        self.check_first("unknown")

    def test_a_recipient_of_a_foreign_domain_is_not_relayed(self):
        self.check_first("foreign")

    def test_tls_that_cannot_be_served_shows_at_starttls(self):
        self.check_first("no certificate")

    def test_a_limit_of_connections_at_once_shows_at_the_greeting(self):
        for label in HELD:
            holder = Holder(self.machine, self.folder, self.places[label], SOURCE)
            self.addCleanup(holder.end)
            record = self.visit(label)[label]
            holder.release()
            with self.subTest(label):
                ending, words = CASES[label] if label in CASES else ALONE[label][1:]
                self.check_reason(record, ending, words)


if __name__ == "__main__":
    main()
