#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A sweep divided into shards: together they have the records of the whole, each once."""

import json
import os

from mail_domains import MailDomainTest
from program import HELO, NO_RESOLVER, RAN_TO_ITS_END, WRONG_USAGE, main

# What may differ between two sweeps of the same targets.
OF_THE_VISIT = ("at", "ms", "shared", "attempt", "bytes")  # A signature varies in length.
SLURM = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_MAX": "8",
         "SLURM_ARRAY_TASK_COUNT": "4"}


def settled(records):
    return sorted(json.dumps({key: value for key, value in record.items()
                              if key not in OF_THE_VISIT}, sort_keys=True) for record in records)


class Shards(MailDomainTest):
    def check_union(self, sweep, shards=3):
        """`sweep(*flags)` makes one sweep. Returns the shards."""
        whole = sweep()
        parts = [sweep("--shard", f"{number}/{shards}") for number in range(1, shards + 1)]
        self.assertEqual(settled(sum((part.records for part in parts), [])),
                         settled(whole.records))
        for number, part in enumerate(parts, 1):
            self.assertLess(len(part.records), len(whole.records))
            self.assertEqual(part.summary["shard"], f"{number}/{shards}")
            self.assertIn(f", shard {number}/{shards} (", part.stderr)
            self.assertGreater(part.summary["targets_elsewhere"], 0)
        self.assertNotIn("shard", whole.summary)
        return parts

    def test_the_shards_of_a_list_are_the_whole_without_overlap(self):
        """Addresses, prefixes, ports, lines that cannot be read, names with and without servers."""
        port = self.sink("--only", "plain").port
        resolver = self.resolver({"mx.test": ["127.0.1.1", "127.0.9.1", "127.0.17.1"]})
        text = "".join(f"127.0.{i}.0/30\n127.0.{i}.1:1\nrubbish {i}\nn{i}.test\n"
                       for i in range(1, 21)) + "mx.test\n224.0.0.1\n"

        def sweep(*flags):
            swept = self.scan(text, "-p", str(port), "--resolver", resolver.address, *flags)
            self.check_ended(swept)
            return swept

        parts = self.check_union(sweep)
        networks = [{r["ip"].rsplit(".", 1)[0] for r in part.records if "ip" in r}
                    for part in parts]
        self.assertEqual(sum(map(len, networks)), len(set.union(*networks)), networks)

    def test_the_shards_of_mail_domains_are_the_whole_without_overlap(self):
        """A domain's servers may belong to several shards, a shared server to one."""
        fleet = self.sink("--only", "plain")
        zone = {f"d{i}.test": [("MX", 10, f"mx{i % 7}.test"), ("MX", 20, "mx.test")]
                for i in range(40)}
        zone |= {f"mx{i}.test": [f"127.3.{i}.1", f"127.3.{i + 50}.1"] for i in range(6)}
        zone["mx.test"] = ["127.3.99.1"]
        server = self.resolver(zone)
        text = "".join(f"d{i}.test\n" for i in range(40)) + "gone.test\n"
        parts = self.check_union(lambda *flags: self.sweep(text, server, fleet, *flags))
        visited = [r["ip"] for part in parts for r in part.records
                   if "ip" in r and not r.get("shared")]
        self.assertEqual(len(visited), len(set(visited)))
        self.assertEqual(fleet.stop()["conversations"], 2 * len(visited))

    def plan(self, shard, variables):
        keep = {name: value for name, value in os.environ.items()
                if not name.startswith(("SLURM_", "JOB_"))}
        code, plan, stderr = self.run_program(
            "scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER, "127.0.0.1",
            "--shard", shard, env=keep | variables)
        lines = [line for line in plan.decode().splitlines() if line.startswith("shard")]
        return code, " ".join(lines).split(), stderr

    def test_a_scheduler_says_which_shard_it_is(self):
        for shard, variables, expected in (
                ("2/4", {}, "2/4"), ("slurm", SLURM, "3/4"),
                ("slurm", SLURM | {"SLURM_ARRAY_TASK_ID": "30", "SLURM_ARRAY_TASK_MIN": "10",
                                   "SLURM_ARRAY_TASK_MAX": "40"}, "3/4"),
                ("kubernetes/4", {"JOB_COMPLETION_INDEX": "0"}, "1/4"),
                ("kubernetes", {"JOB_COMPLETION_INDEX": "3", "JOB_COMPLETIONS": "4"}, "4/4")):
            with self.subTest(shard=shard, variables=variables):
                self.assertEqual(self.plan(shard, variables),
                                 (RAN_TO_ITS_END, ["shard", expected], ""))
        one = {name: "7" for name in SLURM} | {"SLURM_ARRAY_TASK_COUNT": "1"}
        self.assertEqual(self.plan("slurm", one), (RAN_TO_ITS_END, [], ""))

    def test_the_cap_of_an_operator_is_divided_and_those_of_networks_are_not(self):
        for flags, caps in ((("--shard", "1/4"), "1 for an address, 4 for a network, 2 for an op"),
                            (("--shard", "1/9"), "1 for an address, 4 for a network, 1 for an op"),
                            (("--shard", "1/9", "--per-operator", "0"), "any number for an op")):
            code, plan, stderr = self.run_program(
                "scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER, "127.0.0.1", *flags)
            self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
            self.assertIn(caps, plan.decode())

    def test_what_a_scheduler_did_not_say_is_named_with_the_cure(self):
        def without(name):
            return {key: value for key, value in SLURM.items() if key != name}

        for shard, variables, why in (
                ("slurm", {}, "SLURM_ARRAY_TASK_ID is not set; run it in a job array"),
                ("slurm", without("SLURM_ARRAY_TASK_COUNT"), "SLURM_ARRAY_TASK_COUNT is not set"),
                ("slurm", SLURM | {"SLURM_ARRAY_TASK_ID": "7x"}, "is '7x', which is no number"),
                ("slurm", SLURM | {"SLURM_ARRAY_TASK_MAX": "9"}, "not in equal steps"),
                ("slurm", SLURM | {"SLURM_ARRAY_TASK_ID": "9"}, "not in equal steps"),
                ("kubernetes/4", {}, "JOB_COMPLETION_INDEX is not set; set completionMode"),
                ("kubernetes", {"JOB_COMPLETION_INDEX": "0"}, "JOB_COMPLETIONS is not set; "),
                ("kubernetes/4", {"JOB_COMPLETION_INDEX": "4"}, "the pod would be shard 5 of 4"),
                ("kubernetes/0", {"JOB_COMPLETION_INDEX": "0"}, "'0' is not a whole number"),
                ("0/4", {}, "'0/4' is no shard: write I/N"), ("5/4", {}, "'5/4' is no shard")):
            with self.subTest(shard=shard, variables=variables):
                code, _, stderr = self.plan(shard, variables)
                self.assertEqual(code, WRONG_USAGE)
                self.assertIn(why, stderr)

    def test_a_shard_makes_no_summary_of_domains(self):
        code, _, stderr = self.run_program(
            "scan", "--helo", HELO, "--mx", "d.test", "--domain-summary", str(self.path("d")),
            "--shard", "1/2")
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("--domain-summary cannot be made by a --shard", stderr)


if __name__ == "__main__":
    main()
