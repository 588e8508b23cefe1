#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Senders of random zones, judged by us and by pyspf: results, explanations and counts are the same.

MXSWEEP_SPF_ZONES=N compares N zones (3,000), MXSWEEP_SPF_SEED=N begins at another one.

pyspf and RFC 7208 differ in what follows. Zones have none of it:
  - redirect is counted before the mechanisms, even if "all" makes it void (4.6.4, 6.1). Zones with
    redirect beside mechanisms have ten lookups at most, so that this does not matter.
  - an include of the record's own name is an error even where it is not reached (4.6, 5.2).
  - the macro p is looked up when the record is read, and kept for all domains (7.3).
  - a failed lookup for ptr is a temporary error (5.5 says: no match), and the client's names are
    looked up even for a domain that no name can be below, such as "x..org".
  - an alias that leads to nothing counts as two void lookups; a loop is no error (4.6.4).
  - repeated unknown modifiers are errors, and names of modifiers have to be in lower case (6, 12);
    "default" and "op" have meanings of their own.
  - "%%" at the end of a text is an error (7.1).
  - control characters are allowed in domains, a macro need not end, and %{d0}, %{dR} and letters
    behind a macro's digits are taken for something else (7.1).
  - of a name that is too long only one label is cut off, and explanations are cut, too (7.3).
  - a macro that expands to nothing is an error (4.8)."""

import os
import random
import sys

from spf_driver import line, run, skip

try:
    import spf
except ImportError:
    skip("python3-spf is not installed")

ZONES = int(os.environ.get("MXSWEEP_SPF_ZONES", "3000"))
SEED = int(os.environ.get("MXSWEEP_SPF_SEED", "1"))
ZONES_AT_ONCE = 1000

DOMAINS = [f"n{i}.example.org" for i in range(8)]
HOSTS = [f"h{i}.example.net" for i in range(6)]
FULL = "full.example.net"  # Has records of all types: aliases lead there.
ALIASES = ["alias1.example.net", "alias2.example.org"]
ABSENT = ["gone.example.net", "gone.example.org"]
ADDRESSES4 = [f"192.0.2.{i}" for i in range(1, 5)] + ["198.51.100.9", "203.0.113.129"]
ADDRESSES6 = ["2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fe80::5"]
LOCALS = ["a", "strong-bad", "x+y-z", "A.b", "a..b", "o'hara", "two words", "%{d}", "l" * 64]
MACROS = ["%{i}", "%{ir}", "%{l}", "%{l-}", "%{lr-}", "%{l1r+-}", "%{s}", "%{S}", "%{o}", "%{d}",
          "%{d1}", "%{d2}", "%{dr}", "%{d2r}", "%{h}", "%{h1}", "%{v}", "%{H2r}", "%{L}", "%%",
          "%_", "%-", "%{i3.}", "%{o99/=,_}"]
BROKEN = ["moo", "all.", "-all:x", "all/8", "ptr/0", "include", "include:", "exists", "a:",
          "a:museum", "a:x.123", "a:x.-com", "a:1.2.3.4", "a:x.org:25", "mx:x.org/33", "a//129",
          "a/24/24", "a/032", "ip4", "ip4:1.2.3", "ip4:1.2.3.4:25", "ip4:01.2.3.4", "ip4:::1",
          "ip4:1.2.3.4/33", "ip4:1.2.3.4//32", "ip6", "ip6:1.2.3.4", "ip6:1::2::3", "ip6:::1/129",
          "exists:%(ir).x.org", "exists:x.org%", "exists:%a.org", "a:%{z}.org", "a:%{c}.org",
          "exp=", "redirect=", "exp=%{r}.org", "x=%a", "1x=y", "=y", "-redirect=x.org",
          "redirect:x.org", "include:x.org/24", "exists:x.org/8", "\x80a", "a:x\xe9.org", "~", "*a"]
TEXTS = ["not for %{c} at %{d}", "%{i} %{h} %{l} %{v} %{r}", "%{o}, %{s}", "100%% %{S}", "100% sure",
         "%{x}", "plain", "see http://example.org/?s=%{S}&i=%{I}", "%{ir}.%{v}"]


class Zone:
    """Records by name, and what is asked about them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.records = {}  # name: [(type, value)]
        self.failing = set()  # (name, type)
        self.counts = {}  # Lookups of a domain's record, with those that it leads to.
        # With redirect beside mechanisms: a tree within the limits. Else anything, and loops.
        self.limited = self.random.random() < 0.4
        self.redirects = False
        self.make()

    def chance(self, share):
        return self.random.random() < share

    def add(self, name, kind, value):
        self.records.setdefault(name, []).append((kind, value))

    def make(self):
        choose = self.random.choice
        for host in HOSTS:
            for address in ADDRESSES4 + ADDRESSES6:
                if self.chance(0.15):
                    self.add(host, "AAAA" if ":" in address else "A", address)
        for kind, value in (("A", choose(ADDRESSES4)), ("AAAA", choose(ADDRESSES6)),
                            ("MX", (10, choose(HOSTS))), ("TXT", "v=spf1 ip4:192.0.2.4 ?all")):
            self.add(FULL, kind, value)
        for alias in ALIASES:
            self.add(alias, "CNAME", FULL)
        for address in ADDRESSES4 + ADDRESSES6:
            reverse = spf.ipaddress.ip_address(address).reverse_pointer
            for _ in range(self.random.choice([0, 1, 1, 2, 12])):
                self.add(reverse, "PTR", choose(HOSTS + [FULL] + ABSENT))
        for index in reversed(range(len(DOMAINS))):
            self.make_domain(index)
        self.make_failures()
        self.questions = [self.make_question() for _ in range(3)]
        for question in self.questions:
            self.make_macro_names(question)

    def make_domain(self, index):
        domain = DOMAINS[index]
        if self.chance(0.3):
            self.add(domain, "A", self.random.choice(ADDRESSES4))
        if self.chance(0.2):
            self.add(domain, "AAAA", self.random.choice(ADDRESSES6))
        count = self.random.choice([0, 1, 2, 2, 3, 11])
        for _ in range(count):
            host = self.random.choice(HOSTS + ALIASES + ABSENT + [""])
            self.add(domain, "MX", (self.random.choice([0, 10, 10, 20]), host))
        if self.chance(0.1):
            self.add(domain, "TXT", "v=spf10 or another text")
        if self.chance(0.03):
            return
        self.add(domain, "TXT", self.make_record(index))
        if self.chance(0.02):
            self.add(domain, "TXT", "v=spf1 -all")

    def make_record(self, index):
        """Terms, as many as the limits leave room for in a zone that is to stay within them."""
        count = 0
        terms = []
        names = set()
        for _ in range(self.random.choice([0, 1, 2, 3, 4, 6] + ([] if self.limited else [12]))):
            term, cost = self.make_term(index)
            if self.limited and count + cost > 9:
                continue
            count += cost
            terms.append(term)
        others = DOMAINS[index + 1:] if self.limited else DOMAINS
        if self.chance(0.3) and others:
            target = self.random.choice(others)
            if self.limited:
                if count + 1 + self.counts.get(target, 0) <= 10:
                    self.redirects = True
                    count += 1 + self.counts.get(target, 0)
                    terms.insert(self.random.randint(0, len(terms)), f"redirect={target}")
            elif self.chance(0.3):
                terms = [f"redirect={target}"]
                self.redirects = True
        if self.chance(0.6) and not (terms and terms[0].startswith("redirect") and not self.limited):
            terms.append(self.random.choice(["-all", "~all", "?all", "+all", "all", "-ALL"]))
        if self.chance(0.3):
            place = self.random.choice([f"exp=why{self.random.randint(0, 2)}.example.org",
                                        "exp=why%%.example.org", "exp=%{d1}.why.example.org"])
            terms.insert(self.random.randint(0, len(terms)), place)
        for name in ("moo", "x.y-z_1"):
            if self.chance(0.05) and name not in names:
                terms.insert(0, f"{name}={self.random.choice(['', '%{d}/x', 'v%%v'])}")
        if self.chance(0.06):
            terms.insert(self.random.randint(0, len(terms)), self.random.choice(BROKEN))
        self.counts[DOMAINS[index]] = count
        text = self.random.choice(["v=spf1", "V=SPF1"])
        for term in terms:
            text += self.random.choice([" ", " ", " ", "  "]) + term
        return text + self.random.choice(["", "", " "])

    def make_term(self, index):
        choose = self.random.choice
        sign = choose(["", "", "", "+", "-", "~", "?"])
        kind = choose(["ip4", "ip4", "ip6", "a", "a", "mx", "ptr", "exists", "include", "include"])
        if kind == "ip4":
            return f"{sign}ip4:{choose(ADDRESSES4)}{choose(['', '', '/32', '/24', '/31', '/0'])}", 0
        if kind == "ip6":
            return f"{sign}IP6:{choose(ADDRESSES6)}{choose(['', '/128', '/32', '/64', '/0'])}", 0
        if kind == "include":
            others = DOMAINS[index + 1:] if self.limited else [
                domain for domain in DOMAINS if domain != DOMAINS[index]]
            others = others + [ALIASES[0], choose(ABSENT)] if self.chance(0.2) else others
            if self.chance(0.1):
                return f"{sign}include:{choose(MACROS)}._in.example.org", 1 + 0
            target = choose(others or [FULL])
            return f"{sign}include:{target}", 1 + self.counts.get(target, 0)
        target = choose(HOSTS + DOMAINS + [FULL] + ALIASES + ABSENT +
                        ["x..example.org", "l" * 64 + ".org", "odd:name/x.example.org"])
        if self.chance(0.2):
            target = f"{choose(MACROS)}.{choose(MACROS)}._m.example.org"
        if kind == "exists":
            return f"{sign}exists:{target}", 1
        target = "" if self.chance(0.4) else ":" + target + choose(["", "", "."])
        if kind == "ptr":
            unasked = ".." in target or "ll" in target or "%" in target
            return f"{sign}ptr{'' if unasked else target}", 1
        length = choose(["", "", "", "/24", "/32", "/0", "//64", "/16//32", "//0"])
        return f"{sign}{kind}{target}{length}", 1

    def make_failures(self):
        for i in range(3):
            for _ in range(self.random.choice([0, 1, 1, 1, 2])):
                self.add(f"why{i}.example.org", "TXT", self.random.choice(TEXTS))
        self.add("org.why.example.org", "TXT", "by its last label")
        if self.chance(0.2):
            self.failing.add((f"why{self.random.randint(0, 2)}.example.org", "TXT"))
        if self.chance(0.3):
            kind = self.random.choice(["A", "A", "MX", "TXT"])
            self.failing.add((self.random.choice(DOMAINS), kind))

    def make_question(self):
        address = self.random.choice(ADDRESSES4 + ADDRESSES6 + ["::ffff:192.0.2.1"])
        helo = self.random.choice(HOSTS + DOMAINS + ["[192.0.2.1]", "OEM", "a_b.example.org"])
        domain = self.random.choice(DOMAINS[:4] + DOMAINS[:1] * 4)
        sender = f"{self.random.choice(LOCALS)}@{domain}"
        if self.chance(0.05) and helo in DOMAINS:
            sender = ""
        return address, helo, sender

    def make_macro_names(self, question):
        """Some of the names that macros give for this sender exist, by pyspf's expansion."""
        query = make_query(question)
        for domain in DOMAINS:
            texts = [value for kind, value in self.records.get(domain, []) if kind == "TXT"]
            for term in " ".join(texts).split():
                if not term.endswith(("._m.example.org", "._in.example.org")):
                    continue
                if not self.chance(0.5):
                    continue
                query.d = domain
                name = query.expand(term.split(":", 1)[1])
                if name.lower() in self.records:
                    continue
                if "_in" in term:
                    self.add(name.lower(), "TXT", "v=spf1 ip4:192.0.2.2 ip6:2001:db8::2 -all")
                self.add(name.lower(), "A", self.random.choice(ADDRESSES4))

    def lookup(self, name, kind, *_):
        """What pyspf calls instead of DNS."""
        name = name.lower()
        if (name, kind) in self.failing:
            raise spf.TempError("timeout")
        found = []
        for its_kind, value in self.records.get(name, []):
            if its_kind == "CNAME":
                found.append(((name, "CNAME"), value))
                found.extend(self.lookup(value, kind))
            elif its_kind == kind:
                found.append(((name, kind), (value.encode("latin-1"),) if kind == "TXT" else value))
        return found

    def lines(self):
        yield line("zone")
        for name, records in self.records.items():
            for kind, value in records:
                if kind == "MX":
                    yield line("mx", name, *value)
                else:
                    yield line(kind.lower(), name, value)
        for name, kind in self.failing:
            yield line("timeout", name, kind.lower())
        for address, helo, sender in self.questions:
            yield line("check", address, helo, sender, "receiver.example")


