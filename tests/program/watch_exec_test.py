#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks of kind exec in a running monitor: programs that answer as plugins of Nagios do."""

import json
import os
import re
import urllib.request

from program import main, wait_until
from watching import WatchTest, bodies, section

PLUGIN = """#!/bin/sh
state=$(cat "$1")
echo "the queue is $state | unsent=$state;1;2"
echo "a second line"
exit "$state"
"""


class WatchExec(WatchTest):
    def write_state(self, state):
        """In one step: the plugin may read it at any time."""
        self.path("next").write_text(str(state))
        self.path("next").rename(self.path("queue"))

    def check(self, **keys):
        return section("[[check]]", **{
            "kind": "exec", "name": "mailq", "interval": "1s", "retry": {"after": ["1s"]},
            "command": [self.path("plugin"), self.path("queue")]} | keys)

    def begin(self, *checks):
        self.path("plugin").write_text(PLUGIN)
        self.path("plugin").chmod(0o755)
        self.write_state(0)
        self.hook = self.http()
        self.sections = (
            section("[http]", listen="127.0.0.1:0", public="all"),
            section("[[channel]]", name="hook", kind="webhook", url=self.hook.url),
            section("[[route]]", to=["hook"], match={"target": "check:*"}))
        self.configure([], *self.sections, *(checks or (self.check(),)))
        return self.watch("--records", str(self.path("records")))

    def monitor(self, watch, name="mailq"):
        base = re.search(r"http://\S+/", watch.stderr).group()
        url = f"{base}api/v1/monitors?group={name}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            found, = json.loads(answer.read())["items"]
        with urllib.request.urlopen(f"{base}api/v1/monitors/{found['id']}", timeout=30) as answer:
            whole = json.loads(answer.read())
        with urllib.request.urlopen(f"{base}monitor/{found['id']}", timeout=30) as answer:
            self.page = answer.read().decode()
        return whole

    def test_what_a_plugin_says_is_told_and_shown(self):
        watch = self.begin()
        self.wait_for(up=31)
        self.write_state(2)
        wait_until(lambda: bodies(self.hook), "a message")
        opening = bodies(self.hook)[0]
        self.assertIn("check:mailq: failed", opening["subject"])
        self.assertEqual(opening["incident"]["cause"], "check.failed")
        self.assertEqual(opening["evidence"][0]["reply"]["text"], ["the queue is 2"])
        shown = self.monitor(watch)
        self.assertEqual(shown["run"],
                         {"kind": "exec", "text": "the queue is 2", "data": "unsent=2;1;2"})
        self.assertEqual(shown["monitor"]["state"], "down")
        self.assertEqual(shown["failure"]["reply"]["text"], ["the queue is 2"])
        self.assertIn("unsent=2;1;2", self.page)
        self.write_state(0)
        wait_until(lambda: len(bodies(self.hook)) == 2, "the end")
        self.assertEqual(bodies(self.hook)[1]["kind"], "closing")
        self.wait_for(up=31)
        self.end(watch)
        records = map(json.loads, self.path("records").read_text().splitlines())
        causes = {each["cause"] for each in records if each["target"] == "check:mailq"}
        self.assertEqual(causes, {"none", "check.failed"})

    def test_a_warning_makes_it_degraded(self):
        watch = self.begin()
        self.wait_for(up=31)
        self.write_state(1)
        self.wait_for(degraded=1)
        self.assertEqual(self.monitor(watch)["monitor"]["cause"], "check.warning")
        self.end(watch)

    def test_what_could_not_be_run_or_hangs_moves_no_state(self):
        hanging = self.path("hanging")
        child = self.path("child")
        hanging.write_text(f"#!/bin/sh\nsleep 1000 & echo $! >{child}\nwait\n")
        hanging.chmod(0o755)
        watch = self.begin(
            self.check(), self.check(name="absent", command=["/nonexistent/plugin"]),
            self.check(name="hanging", command=[hanging], timeout="1s"))
        self.wait_for(up=31, unknown=2)
        said = {}

        def all_said():
            for name in ("absent", "hanging"):
                run = self.monitor(watch, name)["run"]
                if "text" in run:
                    said[name] = run["text"]
            return len(said) == 2

        wait_until(all_said, "what they say")
        self.assertEqual(said["absent"], "No such file or directory")
        self.assertEqual(said["hanging"], "it was ended because it took longer than 1s")
        self.end(watch)
        wait_until(lambda: not os.path.exists(f"/proc/{child.read_text().strip()}"),
                   "its child to be ended")

    def test_a_reload_keeps_the_state_of_a_check_whose_name_stays(self):
        watch = self.begin()
        self.wait_for(up=31)
        since = self.monitor(watch)["monitor"]["since"]
        self.configure([], *self.sections, self.check(interval="2s"), self.check(name="other"))
        self.ctl("reload")
        self.wait_for(up=32)
        self.assertEqual(self.monitor(watch)["monitor"]["since"], since)
        self.configure([], *self.sections)
        self.ctl("reload")
        self.wait_for(up=30, unknown=0)
        self.end(watch)


if __name__ == "__main__":
    main()
