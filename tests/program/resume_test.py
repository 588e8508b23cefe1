#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps with a checkpoint, which are killed or stopped and then resumed: in the end every target
has its records exactly once."""

import collections
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

from mail_domains import MailDomainTest
from program import (HELO, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest, record_of,
                     wait_until, whole_lines)

KILLS = 3


def identity(record):
    """What makes a record the one of its target and server, and its result."""
    return (record["target"], record.get("line"), record.get("ip"), record.get("port"),
            record.get("mx", {}).get("host"), record["outcome"], record["cause"])


class ResumeTest(MailDomainTest):
    def setUp(self):
        super().setUp()
        # Printed with a failure; the moments of kills are never quite the same anyway.
        self.seed = int(os.environ.get("MXSWEEP_KILL_SEED", time.time_ns() % 1_000_000))
        self.random = random.Random(self.seed)

    def flags(self, output, *flags):
        return ("-f", str(self.path("list")), "-o", str(self.path(output)), "--checkpoint",
                str(self.path("state")), "--checkpoint-every", "50ms", *flags)

    def start_slow(self, *flags):
        """As start_scan(), but with a rate of the test's own."""
        summary = ("--summary", str(self.path("summary.json")))
        return self.start("scan", "--helo", HELO, *summary, *flags, stdin=subprocess.DEVNULL)

    def start_resumed(self, *flags):
        return self.start("scan", "--resume", str(self.path("state")), *flags, own=())

    def kill_and_resume(self, scan, seconds_most):
        """Kills the sweep at some moment, if it still runs, and resumes it, several times. Returns
        the standard error of the last run, and whether a kill hit the sweep."""
        hit = 0
        wait_until(lambda: self.path("state").exists() or not scan.running(), "the checkpoint")
        for _ in range(KILLS):
            time.sleep(self.random.uniform(0, seconds_most))
            if not scan.running():
                break
            scan.process.kill()
            scan.process.wait()
            hit += 1
            scan = self.start_resumed()
        code = scan.wait()
        self.assertEqual(code, RAN_TO_ITS_END, f"seed {self.seed}: {scan.stderr}")
        self.assertTrue(json.loads(self.checkpoint_line())["finished"])
        self.assertGreater(hit, 0, f"seed {self.seed}: it ended before the first kill")
        return scan.stderr

    def checkpoint_line(self):
        return self.path("state").read_text(encoding="utf-8").splitlines()[0]

    def check_once(self, lines, expected):
        counted = collections.Counter(identity(record_of(line)) for line in lines)
        self.assertEqual(counted, collections.Counter(expected), f"seed {self.seed}")


@unittest.skipUnless(shutil.which("zstd"), "the zstd tool is not installed")
class Kills(ResumeTest):
    """kill -9 at random moments. Nothing listens on port 1, so the rate alone makes them last."""

    LIST = "127.5.0.0/22\nno target at all\n127.6.0.0/23,127.6.1.7\n127.6.0.0/23\n[::1]:1\n"
    RATE = ("--rate", "1500", "-p", "1")

    def expected(self):
        swept = self.scan(self.LIST, "-p", "1")
        self.check_ended(swept)
        return [identity(record) for record in swept.records]

    def test_plain_lines(self):
        expected = self.expected()
        scan = self.start_slow(*self.flags("out.jsonl", *self.RATE))
        self.kill_and_resume(scan, 0.3)
        self.check_once(whole_lines(self.path("out.jsonl").read_bytes()), expected)

    def test_the_order_of_the_list(self):
        expected = self.expected()
        scan = self.start_slow(*self.flags("out.jsonl", *self.RATE, "--order", "input"))
        self.kill_and_resume(scan, 0.3)
        lines = whole_lines(self.path("out.jsonl").read_bytes())
        self.check_once(lines, expected)

    def test_the_shards_of_a_sweep(self):
        """Each is killed and resumed; together they have every record once."""
        expected = self.expected()
        lines = []
        for shard in ("1/2", "2/2"):
            self.path("state").unlink(missing_ok=True)
            scan = self.start_slow(*self.flags("out.jsonl", *self.RATE, "--shard", shard))
            self.kill_and_resume(scan, 0.15)
            lines += whole_lines(self.path("out.jsonl").read_bytes())
        self.check_once(lines, expected)

    def test_compressed_and_rotated_files(self):
        expected = self.expected()
        scan = self.start_slow(*self.flags("out.jsonl.zst", *self.RATE, "--rotate", "64KB"))
        self.kill_and_resume(scan, 0.3)
        self.check_all_parts(".zst", expected, lambda path: subprocess.run(
            ["zstd", "-dc", str(path)], check=True, capture_output=True).stdout)

    def test_rotated_files(self):
        expected = self.expected()
        scan = self.start_slow(*self.flags("out.jsonl", *self.RATE, "--rotate", "64KB"))
        self.kill_and_resume(scan, 0.3)
        self.check_all_parts("", expected, lambda path: path.read_bytes())

    def check_all_parts(self, ending, expected, read):
        paths = sorted(self.folder.glob("out*.jsonl" + ending))
        numbered = [path.name for path in paths if "-0" in path.name]
        self.assertEqual(numbered, [f"out-{i:06}.jsonl{ending}"
                                    for i in range(1, len(numbered) + 1)])
        lines = []
        for path in paths:
            lines += whole_lines(read(path))
        self.check_once(lines, expected)


