# SPDX-License-Identifier: MIT
"""`--tls-enumerate`: what is found equals what the server was configured with, and what `openssl
s_client` finds by one connection for each cipher."""

import json
import os
import re
import subprocess
import unittest

from program import (HELO, RAN_TO_ITS_END, WRONG_USAGE, Process, ProgramTest, expect_valid, main,
                     record_of, wait_until)
from real_certificates import NAME, Authority, openssl
from real_servers import SERVERS, RealTest, dovecot, exim, postfix

POSTFIX, DOVECOT, EXIM = "127.0.1.1", "127.0.2.1", "127.0.3.1"
PROTOCOLS = {"TLSv1.3": "-tls1_3", "TLSv1.2": "-tls1_2", "TLSv1.1": "-tls1_1", "TLSv1.0": "-tls1"}


def iana_names():
    """IANA's name of each cipher suite by OpenSSL's."""
    lines = openssl("ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").decode().splitlines()
    return {line.split()[2]: line.split()[0] for line in lines}


def accepted(enumeration):
    """The names of the ciphers by version, of the versions that are accepted."""
    return {row["version"]: [cipher["cipher"] for cipher in row["ciphers"]]
            for row in enumeration["versions"] if row["accepted"] == "yes"}


def of_version(enumeration, version):
    return next(row for row in enumeration["versions"] if row["version"] == version)


class Enumerating(ProgramTest):
    def enumerate(self, target, *flags, **more):
        code, octets, stderr = self.run_program("probe", target, "--helo", HELO, "--json", "--own",
                                                "--tls-enumerate", *flags, **more)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        record = record_of(octets)
        expect_valid([record])
        return record["tls_enumeration"]


class OfTheFleet(Enumerating):
    def fleet(self, **tls):
        code, personas, _ = self.run_program("sink", "--print-personas")
        self.assertEqual(code, RAN_TO_ITS_END)
        fleet = json.loads(personas)
        expect = {"outcome": "ok", "phase": "quit", "cause": "none"}
        fleet["personas"] = [{"name": "ours", "weight": 1, "expect": expect, "tls": tls}]
        return self.sink("--personas", str(self.write("personas.json", json.dumps(fleet))))

    def test_what_a_persona_accepts_is_found(self):
        strong = "NORMAL:-CIPHER-ALL:+AES-256-GCM:-KX-ALL:+ECDHE-ECDSA:-VERS-ALL:"
        for ciphers, expected in {
                strong + "+VERS-TLS1.3": {"TLSv1.3": ["TLS_AES_256_GCM_SHA384"]},
                strong + "+VERS-TLS1.3:+VERS-TLS1.2": {
                    "TLSv1.3": ["TLS_AES_256_GCM_SHA384"],
                    "TLSv1.2": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}}.items():
            with self.subTest(ciphers):
                sink = self.fleet(ciphers=ciphers)
                found = self.enumerate(f"127.0.0.1:{sink.port},{NAME}", "--sni", "other.test")
                self.assertTrue(found["complete"])
                self.assertNotIn("stopped", found)
                self.assertEqual(accepted(found), expected)
                self.assertEqual([leaf.get("sni") for leaf in found["certificates"]][:3],
                                 [NAME, None, "other.test"])
                self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_old_versions_are_found(self):
        for version in ("1.0", "1.1", "1.2", "1.3"):
            with self.subTest(version):
                sink = self.fleet(versions=[version, version])
                found = self.enumerate(f"127.0.0.1:{sink.port}")
                self.assertTrue(found["complete"])
                self.assertEqual(list(accepted(found)), [f"TLSv{version}"])
                sink.stop()

    def test_the_fingerprint_is_the_same_each_time_and_differs_between_configurations(self):
        prints = {}
        for ciphers in ("NORMAL", "NORMAL:-CIPHER-ALL:+AES-128-GCM"):
            sink = self.fleet(ciphers=ciphers)
            found = [self.enumerate(f"127.0.0.1:{sink.port}") for _ in range(2)]
            self.assertEqual(found[0]["fingerprint"], found[1]["fingerprint"])
            self.assertEqual(found[0]["ja4s"], found[1]["ja4s"])
            prints[found[0]["fingerprint"]] = ciphers
            sink.stop()
        self.assertEqual(len(prints), 2)

    def test_a_server_without_tls_has_no_enumeration(self):
        sink = self.sink("--only", "plain")
        code, octets, _ = self.run_program("probe", f"127.0.0.1:{sink.port}", "--helo", HELO,
                                           "--json", "--own", "--tls-enumerate", "--depth", "tls")
        self.assertEqual(code, RAN_TO_ITS_END)
        self.assertIn("tls_enumeration", record_of(octets))
        for flags in (("--depth", "ehlo"), ("--tls", "off"), ("--nagios",), ("--sni", "no name")):
            code, _, _ = self.run_program("probe", f"127.0.0.1:{sink.port}", "--helo", HELO,
                                          "--tls-enumerate", *flags)
            self.assertEqual(code, 3 if flags == ("--nagios",) else WRONG_USAGE, flags)

    def scan(self, targets, *flags, **more):
        summary = self.path("summary.json")
        code, octets, stderr = self.run_program(
            "scan", *targets, "--helo", HELO, "--allow-no-fcrdns", "--quiet", "--resolver",
            "127.0.0.1:1", "--summary", str(summary), "--tls-enumerate", *flags, **more)
        self.assertEqual((code, stderr), (RAN_TO_ITS_END, ""))
        records = [json.loads(line) for line in octets.splitlines()]
        expect_valid(records)
        return records, json.loads(summary.read_text())

    def test_a_sweep_enumerates_own_servers_and_has_one_record_for_each(self):
        sink = self.fleet(versions=["1.2", "1.3"])
        own = [f"127.0.0.{i}:{sink.port}" for i in range(1, 4)]
        foreign = f"127.0.1.1:{sink.port}"
        records, summary = self.scan([*own, foreign], "--sni", "other.test",
                                     own=("--own", "127.0.0.0/24", "--allow-private"))
        self.assertEqual(len(records), 4)
        connections = 0
        for record in records:
            self.assertEqual(record["outcome"], "ok")
            if record["ip"] == "127.0.1.1":
                self.assertNotIn("tls_enumeration", record)
                continue
            found = record["tls_enumeration"]
            self.assertTrue(found["complete"])
            self.assertEqual(list(accepted(found)), ["TLSv1.3", "TLSv1.2"])
            self.assertIn("other.test", [leaf.get("sni") for leaf in found["certificates"]])
            connections += found["connections"]
        self.assertEqual(summary["probes"], 4 + connections)
        self.assertEqual(sink.stop()["out_of_turn"], 0)

    def test_a_sweep_is_refused_where_the_flag_makes_no_sense(self):
        for flags in ((), ("--own", "127.0.0.0/8", "--depth", "ehlo"),
                      ("--own", "127.0.0.0/8", "--tls", "off"),
                      ("--own", "127.0.0.0/8", "--format", "zgrab2"),
                      ("--own", "127.0.0.0/8", "--sni", "no name")):
            code, _, stderr = self.run_program("scan", "127.0.0.1:1", "--helo", HELO,
                                               "--tls-enumerate", *flags, own=())
            self.assertEqual(code, WRONG_USAGE, flags)
            self.assertIn("--", stderr)

    def test_a_person_sees_a_table(self):
        sink = self.fleet(versions=["1.2", "1.3"])
        code, octets, _ = self.run_program("probe", f"127.0.0.1:{sink.port}", "--helo", HELO,
                                           "--own", "--tls-enumerate")
        self.assertEqual(code, RAN_TO_ITS_END)
        text = octets.decode()
        self.assertRegex(text, r"\nTLS, by \d+ connections:\n  TLSv1\.3: yes, \d+ ciphers")
        self.assertIn("\n    TLS_AES_128_GCM_SHA256, X25519\n", text)
        self.assertIn("\n  TLSv1.1: no\n", text)


