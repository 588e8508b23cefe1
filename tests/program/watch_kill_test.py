#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A monitor that is killed at random moments, while the receiver of its messages answers slowly:
no beginning and no end of an outage may be lost, and a message may come twice only where the kill
fell between the receiver's answer and the commit.

MXSWEEP_WATCH_KILLS is the number of kills, MXSWEEP_WATCH_OUTAGES that of outages, and
MXSWEEP_WATCH_SEED the seed."""

import collections
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from program import HELO, MXSWEEP, WAIT_SECONDS_MAX, ProgramTest, wait_until
from receiver import Receiver

KILLS = int(os.environ.get("MXSWEEP_WATCH_KILLS", "12"))
OUTAGES = int(os.environ.get("MXSWEEP_WATCH_OUTAGES", "6"))
SEED = int(os.environ.get("MXSWEEP_WATCH_SEED", "1"))
HEALTHY = 200  # Beside the others, so that no outage is one of everything.
ANSWER_SECONDS = 0.05  # At most, at random.

CONFIG = """[watch]
state_dir = "{folder}/state"
helo = "{helo}"
interval = "1s"
retry = {{ after = ["1s"], down_after = 2, up_after = 2 }}
tls_every = "1h"
resolver = "127.0.0.1:1"
[alerts]
group_wait = "1s"
[[group]]
name = "fleet"
targets = "{folder}/list"
ports = [{port}]
[[channel]]
name = "hook"
kind = "webhook"
url = "{url}"
[[route]]
to = ["hook"]
"""


def host(number):
    """Each in a network of its own, so that each outage is an incident of its own."""
    return f"127.{2 + number // 250}.{number % 250}.1"


class KilledWatch(ProgramTest):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.control = self.path("fleet.sock")
        self.fleet = self.sink("--only", "plain", "--control", str(self.control))
        self.receiver = Receiver(delay=ANSWER_SECONDS, seed=SEED)
        self.addCleanup(self.receiver.close)
        self.path("state").mkdir()
        self.write("list", "".join(host(i) + "\n" for i in range(OUTAGES + HEALTHY)))
        self.write("watch.toml", CONFIG.format(folder=self.folder, helo=HELO, port=self.fleet.port,
                                               url=self.receiver.url))
        self.watch = None
        self.lost_commits = 0

    def change(self, number, persona):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(self.control))
            client.sendall(f"{host(number)} {persona}\n".encode())
            self.assertEqual(client.recv(64), b"ok\n")

    def start_watch(self):
        self.watch = self.start("watch", "-c", str(self.path("watch.toml")), "--quiet")

    def answers(self):
        asked = subprocess.run([MXSWEEP, "ctl", "-s", self.path("state") / "control", "status"],
                               capture_output=True, check=False)
        return asked.returncode == 0

    def kill_watch(self):
        self.watch.process.kill()
        self.watch.wait()
        time.sleep(ANSWER_SECONDS * 2)  # The receiver's last answers.
        self.lost_commits += self.count_uncommitted()

    def committed(self):
        """How many messages the database knows to have been accepted."""
        copy = self.path("copy")
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for name in ("state.db", "state.db-wal"):
            if (self.path("state") / name).exists():
                shutil.copy(self.path("state") / name, copy / name)
        if not (copy / "state.db").exists():
            return 0
        with sqlite3.connect(copy / "state.db") as database:
            return database.execute("SELECT count(*) FROM delivery_log WHERE ok").fetchone()[0]

    def count_uncommitted(self):
        """Answers that were sent, and that the monitor could not keep before it was killed."""
        uncommitted = len(self.receiver.answered) - self.lost_commits - self.committed()
        return max(uncommitted, 0)

    def told(self):
        """For each host: the kinds of messages about it, in order, each message once."""
        seen, told = set(), collections.defaultdict(list)
        for (_, headers, _), body in zip(self.receiver.requests, self.receiver.bodies()):
            key = headers["Idempotency-Key"]
            if key in seen:
                continue
            seen.add(key)
            # "fleet 127.2.0.1:2525"
            scope = body["incident"]["scope"]["value"]
            told[scope.partition(" ")[2].partition(":")[0]].append(body["kind"])
        return told

    def has_told(self, number, kind):
        return any(kind == told for told in self.told()[host(number)])

    def has_ended(self, number):
        """Also by one message of both, if the commit of the opening was lost with a kill."""
        return self.has_told(number, "closing") or self.has_told(number, "past")

    def wait_for_kill(self):
        """At random; every other time about when a message is answered, if one comes."""
        requests = len(self.receiver.requests)
        at_message = self.random.random() < 0.5
        until = time.monotonic() + self.random.uniform(0.1, 3.0) + 3 * at_message
        while time.monotonic() < until:
            if at_message and len(self.receiver.requests) > requests:
                time.sleep(self.random.uniform(0, 2 * ANSWER_SECONDS))
                return
            time.sleep(0.002)

    def test_nothing_is_lost_and_nothing_is_told_twice_without_a_reason(self):
        kills = 0
        self.start_watch()
        down, ended = [], []
        waiting = list(range(OUTAGES))
        give_up = time.monotonic() + WAIT_SECONDS_MAX + 3 * KILLS + 10 * OUTAGES
        while (waiting or down or kills < KILLS) and time.monotonic() < give_up:
            # Five that fail at once in the same way would be one incident, and told as one.
            going_on = [number for number in ended if not self.has_ended(number)]
            if waiting and len(down) + len(going_on) < 4:
                down.append(waiting.pop())
                self.change(down[-1], "close_at_connect")
            self.wait_for_kill()
            for number in [number for number in down if self.has_told(number, "opening")]:
                self.change(number, "original")
                down.remove(number)
                ended.append(number)
            if not self.watch.running():
                self.fail("the monitor has ended: " + self.watch.stderr)
            if kills < KILLS:
                self.kill_watch()
                kills += 1
                self.start_watch()
        self.assertEqual((waiting, down, kills), ([], [], KILLS))
        wait_until(lambda: all(map(self.has_ended, ended)),
                   "the ends of all outages")
        for number in range(OUTAGES):
            self.assertIn(self.told()[host(number)], (["opening", "closing"], ["opening", "past"]),
                          host(number))
        self.assertEqual([t for t in self.told() if t not in map(host, range(OUTAGES))], [])

        keys = [headers["Idempotency-Key"] for _, headers, _ in self.receiver.requests]
        answered = collections.Counter(self.receiver.answered)
        twice = sum(count - 1 for count in answered.values())
        print(f"seed {SEED}: {kills} kills, {OUTAGES} outages, {len(keys)} requests, "
              f"{twice} told twice, {self.lost_commits} kills between answer and commit")
        self.assertLessEqual(twice, self.lost_commits)

        wait_until(self.answers, "the monitor to answer")
        self.watch.send(signal.SIGTERM)
        self.assertEqual(self.watch.wait(), 0, self.watch.stderr)
        with sqlite3.connect(self.path("state") / "state.db") as database:
            states = dict(database.execute("SELECT state, count(*) FROM monitor GROUP BY state"))
            still = database.execute(
                "SELECT count(*) FROM incident WHERE closed_us IS NULL").fetchone()[0]
        self.assertEqual((states, still), ({"up": OUTAGES + HEALTHY}, 0))


if __name__ == "__main__":
    unittest.main()
