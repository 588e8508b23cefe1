#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Receivers of a monitor's messages by HTTP: an outage and its end arrive once, whatever a receiver
answers at first; each product gets what the golden files of the courier say; and what a hostile
server has sent is shown literally."""

import base64
import collections
import hashlib
import hmac
import json
import pathlib
import re
import time
import unittest
import urllib.parse

import hostile_server
from program import wait_until
from watching import WatchTest, bodies, kinds, section, wait_for_kinds

PATIENT = "127.1.2.1"
GOLDEN = pathlib.Path(__file__).parent.parent / "deliver" / "golden"
SECRETS = {"webhook": "hook-t0ken", "telegram": "bot-t0ken", "twilio": "twilio-t0ken"}


def authorized(user, token):
    return "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()


class Receivers(WatchTest):
    """Over TLS, with an authority that the channels name."""

    def setUp(self):
        super().setUp()
        authority = self.authority()
        self.certificate = authority.issue("receiver", names=("IP:127.0.0.1",))
        self.trusted = authority.root.certificate

    def tls(self, *answers):
        return self.http(*answers, certificate=self.certificate)

    def channel_of(self, kind, sink, path="", **more):
        return section("[[channel]]", name=kind, kind=kind, url=sink.url + path,
                       ca_file=self.trusted, **more)

    def twilio(self, kind, sink, **more):
        return self.channel_of(kind, sink, user="AC1", token="twilio-t0ken", to=["+491"],
                               **{"from": "+4930"}, **more)

    def expect_one_outage(self, sink, tries=1):
        """The opening in so many tries, and one closing."""
        counts = collections.Counter()
        for _, _, body in sink.requests:
            text = urllib.parse.unquote(body.decode())
            counts["up" if re.search(r"\[UP|is up again", text) else "down"] += 1
        self.assertEqual(dict(counts), {"down": tries, "up": 1})

    def test_an_outage_and_its_end_arrive_once_whatever_a_receiver_answers_at_first(self):
        at = []  # When the receiver of text messages was asked.

        def busy(*_):
            at.append(time.monotonic())
            return (429, {"Retry-After": "9"}, "{}") if len(at) == 1 else 201

        webhook = self.tls(500, 503, 500, 200)
        message, call = self.tls(busy), self.tls("hang", 201)
        slack, discord = self.tls("reset", 200), self.tls(204)
        self.configure(
            [PATIENT],
            self.channel_of("webhook", webhook, "/hook", token="hook-t0ken",
                            signing_key="hook-s1gning"),
            self.twilio("twilio-sms", message),
            self.twilio("twilio-call", call, timeout="1s"),
            self.channel_of("slack", slack, "/services/T/B/x"),
            self.channel_of("discord", discord, "/api/webhooks/1/y"))
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT)
        wait_for_kinds(webhook, ["opening"] * 4)
        self.bring_up(PATIENT)
        wait_for_kinds(webhook, ["opening"] * 4 + ["closing"])
        wait_until(lambda: all(not self.channel(name)["waiting"] for name in
                               ("twilio-sms", "twilio-call", "slack", "discord")), "the others")
        self.end(watch)
        self.expect_one_outage(webhook, tries=4)
        self.expect_one_outage(message, tries=2)
        self.expect_one_outage(call, tries=2)
        self.expect_one_outage(slack, tries=2)
        self.expect_one_outage(discord)
        self.assertGreaterEqual(at[1] - at[0], 9)
        self.assertEqual(message.requests[0][1]["authorization"], authorized("AC1", "twilio-t0ken"))
        for _, headers, body in webhook.requests:
            self.assertEqual(headers["authorization"], "Bearer hook-t0ken")
            signature = hmac.new(b"hook-s1gning", body, hashlib.sha256).hexdigest()
            self.assertEqual(headers["x-mxsweep-signature"], "sha256=" + signature)
        keys = [headers["idempotency-key"] for _, headers, _ in webhook.requests]
        self.assertEqual((len(set(keys[:4])), len(set(keys))), (1, 2))

    def test_a_receiver_that_redirects_or_is_not_trusted_gets_nothing_and_others_hear_of_it(self):
        elsewhere = self.http(200)
        moved = self.tls((302, {"Location": elsewhere.url + "/login"}, "{}"))
        stranger = self.http(200, certificate=self.authority("other").issue(
            "receiver", names=("IP:127.0.0.1",)))
        well = self.tls(200)
        self.configure(
            [PATIENT],
            self.channel_of("telegram", moved, token="bot-t0ken", to=["-1001"]),
            self.channel_of("mattermost", stranger, "/hooks/z"),
            self.channel_of("webhook", well, "/hook"))
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT)
        wait_for_kinds(well, ["opening", "opening"])
        trouble = bodies(well)[1]
        self.assertEqual(trouble["incident"]["kind"], "internal")
        self.assertIn("telegram", trouble["subject"])
        self.assertIn("which is not followed", trouble["incident"]["text"])
        self.assertEqual(self.channel("telegram")["dead"], 1)
        self.assertIn("certificate", self.channel("mattermost")["last_error"])
        self.assertEqual((elsewhere.requests, stranger.requests), ([], []))
        self.end(watch)
        self.assertNotIn("bot-t0ken", watch.stderr + json.dumps(trouble))


if __name__ == "__main__":
    unittest.main()
