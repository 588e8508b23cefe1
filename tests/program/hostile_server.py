# SPDX-License-Identifier: MIT
"""A persona of the fleet that sends what could do harm where its texts are shown: in HTML, in
headers, in templates, in chats, on a terminal. It breaks off at STARTTLS: a fault that a group
with `page_on = ["net.closed_early"]` reports."""

import json

NAME = "hostile"
LINES = (
    "<img src=x onerror=alert(1)></pre><script>alert(1)</script>&amp;",
    "@everyone @here <!channel> <@U1> [click](http://evil.test) `code` *bold* ||spoiler||",
    "{{token}} {{=json}} ${HOME} $(id) %s%n",
    "\"quoted\", \\\"escaped\\\", \\u0041 \\",
    "</Say><Dial>+1900</Dial><Say>",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m \x9b31m",
    "bare CR\rBcc: victim@evil.test\rX-Injected: yes",
    "right to \u202eleft\u202c, zero\u200bwidth, naïve",
    "Subject: injected",
    "." + "x" * 4096,
)
# The same where people read them; not the last, which is cut.
SHOWN = (
    *LINES[:5],
    "\\u001b]0;owned\\u0007\\u001b[2J\\u001b[31mred\\u001b[0m \\u009b31m",
    "bare CR\\u000dBcc: victim@evil.test\\u000dX-Injected: yes",
    "right to \\u202eleft\\u202c, zero\\u200bwidth, naïve",
    LINES[8],
)
EXTENSIONS = ("<b>SIZE</b> 1", "STARTTLS", "X-{{token}} @everyone", "X-\x1b[31m")


def reply(code, lines):
    marks = ["-"] * (len(lines) - 1) + [" "]
    return "".join(f"{code}{mark}{line}\r\n" for mark, line in zip(marks, lines))


def persona_file():
    """The text of a file for --personas: the hostile server, and one that works."""
    well = {"name": "plain", "weight": 1, "greeting": [{"send": "220 {host} ESMTP\r\n"}],
            "expect": {"outcome": "ok", "phase": "quit", "cause": "none"}}
    hostile = {"name": NAME, "weight": 1,
               "greeting": [{"send": reply(220, LINES)}],
               "ehlo": [{"send": reply(250, ("<i>{host}</i> @everyone", *EXTENSIONS))}],
               "starttls": [{"do": "close"}],
               "expect": {"outcome": "degraded", "phase": "starttls", "cause": "net.closed_early"}}
    defaults = {
        "ehlo": [{"send": "250 {host}\r\n"}], "helo": [{"send": "250 {host}\r\n"}],
        "starttls": [{"send": "454 no\r\n"}], "noop": [{"send": "250 fine\r\n"}],
        "quit": [{"send": "221 bye\r\n", "do": "close"}],
        "other": [{"send": "502 what\r\n"}], "greeting": [{"send": "220 {host}\r\n"}]}
    return json.dumps({"defaults": defaults, "personas": [well, hostile]})
