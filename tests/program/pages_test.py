#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every page of the monitor in a real browser, without scripts, from the narrowest to the widest
screen, light and dark: nothing is requested but the page, nothing is too wide, and axe-core finds
nothing. And its markup, as tidy and a parser of XML read it.

MXSWEEP_PAGES_SAMPLES names the program that writes the pages."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import browser
from program import WAIT_SECONDS_MAX, main, sanitized

SAMPLES = os.environ.get("MXSWEEP_PAGES_SAMPLES", "")
# Attributes of HTML that the tidy of Debian 12 has never met.
UNKNOWN_TO_TIDY = ('proprietary attribute "aria-current"',)
ATOM = "{http://www.w3.org/2005/Atom}"


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not SAMPLES:
            raise unittest.SkipTest("MXSWEEP_PAGES_SAMPLES is no program")
        if sanitized():
            raise unittest.SkipTest("the pages are the same with a sanitizer")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run([SAMPLES, folder.name], check=True, timeout=WAIT_SECONDS_MAX)

    def test_a_browser_and_axe_core_find_no_fault(self):
        code, text = browser.drive("pages.cjs", self.folder)
        self.assertEqual(code, 0, text)

    def test_tidy_finds_no_fault(self):
        if not shutil.which("tidy"):
            self.skipTest("tidy is not installed")
        pages = sorted(self.folder.glob("*.html"))
        self.assertGreater(len(pages), 20)
        for page in pages:
            with self.subTest(page.name):
                done = subprocess.run(["tidy", "-e", "-q", "-utf8", page], text=True,
                                      capture_output=True, timeout=WAIT_SECONDS_MAX, check=False)
                faults = [line for line in done.stderr.splitlines()
                          if not any(known in line for known in UNKNOWN_TO_TIDY)]
                self.assertEqual(faults, [])

    def test_feed_and_badges_are_xml(self):
        for path in self.folder.glob("*.svg"):
            root = xml.etree.ElementTree.parse(path).getroot()
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        for path in self.folder.glob("*.atom"):
            root = xml.etree.ElementTree.parse(path).getroot()
            self.assertEqual(root.tag, ATOM + "feed")
            ids = [entry.find(ATOM + "id").text for entry in root.iter(ATOM + "entry")]
            self.assertEqual(len(ids), len(set(ids)))
            for element in (root, *root.iter(ATOM + "entry")):
                for name in ("id", "title", "updated", "link"):
                    self.assertIsNotNone(element.find(ATOM + name), name)


if __name__ == "__main__":
    main()
