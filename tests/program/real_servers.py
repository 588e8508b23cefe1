# SPDX-License-Identifier: MIT
"""Real servers to test against: Postfix, Dovecot, Exim, NSD, `openssl s_server`, `gnutls-serv`.

They run on an inner machine made of namespaces: its network has the real ports and no route in or
out; its mounts place packages that were unpacked in a folder at the paths that they expect; its
processes end with it in every case. The system's configuration is neither read nor changed.
MXSWEEP_SERVERS names the folder that scripts/servers has filled."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from network import run_within
from program import Process, ProgramTest, as_root_of, wait_until
from real_certificates import NAME, Authority
from system_log import SystemLog

SERVERS = os.environ.get("MXSWEEP_SERVERS")
SECONDS_MAX = 30  # For a server to start, or to write what it has seen.

# What the servers log about a client that breaks the protocol, speaks early or goes away.
COMPLAINT = re.compile(
    "improper command pipelining|pregreet|command (pipelining|time limit|count limit|length limit)"
    "|non-smtp command|bare newline|lost connection|connection lost|hangup|timeout|timed out"
    "|SSL_accept|TLS error|SSL_read|synchronization error|protocol error|syntax error"
    "|unexpected disconnection|unexpected eof|Connection closed|dropped|too many (errors|bad)",
    re.IGNORECASE)

# The accounts of the servers, which exist on the inner machine only.
USERS = {"postfix": 64101, "postdrop": 64102, "dovecot": 64103, "dovenull": 64104,
         "Debian-exim": 64105, "courier": 64106, "cyrus": 64107, "opendkim": 64108, "vmail": 64109}

INNER_MACHINE = """ip link set lo up &&
if [ -n "$1" ]; then
  cd "$1" && mount -t overlay -o lowerdir=usr:/usr overlay /usr &&
  mount --bind "$2/passwd" /etc/passwd && mount --bind "$2/group" /etc/group &&
  { [ ! -e /etc/resolv.conf ] || mount --bind "$2/resolv.conf" /etc/resolv.conf; } &&
  { [ ! -e "$2/dev" ] || mount -t overlay -o lowerdir="$2/dev:/dev" overlay /dev; }
