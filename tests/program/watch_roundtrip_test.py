#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks of the kinds roundtrip and script in a running monitor, with a mail server of the test. A
check makes one trip a minute at most, so the first one decides."""

import json
import re
import subprocess
import urllib.request

from mail_peer import PASSWORD, USER, MailPeer
from program import MXSWEEP, RAN_TO_ITS_END, WAIT_SECONDS_MAX, main, wait_until
from watching import WatchTest, bodies, section

ACCOUNT = {"user": USER, "password": PASSWORD}


class WatchRoundtrip(WatchTest):
    def setUp(self):
        super().setUp()
        self.peer = self.sink_of(MailPeer)
        self.hook = self.http()
        self.write_accounts(ACCOUNT)

    def write_accounts(self, account):
        self.write("accounts.toml", section("[send]", **account) + section("[fetch]", **account))

    def roundtrip(self, **keys):
        return section("[[check]]", **{
            "kind": "roundtrip", "name": "path", "send": self.peer.smtp,
            "from": "probe@example.net", "to": "probe+${token}@example.org",
            "fetch": f"pop3://{self.peer.pop3}", "secret_file": "accounts.toml", "starttls": False,
            "in_clear": True, "retry": {"down_after": 1, "degraded_after": 1}} | keys)

    def begin(self, *checks, up=31):
        self.sections = (
            section("[http]", listen="127.0.0.1:0", public="all"),
            section("[[channel]]", name="hook", kind="webhook", url=self.hook.url),
            section("[[route]]", to=["hook"], match={"target": "check:*"}))
        self.configure([], *self.sections, *checks)
        watch = self.watch("--records", str(self.path("records")))
        if up:
            self.wait_for(up=up)
        return watch

    def monitor(self, watch, name="path"):
        base = re.search(r"http://\S+/", watch.stderr).group()
        with urllib.request.urlopen(f"{base}api/v1/monitors?group={name}", timeout=30) as answer:
            found, = json.loads(answer.read())["items"]
        with urllib.request.urlopen(f"{base}api/v1/monitors/{found['id']}", timeout=30) as answer:
            return json.loads(answer.read())

    def check_secret(self, watch, *texts):
        for text in (watch.stderr, self.path("records").read_text(), *texts):
            self.assertNotIn(PASSWORD, text)

    def test_a_message_that_arrives_is_seen_and_deleted(self):
        watch = self.begin(self.roundtrip())
        shown = self.monitor(watch)
        self.assertEqual(shown["run"]["kind"], "roundtrip")
        self.assertRegex(shown["run"]["text"], r"^seen [0-9.]+ s after it was accepted$")
        self.assertRegex(shown["run"]["data"], r"^total=[0-9.]+s delivery=[0-9.]+s$")
        self.assertEqual(self.peer.taken, 1)
        self.assertEqual(self.peer.messages, {})
        self.end(watch)
        self.check_secret(watch, json.dumps(shown))

    def test_a_refusal_is_told_with_the_servers_words(self):
        self.peer.refusal = "552 5.2.2 the mailbox is full"
        watch = self.begin(self.roundtrip(), up=0)
        wait_until(lambda: bodies(self.hook), "a message")
        opening = bodies(self.hook)[0]
        self.assertIn("check:path: send failed", opening["subject"])
        self.assertEqual(opening["incident"]["cause"], "roundtrip.send_failed")
        shown = self.monitor(watch)
        self.assertIn("the mailbox is full", shown["run"]["text"])
        self.assertIn("the mailbox is full", shown["failure"]["reply"]["text"][0])
        self.end(watch)
        self.check_secret(watch, json.dumps(opening), json.dumps(shown))

    def test_what_is_accepted_and_lost_is_down_at_the_deadline(self):
        self.peer.loses = True
        watch = self.begin(self.roundtrip(deadline="2s", within="1s"), up=0)
        self.wait_for(down=1)
        self.assertEqual(self.monitor(watch)["monitor"]["cause"], "roundtrip.not_delivered")
        self.end(watch)

    def test_programs_print_the_secrets_for_each_trip(self):
        self.write("password", PASSWORD + "\n")
        self.write_accounts({"user": USER,
                             "password_command": ["/bin/cat", str(self.path("password"))]})
        watch = self.begin(self.roundtrip())
        self.assertEqual(self.peer.taken, 1)
        self.end(watch)
        self.check_secret(watch)

    def test_a_program_that_prints_no_secret_says_nothing_of_the_server(self):
        self.write_accounts({"user": USER, "password_command": ["/bin/false"]})
        watch = self.begin(self.roundtrip(), up=0)
        wait_until(lambda: "text" in self.monitor(watch)["run"], "a run")
        shown = self.monitor(watch)
        self.assertEqual(shown["monitor"]["state"], "unknown")
        self.assertEqual(shown["run"]["text"], "/bin/false: exit status 1")
        self.assertEqual(self.peer.taken, 0)
        self.end(watch)

    def test_steps_of_a_script_in_the_configuration_or_in_a_file(self):
        steps = [{"connect": self.peer.smtp, "expect": 220}, {"ehlo": True, "want": "AUTH"},
                 {"send": "NOOP", "expect": 250}, {"quit": True}]
        refused = [{"connect": self.peer.smtp}, {"ehlo": True}, {"send": "NOOP", "expect": 550}]
        self.write("checks.toml", section("[[check]]", name="refused", step=refused) +
                   section("[[check]]", name="other", step=steps))
        retry = {"down_after": 1}
        watch = self.begin(
            section("[[check]]", kind="script", name="noop", step=steps, retry=retry),
            section("[[check]]", kind="script", name="refused", file="checks.toml", retry=retry),
            up=0)
        self.wait_for(up=31, down=1)
        self.assertEqual(self.monitor(watch, "noop")["monitor"]["state"], "up")
        self.assertEqual(self.monitor(watch, "refused")["monitor"]["cause"],
                         "roundtrip.send_failed")
        self.end(watch)

    def test_accounts_that_cannot_be_read_stop_the_start_and_change_nothing_at_a_reload(self):
        watch = self.begin(self.roundtrip())
        self.path("accounts.toml").unlink()
        self.configure([], *self.sections, self.roundtrip(), self.roundtrip(name="second"))
        refused = subprocess.run([MXSWEEP, "ctl", "-s", str(self.path("control")), "reload"],
                                 capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
        self.assertNotEqual(refused.returncode, RAN_TO_ITS_END)
        self.assertIn(b"check 'path'", refused.stderr)
        self.assertIn(b"accounts.toml", refused.stderr)
        self.wait_for(up=31, unknown=0)
        self.end(watch)


if __name__ == "__main__":
    main()
