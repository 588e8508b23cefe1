#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--depth mail and rcpt: what each depth shows of a fleet, and of whom it is asked."""

import re

from program import HELO, RAN_TO_ITS_END, WRONG_USAGE, ProgramTest, main, record_of

# The plain persona is apart: beside it the others are rare.
FLEETS = (("--only", "disk_full,greylisting,open_relay"), ("--only", "plain"))
PREFIX = "127.1.0.0/27"
RECIPIENT = "postmaster@example.net"
TO_RCPT = ("--depth", "rcpt", "--rcpt-to", RECIPIENT)
OK = ("ok", "quit", "none")
FULL = ("refused", "mail", "resources.storage")
GREYLISTED = ("refused", "rcpt", "throttled.greylist")
OPEN = ("degraded", "relay", "config.open_relay")

# How each persona ends at each depth.
ENDINGS = (
    (("--depth", "tls"), {"disk_full": OK, "greylisting": OK, "open_relay": OK, "plain": OK}),
    (("--depth", "mail"), {"disk_full": FULL, "greylisting": OK, "open_relay": OK, "plain": OK}),
    (TO_RCPT, {"disk_full": FULL, "greylisting": GREYLISTED, "open_relay": OK, "plain": OK}),
    ((*TO_RCPT, "--relay-test", "example.org"),
     {"disk_full": FULL, "greylisting": GREYLISTED, "open_relay": OPEN, "plain": OK}),
)


class Depth(ProgramTest):
    def personas(self, fleet):
        """The persona at each address."""
        code, lines, _ = self.run_program("sink", *fleet, "--expect", PREFIX)
        self.assertEqual(code, RAN_TO_ITS_END)
        return {line["ip"]: line["persona"] for line in map(record_of, lines.splitlines())}

    def test_each_depth_shows_more(self):
        """A full disk at MAIL, greylisting at RCPT, an open relay at a foreign recipient."""
        seen = set()
        for fleet in FLEETS:
            personas = self.personas(fleet)
            seen |= set(personas.values())
            sink = self.sink(*fleet)
            for flags, right in ENDINGS:
                with self.subTest((fleet, flags)):
                    swept = self.scan(PREFIX + "\n", "-p", str(sink.port), "--tls", "off", *flags)
                    self.check_ended(swept)
                    self.assertEqual(len(swept.records), len(personas))
                    for record in swept.records:
                        self.assertEqual((record["outcome"], record["phase"], record["cause"]),
                                         right[personas[record["ip"]]], record)
            self.assertEqual(sink.stop()["out_of_turn"], 0)
        self.assertEqual(seen, set(ENDINGS[0][1]))

    def test_the_record_has_the_replies_the_group_and_the_blame(self):
        sink = self.sink("--only", "disk_full,open_relay")
        swept = self.scan(PREFIX + "\n", "-p", str(sink.port), *ENDINGS[-1][0])
        by_cause = {record["cause"]: record for record in swept.records}
        full = by_cause["resources.storage"]
        self.assertEqual((full["group"], full["blame"]), ("resources", "target"))
        self.assertEqual(full["reply"], {"code": 452, "enhanced": "4.3.1",
                                         "text": ["4.3.1 Insufficient system storage"]})
        self.assertNotIn("rcpt", full)
        relay = by_cause["config.open_relay"]
        self.assertEqual((relay["group"], relay["blame"]), ("configuration", "target"))
        self.assertEqual([relay[key]["code"] for key in ("mail", "rcpt", "relay")], [250] * 3)
        self.assertEqual(relay["tls"]["version"], "TLSv1.3")
        self.assertEqual([phase for phase in relay["ms"]][-5:],
                         ["mail", "rcpt", "relay", "quit", "total"])

    def test_only_own_servers_are_asked_so_much(self):
        sink = self.sink(*FLEETS[0])
        own, foreign = "127.1.0.1", "127.2.0.1"
        swept = self.scan(f"{own}\n{foreign}\n", "-p", str(sink.port), *TO_RCPT,
                          own=("--own", own, "--allow-private"))
        self.check_ended(swept)
        by_target = {record["target"]: record for record in swept.records}
        left_out = by_target[foreign]
        self.assertEqual((left_out["outcome"], left_out["phase"], left_out["cause"]),
                         ("excluded", "input", "excluded.not_own"))
        self.assertEqual((left_out["group"], left_out["blame"]), ("scanner", "scanner"))
        self.assertNotEqual(by_target[own]["outcome"], "excluded")
        self.assertEqual(sink.stop()["conversations"], 1)

    def test_flags_that_do_not_fit_are_refused(self):
        for flags, words in (
                (("--depth", "rcpt"), "--depth rcpt needs a recipient"),
                (("--relay-test", "example.org"), "are for --depth rcpt"),
                (("--depth", "mail", "--rcpt-to", RECIPIENT), "are for --depth rcpt"),
                (("--depth", "rcpt", "--rcpt-to", "postmaster"), "it has no @"),
                (("--depth", "rcpt", "--rcpt-to", "a b@example.net"), "before the @ only"),
                ((*TO_RCPT, "--relay-test", "localhost"), "--relay-test localhost")):
            for command, own in (("scan", ("--own", "127.0.0.0/8")), ("probe", ("--own",))):
                with self.subTest((command, flags)):
                    code, _, stderr = self.run_program(command, "127.0.0.1", "--helo", HELO, *own,
                                                       *flags, own=())
                    self.assertEqual(code, WRONG_USAGE, stderr)
                    self.assertIn(words, stderr)

    def test_without_own_servers_the_depth_is_refused(self):
        for command in ("scan", "probe"):
            for flags in (("--depth", "mail"), TO_RCPT):
                with self.subTest((command, flags)):
                    code, _, stderr = self.run_program(command, "127.0.0.1", "--helo", HELO, *flags,
                                                       own=())
                    self.assertEqual(code, WRONG_USAGE, stderr)
                    self.assertIn("--depth mail and rcpt are for one's own servers", stderr)

    def test_the_transcript_of_a_probe_has_the_transaction(self):
        """It ends with RSET, and no message is sent."""
        sink = self.sink("--only", "plain")
        code, stdout, stderr = self.run_program(
            "probe", f"127.0.0.1:{sink.port}", "--helo", HELO, "--own", "--tls", "off",
            *TO_RCPT, "--mail-size", "5000", "--relay-test", "example.org")
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        sent = re.findall(r" ms  > (.*)$", stdout.decode("ascii"), re.MULTILINE)
        self.assertEqual(sent, [f"EHLO {HELO}", "MAIL FROM:<> SIZE=5000",
                                f"RCPT TO:<{RECIPIENT}>", "RCPT TO:<relay-test@example.org>",
                                "RSET", "QUIT"])
        self.assertIn("< 554 5.7.1 Relay access denied\n", stdout.decode("ascii"))
        self.assertEqual(sink.stop()["out_of_turn"], 0)


if __name__ == "__main__":
    main()
