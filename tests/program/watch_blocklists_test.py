#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Blocklists as slow checks of a running monitor: a server that gets on a list and off it again, a
list that dies, a budget over a restart, and a configuration that changes."""

import datetime
import json
import subprocess
import time

from blocklist_servers import Rbldnsd, table_of
from name_server import NameServer
from program import MXSWEEP, WAIT_SECONDS_MAX, main, wait_until
from together import together
from watching import WatchTest, bodies, section

PATIENT = "127.9.1.1"
KEY = "s3cretkey"
ENTRY = "1.1.9.127"  # PATIENT's in a list, and that of its test:
TESTED = "2.0.0.127"
LISTED = ["127.0.0.2"]
ZEN = 'zone = "zen.test"\nkinds = "ip4"\n'
ASKED_EVERY_SECONDS = 0.5  # The monitor keeps the answer to a question for ten seconds.

load_tests = together


class WatchBlocklistsTest(WatchTest):
    def name_server(self, zone):
        server = NameServer(zone)
        self.addCleanup(server.stop)
        return server

    def set_lists(self, lists):
        self.write("lists.toml", table_of(lists, "count"))

    def begin(self, resolver, lists, *flags, every="24h"):
        """Watches PATIENT, which lists are asked about; each check is asked for by the test."""
        self.hook = self.http()
        self.set_lists(lists)
        self.write("mail.txt", PATIENT + "\n")
        self.configure(
            [], section("[http]", listen="127.0.0.1:0", public="all"),
            section("[[group]]", name="mail", ports=[self.fleet.port], targets="mail.txt",
                    checks=["dnsbl:lists.toml"], checks_every=every),
            section("[[channel]]", name="hook", kind="webhook", url=self.hook.url),
            section("[[route]]", to=["hook"]), watch={"resolver": resolver})
        return self.watch(*flags)

    def check_until(self, reached, what):
        def checked():
            time.sleep(ASKED_EVERY_SECONDS)
            self.ctl("check", "--group", "mail")
            return reached()

        wait_until(checked, what)

    def told(self, kind, about="check"):
        return [body for body in bodies(self.hook)
                if body["kind"] == kind and body["incident"]["kind"] == about]

    def open_findings(self):
        return [each["id"] for incident in self.ctl("incidents")["incidents"]
                if incident["incident"]["kind"] == "check" for each in incident["findings"]]

    def troubles(self):
        return [body["incident"]["text"] for body in self.told("opening", "internal")]

    def spent(self):
        lines = self.path("count").read_text(encoding="ascii").splitlines()
        return {line.split()[0]: int(line.split()[1]) for line in lines[2:]}

    def test_a_server_that_gets_on_a_list_is_told_until_it_is_off_it(self):
        zone = f"{KEY}.bl.test"
        tests = ":127.0.0.2:listed\n127.0.0.2\n"
        self.folder.chmod(0o711)  # rbldnsd, which gives up root, gets through to its own.
        self.path("rbldnsd").mkdir()
        lists = Rbldnsd(self.path("rbldnsd"), {zone: {"ip4set": tests}}, ttl=1)
        self.addCleanup(lists.end)
        watch = self.begin(lists.address, {"own": 'zone = "${key}.bl.test"\nkinds = "ip4"\n'
                                                  f'key = "{KEY}"\n'},
                           "--events", str(self.path("events")), "--records",
                           str(self.path("records")))
        self.wait_for(up=31)

        def changes(lines):
            lists.write(zone, "ip4set", tests + lines)

            def reached(kind):
                lists.reload()
                return self.told(kind)

            return reached

        listed = changes(f"{PATIENT}\n")
        self.check_until(lambda: listed("opening"), "the listing to be told")
        opening, = self.told("opening")
        self.assertIn("dnsbl.listed", opening["subject"])
        self.assertEqual([(each["id"], each["severity"], each["at"])
                          for each in opening["findings"]],
                         [("dnsbl.listed", "error", f"{ENTRY}.<key>.bl.test")])
        delisted = changes("")
        self.check_until(lambda: delisted("closing"), "its end to be told")
        self.assertEqual(self.open_findings(), [])
        self.end(watch)
        self.assertGreater(self.spent()["own"], 4)
        # The key is in the questions alone.
        written = [watch.stderr, json.dumps(bodies(self.hook)),
                   *(path.read_bytes().decode("latin-1") for path in self.folder.rglob("*")
                     if path.is_file() and path.name != "lists.toml" and
                     path.parent.name != "rbldnsd")]
        for text in written:
            self.assertNotIn(KEY, text)

    def test_a_list_that_dies_ends_nothing_and_is_told(self):
        server = self.name_server({f"{TESTED}.zen.test": LISTED, f"{ENTRY}.zen.test": LISTED})
        self.begin(server.address, {"zen": ZEN})
        self.wait_for(up=31)
        self.check_until(lambda: self.told("opening"), "the listing to be told")
        server.zone = {}  # It lists nothing any more, not even its test.
        self.check_until(self.troubles, "its end to be told")
        self.assertEqual(self.troubles(),
                         ["blocklist zen (ip4) at zen.test: not usable: lists_nothing"])
        for _ in range(3):
            self.ctl("check", "--group", "mail")
        self.assertEqual(self.open_findings(), ["dnsbl.listed"])
        self.assertEqual(self.told("closing"), [])

    def test_error_codes_and_a_resolver_that_answers_for_the_list_are_no_listings(self):
        server = self.name_server({f"{TESTED}.zen.test": ["127.255.255.254"],
                                   f"{ENTRY}.zen.test": ["127.255.255.254"]})
        self.begin(server.address, {"zen": ZEN})
        self.check_until(self.troubles, "the list to be told")
        self.assertIn("not usable: open_resolver", self.troubles()[0])
        self.assertEqual(self.open_findings(), [])

    def test_the_budget_of_a_day_is_kept_over_a_restart_and_ends_nothing(self):
        server = self.name_server({f"{TESTED}.zen.test": LISTED, f"{ENTRY}.zen.test": LISTED})
        lists = {"zen": ZEN + "per_day = 20\n"}
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.write("count", f"mxsweep blocklists 1\nday {today}\nzen 8\n")
        watch = self.begin(server.address, lists)
        self.wait_for(up=31)
        self.check_until(lambda: self.told("opening"), "the listing to be told")
        # Meanwhile no other run may count there.
        code, _, stderr = self.run_program("checks", "--checks", f"dnsbl:{self.path('lists.toml')}",
                                           "--resolver", server.address, "a.test")
        self.assertNotEqual(code, 0)
        self.assertIn("another run counts its questions there", stderr)
        self.end(watch)
        self.assertGreater(self.spent()["zen"], 8)
        self.watch()
        self.assertEqual(self.open_findings(), ["dnsbl.listed"])
        self.check_until(self.troubles, "the budget to be told")
        self.assertEqual(self.troubles(),
                         ["blocklist zen (ip4): the questions of the day are used up"])
        server.zone = {f"{TESTED}.zen.test": LISTED}
        for _ in range(3):
            self.ctl("check", "--group", "mail")
        self.assertEqual(self.open_findings(), ["dnsbl.listed"])
        self.assertEqual(self.told("closing"), [])
        self.assertLessEqual(sum(name.endswith("zen.test") for name, _ in server.asked), 20)

    def test_a_changed_file_is_taken_over_by_a_reload_and_a_broken_one_refused(self):
        server = self.name_server({f"{TESTED}.{zone}.test": LISTED for zone in ("zen", "own")} |
                                  {f"{ENTRY}.own.test": LISTED})
        self.begin(server.address, {"zen": ZEN})
        self.check_until(lambda: f"{ENTRY}.zen.test" in [name for name, _ in server.asked],
                         "the first list to be asked")
        own = 'zone = "own.test"\nkinds = "ip4"\n'
        for lists, sentence in (({"zen": ZEN, "own": "kinds = 'ip5'\n"}, "'ip5' is not"),
                                ({"zen": ZEN + "per_day = 20\n", "own": own}, None)):
            self.set_lists(lists)
            done = subprocess.run([MXSWEEP, "ctl", "-s", str(self.path("control")), "reload"],
                                  capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
            if sentence:
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(sentence, (done.stdout + done.stderr).decode())
            else:
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.check_until(lambda: self.told("opening"), "the listing of the other list to be told")
        self.assertEqual([each["at"] for each in self.told("opening")[0]["findings"]],
                         [f"{ENTRY}.own.test"])

    def test_what_cannot_be_asked_is_refused_where_it_stands(self):
        self.set_lists({"zen": ZEN + "per_day = 100\n"})
        self.write("other.toml", table_of({"zen": ZEN}, "count"))
        self.write("mail.txt", "".join(f"127.9.1.{i}\n" for i in range(1, 9)))
        for words, sentence in (
                ([["dnsbl:lists.toml"]],
                 "blocklist zen: the groups would ask it 192 questions a day, and its per_day "
                 "leaves 90 beside its tests"),
                ([["dnsbl:lists.toml"], ["dnsbl:other.toml"]], "one file of blocklists for all"),
                ([["dnsbl:none.toml"]], "none.toml: No such file or directory"),
                ([["dnsbl:"]], "needs the file that says which lists to ask")):
            self.configure([], *(section("[[group]]", name=f"g{number}", targets="mail.txt",
                                         checks=checks) for number, checks in enumerate(words)))
            code, _, stderr = self.run_program("watch", "-c", str(self.path("watch.toml")),
                                               "--check")
            self.assertNotEqual(code, 0)
            self.assertIn(sentence, stderr)

    def test_the_lists_are_in_the_plan(self):
        self.set_lists({"zen": f'zone = "${{key}}.zen.test"\nkinds = "ip4"\nkey = "{KEY}"\n'})
        self.write("mail.txt", PATIENT + "\n")
        self.configure([], section("[[group]]", name="mail", targets="mail.txt",
                                   checks=["dnsbl:lists.toml"]))
        _, stdout, _ = self.run_program("watch", "-c", str(self.path("watch.toml")), "--check")
        self.assertIn("blocklist zen: <key>.zen.test for ip4; at most 50000 questions a day",
                      stdout.decode())
        self.assertNotIn(KEY, stdout.decode())


if __name__ == "__main__":
    main()
