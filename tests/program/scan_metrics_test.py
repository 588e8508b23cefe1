#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mxsweep scan --metrics: a sweep that is scraped while it runs, and what it costs when it is not
possible."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import unittest

from program import (HELO, RAN_TO_ITS_END, STOPPED_EARLY, WAIT_SECONDS_MAX, WRONG_USAGE,
                     ProgramTest, wait_until)

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{(.*)\})? (\S+)$')


class Site:
    """The HTTP server of a sweep."""

    def __init__(self, process):
        self.host, port = wait_until(lambda: self.named(process), "the address of the metrics")
        self.port = int(port)

    @staticmethod
    def named(process):
        found = re.search(r"mxsweep: metrics at http://(.*):(\d+)/metrics\n", process.stderr)
        return found.groups() if found else None

    def fetch(self, path, method="GET", **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_SECONDS_MAX)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8")
        finally:
            connection.close()

    def values(self):
        """By name and labels: {"mxsweep_scan_records_total{outcome="ok"}": 3}."""
        status, _, text = self.fetch("/metrics")
        assert status == 200, text
        samples = [SAMPLE.match(line).groups() for line in text.splitlines()
                   if not line.startswith("#")]
        return {name + (f"{{{labels}}}" if labels else ""): float(value)
                for name, labels, value in samples}


class ScanMetrics(ProgramTest):
    def start_sweep(self, *flags):
        """A sweep whose list comes from a pipe, with its fleet and its metrics."""
        fleet = self.sink("--only", "plain")
        process = self.start_scan("-o", str(self.path("records")), "-p", str(fleet.port),
                                  "--metrics", "127.0.0.1:0", *flags, stdin=subprocess.PIPE)
        return process, Site(process)

    def test_a_sweep_can_be_followed_while_it_runs(self):
        process, site = self.start_sweep()
        self.assertEqual(site.values()['mxsweep_scan_records_total{outcome="ok"}'], 0)
        process.process.stdin.write(b"127.0.0.1\n127.0.0.2\nnot an address\n")
        process.process.stdin.flush()

        def counted():
            values = site.values()
            return (values['mxsweep_scan_records_total{outcome="ok"}'] == 2
                    and values['mxsweep_scan_records_total{outcome="invalid"}'] == 1
                    and values["mxsweep_scan_list_read_bytes_total"] > 0)

        wait_until(counted, "three records in the metrics")
        values = site.values()
        self.assertEqual(values["mxsweep_scan_list_ended"], 0)
        self.assertNotIn("mxsweep_scan_list_size_bytes", values)
        self.assertEqual(values["mxsweep_scan_stopping"], 0)
        self.assertGreater(values["mxsweep_scan_elapsed_seconds"], 0)
        self.assertEqual(values['mxsweep_scan_paused{reason="route"}'], 0)
        process.process.stdin.close()
        self.assertEqual(process.wait(), RAN_TO_ITS_END)
        with self.assertRaises(OSError):
            site.fetch("/metrics")

    def test_both_formats_are_clean(self):
        process, site = self.start_sweep()
        status, headers, text = site.fetch("/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        self.assertIn("# TYPE mxsweep_scan_records_total counter\n", text)
        self.assertIn("mxsweep_build_info{version=", text)
        if shutil.which("promtool"):
            checked = subprocess.run(["promtool", "check", "metrics"], input=text.encode(),
                                     capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
            self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, b"", b""))

        status, headers, text = site.fetch("/metrics", Accept=OPENMETRICS)
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("application/openmetrics-text;"))
        self.assertIn("# TYPE mxsweep_scan_records counter\n", text)
        self.assertTrue(text.endswith("\n# EOF\n"))
        process.process.stdin.close()
        process.wait()

    def test_there_is_nothing_else(self):
        process, site = self.start_sweep()
        self.assertEqual(site.fetch("/-/healthy")[0], 200)
        self.assertEqual(site.fetch("/metrics", "HEAD")[2], "")
        for path in ("/", "/metrics/x", "/favicon.ico", "/api/v1/summary"):
            status, headers, _ = site.fetch(path)
            self.assertEqual(status, 404)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(site.fetch("/../etc/passwd")[0], 400)
        self.assertEqual(site.fetch("/metrics", "POST")[0], 405)
        self.assertEqual(site.fetch("/metrics", "DELETE")[0], 405)
        self.assertEqual(site.fetch("/metrics", Host="attacker.example")[0], 421)
        # A scrape configuration may name this machine.
        for host in (HELO, socket.gethostname(), "localhost"):
            self.assertEqual(site.fetch("/metrics", Host=f"{host}:{site.port}")[0], 200)
        process.process.stdin.close()
        process.wait()

    def test_a_signal_ends_a_sweep_with_metrics_as_any_other(self):
        process, site = self.start_sweep("--drain", "1s")
        slow = socket.create_connection((site.host, site.port), timeout=WAIT_SECONDS_MAX)
        self.addCleanup(slow.close)
        slow.sendall(b"GET /metrics HT")
        wait_until(lambda: site.values()["mxsweep_scan_elapsed_seconds"] > 0, "the sweep to begin")
        process.send(signal.SIGINT)
        self.assertEqual(process.wait(), STOPPED_EARLY)
        self.assertIn("STOPPED EARLY: a signal", process.stderr)

    def test_an_address_that_cannot_be_bound_costs_no_output_its_content(self):
        self.write("records", "kept\n")
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        for address, reason in ((f"127.0.0.1:{taken.getsockname()[1]}", "Address already in use"),
                                ("192.0.2.1:9025", "Cannot assign requested address"),
                                ("9025", "is not ADDRESS:PORT"),
                                ("localhost:9025", "is not ADDRESS:PORT"),
                                ("127.0.0.1:65536", "is not 0..65535")):
            for more in ((), ("--check",)):
                code, _, stderr = self.run_program(
                    *self.scan_flags("-o", str(self.path("records")), "--metrics", address, *more,
                                     "127.0.0.1"))
                self.assertEqual(code, WRONG_USAGE, stderr)
                self.assertIn("mxsweep: --metrics: ", stderr)
                self.assertIn(reason, stderr)
        self.assertEqual(self.written(), b"kept\n")
        self.assertFalse(self.path("summary.json").exists())


if __name__ == "__main__":
    unittest.main()
