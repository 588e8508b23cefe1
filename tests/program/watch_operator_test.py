#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What operators do with a monitor: acknowledge, silence, maintain, reload, check; and what reaches
them meanwhile: escalations, reminders, digests, programs, and the ping that shows that it lives."""

import json
import signal
import unittest

from program import RAN_TO_ITS_END, WRONG_USAGE, wait_until
from together import together
from watching import WatchTest, bodies, kinds, section, wait_for_kinds

FIRST, SECOND, THIRD, FOURTH = (f"127.1.{i}.1" for i in (2, 3, 4, 5))


def hook(sink, name="hook", **more):
    return section("[[channel]]", name=name, kind="webhook", url=sink.url + "/hook", **more)

load_tests = together


class Operators(WatchTest):
    def test_an_acknowledgement_stops_escalation_and_reminders_but_not_the_end(self):
        ops, boss = self.http(200), self.http(200)
        self.configure(
            [FIRST, SECOND], hook(ops, "ops"), hook(boss, "boss"),
            section("[[route]]", to=["ops"], reminder="1m",
                    escalate=[{"after": "15s", "unless": "acked", "to": ["boss"]}]))
        watch = self.watch()
        self.wait_for(up=32)
        self.take_down(FIRST)
        wait_for_kinds(ops, ["opening"], FIRST)
        self.ctl("ack", str(self.incidents()[FIRST]), "--by", "anna", "--note", "power is out")
        self.take_down(SECOND)  # What it causes would have been due before for the first one.
        wait_for_kinds(ops, ["opening"], SECOND)
        wait_for_kinds(boss, ["opening"], SECOND)
        wait_until(lambda: "reminder" in kinds(ops, SECOND), "the reminder")
        self.assertEqual(kinds(boss, FIRST), [])
        self.assertNotIn("reminder", kinds(ops, FIRST))
        reminder = next(body for body in bodies(ops) if body["kind"] == "reminder")
        self.assertIn("[STILL DOWN", reminder["subject"])
        self.bring_up(FIRST, SECOND)
        for sink, address in ((ops, FIRST), (ops, SECOND), (boss, SECOND)):
            wait_until(lambda s=sink, a=address: "closing" in kinds(s, a), "the ends")
        self.end(watch)
        self.assertEqual(kinds(boss, FIRST), [])
        ends = [body for body in bodies(ops) if body["kind"] == "closing"]
        notes = {body["incident"].get("acknowledged", {}).get("note") for body in ends}
        self.assertEqual(notes, {"power is out", None})

    def test_a_silence_and_a_maintenance_window_hold_back_what_is_new(self):
        sink = self.http(200)
        self.configure([FIRST, SECOND, THIRD, FOURTH], hook(sink))
        watch = self.watch()
        self.wait_for(up=34)
        self.take_down(FIRST)
        wait_for_kinds(sink, ["opening"], FIRST)
        silence = self.ctl("silence", "--target", SECOND, "--for", "1h", "--by", "anna")["id"]
        self.ctl("silence", "--target", FIRST, "--for", "1h", "--by", "anna")
        self.ctl("maintenance", "--target", THIRD, "--for", "1h", "--by", "anna")
        self.take_down(SECOND, THIRD)
        self.wait_for(down=3)
        self.take_down(FOURTH)
        wait_for_kinds(sink, ["opening"], FOURTH)
        self.assertEqual((kinds(sink, SECOND), kinds(sink, THIRD)), ([], []))
        self.bring_up(THIRD)
        self.wait_for(down=3)
        self.ctl("unsilence", str(silence))
        wait_for_kinds(sink, ["opening"], SECOND)
        self.bring_up(FIRST, SECOND, FOURTH)
        for address in (FIRST, SECOND, FOURTH):
            wait_for_kinds(sink, ["opening", "closing"], address)
        self.end(watch)
        self.assertEqual(kinds(sink, THIRD), [])

    def test_what_exceeds_the_cap_of_a_channel_is_one_message(self):
        capped, free = self.http(200), self.http(200)
        self.configure([FIRST, SECOND, THIRD, FOURTH], hook(capped, "capped", max_per_hour=2),
                       hook(free, "free"))
        watch = self.watch()
        self.wait_for(up=34)
        self.take_down(FIRST)
        wait_for_kinds(capped, ["opening"])
        silence = self.ctl("silence", "--for", "1h", "--by", "anna")["id"]
        self.take_down(SECOND, THIRD, FOURTH)
        wait_until(lambda: len(self.incidents()) == 4, "all incidents")
        self.ctl("unsilence", str(silence))
        wait_for_kinds(capped, ["opening", "digest"])
        for address in (FIRST, SECOND, THIRD, FOURTH):
            wait_for_kinds(free, ["opening"], address)
        digest = bodies(capped)[1]
        self.assertEqual([each["kind"] for each in digest["messages"]], ["opening"] * 3)
        for address in (SECOND, THIRD, FOURTH):
            self.assertEqual(sum(address in each["subject"] for each in digest["messages"]), 1)
        self.end(watch)

    def test_a_program_gets_the_incident(self):
        script = self.write("alarm", "#!/bin/sh\nset -e\n"
                            "env > env.$MXSWEEP_KIND\ncat > in.$MXSWEEP_KIND\n"
                            "mv in.$MXSWEEP_KIND done.$MXSWEEP_KIND\n")
        script.chmod(0o755)
        self.path("out").mkdir()
        self.configure([FIRST], section(
            "[[channel]]", name="alarm", kind="exec",
            command=["/usr/bin/env", "-C", str(self.path("out")), str(script)]))
        watch = self.watch()
        self.wait_for(up=31)
        for kind, change in (("opening", self.take_down), ("closing", self.bring_up)):
            change(FIRST)
            wait_until(self.path(f"out/done.{kind}").exists, f"the {kind}")
            incident = json.loads(self.path(f"out/done.{kind}").read_bytes())
            self.assertEqual(incident["kind"], kind)
            variables = self.path(f"out/env.{kind}").read_text(encoding="utf-8").splitlines()
            number = incident["incident"]["id"]
            self.assertIn(f"MXSWEEP_INCIDENT={number}", variables)
            self.assertIn(f"MXSWEEP_IDENTITY={number}.1.{kind}", variables)
        self.end(watch)

    def test_the_dead_mans_ping_goes_on_through_an_outage_and_stops_if_nothing_is_delivered(self):
        pinged, sink = self.http(200), self.http(200)
        self.configure([FIRST], hook(sink), alerts={"dead_man": pinged.url + "/ping/1",
                                                    "dead_man_every": "1s"})
        watch = self.watch()
        self.wait_for(up=31)
        self.take_down(FIRST)
        wait_for_kinds(sink, ["opening"])
        seen = len(pinged.requests)
        wait_until(lambda: len(pinged.requests) >= seen + 2, "more pings")
        sink.answers = [503]
        self.bring_up(FIRST)
        wait_until(lambda: "last_error" in self.channel("hook"), "a try in vain")
        seen = len(pinged.requests)
        wait_until(lambda: kinds(sink)[1:] == ["closing"] * 2, "the next try, seconds later")
        self.assertLessEqual(len(pinged.requests), seen + 1)  # One was under way.
        sink.answers = [200]
        wait_until(lambda: len(pinged.requests) > seen + 2, "pings again")
        self.end(watch)
        self.assertEqual({request[0] for request in pinged.requests}, {"GET /ping/1 HTTP/1.1"})


class Configurations(WatchTest):
    LOAD = [f"127.{20 + i // 250}.{i % 250}.1" for i in range(1000)]

    def test_a_broken_file_changes_nothing_under_load(self):
        sink, other = self.http(200), self.http(200)
        path = self.configure([FIRST, *self.LOAD], hook(sink))
        good = path.read_text(encoding="utf-8")
        watch = self.watch()
        self.wait_for(up=1031)
        broken = {"watch.toml:": good.replace("[[channel]]", "[[channel]"),
                  "colour": hook(other) + good + "colour = 3\n",
                  "edge.toml": good.replace("edge.txt", "edge.toml")}
        for mark, text in broken.items():
            path.write_text(text, encoding="utf-8")
            before = len(watch.stderr)
            watch.send(signal.SIGHUP)
            wait_until(lambda b=before: "nothing was changed" in watch.stderr[b:], "the reason")
            self.assertIn(mark, watch.stderr[before:])
        self.assertEqual(self.ctl("status")["monitors"]["watched"], 1031)
        self.take_down(FIRST)
        wait_for_kinds(sink, ["opening"], FIRST)
        self.bring_up(FIRST)
        wait_for_kinds(sink, ["opening", "closing"], FIRST)
        path.write_text(good, encoding="utf-8")
        watch.send(signal.SIGHUP)
        wait_until(lambda: "reloaded" in watch.stderr, "the good one to be read")
        self.end(watch)
        self.assertEqual(other.requests, [])

    def check(self, *sections):
        path = self.configure([FIRST], *sections)
        code, stdout, stderr = self.run_program("watch", "-c", str(path), "--check")
        self.assertEqual(stderr, "")
        return code, stdout.decode()

    def test_alerts_that_depend_on_what_is_watched_are_an_error(self):
        sink = self.http(200)
        mail = {"name": "mail", "kind": "mail", "to": ["ops@example.test"]}
        watched = section("[[channel]]", relays=[f"{FIRST}:25", FIRST], **mail)
        code, plan = self.check(watched)
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("error: every relay of the channel 'mail' is a server that is watched", plan)
        code, plan = self.check(watched, hook(sink))
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn("warning: every relay of the channel 'mail'", plan)
        code, plan = self.check(section("[[channel]]", relays=[FIRST, "198.51.100.1"], **mail))
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertNotIn("every relay", plan)
        self.assertEqual(sink.requests, [])


if __name__ == "__main__":
    unittest.main()
