#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Machines with tight limits: few descriptors, few local ports, little memory, no io_uring."""

import errno
import json
import os
import re
import resource
import signal
import socket
import subprocess
import unittest

from program import (CANNOT_RUN_HERE, HELO, NO_RESOLVER, RAN_TO_ITS_END, STOPPED_EARLY, Process,
                     ProgramTest, Swept, as_root_of, record_of, sanitized, wait_until)
from system_call_filter import refusing

DESCRIPTORS = 256


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


class Descriptors(ProgramTest):
    """`ulimit -n 256`, with a number of workers that does not depend on the machine."""

    def scan_with_few(self, targets, *flags, threads=2, **more):
        return self.scan(targets, "-j", str(threads), *flags, preexec_fn=few_descriptors, **more)

    def connections_that_fit(self, *flags, threads=2):
        code, plan, stderr = self.run_program("scan", "--check", "--helo", HELO,
                                              "--resolver", NO_RESOLVER, "-j", str(threads), *flags,
                                              preexec_fn=few_descriptors)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        return int(re.search(rb"so (\d+) connections fit", plan)[1])

    def check_all_ok(self, swept, count):
        self.check_ended(swept)
        self.assertEqual(swept.summary["outcomes"]["ok"], count, swept.summary["outcomes"])
        self.assertEqual(len({r["ip"] for r in swept.records}), count)

    def test_the_default_is_lowered_with_a_note(self):
        """A sweep of 1000 servers is whole, and one line reports how many connections fit."""
        sink = self.sink("--only", "plain", "--delay", "20")
        fit = self.connections_that_fit()
        swept = self.scan_with_few("127.6.0.0/22", "-p", str(sink.port))
        self.check_all_ok(swept, 1024)
        self.assertIn(f"only {fit} connections at once fit in the limit on open files "
                      f"(ulimit -n {DESCRIPTORS})", swept.stderr)
        self.assertLessEqual(swept.summary["in_flight_peak"], fit)
        self.assertEqual(swept.summary["local_shortages"], 0)

    def test_a_concurrency_that_does_not_fit_is_refused_with_the_remedy(self):
        """An explicit --concurrency is never lowered silently."""
        self.write("records", "from the last sweep\n")
        code, _, stderr = self.run_program(
            "scan", "--helo", HELO, "-c", "1000", "-o", str(self.path("records")),
            preexec_fn=few_descriptors)
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertIn("--concurrency 1000", stderr)
        self.assertIn("cure: raise the limit (ulimit -n)", stderr)
        self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")

    def test_a_sweep_at_exactly_the_limit_ends(self):
        """1000 servers with as many connections at once as --check reports to fit: all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit()
        swept = self.scan_with_few("127.7.0.0/22", "-p", str(sink.port), "-c", str(fit))
        self.check_all_ok(swept, 1024)
        self.assertEqual(swept.summary["in_flight_peak"], fit)
        self.assertEqual(swept.summary["local_shortages"], 0)

    def test_inherited_descriptors_slow_the_sweep_down(self):
        """With 60 inherited descriptors fewer connections fit than planned, and all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit(threads=1)
        inherited = [open("/dev/null", "rb") for _ in range(60)]
        for file in inherited:
            self.addCleanup(file.close)
        swept = self.scan_with_few("127.8.0.0/22", "-p", str(sink.port), "-c", str(fit), threads=1,
                                   pass_fds=[file.fileno() for file in inherited])
        self.check_all_ok(swept, 1024)
        self.assertGreater(swept.summary["local_shortages"], 0)

    def test_exceed_nofile_holds_more_than_the_limit(self):
        """A thousand connections to silent servers are open at once, as counted by both sides."""
        sink = self.sink("--only", "silent")
        swept = self.scan_with_few("127.9.0.0/22\n127.9.4.0/24\n", "-p", str(sink.port),
                                   "-c", "1000", "--exceed-nofile", "--greeting-timeout", "3s")
        self.check_ended(swept)
        self.assertEqual(swept.summary["causes"], {"protocol.silent": 1280})
        self.assertGreaterEqual(swept.summary["in_flight_peak"], 1000)
        self.assertEqual(swept.summary["local_shortages"], 0)
        self.assertGreaterEqual(sink.stop()["held_peak"], 1000)

    def test_full_descriptor_tables_do_not_hang(self):
        """--exceed-nofile with exactly as many as two tables hold: 2000 servers, all are ok."""
        sink = self.sink("--only", "plain", "--delay", "300")
        fit = self.connections_that_fit("--exceed-nofile", "-c", "2")
        swept = self.scan_with_few("127.10.0.0/21", "-p", str(sink.port), "--exceed-nofile",
                                   "-c", str(2 * fit))
        self.check_all_ok(swept, 2048)
        self.assertEqual(swept.summary["in_flight_peak"], 2 * fit)
        self.assertEqual(swept.summary["local_shortages"], 0)


