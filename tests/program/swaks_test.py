#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `mxsweep roundtrip` reports of a submission is what swaks saw of the same submission: both
submit through the same real servers, and each reply and each failure must agree. Options of the
same name get the same words."""

import dataclasses
import os
import pathlib
import re
import subprocess
import unittest

from mail_place import (BOX, CLEAR_PORT, DOMAIN, HOST, HOST_ADDRESS, MX, NOBODY, PASSWORD, SENDER,
                        STRICT_OCTETS_MAX, STRICT_PORT, MailPlaceTest)
from program import HELO, RAN_TO_ITS_END, expect_valid, main, record_of
from real_servers import SECONDS_MAX, SERVERS

TLS, TLS_AT_ONCE = "--tls", "--tls-on-connect"  # In the words of swaks.
OF_US = "X-Mxsweep-Token"
REPLY = re.compile(r"<(?:- |~ |\*\*|~\*) (\d{3})([ -])(.*)")
COMMAND = re.compile(r"(?: [-~]|\*[*~])> (\w+)( lines sent$)?")
PHASES = {"EHLO": "ehlo", "STARTTLS": "starttls", "AUTH": "auth", "MAIL": "mail", "RCPT": "rcpt",
          "DATA": "data", "QUIT": "quit"}
# Where it has ended, by its exit status.
ENDS = {0: None, 22: "ehlo", 23: "mail", 24: "rcpt", 25: "data", 26: "dot", 28: "auth", 29: "tls"}
# No steps of a report: the report has their times only.
NO_STEPS = ("ehlo_tls", "data")


@dataclasses.dataclass
class Way:
    """What both submit, and how. `auth`: the mechanism; None: no login. `tls`: None: none.
    `trusted`: a file of authorities; None: the test's own."""

    server: str = HOST
    port: int = 587
    tls: str = TLS
    auth: str = "PLAIN"
    password: str = PASSWORD
    sender: str = SENDER
    to: str = BOX
    trusted: pathlib.Path = None
    verify: bool = True

    def flags(self):
        """Of both, in the same words."""
        return ["--from", self.sender, "--to", self.to, "--helo", HELO,
                *(["--auth", self.auth] if self.auth else [])]


def replies_of(transcript):
    """The last reply of each phase, as (code, text), from what swaks has printed."""
    phase, replies, lines = "greeting", {}, []
    for line in transcript.splitlines():
        if sent := COMMAND.match(line):
            phase = "dot" if sent[2] else PHASES.get(sent[1], phase)
            phase = "ehlo_tls" if phase == "ehlo" and "starttls" in replies else phase
        elif reply := REPLY.fullmatch(line):
            lines.append(reply[3])
            if reply[2] == " ":
                replies[phase] = (int(reply[1]), same_words(phase, lines))
                lines = []
    return replies


def same_words(phase, lines):
    """Of two submissions: each has a name of its own in the queue, and our report has no words of a
    farewell."""
    text = "\n".join(lines)
    return "" if phase == "quit" else re.sub(r"queued as \w+", "queued", text)


def steps_of(report):
    """What replies_of() has from a transcript, from our report. There MAIL can be a command as any
    other."""
    connection, = report["send"]
    steps = {}
    for step in connection["steps"]:
        if "code" in step:
            phase = "mail" if step["phase"] == "command" else step["phase"]
            steps[phase] = (step["code"], same_words(phase, step.get("reply", "").split("\n")))
    return steps


