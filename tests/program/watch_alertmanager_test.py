#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prometheus' Alertmanager as a receiver: an incident is an alert that is renewed until its end,
also by an Alertmanager that was killed and has forgotten everything."""

import json
import os
import shutil
import subprocess
import time

from ports import free_port
from program import WAIT_SECONDS_MAX, Process, main, wait_until
from watching import WatchTest, bodies, section

POLL_SECONDS = 0.5  # amtool is a large program.
FIRST, SECOND = "127.1.2.1", "127.1.3.1"


TEMPLATES = "/usr/share/prometheus/alertmanager/default.tmpl"
PROGRAMS = ("prometheus-alertmanager", "amtool")


class Alertmanager(WatchTest):
    def setUp(self):
        # It reads its templates from where its package installs them.
        if not os.path.exists(TEMPLATES) or not all(map(shutil.which, PROGRAMS)):
            self.skipTest("prometheus-alertmanager is not installed")
        super().setUp()
        self.hook = self.http(200)
        self.port = free_port()
        self.starts = 0
        self.write("alertmanager.yml", json.dumps({
            "route": {"receiver": "hook", "group_by": ["..."], "group_wait": "0s",
                      "group_interval": "1s", "repeat_interval": "1h"},
            "receivers": [{"name": "hook", "webhook_configs": [
                {"url": self.hook.url + "/am", "send_resolved": True}]}]}))
        self.alertmanager = self.start_alertmanager()

    def start_alertmanager(self):
        self.starts += 1
        process = Process(
            ["prometheus-alertmanager", f"--config.file={self.path('alertmanager.yml')}",
             f"--storage.path={self.path('alerts')}", "--cluster.listen-address=",
             f"--web.listen-address=127.0.0.1:{self.port}"],
            self.path(f"alertmanager{self.starts}.err"))
        self.addCleanup(process.end)
        wait_until(lambda: self.amtool("alert", "query", "alertname=mxsweep") is not None or
                   not process.running(), "Alertmanager to answer")
        self.assertTrue(process.running(), process.stderr)
        return process

    def amtool(self, *words):
        """Its output, or nothing if there is no answer."""
        done = subprocess.run(
            ["amtool", f"--alertmanager.url=http://127.0.0.1:{self.port}", *words,
             "--output=json"], capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def alerts(self):
        """Those that are active: address to alert."""
        time.sleep(POLL_SECONDS)
        found = self.amtool("alert", "query", "alertname=mxsweep") or []
        return {alert["labels"]["scope"].partition(":")[0]: alert for alert in found}

    def told(self, address):
        """What Alertmanager itself has passed on, in order."""
        return [alert["status"] for body in bodies(self.hook) for alert in body["alerts"]
                if alert["labels"]["scope"].startswith(address + ":")]

    def test_alerts_fire_are_renewed_survive_a_restart_and_resolve(self):
        self.configure([FIRST, SECOND], section("[[channel]]", name="alertmanager",
                                                kind="alertmanager",
                                                url=f"http://127.0.0.1:{self.port}"))
        watch = self.watch()
        self.wait_for(up=32)
        self.take_down(FIRST)
        wait_until(lambda: FIRST in self.alerts(), "the alert")
        before = self.alerts()[FIRST]
        self.assertEqual(before["labels"]["severity"], "critical")
        self.assertIn("closed early", before["annotations"]["summary"])
        wait_until(lambda: self.told(FIRST) == ["firing"], "Alertmanager to pass it on")

        self.alertmanager.process.kill()
        self.alertmanager.wait()
        self.take_down(SECOND)
        wait_until(lambda: "last_error" in self.channel("alertmanager"), "a try in vain")
        self.alertmanager = self.start_alertmanager()
        wait_until(lambda: set(self.alerts()) == {FIRST, SECOND}, "the alerts to be back")
        after = self.alerts()[FIRST]
        self.assertEqual((after["labels"], after["startsAt"]),
                         (before["labels"], before["startsAt"]))
        self.assertGreater(after["endsAt"], before["endsAt"])

        self.bring_up(FIRST, SECOND)
        wait_until(lambda: not self.alerts(), "the alerts to resolve")
        for address in (FIRST, SECOND):
            wait_until(lambda a=address: self.told(a)[-1:] == ["resolved"], "the ends")
            self.assertEqual(self.told(address).count("resolved"), 1)
        self.end(watch)


if __name__ == "__main__":
    main()
