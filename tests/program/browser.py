# SPDX-License-Identifier: MIT
"""A real browser, where scripts/browser has fetched what drives it: MXSWEEP_BROWSER names its
folder."""

import os
import pathlib
import shutil
import subprocess
import unittest

from program import WAIT_SECONDS_MAX

DRIVERS = pathlib.Path(__file__).parent.parent / "browser"


def parts():
    """The folder of its modules, and Chromium."""
    folder = os.environ.get("MXSWEEP_BROWSER", "")
    modules = pathlib.Path(folder, "node_modules")
    chromium = shutil.which("chromium")
    if not folder or not modules.is_dir() or not shutil.which("node") or not chromium:
        raise unittest.SkipTest("MXSWEEP_BROWSER is no folder that scripts/browser filled")
    return modules, chromium


def drive(driver, *arguments):
    """Its exit code, and what it has written."""
    done = subprocess.run(["node", DRIVERS / driver, *arguments, *parts()], text=True,
                          capture_output=True, timeout=2 * WAIT_SECONDS_MAX, check=False)
    return done.returncode, done.stdout + done.stderr
