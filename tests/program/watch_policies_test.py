#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A policy of MTA-STS as a slow check of a running monitor: it changes, its host breaks, and it
comes back. On an inner machine, whose addresses may be global ones: policies are fetched from no
others."""

import json
import pathlib
import subprocess
import sys

from program import Process, main, record_of, wait_until
from real_certificates import Authority
from real_servers import SERVERS, InnerMachine
from signed_zone import SignedNames, SignedZones, temporary_folder
from watching import WatchTest, section

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

HOST = "mta-sts.insecure.test"
PLACE = "20.0.0.1"
DOMAIN = f"""@ 0 MX 10 mx
mx 0 A 127.9.0.1
_mta-sts 0 TXT "v=STSv1; id=1"
mta-sts 0 A {PLACE}
"""
SOUND = "version: STSv1\nmode: enforce\nmx: mx.insecure.test\nmax_age: 604800\n"
OTHER = SOUND.replace("mx.insecure", "other")

# Answers with what is in a file; without it, 404.
SERVER = """import http.server, pathlib, ssl, sys
address, chain, key, policy = sys.argv[1:]
class Policy(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        file = pathlib.Path(policy)
        body = file.read_bytes() if file.exists() else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
server = http.server.ThreadingHTTPServer((address, 443), Policy)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(chain, key)
server.socket = context.wrap_socket(server.socket, server_side=True)
print("ready", flush=True)
server.serve_forever()
"""


class WatchPoliciesTest(WatchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = temporary_folder(cls)
        cls.machine = InnerMachine(cls.shared, SERVERS)
        cls.addClassCleanup(cls.machine.end)
        cls.within = cls.machine.network
        subprocess.run([*cls.within, "ip", "address", "add", f"{PLACE}/32", "dev", "lo"],
                       check=True)
        zones = SignedZones(cls.shared / "zones", "", DOMAIN)
        cls.names = SignedNames(cls.shared, zones.all, cls.machine)
        cls.addClassCleanup(cls.names.end)
        folder = cls.shared / "certificates"
        folder.mkdir()
        cls.authority_of_hosts = Authority(folder)
        cls.certificate = cls.authority_of_hosts.issue("policy", f"/CN={HOST}", [f"DNS:{HOST}"])

    def serve(self):
        server = Process([*self.within, sys.executable, "-c", SERVER, PLACE, self.certificate.chain,
                          self.certificate.key, self.path("policy")], self.path("policy.err"),
                         stdout=subprocess.PIPE)
        self.addCleanup(server.end)
        self.assertEqual(server.process.stdout.readline(), b"ready\n", server.stderr)
        return server

    def begin(self):
        self.write("policy", SOUND)
        self.write("mail.txt", "insecure.test\n")
        self.configure(
            [], section("[[group]]", name="mail", ports=[self.fleet.port], domains="mail.txt",
                        checks=["http"], checks_every="24h"),
            watch={"resolver": self.names.address,
                   "ca_file": self.authority_of_hosts.root.certificate})
        self.watch("--records", str(self.path("records")))

    def lines(self):
        """What the checks of the domain came to, in the records."""
        path = pathlib.Path(self.path("records"))
        octets = path.read_bytes() if path.exists() else b""
        lines = [record_of(line) for line in octets[:octets.rfind(b"\n") + 1].splitlines()]
        return [line for line in lines if "phase" not in line]

    def check_until(self, reached, what):
        def checked():
            self.ctl("check", "--group", "mail")
            return reached()

        wait_until(checked, what)

    def check_until_fetched(self, outcome, times=3):
        """So many fetches from now on, all with this outcome."""
        self.check_until(lambda: self.lines() and
                         self.lines()[-1]["checks"]["mta_sts"]["fetch"]["outcome"] == outcome,
                         f"a fetch that is {outcome}")
        before = len(self.lines())
        self.check_until(lambda: len(self.lines()) >= before + times, "more fetches")
        self.assertEqual({line["checks"]["mta_sts"]["fetch"]["outcome"]
                          for line in self.lines()[before:]}, {outcome})

    def findings(self):
        return {each["id"] for incident in self.ctl("incidents")["incidents"]
                if incident["incident"]["kind"] == "check" for each in incident["findings"]}

    def test_a_policy_that_changes_is_told_and_a_host_that_is_silent_ends_nothing(self):
        server = self.serve()
        self.begin()
        self.check_until_fetched("ok")
        self.assertEqual(self.findings(), set())
        self.write("policy", OTHER)
        self.check_until(lambda: self.findings() == {"mta_sts.mx_not_covered"},
                         "the MX host that loses mail")
        server.end()
        self.check_until_fetched("unreachable")
        self.assertEqual(self.findings(), {"mta_sts.mx_not_covered"})
        self.write("policy", SOUND)
        self.serve()
        self.check_until(lambda: not self.findings(), "the finding to end")
        self.path("policy").unlink()
        self.check_until(lambda: self.findings() == {"mta_sts.unavailable"}, "404 to be found")
        self.write("policy", SOUND)
        self.check_until(lambda: not self.findings(), "that finding to end")
        self.check_schema()

    def check_schema(self):
        line = self.lines()[-1]
        self.assertEqual((line["domain"], line["list"], line["answered"]),
                         ("insecure.test", "mail", 0))
        if Draft202012Validator is None:
            return
        code, octets, _ = self.run_program("schema")
        self.assertEqual(code, 0)
        definitions = json.loads(octets)["$defs"]
        for line in self.lines():
            Draft202012Validator({"$ref": "#/$defs/domain_line",
                                  "$defs": definitions}).validate(line)


if __name__ == "__main__":
    main()
