#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sweeps that stop early: because of a signal, or because their records cannot be written."""

import os
import resource
import select
import signal
import subprocess
import time
import unittest

from program import (HELO, STOPPED_EARLY, WAIT_SECONDS_MAX, ProgramTest, Swept, as_root_of,
                     record_of, wait_until, whole_lines)

# How long a sweep waits for its open conversations after the first signal: the default, and the
# value in most tests.
DRAIN_SECONDS = 10
DRAIN_SHORT_SECONDS = 1


class Signals(ProgramTest):
    def start_long_sweep(self, *personas, drain=()):
        """A sweep with 200 conversations in flight and more targets than it can ever begin."""
        sink = self.sink("--only", ",".join(personas))
        self.path("records").unlink(missing_ok=True)
        self.write("list", "127.16.0.0/12\nrubbish rubbish\n")
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               "-p", str(sink.port), "-c", "200", "--order", "input", *drain)
        # A record of a quick server shows that conversations with the slow ones are open, too.
        wait_until(self.written, "the first record")
        return sink, scan

    def swept(self, scan):
        code = scan.wait()
        return Swept(code, scan.stderr, self.path("records").read_bytes(), self.summary())

    def check_stopped(self, swept):
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.assertEqual(swept.summary["stopped"], "a signal")
        self.assertIn("STOPPED EARLY: a signal", swept.stderr)
        self.assertGreater(swept.summary["targets_not_started"], 0)
        self.check_counts(swept)

    def test_one_sigint_lets_open_conversations_continue(self):
        """Nothing new is begun, and conversations that are open after --drain are cut off."""
        for seconds in (0, DRAIN_SHORT_SECONDS):
            sink, scan = self.start_long_sweep("plain", "silent", drain=("--drain", f"{seconds}s"))
            scan.send(signal.SIGINT)
            swept = self.swept(scan)
            self.check_stopped(swept)
            self.assertGreaterEqual(swept.summary["elapsed_seconds"], seconds)
            self.assertLess(swept.summary["elapsed_seconds"], DRAIN_SECONDS)
            cut_off = [r for r in swept.records if r["outcome"] != "ok"]
            self.assertEqual({(r["outcome"], r["cause"]) for r in cut_off},
                             {("local", "local.interrupted")})
            self.assertIn("greeting", {r["phase"] for r in cut_off})
            self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_second_sigint_stops_at_once(self):
        """Open conversations are cut off, and each of them still has its whole line."""
        sink, scan = self.start_long_sweep("plain", "silent")
        scan.send(signal.SIGINT)
        scan.send(signal.SIGINT)
        swept = self.swept(scan)
        self.check_stopped(swept)
        self.assertLess(swept.summary["elapsed_seconds"], DRAIN_SECONDS)
        self.assertGreater(swept.summary["causes"].get("local.interrupted", 0), 0)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_sigterm_stops_a_sweep_that_waits_for_targets(self):
        """A silent pipe does not delay it, and a stop that cut nothing off is reported as such."""
        sink = self.sink("--only", "plain")
        scan = self.start_scan("-o", str(self.path("records")), "-p", str(sink.port),
                               stdin=subprocess.PIPE)
        os.write(scan.process.stdin.fileno(), b"127.16.0.1\n")
        wait_until(self.written, "the first record")
        scan.process.send_signal(signal.SIGTERM)
        swept = self.swept(scan)
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)
        self.assertEqual([r["outcome"] for r in swept.records], ["ok"])

    def test_replies_that_arrived_while_we_were_stopped_count(self):
        """SIGSTOP beyond the greeting's deadline, then SIGCONT: the delay was ours."""
        sink = self.sink("--only", "plain", "--delay", "300")
        self.write("list", "127.1.0.0/23\n")
        scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               "-p", str(sink.port), "-c", "1000", "-j", "1",
                               "--greeting-timeout", "2s")
        wait_until(scan.has_socket, "a connection")
        scan.process.send_signal(signal.SIGSTOP)
        time.sleep(2.5)
        scan.process.send_signal(signal.SIGCONT)
        swept = self.swept(scan)
        self.check_ended(swept)
        self.assertEqual({r["cause"] for r in swept.records}, {"none"})
        sink.stop()

    def test_signals_that_were_ignored_from_the_start_stay_ignored(self):
        """`nohup mxsweep` survives its terminal's hangup, and a shell's background job Ctrl-C."""
        for ignored in (signal.SIGHUP, signal.SIGINT):
            sink = self.sink("--only", "plain", "--delay", "500")
            self.write("list", "127.1.0.0/28\n")
            scan = self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                                   "-p", str(sink.port),
                                   preexec_fn=lambda: signal.signal(ignored, signal.SIG_IGN))
            wait_until(scan.has_socket, "a connection")
            scan.process.send_signal(ignored)
            swept = self.swept(scan)
            self.check_ended(swept)
            self.assertEqual({r["cause"] for r in swept.records}, {"none"})
            sink.stop()


