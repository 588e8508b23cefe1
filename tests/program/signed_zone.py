# SPDX-License-Identifier: MIT
"""Signed zones on loopback: ldns signs them, NSD serves them, and an Unbound validates them, whose
only trust anchor is the root zone of the test.

MXSWEEP_SERVERS names the folder that scripts/servers has filled; where a program is not there, the
system's is used."""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import unittest

from name_server import encoded
from ports import free_port
from program import Process, libraries_of, wait_until
from real_servers import SECONDS_MAX, SERVERS, Server

ALGORITHM = "ECDSAP256SHA256"
A, MX, TXT, TLSA, DNSKEY = 1, 15, 16, 52, 48

APEX = """$ORIGIN {origin}
$TTL 300
@ SOA ns.names.test. admin.names.test. 1 3600 600 86400 60
@ NS ns.names.test.
"""

NSD = """server:
  ip-address: {address}@{port}
  username: ""
  chroot: ""
  pidfile: ""
  database: ""
  minimal-responses: yes
  zonesdir: "{folder}"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  logfile: "{folder}/nsd.log"
remote-control:
  control-enable: no
"""
NSD_ZONE = """zone:
  name: "{origin}"
  zonefile: "{file}"
"""

UNBOUND = """server:
  interface: {address}
  port: {port}
  do-daemonize: no
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  directory: "{folder}"
  logfile: "{folder}/unbound.log"
  module-config: "{modules}"
  trust-anchor-file: "{anchor}"
  ede: yes
  do-not-query-localhost: no
  do-ip6: no
  local-zone: "test." nodefault
  local-zone: "127.in-addr.arpa." nodefault
"""
STUB = """stub-zone:
  name: "{origin}"
  stub-addr: {address}@{port}
"""


def tool(name):
    """The command of a program of the servers' folder, or of the system."""
    for place in ("sbin", "bin"):
        path = pathlib.Path(SERVERS or "/", "usr", place, name)
        if path.exists():
            libraries = [f"LD_LIBRARY_PATH={libraries_of(SERVERS)}"] if SERVERS else []
            return ["env", *libraries, str(path)]
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        raise unittest.SkipTest(f"no {name} here")
    return [path]


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode()}")
    return done.stdout.decode()


class Zone:
    """A zone in a folder of its own. `records`: lines of a zone file, names with their trailing
    dot. Unsigned unless sign() is called."""

    def __init__(self, folder, origin, records):
        self.folder = folder / (origin.strip(".") or "root")
        self.folder.mkdir()
        self.origin = origin
        self.file = self.folder / "zone"
        self.file.write_text(APEX.format(origin=origin) + records, encoding="ascii")

    def sign(self, *flags):
        """Returns the DS record for the zone above; anchor is then the file of its key."""
        make = [*tool("ldns-keygen"), "-r", "/dev/urandom", "-a", ALGORITHM]
        above = run([*make, "-k", self.origin], self.folder).strip()
        below = run([*make, self.origin], self.folder).strip()
        run([*tool("ldns-signzone"), "-o", self.origin, *flags, "-f", "signed", "zone", above,
             below], self.folder)
        self.file = self.folder / "signed"
        self.anchor = self.folder / f"{above}.key"
        return (self.folder / f"{above}.ds").read_text(encoding="ascii")

    def forge(self, name, kind, data):
        """Replaces the data of a record of a signed zone: its signature is then wrong."""
        lines = self.file.read_text(encoding="ascii").splitlines()
        places = [at for at, line in enumerate(lines)
                  if line.split()[:1] == [name] and line.split()[3:4] == [kind]]
        assert len(places) == 1, (name, kind, places)
        head = lines[places[0]].split()[:4]
        lines[places[0]] = " ".join(head) + " " + data
        self.file.write_text("\n".join(lines) + "\n", encoding="ascii")


