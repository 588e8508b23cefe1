#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The recipes of README and docs/record.md, run unchanged on the output of a sweep."""

import collections
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from mail_domains import MailDomainTest
from program import main, record_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECIPE = re.compile(r"^([^\n]+):\n\n```sh\n(.*?)^```$", re.M | re.S)
PERSONAS = ("plain,no_starttls,busy_421,close_at_connect,tls_1_2_only,certificate_expired,"
            "certificate_wrong_name,certificate_untrusted")
ADDRESSES = "127.4.0.0/24"


def recipes():
    """The recipes by the first words of the sentence that introduces each."""
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/record.md")]
    return dict(pair for page in pages for pair in RECIPE.findall(page))


def rows(text):
    return [line.split("\t") for line in text.splitlines()]


def counts(text):
    """The output format of `uniq -c`."""
    return {what: int(count) for count, what in
            (line.split(None, 1) for line in text.splitlines())}


@unittest.skipUnless(shutil.which("jq"), "there is no jq here")
class Recipes(MailDomainTest):
    def setUp(self):
        super().setUp()
        self.recipes = recipes()
        self.tried = set()

    def try_recipe(self, beginning):
        """The output of the recipe that this sentence introduces."""
        (sentence,) = [each for each in self.recipes if each.startswith(beginning)]
        self.tried.add(sentence)
        out = subprocess.run(["bash", "-euo", "pipefail", "-c", self.recipes[sentence]], check=True,
                             cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(out.stderr, "")
        return out.stdout

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


if __name__ == "__main__":
    main()