@unittest.skipIf(sanitized(), "a sanitizer needs more address space than any limit here")
class LittleMemory(ProgramTest):
    """`ulimit -v` of some megabytes: too little is reported, with the remedy."""

    CURE = "cure: raise the limit of this process's memory"

    def check_with(self, megabytes, *flags):
        limit = megabytes * 1_000_000
        return self.run_program(
            "scan", "--check", "--helo", HELO, "-j", "1", "-c", "10", *flags,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))

    def test_whatever_the_limit_it_ends_with_a_message(self):
        """From less than the loader needs to more than enough, in steps of a megabyte."""
        # The kernel itself kills a program whose own file does not fit: some 12 MB.
        for megabytes in range(16, 37):
            with self.subTest(megabytes=megabytes):
                code, _, stderr = self.check_with(megabytes, "--resolver", NO_RESOLVER)
                self.assertGreaterEqual(code, 0, stderr)  # Not a signal.
                self.assertTrue(stderr or code == RAN_TO_ITS_END)

    def test_authorities_that_do_not_fit_are_refused(self):
        """A --ca-file of 1,500 certificates: with too little memory the sweep cannot run, and says
        so with the remedy. What runs out first depends on the libraries: from 40 MB upwards."""
        authority = self.path("ca.pem")
        self.sink("--only", "exim", "--ca-out", str(authority))
        many = self.write("many.pem", authority.read_text() * 1500)
        of_authorities = 0
        for megabytes in range(40, 200, 4):
            code, _, stderr = self.check_with(megabytes, "--ca-file", str(many), "--resolver",
                                              NO_RESOLVER)
            if code == RAN_TO_ITS_END:
                break
            if "while loading shared libraries" in stderr:
                continue  # Too little for the program itself.
            self.assertEqual(code, CANNOT_RUN_HERE, stderr)
            self.assertIn("cure: ", stderr)
            if "not enough memory for the authorities to trust" in stderr:
                self.assertIn(self.CURE, stderr)
                of_authorities += 1
                limit = megabytes * 1_000_000
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertGreater(of_authorities, 0)
        code, _, stderr = self.run_program(
            "probe", "--helo", HELO, "--ca-file", str(many), "127.0.0.1:1",
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertIn("cure: ", stderr)


@unittest.skipIf(sanitized(), "a sanitizer needs more address space than any limit here")
class MemoryRunsOut(ProgramTest):
    """`ulimit -v` reached in mid-sweep: it ends with a message, and nothing is lost silently."""

    LINES, META, LIMIT = 40_000, 10_000, 300_000_000

    def test_the_sweep_ends_in_order(self):
        """400 MB of lines wait for one silent server, in a process limited to 300 MB."""
        fleet = self.sink("--only", "silent")
        path = self.path("list")
        with open(path, "w", encoding="utf-8") as file:
            for number in range(self.LINES):
                meta = str(number) * (self.META // len(str(number)))
                file.write(f'{{"target":"127.1.0.1","meta":"{meta}"}}\n')
        code, stdout, stderr = self.run_program(
            "scan", "-f", str(path), "-p", str(fleet.port), "--helo", HELO, "-j", "1",
            "--share-memory", "4000", "--resolver", NO_RESOLVER, "--tls", "off",
            "--summary", str(self.path("summary")),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (self.LIMIT, self.LIMIT)))
        self.assertEqual(code, STOPPED_EARLY, stderr)
        self.assertIn("memory ran out", stderr)
        summary = json.loads(self.path("summary").read_text())
        self.assertTrue(summary["agrees"], summary)
        self.assertEqual(stdout.count(b"\n"), summary["records_written"])
        self.assertGreater(summary["targets_not_started"], 0)


class NoRing(ProgramTest):
    """A seccomp filter refuses io_uring or a part of it, as those of container engines do."""

    SETUP, ENTER, REGISTER = 425, 426, 427  # The same on every architecture that has them.

    def check_refused(self, call, error, cause, cure):
        records, targets = str(self.path("records")), str(self.write("list", "127.0.0.1\n"))
        self.write("records", "from the last sweep\n")
        for command in (("scan", "--helo", HELO, "-f", targets, "-o", records),
                        ("scan", "--check", "--helo", HELO, "-o", records, "--resolver",
                         NO_RESOLVER),
                        ("probe", "--helo", HELO, "127.0.0.1:1"),
                        ("sink", "--listen", "127.0.0.0/8:0")):
            with self.subTest(command=command[:2]):
                code, stdout, stderr = self.run_program(*command,
                                                        preexec_fn=refusing(call, error))
                self.assertEqual(code, CANNOT_RUN_HERE, stderr)
                self.assertEqual(stdout, b"")
                self.assertIn(cause, stderr)
                self.assertRegex(stderr, "cure: .*" + re.escape(cure))
        self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")

    def test_forbidden_io_uring_is_reported_with_the_remedy(self):
        """EPERM under a filter: the message names seccomp, the remedy its profile."""
        for call in (self.SETUP, self.ENTER, self.REGISTER):
            self.check_refused(call, errno.EPERM, "blocked by a seccomp filter", "seccomp profile")

    def test_missing_io_uring_is_reported_with_the_remedy(self):
        """ENOSYS: an old kernel, an emulator, or a filter."""
        for call in (self.SETUP, self.ENTER):
            self.check_refused(call, errno.ENOSYS, "has no io_uring", "Linux 6.1 or newer")

    def test_an_io_uring_failure_in_mid_sweep_ends_it_with_every_target_accounted_for(self):
        """Open conversations get records, other targets are counted, no processor is kept busy."""
        sink = self.sink("--only", "plain,silent")
        scan = self.start_scan("-o", str(self.path("records")), "-p", str(sink.port), "-j", "2",
                               stdin=subprocess.PIPE,
                               preexec_fn=refusing(self.ENTER, errno.EPERM, 50))
        os.write(scan.process.stdin.fileno(), b"127.1.0.0/28\n")
        wait_until(lambda: b'"quit"' in self.written(), "the first records")
        os.write(scan.process.stdin.fileno(), b"127.2.0.0/20\n")  # More than 50 in one call.
        self.assertEqual(scan.wait(), STOPPED_EARLY, scan.stderr)
        swept = Swept(STOPPED_EARLY, scan.stderr, self.path("records").read_bytes(),
                      self.summary())
        self.check_counts(swept)
        self.assertEqual(swept.summary["stopped"],
                         "a worker: io_uring_enter failed: Operation not permitted")
        self.assertGreater(swept.summary["targets_not_started"], 0)
        self.assertGreater(swept.summary["causes"]["local.interrupted"], 0)
        self.assertLess(swept.summary["cpu_seconds"], 5)

    def test_an_io_uring_failure_ends_a_fleet(self):
        """200 simultaneous connections need more than the filter allows in one call."""
        sink = self.sink("--only", "silent", listen="127.0.0.1",
                         preexec_fn=refusing(self.ENTER, errno.EPERM, 50))
        sink.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, sink.process.pid, os.WSTOPPED)
        for _ in range(200):
            client = socket.create_connection(("127.0.0.1", sink.port))
            self.addCleanup(client.close)
        sink.process.send_signal(signal.SIGCONT)
        self.assertEqual(sink.wait(), STOPPED_EARLY, sink.stderr)
        self.assertIn("io_uring_enter failed: Operation not permitted", sink.stderr)