class OfOpenSsl(Enumerating):
    """An `openssl s_server` that takes any number of connections."""

    def server(self, *flags):
        authority = Authority(self.folder)
        leaf = authority.issue("rsa", key="RSA:2048")
        log = self.path("s_server.log")
        with open(log, "wb") as stdout:
            server = Process(["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert",
                              leaf.certificate, "-key", leaf.key, "-www", "-no_dhe", *flags],
                             self.path("s_server.err"), stdin=subprocess.DEVNULL, stdout=stdout)
        self.addCleanup(server.end)
        def port():
            return re.search(rb"ACCEPT 127[.]0[.]0[.]1:(\d+)", log.read_bytes())
        wait_until(port, "s_server to listen")
        return f"127.0.0.1:{int(port()[1])}"

    def accepts(self, place, version, cipher):
        """Whether s_client gets a connection that way."""
        kind = "-ciphersuites" if version == "TLSv1.3" else "-cipher"
        suite = cipher if version == "TLSv1.3" else cipher + ":@SECLEVEL=0"
        client = subprocess.run(["openssl", "s_client", "-connect", place, PROTOCOLS[version],
                                 kind, suite], stdin=subprocess.DEVNULL, capture_output=True,
                                check=False)
        return b"Cipher is (NONE)" not in client.stdout and client.returncode == 0

    def test_it_finds_what_s_client_finds_cipher_by_cipher(self):
        place = self.server("-cipher", "ECDHE+AESGCM:AES256-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0",
                            "-min_protocol", "TLSv1")
        target = json.dumps({"target": "127.0.0.1", "port": int(place.split(":")[1]),
                             "tls": "implicit", "name": NAME})
        found = self.enumerate(target, "--greeting-timeout", "200ms")
        self.assertTrue(found["complete"])
        names = iana_names()
        oracle = {}
        for version in PROTOCOLS:
            for cipher, iana in names.items():
                of_1_3 = "_WITH_" not in iana
                # Suites of these kinds need no answer: it has no such key or certificate.
                if of_1_3 != (version == "TLSv1.3") or re.search("PSK|SRP|ECDSA|DSS|anon", iana):
                    continue
                if self.accepts(place, version, cipher):
                    oracle.setdefault(version, []).append(iana)
        self.assertEqual({version: sorted(ciphers) for version, ciphers in accepted(found).items()},
                         {version: sorted(ciphers) for version, ciphers in oracle.items()})
        self.assertEqual(of_version(found, "TLSv1.2")["order"], "client")
        self.assertEqual({row["version"]: row["resumed"] for row in found["resumption"]},
                         {"TLSv1.3": "yes", "TLSv1.2": "yes"})

    def test_the_servers_own_order_and_a_lack_of_tickets_are_seen(self):
        place = self.server("-serverpref", "-no_ticket", "-no_cache", "-num_tickets", "0",
                            "-cipher", "AES128-GCM-SHA256:AES256-GCM-SHA384")
        target = json.dumps({"target": "127.0.0.1", "port": int(place.split(":")[1]),
                             "tls": "implicit"})
        found = self.enumerate(target, "--greeting-timeout", "200ms")
        row = of_version(found, "TLSv1.2")
        self.assertEqual(row["order"], "server")
        self.assertEqual(accepted(found)["TLSv1.2"], ["TLS_RSA_WITH_AES_128_GCM_SHA256",
                                                      "TLS_RSA_WITH_AES_256_GCM_SHA384"])
        self.assertEqual({row["resumed"] for row in found["resumption"]}, {"no"})