class StalledReader(ProgramTest):
    def start_stalled_sweep(self, targets="127.32.0.0/12\n"):
        """A sweep whose output, a pipe, is full and not read; and the pipe's other end."""
        self.write("list", targets)
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        with os.fdopen(writing, "wb", 0) as stdout:
            scan = self.start_scan("-f", str(self.path("list")), "-p", "1", stdout=stdout)
            full = select.poll()
            full.register(writing, select.POLLOUT)
            wait_until(lambda: not full.poll(0), "the pipe to be full")
        return scan, reading

    def read_all(self, reading):
        parts = []
        while True:
            self.assertTrue(select.select([reading], [], [], WAIT_SECONDS_MAX)[0], "no end")
            part = os.read(reading, 1 << 20)
            if not part:
                return b"".join(parts)
            parts.append(part)

    def test_a_second_sigint_does_not_wait_for_a_stalled_reader(self):
        """No torn line stays in the pipe, and all records counted as written can be read."""
        scan, reading = self.start_stalled_sweep()
        scan.send(signal.SIGINT)
        scan.send(signal.SIGINT)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        octets = self.read_all(reading)
        self.assertEqual(self.summary()["records_written"], octets.count(b"\n"))
        whole_lines(octets)

    def test_a_record_that_was_begun_is_completed(self):
        """One of 20,000 octets goes into a pipe in pieces, and no part of one is left."""
        meta = "x" * 20_000
        scan, reading = self.start_stalled_sweep(
            "".join(f'{{"target":"127.48.0.{i}","meta":"{meta}"}}\n' for i in range(1, 65)))
        scan.send(signal.SIGINT)
        scan.send(signal.SIGINT)
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        lines = whole_lines(self.read_all(reading))
        self.assertEqual({record_of(line)["meta"] for line in lines}, {meta})
        summary = self.summary()
        self.assertTrue(summary["agrees"], summary)
        self.assertEqual(summary["records_written"], len(lines))
        self.assertGreater(summary["records_unwritten"], 0)

    def test_a_reader_that_continues_gets_every_record(self):
        """A slow reader slows the sweep down; after one SIGINT it still gets all records."""
        scan, reading = self.start_stalled_sweep()
        scan.send(signal.SIGINT)
        octets = self.read_all(reading)
        swept = Swept(scan.wait(), scan.stderr, octets, self.summary())
        self.assertEqual(swept.code, STOPPED_EARLY, swept.stderr)
        self.check_counts(swept)


class LostOutput(ProgramTest):
    def check_lost(self, scan, why):
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        self.assertIn(why, scan.stderr)
        self.assertIn("STOPPED EARLY", scan.stderr)
        self.assertIn(why, self.summary()["stopped"])
        # Records that were made and not written have a count of their own.
        summary = self.summary()
        self.assertTrue(summary["agrees"], summary)
        self.assertGreater(summary["records_unwritten"], 0)
        self.assertEqual(summary["records"],
                         summary["records_written"] + summary["records_unwritten"])
        self.assertIn(f"{summary['records_unwritten']} of them NOT WRITTEN", scan.stderr)
        self.assertNotIn("DISAGREE", scan.stderr)

    def test_a_closed_pipe_stops_the_sweep(self):
        """`| head -1` ends a sweep of a million targets, which reports why it stopped."""
        self.write("list", "127.48.0.0/12\n")
        scan = self.start_scan("-f", str(self.path("list")), "-p", "1", stdout=subprocess.PIPE)
        self.assertTrue(scan.process.stdout.readline().endswith(b"}\n"))
        scan.process.stdout.close()
        self.check_lost(scan, "standard output: its reader has closed it")
        self.assertLess(self.summary()["records"], 1 << 20)

    def test_a_device_without_room_takes_no_record(self):
        """/dev/full: nothing was written, and nothing is counted as written."""
        self.write("list", "127.48.0.0/24\n")
        scan = self.start_scan("-f", str(self.path("list")), "-p", "1", "-o", "/dev/full")
        self.check_lost(scan, "/dev/full: No space left on device")
        self.assertEqual(self.summary()["records_written"], 0)
        self.assertEqual(self.summary()["octets_written"], 0)

    def test_a_limit_on_the_size_of_files_is_reported_and_does_not_kill(self):
        self.write("list", "127.48.0.0/16\n")
        limit = 200_000
        scan = self.start_scan(
            "-f", str(self.path("list")), "-p", "1", "-o", str(self.path("records")),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.check_lost(scan, f"{self.path('records')}: File too large")
        octets = self.path("records").read_bytes()
        self.assertEqual(self.summary()["records_written"], len(whole_lines(octets)))

    def test_a_summary_that_cannot_be_written_is_reported(self):
        """The sweep itself was whole, but the summary that was asked for is missing."""
        code, _, stderr = self.run_program("scan", "--helo", HELO, "-f", "/dev/null",
                                           "--summary", "/dev/full")
        self.assertEqual(code, STOPPED_EARLY, stderr)
        self.assertIn("/dev/full: No space left on device", stderr)

    def test_a_full_disk_holds_whole_lines_and_all_that_are_counted(self):
        """On a file system of 200 kB the file ends with a whole record."""
        disk = self.path("disk")
        disk.mkdir()
        mount = f"mount -t tmpfs -o size=200k tmpfs {disk}"
        tried = subprocess.run([*as_root_of("mount"), "sh", "-c", mount], capture_output=True,
                               text=True, check=False, timeout=WAIT_SECONDS_MAX)
        if tried.returncode != 0:
            self.skipTest(f"no mount of our own here: {tried.stderr.strip()}")
        self.write("list", "127.48.0.0/16\n")
        # The mount ends with the shell that made it, so that shell copies the file out first.
        script = f'{mount} && {{ "$@"; code=$?; cp {disk}/records {self.folder}; exit $code; }}'
        within = [*as_root_of("mount"), "sh", "-c", script, "sh"]
        scan = self.start_scan("-f", str(self.path("list")), "-p", "1",
                               "-o", str(disk / "records"), within=within)
        self.check_lost(scan, f"{disk}/records: No space left on device")
        octets = self.path("records").read_bytes()
        self.assertGreater(len(octets), 100_000)
        self.assertEqual(self.summary()["records_written"], len(whole_lines(octets)))
        self.assertEqual(self.summary()["octets_written"], len(octets))


if __name__ == "__main__":
    unittest.main()
