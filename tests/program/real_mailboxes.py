# SPDX-License-Identifier: MIT
"""Dovecot, Courier and Cyrus on the four ports of IMAP and POP3: 143, 993, 110 and 995."""

import os

from real_certificates import NAME
from real_servers import USERS, Server, dovecot_settings, start_dovecot

PORTS = (143, 993, 110, 995)

COURIER = "/usr/lib/courier/courier"
COURIER_IMAP = (f"{COURIER}/imaplogin", "/usr/bin/imapd", "Maildir")
COURIER_POP3 = (f"{COURIER}/courierpop3login", f"{COURIER}/courierpop3d", "Maildir")
COURIER_CAPABILITIES = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE"

CYRUS = "/usr/lib/cyrus/bin"


def dovecot(machine, folder, address, certificate):
    settings, _ = dovecot_settings(machine, folder, address, certificate, "none")
    settings += """protocols = imap pop3
service imap-login {
  chroot =
}
service pop3-login {
  chroot =
}
"""
    return start_dovecot(machine, folder, settings, [(address, port) for port in PORTS])


def courier(machine, folder, address, certificate):
    """Courier, as Debian's scripts start it: a server a port, whose settings are its environment.
    Nobody can log in."""
    certificate.all.chmod(0o644)  # Of a test; Courier reads it as its own user.
    settings = {
        "PATH": "/usr/bin:/bin", "COURIERTLS": "/usr/bin/couriertls",
        "TLS_CERTFILE": certificate.all, "TLS_VERIFYPEER": "NONE", "POP3_STARTTLS": "YES",
        "POP3AUTH_TLS": "LOGIN PLAIN", "IMAP_CAPABILITY": COURIER_CAPABILITIES,
        "IMAP_CAPABILITY_TLS": f"{COURIER_CAPABILITIES} AUTH=PLAIN",
    }
    rows = {143: ({"IMAP_STARTTLS": "YES"}, (), COURIER_IMAP), 110: ({}, (), COURIER_POP3)}
    to_tls = ("/usr/bin/couriertls", "-server", "-tcpd", "-user=courier")
    rows |= {993: ({"IMAP_TLS": "1"}, to_tls, COURIER_IMAP),
             995: ({"POP3_TLS": "1"}, to_tls, COURIER_POP3)}
    servers = []
    for port, (more, through, program) in rows.items():
        environment = [f"{name}={value}" for name, value in (settings | more).items()]
        command = ["env", "-i", *environment, "/usr/sbin/couriertcpd", f"-address={address}",
                   "-nodnslookup", port, *through, *program]
        log = folder / f"courier-{port}.log"
        with open(log, "wb") as stderr:
            servers.append(Server(machine, command, log, [(address, port)], stderr=stderr))
    return servers


def cyrus(machine, folder, address, certificate):
    """Cyrus, which logs to the system's log of its machine. Nobody can log in."""
    state, config, services = folder / "cyrus", folder / "imapd.conf", folder / "cyrus.conf"
    for path in (state, state / "db", state / "socket"):
        path.mkdir()
        os.chown(path, USERS["cyrus"], USERS["cyrus"])
    certificate.key.chmod(0o644)  # Of a test; Cyrus reads it as its own user.
    config.write_text(f"""configdirectory: {state}
defaultpartition: default
partition-default: {state}/spool
servername: {NAME}
tls_server_cert: {certificate.chain}
tls_server_key: {certificate.key}
sasl_pwcheck_method: auxprop
sasl_mech_list: PLAIN
allowplaintext: no
allowstarttls: yes
""", encoding="ascii")
    rows = (("imap", "imapd", 143), ("imaps", "imapd -s", 993), ("pop3", "pop3d", 110),
            ("pop3s", "pop3d -s", 995))
    lines = "".join(f'  {name} cmd="{CYRUS}/{program} -C {config}" listen="{address}:{port}"\n'
                    for name, program, port in rows)
    services.write_text(f'START {{\n  recover cmd="{CYRUS}/ctl_cyrusdb -C {config} -r"\n}}\n'
                        f"SERVICES {{\n{lines}}}\n", encoding="ascii")
    command = [f"{CYRUS}/master", "-C", config, "-M", services, "-p", folder / "cyrus.pid"]
    return Server(machine, command, machine.log.log, [(address, port) for port in PORTS])
