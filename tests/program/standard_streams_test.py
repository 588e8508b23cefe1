#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Standard streams that are closed, full, stopped or broken: messages may be lost, work may not."""

import contextlib
import os
import socket
import subprocess
import termios
import unittest

from ports import free_port
from program import (HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, ProgramTest,
                     Terminal, wait_until, whole_lines)

NAGIOS_UNKNOWN = 3


def closing(*redirections):
    """The prefix of a command with closed streams, as by a shell's `2>&-`."""
    return ["sh", "-c", f'exec "$@" {" ".join(redirections)}', "sh"]


def closed_pipe():
    reading, writing = os.pipe()
    os.close(reading)
    return writing


class StandardError(ProgramTest):
    """A failure to write messages neither ends nor changes the sweep."""

    def sweep(self, *flags, **more):
        """A sweep of 16 servers that greet after a second."""
        sink = self.sink("--only", "plain", "--delay", "1000")
        self.write("list", "127.1.0.0/28\n")
        return self.start_scan("-f", str(self.path("list")), "-o", str(self.path("records")),
                               "-p", str(sink.port), *flags, **more)

    def check_whole(self, scan):
        self.assertEqual(scan.wait(), RAN_TO_ITS_END)
        self.assertEqual(len(whole_lines(self.path("records").read_bytes())), 16)
        self.assertTrue(self.path("records").read_bytes().startswith(b'{"v":1,'))
        self.assertEqual(self.summary()["outcomes"]["ok"], 16)

    def test_a_terminal_that_is_closed_ends_no_sweep(self):
        terminal = Terminal()
        scan = self.sweep(stderr=terminal.writing)
        terminal.close_writing()
        terminal.read_until(b"in flight")
        terminal.close()
        self.check_whole(scan)

    def test_a_stopped_terminal_does_not_stop_a_sweep(self):
        """Ctrl-S: nothing can be written to it, and the sweep continues."""
        terminal = Terminal()
        self.addCleanup(terminal.close)
        scan = self.sweep(stderr=terminal.writing)
        terminal.read_until(b"in flight")
        termios.tcflow(terminal.writing, termios.TCOOFF)
        wait_until(lambda: self.written().count(b"\n") == 16, "the last record")
        wait_until(self.path("summary.json").exists, "the summary")
        termios.tcflow(terminal.writing, termios.TCOON)
        terminal.close_writing()
        self.assertIn(b"mxsweep: 16 targets", terminal.read_all())
        self.check_whole(scan)

    def test_a_pipe_that_is_closed_ends_no_sweep(self):
        with os.fdopen(closed_pipe(), "wb") as writing:
            scan = self.sweep("--progress", stderr=writing)
        self.check_whole(scan)

    def test_a_full_disk_ends_no_sweep(self):
        with open("/dev/full", "wb") as full:
            scan = self.sweep("--progress", stderr=full)
        self.check_whole(scan)

    def test_streams_that_are_closed_from_the_start_get_no_file_of_ours(self):
        """Their messages appear in no output, and no socket gets their numbers."""
        for closed in (("2>&-",), ("0<&-", "1>&-", "2>&-")):
            with self.subTest(closed=closed):
                self.check_whole(self.sweep("--progress", within=closing(*closed)))
                self.path("summary.json").unlink()

    def test_a_probe_does_not_need_it(self):
        sink = self.sink("--only", "plain")
        code, stdout, _ = self.run_program("probe", "--helo", HELO, f"127.0.0.1:{sink.port}",
                                           within=closing("2>&-"))
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn(b"It ended in phase quit, cause none", stdout)

    def test_a_fleet_does_not_need_it(self):
        address = ("127.0.0.1", free_port())
        fleet = self.start("sink", "--listen", f"127.0.0.1:{address[1]}", "--only", "plain",
                           "--stats", str(self.path("stats")), within=closing("2>&-"))

        def answers():
            with contextlib.suppress(OSError), socket.create_connection(address):
                return True

        wait_until(answers, "the fleet to answer")
        fleet.process.terminate()
        self.assertEqual(fleet.wait(), RAN_TO_ITS_END)
        self.assertTrue(self.path("stats").exists())


class StandardOutput(ProgramTest):
    """Results that could not be written: reported on standard error and by the exit code."""

    def commands(self):
        port = self.sink("--only", "plain").port
        yield STOPPED_EARLY, ("--help",)
        yield STOPPED_EARLY, ("--version",)
        yield STOPPED_EARLY, ("schema",)
        yield STOPPED_EARLY, ("manual", "man")
        yield STOPPED_EARLY, ("manual", "bash")
        yield STOPPED_EARLY, ("manual", "zsh")
        yield STOPPED_EARLY, ("manual", "fish")
        yield STOPPED_EARLY, ("scan", "--help")
        yield STOPPED_EARLY, ("scan", "--check", "--helo", HELO, "--resolver", NO_RESOLVER,
                              "-o", "/dev/null")
        yield STOPPED_EARLY, ("sink", "--print-personas")
        yield STOPPED_EARLY, ("sink", "--expect", "127.1.0.0/20")
        yield STOPPED_EARLY, ("probe", "--helo", HELO, f"127.0.0.1:{port}")
        yield STOPPED_EARLY, ("probe", "--helo", HELO, "--json", f"127.0.0.1:{port}")
        yield NAGIOS_UNKNOWN, ("probe", "--helo", HELO, "--nagios", f"127.0.0.1:{port}")
        yield NAGIOS_UNKNOWN, ("probe", "--nagios", "--nonsense")

    def check_told(self, why, make_stdout, within=()):
        for wanted, command in self.commands():
            with self.subTest(command=command), contextlib.ExitStack() as stack:
                stdout = stack.enter_context(make_stdout())
                process = self.start(*command, within=within, stdout=stdout,
                                     stdin=subprocess.DEVNULL)
                self.assertEqual(process.wait(), wanted, process.stderr)
                self.assertIn(f"mxsweep: standard output: {why}", process.stderr)

    def test_a_full_disk_is_reported(self):
        self.check_told("No space left on device", lambda: open("/dev/full", "wb"))

    def test_a_closed_pipe_is_reported(self):
        self.check_told("its reader has closed it", lambda: os.fdopen(closed_pipe(), "wb"))

    def test_a_stream_that_is_closed_from_the_start_is_reported(self):
        self.check_told("Bad file descriptor", contextlib.nullcontext, within=closing("1>&-"))

    def test_a_sweep_whose_records_cannot_be_written_does_not_begin(self):
        sink = self.sink("--only", "plain")
        self.write("list", "127.0.0.1\n")
        scan = self.start_scan("-f", str(self.path("list")), "-p", str(sink.port),
                               within=closing("1>&-"))
        self.assertEqual(scan.wait(), WRONG_USAGE, scan.stderr)
        self.assertIn("standard output: is not open for writing", scan.stderr)
        self.assertEqual(sink.stop()["conversations"], 0)


if __name__ == "__main__":
    unittest.main()
