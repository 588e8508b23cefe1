# SPDX-License-Identifier: MIT
"""TLS with `openssl s_server` and `gnutls-serv`: negotiated parameters and certificates."""

import json

from program import main
from real_servers import OpenSslServer, RealTest, gnutls_server

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

ANY = "ALL:@SECLEVEL=0"
PLACE = "127.0.0.1"

# label: (certificate, flags of s_server, what the record's tls must hold)
NEGOTIATED = {
    "1.0, no forward secrecy": ("rsa", ["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"], {
        "version": "TLSv1.0", "cipher": "TLS_RSA_WITH_AES_128_CBC_SHA", "group": None}),
    "1.1, P-256": ("rsa", ["-tls1_1", "-cipher", ANY, "-groups", "P-256"], {
        "version": "TLSv1.1", "group": "P-256"}),
    "1.2, X25519": ("ec", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384",
                           "-groups", "X25519"], {
        "version": "TLSv1.2", "cipher": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "group": "X25519", "signature": "ecdsa_secp256r1_sha256",
        "extended_master_secret": True, "secure_renegotiation": True}),
    "1.2, P-384": ("rsa", ["-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305",
                           "-groups", "P-384"], {
        "version": "TLSv1.2", "cipher": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "group": "P-384"}),
    "1.2, DHE": ("rsa", ["-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256"], {
        "version": "TLSv1.2", "cipher": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        "group": "DHE 2048"}),
    "1.3, X25519": ("rsa", ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256",
                            "-groups", "X25519"], {
        "version": "TLSv1.3", "cipher": "TLS_AES_128_GCM_SHA256", "group": "X25519",
        "signature": "rsa_pss_rsae_sha256", "extended_master_secret": None,
        "secure_renegotiation": None}),
    "1.3, P-256, asked again": ("ec", ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256",
                                       "-groups", "P-256"], {
        "version": "TLSv1.3", "cipher": "TLS_CHACHA20_POLY1305_SHA256", "group": "P-256",
        "signature": "ecdsa_secp256r1_sha256"}),
    "1.3, P-384": ("ec384", ["-tls1_3", "-groups", "P-384"], {
        "version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "group": "P-384",
        "signature": "ecdsa_secp384r1_sha384"}),
    "1.3, P-521": ("ed25519", ["-tls1_3", "-groups", "P-521"], {
        "version": "TLSv1.3", "group": "P-521", "signature": "ed25519"}),
    "1.2, asks for a certificate": ("ec", ["-tls1_2", "-verify", "1"], {
        "version": "TLSv1.2", "client_cert_requested": True}),
    "1.3, asks for a certificate": ("ec", ["-tls1_3", "-verify", "1"], {
        "version": "TLSv1.3", "client_cert_requested": True}),
}

# label: (priority of gnutls-serv, what the record's tls must hold)
NEGOTIATED_WITH_GNUTLS = {
    "1.0": ("NORMAL:-VERS-ALL:+VERS-TLS1.0", {"version": "TLSv1.0"}),
    "1.1": ("NORMAL:-VERS-ALL:+VERS-TLS1.1", {"version": "TLSv1.1"}),
    "1.2, RSA": ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA:-CIPHER-ALL:+AES-256-GCM", {
        "version": "TLSv1.2", "cipher": "TLS_RSA_WITH_AES_256_GCM_SHA384", "group": None}),
    "1.2, DHE": ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:-GROUP-ALL:+GROUP-FFDHE2048", {
        "version": "TLSv1.2", "group": "ffdhe2048"}),
    "1.3, P-256": ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP256R1", {
        "version": "TLSv1.3", "group": "P-256"}),
    "1.3, X25519": ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519"
                    ":-CIPHER-ALL:+AES-128-GCM", {
        "version": "TLSv1.3", "cipher": "TLS_AES_128_GCM_SHA256", "group": "X25519"}),
}
# gnutls-serv speaks no SMTP: the handshake is what counts.
SOON = ("--greeting-timeout", "1s")