class NoThreads(ProgramTest):
    """A limit on processes: a sweep runs with all its threads or not at all."""

    PROCESSES = 6

    def limited(self):
        if os.geteuid() == 0:  # Root has no limit, and it counts a user's processes.
            alone = 100_000 + os.getpid()
            os.setgid(alone)
            os.setuid(alone)
        resource.setrlimit(resource.RLIMIT_NPROC, (self.PROCESSES, self.PROCESSES))

    def test_threads_that_cannot_be_started_are_reported_with_the_remedy(self):
        if os.geteuid() != 0:
            self.skipTest("the limit counts what this user runs besides")
        self.folder.chmod(0o777)
        self.write("list", "127.0.0.1:1\n")
        self.write("records", "from the last sweep\n").chmod(0o666)
        command = ("scan", "--helo", HELO, "-f", str(self.path("list")), "-o",
                   str(self.path("records")), "-c", "64")
        for threads in ("2", "8", "64"):
            with self.subTest(threads=threads):
                code, _, stderr = self.run_program(*command, "-j", threads,
                                                   preexec_fn=self.limited)
                if threads == "2":
                    self.assertEqual(code, RAN_TO_ITS_END, stderr)
                    self.write("records", "from the last sweep\n")
                    continue
                self.assertEqual(code, CANNOT_RUN_HERE, stderr)
                self.assertRegex(stderr, r"only \d+ of \d+ threads could be started: ")
                self.assertRegex(stderr, "cure: lower --threads .*ulimit -u")
                self.assertEqual(self.path("records").read_bytes(), b"from the last sweep\n")

    def test_a_fleet_reports_them_too(self):
        if os.geteuid() != 0:
            self.skipTest("the limit counts what this user runs besides")
        code, _, stderr = self.run_program("sink", "--listen", "127.0.0.0/8:0", "--threads", "32",
                                           preexec_fn=self.limited)
        self.assertEqual(code, CANNOT_RUN_HERE, stderr)
        self.assertRegex(stderr, "thread could not be started: ")
        self.assertRegex(stderr, "cure: lower --threads")


