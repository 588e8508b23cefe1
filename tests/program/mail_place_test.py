#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The mail place does what it promises: seen by Python's clients of SMTP, IMAP and POP3, by curl
where it is installed, and by doveadm."""

import base64
import contextlib
import hashlib
import hmac
import imaplib
import poplib
import shutil
import smtplib
import ssl
import subprocess

from mail_place import (BOX, DOMAIN, FULL, HOST, HOST_ADDRESS, NOBODY, PASSWORD, SENDER, TOKEN,
                        MailPlaceTest)
from program import main, wait_until


def scram(user, password):
    """The client's side of SCRAM-SHA-256 (RFC 7677), for smtplib."""
    first = f"n={user},r=of-the-client"

    def answer(challenge=None):
        if not challenge:
            return f"n,,{first}"
        fields = dict(field.split("=", 1) for field in challenge.decode().split(","))
        if "v" in fields:
            return ""
        salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]),
                                     int(fields["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = f"c=biws,r={fields['r']}"
        signed = f"{first},{challenge.decode()},{last}".encode()
        signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
        proof = bytes(one ^ other for one, other in zip(key, signature))
        return f"{last},p={base64.b64encode(proof).decode()}"

    return answer


class MailPlaces(MailPlaceTest):
    def context(self):
        return ssl.create_default_context(cafile=self.authority.root.certificate)

    def within(self, function, *arguments):
        return self.machine.run(function, *arguments)

    @contextlib.contextmanager
    def submission(self, port=587):
        if port == 465:
            client = self.within(
                lambda: smtplib.SMTP_SSL(HOST_ADDRESS, 465, context=self.context()))
        else:
            client = self.within(smtplib.SMTP, HOST_ADDRESS, port)
            client.starttls(context=self.context())
        with client:
            client.ehlo()
            yield client

    def send(self, mark, to=BOX, port=587):
        with self.submission(port) as client:
            client.login(SENDER, PASSWORD)
            client.sendmail(SENDER, [to], f"From: {SENDER}\r\nTo: {to}\r\nSubject: {mark}\r\n\r\n"
                            "A test.\r\n")

    @contextlib.contextmanager
    def imap(self, port=993):
        with self.within(lambda: imaplib.IMAP4_SSL(HOST_ADDRESS, port,
                                                   ssl_context=self.context())) as client:
            client.login(BOX, PASSWORD)
            client.select()
            yield client

    def test_a_message_arrives_signed_and_verified(self):
        for port in (587, 465):
            self.send(f"plain-{port}", port=port)
            (mailbox, headers), = self.place.wait_for(BOX, f"plain-{port}")
            self.assertEqual(mailbox, "INBOX")
            self.assertRegex(headers, rf"Authentication-Results: mx\.{DOMAIN};\s+dkim=pass")
            self.assertRegex(headers, rf"by {HOST} \(Postfix\) with ESMTPSA")
            self.assertRegex(headers, rf"by mx\.{DOMAIN} \(Postfix\) with ESMTPS ")

    def test_imap_pop3_and_curl_see_it(self):
        self.send("is-seen", f"box+more@{DOMAIN}")
        self.place.wait_for(BOX, "is-seen")
        with self.imap() as client:
            self.assertRegex(client.search(None, "SUBJECT", "is-seen")[1][0], rb"^\d+$")
        client = self.within(lambda: poplib.POP3_SSL(HOST_ADDRESS, context=self.context()))
        client.user(BOX)
        client.pass_(PASSWORD)
        newest = client.stat()[0]
        self.assertIn(b"Subject: is-seen", client.top(newest, 0)[1])
        client.quit()
        if shutil.which("curl"):
            self.assertRegex(self.curl("INBOX?SUBJECT%20seen"), r"^\* SEARCH \d+\r\n$")

    def curl(self, path):
        url = f"imaps://{HOST}/{path}"
        command = ["curl", "-sS", "--cacert", str(self.authority.root.certificate), "--connect-to",
                   f"::{HOST_ADDRESS}:", "-u", f"{BOX}:{PASSWORD}", url]
        done = subprocess.run([*self.machine.network, *command], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()

    def test_a_user_can_log_in_by_password_and_by_token(self):
        bearer = f"user={SENDER}\1auth=Bearer %s\1\1"
        with self.submission() as client:
            offered = client.esmtp_features["auth"].split()
        ways = {"PLAIN": client.auth_plain, "LOGIN": client.auth_login,
                "SCRAM-SHA-256": scram(SENDER, PASSWORD),
                "XOAUTH2": lambda challenge=None: bearer % TOKEN}
        for mechanism, way in ways.items():
            with self.subTest(mechanism), self.submission() as client:
                self.assertIn(mechanism, offered)
                client.user, client.password = SENDER, PASSWORD
                way = getattr(client, way.__name__, way)
                self.assertEqual(client.auth(mechanism, way)[0], 235)

    def test_a_wrong_password_and_a_wrong_token_are_refused(self):
        wrong = f"user={SENDER}\1auth=Bearer wrong\1\1"
        ways = {"SCRAM-SHA-256": scram(SENDER, "wrong"),
                "XOAUTH2": lambda challenge=None: "" if challenge else wrong}
        for mechanism, way in ways.items():
            with self.subTest(mechanism), self.submission() as client:
                with self.assertRaises(smtplib.SMTPAuthenticationError):
                    client.auth(mechanism, way)

    def test_a_message_can_be_held_on_its_way(self):
        self.place.hold()
        self.send("is-held")
        self.place.wait_until_held()
        self.assertEqual(self.place.messages(BOX, "is-held"), [])
        self.place.release()
        self.place.wait_for(BOX, "is-held")

    def test_a_message_can_be_deferred(self):
        self.place.defer()
        self.send("is-deferred")
        self.place.wait_until_deferred()
        self.assertEqual(self.place.messages(BOX, "is-deferred"), [])
        self.place.retry()
        self.place.wait_for(BOX, "is-deferred")

    def test_a_message_can_be_filed_as_junk(self):
        self.place.file_as_junk()
        self.send("is-junk")
        (mailbox, _), = self.place.wait_for(BOX, "is-junk")
        self.assertEqual(mailbox, "Junk")
        with self.imap() as client:
            self.assertIn(rb'(\HasNoChildren \Junk) "." Junk', client.list()[1])

    def test_a_message_can_come_twice(self):
        self.place.duplicate()
        self.send("is-twice")
        self.assertEqual(len(self.place.wait_for(BOX, "is-twice", 2)), 2)

    def test_a_clock_on_the_way_can_be_wrong(self):
        self.place.skew(-3600)
        self.send("is-skewed")
        (_, headers), = self.place.wait_for(BOX, "is-skewed")
        self.assertRegex(headers, rf"Received: from mx\.{DOMAIN} by inner\.{DOMAIN} with LMTP")

    def test_what_cannot_be_delivered_comes_back_to_its_sender(self):
        self.send("unknown user", NOBODY)
        self.send("no room", FULL)
        self.place.refuse()
        self.send("is-refused")
        for mark in ("unknown user", "no room", "is-refused"):
            (_, headers), = self.place.wait_for(SENDER, mark)
            self.assertIn("multipart/report", headers)
        self.assertEqual(self.place.messages(FULL, "no room"), [])

    def test_mailboxes_can_be_down_while_mail_is_delivered(self):
        self.place.stop_mailboxes()
        try:
            with self.assertRaises(ConnectionRefusedError), self.imap():
                pass
            self.send("is-down")
            self.place.wait_for(BOX, "is-down")
        finally:
            self.place.start_mailboxes()
        with self.imap() as client:
            self.assertNotEqual(client.search(None, "SUBJECT", "is-down")[1], [b""])

    def test_imap_can_lack_capabilities(self):
        lacking = {"UIDPLUS", "IDLE", "SPECIAL-USE"}
        with self.imap() as client:
            self.assertLess(lacking, set(client.capability()[1][0].decode().split()))
        self.place.stop_mailboxes()
        self.place.start_mailboxes(lacking)
        try:
            with self.imap() as client:
                self.assertTrue(lacking.isdisjoint(client.capability()[1][0].decode().split()))
        finally:
            self.place.stop_mailboxes()
            self.place.start_mailboxes()

    def idle(self, client):
        client.send(b"I1 IDLE\r\n")
        self.assertEqual(client.readline()[:1], b"+")

    def test_idle_has_notice_of_a_message_and_can_have_none(self):
        quiet = self.place.quiet
        with self.imap() as told, self.imap(quiet.port) as untold:
            self.idle(told)
            self.idle(untold)
            self.send("idle")
            self.assertRegex(told.readline(), rb"^\* \d+ EXISTS\r\n")
            wait_until(lambda: quiet.kept_back > 0, "a notice to be kept back")
            for client in (told, untold):
                client.send(b"DONE\r\n")
            line = untold.readline()
            while not line.startswith(b"I1 OK"):
                self.assertNotIn(b"EXISTS", line)
                line = untold.readline()
            while not told.readline().startswith(b"I1 OK"):
                pass


if __name__ == "__main__":
    main()
