// SPDX-License-Identifier: MIT
// Answers questions about senders from zones that it reads, for comparisons with suites and with
// other implementations (tests/program/spf_suite.py). Reads standard input, line by line; fields
// are separated by tabs, and %XX in a field is an octet:
//
//   zone                         forgets all records
//   TYPE NAME VALUE...           a record: txt, a, aaaa, mx (preference, host), ptr, cname
//   timeout NAME TYPE            lookups of this type fail
//   check IP HELO FROM RECEIVER  prints result, explanation, lookups and voids, with tabs between
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/spf/check_host.h"
#include "spf/zone.h"

namespace mxsweep::spf {
namespace {

int digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
    } else if (line[i] == '%' && i + 2 < line.size()) {
      fields.back() += static_cast<char>(digit(line[i + 1]) * 16 + digit(line[i + 2]));
      i += 2;
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

std::string one_line(std::string_view text) {
  std::string line;
  char escaped[4];
  for (const char c : text) {
    if (c > ' ' - 1 && c < 0x7f && c != '%') {
      line += c;
      continue;
    }
    std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(c));
    line += escaped;
  }
  return line;
}

dns::Type type_of(std::string_view word) {
  static const std::map<std::string_view, dns::Type> kTypes = {
      {"txt", dns::Type::txt}, {"a", dns::Type::a},     {"aaaa", dns::Type::aaaa},
      {"mx", dns::Type::mx},   {"ptr", dns::Type::ptr}, {"spf", kTypeSpf}};
  return kTypes.at(word);
}

void check(const Zone& zone, const std::vector<std::string>& fields) {
  Client client{.address = *parse_address(fields.at(1)),
                .helo = fields.at(2),
                .mail_from = fields.at(3),
                .receiver = fields.at(4)};
  CheckHost machine(client);
  settle(machine, zone);
  const HostVerdict& verdict = machine.verdict();
  std::cout << to_string(verdict.result) << '\t' << one_line(verdict.explanation) << '\t'
            << verdict.lookups << '\t' << verdict.voids << '\n';
}

void read(std::istream& input) {
  Zone zone;
  for (std::string line; std::getline(input, line);) {
    const std::vector<std::string> fields = fields_of(line);
    const std::string& word = fields[0];
    if (word == "zone") {
      zone = {};
    } else if (word == "check") {
      check(zone, fields);
    } else if (word == "timeout") {
      zone.fails(fields.at(1), type_of(fields.at(2)), dns::LookupStatus::timeout);
    } else if (word == "mx") {
      zone.mx(fields.at(1), static_cast<std::uint16_t>(std::stoul(fields.at(2))), fields.at(3));
    } else if (word == "cname") {
      zone.alias(fields.at(1), fields.at(2));
    } else if (word == "ptr") {
      zone.ptr(fields.at(1), fields.at(2));
    } else if (word == "txt") {
      zone.txt(fields.at(1), fields.at(2));
    } else {
      zone.address(fields.at(1), fields.at(2));
    }
  }
}

}  // namespace
}  // namespace mxsweep::spf

int main() {
  std::ios::sync_with_stdio(false);
  mxsweep::spf::read(std::cin);
  return 0;
}
