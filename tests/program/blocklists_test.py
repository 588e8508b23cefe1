#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What mxsweep checks, and a sweep, say of blocklists: of those that work, that have closed, that
refuse, and of resolvers that answer for them. Nothing is listed but what a list that works has."""

import json
import os
import signal
import subprocess
import urllib.request

import jsonschema

from blocklist_servers import CLOSED, BlocklistServers, lists_of_all, table_of
from name_server import NXDOMAIN, SERVFAIL, A, NameServer, encoded, record
from program import (HELO, RAN_TO_ITS_END, STOPPED_EARLY, WRONG_USAGE, MXSWEEP, ProgramTest, main,
                     record_of, wait_until)
from signed_zone import temporary_folder

KEY = "s3cretKEY"
OWN = ("--own", "127.0.0.0/8", "--own", "2001:db8::/32")
LISTED = "dnsbl.listed"


def reversed_name(address, zone):
    return ".".join(reversed(address.split("."))) + "." + zone


def entry(name, address):
    """The records of an answer, as a zone of NameServer has them."""
    return {name: [address]}


class Resolver(dict):
    """A zone for a NameServer that answers with one address whatever is asked."""

    def __init__(self, address):
        super().__init__()
        self.address = address

    def get(self, name, default=None):
        return [self.address]


class BlocklistsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.state = self.path("state")

    def name_server(self, zone):
        server = NameServer(zone)
        self.addCleanup(server.stop)
        return server

    def table(self, lists):
        return f"dnsbl:{self.write('lists.toml', table_of(lists, self.state))}"

    def flags(self, resolver, lists, *more):
        return ("--resolver", resolver, "--checks", self.table(lists), *more)

    def checks(self, resolver, lists, *domains, flags=(), code=RAN_TO_ITS_END, **more):
        """The lines of the domains, by their names."""
        ended, octets, self.stderr = self.run_program(
            "checks", *OWN, *self.flags(resolver, lists, *flags), "--",
            *domains, **more)
        self.assertEqual(ended, code, self.stderr)
        lines = [record_of(line) for line in octets.splitlines()]
        return {line["target"]: line for line in lines}

    def sweep(self, resolver, lists, *addresses, flags=()):
        """The verdicts on addresses that a sweep visits: by address, then by list."""
        swept = self.scan("".join(f"{address}\n" for address in addresses), "-p", "1",
                          *self.flags(resolver, lists, *flags))
        self.check_ended(swept)
        self.swept = swept
        return {record["ip"]: self.verdicts(record["checks"]) for record in swept.records}

    def verdicts(self, checks):
        return {one["zone"]: one.get("why") or one["verdict"] for one in checks["dnsbl"]}

    def found(self, checks):
        """What is found fault with, and where."""
        return {(finding["id"], finding["severity"], finding["at"])
                for finding in checks["findings"] if finding["id"].startswith("dnsbl.")}

    def spent(self):
        """The count of each list, as it was left to the next run."""
        lines = self.state.read_text(encoding="ascii").splitlines()
        self.assertEqual(lines[0], "mxsweep blocklists 1")
        return {line.split()[0]: int(line.split()[1]) for line in lines[2:]}


class RealListsTest(BlocklistsTest):
    @classmethod
    def setUpClass(cls):
        cls.servers = BlocklistServers(temporary_folder(cls))
        cls.addClassCleanup(cls.servers.end)

    def test_what_lists_have_is_found_and_nothing_else(self):
        lines = self.checks(self.servers.address, lists_of_all(), "listed.test", "clean.test",
                            "odd.test")
        listed = lines["listed.test"]["checks"]
        self.assertEqual(self.verdicts(listed)["dbl"], "listed")
        self.assertEqual(self.found(listed), {(LISTED, "error", "listed.test.dbl.bl.test")})
        servers = {one["ip"]: one["checks"] for one in listed["servers"]}
        self.assertEqual(servers["127.9.1.1"]["dnsbl"][0],
                         {"zone": "own", "verdict": "listed", "codes": ["127.0.0.10"],
                          "meaning": ["PBL"]})
        self.assertEqual(self.found(servers["127.9.1.1"]),
                         {(LISTED, "warn", "1.1.9.127.own.bl.test")})
        self.assertEqual(servers["2001:db8:1::7"]["dnsbl"][0]["codes"], ["127.0.0.3"])
        clean = lines["clean.test"]["checks"]
        self.assertEqual(self.verdicts(clean)["dbl"], "not_listed")
        for server in clean["servers"]:
            self.assertEqual(self.verdicts(server["checks"])["own"], "not_listed")
        self.assertEqual(
            {one["ip"]: one["checks"]["dnsbl"][0]["verdict"]
             for one in lines["odd.test"]["checks"]["servers"]},
            {"127.9.2.2": "query_error.typing_error", "127.9.2.4": "query_error.open_resolver",
             "127.9.2.5": "query_error.excess_volume", "127.9.2.6": "query_error.wrong_kind"})
        self.check_no_false_listing(lines)
        self.check_schema(lines)

    def check_no_false_listing(self, lines):
        """Every list that has closed or refuses is unusable, and one that is broken untested."""
        true = 0
        for line in lines.values():
            for checks in (line["checks"], *(one["checks"] for one in line["checks"]["servers"])):
                for zone, verdict in self.verdicts(checks).items():
                    if zone in CLOSED:
                        self.assertEqual(verdict, "unusable", zone)
                    if zone == "broken":
                        self.assertEqual(verdict, "untested")
                true += sum(at in ("error", "warn") for _, at, _ in self.found(checks))
        self.assertEqual(true, 4)  # One domain, and three addresses.
        for name in CLOSED:
            self.assertIn(f"blocklist {name} (ip4) at {name}.bl.test: not usable: ", self.stderr)

    def check_schema(self, lines):
        schema = json.loads(subprocess.run([MXSWEEP, "schema"], capture_output=True, check=True,
                                           timeout=60).stdout)
        whole = {"$ref": "#/$defs/domain_line", "$defs": schema["$defs"]}
        for line in lines.values():
            jsonschema.Draft202012Validator(whole).validate(line)

    def test_a_sweep_writes_them_into_the_records_of_the_servers(self):
        verdicts = self.sweep(self.servers.address, lists_of_all(), "127.9.1.2", "127.9.1.3",
                              "127.9.9.1", flags=("--role", "in"))
        self.assertEqual([verdicts[f"127.9.{end}"]["own"] for end in ("1.2", "1.3", "9.1")],
                         ["listed", "listed", "not_listed"])
        for record in self.swept.records:
            for _, severity, _ in self.found(record["checks"]):
                self.assertEqual(severity, "info")  # They only receive.
        states = {(one["zone"], one["kind"]): one for one in self.swept.summary["blocklists"]}
        self.assertEqual(states["own", "ip4"], {
            "zone": "own", "kind": "ip4", "state": "usable", "asked": 3, "listed": 2,
            "withdrawn": 0, "over_budget": 0})
        self.assertEqual(states["dead", "ip4"]["fault"], "lists_everything")
        self.assertEqual(states["refusing", "ip4"]["fault"], "blocked")


class ScriptedListsTest(BlocklistsTest):
    """One name server is resolver and list."""

    LISTS = {"zen": 'zone = "zen.test"\nkinds = "ip4"\n'}
    TESTED = entry("2.0.0.127.zen.test", "127.0.0.2")

    def test_a_resolver_that_answers_for_the_lists_lists_nothing(self):
        for address, fault in (("127.255.255.254", "open_resolver"), ("198.51.100.7", "rewritten"),
                               ("127.0.0.1", "rewritten"), ("127.0.0.2", "lists_everything")):
            with self.subTest(address):
                server = self.name_server(Resolver(address))
                verdicts = self.sweep(server.address, self.LISTS, "127.9.1.1", "127.9.1.2")
                self.assertEqual(verdicts, {"127.9.1.1": {"zen": "unusable"},
                                            "127.9.1.2": {"zen": "unusable"}})
                self.assertEqual(self.swept.summary["blocklists"][0]["fault"], fault)

    def test_what_has_no_answer_is_unknown(self):
        for answer, why in ((None, "timeout"), (SERVFAIL, "servfail")):
            with self.subTest(why):
                name = reversed_name("127.9.1.1", "zen.test")
                server = self.name_server({**self.TESTED, name: answer})
                verdicts = self.sweep(server.address, self.LISTS, "127.9.1.1", "127.9.1.2")
                self.assertEqual(verdicts, {"127.9.1.1": {"zen": why},
                                            "127.9.1.2": {"zen": "not_listed"}})

    def test_an_address_is_asked_for_once_however_many_domains_lead_to_it(self):
        names = {f"d{i}.test": [("MX", 10, "mx.test")] for i in range(50)}
        server = self.name_server({**self.TESTED, **names, "mx.test": ["127.9.1.1"]})
        lines = self.checks(server.address, self.LISTS, *names)
        self.assertEqual(len(lines), 50)
        for line in lines.values():
            one, = line["checks"]["servers"]
            self.assertEqual(self.verdicts(one["checks"]), {"zen": "not_listed"})
        asked = [name for name, _ in server.asked]
        self.assertEqual(asked.count(reversed_name("127.9.1.1", "zen.test")), 1)
        self.assertEqual(self.spent(), {"zen": 3})

    def test_the_budget_of_a_day_is_that_of_all_runs(self):
        lists = {"zen": self.LISTS["zen"] + "per_day = 20\n"}
        server = self.name_server(dict(self.TESTED))
        first = self.sweep(server.address, lists, *(f"127.9.1.{i}" for i in range(30)))
        answered = sum(one["zen"] == "not_listed" for one in first.values())
        self.assertEqual(answered, 12)  # Two are for the test before, and six are kept for others.
        self.assertEqual(sum(one["zen"] == "budget" for one in first.values()), 18)
        self.assertIn("the questions of the day are used up; 18 not asked", self.swept.stderr)
        second = self.sweep(server.address, lists, *(f"127.9.2.{i}" for i in range(5)))
        self.assertEqual({one["zen"] for one in second.values()}, {"budget"})
        asked = [name for name, kind in server.asked if kind == A and name.endswith("zen.test")]
        self.assertLessEqual(len(asked), 20)
        # Another list is counted beside it.
        zen = self.spent()["zen"]
        self.sweep(server.address, {"own": 'zone = "own.test"\nkinds = "ip4"\n'}, "127.9.3.1")
        self.assertEqual(self.spent(), {"zen": zen, "own": 2})

    def test_another_day_has_its_own_budget(self):
        lists = {"zen": self.LISTS["zen"] + "per_day = 20\n"}
        server = self.name_server(dict(self.TESTED))
        self.state.write_text("mxsweep blocklists 1\nday 2026-01-01\nzen 20\n", encoding="ascii")
        verdicts = self.sweep(server.address, lists, "127.9.1.1")
        self.assertEqual(verdicts["127.9.1.1"], {"zen": "not_listed"})

    def test_a_sweep_that_is_interrupted_leaves_its_count(self):
        server = self.name_server(dict(self.TESTED))
        process = self.start_scan(*self.flags(server.address, self.LISTS), "-p", "1", "-o",
                                  str(self.path("records")), stdin=subprocess.PIPE)
        process.process.stdin.write(b"127.9.1.1\n127.9.1.2\n")
        process.process.stdin.flush()
        wait_until(lambda: self.written().count(b"\n") == 2, "two records")
        # Meanwhile no other run may count there.
        code, _, stderr = self.run_program(
            "checks", *self.flags(server.address, self.LISTS), "a.test")
        self.assertEqual(code, WRONG_USAGE, stderr)
        self.assertIn("another run counts its questions there", stderr)
        process.send(signal.SIGINT)
        self.assertEqual(process.wait(), STOPPED_EARLY, process.stderr)
        self.assertEqual(self.spent(), {"zen": 4})
        self.assertIn("state\": ", json.dumps(self.summary()["blocklists"]))

    def test_a_count_that_cannot_be_read_or_written_is_an_error_before_anything_is_asked(self):
        server = self.name_server(dict(self.TESTED))
        self.state.write_text("zen 20\n", encoding="ascii")
        self.checks(server.address, self.LISTS, "a.test", code=WRONG_USAGE)
        self.assertIn(f"{self.state}: is no count of questions to blocklists", self.stderr)
        self.state = self.path("no-folder") / "state"
        self.checks(server.address, self.LISTS, "a.test", code=WRONG_USAGE)
        self.assertIn(f"{self.state}.lock: No such file or directory", self.stderr)
        self.state = self.folder
        self.checks(server.address, self.LISTS, "a.test", code=WRONG_USAGE)
        self.assertEqual(server.asked, [])

    def test_every_mistake_in_the_file_is_told_at_once(self):
        lists = {"zen": 'zone = "zen"\nkinds = "ip5"\n'}
        self.checks("127.0.0.1:1", lists, "a.test", code=WRONG_USAGE)
        self.assertIn("lists.toml:5:8: zone: 'zen' is not the name of a zone", self.stderr)
        self.assertIn("lists.toml:6:9: kinds: 'ip5' is not ip4, ip6 or domain", self.stderr)
        code, _, stderr = self.run_program("checks", "--checks", "dnsbl:/no/such/file", "a.test")
        self.assertEqual(code, WRONG_USAGE)
        self.assertIn("/no/such/file: No such file or directory", stderr)

    def test_a_plus_adds_to_the_default(self):
        server = self.name_server({**self.TESTED, "a.test": []})
        table = self.table({"zen": 'zone = "zen.test"\nkinds = ["ip4", "domain"]\n'
                                   'test_listed = "2.0.0.127"\n'})
        flags = ("--resolver", server.address, "--quiet")
        ended, octets, stderr = self.run_program("checks", *flags, "--checks", "+" + table,
                                                 "a.test")
        self.assertEqual(ended, RAN_TO_ITS_END, stderr)
        self.assertLessEqual({"dnsbl", "spf", "dmarc"}, set(json.loads(octets)["checks"]))
        ended, octets, _ = self.run_program("checks", *flags, "--checks", table, "a.test")
        self.assertEqual(set(json.loads(octets)["checks"]), {"dnsbl", "findings"})
        for wrong in ("dnsbl:", f"{table},{table}"):
            code, _, _ = self.run_program("checks", *flags, "--checks", wrong, "a.test")
            self.assertEqual(code, WRONG_USAGE, wrong)


class KeyTest(BlocklistsTest):
    """A key is in the questions to the resolver, and nowhere else."""

    LISTS = {"dqs": 'zone = "${key}.zen.test"\nkinds = ["ip4", "domain"]\nkey = "${LIST_KEY}"\n'}
    ZONE = f"{KEY.lower()}.zen.test"

    def check_hidden(self, *texts):
        for text in texts:
            self.assertNotIn(KEY.lower(), text.lower())

    def server(self, verdict):
        return self.name_server({f"2.0.0.127.{self.ZONE}": ["127.0.0.2"],
                                 f"test.{self.ZONE}": ["127.0.0.2"],
                                 f"1.1.9.127.{self.ZONE}": verdict, "a.test": [("MX", 1, "m.test")],
                                 f"a.test.{self.ZONE}": verdict, "m.test": ["127.9.1.1"]})

    def test_it_is_in_no_output(self):
        environment = {**os.environ, "LIST_KEY": KEY}
        for verdict in (["127.0.0.2"], ["127.255.255.252"], ["198.51.100.7"], SERVFAIL):
            server = self.server(verdict)
            swept = self.scan("a.test\n", "--mx", "-p", "1", "--domain-summary",
                              str(self.path("domains")), *self.flags(server.address, self.LISTS),
                              env=environment)
            self.check_ended(swept)
            self.assertIn(f"1.1.9.127.{self.ZONE}", [name for name, _ in server.asked])
            if verdict != SERVFAIL:
                self.assertIn("<key>.zen.test", swept.octets.decode())
            self.check_hidden(swept.octets.decode(), swept.stderr, json.dumps(swept.summary),
                              *(self.path(name).read_text(encoding="utf-8")
                                for name in ("domains", "state", "summary.json", "lists.toml")))
            # A list that does not know the key.
            dead = self.name_server(Resolver("127.255.255.252"))
            lines = self.checks(dead.address, self.LISTS, "a.test", env=environment)
            self.check_hidden(self.stderr, json.dumps(lines))
            self.assertIn("<key>.zen.test: not usable: typing_error", self.stderr)

    def test_it_is_in_no_plan_metric_or_error(self):
        environment = {**os.environ, "LIST_KEY": KEY}
        server = self.server(NXDOMAIN)
        code, octets, stderr = self.run_program(
            "scan", "--helo", HELO, *self.flags(server.address, self.LISTS), "--check", "127.9.1.1",
            env=environment)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        self.assertIn(b"blocklist     dqs: <key>.zen.test for ip4, domain; at most 50000 "
                      b"questions a day, 50 a second; 0 today", octets)
        self.check_hidden(octets.decode(), stderr)
        process = self.start_scan(*self.flags(server.address, self.LISTS), "-p", "1", "-o",
                                  str(self.path("records")), "--metrics", "127.0.0.1:0",
                                  stdin=subprocess.PIPE, env=environment)
        process.process.stdin.write(b"127.9.1.1\n")
        process.process.stdin.flush()
        wait_until(lambda: self.written().count(b"\n") == 1, "a record")
        url = process.stderr.split("metrics at ")[1].split()[0]
        with urllib.request.urlopen(url, timeout=60) as answer:
            self.check_hidden(answer.read().decode())
        process.process.stdin.close()
        self.assertEqual(process.wait(), RAN_TO_ITS_END)
        self.check_hidden(process.stderr, self.written().decode())
        for lines in ('key = "s3cretKEY x"\n', 'key = "s3cretKEY"\nkey_file = "k"\n',
                      'key = "s3cretKEY\n'):
            wrong = {"dqs": 'zone = "${key}.zen.test"\nkinds = "ip4"\n' + lines}
            self.checks(server.address, wrong, "a.test", code=WRONG_USAGE)
            self.check_hidden(self.stderr)


if __name__ == "__main__":
    main()
