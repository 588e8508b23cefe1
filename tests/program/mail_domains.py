# SPDX-License-Identifier: MIT
"""Shared by the tests of mail domains: sweeps with a small DNS server and a fleet on loopback, in
which every record is valid by the published schema."""

import json

from name_server import NameServer
from program import RAN_TO_ITS_END, ProgramTest, record_of, whole_lines

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None


def ending(record):
    return record["outcome"], record["phase"], record["cause"]


def findings(record):
    return record.get("dns", {}).get("findings", [])


class MailDomainTest(ProgramTest):
    def resolver(self, zone, **more):
        server = NameServer(zone, **more)
        self.addCleanup(server.stop)
        return server

    def secure_fleet(self, *flags):
        """A fleet whose certificates are for *.sink.test, and the flag that trusts them."""
        authority = str(self.path("authority.pem"))
        return self.sink("--ca-out", authority, *flags), ("--ca-file", authority)

    def personas(self, prefix, *flags):
        """The addresses of a prefix by the persona that answers there."""
        code, lines, _ = self.run_program("sink", *flags, "--expect", prefix)
        self.assertEqual(code, RAN_TO_ITS_END)
        addresses = {}
        for line in map(record_of, lines.splitlines()):
            addresses.setdefault(line["persona"], []).append(line["ip"])
        return addresses

    def mx_flags(self, resolver, fleet, *flags):
        return ("--mx", "--allow-private", "--resolver", resolver, "-p", str(fleet.port), *flags)

    def sweep(self, targets, zone, fleet, *flags, **more):
        """A sweep that ran to its end. `zone`: a name server, or the zone for a new one."""
        server = zone if isinstance(zone, NameServer) else self.resolver(zone)
        swept = self.scan(targets, *self.mx_flags(server.address, fleet, *flags), **more)
        self.check_ended(swept)
        self.check_shared(swept)
        self.check_valid(swept.records)
        return swept

    def check_shared(self, swept):
        """The summary's count of shared records is the number of records marked "shared"."""
        marked = [record for record in swept.records if "shared" in record]
        self.assertEqual({record["shared"] for record in marked} - {True}, set())
        self.assertEqual(swept.summary["shared"], len(marked))

    def check_valid(self, records, definition=None):
        """Validates with python3-jsonschema (Debian's name), if it is installed."""
        if Draft202012Validator is None:
            return
        code, schema, _ = self.run_program("schema")
        self.assertEqual(code, RAN_TO_ITS_END)
        schema = record_of(schema)
        if definition:
            schema = {"$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        for record in records:
            for error in validator.iter_errors(record):
                self.fail(f"{error.json_path}: {error.message}: {json.dumps(record)}")

    def domain_lines(self, swept):
        """The lines of --domain-summary by domain; each is valid, and none is missing."""
        lines = [record_of(line) for line in whole_lines(self.path("domains").read_bytes())]
        self.assertEqual(swept.summary["domains_written"], len(lines))
        self.check_valid(lines, "domain_line")
        return {line["domain"]: line for line in lines}