fi && echo ready && cat"""


class InnerMachine:
    """`folder`: for its accounts. `servers`: a folder with packages, or none. `has_log`: it has a
    system's log, which goes to system.log of `folder`."""

    def __init__(self, folder, servers=None, has_log=False):
        for name, line in (("passwd", "{0}:x:{1}:{1}::/:/bin/false\n"), ("group", "{0}:x:{1}:\n")):
            system = pathlib.Path("/etc", name).read_text(encoding="utf-8").splitlines(True)
            # If a server is installed here, its accounts have the same names and other numbers.
            others = "".join(entry for entry in system if entry.split(":")[0] not in USERS)
            ours = "".join(line.format(user, number) for user, number in USERS.items())
            (folder / name).write_text(others + ours, encoding="utf-8")
        # Without the file, 127.0.0.1 is the default.
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n", encoding="ascii")
        self.log = None
        if has_log:
            self.log = SystemLog(folder / "system.socket", folder / "system.log")
            (folder / "dev").mkdir()
            (folder / "dev/log").symlink_to(self.log.path)
        command = as_root_of("net", "mount", "pid", "fork", "kill-child", "mount-proc")
        self.holder = Process([*command, "sh", "-c", INNER_MACHINE, "sh", servers or "", folder],
                              folder / "machine.err", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.holder.process.stdout.readline() != b"ready\n":
            self.end()
            raise unittest.SkipTest(f"no inner machine here: {self.holder.stderr.strip()}")
        pid = str(self.holder.process.pid)
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        self.network = ["nsenter", "--target", pid, "--net", *user]
        # Of the holder itself only the children are inside.
        self.inside = [*self.network, "--mount", f"--pid=/proc/{pid}/ns/pid_for_children"]

    def run(self, function, *arguments):
        """The result of a function in its network, where the sockets stay that it opens."""
        return run_within(f"/proc/{self.holder.process.pid}/ns/net", function, *arguments)

    def listening(self, address, port):
        """Whether the port has a listener; asks the kernel, as the server counts connections."""
        octets = bytes(map(int, address.split(".")))[::-1].hex().upper()
        table = pathlib.Path(f"/proc/{self.holder.process.pid}/net/tcp").read_text(encoding="ascii")
        places = {tuple(line.split()[1:4:2]) for line in table.splitlines()}
        return any((f"{host}:{port:04X}", "0A") in places for host in (octets, "00000000"))

    def end(self):
        self.holder.end()
        if self.log:
            self.log.end()


class Server(Process):
    """A server on the inner machine that is ready at its `places`. Its output goes to `log`."""

    def __init__(self, machine, command, log, places, **more):
        self.log = log
        super().__init__([*machine.inside, *map(str, command)], log.with_suffix(".err"),
                         start_new_session=True, **more)
        try:
            wait_until(lambda: not self.running() or all(machine.listening(*at) for at in places),
                       f"{command[0]} to listen", SECONDS_MAX)
            if not self.running():
                raise AssertionError(f"{command[0]} did not start: {self.stderr}{self.log_text()}")
        except AssertionError:
            self.end()
            raise

    def end(self):
        """Ends its whole group: our child is nsenter, which waits for the server."""
        if self.running():
            os.killpg(self.process.pid, signal.SIGKILL)
        super().end()

    def log_text(self, since=0):
        if not self.log.exists():
            return ""
        return self.log.read_text(encoding="utf-8", errors="replace")[since:]

    def log_with(self, mark, since=0, times=1):
        """Waits until `mark` is that often in the log since then, and returns that part."""
        wait_until(lambda: self.log_text(since).count(mark) >= times,
                   f"{times} {mark!r} in {self.log.name}", SECONDS_MAX)
        return self.log_text(since)


class OpenSslServer(Server):
    """An `openssl s_server` for one connection. It speaks TLS; the SMTP in it is ours."""

    REPLIES = {b"EHLO": f"250-{NAME} greets you\r\n250 PIPELINING\r\n".encode(),
               b"QUIT": b"221 bye\r\n"}

    def __init__(self, machine, log, place, certificate, *flags):
        command = ["openssl", "s_server", "-accept", f"{place[0]}:{place[1]}", "-naccept", "1",
                   *flags]
        if "-nocert" not in flags:
            command += ["-cert", certificate.certificate, "-key", certificate.key]
        if "-nocert" not in flags and "-cert_chain" not in flags:
            for issuer in certificate.issuers:
                command += ["-cert_chain", issuer.certificate]
        self.talker = threading.Thread(target=self.talk)
        super().__init__(machine, command, log, [place], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE)
        self.talker.start()

    def talk(self):
        """Greets when the handshake is reported, then answers each command."""
        with open(self.log, "wb", buffering=0) as log:
            for line in self.process.stdout:
                log.write(line)
                reply = self.REPLIES.get(line[:4])
                if line.startswith(b"CIPHER is "):
                    reply = f"220 {NAME} ESMTP\r\n".encode()
                if reply:
                    with contextlib.suppress(BrokenPipeError):
                        self.process.stdin.write(reply)
                        self.process.stdin.flush()

    def wait_for_end(self):
        """Waits until its only connection has ended, and returns its whole output."""
        self.process.wait(timeout=SECONDS_MAX)
        self.talker.join()
        return self.log_text() + self.stderr

    def end(self):
        if self.running():
            os.killpg(self.process.pid, signal.SIGKILL)
        if self.talker.ident:
            self.talker.join()  # Before its stream is closed.
        super().end()


def gnutls_server(machine, log, port, certificate, *flags):
    """A `gnutls-serv`. It speaks TLS and then waits for a line: a server that never greets."""
    with open(log, "wb") as stdout:
        command = ["gnutls-serv", "--echo", "--port", port, "--x509certfile", certificate.chain,
                   "--x509keyfile", certificate.key, *flags]
        return Server(machine, command, log, [("127.0.0.1", port)], stdin=subprocess.DEVNULL,
                      stdout=stdout)


# What a Postfix needs that accepts mail and passes it on to the next server.
PASSING_ON = ("cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
              "rewrite unix - - n - - trivial-rewrite", "smtp unix - - n - - smtp",
              "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
              "error unix - - n - - error", "proxymap unix - - n - - proxymap")

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
          "maildrop")