class MailDomains(ResumeTest):
    def zone(self, domains=400, hosts=60):
        """Domains with up to four of a few servers, and some without any."""
        zone = {f"mx{i}.example": [f"127.77.0.{i + 1}", f"127.78.0.{i + 1}"][:1 + i % 2]
                for i in range(hosts)}
        zone["nowhere.example"] = []
        names = []
        for i in range(domains):
            name = f"d{i}.example"
            names.append(name)
            if i % 17 == 3:
                continue  # NXDOMAIN.
            exchanges = [("MX", 10 * k, f"mx{self.random.randrange(hosts)}.example")
                         for k in range(1 + i % 4)]
            if i % 13 == 5:
                exchanges.append(("MX", 90, "nowhere.example"))
            zone[name] = exchanges
        return names, zone

    def test_each_server_of_a_domain_once_and_each_certificate_and_domain(self):
        names, zone = self.zone()
        resolver = self.resolver(zone)
        fleet, trust = self.secure_fleet("--only", "plain", "--delay", "20")
        flags = self.mx_flags(resolver.address, fleet, *trust)
        self.write("list", "".join(f"{name}\n" for name in names))
        more = ("--certs", str(self.path("certs")), "--domain-summary", str(self.path("domains")))
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               *flags, *more)
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        expected = [identity(record_of(line))
                    for line in whole_lines(self.path("records").read_bytes())]
        domains = self.sorted_lines("domains")
        certificates = self.digests()

        scan = self.start_slow(*self.flags("out", *flags, *more, "-c", "4", "--rate", "60"))
        self.kill_and_resume(scan, 0.4)
        lines = whole_lines(self.path("out").read_bytes())
        self.check_once(lines, expected)
        self.assertEqual(self.sorted_lines("domains"), domains, f"seed {self.seed}")
        self.assertEqual(self.digests(), certificates, f"seed {self.seed}")

    def sorted_lines(self, name):
        return sorted(whole_lines(self.path(name).read_bytes()))

    def digests(self):
        """Of the certificates file, each of which must be there once."""
        digests = [record_of(line)["sha256"] for line in self.sorted_lines("certs")]
        self.assertEqual(len(digests), len(set(digests)), f"seed {self.seed}")
        return digests