class RealTls(RealTest):
    """Each server begins with TLS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        issue = cls.authority.issue
        cls.certificates = {
            "ec": issue("ec"),
            "ec384": issue("ec384", key="EC:P-384"),
            "ed25519": issue("ed25519", key="ED25519"),
            "rsa": issue("rsa", key="RSA:2048"),
        }

    def sweep(self, *arguments, **more):
        """Each record is valid by the schema."""
        records = super().sweep(*arguments, **more)
        if Draft202012Validator is not None:
            validator = Draft202012Validator(json.loads(self.run_program("schema")[1]))
            for record in records.values():
                validator.validate(record)
        return records

    def servers(self, cases, port):
        """Starts an s_server for each case (label: certificate, flags): targets, servers."""
        targets, servers = {}, {}
        for number, (label, (certificate, flags)) in enumerate(cases.items()):
            place = (PLACE, port + number)
            log = self.shared / f"s_server-{place[1]}.log"
            servers[label] = OpenSslServer(self.machine, log, place,
                                           self.certificates.get(certificate, certificate), *flags)
            self.addCleanup(servers[label].end)
            targets[label] = (place, {"tls": "implicit"})
        return targets, servers

    def check_holds(self, expected, tls):
        """None: the key must be absent."""
        self.assertEqual({key: tls.get(key) for key in expected}, expected)

    def test_the_negotiated_parameters_are_those_that_openssl_offers(self):
        cases = {label: case[:2] for label, case in NEGOTIATED.items()}
        targets, servers = self.servers(cases, 4100)
        records = self.sweep(targets)
        for label, (_, _, expected) in NEGOTIATED.items():
            with self.subTest(label):
                record = records[label]
                self.check_polite(record)
                self.assertTrue(record["tls"]["verified"])
                self.check_holds({"client_cert_requested": False, **expected}, record["tls"])
                log = servers[label].wait_for_end()
                self.assertIn("QUIT", log)
                self.assertNotIn("ERROR", log)
                self.assertNotIn("unexpected eof", log)

    def test_the_negotiated_parameters_are_those_that_gnutls_offers(self):
        targets = {}
        for number, (label, (priority, _)) in enumerate(NEGOTIATED_WITH_GNUTLS.items()):
            port = 4200 + number
            server = gnutls_server(self.machine, self.shared / f"gnutls-serv-{port}.log", port,
                                   self.certificates["rsa"], "--disable-client-cert",
                                   "--priority", priority)
            self.addCleanup(server.end)
            targets[label] = ((PLACE, port), {"tls": "implicit"})
        records = self.sweep(targets, *SOON)
        for label, (_, expected) in NEGOTIATED_WITH_GNUTLS.items():
            with self.subTest(label):
                self.check_ending(records[label], "failed", "greeting", "protocol.silent")
                self.assertTrue(records[label]["tls"]["verified"])
                self.check_holds({"client_cert_requested": False, **expected},
                                 records[label]["tls"])

    def test_a_required_client_certificate_is_distinguished_from_a_requested_one(self):
        insist = {f"openssl {version}": ("ec", [f"-tls{version}", "-Verify", "1",
                                               "-verify_return_error"])
                  for version in ("1_2", "1_3")}
        targets, _ = self.servers(insist, 4300)
        flags = {"gnutls": ["--require-client-cert"], "gnutls, asks": []}
        for number, (label, more) in enumerate(flags.items()):
            port = 4310 + number
            server = gnutls_server(self.machine, self.shared / f"gnutls-serv-{port}.log", port,
                                   self.certificates["ec"], *more)
            self.addCleanup(server.end)
            targets[label] = ((PLACE, port), {"tls": "implicit"})
        records = self.sweep(targets, *SOON)
        for label, record in records.items():
            with self.subTest(label):
                self.assertTrue(record["tls"]["client_cert_requested"])
                if label == "gnutls, asks":
                    self.check_ending(record, "failed", "greeting", "protocol.silent")
                else:
                    self.check_ending(record, "failed", "tls", "tls.client_certificate")
                    # The server sent its own first; before TLS 1.3 the handshake is not completed.
                    tls = record["tls"]
                    self.assertTrue(tls["verified"])
                    self.assertEqual(tls["chain"], self.certificates["ec"].facts())
                    if label == "openssl 1_2":
                        self.assertEqual(tls["version"], "TLSv1.2")
                        self.assertNotIn("cipher", tls)
                    else:
                        self.assertEqual(tls["version"], "TLSv1.3")
                        self.assertIn("cipher", tls)

    def test_what_tls_min_forbids_is_not_negotiated(self):
        cases = {version: ("rsa", [flag, "-cipher", ANY]) for version, flag in
                 (("1.0", "-tls1"), ("1.1", "-tls1_1"), ("1.2", "-tls1_2"), ("1.3", "-tls1_3"))}
        targets, _ = self.servers(cases, 4400)
        records = self.sweep(targets, "--tls-min", "1.2")
        for version in ("1.0", "1.1"):
            self.check_ending(records[version], "failed", "tls", "tls.version")
            self.assertNotIn("version", records[version].get("tls", {}))
        for version in ("1.2", "1.3"):
            self.check_polite(records[version])

    def test_no_cipher_in_common_is_reported(self):
        psk = ["-tls1_2", "-cipher", "PSK", "-psk", "00"]
        targets, _ = self.servers({"PSK": ("rsa", psk)}, 4500)
        self.check_ending(self.sweep(targets)["PSK"], "failed", "tls", "tls.handshake_failure")

    def test_a_server_without_a_certificate_is_accepted_if_ciphers_allow_it(self):
        """The record has only its cipher and an empty chain, which is not trusted."""
        anonymous = ["-nocert", "-tls1_2", "-cipher", "aNULL:@SECLEVEL=0"]
        for number, (more, expected) in enumerate((
                ((), None), (("--ciphers", "NORMAL:+ANON-ECDH"), "TLS_ECDH_anon_"),
                (("--ciphers", "NORMAL:+ANON-DH"), "TLS_DH_anon_"))):
            with self.subTest(more):
                targets, _ = self.servers({"it": ("rsa", anonymous)}, 4550 + number)
                record = self.sweep(targets, *more)["it"]
                if expected is None:
                    self.check_ending(record, "failed", "tls", "tls.handshake_failure")
                    continue
                self.check_polite(record)
                self.assertTrue(record["tls"]["cipher"].startswith(expected), record)
                self.check_holds({"version": "TLSv1.2", "verified": False, "chain": [],
                                  "verify_error": "certificate-not-trusted",
                                  "days_left": None, "signature": None}, record["tls"])

    def test_a_common_name_alone_does_not_match_the_server(self):
        certificate = self.authority.issue("common name only", names=())
        for number, (more, ending) in enumerate((
                ((), ("ok", "quit", "none")),
                (("--require-valid",), ("degraded", "tls", "certificate-host-mismatch")))):
            targets, _ = self.servers({"it": (certificate, [])}, 4560 + number)
            record = self.sweep(targets, *more)["it"]
            self.check_ending(record, *ending)
            self.check_holds({"verified": False, "verify_error": "certificate-host-mismatch",
                              "name_match": False, "cn_match": True}, record["tls"])

    def test_the_days_left_are_those_of_the_first_certificate_to_expire(self):
        issue = self.authority.issue
        between = issue("short lived", "/CN=Short Lived", authority=True, by=self.authority.root,
                        days=(-1, 30))
        certificates = {"leaf": issue("leaf ends", days=(-1, 20), by=between),
                        "between": issue("between ends", by=between)}
        targets, _ = self.servers({label: (certificate, [])
                                   for label, certificate in certificates.items()}, 4570)
        records = self.sweep(targets)
        for label, days, number in (("leaf", 19, 0), ("between", 29, 1)):
            tls = records[label]["tls"]
            self.assertEqual((tls["verified"], tls["days_left"], tls["days_left_of"]),
                             (True, days, tls["chain"][number]["sha256"]))

    def test_a_chain_of_more_certificates_than_are_kept_is_marked_as_cut(self):
        certificate = self.certificates["ec"]
        lots = self.shared / "lots.pem"
        lots.write_text(certificate.certificate.read_text(encoding="ascii") * 16, encoding="ascii")
        targets, _ = self.servers({"it": (certificate, ["-cert_chain", lots])}, 4580)
        tls = self.sweep(targets)["it"]["tls"]
        self.assertEqual((len(tls["chain"]), tls["chain_cut"]), (16, True))
        # A chain longer than we read ends the handshake, as a limit of ours.
        lots.write_text(certificate.certificate.read_text(encoding="ascii") * 200, encoding="ascii")
        targets, _ = self.servers({"it": (certificate, ["-cert_chain", lots])}, 4581)
        record = self.sweep(targets)["it"]
        self.check_ending(record, "local", "tls", "local.tls_limit")
        self.assertNotIn("cipher", record["tls"])

    def test_a_certificate_is_reported_as_openssl_reports_it(self):
        issue = self.authority.issue
        many = [f"DNS:mx{number}.real.test" for number in range(50)]
        certificates = {
            **self.certificates,
            "names": issue("names", f"/O=Real, \"quoted\" \\+ more; #1/CN={many[0][4:]}",
                           [*many, "DNS:*.wild.real.test", "IP:192.0.2.1", "IP:2001:db8::1"]),
            "no common name": issue("no common name", "/O=Real/CN=  spaced  "),
            "rsa 1024": issue("rsa 1024", key="RSA:1024"),
            "rsa 4096": issue("rsa 4096", key="RSA:4096"),
            "p-521": issue("p-521", key="EC:P-521"),
            "self-signed": issue("self-signed", by=None),
            "long ago": issue("long ago", days=(-9000, -8000)),
            "far": issue("far", days=(-1, 36500)),
        }
        flags = ["-cipher", ANY]
        targets, _ = self.servers({label: (certificate, flags)
                                   for label, certificate in certificates.items()}, 4600)
        records = self.sweep(targets, "--chain", "full")
        for label, certificate in certificates.items():
            with self.subTest(label):
                # That of its authority is valid for years, not for a century.
                outlives = ["issuer_ends_first"] if label == "far" else []
                self.check_polite(records[label], *outlives)
                facts = certificate.facts()
                self.assertEqual(records[label]["tls"]["chain"], facts)


if __name__ == "__main__":
    main()
