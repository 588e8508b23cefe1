# SPDX-License-Identifier: MIT
"""What the API answers for sample facts: the answers are written by the program that
MXSWEEP_API_SAMPLES names."""

import functools
import os
import pathlib
import subprocess
import sys
import tempfile

SECONDS_MAX = 60
WRITER = os.environ.get("MXSWEEP_API_SAMPLES") or sys.exit("MXSWEEP_API_SAMPLES must be set")


@functools.cache
def all_samples():
    """[(operation, status, media type, body)]"""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([WRITER, folder], check=True, timeout=SECONDS_MAX)
        place = pathlib.Path(folder)
        samples = []
        for line in (place / "samples").read_text("utf-8").splitlines():
            operation, status, media_type, name = line.split("\t")
            samples.append((operation, int(status), media_type, (place / name).read_bytes()))
        return samples


def samples_of(operation, media_type=None):
    """The bodies, as text."""
    return [body.decode("utf-8") for name, status, kind, body in all_samples()
            if name == operation and status == 200 and media_type in (None, kind)]


def description():
    """The description of the API, as it is served."""
    return samples_of("getOpenapi")[0]