class SignedNames:
    """NSD and Unbound with these zones, one of which is the signed root. On an inner machine they
    have the real port, else a free one of 127.0.0.1; `address` is the resolver's. `validates`: an
    Unbound that does not validate has no use for the anchor. `more`: of its configuration."""

    def __init__(self, folder, zones, machine=None, validates=True, more=""):
        self.folder = folder
        self.machine = machine
        ports = [53, 53] if machine else [free_port(), free_port()]
        self.authority = ("127.0.0.2" if machine else "127.0.0.1", ports[1])
        self.place = ("127.0.0.1", ports[0])
        self.address = f"{self.place[0]}:{self.place[1]}"
        at = {"address": self.authority[0], "port": self.authority[1]}
        nsd = NSD.format(folder=folder, **at)
        nsd += "".join(NSD_ZONE.format(origin=zone.origin, file=zone.file) for zone in zones)
        root = next(zone for zone in zones if zone.origin == ".")
        unbound = UNBOUND.format(folder=folder, address=self.place[0], port=self.place[1],
                                 anchor=root.anchor,
                                 modules="validator iterator" if validates else "iterator")
        unbound += "".join(STUB.format(origin=zone.origin, **at) for zone in zones) + more
        (folder / "nsd.conf").write_text(nsd, encoding="ascii")
        (folder / "unbound.conf").write_text(unbound, encoding="ascii")
        self.processes = {}
        with contextlib.ExitStack() as started:
            for name, mark, place in (("nsd", "nsd started", self.authority),
                                      ("unbound", "start of service", self.place)):
                started.callback(self.start(name, mark, place))
            self.started = started.pop_all()

    def start(self, name, mark, place):
        """Returns what ends it."""
        command = [*tool(name), "-d", "-c", str(self.folder / f"{name}.conf")]
        log = self.folder / f"{name}.log"
        if self.machine:
            return Server(self.machine, command, log, [place], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL).end
        # A process group of its own, because NSD has child processes.
        process = Process(command, self.folder / f"{name}.err", start_new_session=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.processes[name] = process

        def end():
            if process.running():
                os.killpg(process.process.pid, signal.SIGKILL)
            process.end()

        try:
            wait_until(lambda: not process.running() or
                       log.exists() and mark in log.read_text(encoding="utf-8"),
                       f"{name} to start", SECONDS_MAX)
            if not process.running():
                raise AssertionError(f"{name} did not start: {process.stderr}")
        except AssertionError:
            end()
            raise
        return end

    def reload(self):
        """The name server reads the files of the zones again."""
        self.processes["nsd"].send(signal.SIGHUP)

    def end(self):
        self.started.close()


class Reply:
    """What a resolver answered: its RCODE, whether it had validated the data (AD), the number of
    answer records and the first extended error, or None."""

    def __init__(self, message):
        flags, _, self.count, authority, more = struct.unpack(">HHHHH", message[2:12])
        self.code = flags & 15
        self.authentic = bool(flags & 0x20)
        self.extended_error = None
        at = message.index(b"\0", 12) + 5
        for _ in range(self.count + authority + more):
            while message[at] not in (0, *range(0xc0, 0x100)):
                at += 1 + message[at]
            at += 2 if message[at] >= 0xc0 else 1
            kind, _, _, length = struct.unpack(">HHIH", message[at:at + 10])
            data = message[at + 10:at + 10 + length]
            at += 10 + length
            if kind == 41:
                self.read_options(data)

    def read_options(self, data):
        while len(data) >= 4:
            code, length = struct.unpack(">HH", data[:4])
            if code == 15 and self.extended_error is None:
                self.extended_error = struct.unpack(">H", data[4:6])[0]
            data = data[4 + length:]


def ask(place, name, kind):
    """Asks a resolver on loopback, with EDNS and the wish for AD."""
    question = encoded(name) + struct.pack(">HH", kind, 1)
    additional = b"\0" + struct.pack(">HHIH", 41, 1232, 0, 0)
    query = struct.pack(">HHHHHH", 7, 0x0120, 1, 0, 0, 1) + question + additional
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(SECONDS_MAX)
        connection.sendto(query, place)
        return Reply(connection.recv(4096))


class SignedZones:
    """The zones of most tests, from `records` of the root: besides them
      insecure.test   without a signature, `insecure` its records
      expired.test    signed, but long ago
      forged.test     in the root: its address has been changed after signing"""

    def __init__(self, folder, records, insecure=""):
        folder.mkdir(exist_ok=True)
        expired = Zone(folder, "expired.test.", "@ A 127.9.9.9\n@ MX 10 mx.expired.test.\n"
                                                "mx A 127.9.9.8\n")
        ds = expired.sign("-i", "20200101000000", "-e", "20200201000000")
        self.insecure = Zone(folder, "insecure.test.", insecure)
        apex = "".join(f"{name}.test. NS ns.names.test.\n" for name in ("insecure", "expired"))
        self.root = Zone(folder, ".", apex + ds + "ns.names.test. A 127.0.0.2\n"
                                      "forged.test. A 127.9.9.7\n" + records)
        self.root.sign()
        self.root.forge("forged.test.", "A", "127.9.9.6")
        self.all = [self.root, self.insecure, expired]


def temporary_folder(test_class):
    """A folder that is removed after the tests of the class."""
    folder = tempfile.TemporaryDirectory(prefix="mxsweep-signed-")
    test_class.addClassCleanup(folder.cleanup)
    return pathlib.Path(folder.name)
