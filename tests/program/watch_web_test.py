#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is seen of a running monitor: its pages through an outage, its API as it is described, who
may see and change what, its files, and what is left of all that after a restart."""

import base64
import gzip
import html.parser
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import unittest
import urllib.parse

from openapi import OpenApi
from program import wait_until
from together import together
from watching import WatchTest, section

FIRST, SECOND = "127.1.2.1", "127.1.3.1"
TOKEN = "a token of this test"
BEARER = {"Authorization": "Bearer " + TOKEN}
BASIC = {"Authorization": "Basic " + base64.b64encode(f"anna:{TOKEN}".encode()).decode()}
JSON = {"Content-Type": "application/json"}
LINES = {"Accept": "application/x-ndjson"}

load_tests = together


class Page(html.parser.HTMLParser):
    """The text of a page and its links; every element must be closed."""

    VOID = {"meta", "link", "input", "br", "hr", "img", "path", "rect"}

    def __init__(self, text):
        super().__init__()
        self.links, self.words, self.open = [], [], []
        self.action = None
        self.feed(text)
        self.close()
        if self.open:
            raise AssertionError(f"not closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "a":
            self.links.append(attributes.get("href"))
        if tag == "form":
            self.action = attributes["action"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


class WebTest(WatchTest):
    def begin(self, *patients, **http_keys):
        keys = {"listen": "127.0.0.1:0", "token": TOKEN, "public": "status"} | http_keys
        self.configure([*patients], section("[http]", **keys),
                       section("[[channel]]", name="log", kind="exec",
                               command=["/bin/sh", "-c", f"exec cat >> {self.path('messages')}"]),
                       section("[[route]]", to=["log"]))
        return self.start_web()

    def start_web(self):
        watch = self.watch()
        found = re.search(r"status page http://([^/]+)/", watch.stderr)
        self.assertTrue(found, watch.stderr)
        self.server = found[1]
        return watch

    def ask(self, path, method="GET", body=None, headers=()):
        status, its_headers, octets = self.octets(path, headers, method, body)
        return status, its_headers, octets.decode()

    def octets(self, path, headers=(), method="GET", body=None):
        client = http.client.HTTPConnection(self.server, timeout=60)
        try:
            client.request(method, path, body, dict(headers))
            answer = client.getresponse()
            octets = answer.read()
        finally:
            client.close()
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertNotIn("unsafe", answer.headers["Content-Security-Policy"])
        self.assertNotIn("Set-Cookie", answer.headers)
        return answer.status, answer.headers, octets

    def page(self, path, headers=BASIC):
        status, _, text = self.ask(path, headers=headers)
        self.assertEqual(status, 200, text)
        return Page(text)

    def json(self, path, headers=BEARER):
        status, _, text = self.ask(path, headers=headers)
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def monitor_of(self, address):
        return next(each for each in self.json("/api/v1/monitors?limit=1000")["items"]
                    if each["ip"] == address)

    def open_incidents(self):
        return self.json("/api/v1/incidents?state=open")["items"]


class Pages(WebTest):
    def test_an_outage_is_seen_acknowledged_and_seen_to_end(self):
        watch = self.begin(FIRST, SECOND)
        self.wait_for(up=32)
        self.assertIn("32", self.page("/").text)
        self.take_down(FIRST)
        wait_until(self.open_incidents, "the incident")
        page = self.page("/")
        self.assertIn(FIRST, page.text)
        link = next(link for link in page.links if link.startswith("/incident/"))
        # Who has no token sees that there is an outage, and not of what.
        public = self.page("/", headers={})
        self.assertNotIn("127.", public.text)
        self.assertIn(link, public.links)
        self.assertNotIn("127.", self.page(link, headers={}).text)
        incident = self.page(link)
        self.assertIn(FIRST, incident.text)
        self.assertFalse([each for each in self.page(link, headers={}).links
                          if "acknowledge" in each])
        form = next(each for each in incident.links if "acknowledge" in each)
        status, _, text = self.ask(form)
        self.assertEqual(status, 200)
        action = Page(text).action
        self.assertNotIn("acknowledged", self.open_incidents()[0])  # A GET changes nothing.
        status, _, text = self.ask(action, "POST", "by=anna&note=power+is+out",
                                   {"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(status, 200, text)
        self.assertEqual(self.open_incidents()[0]["acknowledged"]["by"], "anna")
        wait_until(lambda: "power is out" in self.page(link).text, "the acknowledgement")
        self.bring_up(FIRST)
        wait_until(lambda: not self.open_incidents(), "the end")
        self.assertIn(link, self.page("/").links)
        self.assertIn("log", self.page(link).text)
        self.end(watch)
        # What is over is still known to the next process.
        watch = self.start_web()
        self.assertIn("power is out", self.page(link).text)
        self.assertIn(link, self.page("/incidents").links)
        self.assertIn(link, self.ask("/feed.atom")[2])
        self.end(watch)

    def test_a_link_that_is_not_signed_acknowledges_nothing(self):
        self.begin(FIRST)
        self.wait_for(up=31)
        self.take_down(FIRST)
        wait_until(self.open_incidents, "the incident")
        number = self.open_incidents()[0]["id"]
        form = next(each for each in self.page(f"/incident/{number}").links
                    if "acknowledge" in each)
        parts = urllib.parse.urlsplit(form)
        query = dict(urllib.parse.parse_qsl(parts.query))
        other = "0" if query["sig"][0] != "0" else "1"
        for changed in ({"until": str(int(query["until"]) + 1)}, {"sig": other + query["sig"][1:]},
                        {"sig": ""}, {"until": "1"}):
            path = parts.path + "?" + urllib.parse.urlencode(query | changed)
            self.assertEqual(self.ask(path)[0], 403, path)
            self.assertEqual(self.ask(path, "POST", "by=eve")[0], 403, path)
        self.assertEqual(self.ask(f"/incident/{number + 1}/acknowledge?{parts.query}", "POST",
                                  "by=eve")[0], 403)
        self.assertEqual(self.ask(parts.path, "POST", "by=eve", BASIC)[0], 403)
        self.assertNotIn("acknowledged", self.open_incidents()[0])

    def test_every_page_leads_only_to_pages_that_there_are(self):
        self.begin(FIRST)
        self.wait_for(up=31)
        self.take_down(FIRST)
        wait_until(self.open_incidents, "the incident")
        for headers in (BASIC, {}):
            seen, left = set(), ["/"]
            while left:
                path = left.pop()
                if path in seen:
                    continue
                seen.add(path)
                status, answer, text = self.ask(path, headers=headers)
                if path == "/certificates" and not headers:  # Where a browser asks for the token.
                    self.assertEqual(status, 401)
                    continue
                self.assertEqual(status, 200, path)
                if not answer["Content-Type"].startswith("text/html"):
                    continue
                for link in Page(text).links:
                    whole = urllib.parse.urljoin("http://x" + path, link)
                    self.assertTrue(whole.startswith("http://x/"), whole)
                    left.append(urllib.parse.urldefrag(whole[len("http://x"):])[0])
            self.assertIn("/incidents", seen)
            self.assertEqual(any(path.startswith("/monitor/") for path in seen), bool(headers))


class Access(WebTest):
    STATUS = ("/", "/group/edge", "/incidents", "/feed.atom", "/badge/group/edge/status.svg",
              "/api/v1/summary", "/api/v1/incidents", "/metrics")

    def test_the_public_sees_what_it_may_and_changes_nothing(self):
        for visible, shows in (("none", False), ("status", False), ("status", True),
                               ("all", False)):
            watch = self.begin(FIRST, public=visible, show_targets=shows)
            self.wait_for(up=31)
            monitor = self.monitor_of(FIRST)["id"]
            targets = ("/certificates", f"/monitor/{monitor}", f"/badge/{monitor}/status.svg",
                       "/api/v1/monitors", f"/api/v1/monitors/{monitor}/history",
                       f"/probe?target={FIRST}")
            for path in (*self.STATUS, *targets):
                sees = visible != "none" if path in self.STATUS else visible == "all" or shows
                status, headers, text = self.ask(path)
                self.assertEqual(status, 200 if sees else 401, (visible, path))
                if not sees:
                    self.assertIn("Basic", headers["WWW-Authenticate"])
                if visible != "all" and not shows:
                    self.assertNotIn("127.1", text)
                self.assertEqual(self.ask(path, headers=BASIC)[0], 200)
                self.assertEqual(self.ask(path, headers=BEARER)[0], 200)
            for path in ("/-/healthy", "/-/ready", "/api/v1/openapi.json"):
                self.assertEqual(self.ask(path)[0], 200)
            for path in ("/-/reload", "/api/v1/silences", "/api/v1/incidents/1/ack"):
                for headers in ({}, BASIC, {"Authorization": "Bearer another token"}):
                    self.assertEqual(self.ask(path, "POST", "{}", JSON | headers)[0], 401)
            self.end(watch)
            shutil.rmtree(self.path("state"))

    def test_another_host_is_refused(self):
        self.begin(FIRST, hosts=["status.example.net"])
        for host, status in (("status.example.net", 200), ("localhost", 200), (self.server, 200),
                             ("evil.example", 421), ("127.0.0.2", 421)):
            self.assertEqual(self.ask("/", headers={"Host": host})[0], status, host)


class Api(WebTest):
    def test_the_answers_are_as_they_are_described(self):
        self.begin(FIRST, SECOND)
        self.wait_for(up=32)
        self.take_down(FIRST)
        wait_until(self.open_incidents, "the incident")
        api = OpenApi(self.ask("/api/v1/openapi.json")[2])
        monitor, number = self.monitor_of(FIRST)["id"], self.open_incidents()[0]["id"]

        def expect(path, method="GET", body=None, status=200, headers=()):
            found, its_headers, text = self.ask(path, method, body,
                                                BEARER | JSON | dict(headers))
            self.assertEqual(found, status, text)
            api.expect(method.lower(), urllib.parse.urlsplit(path).path, found,
                       its_headers["Content-Type"], text)
            return text

        expect("/api/v1/summary")
        expect("/api/v1/monitors")
        expect("/api/v1/monitors", headers=LINES)
        expect("/api/v1/monitors?limit=5", headers=LINES)
        expect(f"/api/v1/monitors/{monitor}")
        for resolution in ("probe", "hour", "day"):
            expect(f"/api/v1/monitors/{monitor}/history?resolution={resolution}")
        expect("/api/v1/incidents")
        expect("/api/v1/incidents", headers=LINES)
        expect(f"/api/v1/incidents/{number}")
        expect("/api/v1/certificates")
        expect("/api/v1/monitors?limit=0", status=400)
        expect("/api/v1/monitors/0000000000000000", status=404)
        expect("/api/v1/incidents/999999", status=404)
        expect(f"/api/v1/incidents/{number}/ack", "POST", '{"by":"anna","note":"x"}')
        expect(f"/api/v1/incidents/{number}/ack", "POST", '{"note":"x"}', 400)
        expect("/api/v1/incidents/999999/ack", "POST", '{"by":"anna"}', 404)
        held = json.loads(expect("/api/v1/silences", "POST",
                                 '{"by":"anna","for":"1h","match":{"group":"edge"}}'))
        expect(f"/api/v1/silences/{held['id']}/end", "POST")
        expect("/api/v1/maintenance", "POST", '{"by":"anna","for":"1h","match":{"group":"edge"}}')
        expect("/api/v1/silences", "POST", '{"by":"anna","for":"1x"}', 400)
        expect("/-/reload", "POST")

    def test_the_pages_of_a_list_are_the_whole_list(self):
        self.begin(FIRST, SECOND)
        self.wait_for(up=32)
        found, path = [], "/api/v1/monitors?limit=5"
        while path:
            status, headers, text = self.ask(path, headers=BEARER | LINES)
            self.assertEqual(status, 200)
            found += [json.loads(line)["ip"] for line in text.splitlines()]
            link = re.match(r'<(.*)>; rel="next"', headers.get("Link") or "")
            path = urllib.parse.urljoin("/api/v1/monitors", link[1]) if link else None
        self.assertEqual(len(found), 32)
        self.assertEqual(len(set(found)), 32)
        down = self.json("/api/v1/monitors?state=down")["items"]
        self.assertEqual(down, [])

    def test_what_a_client_has_or_takes_compressed_costs_few_octets(self):
        self.begin(FIRST)
        self.wait_for(up=31)
        monitor = self.monitor_of(FIRST)["id"]
        for path in ("/", "/api/v1/monitors", "/api/v1/openapi.json", "/metrics"):
            with self.subTest(path):
                _, plain, _ = self.octets(path, BASIC)
                self.assertEqual(plain["Vary"], "Accept-Encoding")
                self.assertIsNone(plain["Content-Encoding"])
                status, headers, octets = self.octets(path, BASIC | {"Accept-Encoding": "gzip"})
                self.assertEqual(status, 200)
                self.assertEqual(headers["Content-Encoding"], "gzip")
                self.assertEqual(headers["Content-Type"], plain["Content-Type"])
                gzip.decompress(octets).decode()
        for path in ("/feed.atom", "/api/v1/openapi.json", f"/badge/{monitor}/status.svg",
                     "/badge/group/edge/status.json"):
            with self.subTest(path):
                _, headers, _ = self.octets(path, BASIC)
                had = {"If-None-Match": headers["ETag"]}
                status, again, octets = self.octets(path, BASIC | had)
                self.assertEqual((status, octets), (304, b""))
                self.assertEqual(again["ETag"], headers["ETag"])
                self.assertEqual(self.octets(path, BASIC | {"If-None-Match": '"x"'})[0], 200)
        _, headers, octets = self.octets("/api/v1/monitors",
                                         BASIC | LINES | {"Accept-Encoding": "gzip"})
        self.assertIsNone(headers["Content-Encoding"])
        self.assertEqual(len(octets.splitlines()), 31)

    def test_a_list_as_lines_is_whole_unless_it_has_a_limit(self):
        self.begin(FIRST, SECOND)
        self.wait_for(up=32)
        monitor = self.monitor_of(FIRST)["id"]

        def lines(path, status=200):
            found, headers, text = self.ask(path, headers=BEARER | LINES)
            self.assertEqual(found, status, text)
            return headers, [json.loads(line) for line in text.splitlines()]

        headers, whole = lines("/api/v1/monitors")
        self.assertEqual(headers["Transfer-Encoding"], "chunked")
        self.assertEqual(headers["Content-Type"], "application/x-ndjson")
        self.assertIsNone(headers["Link"])
        self.assertEqual(len({each["ip"] for each in whole}), 32)
        headers, page = lines("/api/v1/monitors?limit=5")
        self.assertIn("Content-Length", headers)
        self.assertIn('rel="next"', headers["Link"])
        self.assertEqual([each["id"] for each in page], [each["id"] for each in whole[:5]])
        _, rest = lines("/api/v1/monitors" +
                        urllib.parse.urlsplit(headers["Link"][1:].split(">")[0]).query
                        .replace("limit=5&", "?"))
        self.assertEqual([each["id"] for each in rest], [each["id"] for each in whole[5:]])
        self.assertEqual(lines("/api/v1/monitors?state=down")[1], [])
        _, probes = lines(f"/api/v1/monitors/{monitor}/history")
        self.assertEqual([each["at"] for each in probes], sorted(each["at"] for each in probes))
        self.assertTrue(probes)
        lines("/api/v1/monitors/0000000000000000/history", status=404)
        self.assertEqual(len(lines("/api/v1/certificates")[1]),
                         len(self.json("/api/v1/certificates?limit=1000")["items"]))
        self.take_down(FIRST)
        wait_until(lambda: lines("/api/v1/incidents")[1], "the incident")
        # It is refused as a page is.
        self.assertEqual(self.ask("/api/v1/monitors", headers=LINES)[0], 401)

    def test_a_reload_says_what_is_wrong_and_changes_nothing(self):
        self.begin(FIRST)
        self.wait_for(up=31)
        good = self.path("watch.toml").read_text()
        self.write("watch.toml", good.replace("[alerts]", "[alters]"))
        status, _, text = self.ask("/-/reload", "POST", headers=BEARER)
        self.assertEqual(status, 400)
        self.assertIn("unknown section 'alters'", json.loads(text)["error"])
        wait_until(lambda: "alters" in self.page("/").text, "the page to say so")
        self.write("watch.toml", good.replace(TOKEN, "another token of this test"))
        self.assertEqual(self.ask("/-/reload", "POST", headers=BEARER)[0], 200)
        wait_until(lambda: self.ask("/certificates", headers=BASIC)[0] == 401, "the new token")

    def test_a_fresh_probe_is_one_of_now(self):
        self.begin(FIRST, public="all")
        self.wait_for(up=31)
        before = self.monitor_of(FIRST)["last_at"]
        status, headers, text = self.ask(f"/probe?target={FIRST}&module=smtp&fresh=1")
        self.assertEqual(status, 200, text)
        self.assertTrue(headers["Content-Type"].startswith("text/plain"))
        self.assertIn("\nprobe_success 1\n", text)
        wait_until(lambda: self.monitor_of(FIRST)["last_at"] > before, "the result")
        self.assertEqual(self.ask("/probe?target=192.0.2.77")[0], 404)
        self.take_down(FIRST)
        text = self.ask(f"/probe?target={FIRST}&fresh=1")[2]
        self.assertIn("\nprobe_success 0\n", text)

    def test_the_metrics_are_clean(self):
        self.begin(FIRST, public="all")
        self.wait_for(up=31)
        text = self.ask("/metrics")[2]
        self.assertIn('mxsweep_watch_monitors{group="edge",state="up"} 31\n', text)
        self.assertTrue(self.ask("/metrics", headers={
            "Accept": "application/openmetrics-text"})[2].endswith("# EOF\n"))
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text.encode(),
                                 capture_output=True, check=False)
        self.assertEqual((checked.returncode, checked.stderr), (0, b""))


class Files(WebTest):
    def test_the_public_pages_are_files_that_lead_to_each_other(self):
        folder = self.path("site")
        watch = self.begin(FIRST, status_dir=folder, show_targets=True)
        wait_until((folder / "certificates.html").exists, "the files")
        wait_until(lambda: len(list((folder / "monitor").glob("*.html"))) == 31, "the monitors")
        self.end(watch)
        self.assertEqual([path for path in folder.rglob("*") if path.suffix == ".new"], [])
        for path in folder.rglob("*.html"):
            for link in Page(path.read_text(encoding="utf-8")).links:
                target = urllib.parse.unquote(urllib.parse.urlsplit(link).path)
                if target:
                    self.assertTrue((path.parent / pathlib.PurePosixPath(target)).exists(),
                                    (path, link))


if __name__ == "__main__":
    unittest.main()
