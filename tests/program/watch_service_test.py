#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What systemd does to `mxsweep watch`: the filter of system calls of its unit, and the messages by
which it says that it is ready, alive and ending."""

import errno
import os
import pathlib
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

import system_call_filter
from program import (MXSWEEP, NO_RESOLVER, RAN_TO_ITS_END, SKIPPED, WAIT_SECONDS_MAX, Process,
                     ProgramTest, sanitized, wait_until)

UNIT = pathlib.Path(__file__).parents[2] / "src/cli/mxsweep-watch.service.in"
NUMBERS = pathlib.Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
CONFIG = """
watch = {{ helo = "probe.example.net", state_dir = "{folder}/state", interval = "1s", \
resolver = "{resolver}", retry = {{ after = ["1s"], down_after = 2 }} }}
control = {{ socket = "{folder}/control" }}
group = [{{ name = "edge", targets = "edge.txt", ports = [{port}] }}]
channel = [{{ name = "ops", kind = "exec", command = ["/bin/sh", "-c", \
"cat >> {folder}/messages"] }}]
"""


def why_no_filter():
    if platform.machine() != "x86_64" or not NUMBERS.exists():
        return "the numbers of system calls are those of x86_64"
    if shutil.which("systemd-analyze") is None:
        return "there is no systemd-analyze"
    return "a sanitizer makes system calls of its own" if sanitized() else ""


def sets_of_systemd():
    """The calls of each set, such as @system-service, as systemd-analyze lists them."""
    listed = subprocess.run(["systemd-analyze", "syscall-filter"], capture_output=True, text=True,
                            check=True).stdout
    listed = re.sub(r"\x1b\[[0-9;]*m", "", listed)
    sets, name = {}, None
    for line in listed.splitlines():
        word = line.strip()
        if not word or word.startswith("#"):
            continue
        if not line.startswith(" "):
            name = word if word.startswith("@") else None
            sets.setdefault(name, [])
        elif name is not None:
            sets[name].append(word)

    def calls(word):
        if not word.startswith("@"):
            return {word}
        return set().union(*(calls(inner) for inner in sets.get(word, [])))

    return calls


def allowed_by_unit():
    """The numbers of the system calls that the unit allows."""
    calls, allowed = sets_of_systemd(), set()
    for words in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(encoding="utf-8"), re.M):
        named = set().union(*(calls(word) for word in words.lstrip("~").split()))
        allowed = allowed - named if words.startswith("~") else allowed | named
    numbers = dict(re.findall(r"^#define __NR_(\w+) (\d+)$",
                              NUMBERS.read_text(encoding="ascii"), re.M))
    return {int(numbers[name]) for name in allowed if name in numbers}


class Service(ProgramTest):
    def setUp(self):
        super().setUp()
        self.control = self.path("fleet")
        self.fleet = self.sink("--only", "plain", "--control", str(self.control))
        self.write("edge.txt", "127.1.2.1\n127.1.3.1\n")
        self.write("watch.toml", CONFIG.format(folder=self.folder, port=self.fleet.port,
                                               resolver=NO_RESOLVER))
        self.path("state").mkdir()

    def watch(self, **more):
        process = Process([MXSWEEP, "watch", "-c", str(self.path("watch.toml"))],
                          self.path("watch.err"), **more)
        self.addCleanup(process.end)
        return process

    def change(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(WAIT_SECONDS_MAX)
            client.connect(str(self.control))
            client.sendall(line.encode() + b"\n")
            self.assertEqual(client.recv(100), b"ok\n")

    @unittest.skipIf(why_no_filter(), why_no_filter())
    def test_the_filter_of_the_unit_lets_it_probe_and_tell(self):
        """Under the unit's filter, every other system call fails with EPERM."""
        watch = self.watch(preexec_fn=system_call_filter.allowing(allowed_by_unit(), errno.EPERM))
        wait_until(lambda: "watching " in watch.stderr or not watch.running(), "it to watch")
        self.assertTrue(watch.running(), watch.stderr)
        self.change("127.1.2.1 close_at_connect")
        wait_until(lambda: self.path("messages").exists() or not watch.running(), "the message")
        self.assertTrue(watch.running(), watch.stderr)
        watch.send(signal.SIGTERM)
        self.assertEqual(watch.wait(), RAN_TO_ITS_END, watch.stderr)

    def test_it_says_that_it_is_ready_alive_and_ending(self):
        """Type=notify, WatchdogSec= and ExecReload= of the unit."""
        path = str(self.path("notify"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(path)
            notified.settimeout(WAIT_SECONDS_MAX)
            watch = self.watch(env={**os.environ, "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"})
            said = []

            def wait_for(word):
                while not any(word in message for message in said):
                    said.append(notified.recv(4096).decode())

            wait_for("READY=1")
            said.clear()
            wait_for("WATCHDOG=1")
            watch.send(signal.SIGHUP)
            wait_for("RELOADING=1")
            said.clear()
            wait_for("READY=1")
            watch.send(signal.SIGTERM)
            wait_for("STOPPING=1")
            self.assertEqual(watch.wait(), RAN_TO_ITS_END, watch.stderr)


if __name__ == "__main__":
    if shutil.which("sh") is None:
        sys.exit(SKIPPED)
    unittest.main()
