#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Round trips through real servers: what becomes of a message, where its time went, and what the
report says of each fault that it can meet."""

import signal
import subprocess

from mail_place import (BOX, DOMAIN, FULL, HOST, HOST_ADDRESS, MX, NOBODY, PASSWORD, SELECTOR,
                        SENDER, SLOW_PORT, TOKEN, MailPlaceTest)
from program import HELO, RAN_TO_ITS_END, expect_valid, main, record_of, whole_lines
from real_certificates import openssl

OF_US = "X-Mxsweep-Token"  # In each message of ours, and in no other.
SENT_PHASES = {"dns", "connect", "greeting", "ehlo", "auth", "mail", "rcpt", "data", "dot", "quit"}
FETCH_PHASES = {"dns", "fetch_connect", "fetch_greeting", "fetch_tls", "login", "select", "wait",
                "headers", "delete", "logout"}


class RoundTrips(MailPlaceTest):
    # It was stopped while it waited.
    TOLERATED = r"Disconnected: Connection closed \(IDLE running"

    def setUp(self):
        super().setUp()
        for user in (SENDER, BOX):
            self.place.doveadm("expunge", "-u", user, "mailbox", "*", "all")

    def accounts(self, send=f'password = "{PASSWORD}"', fetch=f'password = "{PASSWORD}"',
                 name="accounts"):
        path = self.write(f"{name}.toml", f'[send]\nuser = "{SENDER}"\n{send}\n'
                          f'[fetch]\nuser = "{BOX}"\n{fetch}\n')
        path.chmod(0o600)
        return str(path)

    def flags(self, *more, server=HOST, fetch=f"imaps://{HOST}", sender=SENDER, to=BOX):
        accounts = [] if "--auth-file" in more else ["--auth-file", self.accounts()]
        return ("roundtrip", "--server", server, "--fetch", fetch, "--from", sender, "--to", to,
                *accounts, *self.surroundings(), *more)

    def surroundings(self):
        return ("--helo", HELO, "--resolver", HOST_ADDRESS, "--ca-file",
                str(self.authority.root.certificate))

    def begin(self, *more, **route):
        """Starts a round trip, which end() waits for."""
        with open(self.path("report"), "wb") as stdout:
            return self.start(*self.flags("--json", "--authserv-id", MX, *more, **route),
                              within=self.machine.network, stdout=stdout,
                              stdin=subprocess.DEVNULL)

    def end(self, process, expected=RAN_TO_ITS_END):
        """Its report, in which no secret stands."""
        self.assertEqual(process.wait(), expected, process.stderr)
        octets = self.path("report").read_bytes()
        for secret in (PASSWORD, TOKEN):
            self.assertNotIn(secret, octets.decode() + process.stderr)
        report, = map(record_of, whole_lines(octets))
        expect_valid([report], "roundtrip_line")
        return report

    def trip(self, *more, **route):
        return self.end(self.begin(*more, **route))

    def check_state(self, report, state, phase=None):
        self.assertEqual((report["state"], report.get("phase")), (state, phase), report)

    def check_ours_are_gone(self):
        self.assertEqual(self.place.messages(BOX, OF_US), [])

    def test_a_message_goes_and_comes_over_each_pair_of_protocols(self):
        routes = ((HOST, f"imaps://{HOST}"), (f"smtps://{HOST}", f"pop3s://{HOST}"),
                  (HOST, f"imap://{HOST}"), (HOST, f"pop3://{HOST}"))
        for server, fetch in routes:
            with self.subTest(fetch):
                report = self.trip(server=server, fetch=fetch)
                self.check_state(report, "ok")
                self.assertNotIn("why", report)
                self.assertLessEqual(SENT_PHASES, set(report["send"][0]["ms"]))
                self.assertLessEqual(FETCH_PHASES, set(report["fetch"]["ms"]))
                self.assertEqual((report["fetch"]["folder"], report["fetch"]["copies"],
                                  report["fetch"]["removed"]), ("INBOX", 1, 1))
                self.check_way(report)
                self.check_ours_are_gone()

    def check_way(self, report):
        """Three hops, and a signature that mx.example.test has verified."""
        self.assertEqual([(hop["by"], hop["with"], hop["tls"]) for hop in report["hops"]],
                         [(HOST, "ESMTPSA", True), (MX, "ESMTPS", True), (HOST, "LMTP", False)])
        self.assertNotIn("clock_skew", report)
        dkim = [method for method in report["authentication"] if method["method"] == "dkim"]
        self.assertEqual([(method["result"], method["properties"]["header.d"]) for method in dkim],
                         [("pass", DOMAIN)])
        self.assertEqual(report["dkim"], [{"domain": DOMAIN, "selector": SELECTOR}])

    def test_the_token_may_stand_in_the_recipient(self):
        report = self.trip("--keep", to=f"box+${{token}}@{DOMAIN}")
        self.check_state(report, "ok")
        (_, headers), = self.place.messages(BOX, report["token"])
        self.assertIn(f"box+{report['token']}@{DOMAIN}", headers)

    def test_a_user_logs_in_by_the_mechanism_that_was_chosen(self):
        token = self.accounts(send=f'token = "{TOKEN}"', name="tokens")
        for mechanism in ("PLAIN", "LOGIN", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER"):
            with self.subTest(mechanism):
                by_token = mechanism in ("XOAUTH2", "OAUTHBEARER")
                before = len(self.place.sending.log_text())
                report = self.trip("--auth", mechanism, "--auth-file",
                                   token if by_token else self.accounts())
                self.check_state(report, "ok")
                self.assertIn(f"sasl_method={mechanism}, sasl_username={SENDER}",
                              self.place.sending.log_text(before))

    def test_a_wrong_password_is_told_from_a_mailbox_that_fails(self):
        report = self.trip("--auth-file", self.accounts(send='password = "wrong"'))
        self.check_state(report, "send_failed", "auth")
        self.assertIn("5.7.8", report["why"])
        report = self.trip("--auth-file", self.accounts(fetch='password = "wrong"'))
        self.check_state(report, "fetch_failed", "login")
        self.assertEqual(report["fetch"]["visits"], 1)
        self.place.wait_for(BOX, report["token"])  # Not in the next test.

    def test_a_message_that_comes_later_than_it_may_is_slow(self):
        report = self.trip("--within", "1ms")
        self.check_state(report, "slow", "wait")

    def test_a_message_that_was_deferred_comes_after_all(self):
        self.place.defer()
        process = self.begin()
        self.place.retry()
        self.check_state(self.end(process), "ok")

    def test_a_message_that_does_not_come_was_accepted_and_not_delivered(self):
        self.place.hold()
        report = self.trip("--deadline", "10s")
        self.check_state(report, "accepted_not_delivered")
        self.assertIn("accepted_at", report)
        self.place.release()
        self.place.wait_for(BOX, report["token"])

    def test_a_trip_that_is_stopped_early_does_not_know(self):
        self.place.hold()
        process = self.begin()
        self.place.wait_until_held()
        process.send(signal.SIGTERM)
        self.check_state(self.end(process, expected=1), "unknown")
        self.place.release()
        self.place.wait_for(BOX, OF_US)

    def test_a_message_in_the_junk_folder_was_delivered_elsewhere(self):
        self.place.file_as_junk()
        report = self.trip()
        self.check_state(report, "delivered_elsewhere")
        self.assertEqual(report["fetch"]["folder"], "\\Junk")
        self.check_ours_are_gone()

    def test_copies_that_wait_in_a_mailbox_which_was_down_are_counted_and_deleted(self):
        self.place.duplicate()
        self.place.stop_mailboxes()
        try:
            process = self.begin()
            self.place.wait_for(BOX, OF_US, 2)
        finally:
            self.place.start_mailboxes()
        report = self.end(process)
        self.check_state(report, "ok")
        self.assertEqual((report["fetch"]["copies"], report["fetch"]["removed"]), (2, 2))
        self.check_ours_are_gone()

    def test_a_mailbox_that_stays_down_says_nothing_of_the_message(self):
        self.place.stop_mailboxes()
        try:
            report = self.trip("--deadline", "10s")
        finally:
            self.place.start_mailboxes()
        self.check_state(report, "fetch_failed", "fetch_connect")
        self.assertIn("accepted_at", report)
        self.place.wait_for(BOX, report["token"])

    def test_a_bounce_is_found_in_the_mailbox_of_the_sender(self):
        for to, status in ((NOBODY, "5.1.1"), (FULL, "5.2.2")):
            with self.subTest(to):
                report = self.trip(sender=BOX, to=to)
                self.check_state(report, "bounced")
                self.assertEqual(report["fetch"]["non_delivery"]["status"], status)
                self.assertIn(status, report["why"])

    def test_an_imap_server_may_lack_all_that_helps(self):
        self.place.stop_mailboxes()
        self.place.start_mailboxes(("UIDPLUS", "IDLE", "SPECIAL-USE"))
        try:
            report = self.trip()
        finally:
            self.place.stop_mailboxes()
            self.place.start_mailboxes()
        self.check_state(report, "ok")
        self.assertEqual((report["fetch"]["notice"], report["fetch"]["removed"]), ("poll", 1))
        self.check_ours_are_gone()

    def test_a_message_is_found_where_idle_has_no_notice_of_it(self):
        report = self.trip(fetch=f"imaps://{HOST}:{self.place.quiet.port}")
        self.check_state(report, "ok")
        self.assertEqual(report["fetch"]["notice"], "look")

    def test_a_wrong_clock_on_the_way_is_noticed(self):
        self.place.skew(-3600)
        report = self.trip()
        self.check_state(report, "ok")
        self.assertTrue(report["clock_skew"])
        self.assertLess(report["hops"][2]["delay_s"], -3590)

    def test_a_server_that_is_slow_to_accept_has_no_wrong_clock(self):
        """It stamps a message when it begins, and not when it has accepted it."""
        report = self.trip(server=f"{HOST}:{SLOW_PORT}")
        self.check_state(report, "ok")
        self.assertGreater(report["send"][0]["ms"]["dot"], 3900)
        self.assertNotIn("clock_skew", report)

    def test_a_line_for_a_monitoring_system_has_its_state(self):
        for state, word, code in ((self.place.deliver, "OK", 0),
                                  (self.place.file_as_junk, "WARNING", 1)):
            state()
            status, octets, stderr = self.run_program(*self.flags("--nagios"),
                                                      within=self.machine.network)
            self.assertEqual(status, code, stderr)
            self.assertRegex(octets.decode(), rf"^\S+ {word}\b[^\n]*\|[^\n]*\n$")

    def test_no_password_goes_to_a_mailbox_whose_certificate_is_not_trusted(self):
        _, script, _ = self.run_program(*self.flags("--print-script", "--no-tls-verify"))
        sending, fetch, rest = script.decode().partition("fetch = ")
        path = self.write("script.toml", sending + fetch + rest.replace("verify = false\n", ""))
        status, octets, stderr = self.run_program(
            "roundtrip", "--script", str(path), "--json", "--helo", HELO, "--resolver",
            HOST_ADDRESS, "--ca-file", str(self.certificate_of_nobody()),
            within=self.machine.network)
        self.assertEqual(status, RAN_TO_ITS_END, stderr)
        report, = map(record_of, whole_lines(octets))
        self.check_state(report, "fetch_failed", "fetch_tls")
        self.assertIn("certificate-not-trusted", report["why"])
        self.assertNotIn("login", report["fetch"]["ms"])
        self.place.wait_for(BOX, report["token"])

    def certificate_of_nobody(self):
        path = self.path("nobody.pem")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path("nobody.key"),
                "-out", path, "-subj", "/CN=nobody", "-days", "2")
        return path

    def test_the_keys_of_those_who_have_signed_can_be_checked(self):
        signer, = self.trip()["dkim"]
        status, octets, stderr = self.run_program(
            "checks", signer["domain"], "--checks", f"dkim:{signer['selector']}", "--resolver",
            HOST_ADDRESS, within=self.machine.network)
        self.assertEqual(status, RAN_TO_ITS_END, stderr)
        line, = map(record_of, whole_lines(octets))
        self.assertEqual((line["checks"]["dkim"][0]["present"],
                          line["checks"]["dkim"][0]["selector"]), ("yes", SELECTOR))

    def test_the_script_that_the_flags_mean_does_the_same(self):
        _, script, _ = self.run_program(*self.flags("--print-script"))
        path = self.write("script.toml", script)
        status, octets, stderr = self.run_program(
            "roundtrip", "--script", str(path), "--json", *self.surroundings(),
            within=self.machine.network)
        self.assertEqual(status, RAN_TO_ITS_END, stderr)
        self.check_state(record_of(octets), "ok")
        self.check_ours_are_gone()


if __name__ == "__main__":
    main()
