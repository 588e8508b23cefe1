# SPDX-License-Identifier: MIT
"""Postfix at --depth mail and rcpt: each reason for which it takes no mail, from a configuration
that has it, with the server's words in the record and no complaint about us in its log."""

import re

from program import main
from real_depth import FOREIGN_DOMAIN, HOLDER, OK, RECIPIENT, SOURCE, TO_RCPT, TO_TLS, DepthTest
from real_peers import Holder
from real_servers import PASSING_ON, postfix

NOWHERE = "/nowhere"


def screen(**settings):
    """A postscreen that remembers no client: each visit is tested. A blocklist counts if it has
    answered when the wait for early talkers ends: in time on a busy machine, too. From 10 s on, the
    greeting would be trickled."""
    return "postscreen", {"postscreen_cache_map": "", "postscreen_greet_wait": "8s", **settings}


# label: (settings of the place, (outcome, phase, cause), the server's words)
CASES = {
    "plain": ({}, OK, None),
    "open relay": ({"smtpd_relay_restrictions": "permit_mynetworks, reject",
                    "mynetworks": "127.0.0.0/8"},
                   ("degraded", "relay", "config.open_relay"), "250 2.1.5 Ok"),
    # Resources.
    "disk full": ({"queue_minfree": 10 ** 18}, ("refused", "mail", "resources.storage"),
                  "452 4.3.1 Insufficient system storage"),
    "full mailbox": ({"smtpd_recipient_restrictions": "check_recipient_access "
                      f"inline:{{ {{ {RECIPIENT} = 552 5.2.2 Mailbox is full }} }}"},
                     ("refused", "rcpt", "resources.mailbox_full"), "552 5.2.2 .*Mailbox is full"),
    # Blocklists.
    "listed early": ({"smtpd_delay_reject": "no",
                      "smtpd_client_restrictions": "reject_rbl_client dnsbl.test"},
                     ("refused", "greeting", "blocked.scanner_ip"),
                     f"554 5.7.1 Service unavailable; .*{SOURCE}.* blocked using dnsbl.test; "
                     "listed by the test"),
    "listed": ({"smtpd_client_restrictions": "reject_rbl_client dnsbl.test"},
               ("refused", "rcpt", "blocked.scanner_ip"), "554 5.7.1 .* blocked using dnsbl.test"),
    "screen listed": (screen(postscreen_dnsbl_sites="dnsbl.test",
                             postscreen_dnsbl_action="enforce"),
                      ("refused", "rcpt", "blocked.scanner_ip"),
                      "550 5.7.1 Service unavailable; .* blocked using dnsbl.test"),
    "screen drops listed": (screen(postscreen_dnsbl_sites="dnsbl.test",
                                   postscreen_dnsbl_action="drop"),
                            ("refused", "greeting", "blocked.scanner_ip"),
                            "521 .*5.7.1 Service unavailable; .* blocked using dnsbl.test"),
    "screen denies": (screen(postscreen_access_list="static:reject",
                             postscreen_denylist_action="drop"),
                      ("refused", "greeting", "blocked.unspecified"),
                      "521 5.3.2 Service currently unavailable"),
    # Our address and our name.
    "no reverse name": ({"smtpd_peername_lookup": "yes", "smtpd_client_restrictions":
                         "reject_unknown_reverse_client_hostname"},
                        ("refused", "rcpt", "blocked.scanner_no_fcrdns"),
                        "450 4.7.1 .*cannot find your reverse hostname"),
    "no name": ({"smtpd_peername_lookup": "yes",
                 "smtpd_client_restrictions": "reject_unknown_client_hostname"},
                ("refused", "rcpt", "blocked.scanner_no_fcrdns"),
                "450 4.7.25 .*cannot find your hostname"),
    "hello": ({"smtpd_helo_restrictions": "reject_unknown_helo_hostname"},
              ("refused", "rcpt", "config.scanner_helo_rejected"),
              "450 4.7.1 .*Helo command rejected: Host not found"),
    # Asked to come later.
    "greylist": ({"smtpd_recipient_restrictions": "check_policy_service unix:private/greylist"},
                 ("refused", "rcpt", "throttled.greylist"), "450 4.7.1 .*Greylisted"),
    "deep": (screen(postscreen_pipelining_enable="yes", postscreen_bare_newline_enable="yes",
                    postscreen_non_smtp_command_enable="yes"),
             ("refused", "rcpt", "throttled.greylist"), "450 4.3.2 Service currently unavailable"),
    "screened": (screen(), OK, None),
    # Broken.
    "filter down": ({"smtpd_milters": "inet:127.0.0.1:1", "milter_default_action": "tempfail"},
                    ("refused", "starttls", "tempfail.unspecified"), "454 4.3.0 Try again later"),
    "filter down, closed": ({"smtpd_milters": "inet:127.0.0.1:1",
                             "milter_default_action": "reject"},
                            ("refused", "greeting", "blocked.unspecified"),
                            "554 .* not accepting connections"),
    "policy service down": ({"smtpd_recipient_restrictions": "check_policy_service "
                             "inet:127.0.0.1:1", "smtpd_policy_service_try_limit": 1},
                            ("refused", "rcpt", "config.server_error"),
                            "451 4.3.5 .*Server configuration problem"),
    "broken map": ({"smtpd_recipient_restrictions": f"check_recipient_access hash:{NOWHERE}"},
                   ("refused", "rcpt", "config.server_error"),
                   "451 4.3.5 .*Server configuration error"),
    "broken recipients": ({"local_recipient_maps": f"hash:{NOWHERE}"},
                          ("refused", "rcpt", "config.server_error"),
                          "451 4.3.0 .*Temporary lookup failure"),
    "misspelt": ({"smtpd_recipient_restrictions": "no_such_restriction"},
                 ("refused", "rcpt", "config.server_error"),
                 "451 4.3.5 Server configuration error"),
    "no key": ({"smtpd_tls_chain_files": "", "smtpd_tls_cert_file": "{good.chain}",
                "smtpd_tls_key_file": NOWHERE},
               ("degraded", "starttls", "config.tls_unavailable"), "454 4.7.0 TLS not available"),
    "key of another": ({"smtpd_tls_chain_files": "", "smtpd_tls_cert_file": "{good.chain}",
                        "smtpd_tls_key_file": "{other.key}"},
                       ("degraded", "starttls", "config.tls_unavailable"),
                       "454 4.7.0 TLS not available"),
    "expired": ({"smtpd_tls_chain_files": "{expired.all}"}, OK, None),
    # Policies.
    "small messages": ({"message_size_limit": 1000},
                       ("refused", "mail", "policy.message_too_large"),
                       "552 5.3.4 Message size exceeds fixed limit"),
    "unknown": ({"local_recipient_maps": "inline:{other=x}"},
                ("refused", "rcpt", "policy.recipient_unknown"), "550 5.1.1 .*User unknown"),
    "soft": ({"soft_bounce": "yes", "local_recipient_maps": "inline:{other=x}"},
             ("refused", "rcpt", "policy.recipient_unknown"), "450 4.1.1 .*User unknown"),
    "foreign": ({"rewrite_service_name": "rewrite-foreign"},
                ("refused", "rcpt", "policy.relay_denied"), "554 5.7.1 .*Relay access denied"),
    "empty sender": ({"smtpd_sender_restrictions": "check_sender_access static:reject"},
                     ("refused", "rcpt", "policy.null_sender_rejected"),
                     "554 5.7.1 <>: Sender address rejected"),
    "login": ({"smtpd_recipient_restrictions": "permit_sasl_authenticated, reject"},
              ("refused", "rcpt", "policy.rejected"),
              "554 5.7.1 .*Recipient address rejected: Access denied"),
    "encrypt": ({"smtpd_tls_security_level": "encrypt"}, OK, None),
    "encrypt at last": ({"smtpd_recipient_restrictions": "reject_plaintext_session"}, OK, None),
    # A second visit is one too many.
    "connections in an hour": ({"smtpd_client_connection_rate_limit": 1}, OK, None),
    "mails in an hour": ({"smtpd_client_message_rate_limit": 1}, OK, None),
    "recipients in an hour": ({"smtpd_client_recipient_rate_limit": 2}, OK, None),
    "handshakes in an hour": ({"smtpd_client_new_tls_session_rate_limit": 1}, OK, None),
    "connections at once": ({"smtpd_client_connection_count_limit": 1}, OK, None),
    "screen full": (screen(postscreen_pre_queue_limit=10, postscreen_greet_wait="120s"),
                    ("refused", "greeting", "resources.overload"),
                    "421 4.3.2 All screening ports are busy"),
}

