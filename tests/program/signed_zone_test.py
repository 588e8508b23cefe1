#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the signed zones of other tests are: secure, insecure, bogus and denied, as Unbound says."""

import unittest

from program import main
from signed_zone import (A, DNSKEY, MX, SignedNames, SignedZones, TLSA, TXT, ask,
                         temporary_folder)

NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
RECORDS = f"""signed.test. MX 10 mx.signed.test.
signed.test. TXT "v=spf1 -all"
mx.signed.test. A 127.9.0.1
_25._tcp.mx.signed.test. TLSA 3 1 1 {"ab" * 32}
"""
INSECURE = "@ MX 10 mx\nmx A 127.9.0.2\n"


class SignedZoneTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = temporary_folder(cls)
        zones = SignedZones(folder / "zones", RECORDS, INSECURE)
        cls.names = SignedNames(folder, zones.all)
        cls.addClassCleanup(cls.names.end)

    def check(self, name, kind, code, authentic, found):
        reply = ask(self.names.place, name, kind)
        self.assertEqual((reply.code, reply.authentic, reply.count > 0), (code, authentic, found))
        return reply

    def test_the_resolver_shows_that_it_validates(self):
        self.check(".", DNSKEY, NOERROR, True, True)

    def test_a_signed_zone_is_secure_and_so_is_what_it_denies(self):
        for name, kind in (("signed.test", MX), ("signed.test", TXT), ("mx.signed.test", A),
                           ("_25._tcp.mx.signed.test", TLSA)):
            with self.subTest(name, kind=kind):
                self.check(name, kind, NOERROR, True, True)
        self.check("signed.test", TLSA, NOERROR, True, False)
        self.check("_25._tcp.signed.test", TLSA, NXDOMAIN, True, False)

    def test_an_unsigned_zone_is_insecure(self):
        self.check("insecure.test", MX, NOERROR, False, True)
        self.check("_25._tcp.mx.insecure.test", TLSA, NXDOMAIN, False, False)

    def test_wrong_signatures_are_bogus_with_their_reason(self):
        self.assertIn(self.check("forged.test", A, SERVFAIL, False, False).extended_error,
                      range(6, 13))
        self.assertIn(self.check("mx.expired.test", A, SERVFAIL, False, False).extended_error,
                      range(6, 13))


if __name__ == "__main__":
    main()
