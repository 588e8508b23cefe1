# SPDX-License-Identifier: MIT
"""What real mail servers meet beside the program under test: a name server with a blocklist, and
clients that hold a connection."""

import pathlib
import subprocess
import sys

from program import Process, libraries_of, wait_until
from real_servers import SECONDS_MAX, SERVERS, Server

ZONE = """$ORIGIN .
$TTL 300
@ SOA ns.real.test. admin.real.test. 1 3600 600 86400 60
@ NS ns.real.test.
ns.real.test. A 127.0.0.1
"""

NSD = """server:
  ip-address: {address}@53
  username: ""
  chroot: ""
  pidfile: ""
  database: ""
  zonesdir: "{folder}"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  logfile: "{log}"
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "root.zone"
"""

# Holds connections until its stdin is closed, and then takes its leave.
HOLDER = """import socket, sys
peers = [socket.create_connection((sys.argv[1], int(sys.argv[2])), 60, (sys.argv[3], 0))
         for _ in range(int(sys.argv[4]))]
for peer in peers:
    peer.recv(1)
print("held", flush=True)
sys.stdin.read()
for peer in peers:
    peer.sendall(b"QUIT\\r\\n")
    while peer.recv(1000):
        pass
"""


def name_server(machine, folder, records, address="127.0.0.1"):
    """An NSD with one zone, the root: all that the servers of the inner machine resolve. `records`:
    lines of a zone file."""
    (folder / "root.zone").write_text(ZONE + records, encoding="ascii")
    config, log = folder / "nsd.conf", folder / "nsd.log"
    config.write_text(NSD.format(folder=folder, log=log, address=address), encoding="ascii")
    libraries = f"LD_LIBRARY_PATH={libraries_of(SERVERS)}"
    command = ["env", libraries, pathlib.Path(SERVERS, "usr/sbin/nsd"), "-d", "-c", config]
    return Server(machine, command, log, [(address, 53)], stdin=subprocess.DEVNULL,
                  stdout=subprocess.DEVNULL)


class Holder(Process):
    """A client from `source` that holds connections to `place` until they are released. The first
    octet of each greeting has come when it is ready."""

    def __init__(self, machine, folder, place, source, count=1):
        command = [*machine.network, sys.executable, "-c", HOLDER, place[0], str(place[1]), source,
                   str(count)]
        super().__init__(command, folder / "holder.err", stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        if not self.process.stdout.readline():
            self.end()
            raise AssertionError(f"no connection to hold: {self.stderr}")

    def release(self):
        self.process.stdin.close()
        wait_until(lambda: not self.running(), "a held connection to end", SECONDS_MAX)
        self.end()
