#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The status page of a running monitor in a real browser, which clicks through an outage from the
overview to the acknowledgement and to its end: tests/browser/outage.cjs."""

import re

import browser
from program import main
from watching import WatchTest, section

TOKEN = "a token of this test"
PREFIX = "127.1.2.0/24"
PATIENTS = [f"127.1.2.{i}" for i in range(1, 7)]
PERSONA, RECEIVED = "reset_at_ehlo", "220 "


class Outage(WatchTest):
    def setUp(self):
        browser.parts()
        super().setUp()

    def test_an_operator_clicks_through_it(self):
        self.configure(PATIENTS,
                       section("[http]", listen="127.0.0.1:0", token=TOKEN, public="status"),
                       section("[[channel]]", name="log", kind="exec",
                               command=["/bin/sh", "-c", "exec cat >/dev/null"]),
                       section("[[route]]", to=["log"]))
        watch = self.watch()
        server = re.search(r"status page (http://[^/]+)/", watch.stderr)
        self.assertTrue(server, watch.stderr)
        code, text = browser.drive("outage.cjs", server[1], TOKEN, self.path("fleet"), PREFIX,
                                   PERSONA, RECEIVED)
        self.assertEqual(code, 0, text)
        self.end(watch)


if __name__ == "__main__":
    main()
