# SPDX-License-Identifier: MIT
"""A monitor that serves HTTP, and programs of Prometheus that ask it. They listen at 127.0.0.1."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request

from ports import free_port
from program import WAIT_SECONDS_MAX, Process, wait_until
from watching import WatchTest, section

SERIES = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def http_get(url, **headers):
    """Its status, media type and body; status 0: there was no answer."""
    try:
        request = urllib.request.Request(url, headers=headers)
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS_MAX) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode("utf-8")
    except OSError:
        return 0, "", ""


def read_exposition(text):
    """{name: (type, help, [(labels, value)])}, of Prometheus' text format."""
    helps, types, samples = {}, {}, {}
    for line in text.splitlines():
        if line.startswith("# HELP "):
            _, _, name, words = line.split(" ", 3)
            helps[name] = words
        elif line.startswith("# TYPE "):
            _, _, name, word = line.split(" ")
            types[name] = word
        elif line:
            name, labels, value = SERIES.match(line).groups()
            samples.setdefault(name, []).append((dict(LABEL.findall(labels or "")), float(value)))
    return {name: (types.get(name), helps.get(name), values) for name, values in samples.items()}


class ServingTest(WatchTest):
    """`url`: of the monitor's HTTP server, once configure_http() has run."""

    def configure_http(self, patients, *sections, group=None, **more):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        http = section("[http]", listen=f"127.0.0.1:{self.port}", public="all")
        return self.configure(patients, http, *sections, group=group, **more)

    def get(self, path, **query):
        words = urllib.parse.urlencode(query)
        return http_get(f"{self.url}{path}" + (f"?{words}" if words else ""))

    def start_server(self, name, command, ready):
        """Starts another server, which answers `ready` with 200 when this returns."""
        process = Process(command, self.path(f"{name}.err"))
        self.addCleanup(process.end)
        wait_until(lambda: http_get(ready)[0] == 200 or not process.running(),
                   f"{name} to answer")
        self.assertTrue(process.running(), process.stderr)
        return process

    def write_json(self, name, value):
        """As a file that readers of YAML take, too."""
        return self.write(name, json.dumps(value))
