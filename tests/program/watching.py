# SPDX-License-Identifier: MIT
"""A monitor of a fleet whose receivers are servers of the test: its configuration, its messages and
`mxsweep ctl`. Intervals are the shortest that the configuration allows, and no verdict depends on
how long anything takes."""

import json
import signal
import socket
import subprocess

from delivery_sinks import HttpSink, MailSink
from program import (MXSWEEP, NO_RESOLVER, RAN_TO_ITS_END, WAIT_SECONDS_MAX, Process, ProgramTest,
                     wait_until)
from real_certificates import Authority

HELO = "probe.example.net"
HEALTHY = [f"127.9.{i}.1" for i in range(30)]  # So that no outage is one of everything.


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value if isinstance(value, (bool, int)) else str(value))


def section(header, **keys):
    """`header` with its brackets."""
    return "\n".join([header, *(f"{key} = {toml(value)}" for key, value in keys.items())]) + "\n"


class WatchTest(ProgramTest):
    """`patients`: addresses of the fleet that the test makes fail, each in a prefix of its own."""

    within = ()  # A command before the fleet and the monitor, such as nsenter.

    def setUp(self):
        super().setUp()
        self.runs = 0
        self.fleet = self.sink(*self.fleet_flags(), "--control", str(self.path("fleet")),
                               within=self.within)

    def fleet_flags(self):
        return ("--only", "plain")

    def sink_of(self, kind, *arguments, **more):
        sink = kind(*arguments, **more)
        self.addCleanup(sink.close)
        return sink

    def http(self, *answers, **more):
        return self.sink_of(HttpSink, *(answers or (200,)), **more)

    def mail(self, *arguments, **more):
        return self.sink_of(MailSink, *arguments, **more)

    def authority(self, folder="authority"):
        self.path(folder).mkdir()
        return Authority(self.path(folder))

    def configure(self, patients, *sections, alerts=None, group=None, watch=None):
        self.write("edge.txt", "".join(f"{host}\n" for host in [*patients, *HEALTHY]))
        defaults = {
            "helo": HELO, "state_dir": self.path("state"), "resolver": NO_RESOLVER,
            "interval": "1s", "tls_every": "1h",
            "retry": {"after": ["1s"], "down_after": 2, "up_after": 2, "degraded_after": 2}}
        texts = [
            section("[watch]", **defaults | (watch or {})),
            section("[alerts]", **{"group_wait": "1s"} | (alerts or {})),
            section("[control]", socket=self.path("control")),
            section("[[group]]", **{"name": "edge", "targets": "edge.txt",
                                    "ports": [self.fleet.port]} | (group or {})),
            *sections]
        return self.write("watch.toml", "".join(texts))

    def watch(self, *flags, **more):
        """Starts the monitor, which watches when this returns."""
        self.runs += 1
        command = [*self.within, MXSWEEP, "watch", "-c", str(self.path("watch.toml")), *flags]
        process = Process(command, self.path(f"watch{self.runs}.err"), **more)
        self.addCleanup(process.end)
        wait_until(lambda: "watching " in process.stderr or not process.running(), "it to watch")
        self.assertTrue(process.running(), process.stderr)
        return process

    def end(self, watch):
        watch.send(signal.SIGTERM)
        self.assertEqual(watch.wait(), RAN_TO_ITS_END, watch.stderr)

    def ctl(self, *words):
        done = subprocess.run([MXSWEEP, "ctl", "-s", str(self.path("control")), *words, "--json"],
                              capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
        self.assertEqual(done.returncode, RAN_TO_ITS_END, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def wait_for(self, **counts):
        def reached():
            monitors = self.ctl("status")["monitors"]
            return all(monitors[key] == count for key, count in counts.items())

        wait_until(reached, f"the monitors to be {counts}")

    def incidents(self):
        """The open ones: {address of its only member: its number}."""
        found = {}
        for each in self.ctl("incidents")["incidents"]:
            for target in each["targets"]:
                found[target["ip"]] = each["incident"]["id"]
        return found

    def channel(self, name):
        return next(each for each in self.ctl("status")["channels"] if each["name"] == name)

    def command_fleet(self, place, persona):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(self.path("fleet")))
            client.sendall(f"{place} {persona}\n".encode())
            self.assertEqual(client.recv(100), b"ok\n")

    def take_down(self, *places, persona="close_at_connect"):
        for place in places:
            self.command_fleet(place, persona)

    def bring_up(self, *places):
        for place in places:
            self.command_fleet(place, "original")


def bodies(sink):
    """What the sink has got, as JSON."""
    with sink.lock:
        return [json.loads(body) for _, _, body in sink.requests]


def kinds(sink, address=None):
    """The kinds of the webhook's messages, in order; of those about one address only."""
    found = []
    for body in bodies(sink):
        # "edge 127.1.2.1:2525"
        scope = body.get("incident", {}).get("scope", {}).get("value", "")
        if address is None or scope.partition(" ")[2].startswith(address + ":"):
            found.append(body["kind"])
    return found


def wait_for_kinds(sink, expected, address=None):
    wait_until(lambda: len(kinds(sink, address)) >= len(expected), f"{expected} from {address}")
    if kinds(sink, address) != expected:
        raise AssertionError(f"{kinds(sink, address)} instead of {expected}")
