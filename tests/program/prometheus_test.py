#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prometheus scrapes a running monitor, evaluates the shipped rules and answers queries.

MXSWEEP_PROMETHEUS_SECONDS: how long it scrapes before the rates are looked at, 6 by default."""

import json
import os
import pathlib
import shutil
import time
import urllib.parse

from ports import free_port
from program import main, wait_until
from scraping import ServingTest, http_get

RULES = pathlib.Path(__file__).resolve().parents[2] / "src/api/prometheus-rules.yml"
SECONDS = int(os.environ.get("MXSWEEP_PROMETHEUS_SECONDS", "6"))
FIRST = "127.1.2.1"
WATCHED = 31  # With those that are always well.


class Prometheus(ServingTest):
    def setUp(self):
        if not shutil.which("prometheus"):
            self.skipTest("prometheus is not installed")
        super().setUp()
        self.configure_http([FIRST])
        watch_port, port = self.port, free_port()
        self.prometheus = f"http://127.0.0.1:{port}"
        self.write_json("prometheus.yml", {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES)],
            "scrape_configs": [
                {"job_name": "mxsweep", "static_configs": [
                    {"targets": [f"127.0.0.1:{watch_port}"]}]},
                {"job_name": "probe", "metrics_path": "/probe",
                 "params": {"module": ["smtp"]},
                 "static_configs": [{"targets": [f"{FIRST}:{self.fleet.port}"]}],
                 "relabel_configs": [
                     {"source_labels": ["__address__"], "target_label": "__param_target"},
                     {"source_labels": ["__param_target"], "target_label": "instance"},
                     {"target_label": "__address__",
                      "replacement": f"127.0.0.1:{watch_port}"}]}]})
        self.watch()
        self.start_server(
            "prometheus", ["prometheus", f"--config.file={self.path('prometheus.yml')}",
                           f"--storage.tsdb.path={self.path('tsdb')}",
                           f"--web.listen-address=127.0.0.1:{port}"], f"{self.prometheus}/-/ready")

    def ask(self, query):
        """[(labels, value)]"""
        status, _, text = http_get(
            f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": query}))
        self.assertEqual(status, 200, text)
        return [(each["metric"], float(each["value"][1]))
                for each in json.loads(text)["data"]["result"]]

    def number(self, query):
        """The value of a query that has one; nothing: it has none."""
        found = self.ask(query)
        return found[0][1] if found else None

    def wait_for_number(self, query, expected):
        wait_until(lambda: self.number(query) == expected, f"{query} to be {expected}")

    def test_prometheus_follows_an_outage(self):
        for job in ("mxsweep", "probe"):
            self.wait_for_number(f'up{{job="{job}"}}', 1)
        self.wait_for_number('sum(mxsweep_watch_monitors{state="up"})', WATCHED)
        self.wait_for_number("count(mxsweep_monitor_up == 1)", WATCHED)
        self.wait_for_number("probe_success", 1)
        time.sleep(SECONDS)
        # At most one scrape is missing at the beginning; no target was ever lost.
        self.assertEqual(self.number("min(min_over_time(up[1h]))"), 1)
        rate = self.number(f'sum(rate(mxsweep_watch_probes_total{{outcome="ok"}}[{SECONDS}s]))')
        self.assertGreater(rate, 0)
        self.assertGreater(self.number(
            "histogram_quantile(0.9, sum by (le) "
            '(rate(mxsweep_watch_probe_phase_duration_seconds_bucket{phase="total"}'
            f"[{SECONDS}s])))"), 0)
        # Series of groups, and of monitors: none of them for a probe.
        series = self.number('count({job="mxsweep", __name__=~"mxsweep_.*"})')
        self.assertLess(series, 300 + WATCHED * 16)
        self.take_down(FIRST)
        self.wait_for_number('sum(mxsweep_watch_monitors{state="down"})', 1)
        self.wait_for_number("probe_success", 0)
        self.wait_for_number('count(ALERTS{alertname="MxsweepIncidentCritical"})', 1)
        self.bring_up(FIRST)
        self.wait_for_number('sum(mxsweep_watch_monitors{state="down"})', 0)
        self.wait_for_number('sum(mxsweep_watch_incidents_open{kind="down"})', 0)

    def test_no_rule_is_broken(self):
        def evaluated():
            _, _, text = http_get(f"{self.prometheus}/api/v1/rules")
            rules = [rule for group in json.loads(text)["data"]["groups"]
                     for rule in group["rules"]]
            return rules if all(rule["health"] != "unknown" for rule in rules) else None

        for rule in wait_until(evaluated, "all rules to be evaluated"):
            with self.subTest(rule["name"]):
                self.assertEqual(rule["health"], "ok", rule.get("lastError"))


if __name__ == "__main__":
    main()
