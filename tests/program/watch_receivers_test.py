#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Receivers of a monitor's messages by HTTP: an outage and its end arrive once, whatever a receiver
answers at first; each product gets what the golden files of the courier say; and what a hostile
server has sent is shown literally."""

import base64
import collections
import email
import email.policy
import hashlib
import hmac
import html
import json
import pathlib
import re
import time
import unittest
import urllib.parse
from xml.etree import ElementTree

import hostile_server
from program import wait_until
from together import together
from watching import WatchTest, bodies, kinds, section, wait_for_kinds

PATIENT = "127.1.2.1"
GOLDEN = pathlib.Path(__file__).parent.parent / "deliver" / "golden"

load_tests = together


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
            counts["up" if re.search(r"\[UP|was down", text) else "down"] += 1
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
            self.twilio("twilio-call", call, timeout="8s"),
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


def shape_of(value):
    """Keys and kinds of values, without the texts."""
    if isinstance(value, dict):
        return {key: shape_of(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape_of(each) for each in value]
    return "text" if isinstance(value, str) else value


def parsed(body):
    """JSON, or the fields of a form."""
    if body[:1] in ("{", "["):
        return json.loads(body)
    return dict(urllib.parse.parse_qsl(body, keep_blank_values=True))


def golden(kind):
    """The opening and the closing of a golden file of the courier: (method and path, names of
    headers, body)."""
    text = (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")
    requests = []
    for part in re.split(r"^(?=(?:GET|POST|PUT) https:)", text, flags=re.M)[1:]:
        head, _, body = part.partition("\n\n")
        first, *lines = head.replace("mxsweep-42", "mxsweep-1").splitlines()
        names = {line.split(": ")[0].lower() for line in lines if ": " in line}
        if lines and lines[-1].startswith("("):  # User and password.
            names.add("authorization")
        place = re.sub("https://[^/]*/?", "/", first.replace("/42.3.", "/1.1."))
        requests.append((place, names, body.strip()))
    return requests[0], requests[-1]


def texts_in(value):
    """All texts of a body, as one."""
    if isinstance(value, (dict, list)):
        return "\n".join(map(texts_in, value.values() if isinstance(value, dict) else value))
    return value if isinstance(value, str) else ""


def as_read(kind, text):
    """What the product makes of the text, as far as the tests have to know, with its lines whole
    again."""
    if kind in ("discord", "mattermost"):
        text = re.sub(r"\\([!-/:-@[-`{-~])", r"\1", text)
    if kind == "slack":
        text = html.unescape(text)
    return text.replace("\N{ZERO WIDTH SPACE}", "").replace("\n" + " " * 11, "\n").replace("\n", "")


class Presets(WatchTest):
    """All products of the golden files, and what a hostile server has sent through each."""

    BRIEF = ("sms", "twilio-call", "twilio-sms")  # They have the summary only.
    SHORT = {"discord": 4, "pushover": 4}  # So many lines fit.

    def fleet_flags(self):
        personas = self.write("personas.json", hostile_server.persona_file())
        return ("--personas", str(personas), "--only", "plain")

    def setUp(self):
        super().setUp()
        self.kinds = sorted(path.stem for path in GOLDEN.glob("*.txt"))
        self.sinks = {kind: self.http(200) for kind in self.kinds}
        self.relay = self.mail()

    def channel_of(self, kind):
        """As in the golden files."""
        keys = {"name": kind, "kind": kind, "url": self.sinks[kind].url, "token": "token-1"}
        if kind in ("webhook", "slack", "mattermost", "discord", "teams", "googlechat", "template"):
            keys["url"] += "/hook?key=k1"
        if kind == "sms":
            keys["url"] += "/?to={{to}}&text={{summary:160}}"
        if kind == "template":
            keys |= {"body": '{"text":"{{subject}}","rack":"{{rack}}","evidence":"{{evidence}}"}',
                     "parameters": {"rack": "b7"}}
        if kind == "webhook":
            keys["signing_key"] = "key-1"
        else:
            keys |= {"to": ["+4930123456"], "from": "+4930654321"}
        if kind.startswith("twilio"):
            keys["user"] = "AC1"
        return section("[[channel]]", **keys)

    def requests(self, kind):
        """(method and path, headers, body) of the opening and the closing."""
        with self.sinks[kind].lock:
            requests = list(self.sinks[kind].requests)
        self.assertEqual(len(requests), 2, kind)
        return [(re.sub(r"/1\.\d+\.", "/1.1.", first.removesuffix(" HTTP/1.1")), headers,
                 body.decode()) for first, headers, body in requests]

    def expect_golden(self, kind):
        for got, wanted in zip(self.requests(kind), golden(kind)):
            place, names, body = wanted
            if kind == "sms":  # Its text is in its URL.
                self.assertEqual(parsed(got[0]).keys(), parsed(place).keys())
            else:
                self.assertEqual(got[0], place)
            self.assertLessEqual(names, set(got[1]), kind)
            if kind not in ("webhook", "template"):
                self.assertEqual(shape_of(parsed(got[2])), shape_of(parsed(body)), kind)

    def expect_only_a_text(self, kind):
        _, _, body = self.requests(kind)[0]
        self.assertFalse(re.search("[\0-\x1f\x7f]", body), kind)
        if kind not in ("pagerduty", "pushover"):  # Their tokens are in the body.
            self.assertNotIn("token-1", body)
        text = texts_in(parsed(body))
        if kind in self.BRIEF:
            self.assertNotIn("everyone", text)
            return
        if kind == "webhook":
            greeting = json.loads(body)["evidence"][0]["greeting"]["text"]
            self.assertEqual(tuple(greeting[:-1]), hostile_server.LINES[:-1])
            return
        for line in hostile_server.SHOWN[:self.SHORT.get(kind)]:
            self.assertIn(line.replace(" ", ""), as_read(kind, text).replace(" ", ""), kind)
        if kind in ("slack", "googlechat"):
            self.assertFalse(re.search("<[!@/a-z]", text), text)
        if kind in ("discord", "mattermost", "telegram", "googlechat"):
            self.assertNotIn(" @everyone", text)

    def test_each_gets_its_own_form_and_a_hostile_text_is_only_a_text(self):
        self.configure(
            [PATIENT], *map(self.channel_of, self.kinds),
            section("[[channel]]", name="mail", kind="mail", to=["ops@example.test"],
                    relays=[self.relay.place]),
            group={"page_on": ["net.closed_early"], "depth": "tls"})
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(PATIENT, persona=hostile_server.NAME)
        wait_until(lambda: self.relay.mails and all(sink.requests for sink in self.sinks.values()),
                   "all to get the opening")
        self.bring_up(PATIENT)
        wait_until(lambda: len(self.relay.mails) > 1 and
                   all(len(sink.requests) > 1 for sink in self.sinks.values()),
                   "all to get the end")
        self.end(watch)
        for kind in self.kinds:
            with self.subTest(kind):
                self.expect_golden(kind)
                self.expect_only_a_text(kind)
        opening = email.message_from_bytes(self.relay.mails[0]["data"], policy=email.policy.default)
        self.assertEqual(opening.defects, [])
        self.assertEqual((opening["Bcc"], opening["X-Injected"]), (None, None))
        self.assertEqual(len(opening.get_all("Subject")), 1)
        text = as_read("mail", opening.get_content().replace("\r\n", "\n"))
        for line in hostile_server.SHOWN:
            self.assertIn(line.replace(" ", ""), text.replace(" ", ""))
        said = ElementTree.fromstring(parsed(self.requests("twilio-call")[0][2])["Twiml"])
        self.assertEqual([child.tag for child in said.iter()], ["Response", "Say", "Pause", "Say"])
        self.assertNotIn("\x1b", watch.stderr)


if __name__ == "__main__":
    unittest.main()