def postfix(machine, folder, places, relayhost=None, settings=None, services=()):
    """A Postfix. `places`: (address, port) to the settings of the smtpd there, or to ("postscreen",
    settings). `relayhost`: where it passes mail on to that clients with a login bring; without it,
    it takes none. `settings` for all places; `services`: more lines of master.cf."""
    config, queue, data = (folder / name for name in ("postfix", "queue", "data"))
    for path, user, mode in ((config, "root", 0o755), (queue, "root", 0o755),
                             (queue / "pid", "root", 0o755), (queue / "private", "postfix", 0o700),
                             (queue / "public", "postfix", 0o710), (data, "postfix", 0o700),
                             *((queue / name, "postfix", 0o700) for name in QUEUES)):
        path.mkdir(mode)
        os.chown(path, USERS.get(user, 0), USERS.get(user, 0))
    log = folder / "postfix.log"
    main = {
        "compatibility_level": "3.6", "queue_directory": queue, "data_directory": data,
        "maillog_file": log, "maillog_file_prefixes": folder, "myhostname": NAME,
        "mydestination": "", "local_recipient_maps": "", "alias_maps": "", "mynetworks": "",
        "inet_interfaces": "all", "inet_protocols": "ipv4", "smtpd_peername_lookup": "no",
        # No limits on clients, hence no anvil that would count them.
        "smtpd_client_connection_count_limit": 0, "smtpd_client_connection_rate_limit": 0,
        "smtpd_relay_restrictions": "reject", "smtpd_tls_security_level": "may",
        "smtpd_tls_loglevel": 1,
    }
    if relayhost:
        main |= {"relayhost": relayhost, "smtpd_sasl_auth_enable": "yes",
                 "smtpd_sasl_type": "dovecot", "smtpd_sasl_path": "private/auth",
                 "smtpd_tls_auth_only": "yes", "disable_dns_lookups": "yes",
                 "smtpd_relay_restrictions": "permit_sasl_authenticated, reject"}
    main |= settings or {}
    main = "".join(f"{name} = {value}\n" for name, value in main.items())
    (config / "main.cf").write_text(main, encoding="ascii")
    master = ["postlog unix-dgram n - n - 1 postlogd", "tlsmgr unix - - n 1000? 1 tlsmgr",
              *(PASSING_ON if relayhost else ()), *services]
    for (address, port), row in places.items():
        program, row = row if isinstance(row, tuple) else ("smtpd", row)
        processes = 1 if program == "postscreen" else "-"
        flags = "".join(f" -o {{ {name} = {value} }}" for name, value in row.items())
        master.append(f"{address}:{port} inet n - n - {processes} {program}{flags}")
    (config / "master.cf").write_text("\n".join(master) + "\n", encoding="ascii")
    return Server(machine, ["/usr/lib/postfix/sbin/master", "-c", config, "-s"], log, places)


def dovecot_settings(machine, folder, address, certificate, password=None):
    """What all of its services need: the settings, and whether it is 2.4 or later. `password`: of
    every user; without it, the caller has to say who its users are."""
    version = subprocess.run([*machine.inside, "/usr/sbin/dovecot", "--version"], check=True,
                             capture_output=True).stdout.decode()
    modern = not version.startswith("2.3.")
    if modern:
        own = f"""dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
ssl_server_cert_file = {certificate.chain}
ssl_server_key_file = {certificate.key}
"""
        users = f"passdb static {{\n  password = {password}\n}}\n"
    else:
        own = f"""ssl_cert = <{certificate.chain}
ssl_key = <{certificate.key}
"""
        users = f"passdb {{\n  driver = static\n  args = password={password}\n}}\n"
    return own + users * (password is not None) + f"""listen = {address}
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
hostname = {NAME}
ssl = yes
service anvil {{
  chroot =
}}
""", modern


def start_dovecot(machine, folder, settings, places):
    config = folder / "dovecot.conf"
    config.write_text(settings, encoding="ascii")
    return Server(machine, ["/usr/sbin/dovecot", "-F", "-c", config], folder / "dovecot.log",
                  places)


def dovecot(machine, folder, address, certificate, password="none", auth_socket=None, lmtp=False):
    """A Dovecot submission service on 587 (STARTTLS) and 465 (TLS at once). `password`: of every
    user. `auth_socket`: where a Postfix asks whether a login is right. `lmtp`: also LMTP on 24."""
    own, modern = dovecot_settings(machine, folder, address, certificate, password)
    if auth_socket:
        own += f"""service auth {{
  unix_listener {auth_socket} {{
    mode = 0666
  }}
}}
"""
    listen = "listen" if modern else "address"
    if lmtp:
        own += f"""service lmtp {{
  inet_listener lmtp {{
    {listen} = {address}
    port = 24
  }}
}}
"""
    own += f"""protocols = submission{" lmtp" * lmtp}
submission_relay_host = {address}
service submission-login {{
  chroot =
  inet_listener submission {{
    {listen} = {address}
    port = 587
  }}
  inet_listener submissions {{
    {listen} = {address}
    port = 465
    ssl = yes
  }}
}}
"""
    return start_dovecot(machine, folder, own,
                         [(address, port) for port in (587, 465, *((24,) if lmtp else ()))])