def make_query(question):
    address, helo, sender = question
    query = spf.query(i=address, s=sender, h=helo, receiver="receiver.example")
    query.set_default_explanation("DEFAULT")
    return query


def judge(zone, question):
    """(result, explanation, lookups, voids), the counts only where pyspf's mean the same."""
    spf.DNSLookup = zone.lookup
    query = make_query(question)
    result, _, explanation = query.check()
    decided = result in ("pass", "fail", "softfail", "neutral")
    return (result, explanation if result == "fail" else None,
            query.lookups if decided and not zone.redirects else None,
            query.void_lookups if decided else None)


def compare(zones):
    wrong = 0
    tally = {}
    answers = iter(run(text for zone in zones for text in zone.lines()))
    for zone in zones:
        for question in zone.questions:
            theirs = judge(zone, question)
            ours = next(answers)
            ours = (ours[0], ours[1] or "DEFAULT", ours[2], ours[3])
            tally[theirs[0]] = tally.get(theirs[0], 0) + 1
            if all(b is None or a == b for a, b in zip(ours, theirs)):
                continue
            wrong += 1
            if wrong <= 3:
                print(f"{question}: {ours}, not {theirs}, in")
                for name, records in zone.records.items():
                    for record in records:
                        print("   ", name, *record)
                print("    failing:", zone.failing)
    return wrong, tally


def main():
    wrong = 0
    tally = {}
    for first in range(0, ZONES, ZONES_AT_ONCE):
        numbers = range(first, min(first + ZONES_AT_ONCE, ZONES))
        differences, results = compare([Zone(SEED * 1_000_000_007 + n) for n in numbers])
        wrong += differences
        for result, count in results.items():
            tally[result] = tally.get(result, 0) + count
        if wrong:
            break
    print(f"{wrong} differences in {ZONES} zones; senders by result: "
          + ", ".join(f"{result} {count}" for result, count in sorted(tally.items())))
    # Zones that gave one result only would compare nothing.
    seen = {"neutral", "pass", "fail", "softfail", "temperror", "permerror", "none"} <= tally.keys()
    sys.exit(0 if wrong == 0 and (seen or ZONES < 1000) else 1)


if __name__ == "__main__":
    main()
