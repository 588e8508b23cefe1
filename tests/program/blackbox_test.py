#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""GET /probe beside blackbox_exporter itself: both show the same of a server.

Both probe the simulated fleet, with STARTTLS. Where the replies are those that the exporter's
regular expressions expect, the verdict is the same, too."""

import shutil
import unittest

from ports import free_port
from program import main, wait_until
from scraping import ServingTest, http_get, read_exposition

EXPORTER = "prometheus-blackbox-exporter"
FIRST = "127.1.2.1"
STARTTLS = [
    {"expect": "^220 "}, {"send": "EHLO probe.example.net\r"}, {"expect": "^250[ -]STARTTLS"},
    {"send": "STARTTLS\r"}, {"expect": "^220"}, {"starttls": True},
    {"send": "EHLO probe.example.net\r"}, {"expect": "^250[ -]"}, {"send": "QUIT\r"}]
# How long something took is never the same twice; and we have no regular expressions.
OF_ITS_OWN = {"probe_duration_seconds", "probe_dns_lookup_time_seconds",
              "probe_failed_due_to_regex"}
OF_CERTIFICATES = {"probe_ssl_last_chain_info", "probe_ssl_last_chain_expiry_timestamp_seconds"}


class Blackbox(ServingTest):
    def setUp(self):
        if not shutil.which(EXPORTER):
            self.skipTest(f"{EXPORTER} is not installed")
        super().setUp()
        authority = str(self.path("ca.pem"))
        port = free_port()
        self.exporter = f"http://127.0.0.1:{port}"
        self.write_json("blackbox.yml", {"modules": {"smtp_starttls": {
            "prober": "tcp", "timeout": "10s",
            "tcp": {"query_response": STARTTLS,
                    "tls_config": {"ca_file": authority, "server_name": "mx.sink.test"}}}}})
        self.start_server(
            "blackbox", [EXPORTER, f"--config.file={self.path('blackbox.yml')}",
                         f"--web.listen-address=127.0.0.1:{port}"], f"{self.exporter}/-/healthy")
        self.configure_http([FIRST], watch={"ca_file": authority},
                            group={"depth": "ehlo", "tls_every": "always"})

    def fleet_flags(self):
        return ("--only", "plain", "--ca-out", str(self.path("ca.pem")))

    def ours(self):
        """What the monitor shows of the first server; nothing: it has no result yet."""
        status, media_type, text = self.get("/probe", target=f"{FIRST}:{self.fleet.port}",
                                            module="smtp_starttls")
        if status != 200:
            return None
        self.assertTrue(media_type.startswith("text/plain; version=0.0.4"), media_type)
        return read_exposition(text)

    def theirs(self):
        status, _, text = http_get(
            f"{self.exporter}/probe?module=smtp_starttls&target={FIRST}:{self.fleet.port}")
        self.assertEqual(status, 200)
        return read_exposition(text)

    def wait_for_verdict(self, success):
        def shows():
            ours = self.ours()
            return ours if ours and ours["probe_success"][2] == [({}, success)] else None

        return wait_until(shows, f"a verdict of {success}")

    def expect_same(self, ours, theirs, names):
        """The same type, the same sentence, and but for OF_ITS_OWN the same values."""
        for name in names:
            with self.subTest(name):
                self.assertEqual(ours[name][:2], theirs[name][:2])
                if name not in OF_ITS_OWN:
                    self.assertEqual(ours[name][2], theirs[name][2])

    def test_both_show_the_same_of_a_server_that_is_up_and_then_down(self):
        self.watch()
        for success in (1.0, 0.0):
            if not success:
                self.take_down(FIRST)
            ours, theirs = self.wait_for_verdict(success), self.theirs()
            self.assertEqual(theirs["probe_success"][2], [({}, success)])
            self.assertEqual(set(ours), set(theirs))
            self.expect_same(ours, theirs, set(theirs) - OF_CERTIFICATES)
            self.assertGreater(ours["probe_duration_seconds"][2][0][1], 0)

    def test_both_show_the_same_certificate(self):
        self.watch()
        self.expect_same(self.wait_for_verdict(1.0), self.theirs(), OF_CERTIFICATES)

    def test_a_target_that_is_not_watched_is_not_found(self):
        self.watch()
        self.assertEqual(self.get("/probe", target="127.200.0.1:25")[0], 404)


if __name__ == "__main__":
    main()