class LocalPorts(ProgramTest):
    """A network namespace in which clients have 20 local ports in all."""

    def own_network(self):
        script = ("ip link set lo up && echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range"
                  " && echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets && echo ready && cat")
        holder = Process([*as_root_of("net"), "sh", "-c", script], self.path("network.err"),
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(holder.end)
        if holder.process.stdout.readline() != b"ready\n":
            self.skipTest(f"no network of our own here: {holder.stderr.strip()}")
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(holder.process.pid), "--net", *user]

    def test_a_lack_of_local_ports_is_never_the_targets_fault(self):
        """200 conversations with one server: those without a port are retried, and all are ok."""
        within = self.own_network()
        sink = self.sink("--only", "plain", "--delay", "100", port=2525, within=within)
        swept = self.scan("127.0.0.9:2525\n" * 200, "-c", "100", "--no-share", within=within)
        self.check_ended(swept)
        self.assertEqual(swept.summary["causes"], {"none": 200})
        self.assertGreater(swept.summary["local_shortages"], 0)
        self.assertIn("for lack of local resources", swept.stderr)
        self.assertEqual(sink.stop()["conversations"], 200)

    def test_targets_that_wait_for_a_port_do_not_delay_others(self):
        """A silent server uses all ports to it; two more targets on it outlast 1000 quick ones."""
        # In the order of the list: shuffled, the silent ones begin throughout the sweep, and on a
        # slow machine the first have given their ports back before the last one needs one.
        within = self.own_network()
        fleet = ("--only", "plain,silent", "--delay", "20")
        _, lines, _ = self.run_program("sink", *fleet, "--expect", "127.11.0.0/22")
        expected = [record_of(line) for line in lines.splitlines()]
        silent = next(line["ip"] for line in expected if line["persona"] == "silent")
        plain = [line["ip"] for line in expected if line["persona"] == "plain"]
        self.sink(*fleet, port=2525, within=within)
        targets = "".join(f"{ip}\n" for ip in [silent] * 22 + plain)
        swept = self.scan(targets, "-p", "2525", "-j", "1", "-c", "40", "--greeting-timeout", "4s",
                          "--no-share", "--order", "input", within=within)
        self.check_ended(swept)
        self.assertGreater(swept.summary["local_shortages"], 0)
        # 20 connections to that address were open at once: the last ones may be our own burst.
        causes = swept.summary["causes"]
        self.assertEqual(causes.pop("protocol.silent") + causes.pop("local.burst"), 22)
        self.assertEqual(causes, {"none": len(plain)})


if __name__ == "__main__":
    unittest.main()
