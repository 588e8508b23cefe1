#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each server is visited once: all targets on it get a record of that visit."""

import json
import subprocess
import unittest

from mail_domains import MailDomainTest, ending
from program import RAN_TO_ITS_END, record_of, wait_until

OK = ("ok", "quit", "none")
REFUSED = ("failed", "connect", "net.refused")
SERVER = "127.3.0.1"
# The keys of a shared record that depend on its own line; all others are those of the visit.
OWN = {"target", "line", "meta", "domain", "mx", "dns", "name", "shared", "ms", "tls"}
OWN_OF_TLS = {"verified", "verify_error", "name_match", "domain_match"}


class Shared(MailDomainTest):
    def sweep_alone(self, targets, fleet, *flags):
        """A sweep of targets that are not mail domains."""
        port = () if "-p" in flags else ("-p", str(fleet.port))
        swept = self.scan(targets, *port, *flags)
        self.check_ended(swept)
        self.check_shared(swept)
        self.check_valid(swept.records[-1000:])  # Each takes a millisecond.
        return swept

    def check_one_visit(self, records):
        """One record is the visit's, and the others have the same data of the server."""
        visits = [record for record in records if "shared" not in record]
        self.assertEqual(len(visits), 1)

        def facts(record):
            shared = {key: value for key, value in record.items() if key not in OWN}
            # Whether the server has the name depends on the name that the line has.
            anomalies = [word for word in shared.pop("anomalies", []) if word != "other_name"]
            if anomalies:
                shared["anomalies"] = anomalies
            tls = {key: value for key, value in record.get("tls", {}).items()
                   if key not in OWN_OF_TLS}
            times = {phase: ms for phase, ms in record["ms"].items() if phase not in
                     ("dns", "total")}
            return shared, tls, times

        for record in records:
            self.assertEqual(facts(record), facts(visits[0]))

    def domains(self, count, host="mx.sink.test"):
        """A list of that many domains with one MX host, and the expected keys of their records."""
        lines, own = [], []
        for number in range(1, count + 1):
            domain, meta = f"d{number}.test", None
            if number % 2:
                lines.append(domain)
            else:
                meta = {"n": number}
                lines.append(json.dumps({"target": domain, "meta": meta}))
            own.append((number, domain, domain, meta, host))
        zone = {domain: [("MX", 10, host)] for _, domain, *_ in own}
        return "".join(line + "\n" for line in lines), zone, own

    def own(self, records):
        return sorted(((r["line"], r["target"], r["domain"], r.get("meta"), r["mx"]["host"])
                       for r in records), key=lambda row: row[0])

    def test_two_hundred_domains_on_one_server_are_one_visit(self):
        """Each has a record with its own keys, and the host's name is queried once."""
        fleet, trust = self.secure_fleet("--only", "plain")
        targets, zone, own = self.domains(200)
        swept = self.sweep(targets, zone | {"mx.sink.test": [SERVER]}, fleet, *trust)
        self.assertEqual(self.own(swept.records), own)
        self.assertEqual(swept.summary["shared"], 199)
        self.check_one_visit(swept.records)
        for record in swept.records:
            self.assertEqual(ending(record), OK)
            self.assertIn("dns", record["ms"])
            self.assertTrue(record["tls"]["verified"])
        lookups = swept.summary["lookups"]
        self.assertEqual(lookups["asked"], 200 + 2 * 200)
        self.assertEqual(lookups["asked"] - lookups["from_cache"] - lookups["coalesced"], 202)
        self.assertEqual((lookups["failed"], lookups["tcp"]), (0, 0))
        self.assertEqual(swept.summary["probes"], 1)
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_no_share_visits_for_every_line(self):
        """As many records, none of them shared."""
        fleet, trust = self.secure_fleet("--only", "plain")
        targets, zone, own = self.domains(200)
        swept = self.sweep(targets, zone | {"mx.sink.test": [SERVER]}, fleet, *trust, "--no-share")
        self.assertEqual(self.own(swept.records), own)
        self.assertEqual(swept.summary["shared"], 0)
        self.assertEqual({ending(record) for record in swept.records}, {OK})
        self.assertEqual(fleet.stop()["conversations"], 200)

    def test_an_address_is_one_server_however_it_is_written(self):
        """With the default port, with a colon, in JSON; from a prefix; as a host name."""
        fleet = self.sink("--only", "plain")
        port = fleet.port
        server = self.resolver({"host.test": [SERVER]})
        targets = (f"{SERVER}\n{SERVER}:{port}\n{SERVER},{port}\n{SERVER}/32\nhost.test\n"
                   + json.dumps({"target": SERVER, "port": port, "meta": [1]}) + "\n")
        swept = self.sweep_alone(targets, fleet, "--tls", "off", "--resolver", server.address)
        self.assertEqual([ending(record) for record in swept.records], [OK] * 6)
        self.check_one_visit(swept.records)
        by_line = {record["line"]: record for record in swept.records}
        self.assertEqual((by_line[5]["name"], "dns" in by_line[5]["ms"]), ("host.test", True))
        self.assertEqual((by_line[6]["meta"], "name" in by_line[6]), ([1], False))
        for line in (1, 2, 3, 4, 6):
            self.assertNotIn("dns", by_line[line]["ms"])
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_two_ports_of_an_address_are_two_servers(self):
        """So are two TLS modes; a visit that failed is shared like any other."""
        fleet = self.sink("--only", "plain")
        swept = self.sweep_alone(f"{SERVER}\n" * 3, fleet, "-p", f"1,{fleet.port}", "--tls", "off")
        for port, right in ((1, REFUSED), (fleet.port, OK)):
            records = [record for record in swept.records if record["port"] == port]
            self.assertEqual([ending(record) for record in records], [right] * 3)
            self.check_one_visit(records)
        lines = [{"target": SERVER, "tls": tls} for tls in ("off", "starttls")] * 2
        swept = self.sweep_alone("".join(json.dumps(line) + "\n" for line in lines), fleet)
        self.assertEqual(swept.summary["shared"], 2)
        self.assertEqual({record["line"]: "tls" in record for record in swept.records},
                         {1: False, 2: True, 3: False, 4: True})
        self.assertEqual(fleet.stop()["conversations"], 3)

    def test_a_visit_that_is_over_is_shared_too(self):
        """A line that is read later still gets its result."""
        fleet = self.sink("--only", "plain")
        scan = self.start_scan("-p", str(fleet.port), "-o", str(self.path("records")),
                               stdin=subprocess.PIPE)
        records = self.path("records")
        for count in (1, 2, 3):
            scan.process.stdin.write(f"{SERVER}\n".encode())
            scan.process.stdin.flush()
            wait_until(lambda: self.written().count(b"\n") == count, "a record")
        scan.process.stdin.close()
        self.assertEqual(scan.wait(), RAN_TO_ITS_END, scan.stderr)
        found = list(map(record_of, records.read_bytes().splitlines()))
        self.assertEqual(["shared" in record for record in found], [False, True, True])
        self.assertEqual({ending(record) for record in found}, {OK})
        self.check_one_visit(found)
        self.assertEqual(fleet.stop()["conversations"], 1)

    def test_a_slow_server_is_visited_once_for_all_targets_that_wait_for_it(self):
        """They wait without delaying others."""
        only = ("--only", "plain,slow_greeting")
        fleet = self.sink(*only)
        at = self.personas("127.3.0.0/24", *only)
        slow, quick = at["slow_greeting"][0], at["plain"][:50]
        targets = "".join(f"{ip}\n" for ip in [slow] * 100 + quick + [slow] * 100)
        swept = self.sweep_alone(targets, fleet, "--tls", "off")
        self.assertEqual({ending(record) for record in swept.records}, {OK})
        self.check_one_visit([record for record in swept.records if record["ip"] == slow])
        self.assertEqual(fleet.stop()["conversations"], 51)

    def test_a_small_limit_of_memory_for_servers_is_respected(self):
        """The sweep is whole; evicted servers may be visited again, and the summary counts them."""
        fleet = self.sink("--only", "plain")
        prefix = "127.32.0.0/19"
        swept = self.sweep_alone(f"{prefix}\n" * 2, fleet, "--tls", "off", "--share-memory", "1")
        self.assertEqual(len(swept.records), 2 * 8192)
        self.assertEqual({ending(record) for record in swept.records}, {OK})
        self.assertGreater(swept.summary["servers_forgotten"], 0)
        conversations = fleet.stop()["conversations"]
        self.assertGreater(conversations, 8192)
        self.assertEqual(conversations, len(swept.records) - swept.summary["shared"])

    def test_with_memory_for_all_servers_none_is_evicted(self):
        """The default has room for far more than these."""
        fleet = self.sink("--only", "plain")
        swept = self.sweep_alone("127.32.0.0/21\n" * 3, fleet, "--tls", "off")
        self.assertEqual(swept.summary["servers_forgotten"], 0)
        self.assertEqual(swept.summary["shared"], 2 * 2048)
        self.assertEqual(fleet.stop()["conversations"], 2048)


