# SPDX-License-Identifier: MIT
"""Tests that wait for most of their time, run at the same time: `load_tests = together` in a
module. The result of each is reported when it has ended. A test that is named on the command line
runs alone."""

import concurrent.futures
import unittest

REPORTED = ("startTest", "stopTest", "addSuccess", "addFailure", "addError", "addSkip",
            "addSubTest", "addExpectedFailure", "addUnexpectedSuccess")


class Record(unittest.TestResult):
    """Keeps what is reported, to be reported again."""

    def __init__(self):
        super().__init__()
        self.reports = []
        for name in REPORTED:
            setattr(self, name, self.keeping(name))

    def keeping(self, name):
        method = getattr(self, name)

        def keep(*arguments):
            self.reports.append((name, arguments))
            method(*arguments)

        return keep

    def report_to(self, result):
        for name, arguments in self.reports:
            getattr(result, name)(*arguments)


class Together(unittest.TestSuite):
    def run(self, result, debug=False):
        def run_alone(test):
            record = Record()
            unittest.TestSuite([test]).run(record)
            return record

        tests = list(self)
        with concurrent.futures.ThreadPoolExecutor(max(len(tests), 1)) as pool:
            waiting = [pool.submit(run_alone, test) for test in tests]
            for each in concurrent.futures.as_completed(waiting):
                each.result().report_to(result)
        return result


def together(_loader, classes, _pattern):
    return Together(test for tests in classes for test in tests)
