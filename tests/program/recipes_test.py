#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The recipes of README and docs/record.md, run unchanged on the output of a sweep, and those of
docs/watch.md, run unchanged beside a monitor."""

import collections
import json
import math
import os
import pathlib
import re
import shutil
import socket
import subprocess
import unittest

from mail_domains import MailDomainTest
from program import (MXSWEEP, NO_RESOLVER, WAIT_SECONDS_MAX, Process, main, record_of, wait_until)

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPE = re.compile(r"^([^\n]+):\n\n```sh\n(.*?)^```$", re.M | re.S)
PERSONAS = ("plain,no_starttls,busy_421,close_at_connect,tls_1_2_only,certificate_expired,"
            "certificate_wrong_name,certificate_untrusted")
ADDRESSES = "127.4.0.0/24"


def recipes(*names):
    """The recipes of these pages, by the sentence that introduces each."""
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in names]
    return dict(pair for page in pages for pair in RECIPE.findall(page))


def rows(text):
    return [line.split("\t") for line in text.splitlines()]


def counts(text):
    """The output format of `uniq -c`."""
    return {what: int(count) for count, what in
            (line.split(None, 1) for line in text.splitlines())}


class RecipesTest(MailDomainTest):
    PAGES = ()

    def setUp(self):
        super().setUp()
        self.recipes = recipes(*self.PAGES)
        self.tried = set()
        self.search = os.environ["PATH"]

    def try_recipe(self, beginning):
        """The output of the recipe that this sentence introduces."""
        (sentence,) = [each for each in self.recipes if each.startswith(beginning)]
        self.tried.add(sentence)
        out = subprocess.run(["bash", "-euo", "pipefail", "-c", self.recipes[sentence]], check=True,
                             cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, "LC_ALL": "C", "PATH": self.search})
        self.assertEqual(out.stderr, "")
        return out.stdout


@unittest.skipUnless(shutil.which("jq"), "there is no jq here")
class SweepRecipes(RecipesTest):
    PAGES = ("README.md", "docs/record.md")

    def sweep_servers(self):
        """Each server for two lines, one of them by name alone a shared record."""
        fleet, trust = self.secure_fleet("--only", PERSONAS)
        code, expected, _ = self.run_program("sink", "--only", PERSONAS, "--expect", ADDRESSES)
        self.assertEqual(code, 0)
        lines = ["{ip},{host}".format(**record_of(line)) for line in expected.splitlines()]
        swept = self.scan("\n".join(lines + lines[:20]) + "\n", *trust, "-p", str(fleet.port))
        self.check_ended(swept)
        shutil.copy(self.path("records"), self.path("records.jsonl"))
        return swept.records

    def sweep_domains(self):
        """One domain with STARTTLS on all of its servers, one on some, one on none."""
        only = ("--only", "plain,no_starttls")
        fleet = self.sink(*only)
        at = self.personas("127.4.0.0/24", *only)
        zone = {"yes.test": at["plain"][:1], "no.test": at["no_starttls"][:1],
                "all.d.test": [("MX", 10, "yes.test")], "none.d.test": [("MX", 10, "no.test")],
                "some.d.test": [("MX", 10, "yes.test"), ("MX", 20, "no.test")]}
        self.sweep("all.d.test\nsome.d.test\nnone.d.test\n", zone, fleet, "--domain-summary",
                   str(self.path("domains.jsonl")))

    def test_every_recipe_prints_the_expected_result(self):
        records = self.sweep_servers()
        self.sweep_domains()

        self.assertCountEqual(
            rows(self.try_recipe("Servers that do not offer STARTTLS")),
            [[r["ip"], str(r["port"]), r["name"]] for r in records
             if r["starttls"]["offered"] == "no"])

        expiring = rows(self.try_recipe("Certificates that expire within 21 days"))
        self.assertCountEqual(
            expiring, [[str(r["tls"]["days_left"]), r["ip"], r["name"]] for r in records
                       if r.get("tls", {}).get("days_left", 1000) < 21])
        self.assertEqual(expiring, sorted(expiring, key=lambda row: int(row[0])))
        self.assertGreater(len(expiring), 0)

        untrusted = rows(self.try_recipe("Servers whose certificate does not verify"))
        self.assertEqual(collections.Counter(row[0] for row in untrusted),
                         collections.Counter(r["tls"]["verify_error"] for r in records
                                             if r.get("tls", {}).get("verified") is False))
        self.assertGreaterEqual({row[0] for row in untrusted}, {
            "certificate-expired", "certificate-host-mismatch", "certificate-not-trusted"})

        visits = [r["ms"] for r in records if "shared" not in r and "ms" in r]
        phases = {row[0]: [float(ms) for ms in row[1:]]
                  for row in rows(self.try_recipe("Median and 95th percentile"))}
        self.assertEqual(set(phases), {phase for ms in visits for phase in ms})
        for phase, found in phases.items():
            times = sorted(ms[phase] for ms in visits if phase in ms)
            self.assertEqual(found, [times[math.floor(len(times) * part)] for part in (0.5, 0.95)])

        self.assertEqual(rows(self.try_recipe("Mail domains that offer STARTTLS on some")),
                         [["some.d.test", "10", "yes.test", "all"],
                          ["some.d.test", "20", "no.test", "none"]])

        self.assertEqual(counts(self.try_recipe("Endings by count")), collections.Counter(
            f'{r["outcome"]}\t{r["phase"]}\t{r["cause"]}' for r in records))

        self.assertEqual(counts(self.try_recipe("Reasons and where the fault lies")),
                         collections.Counter(f'{r["group"]}\t{r["blame"]}' for r in records
                                             if "group" in r))

        refusals = rows(self.try_recipe("What the servers that declined us replied"))
        self.assertCountEqual(refusals, [
            [r["ip"], r["cause"], r["reply"]["text"][0]] for r in records
            if r["outcome"] == "refused"])
        self.assertGreater(len(refusals), 0)

        self.assertEqual(counts(self.try_recipe("TLS versions")), collections.Counter(
            r["tls"]["version"] for r in records
            if "shared" not in r and "version" in r.get("tls", {})))

        again = self.try_recipe("The targets that are worth a second try")
        self.assertEqual(len(again.splitlines()),
                         sum(r["cause"] == "resources.overload" for r in records))
        self.assertEqual(len(self.scan(again, "-p", "1").records), len(again.splitlines()))

        earlier = [dict(r) for r in records]
        earlier[0].update(outcome="failed", cause="net.refused")
        self.write("earlier.jsonl", "".join(json.dumps(r) + "\n" for r in earlier))
        changed = self.try_recipe("What changed since an earlier sweep").splitlines()
        self.assertEqual(len(changed), 2, changed)
        self.assertIn("net.refused", "".join(changed))

        self.assertEqual(self.tried, set(self.recipes))


CONFIG = """
[watch]
helo = "probe.example.net"
state_dir = "."
resolver = "{resolver}"
interval = "1s"
retry = {{ after = ["1s"], down_after = 2, up_after = 2 }}
[control]
socket = "control"
[[group]]
name = "mx"
targets = "mx.txt"
ports = {port}
[[channel]]
name = "ops"
kind = "exec"
command = ["/bin/cat"]
"""


@unittest.skipUnless(shutil.which("jq"), "there is no jq here")
class WatchRecipes(RecipesTest):
    PAGES = ("docs/watch.md",)

    def install(self):
        """A `mxsweep` to be found in PATH, whose `ctl` asks the monitor of this test."""
        folder = self.path("bin")
        folder.mkdir()
        program = folder / "mxsweep"
        program.write_text(f'#!/bin/sh\n[ "$1" = ctl ] || exit 2\nshift\n'
                           f'exec {MXSWEEP} ctl -s {self.path("control")} "$@"\n')
        program.chmod(0o755)
        self.search = f"{folder}:{self.search}"

    def watch(self):
        """One of two servers goes down and comes back."""
        fleet = self.sink("--only", "plain", "--control", str(self.path("fleet")))
        self.write("mx.txt", "127.1.2.1\n127.1.3.1\n")
        self.write("watch.toml", CONFIG.format(resolver=NO_RESOLVER, port=fleet.port))
        monitor = Process([MXSWEEP, "watch", "-c", "watch.toml", "--events", "events.jsonl"],
                          self.path("watch.err"), cwd=self.folder)
        self.addCleanup(monitor.end)
        for persona, sign in (("original", '"up":2'), ("close_at_connect", '"event":"told"'),
                              ("original", '"text":"closing"')):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(WAIT_SECONDS_MAX)
                client.connect(str(self.path("fleet")))
                client.sendall(f"127.1.2.0/24 {persona}\n".encode())
                self.assertEqual(client.recv(100), b"ok\n")
            wait_until(lambda sign=sign: sign in self.seen(), f"{sign}: {monitor.stderr}")

    def seen(self):
        """The events so far, and the status."""
        status = subprocess.run([MXSWEEP, "ctl", "-s", str(self.path("control")), "status",
                                 "--json"], capture_output=True, text=True, check=False)
        events = self.path("events.jsonl")
        return (events.read_text() if events.exists() else "") + status.stdout

    def test_every_recipe_prints_the_expected_result(self):
        self.install()
        self.watch()
        told = rows(self.try_recipe("What was reported"))
        self.assertEqual([row[1:] for row in told], [
            ["opened", "1", "-", "down mx 127.1.2.1:" + told[0][4].rpartition(":")[2]],
            ["told", "1", "ops", "opening"],
            ["closed", "1", "-", told[0][4]],
            ["told", "1", "ops", "closing"]])

        states = dict(rows(self.try_recipe("How many servers are in each state")))
        self.assertEqual(states, {"watched": "2", "up": "2", "degraded": "0", "down": "0",
                                  "unknown": "0", "flapping": "0"})

        with open(self.path("events.jsonl"), "w", encoding="utf-8") as events:
            for monitor in ("mx a:25", "mx b:25", "mx a:25"):
                for event in ("problem", "blip"):
                    events.write(json.dumps({"event": event, "monitor": monitor}) + "\n")
        self.assertEqual(counts(self.try_recipe("Servers with the most first failures")),
                         {"mx a:25": 2, "mx b:25": 1})

        self.assertEqual(self.tried, set(self.recipes))


if __name__ == "__main__":
    main()
