#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mail domains with real name servers: Unbound as the resolver and NSD as the authority."""

import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from mail_domains import MailDomainTest, ending, findings
from ports import free_port
from program import Process, Swept, main, wait_until

SERVERS = os.environ.get("MXSWEEP_SERVERS")
SECONDS_MAX = 60  # For a server to start.
OK = ("ok", "quit", "none")
DOMAINS, HOSTS = 300, 10


class RealNames:
    """NSD with one zone, the root, and Unbound that queries no other server. `records`: lines of a
    zone file, names with their trailing dot."""

    ZONE = """$ORIGIN .
$TTL 300
@ SOA ns.sweep. admin.sweep. 1 3600 600 86400 60
@ NS ns.sweep.
ns.sweep. A 127.0.0.1
"""
    NSD = """server:
  ip-address: 127.0.0.1@{authority}
  username: ""
  chroot: ""
  pidfile: ""
  database: ""
  zonesdir: "{folder}"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
zone:
  name: "broken.test."
  zonefile: "missing.zone"
"""
    UNBOUND = """server:
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  directory: "{folder}"
  logfile: "{folder}/unbound.log"
  module-config: "iterator"
  do-not-query-localhost: no
  do-ip6: no
  local-zone: "test." nodefault
  local-zone: "refused.test." refuse
stub-zone:
  name: "."
  stub-addr: 127.0.0.1@{authority}
"""

    def __init__(self, folder, records):
        self.folder = folder
        self.port, self.authority = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        (folder / "root.zone").write_text(self.ZONE + records, encoding="ascii")
        for name, text in (("nsd", self.NSD), ("unbound", self.UNBOUND)):
            text = text.format(folder=folder, port=self.port, authority=self.authority)
            (folder / f"{name}.conf").write_text(text, encoding="ascii")
        self.unbound = None
        self.nsd = self.start("nsd", "nsd started")
        try:
            self.start_resolver()
        except AssertionError:
            self.nsd.end()
            raise

    def start(self, name, mark):
        prefix = pathlib.Path(SERVERS, "usr")
        libraries = ":".join(str(path) for path in (prefix / "lib").iterdir() if path.is_dir())
        command = [str(prefix / "sbin" / name), "-d", "-c", str(self.folder / f"{name}.conf")]
        log = self.folder / f"{name}.log"
        count_before = log.read_text(encoding="utf-8").count(mark) if log.exists() else 0
        # A process group of its own, because NSD has child processes.
        process = Process(command, self.folder / f"{name}.err", start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          env={**os.environ, "LD_LIBRARY_PATH": libraries})
        try:
            wait_until(lambda: not process.running() or log.exists() and
                       log.read_text(encoding="utf-8").count(mark) > count_before,
                       f"{name} to start",
                       SECONDS_MAX)
            if not process.running():
                raise AssertionError(f"{name} did not start: {process.stderr}")
        except AssertionError:
            end_group(process)
            raise
        return process

    def start_resolver(self):
        self.unbound = self.start("unbound", "start of service")

    def kill_resolver(self):
        end_group(self.unbound)

    def end(self):
        end_group(self.unbound)
        end_group(self.nsd)


def end_group(process):
    if process.running():
        os.killpg(process.process.pid, signal.SIGKILL)
    process.end()


def zone():
    lines = ["implicit.test. A 127.3.1.1", "null.test. MX 0 .", "empty.test. TXT \"no mail\"",
             "alias.test. CNAME d1.test.", "odd.test. MX 10 mxalias.test.",
             "mxalias.test. CNAME mx1.sink.test.", "void.test. MX 10 gone.test.",
             "self.test. MX 10 localhost.", "address.test. MX 10 192.0.2.1.",
             "private.test. MX 10 private-mx.test.", "private-mx.test. A 10.1.2.3",
             "xn--bcher-kva.test. MX 10 mx2.sink.test.",
             "both.test. MX 10 mx1.sink.test.", "both.test. MX 20 mx2.sink.test.",
             "loop1.test. CNAME loop2.test.", "loop2.test. CNAME loop1.test."]
    lines += [f"d{number}.test. MX 10 mx{number % HOSTS}.sink.test." for number in range(DOMAINS)]
    lines += [f"mx{number}.sink.test. A 127.3.0.{number + 1}" for number in range(HOSTS)]
    # More than the UDP payload size that we advertise.
    lines += [f"large.test. MX {number} host-with-a-rather-long-name-{number}.large.test."
              for number in range(100)]
    lines += [f"host-with-a-rather-long-name-{number}.large.test. A 127.3.0.1"
              for number in range(100)]
    return "".join(line + "\n" for line in lines)