class OfMailServers(RealTest, Enumerating):
    SERVERS = SERVERS
    THREE = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA")
    # A hello that is answered is not followed by the rest of a handshake.
    TOLERATED = "SSL_accept|TLS library problem|TLS error on connection|lost connection|handshak"

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.isdir(SERVERS):
            raise unittest.SkipTest("MXSWEEP_SERVERS is no folder that scripts/servers filled")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.rsa = cls.authority.issue("rsa", key="RSA:2048")
        common = {"smtpd_tls_chain_files": cls.rsa.all}
        cls.postfix = cls.keep(postfix(cls.machine, cls.shared, {
            (POSTFIX, 25): common,
            (POSTFIX, 587): {**common, "smtpd_tls_protocols": "TLSv1.2",
                             "tls_preempt_cipherlist": "yes", "smtpd_tls_ciphers": "high",
                             "smtpd_tls_exclude_ciphers": "aNULL",
                             "tls_high_cipherlist": ":".join(cls.THREE)},
        }))
        cls.dovecot = cls.keep(dovecot(cls.machine, cls.shared, DOVECOT, cls.rsa))
        cls.exim = cls.keep(exim(cls.machine, cls.shared, [EXIM], cls.rsa))

    def within(self, place):
        return self.enumerate(f"{place},{NAME}", within=self.machine.network)

    def test_postfix_with_three_ciphers_of_one_version(self):
        before = len(self.postfix.log_text())
        found = self.within(f"{POSTFIX}:587")
        self.assertTrue(found["complete"])
        names = iana_names()
        self.assertEqual(accepted(found), {"TLSv1.2": [names[name] for name in self.THREE]})
        self.assertEqual(of_version(found, "TLSv1.2")["order"], "server")
        self.assertEqual({leaf["sha256"] for leaf in found["certificates"]},
                         {self.rsa.facts()[0]["sha256"]})
        # What an exchange of hellos leaves behind: no command out of turn, no early talker.
        self.assertNotRegex(self.postfix.log_text(before), "improper|too many errors|timeout after")

    def test_postfix_as_debian_configures_it(self):
        found = self.within(f"{POSTFIX}:25")
        self.assertTrue(found["complete"])
        ciphers = accepted(found)
        self.assertEqual(sorted(ciphers["TLSv1.3"]),
                         ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                          "TLS_CHACHA20_POLY1305_SHA256"])
        self.assertIn("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", ciphers["TLSv1.2"])
        # Each cipher, a refusal for each version, one for those below, four hellos of the
        # fingerprint, two pairs for resumption, and one without SNI.
        total = sum(len(row) for row in ciphers.values())
        self.assertEqual(found["connections"], total + len(ciphers) + 1 + 4 + 4 + 1)
        self.assertEqual({row["resumed"] for row in found["resumption"]}, {"yes"})

    def test_dovecot_and_exim(self):
        for place in (f"{DOVECOT}:587", f"{DOVECOT}:465", f"{EXIM}:25", f"{EXIM}:465"):
            with self.subTest(place):
                found = self.within(place)
                # Dovecot 2.3 closes where others send an alert, which is no answer: what it accepts
                # is found, and whether that is all is not known.
                if place.startswith(EXIM):
                    self.assertTrue(found["complete"])
                self.assertGreaterEqual(len(accepted(found)["TLSv1.3"]), 3)
                self.assertIn("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", accepted(found)["TLSv1.2"])
                self.assertIn("TLS_AES_256_GCM_SHA384", accepted(found)["TLSv1.3"])
                self.assertIn("fingerprint", found)


if __name__ == "__main__":
    main()
