#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Metrics as others read them: promtool and an OpenMetrics parser take those of sample facts, and
the alert rules and the dashboard ask only for what there is."""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError:  # Debian: python3-prometheus-client.
    text_string_to_metric_families = None

from api_samples import samples_of
from program import WAIT_SECONDS_MAX, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "src/api/prometheus-rules.yml"
DASHBOARD = ROOT / "src/api/grafana-dashboard.json"
RULE_TESTS = sorted((ROOT / "tests/prometheus").glob("*.yml"))
PROMETHEUS, OPENMETRICS = "text/plain", "application/openmetrics-text"

OURS = re.compile(r"\b(?:mxsweep|process)_\w+")
# What Grafana puts into an expression before Prometheus sees it.
VARIABLES = {"$__rate_interval": "5m", "$job": ".*", "$instance": ".*", "$group": ".*",
             "$phase": "total"}

with_promtool = unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")


def promtool(*words, text=None):
    """Its exit status and what it says."""
    done = subprocess.run(["promtool", *words], input=text, capture_output=True, text=True,
                          timeout=WAIT_SECONDS_MAX, check=False)
    return done.returncode, done.stdout + done.stderr


def series_names(exposition):
    return {re.match(r"[a-zA-Z_:][\w:]*", line).group() for line in exposition.splitlines()
            if line and not line.startswith("#")}


def panels():
    return json.loads(DASHBOARD.read_text("utf-8"))["panels"]


def dashboard_expressions():
    """[(title of the panel, expression as Prometheus gets it)]"""
    found = []
    for panel in panels():
        for target in panel.get("targets", []):
            expression = target["expr"]
            for variable, value in VARIABLES.items():
                expression = expression.replace(variable, value)
            found.append((panel["title"], expression))
    return found


def rule_expressions():
    """The lines of each "expr:", without a parser of YAML."""
    found = re.findall(r"^ +expr: (?:>-\n)?(.*?)\n +(?:for|labels):", RULES.read_text("utf-8"),
                       re.DOTALL | re.MULTILINE)
    return [" ".join(each.split()) for each in found]


class Exposed(unittest.TestCase):
    @with_promtool
    def test_promtool_has_no_complaint(self):
        for i, text in enumerate(samples_of("metrics", PROMETHEUS)):
            with self.subTest(i):
                self.assertEqual(promtool("check", "metrics", text=text), (0, ""))

    @with_promtool
    def test_promtool_does_complain(self):
        status, _ = promtool("check", "metrics", text="# TYPE foo_ms gauge\nfoo_ms 1\n")
        self.assertNotEqual(status, 0)

    @unittest.skipIf(text_string_to_metric_families is None,
                     "python3-prometheus-client is not installed")
    def test_openmetrics_is_read_by_another_parser(self):
        for text in samples_of("metrics", OPENMETRICS) + samples_of("probe", OPENMETRICS):
            self.assertTrue(list(text_string_to_metric_families(text)))

    def test_both_formats_have_the_same_series(self):
        for operation in ("metrics", "probe"):
            for old, new in zip(samples_of(operation, PROMETHEUS),
                                samples_of(operation, OPENMETRICS), strict=True):
                self.assertEqual(series_names(old), series_names(new))
                self.assertTrue(new.endswith("\n# EOF\n"))

    def test_a_process_has_the_metrics_of_every_client_library(self):
        names = series_names(samples_of("metrics", PROMETHEUS)[0])
        self.assertLessEqual(
            {"process_cpu_seconds_total", "process_open_fds", "process_max_fds",
             "process_resident_memory_bytes", "process_start_time_seconds"}, names)


class Shipped(unittest.TestCase):
    def setUp(self):
        self.names = series_names(samples_of("metrics", PROMETHEUS)[0])

    def expect_known(self, expression):
        for name in OURS.findall(expression):
            self.assertIn(name, self.names, expression)

    def test_alerts_ask_for_metrics_that_there_are(self):
        expressions = rule_expressions()
        self.assertEqual(len(expressions), RULES.read_text("utf-8").count("- alert:"))
        for expression in expressions:
            self.expect_known(expression)

    def test_every_alert_says_how_bad_it_is_and_what_to_do(self):
        alerts = RULES.read_text("utf-8").split("- alert: ")[1:]
        self.assertEqual(len({alert.split("\n")[0] for alert in alerts}), len(alerts))
        for alert in alerts:
            with self.subTest(alert.split("\n")[0]):
                self.assertRegex(alert, r"severity: (none|warning|critical)\n")
                for key in ("summary", "description", "runbook"):
                    self.assertRegex(alert, rf"\n +{key}: \S")

    @with_promtool
    def test_alerts_fire_when_they_must(self):
        self.assertEqual(promtool("check", "rules", str(RULES))[0], 0)
        for file in RULE_TESTS:
            with self.subTest(file.name):
                status, said = promtool("test", "rules", str(file))
                self.assertEqual(status, 0, said)

    def test_every_alert_is_tested(self):
        tests = "".join(file.read_text("utf-8") for file in RULE_TESTS)
        for name in re.findall(r"- alert: (\w+)", RULES.read_text("utf-8")):
            self.assertIn(name, tests)

    def test_the_dashboard_asks_for_metrics_that_there_are(self):
        for title, expression in dashboard_expressions():
            with self.subTest(title):
                self.assertNotIn("$", expression)
                self.assertTrue(OURS.search(expression))
                self.expect_known(expression)

    @with_promtool
    def test_prometheus_takes_every_expression_of_the_dashboard(self):
        rules = [{"record": f"test:{i}", "expr": expression}
                 for i, (_, expression) in enumerate(dashboard_expressions())]
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "rules.yml")
            file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
            status, said = promtool("check", "rules", str(file))
        self.assertEqual(status, 0, said)

    def test_the_dashboard_can_be_imported_anywhere(self):
        dashboard = json.loads(DASHBOARD.read_text("utf-8"))
        self.assertGreaterEqual(dashboard["schemaVersion"], 37)  # Grafana 9.
        variables = {each["name"] for each in dashboard["templating"]["list"]}
        self.assertEqual({f"${name}" for name in variables} | {"$__rate_interval"},
                         set(VARIABLES) | {"$datasource"})
        cells = set()
        for panel in panels():
            with self.subTest(panel["title"]):
                for part in [panel, *panel.get("targets", [])]:
                    if panel["type"] != "row":
                        self.assertEqual(part["datasource"]["uid"], "${datasource}")
                at = panel["gridPos"]
                own = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                       for y in range(at["y"], at["y"] + at["h"])}
                self.assertLessEqual(at["x"] + at["w"], 24)
                self.assertFalse(own & cells, "it lies on another one")
                cells |= own
        ids = [panel["id"] for panel in panels()]
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == "__main__":
    main()
