# SPDX-License-Identifier: MIT
"""Blocklists on loopback: rbldnsd serves those that work, NSD those that have closed or refuse, and
an Unbound resolves them all, with the mail domains that are asked about.

MXSWEEP_SERVERS names the folder that scripts/servers has filled."""

import contextlib
import os
import signal
import subprocess

from ports import free_port
from program import Process, wait_until
from real_servers import SECONDS_MAX
from signed_zone import STUB, SignedNames, SignedZones, Zone, tool

# What rbldnsd serves: the type of each dataset, and its lines. A value is "ADDRESS:TEXT".
DATASETS = {
    "own.bl.test": {
        "ip4set": """:127.0.0.2:listed
127.0.0.2
127.9.1.1 :127.0.0.10:dynamic
127.9.1.2
127.9.1.3 :127.0.0.99:without a meaning
127.9.2.2 :127.255.255.252:a wrong name
127.9.2.4 :127.255.255.254:a public resolver
127.9.2.5 :127.255.255.255:too many
127.9.2.6 :127.0.1.255:no addresses here
""",
        "ip6trie": """:127.0.0.3:listed
::ffff:7f00:2
2001:db8:1::/48
""",
    },
    "dbl.bl.test": {
        "dnset": """:127.0.1.2:spam
test
listed.test
""",
    },
}

# What the names below a zone are answered with by NSD, whatever they are.
CLOSED = {"dead": "127.0.0.2", "parked": "198.51.100.7", "open": "127.255.255.254",
          "typing": "127.255.255.252", "volume": "127.255.255.255", "domains": "127.0.1.255",
          "refusing": "127.0.0.1"}

# Nothing listens there: the resolver answers SERVFAIL.
BROKEN = "broken.bl.test"

DOMAINS = """listed.test. MX 10 mx1.listed.test.
mx1.listed.test. A 127.9.1.1
listed.test. MX 20 mx2.listed.test.
mx2.listed.test. A 127.9.1.2
mx2.listed.test. AAAA 2001:db8:1::7
clean.test. MX 10 mx.clean.test.
mx.clean.test. A 127.9.9.1
mx.clean.test. AAAA 2001:db8:2::7
odd.test. MX 10 mx1.odd.test.
odd.test. MX 20 mx2.odd.test.
odd.test. MX 30 mx3.odd.test.
odd.test. MX 40 mx4.odd.test.
mx1.odd.test. A 127.9.2.2
mx2.odd.test. A 127.9.2.4
mx3.odd.test. A 127.9.2.5
mx4.odd.test. A 127.9.2.6
"""


def table_of(lists, state):
    """The file for dnsbl:FILE: `lists` maps names to lines of TOML."""
    text = f'[state]\nfile = "{state}"\n'
    for name, lines in lists.items():
        text += f'[[list]]\nname = "{name}"\n{lines}'
    return text


def lists_of_all():
    """All zones here, as a table_of() takes them."""
    codes = """codes = [{ code = "127.0.0.10", word = "PBL", severity = "warn" },
                      { code = ["127.0.0.2", "127.0.0.3"], word = "SBL" }]\n"""
    lists = {"own": 'zone = "own.bl.test"\nkinds = ["ip4", "ip6"]\n' + codes,
             "dbl": 'zone = "dbl.bl.test"\nkinds = "domain"\n',
             "broken": f'zone = "{BROKEN}"\nkinds = "ip4"\n'}
    for name in CLOSED:
        lists[name] = f'zone = "{name}.bl.test"\nkinds = ["ip4", "ip6", "domain"]\n'
    lists["refusing"] += 'errors = [{ code = "127.0.0.1", error = "blocked" }]\n'
    return lists


class Rbldnsd:
    """rbldnsd with these lists: `datasets` as above. `ttl`: of what it answers."""

    def __init__(self, folder, datasets, ttl=60):
        self.folder = folder
        self.place = ("127.0.0.1", free_port())
        self.address = "{}:{}".format(*self.place)
        sets = []
        for zone, kinds in datasets.items():
            for kind, lines in kinds.items():
                self.write(zone, kind, lines)
                sets.append(f"{zone}:{kind}:{zone}.{kind}")
        folder.chmod(0o755)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []  # It does not run as root.
        command = [*tool("rbldnsd"), "-n", *user, "-w", str(folder), "-b",
                   "/".join(map(str, self.place)), "-t", str(ttl), *sets]
        log = folder / "rbldnsd.log"
        with open(log, "wb") as output:
            self.process = Process(command, folder / "rbldnsd.err", stdin=subprocess.DEVNULL,
                                   stdout=output)
        try:
            wait_until(lambda: not self.process.running() or
                       " started " in log.read_text(encoding="utf-8"),
                       "rbldnsd to start", SECONDS_MAX)
            if not self.process.running():
                raise AssertionError(f"rbldnsd did not start: {self.process.stderr}")
        except AssertionError:
            self.end()
            raise

    def write(self, zone, kind, lines):
        (self.folder / f"{zone}.{kind}").write_text(lines, encoding="ascii")

    def reload(self):
        """It reads the files that have changed."""
        self.process.send(signal.SIGHUP)

    def end(self):
        self.process.end()


class BlocklistServers:
    def __init__(self, folder):
        zones = SignedZones(folder / "zones", DOMAINS)
        closed = [Zone(folder / "zones", f"{name}.bl.test.", f"* A {address}\n")
                  for name, address in CLOSED.items()]
        with contextlib.ExitStack() as started:
            lists = Rbldnsd(folder, DATASETS)
            started.callback(lists.end)
            at = {"address": "127.0.0.1", "port": lists.place[1]}
            stubs = "".join(STUB.format(origin=zone, **at) for zone in DATASETS)
            stubs += STUB.format(origin=BROKEN, address="127.0.0.1", port=free_port())
            self.names = SignedNames(folder, [*zones.all, *closed], validates=False, more=stubs)
            started.callback(self.names.end)
            self.started = started.pop_all()
        self.address = self.names.address

    def end(self):
        self.started.close()
