#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`mxsweep watch` and `mxsweep ctl` with a fleet: an outage and its end, reloads, signals, kill -9.
Intervals are short, and no verdict depends on how long anything takes."""

import json
import os
import signal
import socket
import stat
import subprocess
import unittest

from program import (CANNOT_RUN_HERE, MXSWEEP, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY,
                     WAIT_SECONDS_MAX, WRONG_USAGE, Process, ProgramTest, expect_valid, record_of,
                     wait_until, whole_lines)

CONFIG = """
[watch]
helo = "probe.example.net"
state_dir = "{folder}/state"
interval = "1s"
tls_every = "1h"
retry = {{ after = ["1s"], down_after = 2, up_after = 2 }}
resolver = "{resolver}"
[alerts]
group_wait = "200ms"
[control]
socket = "{folder}/control"
[[group]]
name = "edge"
targets = "edge.txt"
ports = [{port}]
labels = {{ team = "mail" }}
[[channel]]
name = "ops"
kind = "exec"
command = ["/bin/sh", "-c", "cat >> {folder}/messages"]
[[route]]
to = ["ops"]
"""


class Watch(ProgramTest):
    def setUp(self):
        super().setUp()
        self.runs = 0
        self.fleet = self.sink("--only", "plain", "--control", str(self.path("fleet")))
        self.write("edge.txt", "127.1.2.1\n127.1.2.2\n127.1.3.1\n127.1.4.1\n")
        self.configure()

    def configure(self, text=CONFIG, **more):
        values = {"folder": self.folder, "port": self.fleet.port, "resolver": NO_RESOLVER, **more}
        return self.write("watch.toml", text.format(**values))

    def watch(self, *flags, **more):
        self.runs += 1
        process = Process([MXSWEEP, "watch", "-c", str(self.path("watch.toml")), *flags],
                          self.path(f"watch{self.runs}.err"), **more)
        self.addCleanup(process.end)
        wait_until(lambda: "watching " in process.stderr or not process.running(), "it to watch")
        self.assertTrue(process.running(), process.stderr)
        return process

    def ctl(self, *words):
        done = subprocess.run([MXSWEEP, "ctl", "-s", str(self.path("control")), *words],
                              capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def status(self):
        code, stdout, stderr = self.ctl("status", "--json")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        return json.loads(stdout)

    def wait_for(self, **counts):
        def reached():
            monitors = self.status()["monitors"]
            return all(monitors[key] == count for key, count in counts.items())

        wait_until(reached, f"the monitors to be {counts}")

    def command_fleet(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(self.path("fleet")))
            client.sendall(line.encode() + b"\n")
            self.assertEqual(client.recv(100), b"ok\n")

    def messages(self, kind=None):
        path = self.path("messages")
        text = path.read_text() if path.exists() else ""
        whole = text[:text.rfind("\n") + 1]  # A program may be writing.
        lines = [json.loads(line) for line in whole.splitlines()]
        return [line for line in lines if kind in (None, line["kind"])]

    def end(self, watch):
        watch.send(signal.SIGTERM)
        self.assertEqual(watch.wait(), RAN_TO_ITS_END, watch.stderr)

    def test_an_outage_is_reported_with_its_end(self):
        watch = self.watch("--events", str(self.path("events")), "--records",
                           str(self.path("records")))
        self.wait_for(up=4)
        self.command_fleet("127.1.2.0/24 close_at_connect")
        self.wait_for(down=2, up=2)
        wait_until(lambda: self.messages("opening"), "the message")
        self.command_fleet("127.1.2.0/24 original")
        self.wait_for(up=4)
        openings = self.messages("opening")
        wait_until(lambda: len(self.messages("closing")) == len(openings), "the ends")
        self.end(watch)
        told = {message["incident"]["id"] for message in openings}
        self.assertEqual(told, {message["incident"]["id"] for message in self.messages("closing")})
        self.assertTrue(all("closed early" in message["subject"] for message in openings))
        events = [record_of(line) for line in whole_lines(self.path("events").read_bytes())]
        for word in ("problem", "confirmed", "opened", "told", "recovered", "closed"):
            self.assertIn(word, {event["event"] for event in events})
        records = [record_of(line) for line in whole_lines(self.path("records").read_bytes())]
        expect_valid(records)
        self.assertEqual({record["list"] for record in records}, {"edge"})
        self.assertIn("opened", watch.stderr)
        # The same records, replayed, are the same incidents.
        code, stdout, stderr = self.run_program(
            "watch", "-c", str(self.path("watch.toml")), "--replay", str(self.path("records")))
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        lines = stdout.decode().splitlines()
        self.assertTrue(any("[DOWN]" in line for line in lines), lines)
        self.assertTrue(any("[UP" in line for line in lines), lines)

    def test_a_reload_takes_the_new_lists_or_nothing(self):
        watch = self.watch()
        self.wait_for(up=4)
        self.write("edge.txt", "127.1.2.1\n127.1.5.1\n")
        watch.send(signal.SIGHUP)
        self.wait_for(watched=2, up=2)
        self.configure(CONFIG + "colour = 3\n")
        self.write("edge.txt", "127.1.2.1\n127.1.2.999\n")
        code, _, stderr = self.ctl("reload")
        self.assertEqual(code, STOPPED_EARLY)
        self.assertIn("colour", stderr)
        watch.send(signal.SIGHUP)
        wait_until(lambda: "nothing was changed" in watch.stderr, "the reason")
        self.configure()
        code, _, stderr = self.ctl("reload")
        self.assertEqual(code, STOPPED_EARLY)
        self.assertIn("edge.txt:2", stderr)
        self.assertEqual(self.status()["monitors"]["watched"], 2)
        self.write("edge.txt", "127.1.2.1\n")
        code, stdout, stderr = self.ctl("reload")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn("1 target gone", stdout)
        self.end(watch)

    def test_an_incident_survives_kill_9(self):
        self.command_fleet("127.1.4.1/32 close_at_connect")
        first = self.watch()
        self.wait_for(down=1, up=3)
        wait_until(lambda: self.messages("opening"), "the message")
        first.process.kill()
        first.wait()
        second = self.watch()
        self.wait_for(down=1, up=3)
        self.command_fleet("127.1.4.1/32 original")
        wait_until(lambda: self.messages("closing"), "the end")
        self.end(second)
        # A crash between the delivery and its commit repeats the message, once.
        openings = self.messages("opening")
        self.assertLessEqual(len(openings), 2)
        self.assertEqual(len({message["incident"]["id"] for message in openings}), 1)
        self.assertEqual(len(self.messages("closing")), 1)

    def test_ctl_acknowledges_and_silences(self):
        self.command_fleet("127.1.4.1/32 close_at_connect")
        watch = self.watch()
        mode = os.stat(self.path("control")).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o660)
        wait_until(lambda: self.status()["incidents"], "the incident")
        number = str(self.status()["incidents"][0]["incident"]["id"])
        self.assertEqual(self.ctl("ack", number, "--note", "known")[0], RAN_TO_ITS_END)
        incident = self.status()["incidents"][0]["incident"]
        self.assertEqual(incident["acknowledged"]["note"], "known")
        code, stdout, stderr = self.ctl("silence", "--group", "edge", "--for", "1h")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn("number 1", stdout)
        self.assertEqual(self.status()["holds"][0]["match"], {"group": "edge"})
        self.assertIn("edge", self.ctl("status")[1])
        self.assertEqual(self.ctl("unsilence", "1")[0], RAN_TO_ITS_END)
        self.assertEqual(self.status()["holds"], [])
        code, _, stderr = self.ctl("ack", "999")
        self.assertEqual(code, STOPPED_EARLY)
        self.assertNotEqual(stderr, "")
        self.assertEqual(self.ctl("test-channel", "ops")[0], RAN_TO_ITS_END)
        self.assertEqual(len(self.messages("test")), 1)
        self.assertEqual(self.ctl("test-channel", "nowhere")[0], STOPPED_EARLY)
        for words in (("acknowledge",), ("ack",), ("ack", "x"), ("status", "now")):
            self.assertEqual(self.ctl(*words)[0], WRONG_USAGE, words)
        self.end(watch)
        self.assertFalse(self.path("control").exists())
        self.assertEqual(self.ctl("status")[0], STOPPED_EARLY)

    def test_clients_that_do_not_behave_stop_nothing(self):
        watch = self.watch()
        idle = [socket.socket(socket.AF_UNIX) for _ in range(12)]
        for client in idle:
            self.addCleanup(client.close)
            client.connect(str(self.path("control")))
        with socket.socket(socket.AF_UNIX) as flood:
            flood.settimeout(WAIT_SECONDS_MAX)
            flood.connect(str(self.path("control")))
            with self.assertRaises((BrokenPipeError, ConnectionResetError)):
                for _ in range(1000):
                    flood.sendall(b"x" * 4096)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(self.path("control")))
            client.sendall(b"\xff\x00{]\n")
            self.assertIn(b'"ok":false', client.recv(4096))
        self.wait_for(up=4)
        self.end(watch)

    def test_what_a_configuration_means_and_what_is_wrong_with_it(self):
        flags = ("watch", "-c", str(self.path("watch.toml")))
        code, stdout, stderr = self.run_program(*flags, "--check")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn(b"monitors: 4", stdout)
        self.assertFalse(self.path("state").exists())
        code, _, stderr = self.run_program(*flags, "--test-channel", "ops")
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertEqual(len(self.messages("test")), 1)
        code, _, stderr = self.run_program(*flags, "--test-channel", "nowhere")
        self.assertEqual(code, WRONG_USAGE)
        self.configure(CONFIG.replace("ports", "port").replace("[[route]]", "[[routes]]"))
        for more in ((), ("--check",)):
            code, _, stderr = self.run_program(*flags, *more)
            self.assertEqual(code, WRONG_USAGE)
            self.assertIn("watch.toml:", stderr)
            self.assertIn("routes", stderr)
            self.assertIn("'port'", stderr)
        self.assertEqual(self.run_program("watch", "-c", "/nowhere/watch.toml")[0], WRONG_USAGE)

    def test_a_second_monitor_of_the_same_state_is_refused(self):
        watch = self.watch()
        code, _, stderr = self.run_program("watch", "-c", str(self.path("watch.toml")))
        self.assertIn(code, (STOPPED_EARLY, WRONG_USAGE, CANNOT_RUN_HERE))
        self.assertIn("state", stderr)
        self.wait_for(up=4)
        self.end(watch)

    def test_systemd_is_told_and_the_watchdog_is_fed(self):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(receiver.close)
        receiver.settimeout(WAIT_SECONDS_MAX)
        receiver.bind(str(self.path("notify")))
        watch = self.watch(env={**os.environ, "NOTIFY_SOCKET": str(self.path("notify")),
                                "WATCHDOG_USEC": "1000000", "JOURNAL_STREAM": "8:1"})
        seen = b""
        while b"READY=1" not in seen or b"WATCHDOG=1" not in seen:
            seen += receiver.recv(4096) + b"\n"
        watch.send(signal.SIGUSR1)
        wait_until(lambda: "4 watched" in watch.stderr, "the status")
        self.assertTrue(all(line.startswith("<") for line in watch.stderr.splitlines()))
        watch.send(signal.SIGTERM)
        while b"STOPPING=1" not in seen:
            seen += receiver.recv(4096) + b"\n"
        self.assertEqual(watch.wait(), RAN_TO_ITS_END)

    def test_a_channel_that_lacks_what_its_kind_needs_is_a_mistake_of_the_configuration(self):
        self.configure(CONFIG + '[[channel]]\nname = "chat"\nkind = "telegram"\n')
        done = subprocess.run([MXSWEEP, "watch", "-c", str(self.path("watch.toml")), "--check"],
                              capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
        self.assertEqual(done.returncode, WRONG_USAGE)
        self.assertIn(b"channel 'chat': ", done.stderr)


if __name__ == "__main__":
    unittest.main()