class Stops(ResumeTest):
    """Other ends than a kill."""

    def start_sweep(self, *flags):
        self.write("list", "127.5.0.0/21\n")
        return self.start_slow(*self.flags("out.jsonl", "-p", "1", "--rate", "1500", *flags))

    def finish(self):
        scan = self.start_resumed("--summary", str(self.path("summary.json")), "--max-runtime",
                                  "1h")
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        records = [record_of(line) for line in whole_lines(self.path("out.jsonl").read_bytes())]
        self.assertEqual(len({record["ip"] for record in records}), 2048)
        self.assertEqual(len(records), 2048)
        self.assertEqual({record["cause"] for record in records}, {"net.refused"})
        summary = self.summary()
        self.assertTrue(summary["agrees"])
        self.assertEqual(summary["resumed"]["records_before"] + summary["records"], 2048)
        return scan.stderr

    def test_sigint_and_a_longest_time(self):
        scan = self.start_sweep("--max-runtime", "300ms")
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        self.assertIn(f"go on with: mxsweep scan --resume {self.path('state')}", scan.stderr)
        before = self.path("out.jsonl").stat().st_size
        scan = self.start_resumed("--max-runtime", "1h")
        # Earlier, the signal could end a program that has not begun.
        wait_until(lambda: self.path("out.jsonl").stat().st_size > before, "a record of this run")
        scan.send(signal.SIGINT)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        scan = self.start_resumed("--max-runtime", "1h")
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        self.assertIn("of 2 earlier runs", scan.stderr)
        self.assertEqual(self.path("out.jsonl").read_bytes().count(b"\n"), 2048)
        # A finished sweep stays finished, and another may use the file.
        octets = self.path("out.jsonl").read_bytes()
        scan = self.start_resumed()
        self.assertEqual(scan.wait(), RAN_TO_ITS_END)
        self.assertIn("that sweep is finished", scan.stderr)
        self.assertEqual(self.path("out.jsonl").read_bytes(), octets)
        scan = self.start_scan(*self.flags("out.jsonl", "-p", "1"))
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)

    def test_a_conversation_that_was_cut_off_is_begun_again(self):
        sink = self.sink("--only", "silent")
        self.write("list", "127.5.0.0/27\n")
        scan = self.start_scan(*self.flags("out.jsonl", "-p", str(sink.port), "--drain", "0",
                                           "--greeting-timeout", "1s"))
        wait_until(scan.has_socket, "a connection")
        scan.send(signal.SIGINT)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        self.assertEqual(self.path("out.jsonl").read_bytes(), b"")
        self.assertTrue(self.summary()["agrees"])
        scan = self.start_resumed()
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        causes = [record_of(line)["cause"]
                  for line in whole_lines(self.path("out.jsonl").read_bytes())]
        self.assertEqual(causes, ["protocol.silent"] * 32)

    def test_a_torn_line_is_mended(self):
        scan = self.start_sweep("--max-runtime", "300ms")
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        with open(self.path("out.jsonl"), "ab") as file:
            file.write(b'{"v":1,"target":"127.5.0.0/21","li')
        self.finish()

    def test_it_goes_on_from_any_folder(self):
        self.write("list", "127.5.0.0/21\n")
        scan = self.start("scan", "--helo", HELO, "-f", "list", "-o", "out.jsonl", "--checkpoint",
                          "state", "-p", "1", "--rate", "1500", "--max-runtime", "300ms",
                          cwd=self.folder)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        self.finish()

    def test_two_processes_cannot_resume_one_sweep(self):
        scan = self.start_sweep("--max-runtime", "300ms")
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        first = self.start_resumed("--max-runtime", "1h")
        wait_until(lambda: '"runs":2' in self.checkpoint_line(), "the first one to begin")
        code, _, stderr = self.run_program("scan", "--resume", str(self.path("state")), own=())
        self.assertEqual(code, WRONG_USAGE, stderr)
        self.assertIn("another sweep is writing it", stderr)
        self.assertEqual(first.wait(), RAN_TO_ITS_END, first.stderr)
        self.assertEqual(self.path("out.jsonl").read_bytes().count(b"\n"), 2048)


