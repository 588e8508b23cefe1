# SPDX-License-Identifier: MIT
"""Round trips of 200 accounts, through a mail server and a store of mailboxes in this process: what
they cost, and how late a message is seen after the store has it."""

import asyncio
import base64
import datetime
import json
import os
import re
import resource
import ssl
import statistics
import subprocess
import sys
import time

ACCOUNTS = 200
# So few that no message waits for the handshakes of others, and how often they make a trip.
FEW, TIMES = 8, 12
# From the reply to the final dot until the store has the message.
DELIVERY_SECONDS = (0.02, 0.2)
# What 200 accounts a minute may take of a core.
SHARE_MOST = 0.01
LATE_MOST_MS = 1.0

CHECK = """[[check]]
kind = "script"
name = "{name}"
secret_file = "rt.toml"
[[check.step]]
connect = "{smtp}"
{verify}
[[check.step]]
auth = {{ mechanism = "PLAIN", in_clear = true }}
[[check.step]]
mail_from = "{name}@bench.test"
[[check.step]]
rcpt_to = "{name}@bench.test"
[[check.step]]
data = {{ subject = "probe ${{token}}" }}
[[check.step]]
quit = true
[[check.step]]
fetch = "{imap}"
user = "{name}"
in_clear = true
verify = false
within = "1m"
[[check.step]]
delete = true
"""


class Mailbox:
    def __init__(self):
        self.messages, self.uid, self.idle, self.stored = [], 1, None, None

    def store(self, text):
        self.messages.append((self.uid, text))
        self.uid += 1
        self.stored = time.time()
        if self.idle:
            self.idle.write(f"* {len(self.messages)} EXISTS\r\n".encode())


class Place:
    """The servers. A name is a mailbox."""

    def __init__(self):
        self.mailboxes, self.waits = {}, []

    def mailbox(self, name):
        return self.mailboxes.setdefault(name, Mailbox())

    async def smtp(self, reader, writer):
        writer.write(b"220 bench.test ESMTP\r\n")
        recipient = None
        while line := (await reader.readline()).decode().rstrip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                writer.write(b"250-bench.test\r\n250 AUTH PLAIN\r\n")
            elif verb == "AUTH":
                writer.write(b"235 welcome\r\n")
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                text = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                writer.write(b"250 queued\r\n")
                least, most = DELIVERY_SECONDS
                wait = least + (most - least) * (len(self.waits) % ACCOUNTS) / ACCOUNTS
                self.waits.append(wait)
                box = self.mailbox(recipient)
                asyncio.get_running_loop().call_later(wait, box.store, text)
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                if verb == "RCPT":
                    recipient = re.search("<(.*)@", line).group(1)
                writer.write(b"250 ok\r\n")
        writer.close()

    async def imap(self, reader, writer):
        writer.write(b"* OK [CAPABILITY IMAP4rev1 IDLE UIDPLUS SASL-IR AUTH=PLAIN] ready\r\n")
        box, idle_tag = None, ""
        while line := (await reader.readline()).decode().rstrip():
            tag, _, command = line.partition(" ")
            if line == "DONE":
                box.idle = None
                writer.write(f"{idle_tag} OK idled\r\n".encode())
                continue
            done = f"{tag} OK done\r\n".encode()
            if command.startswith("AUTHENTICATE"):
                user = base64.b64decode(command.split()[-1]).split(b"\0")[1]
                box = self.mailbox(user.decode())
            elif command.startswith("SELECT"):
                writer.write(f"* {len(box.messages)} EXISTS\r\n* OK [UIDVALIDITY 1]\r\n"
                             f"* OK [UIDNEXT {box.uid}]\r\n".encode())
            elif command.startswith("UID SEARCH"):
                value = command.split('"')[1] if '"' in command else "\0"
                found = "".join(f" {uid}" for uid, text in box.messages if value.encode() in text)
                writer.write(f"* SEARCH{found}\r\n".encode())
            elif command.startswith("UID FETCH"):
                for number, (uid, text) in enumerate(box.messages, 1):
                    head = text.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
                    writer.write(f"* {number} FETCH (UID {uid} BODY[HEADER] "
                                 f"{{{len(head)}}}\r\n".encode() + head + b")\r\n")
            elif command.startswith("UID EXPUNGE"):
                box.messages = []
            elif command == "IDLE":
                box.idle, idle_tag = writer, tag
                writer.write(b"+ idling\r\n")
                continue
            elif command == "LOGOUT":
                writer.write(b"* BYE\r\n" + done)
                break
            writer.write(done)
        writer.close()


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / "key.pem", "-out",
                    folder / "leaf.pem", "-days", "2", "-subj", "/CN=bench.test"],
                   check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "leaf.pem", folder / "key.pem")
    return context


def write_checks(folder, smtp, imap, under_tls, accounts):
    secrets = folder / "rt.toml"
    secrets.write_text('[send]\nuser = "bench"\npassword = "sesame"\n', encoding="ascii")
    os.chmod(secrets, 0o600)
    checks = folder / "checks.toml"
    checks.write_text("".join(
        CHECK.format(name=f"account{n}", verify="verify = false" if under_tls else "",
                     smtp=f"smtp{'s' * under_tls}://127.0.0.1:{smtp}",
                     imap=f"imap{'s' * under_tls}://127.0.0.1:{imap}")
        for n in range(accounts)), encoding="ascii")
    return checks


async def make_trips(build, folder, under_tls, accounts=ACCOUNTS):
    place = Place()
    context = certificate(folder) if under_tls else None
    servers = [await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
               for one in (place.smtp, place.imap)]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = await asyncio.create_subprocess_exec(
        build / "mxsweep", "roundtrip", "--helo", "client.bench.test", "--json", "--script",
        write_checks(folder, *ports, under_tls, accounts), stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    for server in servers:
        server.close()
    reports = [json.loads(line) for line in output.splitlines()]
    wrong = [report for report in reports if report["state"] != "ok"]
    if wrong or len(reports) != accounts:
        sys.exit(f"{len(reports)} reports, {len(wrong)} not ok: {wrong[:1]}")
    late = [datetime.datetime.fromisoformat(report["seen_at"].replace("Z", "+00:00")).timestamp()
            - place.mailbox(report["roundtrip"]).stored for report in reports]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu / accounts, [seconds * 1000 for seconds in late]


def roundtrip(build, folder, pairs):
    """Of each pair, one run is in clear text, whose CPU is that beyond TLS."""
    print(f"round trips of {ACCOUNTS} accounts beside each other")
    clear, secured, late = [], [], []
    for _ in range(pairs):
        for under_tls, costs in ((False, clear), (True, secured)):
            costs.append(asyncio.run(make_trips(build, folder, under_tls))[0])
    for _ in range(TIMES):
        late += asyncio.run(make_trips(build, folder, True, FEW))[1]
    beyond = statistics.median(clear)
    share = beyond * ACCOUNTS / 60
    print(f"  CPU a trip: {beyond * 1000:.3f} ms in clear text, "
          f"{statistics.median(secured) * 1000:.3f} ms under TLS")
    print(f"  {ACCOUNTS} A MINUTE take {share * 100:.2f} % of a core beyond TLS "
          f"(bar: <= {SHARE_MOST * 100:.0f} %)")
    late.sort()
    print(f"  SEEN AFTER THE STORE HAS IT, {FEW} accounts, in ms: median "
          f"{statistics.median(late):.3f}, "
          f"99 % {late[len(late) * 99 // 100]:.3f}, most {late[-1]:.3f} (bar: <= {LATE_MOST_MS})")
