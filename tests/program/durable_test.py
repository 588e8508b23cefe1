#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Outputs of long sweeps: compressed, rotated, opened again; and the sweep's status on request."""

import re
import shutil
import signal
import subprocess
import unittest

from program import (HELO, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest, record_of,
                     wait_until, whole_lines)


def decompressed(path):
    """By the tool that users have; it fails at a frame that is not whole."""
    return subprocess.run(["zstd", "-dc", str(path)], check=True, capture_output=True).stdout


class Files(ProgramTest):
    def sweep(self, *flags, output="records.jsonl", targets="127.5.0.0/22\n"):
        """A sweep of 1022 targets where nothing listens, which take no time."""
        self.write("list", targets)
        scan = self.start_scan("-f", str(self.path("list")), "-p", "1", "-o",
                               str(self.path(output)), *flags)
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        return self.summary()

    def check_all(self, lines, summary, targets=1024):
        self.assertEqual(len(lines), summary["records"])
        self.assertEqual(summary["records"], summary["records_written"])
        self.assertEqual(len({record_of(line)["ip"] for line in lines}), targets)

    @unittest.skipUnless(shutil.which("zstd"), "the zstd tool is not installed")
    def test_a_name_that_ends_in_zst_is_compressed(self):
        summary = self.sweep(output="records.jsonl.zst")
        octets = decompressed(self.path("records.jsonl.zst"))
        self.check_all(whole_lines(octets), summary)
        self.assertEqual(self.path("records.jsonl.zst").stat().st_size, summary["octets_written"])
        self.assertLess(summary["octets_written"], len(octets) / 4)

    @unittest.skipUnless(shutil.which("zstd"), "the zstd tool is not installed")
    def test_a_pipe_can_be_compressed(self):
        self.write("list", "127.5.0.0/22\n")
        code, stdout, stderr = self.run_program(
            *self.scan_flags("-f", str(self.path("list")), "-p", "1", "--compress", "zstd"))
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.write("piped.zst", stdout)
        self.check_all(whole_lines(decompressed(self.path("piped.zst"))), self.summary())

    def test_records_are_rotated_by_size(self):
        summary = self.sweep("--rotate", "64KB")
        names = sorted(path.name for path in self.folder.glob("records*"))
        self.assertEqual(names[0], "records-000001.jsonl")
        self.assertEqual(names[-1], "records.jsonl")
        self.assertGreater(len(names), 4)
        lines = []
        for name in names:
            lines += whole_lines(self.path(name).read_bytes())
        self.check_all(lines, summary)

    def test_a_finished_file_of_an_earlier_sweep_is_not_overwritten(self):
        self.write("records-000003.jsonl", "earlier\n")
        self.write("records.jsonl", "earlier, too\n")
        code, _, stderr = self.run_program(
            "scan", "--helo", HELO, "127.0.0.1:1", "--rotate", "1h", "-o",
            str(self.path("records.jsonl")))
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("records-000003.jsonl: is there from an earlier sweep", stderr)
        self.assertEqual(self.path("records.jsonl").read_text(encoding="ascii"), "earlier, too\n")

    def test_only_a_regular_file_can_be_rotated(self):
        code, _, stderr = self.run_program("scan", "--helo", HELO, "127.0.0.1:1", "--rotate", "1h")
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("standard output: is not a regular file, which --rotate needs", stderr)

    def test_a_rotation_that_cannot_be_read_is_refused(self):
        for wrong in ("1G", "10KB", "0", "100ms", "25h"):
            code, _, stderr = self.run_program("scan", "--helo", HELO, "127.0.0.1:1", "--rotate",
                                               wrong)
            self.assertEqual(code, WRONG_USAGE)
            self.assertIn(f"'{wrong}' is neither a size nor an age", stderr)


class Signals(ProgramTest):
    def start_sweep(self, *flags, output="records.jsonl"):
        """A sweep of more targets than it can ever begin, which has written records."""
        sink = self.sink("--only", "plain", "--delay", "10")
        self.write("list", "127.16.0.0/12\n")
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path(output)),
                               "-p", str(sink.port), "-c", "20", "--drain", "1s", *flags)
        self.wait_for_record(output)
        return scan

    def wait_for_record(self, name):
        wait_until(lambda: self.written(name), f"a record in {name}")

    def test_sighup_opens_a_file_again_that_was_renamed(self):
        scan = self.start_sweep()
        self.path("records.jsonl").rename(self.path("records.1"))
        scan.send(signal.SIGHUP)
        self.wait_for_record("records.jsonl")
        scan.send(signal.SIGINT)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        first = whole_lines(self.path("records.1").read_bytes())
        second = whole_lines(self.path("records.jsonl").read_bytes())
        self.assertEqual(len(first) + len(second), self.summary()["records_written"])
        addresses = {record_of(line)["ip"] for line in first + second}
        self.assertEqual(len(addresses), len(first) + len(second))

    def test_sighup_ends_a_sweep_whose_records_go_to_a_pipe(self):
        sink = self.sink("--only", "plain", "--delay", "10")
        self.write("list", "127.16.0.0/12\n")
        scan = self.start_scan("-f", str(self.path("list")), "-p", str(sink.port), "-c", "20",
                               "--drain", "1s", stdout=subprocess.PIPE)
        self.assertTrue(scan.process.stdout.readline())
        scan.process.send_signal(signal.SIGHUP)
        scan.process.stdout.read()
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)

    def test_sigusr1_writes_the_status_and_ends_nothing(self):
        scan = self.start_sweep("--quiet")
        self.assertEqual(scan.stderr, "")
        scan.send(signal.SIGUSR1)
        wait_until(lambda: scan.stderr.endswith("\n"), "the status")
        self.assertRegex(scan.stderr, re.compile(
            r"\Amxsweep: 0:\d\d \d+ done of .*, \d+ in flight(, \d+ waiting)?, [1-9]\d*/s, "
            r"ok \d+\n\Z"))
        self.assertTrue(scan.running())
        scan.send(signal.SIGTERM)
        self.assertEqual(scan.wait(), STOPPED_EARLY)

    def test_a_sweep_ends_after_its_longest_time(self):
        scan = self.start_sweep("--max-runtime", "500ms")
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        self.assertEqual(self.summary()["stopped"], "--max-runtime has passed")
        self.assertTrue(self.summary()["agrees"])


if __name__ == "__main__":
    unittest.main()
