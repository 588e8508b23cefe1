# SPDX-License-Identifier: MIT
"""Postfix, Dovecot and Exim, with STARTTLS and with TLS at once: what they offer, what is wrong
with their certificates, and whether their logs show no complaint about us."""

import os
import re
import unittest

from program import HELO, RAN_TO_ITS_END, main, record_of, whole_lines
from real_certificates import NAME, openssl
from real_servers import SERVERS, RealTest, dovecot, exim, postfix

POSTFIX, DOVECOT, EXIM = "127.0.1.1", "127.0.2.1", "127.0.3.1"


def iana_cipher(name):
    """IANA's name of a cipher suite that OpenSSL calls `name`."""
    ciphers = openssl("ciphers", "-stdname", "ALL:@SECLEVEL=0").decode().splitlines()
    return {line.split()[2]: line.split()[0] for line in ciphers}[name]


class RealMailServers(RealTest):
    SERVERS = SERVERS
    # No cipher or version in common, and a port that was visited in the wrong way.
    TOLERATED = " at-(no-certificate|1[.]0|465)/.*(SSL_accept|TLS library problem|lost connection)"

    @classmethod
    def setUpClass(cls):
        if not SERVERS or not os.path.isdir(SERVERS):
            raise unittest.SkipTest("MXSWEEP_SERVERS is no folder that scripts/servers filled")
        if os.geteuid() != 0:
            raise unittest.SkipTest("mail servers change users, which takes root")
        super().setUpClass()
        cls.good = cls.authority.issue("good")
        cls.places, settings = cls.postfixes()
        cls.postfix = cls.keep(postfix(cls.machine, cls.shared, settings))
        cls.dovecot = cls.keep(dovecot(cls.machine, cls.shared, DOVECOT, cls.good, lmtp=True))
        cls.exim = cls.keep(exim(cls.machine, cls.shared, [EXIM], cls.good))

    @classmethod
    def postfixes(cls):
        """Many smtpd of one Postfix: label to place, place to settings."""
        issue = cls.authority.issue
        cls.flawed = {
            "expired": issue("expired", days=(-90, -1)),
            "other name": issue("other name", names=("DNS:other.real.test",)),
            "self-signed": issue("self-signed", by=None),
            "no intermediate": issue("no intermediate", send_issuers=False),
        }
        cls.rsa = issue("rsa", key="RSA:2048")
        places = {"25": (POSTFIX, 25), "465": (POSTFIX, 465), "587": (POSTFIX, 587)}
        rows = {label: {} for label in places}
        rows["465"] = {"smtpd_tls_wrappermode": "yes"}
        more = {
            **{label: {"smtpd_tls_chain_files": chain.all} for label, chain in cls.flawed.items()},
            "1.2": {"smtpd_tls_chain_files": cls.rsa.all, "smtpd_tls_protocols": "TLSv1.2"},
            "1.0": {"smtpd_tls_chain_files": cls.rsa.all, "smtpd_tls_protocols": "TLSv1",
                    "smtpd_tls_ciphers": "low", "tls_low_cipherlist": "ALL:@SECLEVEL=0"},
            "no authorities": {"smtpd_tls_CAfile": cls.shared / "nowhere.pem"},
            "no certificate": {"smtpd_tls_chain_files": cls.shared / "nowhere.pem"},
            "asks": {"smtpd_tls_ask_ccert": "yes"},
            "insists": {"smtpd_tls_req_ccert": "yes", "smtpd_tls_security_level": "encrypt"},
            "no TLS": {"smtpd_tls_security_level": "none"},
        }
        for number, (label, row) in enumerate(more.items(), 2):
            places[label] = (f"127.0.1.{number}", 25)
            rows[label] = row
        settings = {places[label]: {"smtpd_tls_chain_files": cls.good.all, **row,
                                    "syslog_name": f"at-{label.replace(' ', '-')}"}
                    for label, row in rows.items()}
        return places, settings

    def sweep_postfix(self, *labels, flags=(), **more):
        """Returns the records, and each smtpd's log of its one conversation, by label."""
        before = len(self.postfix.log_text())
        records = self.sweep({label: self.places[label] for label in labels}, *flags, **more)
        log = self.postfix.log_with(" disconnect from ", before, len(labels))
        return records, {label: "".join(line + "\n" for line in log.splitlines()
                                        if f" at-{label.replace(' ', '-')}/" in line)
                         for label in labels}

    def check_log(self, log, counts):
        """Postfix has counted these commands and has logged no warning."""
        self.assertEqual(re.findall(r" disconnect from \S+ (.*)", log), [counts])
        self.assertNotRegex(log, "lost connection|error|warning|improper|timeout")

    def check_both_ehlo(self, record):
        """STARTTLS is offered in clear text and not under TLS."""
        self.assertIn("STARTTLS", record["ehlo"]["extensions"])
        self.assertEqual((record["ehlo_tls"]["verb"], record["ehlo_tls"]["code"]), ("EHLO", 250))
        self.assertNotIn("STARTTLS", record["ehlo_tls"]["extensions"])
        self.assertIn("PIPELINING", record["ehlo_tls"]["extensions"])

    def check_software(self, record, product):
        software = record["software"]
        self.assertEqual((software["product"], software["evidence"], software["confidence"]),
                         (product, "greeting", "certain"))

    def check_trusted(self, record, certificate):
        tls = record["tls"]
        self.assertEqual((tls["verified"], tls["name_match"], tls["days_left"]), (True, True, 89))
        self.assertNotIn("verify_error", tls)
        self.assertFalse(tls["client_cert_requested"])
        self.assertEqual(tls["chain"], certificate.facts())

    def check_same_session(self, tls, log):
        """The record agrees with Postfix's log of the TLS session."""
        version, cipher = re.search(r"TLS connection established from \S+ (\S+) with cipher (\S+) ",
                                    log).groups()
        self.assertEqual(tls["version"], "TLSv1.0" if version == "TLSv1" else version)
        self.assertEqual(tls["cipher"], iana_cipher(cipher))
        if re.search(" key-exchange X25519 ", log, re.IGNORECASE):
            self.assertEqual(tls["group"], "X25519")

    def test_a_postfix_conversation_with_starttls_is_complete(self):
        records, log = self.sweep_postfix("25", "587")
        for label, record in records.items():
            with self.subTest(label):
                self.check_polite(record)
                self.assertEqual(record["starttls"], {"offered": "yes", "code": 220})
                self.check_both_ehlo(record)
                self.check_trusted(record, self.good)
                self.check_software(record, "Postfix")
                self.check_same_session(record["tls"], log[label])
                self.check_log(log[label], "ehlo=2 starttls=1 quit=1 commands=4")

    def test_tls_comes_first_on_465(self):
        records, log = self.sweep_postfix("465")
        self.check_at_once(records["465"])
        self.check_same_session(records["465"]["tls"], log["465"])
        self.check_log(log["465"], "ehlo=1 quit=1 commands=2")
        before = len(self.dovecot.log_text()), len(self.exim.log_text())
        records = self.sweep({"dovecot": (DOVECOT, 465), "exim": (EXIM, 465)})
        for record in records.values():
            self.check_at_once(record)
        self.check_dovecot_found_us_polite(before[0])
        self.check_exim_found_us_polite(before[1], "EHLO,QUIT")

    def check_at_once(self, record):
        """EHLO was sent once, and its reply is in the record."""
        self.check_polite(record)
        self.check_trusted(record, self.good)
        self.assertEqual(record["greeting"]["code"], 220)
        sent = [record[key] for key in ("ehlo", "ehlo_tls") if key in record]
        self.assertEqual([ehlo["code"] for ehlo in sent], [250])
        self.assertNotIn("STARTTLS", sent[0]["extensions"])

    def test_a_dovecot_conversation_with_starttls_is_complete(self):
        before = len(self.dovecot.log_text())
        record = self.sweep({"dovecot": (DOVECOT, 587)})["dovecot"]
        self.check_polite(record)
        self.assertEqual(record["starttls"], {"offered": "yes", "code": 220})
        self.check_both_ehlo(record)
        self.check_trusted(record, self.good)
        self.check_software(record, "Dovecot")
        self.assertIn("AUTH", record["ehlo_tls"]["extensions"])
        self.check_dovecot_found_us_polite(before)

    def test_a_dovecot_submission_service_requires_a_login_at_mail(self):
        before = len(self.dovecot.log_text())
        records = self.sweep({"587": (DOVECOT, 587), "465": (DOVECOT, 465)}, "--depth", "mail")
        for record in records.values():
            self.check_ending(record, "refused", "mail", "policy.auth_or_tls_required")
            self.assertEqual((record["group"], record["blame"]), ("configuration", "unknown"))
            self.assertEqual((record["reply"]["code"], record["reply"]["text"]),
                             (530, ["5.7.0 Authentication required."]))
        self.check_dovecot_found_us_polite(before)

    def test_an_lmtp_service_understands_neither_ehlo_nor_helo(self):
        before = len(self.dovecot.log_text())
        record = self.sweep({"24": (DOVECOT, 24)}, "--depth", "mail")["24"]
        self.check_ending(record, "refused", "ehlo", "protocol.ehlo_unsupported")
        self.assertEqual((record["group"], record["blame"]), ("protocol", "target"))
        self.assertRegex(record["reply"]["text"][0], "Unknown command")
        self.dovecot.log_with("Disconnect ", before)

    def check_dovecot_found_us_polite(self, before):
        log = self.dovecot.log_with(" rip=", before)
        self.assertRegex(log, "(Aborted login by logging out|Login aborted: Logged out) .*, TLS, ")
        self.assertNotRegex(log, "Error|Warning|Connection closed|SSL_|handshaking")

    def test_an_exim_conversation_with_starttls_is_complete(self):
        before = len(self.exim.log_text())
        record = self.sweep({"exim": (EXIM, 25)})["exim"]
        self.check_polite(record)
        self.assertEqual(record["starttls"], {"offered": "yes", "code": 220})
        self.check_both_ehlo(record)
        self.check_trusted(record, self.good)
        self.check_software(record, "Exim")
        self.check_exim_found_us_polite(before, "EHLO,STARTTLS,EHLO,QUIT")

    def check_exim_found_us_polite(self, before, commands):
        log = self.exim.log_with(" no MAIL in ", before)
        self.assertIn("closed by QUIT", log)
        self.assertRegex(log, rf" C={commands}\n")
        self.assertNotRegex(log, "TLS error|lost|unexpected|synchronization|timeout")

    FLAWS = {
        "expired": ("certificate-expired", True),
        "other name": ("certificate-host-mismatch", False),
        "self-signed": ("certificate-not-trusted", True),
        "no intermediate": ("certificate-not-trusted", True),
    }

    def test_a_flaw_of_a_certificate_is_reported_and_does_not_change_the_outcome(self):
        records, log = self.sweep_postfix(*self.FLAWS)
        for label, (error, name_match) in self.FLAWS.items():
            with self.subTest(label):
                self.check_polite(records[label])
                tls = records[label]["tls"]
                self.assertEqual((tls["verified"], tls["verify_error"], tls["name_match"]),
                                 (False, error, name_match))
                self.assertEqual(tls["chain"], self.flawed[label].facts())
                self.check_log(log[label], "ehlo=2 starttls=1 quit=1 commands=4")
        self.assertEqual(records["expired"]["tls"]["days_left"], -2)

    def test_a_flaw_degrades_with_require_valid(self):
        records, log = self.sweep_postfix("25", *self.FLAWS, flags=["--require-valid"])
        self.check_polite(records.pop("25"))
        for label, record in records.items():
            with self.subTest(label):
                self.assertEqual((record["outcome"], record["cause"]),
                                 ("degraded", self.FLAWS[label][0]))
                self.check_log(log[label], "ehlo=2 starttls=1 quit=1 commands=4")

    def test_an_authority_unknown_to_the_system_is_not_trusted(self):
        records, _ = self.sweep_postfix("25", trust=False)
        self.check_polite(records["25"])
        self.assertEqual(records["25"]["tls"]["verify_error"], "certificate-not-trusted")

    def test_an_old_tls_version_is_reported_and_can_be_forbidden(self):
        records, log = self.sweep_postfix("1.0", "1.2")
        for label, record in records.items():
            with self.subTest(label):
                self.check_polite(record)
                self.assertEqual(record["tls"]["version"], "TLSv" + label)
                self.check_same_session(record["tls"], log[label])
                self.check_log(log[label], "ehlo=2 starttls=1 quit=1 commands=4")
        records, _ = self.sweep_postfix("1.0", "1.2", flags=["--tls-min", "1.2"])
        self.check_ending(records["1.0"], "degraded", "tls", "tls.version")
        self.check_polite(records["1.2"])

    def test_a_postfix_that_cannot_serve_tls_replies_454(self):
        records, log = self.sweep_postfix("no authorities")
        record = records["no authorities"]
        self.check_ending(record, "degraded", "starttls", "config.tls_unavailable")
        self.assertEqual(record["starttls"], {"offered": "yes", "code": 454})
        self.assertEqual((record["reply"]["code"], record["reply"]["enhanced"]), (454, "4.7.0"))
        self.assertNotIn("tls", record)
        self.assertRegex(log["no authorities"], " disconnect from .* ehlo=1 starttls=0/1 quit=1 ")
        self.assertNotIn("lost connection", log["no authorities"])

    def test_a_postfix_without_a_certificate_has_no_cipher_in_common_with_us(self):
        """It still offers STARTTLS, with anonymous ciphers only."""
        records, _ = self.sweep_postfix("no certificate")
        self.check_ending(records["no certificate"], "degraded", "tls", "tls.handshake_failure")
        self.assertEqual(records["no certificate"]["tls"]["alert"], "handshake_failure")

    def test_a_requested_client_certificate_is_distinct_from_a_required_one(self):
        records, log = self.sweep_postfix("asks", "insists")
        self.assertTrue(all(record["tls"]["client_cert_requested"] for record in records.values()))
        self.check_polite(records["asks"])
        self.check_log(log["asks"], "ehlo=2 starttls=1 quit=1 commands=4")
        # Postfix enforces it in SMTP only, after the handshake.
        self.assertEqual(records["insists"]["starttls"]["code"], 220)
        self.assertEqual(records["insists"]["tls"]["version"], "TLSv1.3")

    def test_starttls_is_recorded_as_not_offered_only_if_it_is_not(self):
        records, log = self.sweep_postfix("no TLS")
        self.check_polite(records["no TLS"])
        self.assertEqual(records["no TLS"]["starttls"], {"offered": "no"})
        self.check_log(log["no TLS"], "ehlo=1 quit=1 commands=2")
        records, _ = self.sweep_postfix("no TLS", flags=["--tls", "starttls"])
        self.assertEqual((records["no TLS"]["outcome"], records["no TLS"]["cause"]),
                         ("degraded", "starttls-not-supported"))

    def test_tls_is_not_used_with_tls_off(self):
        records, log = self.sweep_postfix("25", flags=["--tls", "off"])
        self.check_polite(records["25"])
        self.assertEqual(records["25"]["starttls"], {"offered": "yes"})
        self.assertNotIn("tls", records["25"])
        self.check_log(log["25"], "ehlo=1 quit=1 commands=2")

    def test_starttls_is_used_on_465_with_tls_starttls(self):
        """That port begins with TLS, so it never greets in clear text."""
        flags = ["--tls", "starttls", "--greeting-timeout", "1s"]
        record = self.sweep({"465": self.places["465"]}, *flags)["465"]
        self.check_ending(record, "failed", "greeting", "protocol.silent")

    def test_each_certificate_is_written_once_with_the_wanted_detail(self):
        chain = self.good.facts()
        digests = [{key: one[key] for key in ("sha256", "spki_sha256")} for one in chain]
        file = self.path("certificates")
        for detail, expected in (("leaf", chain[:1]), ("digest", digests)):
            flags = ["--chain", detail, "--certs", str(file)]
            records, _ = self.sweep_postfix("25", "587", "1.2", flags=flags)
            self.assertEqual(records["25"]["tls"]["chain"], expected)
            self.assertEqual(records["587"]["tls"]["chain"], expected)
            kept = {line["sha256"]: line
                    for line in map(record_of, whole_lines(file.read_bytes()))}
            self.assertEqual(len(kept), len(whole_lines(file.read_bytes())))
            self.assertEqual(set(kept), {one["sha256"] for one in chain + self.rsa.facts()})
            for one, path in zip(chain, self.good.files()):
                line = kept[one["sha256"]]
                self.assertEqual({key: line[key] for key in one}, one)
                self.assertEqual(line["pem"], path.read_text(encoding="ascii"))
            file.unlink()

    def test_probe_reports_the_same(self):
        flags = ("--json", "--helo", HELO, "--ca-file", str(self.authority.root.certificate))
        code, octets, stderr = self.run_program("probe", f"{POSTFIX}:25,{NAME}", *flags,
                                                within=self.machine.network)
        self.assertEqual(code, RAN_TO_ITS_END, stderr)
        record = record_of(octets)
        self.check_polite(record)
        self.check_trusted(record, self.good)


if __name__ == "__main__":
    main()
