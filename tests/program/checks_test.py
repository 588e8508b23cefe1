#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What mxsweep checks, and a sweep with --checks, say of domains whose zones are signed, unsigned,
broken and out of reach."""

import json
import pathlib
import subprocess
import unittest

import jsonschema

from program import MXSWEEP, main
from signed_zone import SignedNames, SignedZones, temporary_folder

ROOT = pathlib.Path(__file__).resolve().parents[2]
RECORDS = f"""signed.test. MX 10 mx.signed.test.
signed.test. TXT "v=spf1 include:spf.signed.test -all"
spf.signed.test. TXT "v=spf1 ip4:192.0.2.0/24 mx -all"
_dmarc.signed.test. TXT "v=DMARC1; p=reject; rua=mailto:r@signed.test"
s1._domainkey.signed.test. TXT "v=DKIM1; p="
_mta-sts.signed.test. TXT "v=STSv1; id=1"
_mta-sts.signed.test. TXT "v=STSv1; id=2"
_smtp._tls.signed.test. TXT "v=TLSRPTv1; rua=mailto:t@signed.test"
mx.signed.test. A 127.9.0.1
1.0.9.127.in-addr.arpa. PTR mx.signed.test.
_25._tcp.mx.signed.test. TLSA 3 1 1 {"ab" * 32}
plus.test. MX 10 mx.signed.test.
plus.test. TXT "v=spf1 +all"
plus.test. TXT "v=spf1 -all"
"""
INSECURE = '@ MX 10 mx\nmx A 127.9.0.2\n@ TXT "v=spf1 mx -all"\n'


class ChecksTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        zones = SignedZones(folder / "zones", RECORDS, INSECURE)
        cls.names = SignedNames(folder, zones.all)
        cls.addClassCleanup(cls.names.end)

    def run_program(self, command, *arguments):
        address, port = self.names.place
        ran = subprocess.run([MXSWEEP, command, "--resolver", f"{address}:{port}", *arguments],
                             capture_output=True, check=False, timeout=60)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return [json.loads(line) for line in ran.stdout.splitlines()]

    def checks_of(self, domain, *arguments):
        lines = self.run_program("checks", "--own", "127.0.0.0/8", "--quiet", domain, *arguments)
        self.assertEqual(len(lines), 1, lines)
        self.assertEqual((lines[0]["domain"], lines[0]["answered"]), (domain, 0))
        return lines[0]["checks"]

    def ids(self, checks):
        return {finding["id"] for finding in checks["findings"]}

    def test_a_domain_in_order_has_its_policies_and_their_verdicts(self):
        checks = self.checks_of("signed.test", "--checks", "policy,dkim:s1",
                                "--spf-from", "192.0.2.7,198.51.100.1")
        spf = checks["spf"]
        self.assertEqual((spf["present"], spf["verdict"], spf["lookups"]), ("yes", "ok", 2))
        self.assertEqual([one["result"] for one in spf["from"]], ["pass", "fail"])
        self.assertEqual(checks["dmarc"]["policy"], "reject")
        self.assertEqual(checks["dmarc"]["location"], "signed.test")
        self.assertEqual(checks["dkim"][0]["verdict"], "revoked")
        self.assertEqual(checks["tls_rpt"]["present"], "yes")
        self.assertEqual(checks["dnssec"], {"mx": "secure"})
        self.assertLessEqual({"dkim.revoked", "mta_sts.multiple"}, self.ids(checks))
        server, = checks["servers"]
        self.assertEqual((server["host"], server["ip"]), ("mx.signed.test", "127.9.0.1"))
        self.assertEqual(server["checks"]["rdns"], {"ptr": ["mx.signed.test"], "verdict": "pass"})
        self.assertEqual(server["checks"]["dane"]["verdict"], "unknown")  # It was not visited.

    def test_dane_does_not_apply_to_a_zone_without_signatures(self):
        checks = self.checks_of("insecure.test")
        self.assertEqual(checks["dnssec"], {"mx": "insecure"})
        self.assertEqual(checks["servers"][0]["checks"]["dane"]["verdict"], "insecure")
        self.assertEqual(checks["dmarc"]["present"], "no")
        self.assertIn("dmarc.none", self.ids(checks))

    def test_two_records_are_found_fault_with(self):
        checks = self.checks_of("plus.test", "--checks", "spf")
        self.assertEqual(checks["spf"]["verdict"], "permerror")
        self.assertIn("spf.multiple", self.ids(checks))
        self.assertEqual(set(checks), {"spf", "findings"})

    def test_a_zone_with_wrong_signatures_is_bogus_and_nothing_of_it_is_missing(self):
        checks = self.checks_of("expired.test")
        self.assertEqual(checks["dnssec"], {"mx": "bogus"})
        self.assertEqual(checks["spf"]["present"], "unknown")
        self.assertEqual(checks["dmarc"]["present"], "unknown")
        self.assertIn("dnssec.bogus", self.ids(checks))
        self.assertNotIn("spf.none", self.ids(checks))

    def test_every_line_has_one_line_whatever_it_is(self):
        lines = self.run_program("checks", "--order", "input", "--own", "127.0.0.0/8",
                                 "signed.test", "no-such.test", "a b", "insecure.test")
        self.assertEqual([line["target"] for line in lines if "target" in line].count("a b"), 1)
        self.assertEqual(len(lines), 4)
        gone = next(line for line in lines if line.get("domain") == "no-such.test")
        self.assertEqual(gone["cause"], "dns.nxdomain")
        self.assertEqual(gone["checks"]["spf"]["present"], "no")

    def test_a_sweep_writes_what_dns_has_into_its_records(self):
        record, = self.run_program("scan", "--mx", "--own", "127.0.0.0/8", "--helo", "me.test",
                                   "--checks", "policy", "--quiet", "signed.test")
        self.assertEqual(record["cause"], "net.refused")
        self.assertEqual(record["checks"]["rdns"]["verdict"], "pass")
        self.assertEqual(record["checks"]["dane"]["base"], "mx.signed.test")

    def test_lines_are_as_the_schema_says(self):
        schema = json.loads(subprocess.run([MXSWEEP, "schema"], capture_output=True, check=True,
                                           timeout=60).stdout)
        line_schema = {"$ref": "#/$defs/domain_line", "$defs": schema["$defs"]}
        for domain in ("signed.test", "insecure.test", "expired.test", "plus.test"):
            for line in self.run_program("checks", "--own", "127.0.0.0/8", "--quiet", domain):
                jsonschema.Draft202012Validator(line_schema).validate(line)
        for record in self.run_program("scan", "--mx", "--own", "127.0.0.0/8", "--helo", "me.test",
                                       "--checks", "policy", "--quiet", "signed.test"):
            jsonschema.Draft202012Validator(schema).validate(record)

    def test_a_filter_gives_the_names_that_checkdmarc_has(self):
        def renamed(domain):
            line, = self.run_program("checks", "--own", "127.0.0.0/8", "--quiet", domain)
            ran = subprocess.run(["jq", "-f", ROOT / "docs/checkdmarc.jq"], check=True, timeout=60,
                                 input=json.dumps(line).encode(), capture_output=True)
            return json.loads(ran.stdout)

        signed = renamed("signed.test")
        self.assertEqual((signed["domain"], signed["base_domain"], signed["dnssec"]),
                         ("signed.test", "signed.test", True))
        host, = signed["mx"]["hosts"]
        self.assertEqual(host, {"preference": 10, "hostname": "mx.signed.test",
                                "addresses": ["127.9.0.1"], "tlsa": ["3 1 1 " + "ab" * 32]})
        self.assertEqual(signed["spf"], {"valid": True, "dns_lookups": 2, "void_dns_lookups": 1,
                                         "record": "v=spf1 include:spf.signed.test -all",
                                         "warnings": ["spf.ip_private spf.signed.test "
                                                      "ip4:192.0.2.0/24"]})
        self.assertEqual(signed["dmarc"]["tags"]["p"], {"value": "reject"})
        self.assertEqual(signed["smtp_tls_reporting"]["tags"],
                         {"rua": {"value": ["mailto:t@signed.test"]}})
        self.assertEqual(signed["mta_sts"], {"valid": False, "policy": {}, "warnings": [],
                                             "error": "mta_sts.multiple _mta-sts.signed.test"})
        self.assertFalse(renamed("insecure.test")["dmarc"]["valid"])
        expired = renamed("expired.test")
        self.assertEqual((expired["dnssec"], expired["spf"]["valid"]), (False, None))

    def test_the_page_of_findings_is_that_of_the_program(self):
        table = subprocess.run([MXSWEEP, "manual", "findings"], capture_output=True, check=True,
                               timeout=60).stdout.decode()
        page = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
        self.assertTrue(page.endswith("## Table\n\n" + table),
                        "its table has to be what `mxsweep manual findings` prints")

    def test_every_finding_is_explained(self):
        checks = self.checks_of("signed.test", "--checks", "policy,dkim:s1")
        for word in self.ids(checks):
            ran = subprocess.run([MXSWEEP, "explain", word], capture_output=True, check=True,
                                 timeout=60)
            self.assertIn(b"to do", ran.stdout)


if __name__ == "__main__":
    main()