def exim(machine, folder, addresses, certificate, more="", certificate_path=None):
    """An Exim on 25 (STARTTLS) and 465 (TLS at once) of the addresses. `more`: of its
    configuration, from the main section on. `certificate_path`: expanded for each connection."""
    places = [(address, port) for address in addresses for port in (25, 465)]
    spool = folder / "exim"
    spool.mkdir()
    os.chown(spool, USERS["Debian-exim"], USERS["Debian-exim"])
    config = folder / "exim.conf"
    config.write_text(f"""primary_hostname = {NAME}
spool_directory = {spool}
log_file_path = {spool}/exim.%slog
pid_file_path = {spool}/pid
local_interfaces = <; {" ; ".join(f"[{address}]:{port}" for address, port in places)}
daemon_smtp_ports = 25 : 465
tls_on_connect_ports = 465
tls_advertise_hosts = *
tls_certificate = {certificate_path or certificate.chain}
tls_privatekey = {certificate.key}
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
log_selector = +smtp_no_mail +smtp_connection +tls_cipher
{more}
""", encoding="ascii")
    os.chmod(certificate.key, 0o644)  # Of a test; Exim reads it as its own user.
    return Server(machine, ["/usr/sbin/exim4", "-C", config, "-bdf"], spool / "exim.mainlog",
                  places)


class RealTest(ProgramTest):
    """A test on an inner machine that all tests of its class share. A failure prints the logs."""

    SERVERS = None  # A folder with packages, if the class needs them.
    HAS_LOG = False  # The inner machine has a system's log.
    # Lines of logs that may have a complaint about us: where the test itself is the reason.
    TOLERATED = None

    @classmethod
    def setUpClass(cls):
        cls.kept = {}  # Servers to how far their logs were checked.
        folder = tempfile.TemporaryDirectory(prefix="mxsweep-real-")
        cls.addClassCleanup(folder.cleanup)
        cls.shared = pathlib.Path(folder.name)
        cls.shared.chmod(0o755)  # Servers look into it as their own users.
        cls.machine = InnerMachine(cls.shared, cls.SERVERS, cls.HAS_LOG)
        cls.addClassCleanup(cls.machine.end)
        certificates = cls.shared / "certificates"
        certificates.mkdir()
        cls.authority = Authority(certificates)

    @classmethod
    def keep(cls, server):
        """Until the last test has run; its log must have no complaint about us until its end."""
        cls.kept[server] = 0
        cls.addClassCleanup(cls.check_log_of, server)
        cls.addClassCleanup(server.end)
        return server

    @classmethod
    def check_log_of(cls, server):
        """Checks the lines that are new since the last time."""
        new = server.log_text()[cls.kept[server]:]
        new = new[:new.rfind("\n") + 1]
        cls.kept[server] += len(new)
        for line in new.splitlines():
            tolerated = cls.TOLERATED and re.search(cls.TOLERATED, line)
            if COMPLAINT.search(line) and not tolerated:
                raise AssertionError(f"a complaint about us in {server.log.name}: {line}")

    def tearDown(self):
        for server in self.kept:
            self.check_log_of(server)
        super().tearDown()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            for path in sorted([*self.shared.glob("**/*log"), *self.shared.glob("*.err")]):
                if not path.is_file():
                    continue
                print(f"--- {path.name}\n{path.read_text(errors='replace')}", file=sys.stderr)

    def sweep(self, targets, *flags, trust=True):
        """Sweeps `targets`, {label: place or (place, more of the target)}: records by label."""
        lines = []
        for label, place in targets.items():
            place, more = place if isinstance(place[0], tuple) else (place, {})
            lines.append({"target": place[0], "port": place[1], "name": NAME, "meta": label} | more)
        if trust:
            flags = ("--ca-file", str(self.authority.root.certificate), *flags)
        swept = self.scan("".join(json.dumps(line) + "\n" for line in lines), "--session-timeout",
                          f"{SECONDS_MAX}s", *flags, within=self.machine.network)
        self.check_ended(swept)
        records = {record["meta"]: record for record in swept.records}
        self.assertEqual(set(records), set(targets))
        return records

    def check_ending(self, record, outcome, phase, cause):
        self.assertEqual((record["outcome"], record["phase"], record["cause"]),
                         (outcome, phase, cause), record)

    def check_polite(self, record, *anomalies):
        """Nothing was amiss, from our side: all the way through TLS, and a proper end of it."""
        self.check_ending(record, "ok", "quit", "none")
        self.assertEqual(record.get("anomalies", []), list(anomalies), record)