GREYLIST = """while read -r line; do
  [ -n "$line" ] || printf 'action=DEFER_IF_PERMIT Greylisted, please try again later\\n\\n'
done
"""


class PostfixAtDepth(DepthTest):
    TOLERATED = HOLDER + "|TLS library problem: .*calling fopen|TLS library problem.*ssl_rsa.c"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = {}
        script = cls.shared / "greylist.sh"
        script.write_text(GREYLIST, encoding="ascii")
        files = {"good": cls.good, "other": cls.authority.issue("other", key="RSA:2048"),
                 "expired": cls.authority.issue("expired", days=(-90, -1))}
        cls.places = {label: (f"127.0.4.{number}", 25) for number, label in enumerate(CASES, 1)}
        rows = {}
        for label, (row, _, _) in CASES.items():
            program, row = row if isinstance(row, tuple) else ("smtpd", row)
            row = {name: value.format(**files) if "smtpd_tls" in name and isinstance(value, str)
                   else value for name, value in row.items()}
            rows[cls.places[label]] = program, {**row, "syslog_name": cls.mark_of(label)}
        settings = {
            "mydestination": "real.test", "local_recipient_maps": "inline:{box=x}",
            "smtpd_relay_restrictions": "reject_unauth_destination", "notify_classes": "",
            "smtpd_tls_chain_files": cls.good.all, "anvil_rate_time_unit": "1h",
        }
        services = (*PASSING_ON, "anvil unix - - n - 1 anvil", "smtpd pass - - n - - smtpd",
                    "rewrite-foreign unix - - n - - trivial-rewrite -o mydestination=",
                    "dnsblog unix - - n - 0 dnsblog", "tlsproxy unix - - n - 0 tlsproxy",
                    f"greylist unix - n n - 0 spawn user=nobody argv=/bin/sh {script}")
        cls.postfix = cls.keep(postfix(cls.machine, cls.shared, rows, settings=settings,
                                       services=services))

    @staticmethod
    def mark_of(label):
        return "at-" + re.sub("[^a-z]+", "-", label)

    def first_visit(self, label):
        """The record and the log of the place's first visit: one sweep of all places."""
        if not self.first:
            self.first.update(self.visit(*(label for label in CASES if label != "screen full")))
        end = re.compile(rf" {self.mark_of(label)}/.*( disconnect|: DISCONNECT|: PASS NEW) ")
        self.wait_for_log(self.postfix, end, 1)
        log = "\n".join(line for line in self.postfix.log_text().splitlines()
                        if f" {self.mark_of(label)}/" in line)
        return self.first[label], log

    def check_first(self, *labels):
        for label in labels:
            with self.subTest(label):
                _, ending, words = CASES[label]
                record, log = self.first_visit(label)
                self.check_reason(record, ending, words)
                if ending[1] in ("mail", "rcpt"):
                    reply = record["reply"]
                    self.assertIn(f"{reply['code']} {' '.join(reply['text'])};", log)

    def test_a_sound_server_takes_the_recipient_and_refuses_to_relay(self):
        self.check_first("plain", "encrypt", "encrypt at last")
        record, log = self.first_visit("plain")
        self.assertEqual([record[key]["code"] for key in ("mail", "rcpt", "relay")],
                         [250, 250, 554])
        self.assertRegex(" ".join(record["relay"]["text"]),
                         rf"relay-test@{FOREIGN_DOMAIN}.*Relay access denied")
        self.assertIn(" ehlo=2 starttls=1 mail=1 rcpt=1/2 rset=1 quit=1 commands=7/8\n", log + "\n")

    def test_no_message_is_left_in_the_queue(self):
        self.first_visit("plain")
        left = [path for name in ("incoming", "active", "deferred", "corrupt")
                for path in (self.shared / "queue" / name).glob("**/*") if path.is_file()]
        self.assertEqual(left, [])

    def test_an_open_relay_is_found(self):
        self.check_first("open relay")

    def test_a_full_disk_shows_at_mail(self):
        self.check_first("disk full")

    def test_a_full_mailbox_shows_at_rcpt(self):
        self.check_first("full mailbox")

    def test_a_message_of_that_size_is_too_large(self):
        self.check_first("small messages")

    def test_a_blocklist_shows_at_the_greeting_or_at_rcpt(self):
        self.check_first("listed early", "listed", "screen listed", "screen drops listed",
                         "screen denies")

    def test_an_address_without_a_name_shows_at_rcpt(self):
        self.check_first("no reverse name", "no name")

    def test_a_name_in_ehlo_that_does_not_resolve_shows_at_rcpt(self):
        self.check_first("hello")

    def test_greylisting_shows_at_rcpt(self):
        self.check_first("greylist")

    def test_a_postscreen_that_waits_for_early_talkers_lets_us_pass(self):
        self.check_first("screened")

    def test_the_deep_tests_of_postscreen_end_like_greylisting(self):
        """A client that has passed them is asked to connect again."""
        self.check_first("deep")
        self.assertIn("PASS NEW", self.first_visit("deep")[1])

    def test_a_filter_that_is_down_is_not_our_fault(self):
        self.check_first("filter down", "filter down, closed")
        record = self.visit("filter down", flags=(*TO_RCPT, "--tls", "off"))["filter down"]
        self.check_reason(record, ("refused", "mail", "config.server_error"),
                          "451 4.7.1 Service unavailable - try again later")

    def test_a_broken_configuration_shows_at_rcpt(self):
        self.check_first("policy service down", "broken map", "broken recipients", "misspelt")

    def test_tls_that_cannot_be_served_shows_at_starttls(self):
        self.check_first("no key", "key of another")

    def test_an_expired_certificate_degrades_and_the_recipient_is_still_asked_for(self):
        self.check_first("expired")
        record = self.visit("expired", flags=(*TO_RCPT, "--require-valid"))["expired"]
        self.check_reason(record, ("degraded", "tls", "certificate-expired"), None)
        self.assertEqual(record["rcpt"]["code"], 250)

    def test_an_unknown_recipient_is_one_although_bounces_are_soft(self):
        self.check_first("unknown", "soft")

    def test_a_recipient_of_a_foreign_domain_is_not_relayed(self):
        self.check_first("foreign")

    def test_an_empty_sender_that_is_rejected_shows_at_rcpt(self):
        self.check_first("empty sender")

    def test_a_server_for_clients_with_a_login_denies_access(self):
        self.check_first("login")

    def test_tls_is_required_for_mail(self):
        records = self.visit("encrypt", "encrypt at last", flags=(*TO_RCPT, "--tls", "off"))
        self.check_reason(records["encrypt"], ("refused", "mail", "policy.auth_or_tls_required"),
                          "530 5.7.0 Must issue a STARTTLS command first")
        self.check_reason(records["encrypt at last"],
                          ("refused", "rcpt", "policy.auth_or_tls_required"),
                          "450 4.7.1 Session encryption is required")

    def test_limits_per_hour_show_at_the_next_visit(self):
        labels = {
            "connections in an hour": (("refused", "greeting", "throttled.connections"),
                                       "421 4.7.0 .*too many connections"),
            "mails in an hour": (("refused", "mail", "throttled.rate"),
                                 "450 4.7.1 Error: too much mail"),
            "recipients in an hour": (("refused", "rcpt", "throttled.rate"),
                                      "450 4.7.1 Error: too many recipients"),
        }
        self.check_first(*labels)
        for label, record in self.visit(*labels).items():
            with self.subTest(label):
                self.check_reason(record, *labels[label])

    def test_a_limit_of_tls_handshakes_per_hour_shows_at_starttls(self):
        """The first visit above it is refused after the handshake, together with a reset."""
        label = "handshakes in an hour"
        self.check_first(label)
        self.assertIn(self.visit(label)[label]["cause"], ("throttled.rate", "net.reset"))
        self.check_reason(self.visit(label)[label], ("refused", "starttls", "throttled.rate"),
                          "454 4.7.0 .*too many new TLS sessions")

    def test_a_limit_of_connections_at_once_shows_at_the_greeting(self):
        self.check_first("connections at once")
        holder = Holder(self.machine, self.folder, self.places["connections at once"], SOURCE)
        self.addCleanup(holder.end)
        record = self.visit("connections at once")["connections at once"]
        holder.release()
        self.check_reason(record, ("refused", "greeting", "throttled.connections"),
                          "421 4.7.0 .*too many connections")

    def test_a_postscreen_with_too_many_clients_to_test_is_overloaded(self):
        holder = Holder(self.machine, self.folder, self.places["screen full"], HOLDER, 10)
        self.addCleanup(holder.end)
        record = self.visit("screen full")["screen full"]
        self.check_reason(record, *CASES["screen full"][1:])

    def test_what_is_deferred_until_rcpt_does_not_show_at_depth_tls(self):
        labels = ("listed", "no name", "hello", "greylist", "deep", "disk full", "broken map")
        for label, record in self.visit(*labels, flags=TO_TLS).items():
            with self.subTest(label):
                self.check_polite(record)


if __name__ == "__main__":
    main()
