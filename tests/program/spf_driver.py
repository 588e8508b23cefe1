# SPDX-License-Identifier: MIT
"""What tests of SPF share: the driver of tests/spf/spf_suite.cc, and its input."""

import os
import subprocess
import sys

SKIPPED = 77  # The exit status that ctest takes for a test that was skipped.


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def field(value):
    octets = value if isinstance(value, bytes) else str(value).encode("latin-1")
    return "".join(chr(o) if 32 < o < 127 and o != 37 else f"%{o:02X}" for o in octets)


def line(*values):
    return "\t".join([values[0]] + [field(value) for value in values[1:]]) + "\n"


def run(lines):
    """The answers to the questions in the lines: (result, explanation, lookups, voids) for each."""
    output = subprocess.run([os.environ["MXSWEEP_SPF_SUITE"]], input="".join(lines), text=True,
                            encoding="ascii", capture_output=True, check=True).stdout
    answers = []
    for answer in output.splitlines():
        result, explanation, lookups, voids = answer.split("\t")
        octets = bytearray()
        for i, part in enumerate(explanation.split("%")):
            octets += (bytes([int(part[:2], 16)]) + part[2:].encode() if i else part.encode())
        answers.append((result, octets.decode("latin-1"), int(lookups), int(voids)))
    return answers
