# SPDX-License-Identifier: MIT
"""Compares the latencies in records with the server's own clock. Part of scripts/bench."""

import json
import pathlib
import ssl
import subprocess
import sys
import tempfile
import time

from bench_tools import HELO, OWN, on_core

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/program"))
from real_certificates import Authority  # noqa: E402
from talking_server import TalkingServer  # noqa: E402

CONVERSATIONS = 400
PAUSE_SECONDS = 0.005  # Before every reply: the latency to measure.


class Clocked(TalkingServer):
    """A server with Nagle's algorithm enabled, which measures each reply by its own clock: from the
    arrival of the command to the moment before the reply is sent."""

    def __init__(self, context, implicit):
        super().__init__(lambda connection: self.converse(connection, time.monotonic()))
        self.context = context
        self.implicit = implicit
        self.spans = []  # One dict for each conversation; they are sequential.

    @staticmethod
    def reply(connection, octets, began):
        time.sleep(PAUSE_SECONDS)
        span = time.monotonic() - began
        connection.sendall(octets)
        return span

    def answer(self, connection, octets):
        connection.recv(1000)
        return self.reply(connection, octets, time.monotonic())

    def converse(self, connection, began):
        spans = {}
        if not self.implicit:
            spans["greeting"] = self.reply(connection, b"220 mx.test ESMTP\r\n", began)
            spans["ehlo"] = self.answer(connection, b"250-mx.test\r\n250 STARTTLS\r\n")
            spans["starttls"] = self.answer(connection, b"220 go\r\n")
        with self.context.wrap_socket(connection, server_side=True) as secure:
            if self.implicit:
                spans["greeting"] = self.reply(secure, b"220 mx.test ESMTP\r\n", time.monotonic())
            word = "ehlo" if self.implicit else "ehlo_tls"
            spans[word] = self.answer(secure, b"250 mx.test\r\n")
            spans["quit"] = self.answer(secure, b"221 bye\r\n")
        self.spans.append(spans)


def sweep(build, folder, server, mode):
    (folder / "list").write_text("127.0.0.1\n" * CONVERSATIONS)
    command = [build / "mxsweep", "scan", "--helo", HELO, *OWN, "--rate", "0", "--no-share",
               "-c", "1", "-j", "1", "--tls", mode, "-p", server.port, "-f", folder / "list",
               "--quiet"]
    out = subprocess.run(on_core(1, [str(word) for word in command]), check=True,
                         capture_output=True, text=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def latency(build, _folder, _pairs):
    print(f"latencies against the server's own clock, which measures a little over "
          f"{PAUSE_SECONDS * 1e3:g} ms; {CONVERSATIONS} conversations, one at a time; "
          f"ours less the server's, in ms")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        issued = Authority(folder).issue("leaf", key="RSA:2048")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = version
            context.load_cert_chain(issued.chain, issued.key)
            for mode in ("starttls", "implicit"):
                server = Clocked(context, mode == "implicit")
                records = sweep(build, folder, server, mode)
                server.close()
                if {record["outcome"] for record in records} != {"ok"}:
                    raise SystemExit(f"not all went well: {records[0]}")
                for phase in server.spans[0]:
                    late = [record["ms"][phase] - spans[phase] * 1e3
                            for record, spans in zip(records, server.spans)]
                    print(f"  {version.name} {mode:8} {phase:8} "
                          f"p50 {percentile(late, 50):7.3f}  p99 {percentile(late, 99):7.3f}  "
                          f"max {max(late):7.3f}", flush=True)