class Certificates(MailDomainTest):
    """A name matters to a visit only as long as it may change the certificate."""

    def sweep_hosts(self, hosts, *flags, domains=None):
        """Domains, each with one MX host, all on one server; its records and conversations."""
        fleet, trust = self.secure_fleet("--only", "plain")
        domains = domains or [f"d{number}.test" for number in range(len(hosts))]
        zone = {domain: [("MX", 10, host)] for domain, host in zip(domains, hosts)}
        zone |= {host: [SERVER] for host in hosts}
        swept = self.sweep("".join(domain + "\n" for domain in domains), zone, fleet, *trust,
                           *flags)
        return swept.records, fleet.stop()["conversations"]

    def test_names_that_the_certificate_has_share_a_visit(self):
        """Each record has the match of its own name and its own domain."""
        records, conversations = self.sweep_hosts(
            ["mx1.sink.test", "mx2.sink.test", "mx3.sink.test", "mx3.sink.test"],
            domains=["d.test", "d.sink.test", "sink.test", "d.other.test"])
        self.assertEqual(conversations, 1)
        self.assertEqual(sum("shared" in record for record in records), 3)
        for record in records:
            self.assertEqual(ending(record), OK)
            tls = record["tls"]
            self.assertEqual((tls["verified"], tls["name_match"]), (True, True), record)
            self.assertNotIn("verify_error", tls)
            self.assertEqual(tls["domain_match"], record["domain"] in ("d.sink.test", "sink.test"))

    def test_a_name_that_the_certificate_lacks_gets_a_visit_of_its_own(self):
        """One at most; its result is not used for the other names."""
        records, conversations = self.sweep_hosts(
            ["mx1.sink.test", "mx.other.test", "mx2.sink.test", "mx.other.test"])
        self.assertLessEqual(conversations, 2)
        for record in records:
            tls = record["tls"]
            right = record["name"] != "mx.other.test"
            self.assertEqual((tls["verified"], tls["name_match"]), (right, right), record)
            self.assertEqual(tls.get("verify_error"),
                             None if right else "certificate-host-mismatch")
            self.assertFalse(tls["domain_match"])

    def test_many_names_that_the_certificate_lacks_need_a_few_visits(self):
        """After some names with the same chain the server is taken to ignore SNI."""
        records, conversations = self.sweep_hosts([f"mx{n}.other.test" for n in range(50)])
        self.assertLessEqual(conversations, 4)
        self.assertEqual(len(records), 50)
        for record in records:
            tls = record["tls"]
            self.assertEqual((tls["verified"], tls["name_match"], tls["verify_error"]),
                             (False, False, "certificate-host-mismatch"), record)
            self.assertEqual(record["name"], record["mx"]["host"])

    def test_names_do_not_matter_without_tls(self):
        """Without TLS there is no certificate."""
        records, conversations = self.sweep_hosts([f"mx{n}.other.test" for n in range(50)],
                                                  "--tls", "off")
        self.assertEqual(conversations, 1)
        self.assertEqual({ending(record) for record in records}, {OK})
        self.assertFalse(any("tls" in record for record in records))

    def test_with_require_valid_each_name_is_judged_by_itself(self):
        """The certificate of one visit is valid for one line and not for the other."""
        records, _ = self.sweep_hosts(["mx1.sink.test", "mx1.other.test", "mx2.sink.test",
                                       "mx2.other.test", "mx3.other.test", "mx4.other.test",
                                       "mx5.other.test"], "--require-valid")
        for record in records:
            right = ("degraded", "certificate-host-mismatch")
            if record["name"].endswith(".sink.test"):
                right = ("ok", "none")
            self.assertEqual((record["outcome"], record["cause"]), right, record)

    def test_a_line_without_a_name_shares_what_one_with_a_name_found(self):
        """Only a record with a name shows whether it matches."""
        fleet, trust = self.secure_fleet("--only", "plain")
        targets = f"{SERVER}\n{SERVER},mx.sink.test\n{SERVER}\n{SERVER},mx2.sink.test\n"
        swept = self.scan(targets, "-p", str(fleet.port), *trust)
        self.check_ended(swept)
        self.check_shared(swept)
        self.check_valid(swept.records)
        for record in swept.records:
            self.assertEqual((ending(record), record["tls"].get("name_match")),
                             (OK, True if "name" in record else None), record)
            self.assertNotIn("domain_match", record["tls"])
        self.assertLessEqual(fleet.stop()["conversations"], 2)

    def test_a_server_whose_tls_fails_is_visited_once(self):
        """There is no certificate that could depend on the name."""
        fleet = self.sink("--only", "starttls_454")
        zone = {f"d{n}.test": [("MX", 1, f"mx{n}.test")] for n in range(20)}
        zone |= {f"mx{n}.test": [SERVER] for n in range(20)}
        swept = self.sweep("".join(f"d{n}.test\n" for n in range(20)), zone, fleet)
        self.assertEqual({ending(record) for record in swept.records},
                         {("degraded", "starttls", "config.tls_unavailable")})
        self.assertEqual(fleet.stop()["conversations"], 1)


if __name__ == "__main__":
    unittest.main()