class Swaks(MailPlaceTest):
    # Both go away where a certificate is not trusted.
    TOLERATED = r"SSL_accept error|lost connection after (STARTTLS|CONNECT)"

    @classmethod
    def setUpClass(cls):
        if SERVERS and not os.path.exists(f"{SERVERS}/usr/bin/swaks"):
            raise unittest.SkipTest("MXSWEEP_SERVERS has no swaks: scripts/servers")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.place.doveadm("expunge", "-u", BOX, "mailbox", "*", "all")

    def swaks(self, way, *more):
        """Its replies, and the phase of its failure."""
        users = ["--auth-user", SENDER, "--auth-password", way.password] if way.auth else []
        tls = [way.tls] if way.tls else []
        if way.tls and way.verify:
            tls += ["--tls-verify", "--tls-ca-path", self.trusted(way)]
        command = ["/usr/bin/swaks", "--suppress-data", "--server", f"{way.server}:{way.port}",
                   *way.flags(), *users, *tls, *more]
        done = subprocess.run([*self.machine.inside, *command], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={},
                              timeout=SECONDS_MAX, check=False)
        transcript = done.stdout.decode()
        self.assertIn(done.returncode, ENDS, transcript)
        return replies_of(transcript), ENDS[done.returncode]

    def roundtrip(self, way, *more, changed=None):
        """Our report. `changed`: of the script that the flags mean, the one that is run."""
        scheme = "smtps://" if way.tls == TLS_AT_ONCE else ""
        steps = ["--server", f"{scheme}{way.server}:{way.port}", *way.flags(),
                 *(["--auth-file", self.accounts(way)] if way.auth else []),
                 *([] if way.tls else ["--no-tls"]),
                 *([] if way.verify else ["--no-tls-verify"]), *more]
        if changed:
            _, script, _ = self.run_program("roundtrip", *steps, "--print-script")
            steps = ["--helo", HELO, "--script",
                     str(self.write("script.toml", changed(script.decode())))]
        code, octets, stderr = self.run_program(
            "roundtrip", *steps, "--json", "--resolver", HOST_ADDRESS, "--ca-file",
            self.trusted(way), within=self.machine.network)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        report = record_of(octets)
        expect_valid([report], "roundtrip_line")
        return report

    def trusted(self, way):
        return str(way.trusted or self.authority.root.certificate)

    def accounts(self, way):
        path = self.write("accounts.toml", f"""[send]
user = "{SENDER}"
password = "{way.password}"
[fetch]
user = "{BOX}"
password = "{PASSWORD}"
""")
        path.chmod(0o600)
        return str(path)

    def both(self, way, *more, theirs=()):
        """Both submit, and must agree: our report. `more`, `theirs`: further flags of ours and of
        swaks."""
        replies, end = self.swaks(way, *theirs)
        report = self.roundtrip(way, *more)
        self.check_same(report, replies, end)
        return report

    def check_same(self, report, replies, end):
        self.assertEqual((report["state"], report.get("phase")),
                         ("send_failed" if end else "ok", end), (report, replies))
        if end:
            replies.pop("quit", None)  # Ours is sent, too, but the script had ended before.
        self.assertEqual(steps_of(report), {phase: reply for phase, reply in replies.items()
                                            if phase not in NO_STEPS})

    def check_refused(self, report, phase, code, words):
        """Both were refused there, as check_same() knows, and for the reason of this test."""
        self.assertEqual((report["phase"], steps_of(report)[phase][0]), (phase, code))
        self.assertIn(words, steps_of(report)[phase][1])

    def test_a_message_is_accepted_with_each_kind_of_tls_and_of_auth(self):
        for port, tls in ((587, TLS), (465, TLS_AT_ONCE)):
            for auth in ("PLAIN", "LOGIN"):
                with self.subTest(port=port, auth=auth):
                    before = len(self.place.sending.log_text())
                    self.both(Way(port=port, tls=tls, auth=auth))
                    log = self.place.sending.log_text(before)
                    self.assertEqual(log.count(f"sasl_method={auth}, sasl_username={SENDER}"), 2)

    def test_a_wrong_password_is_refused(self):
        for auth in ("PLAIN", "LOGIN"):
            with self.subTest(auth):
                report = self.both(Way(auth=auth, password="wrong"))
                self.check_refused(report, "auth", 535, "5.7.8")

    def test_an_unknown_recipient_is_refused(self):
        report = self.both(Way(MX, 25, auth=None, to=NOBODY))
        self.check_refused(report, "rcpt", 550, "5.1.1")

    def test_a_client_without_a_login_is_refused(self):
        self.check_refused(self.both(Way(auth=None)), "rcpt", 554, "5.7.1")

    def test_a_sender_that_belongs_to_another_user_is_refused(self):
        report = self.both(Way(port=STRICT_PORT, sender=BOX))
        self.check_refused(report, "mail", 553, "5.7.1")

    def test_a_message_that_is_too_long_is_refused(self):
        """At its end, without a SIZE at MAIL."""
        way, octets = Way(port=STRICT_PORT), str(2 * STRICT_OCTETS_MAX)
        told, untold = f'mail_from = "{SENDER}"', f'send = "MAIL FROM:<{SENDER}>"'
        replies, end = self.swaks(way, "--body", "of many lines\n" * (STRICT_OCTETS_MAX // 10))
        report = self.roundtrip(way, "--size", octets,
                                changed=lambda script: script.replace(told, untold))
        self.check_same(report, replies, end)
        self.check_refused(report, "dot", 552, "5.3.4")

    def test_only_we_tell_the_size_of_a_message_before_we_send_it(self):
        """RFC 1870. What is too long is refused before."""
        report = self.roundtrip(Way(port=STRICT_PORT), "--size", str(2 * STRICT_OCTETS_MAX))
        self.check_refused(report, "mail", 552, "5.3.4")

    def test_without_tls_no_authentication_is_offered(self):
        report = self.both(Way(tls=None))
        self.assertEqual(report["why"], "the server offers no authentication")

    def test_only_we_keep_a_password_from_a_server_without_tls(self):
        """swaks sends it wherever that is offered."""
        for auth in ("PLAIN", "LOGIN"):
            with self.subTest(auth):
                way = Way(port=CLEAR_PORT, tls=None, auth=auth)
                self.both(way, "--allow-plaintext-auth")
                report = self.roundtrip(way)
                self.assertEqual((report["state"], report["phase"]), ("send_failed", "auth"))
                self.assertIn("would show the secret", report["why"])
                self.assertNotIn("auth", steps_of(report))

    def test_a_certificate_that_is_not_trusted_ends_both_unless_that_is_allowed(self):
        """swaks goes away in the middle of TLS. We first ask what the server offers, as in each
        conversation, but send it no secret."""
        other = self.authority.issue("another", "/CN=another", authority=True, by=None).certificate
        for port, tls in ((587, TLS), (465, TLS_AT_ONCE)):
            with self.subTest(port):
                before = len(self.place.sending.log_text())
                way = Way(port=port, tls=tls, trusted=other)
                _, end = self.swaks(way)
                report = self.roundtrip(way)
                self.assertEqual((report["state"], report["phase"], end),
                                 ("send_failed", "tls", "tls"))
                self.assertIn("certificate-not-trusted", report["why"])
                self.assertNotIn("auth", steps_of(report))
                self.assertNotIn("auth=", self.place.sending.log_text(before))
                self.both(dataclasses.replace(way, verify=False))

    def test_both_lie_in_the_same_mailbox_and_only_ours_is_removed(self):
        fetch = ("--fetch", f"imaps://{HOST}")
        kept = self.both(Way(), *fetch, "--keep", theirs=("--header", "Subject: not-of-us"))
        # What has a token, but one that was not made with the key, is not ours either.
        forged = kept["token"][:-1] + ("a" if kept["token"][-1] != "a" else "b")
        report = self.both(Way(), *fetch, theirs=("--header", f"{OF_US}: {forged}"))
        self.assertEqual((report["fetch"]["copies"], report["fetch"]["removed"]), (1, 1))
        for mark in ("not-of-us", kept["token"], forged):
            (mailbox, headers), = self.place.wait_for(BOX, mark)
            self.assertEqual(mailbox, "INBOX")
            self.assertRegex(headers, rf"mx\.{DOMAIN};\s+dkim=pass")
            self.assertRegex(headers, rf"by {HOST} \(Postfix\) with ESMTPSA")
        self.assertEqual(self.place.messages(BOX, report["token"]), [])


if __name__ == "__main__":
    main()