class Refusals(ResumeTest):
    def stopped_sweep(self):
        self.write("list", "127.5.0.0/21\n")
        scan = self.start_slow(*self.flags("out.jsonl", "-p", "1", "--rate", "1500",
                                           "--max-runtime", "200ms"))
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)

    def refused(self, *flags, first=False):
        words = self.scan_flags(*flags) if first else ("scan", *flags)
        own = {} if first else {"own": ()}
        code, stdout, stderr = self.run_program(*words, **own)
        self.assertEqual((code, stdout), (WRONG_USAGE, b""), stderr)
        return stderr

    def resume_refused(self, *flags):
        before = self.path("out.jsonl").read_bytes() if self.path("out.jsonl").exists() else None
        why = self.refused("--resume", str(self.path("state")), *flags)
        after = self.path("out.jsonl").read_bytes() if self.path("out.jsonl").exists() else None
        self.assertEqual(before, after)
        return why

    def test_what_cannot_be_resumed_is_not_begun(self):
        self.write("list", "127.0.0.1\n")
        state = ("--checkpoint", str(self.path("state")))
        list_file = ("-f", str(self.path("list")))
        self.assertIn("standard output: is not a regular file, which --checkpoint needs",
                      self.refused(*list_file, *state, first=True))
        out = ("-o", str(self.path("out.jsonl")))
        self.assertIn("standard input: cannot be read again",
                      self.refused(*out, *state, first=True))
        self.assertIn("/dev/null: is not a regular file; --checkpoint needs lists",
                      self.refused("-f", "/dev/null", *out, *state, first=True))
        self.assertIn("cannot be a checkpoint, because it is not a regular file",
                      self.refused(*list_file, *out, "--checkpoint", "/dev/null", first=True))
        self.assertIn("is the same file for --output-file and for --checkpoint", self.refused(
            *list_file, *out, "--checkpoint", str(self.path("out.jsonl")), first=True))
        self.assertFalse(self.path("state").exists())

    def test_the_checkpoint_of_an_unfinished_sweep_is_not_overwritten(self):
        self.stopped_sweep()
        self.assertIn("is the checkpoint of a sweep that is not finished", self.refused(
            *self.flags("other.jsonl", "-p", "1"), first=True))
        self.write("state", "something else\n")
        self.assertIn("is not a checkpoint of mxsweep", self.refused(
            *self.flags("other.jsonl", "-p", "1"), first=True))
        self.assertFalse(self.path("other.jsonl").exists())

    def test_changed_files_are_noticed(self):
        self.stopped_sweep()
        text = self.path("list").read_bytes()
        self.write("list", text + b"127.0.0.1\n")
        self.assertIn("list: has changed since the sweep began, from 13 to 23 octets",
                      self.resume_refused())
        self.write("list", text.replace(b"127.5", b"127.6"))
        self.assertIn("list: its content has changed", self.resume_refused())
        self.path("list").unlink()
        self.assertIn("list: No such file or directory", self.resume_refused())
        self.write("list", text)
        records = self.path("out.jsonl").read_bytes()
        self.write("out.jsonl", records[:-1])
        self.assertIn(f"out.jsonl: has {len(records) - 1} octets, and had {len(records)} at the "
                      "checkpoint", self.resume_refused())
        self.path("out.jsonl").unlink()
        self.assertIn("out.jsonl: is missing", self.resume_refused())
        self.assertFalse(self.path("out.jsonl").exists())
        self.write("out.jsonl", records)
        state = self.path("state").read_text(encoding="utf-8")
        self.write("state", state.replace('"runs":1', '"runs":2'))
        self.assertIn("state: is damaged: its checksum", self.resume_refused())
        self.write("state", state.replace('"checkpoint":1', '"checkpoint":7'))
        self.assertIn("has format 7, which this version cannot read", self.resume_refused())
        self.write("state", state[:-30])
        self.assertIn("is damaged", self.resume_refused())
        self.path("state").unlink()
        self.assertIn("state: No such file or directory", self.resume_refused())

    def test_other_flags_are_refused(self):
        self.stopped_sweep()
        for flags in (("-c", "5"), ("--rate", "1"), ("-o", "x"), ("--mx",), ("--helo", "a.test")):
            self.assertIn("--resume takes everything from the checkpoint",
                          self.resume_refused(*flags))
        self.assertIn("--resume takes the targets from the checkpoint",
                      self.resume_refused("127.0.0.1"))


if __name__ == "__main__":
    unittest.main()