class RealNamesTest(MailDomainTest):
    @classmethod
    def setUpClass(cls):
        if not SERVERS or not all(pathlib.Path(SERVERS, "usr/sbin", name).exists()
                                  for name in ("nsd", "unbound")):
            raise unittest.SkipTest("MXSWEEP_SERVERS is no folder that scripts/servers filled")
        folder = tempfile.TemporaryDirectory(prefix="mxsweep-names-")
        cls.addClassCleanup(folder.cleanup)
        cls.names = RealNames(pathlib.Path(folder.name), zone())
        cls.addClassCleanup(cls.names.end)

    def sweep_real(self, targets, fleet, *flags):
        swept = self.scan(targets, *self.mx_flags(self.names.address, fleet, *flags))
        self.check_ended(swept)
        self.check_shared(swept)
        self.check_valid(swept.records)
        return swept

    CASES = {
        "implicit.test": (OK, ["implicit_mx"]),
        "null.test": (("refused", "dns", "config.null_mx_or_no_mail"), []),
        "empty.test": (("failed", "dns", "dns.no_data"), None),
        "gone.test": (("failed", "dns", "dns.nxdomain"), []),
        "alias.test": (OK, ["domain_is_alias"]),
        "odd.test": (("degraded", "dns", "config.mx_cname"), ["mx_is_alias"]),
        "void.test": (("failed", "dns", "dns.mx_no_address"), []),
        "self.test": (("failed", "dns", "config.mx_localhost"), []),
        "address.test": (("failed", "dns", "config.mx_is_address"), []),
        "bücher.test": (OK, []),
        "loop1.test": (("failed", "dns", "dns.servfail"), None),  # As Unbound answers.
        "broken.test": (("failed", "dns", "dns.servfail"), []),
        "refused.test": (("failed", "dns", "dns.refused"), []),
    }

    def test_each_case_of_a_domain_has_its_own_cause(self):
        """The same as with the tests' own name server."""
        fleet, trust = self.secure_fleet("--only", "plain")
        swept = self.sweep_real("".join(name + "\n" for name in self.CASES), fleet, *trust)
        self.assertEqual(len(swept.records), len(self.CASES))
        by_target = {record["target"]: record for record in swept.records}
        for name, (right, odd) in self.CASES.items():
            with self.subTest(name):
                self.assertEqual(ending(by_target[name]), right, by_target[name])
                if odd is not None:
                    self.assertEqual(findings(by_target[name]), odd)
        self.assertEqual(by_target["bücher.test"]["dns"]["unicode"], "bücher.test")
        self.assertEqual(by_target["bücher.test"]["domain"], "xn--bcher-kva.test")
        self.assertNotIn("mx", by_target["implicit.test"])

    def test_private_addresses_are_not_visited(self):
        """For any of the private ranges."""
        fleet = self.sink("--only", "plain")
        swept = self.scan("private.test\nd1.test\n", "--mx", "--resolver", self.names.address,
                          "-p", str(fleet.port), own=())
        self.check_ended(swept)
        self.assertEqual({(r["ip"], ending(r)) for r in swept.records},
                         {(ip, ("failed", "dns", "config.mx_private_ip"))
                          for ip in ("10.1.2.3", "127.3.0.2")})
        self.assertEqual(fleet.stop()["conversations"], 0)

    def test_a_large_set_of_hosts_is_fetched_over_tcp_and_cut(self):
        """The most preferred hosts are visited, and a finding reports that there are more."""
        fleet = self.sink("--only", "plain")
        swept = self.sweep_real("large.test\n", fleet, "--tls", "off")
        self.assertEqual(sorted(r["mx"]["preference"] for r in swept.records), list(range(16)))
        for record in swept.records:
            self.assertEqual((ending(record), findings(record)), (OK, ["hosts_cut"]))
        self.assertGreaterEqual(swept.summary["lookups"]["tcp"], 1)
        self.assertEqual(fleet.stop()["conversations"], 1)

    def check_all_domains(self, swept, fleet):
        self.assertCountEqual([record["domain"] for record in swept.records],
                              [f"d{number}.test" for number in range(DOMAINS)])
        for record in swept.records:
            number = int(record["domain"][1:-len(".test")])
            self.assertEqual(ending(record), OK, record)
            self.assertEqual((record["mx"]["host"], record["ip"]),
                             (f"mx{number % HOSTS}.sink.test", f"127.3.0.{number % HOSTS + 1}"))
        self.assertEqual(swept.summary["shared"], DOMAINS - HOSTS)
        self.assertEqual(fleet.stop()["conversations"], HOSTS)

    def test_three_hundred_domains_on_ten_servers_are_ten_visits(self):
        """Each domain still has its own record."""
        fleet, trust = self.secure_fleet("--only", "plain")
        targets = "".join(f"d{number}.test\n" for number in range(DOMAINS))
        swept = self.sweep_real(targets, fleet, *trust, "--domain-summary",
                                str(self.path("domains")))
        self.check_all_domains(swept, fleet)
        lines = self.domain_lines(swept)
        self.assertEqual(len(lines), DOMAINS)
        self.assertEqual({(line["outcome"], line["answered"], line["starttls"])
                          for line in lines.values()}, {("ok", 1, "all")})

    def test_a_resolver_that_is_killed_in_mid_sweep_fails_no_domain(self):
        """It is restarted with an empty cache, and every domain is resolved."""
        fleet, trust = self.secure_fleet("--only", "plain")
        scan = self.start_scan(*self.mx_flags(self.names.address, fleet, *trust), "-o",
                               str(self.path("records")), stdin=subprocess.PIPE)
        records = self.path("records")
        names = [f"d{number}.test\n".encode() for number in range(DOMAINS)]
        scan.process.stdin.write(b"".join(names[:100]))
        scan.process.stdin.flush()
        wait_until(lambda: self.written().count(b"\n") == 100,
                   "the first hundred")
        self.names.kill_resolver()
        scan.process.stdin.write(b"".join(names[100:]))
        scan.process.stdin.close()
        with self.assertRaises(subprocess.TimeoutExpired, msg="names resolved without resolver"):
            scan.process.wait(timeout=3)
        self.names.start_resolver()
        swept = Swept(scan.wait(), scan.stderr, records.read_bytes(), self.summary())
        self.check_ended(swept)
        self.check_all_domains(swept, fleet)


if __name__ == "__main__":
    main()
